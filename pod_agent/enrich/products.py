"""Which public group a product belongs to, told by the words of its name and of the shop's own category.

The table ``products.csv`` lists phrases for each group; singular and plural are one. The longest phrase found wins, and
of equal ones the one further right, for what a thing is comes last in English (*milk bread*); a flavour gives way to
anything else (*cola zero sugar*). A phrase after ``+``
must stand anywhere in the category or name (*tuna + canned*); a phrase after ``~`` counts where there is no other. The
narrowest level of the category counts most, then the name up to *with*, *for* or a bracket. No model is asked, so the
same record has the same group on every machine.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from vocab.errors import VocabularyError
from vocab.products import GROUPS

__all__ = ["Form", "forms", "group_of"]

GENERAL: Final = 0.3
"""What a phrase after ``~`` counts."""
FLAVOUR: Final = 0.9
"""What a single word counts that often says what a thing tastes or smells of."""
BESIDE: Final = 0.5
"""What a word after ``+`` counts; a word of the phrase itself counts 1."""
LEVELS: Final = (0.9, 0.6, 0.3)
"""What is added for the narrowest levels of the shop's category."""
HEAD: Final = 1.3
"""What is added for the part of a name that says what the thing is."""
ELSEWHERE: Final = 1.0
"""What is taken off where the shop's category speaks of another department."""

WORD = re.compile(r"\w+")
BREAK = re.compile(r"[(\[,|;:]| [-\u2013\u2014] |\b(?:with|for|in|from|w)\b", re.IGNORECASE)
JOINED = re.compile(r"[&,/]|\band\b", re.IGNORECASE)

FLAVOURS: Final = frozenset(
    "almond apple banana basil beef berry blueberry butter caramel cheese cherry chicken chilli chocolate cinnamon"
    " coconut coffee corn cream cucumber dark fish garlic ginger grape hazelnut herb honey lemon lime mango mint"
    " mushroom nut oat onion orange peach peanut peppermint pineapple pork potato prawn rice salmon salt seaweed"
    " sesame shrimp strawberry sugar sweet tea tomato tuna vanilla vegetable vinegar water".split()
)

SHOP_WORDS: Final = {
    "baby": {"baby"},
    "pet": {"pets"},
    "cat": {"pets"},
    "dog": {"pets"},
    "drink": {"drinks", "dairy-eggs"},
    "beverage": {"drinks", "dairy-eggs"},
    "beer": {"drinks"},
    "dairy": {"dairy-eggs"},
    "chilled": {"dairy-eggs", "meat-fish", "frozen-ready", "pantry", "drinks"},
    "frozen": {"frozen-ready", "meat-fish"},
    "fruit": {"fresh", "snacks", "frozen-ready", "pantry"},
    "vegetable": {"fresh", "frozen-ready", "pantry"},
    "meat": {"meat-fish", "frozen-ready", "pantry"},
    "seafood": {"meat-fish", "frozen-ready", "pantry"},
    "bakery": {"bakery"},
    "breakfast": {"bakery", "drinks"},
    "snack": {"snacks", "bakery"},
    "cupboard": {"pantry", "snacks", "bakery", "drinks"},
    "cooking": {"pantry"},
    "cleaning": {"cleaning"},
    "beauty": {"beauty", "personal-care", "health"},
    "personal": {"beauty", "personal-care", "health"},
    "health": {"health", "beauty", "personal-care"},
    "electronics": {"electronics", "home"},
    "fashion": {"clothing"},
    "clothing": {"clothing", "baby"},
}
"""Words of shops' categories, and the departments that lie behind them; what is not here says nothing."""


@dataclass(frozen=True, slots=True)
class Form:
    """A phrase of the table: its words, the words that must stand beside it, its group and what it counts."""

    words: tuple[str, ...]
    beside: frozenset[str]
    group: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Found:
    form: Form
    score: float
    end: int

    @property
    def rank(self) -> tuple[float, int, int, str]:
        return self.score, self.end, sum(map(len, self.form.words)), self.form.group


@lru_cache(maxsize=20_000)
def group_of(product: str, section: tuple[str, ...] = ()) -> str | None:
    """The name of the group of a product, by its name and the shop's category, widest level first; None for no idea."""
    beside = frozenset(_words(" ".join((*section, product))))
    departments = set[str]().union(*(SHOP_WORDS.get(word, ()) for level in section for word in _words(level)))
    found = [*_in_section(section, beside), *_in_name(product, beside)]
    best = max((_weighed(each, departments) for each in found), key=lambda each: each.rank, default=None)
    return best.form.group if best and best.score > 0 else None


def forms(text: str, group: str) -> Iterator[Form]:
    """The phrases of a group, written with ``|`` between them."""
    for phrase in text.split("|"):
        said, _, beside = phrase.removeprefix("~").partition("+")
        words, needed = tuple(_words(said)), frozenset(_words(beside))
        if not words:
            raise VocabularyError(f"a phrase of {group} has no words: {phrase!r}")
        yield Form(words, needed, group, _weight(words, is_general=phrase.startswith("~")) + BESIDE * len(needed))


def _weight(words: tuple[str, ...], *, is_general: bool) -> float:
    if is_general:
        return GENERAL
    return len(words) * (FLAVOUR if FLAVOURS.issuperset(words) else 1)


def _weighed(found: _Found, departments: set[str]) -> _Found:
    if not departments or GROUPS[found.form.group].department in departments:
        return found
    return _Found(found.form, found.score - ELSEWHERE, found.end)


def _in_section(section: Sequence[str], beside: frozenset[str]) -> Iterator[_Found]:
    for level, more in zip(reversed(section), LEVELS, strict=False):
        parts = [part for part in JOINED.split(level) if part.strip()]
        best = [max(_matches(_words(part), beside), key=lambda each: each.rank, default=None) for part in parts]
        groups = {each.form.group if each else None for each in best}
        for each in best[:1] if len(groups) == 1 else ():  # a level of two kinds of things tells neither
            if each is not None:
                yield _Found(each.form, each.score + more, -1)


def _in_name(product: str, beside: frozenset[str]) -> Iterator[_Found]:
    head = _words(next((part for part in BREAK.split(product) if _words(part)), ""))
    for each in _matches(head, beside):
        yield _Found(each.form, each.score + HEAD, each.end)
    yield from _matches(_words(product), beside)


def _matches(words: Sequence[str], beside: frozenset[str]) -> Iterator[_Found]:
    table = _table()
    for start, word in enumerate(words):
        for form in table.get(word, ()):
            end = start + len(form.words)
            if tuple(words[start:end]) == form.words and form.beside <= beside:
                yield _Found(form, form.weight, end)


def _words(text: str) -> list[str]:
    """Words as the table has them: without accents, case and plural; sizes and single s are left out."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return [_singular(word) for word in WORD.findall(plain) if not word[0].isdigit() and word != "s"]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith(("ies", "ie")):
        return f"{word.removesuffix('s').removesuffix('ie')}y"
    if len(word) > 5 and word.endswith(("toes", "goes", "ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@cache
def _table() -> dict[str, list[Form]]:
    text = files("pod_agent.enrich").joinpath("products.csv").read_text(encoding="utf-8")
    table: dict[str, list[Form]] = {}
    for form in _read(csv.reader(text.splitlines()[1:])):
        table.setdefault(form.words[0], []).append(form)
    return table


def _read(rows: Iterable[Sequence[str]]) -> Iterator[Form]:
    for group, text in rows:
        yield from forms(text, group)
