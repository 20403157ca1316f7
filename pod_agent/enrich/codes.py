"""What others say of a row's category: the merchant category code (ISO 18245), and the issuer's own words.

``codes.csv`` has a category for every code that ISO, Visa, Mastercard and others name; ``hints.csv`` for the category
lists that issuers write (among them that of Mastercard Open Finance) and the type codes of bank formats. A code that
many sorts of shop share is not *certain*: a merchant table or plain words know better.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from pod_agent.enrich.merchants import tokens
from vocab.taxonomy import CATEGORIES

__all__ = ["Judgement", "by_code", "by_hint"]

_PART = re.compile(r"\s*[/:>|;,]\s*")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A category, and whether it may stand against a table of merchants."""

    category: str
    certain: bool


@lru_cache(maxsize=1024)
def by_code(code: str | None) -> Judgement | None:
    """What a merchant category code says; None without a code, and for one that no list names or that says nothing."""
    if not code or not code.isascii() or not code.isdigit() or len(code) > 4:
        return None
    number = int(code)
    found = next((judgement for first, last, judgement in _codes() if first <= number <= last), None)
    return None if found is None or (found.category == "other" and not found.certain) else found


@lru_cache(maxsize=1024)
def by_hint(hint: str | None) -> Judgement | None:
    """What an issuer's own category says; None where the words are in no list or say nothing.

    *Food & Dining: Coffee Shops* is looked up as a whole, then part by part, the narrowest (last) part first.
    """
    if not hint:
        return None
    for words in (hint, *reversed(_PART.split(hint))):
        category = _hints().get(tokens(words))
        if category is not None:
            return None if category == "other" else Judgement(category, certain=True)
    return None


@cache
def _codes() -> tuple[tuple[int, int, Judgement], ...]:
    return tuple(
        (int(first), int(last), Judgement(category, certain == "yes"))
        for first, last, category, certain in _rows("codes.csv")
    )


@cache
def _hints() -> dict[tuple[str, ...], str]:
    found = {tokens(name): name for name in CATEGORIES}
    found.update({tokens(entry.label): name for name, entry in CATEGORIES.items()})
    for category, words in _rows("hints.csv"):
        found.update({tokens(word): category for word in words.split("|")})
    return found


def _rows(name: str) -> list[list[str]]:
    text = files("pod_agent.enrich").joinpath(name).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]
