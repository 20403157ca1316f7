"""The category that words tell where no table knows the merchant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pod_agent.enrich.merchants import phrase_table, starts_with, tokens

__all__ = ["category_of"]

START = 4
"""Letters by which phrases are found; those that begin with a shorter word are found by that word."""


def category_of(*texts: str) -> str:
    """The category of the first phrase of ``words.csv`` that one of the texts holds, the first text first; or other.

    The order of the file decides where several fit: *Chinese Opera School* is education.
    """
    for text in texts:
        words = tokens(text)
        found = [rank for place in range(len(words)) for rank in _ranks_at(words[place:])]
        if found:
            return _phrases()[min(found)][0]
    return "other"


def _ranks_at(words: tuple[str, ...]) -> Iterator[int]:
    """Positions in the file of the phrases that these words start with."""
    by_start = _by_start()
    for size in range(1, min(len(words[0]), START) + 1):
        for rank, phrase in by_start.get(words[0][:size], ()):
            if starts_with(words, phrase):
                yield rank


@cache
def _phrases() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(phrase_table("words.csv"))


@cache
def _by_start() -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    starts: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for rank, (_, phrase) in enumerate(_phrases()):
        starts.setdefault(phrase[0].rstrip("*")[:START], []).append((rank, phrase))
    return starts
