"""Wordings: how independent writers asked, masked like the bank's sentences, each with what it means.

``wordings.txt`` holds one a line: the masked question, a tab, the fields of its label between bars. It holds no name,
day or amount of anybody: placeholders stand for them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pod_agent.assistant.classifier.bank import Label, bank

__all__ = ["FILE", "taught", "wordings"]

FILE: Final = Path(__file__).with_name("wordings.txt")


def wordings() -> list[tuple[str, Label]]:
    """All wordings with their labels."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [(text, Label.from_list(label.split("|"))) for text, label in (line.split("\t") for line in lines)]


def taught() -> list[tuple[str, Label]]:
    """All that the heads are trained on: the bank and, after it, the wordings."""
    return [*bank(), *wordings()]
