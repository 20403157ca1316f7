"""Questions that are told by their own words, before any topic: budgets, offers, and habits of spending.

What is left of such a question once its own words are taken out must be names, categories and a period; a word that is
none of these blocks the answer, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pod_agent.assistant.plan import Period, Refusal
from pod_agent.assistant.rules.case import clarify
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.reading import read

__all__ = ["CHANGES_MEANING", "Asked", "Rest", "declined", "rest_of"]

CHANGES_MEANING = re.compile(r"\b(?:not|never|without|except|excluding|apart|only|besides|neither|nor|instead)\b")
"""Words that none of these questions can take into account."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in canonical spelling, the names of the records, and the days held by kind of record."""

    text: str
    lexicon: Lexicon
    held: Mapping[str, Period]
    today: date

    def has(self, pattern: str) -> bool:
        """Whether the text holds these words."""
        return re.search(rf"\b(?:{pattern})\b", self.text) is not None


@dataclass(frozen=True, slots=True)
class Rest:
    """What a question names beside its own words."""

    categories: tuple[str, ...] = ()
    merchants: tuple[str, ...] = ()
    period: Period | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Categories and merchants."""
        return (*self.categories, *self.merchants)


def declined(text: str) -> Refusal:
    """What cannot be answered, and why."""
    return Refusal(status="declined", text=text)


def rest_of(asked: Asked, own_words: str) -> Rest | Refusal:
    """The names and the period in a question without its own words; asked back where there is anything else."""
    text = " ".join(re.sub(rf"\b(?:{own_words})\b", " ", asked.text).split())
    if not text:
        return Rest()
    reading = read(text, asked.lexicon, asked.today)
    if reading.refusal is not None:
        return reading.refusal
    known = re.sub(r"\b(?:AND|[ECNP]\d+)\b", " ", reading.text)
    strange = [word for word in known.split() if word.isupper() or re.fullmatch(r"[A-Z]+\d*", word)] + reading.left
    merchants = [each.text for names in reading.names for each in names if each.kind == "merchant"]
    if strange or len(reading.periods) > 1 or len(merchants) < len(reading.names):
        word = next(iter(reading.left), "")
        return clarify(f'I did not understand "{word}" there.' if word else "I cannot use every part of that question.")
    categories = (*reading.categories, *(category.removesuffix("*") for category, _ in reading.parts))
    return Rest(tuple(dict.fromkeys(categories)), tuple(merchants), next(iter(reading.periods), None))
