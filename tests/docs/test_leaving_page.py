"""docs/explanation/what-leaves.md names every module that can open a connection, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.test_house import ALLOWED_SOCKETS, imported, opens_sockets, sources

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "what-leaves.md").read_text(encoding="utf-8")
HEAD = ("what", "to whom", "when", "size", "what it says about you", "grant", "audit", "by")
ROWS = [
    tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
    for line in PAGE.partition("## Nothing else")[0].splitlines()
    if line.startswith("|") and not line.startswith("|---")
]


def modules() -> set[str]:
    """The modules of the person's side that the house lets open a connection, and that can."""
    found = (path.relative_to(ROOT).as_posix() for path in sources("pod_agent"))
    allowed = [name for name in found if ALLOWED_SOCKETS.fullmatch(name)]
    return {name[len("pod_agent/") : -3] for name in allowed if opens_sockets(imported(ROOT / name))}


def test_every_module_that_opens_a_connection_is_on_the_page() -> None:
    listed = set(re.findall(r"`((?:pods|importers|federation|offers|assistant)/[\w/]+)`", PAGE))
    assert modules() - listed == set(), "add a row to docs/explanation/what-leaves.md"
    assert listed - modules() == set(), "the page names a module that opens nothing"


@pytest.mark.parametrize("row", [row for row in ROWS if row != HEAD], ids=lambda row: str(row[0])[:40])
def test_every_connection_tells_all_that_there_is_to_tell(row: tuple[str, ...]) -> None:
    cells = dict(zip(HEAD, row, strict=True))
    assert all(cells[name] for name in HEAD if name != "size")
    assert cells["size"] or cells["by"] == "npm itself"


def test_what_needs_a_grant_is_in_the_audit() -> None:
    granted = [row for row in ROWS if row[5].startswith("**yes**")]
    assert len(granted) == 4
    assert all(row[6] != "no" for row in granted)
