"""Questions and names in one canonical spelling, and how far two words are apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from vocab.wording import unhidden

__all__ = ["canonical", "distance", "nearest"]

LONG = 8
"""Letters of a word that may have two slips."""


def canonical(text: str) -> str:
    """Lower case, no accents, single spaces; of punctuation only ``$``, ``%`` and what divides digits is kept."""
    if text.isascii() and text.replace(" ", "").isalnum() and "sgd" not in text.lower():
        return " ".join(text.lower().split())  # as most names are, and there may be 20,000
    text = unhidden(unicodedata.normalize("NFKC", text)).casefold()
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    text = re.sub(r"[\u2018\u2019\u0060\u00b4']", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = text.replace("&", " and ").replace("+", " plus ").replace("s$", " $").replace("sgd", " $ ")
    text = re.sub(r"(?<!\d)[./-]|[./-](?!\d)", " ", text)
    text = re.sub(r"[^a-z0-9$%./\u0080-\U0010ffff-]", " ", text)
    text = re.sub(r"\$\s*(?=\d)", " $", text).replace("%", " % ")
    return " ".join(text.split())


def distance(left: str, right: str) -> int:
    """Edit distance that counts a swap of neighbours as one (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def nearest(word: str, words: Iterable[str], *, shortest: int) -> str | None:
    """The one word that a misspelt word must mean: one edit away, two from eight letters on; None if none or several.

    Words shorter than ``shortest`` letters are never changed; the first letter is right, or swapped with the second.
    """
    if len(word) < shortest:
        return None
    allowed = 2 if len(word) >= LONG else 1
    best: list[str] = []
    least = allowed + 1
    for other in words:
        if abs(len(other) - len(word)) > allowed or len(other) < shortest or not _same_start(word, other):
            continue
        apart = distance(word, other)
        if apart < least:
            best, least = [other], apart
        elif apart == least and other not in best:
            best.append(other)
    return best[0] if len(best) == 1 and least <= allowed else None


def _same_start(word: str, other: str) -> bool:
    return other[:1] == word[:1] or other[:2] == word[1::-1]
