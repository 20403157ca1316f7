"""docs/reference/importers.md tells of every importer that comes with the agent, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pod_agent.importers.built_in import all_importers
from pod_agent.plugins import IMPORTERS, plugins
from tests.support.rows import SINGAPORE

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "importers.md"
SECTIONS = ("## What each reads", "## What is left out, and which telling stays")


def names() -> set[str]:
    added = {plugin.made.name for plugin in plugins(IMPORTERS) if not plugin.fault}
    return {importer.name for importer in all_importers(SINGAPORE)} - added


@pytest.mark.parametrize("section", SECTIONS)
def test_the_table_has_one_row_for_every_importer(section: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    begin = text.index(section)
    table = text[begin : text.index("\n## ", begin + 1)]
    rows = re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)
    assert sorted(rows) == sorted(names()), f"{section}: compare with pod_agent/importers/built_in.py"
