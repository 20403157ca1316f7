"""docs/reference/products.md lists every kind of goods, and no other. ``UPDATE_DOCS=1`` writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

from vocab.products import DEPARTMENTS, GROUPS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "products.md"
HEAD = """# Kinds of goods

Every order line is counted as one of these groups: the dimension `group` of a query (`query.md`). The list is public
and the same for everyone, so that a study or a shared model can name its items by it. The class is the nearest one of
COICOP 2018. Groups marked *yours alone* tell of health, sexual life, faith or addiction: no study can name them.

A line's group is told by the words of its name and of the shop's own category, by a table of phrases that ships with
the agent; nothing is sent to find out, and no model guesses. A line whose words tell nothing has no group.

| group | label | department | class | what it is |
|---|---|---|---|---|
"""


def written() -> str:
    lines = (
        f"| `{name}` | {each.label}{'' if each.public else ' (*yours alone*)'} | {DEPARTMENTS[each.department]}"
        f" | {each.coicop} | {each.text} |\n"
        for name, each in GROUPS.items()
    )
    return HEAD + "".join(lines)


def test_the_page_lists_every_group() -> None:
    if os.environ.get("UPDATE_DOCS"):
        PAGE.write_text(written(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == written()
