"""A question as tokens that are taken one after another: what is left over at the end was not understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from vocab.wording import unhidden

__all__ = ["MAX_LENGTH", "TAKEN", "Words", "plain", "stem", "tokens"]

MAX_LENGTH = 300
TAKEN = "_"
"""Stands where something was taken, so that words apart never become neighbours."""
SHORTEST = 5
ALIKE = 0.84
TOKEN = re.compile(
    r"\d{4}-\d{2}(?:-\d{2})?|\d+(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)?\d*|%|>=|<=|[<>]|[^\w\s,.;:!?()\"&/'-]"
)
SPELT = str.maketrans(
    {"\N{RIGHT SINGLE QUOTATION MARK}": "'", "\N{LEFT DOUBLE QUOTATION MARK}": '"'}
    | {"\N{RIGHT DOUBLE QUOTATION MARK}": '"', "\N{EN DASH}": "-", "\N{EM DASH}": "-"}
)


def plain(text: str) -> str:
    """The text without what hides or steers, in one form of each character."""
    return unicodedata.normalize("NFKC", unhidden(text)).translate(SPELT).strip()


def tokens(text: str) -> list[str]:
    """The words and numbers of a text, small; ``1,000`` is one number and a hyphen parts words."""
    whole = re.sub(r"\b(what|how|where)'s\b", r"\1 is", plain(text).casefold())
    joined = re.sub(r"(?<=\d),(?=\d{3}\b)", "", whole)
    return TOKEN.findall(re.sub(r"\bs?\$", " sgd ", joined))


def stem(word: str) -> str:
    """A word without its plural."""
    if word == "households":  # people, and not the category
        return word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word


class Words:
    """The tokens of a question and which of them are taken already."""

    def __init__(self, found: Iterable[str]) -> None:
        self.tokens = list(found)

    @property
    def text(self) -> str:
        """What is not taken, with ``TAKEN`` in the gaps."""
        return " ".join(self.tokens)

    def take(self, pattern: str) -> list[re.Match[str]]:
        """Take every match of a pattern of whole tokens; gives the matches."""
        text = self.text
        found = list(re.finditer(rf"(?<!\S)(?:{pattern})(?!\S)", text))
        for match in found:
            self.use(text[: match.start()].count(" "), match.group().count(" ") + 1)
        return found

    def has(self, pattern: str) -> bool:
        """Whether a pattern of whole tokens stands in what is left."""
        return re.search(rf"(?<!\S)(?:{pattern})(?!\S)", self.text) is not None

    def run(self, start: int, size: int) -> tuple[str, ...] | None:
        """So many tokens from a place, by their stems; None where one is taken or the question ends."""
        part = self.tokens[start : start + size]
        return None if len(part) < size or TAKEN in part else tuple(map(stem, part))

    def use(self, start: int, size: int) -> None:
        """Take the tokens of a run."""
        self.tokens[start : start + size] = [TAKEN] * size

    def repair(self, known: Collection[str]) -> list[tuple[str, str]]:
        """Mend the spelling of unknown words that are close to one known word; gives what was mended."""
        stems = {stem(word) for word in known} | set(known)
        candidates = [word for word in stems if len(word) >= SHORTEST]
        mended = []
        for place, word in enumerate(self.tokens):
            if len(word) < SHORTEST or not word.isalpha() or word in stems or stem(word) in stems:
                continue
            near = _near(word, candidates) or _near(stem(word), candidates)
            if near:
                self.tokens[place] = near
                mended.append((word, near))
        return mended


def _near(word: str, candidates: list[str]) -> str:
    """The one known word that this is close to, with the same first letter; empty where there is none or several."""
    near = [one for one in get_close_matches(word, candidates, n=3, cutoff=ALIKE) if one[0] == word[0]]
    return near[0] if near and len({stem(one) for one in near}) == 1 else ""
