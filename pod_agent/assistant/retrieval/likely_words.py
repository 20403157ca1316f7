"""Whether something that is typed can be a word: most runs of three letters in it occur in some word of English.

A sentence model gives a vector to "asdfgh" too, and something is always nearest to it.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from pod_agent.assistant import rules

__all__ = ["is_likely_word"]

_STRANGE: Final = 0.5
"""Share of unheard runs of letters from which on it is no word: "vodka" has less, "xyzzy" more."""
_LATIN: Final = re.compile(r"[a-z]+")


def is_likely_word(word: str) -> bool:
    """Whether this lower-case text may be a word; of other letters than a to z, and of digits, that is not told."""
    if not _LATIN.fullmatch(word):
        return True
    runs = _runs(word)
    return len(runs - _heard()) < _STRANGE * len(runs)


def _runs(word: str) -> set[str]:
    """All runs of three letters, with a mark at both ends."""
    marked = f"^{word}$"
    return {marked[start : start + 3] for start in range(len(marked) - 2)}


@cache
def _heard() -> frozenset[str]:
    words = Path(str(rules.__file__)).with_name("english.txt").read_text(encoding="ascii")
    return frozenset(run for word in words.split() for run in _runs(word))
