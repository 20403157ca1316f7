"""The category that words tell where no table knows the merchant."""

from __future__ import annotations

from functools import cache

from pod_agent.enrich.merchants import phrase_table, tokens

__all__ = ["category_of"]


def category_of(*texts: str) -> str:
    """The category of the first phrase of ``words.csv`` that one of the texts holds, the first text first; or other.

    The order of the file decides where several fit: *Chinese Opera School* is education.
    """
    for text in texts:
        words = tokens(text)
        for category, phrase in _phrases():
            if _holds(words, phrase):
                return category
    return "other"


def _holds(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(_same(words[start : start + size], phrase) for start in range(len(words) - size + 1))


def _same(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    if phrase[-1].endswith("*"):
        return words[:-1] == phrase[:-1] and words[-1].startswith(phrase[-1][:-1])
    return words == phrase


@cache
def _phrases() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(phrase_table("words.csv"))
