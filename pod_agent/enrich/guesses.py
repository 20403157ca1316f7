"""A guess at the category of a shop that nothing else knows, and how sure it is.

The model is a table of word forms (whole words, starts and ends), learned by ``bench/merchant_names.py`` from the names
of real brands: among brands with a form, the share of its category, less one standard error. Below ``SURE`` it says
nothing: a wrong category is worse than *other*. ``docs/decisions/0006`` has the figures.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pod_agent.enrich.merchants import tokens

__all__ = ["SURE", "Guess", "forms", "guess"]

SURE = 0.85
"""How sure a guess must be to be made."""

_LENGTHS = (4, 5, 6)
"""Letters of the starts and ends that are looked at."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A category, the share of names like this one that have it, and the form by which it was told."""

    category: str
    sure: float
    form: str


def guess(name: str) -> Guess | None:
    """The category that the surest form of the name tells; None where none is sure enough."""
    told = (_table().get(form) for word in tokens(name) for form in forms(word))
    return max((each for each in told if each), key=lambda each: (each.sure, each.form), default=None)


def forms(word: str) -> Iterator[str]:
    """The word, its starts (``^BAKE``) and its ends (``KERY$``)."""
    yield word
    for length in _LENGTHS:
        if len(word) > length:
            yield f"^{word[:length]}"
            yield f"{word[-length:]}$"


@cache
def _table() -> dict[str, Guess]:
    text = files("pod_agent.enrich").joinpath("guesses.csv").read_text(encoding="utf-8")
    return {
        form: Guess(category, float(sure), form) for form, category, sure in list(csv.reader(text.splitlines()))[1:]
    }
