"""The texts that a person wrote themselves: what they searched for, and what they posted; read from the local index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, Protocol

from vocab.records import IRI, UNDATED, Post, Search

__all__ = ["MOST", "OwnText", "OwnTexts", "own_texts"]

MOST: Final = 1_000
"""Texts that are read, the newest: at some 250 a second, once."""
LONGEST: Final = 500
"""Characters of a text that are looked at."""


class OwnTexts(Protocol):
    """The part of the local index that is needed."""

    @property
    def kept(self) -> Callable[[type[Any]], tuple[Any, ...]]:
        """Every record of a kind."""
        ...

    @property
    def local_day(self) -> Callable[[datetime], date]:
        """The day of an instant in the person's zone."""
        ...


@dataclass(frozen=True, slots=True)
class OwnText:
    """A text, the record it lies in, and the local day it was written."""

    kind: Literal["search", "post"]
    text: str
    day: date
    iri: IRI


def own_texts(index: OwnTexts, today: date, *, days: int = 365) -> tuple[OwnText, ...]:
    """The texts of so many days up to today, the newest first, at most ``MOST``; a text that is repeated counts once.

    Addresses and what is no words at all are left out.
    """
    first = today - timedelta(days=days - 1)
    found: dict[tuple[str, str], OwnText] = {}
    for record in (*index.kept(Search), *index.kept(Post)):
        text = " ".join(record.text[:LONGEST].split())
        day = index.local_day(record.at)
        if record.at == UNDATED or not first <= day <= today or not _is_words(text):
            continue
        each = OwnText("search" if isinstance(record, Search) else "post", text, day, record.iri)
        key = (each.kind, text.casefold())
        if key not in found or (each.day, each.iri) > (found[key].day, found[key].iri):
            found[key] = each
    return tuple(sorted(found.values(), key=lambda each: (each.day, each.iri), reverse=True)[:MOST])


def _is_words(text: str) -> bool:
    return any(letter.isalpha() for letter in text) and not text.startswith(("http://", "https://"))
