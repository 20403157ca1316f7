"""docs/explanation/privacy.md: every claim has a test, every test named exists, and its figures are the code's."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

from vocab.privacy import micro_rho

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "privacy.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
MECHANISMS = PAGE.partition("## Mechanisms")[2].partition("## The accounting")[0]
SECTIONS = re.findall(r"^### (.+)\n((?:(?!### ).*\n)*)", MECHANISMS, re.MULTILINE)
THREATS = PAGE.partition("## Who sees what")[2].partition("## Mechanisms")[0]


@lru_cache
def names(path: str) -> frozenset[str]:
    """What a test file defines at its top: functions, and classes that are assigned as test cases."""
    found = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return frozenset(found)


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_every_test_that_the_page_names_exists(path: str, name: str) -> None:
    assert name.startswith(("test_", "Test"))
    assert name in names(path)


def test_every_mechanism_names_its_tests_and_is_one_that_a_threat_points_to() -> None:
    assert len(SECTIONS) >= 10
    for heading, text in SECTIONS:
        assert len(re.findall(r"^- `tests/", text, re.MULTILINE)) >= 3, heading
    anchors = {heading.lower().replace(" ", "-") for heading, _ in SECTIONS}
    assert set(re.findall(r"\(#([\w-]+)\)", THREATS)) <= anchors


@pytest.mark.parametrize(
    "who",
    [
        "leader), curious",
        "helper, curious",
        "leader, malicious",
        "helper, malicious",
        "leader and helper together",
        "agent, malicious",
        "Sybil",
        "watches the network",
        "replays",
        "issuer of tokens",
        "keeper of the pod",
        "SuperLink",
        "portal user",
        "many studies",
        "language model",
    ],
)
def test_every_party_has_a_row(who: str) -> None:
    assert any(who in row.split("|")[1] for row in THREATS.splitlines() if row.startswith("|"))


def test_the_table_of_losses_is_what_the_code_computes() -> None:
    found = re.search(r"\| epsilon \|(.+)\|\n\|[-|]+\|\n\| micro-rho \|(.+)\|", PAGE)
    assert found
    epsilons, losses = ([cell.strip() for cell in row.split("|")] for row in found.groups())
    assert [micro_rho(float(text)) for text in epsilons] == [int(text.replace(",", "")) for text in losses]
