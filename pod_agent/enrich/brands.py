"""Brands of the whole world: some 14,000 names from OpenStreetMap's name suggestion index (``brands.LICENSE.txt``).

They stand behind ``merchants.csv``, which knows how Singapore's statements spell its chains. A brand is recognised by
its whole name, once branch, place, numbers and legal form are off the text.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from importlib.resources import files

from pod_agent.enrich.merchants import Merchant, core_words, tokens

__all__ = ["known_brand"]


def known_brand(text: str) -> Merchant | None:
    """The brand whose name the text is, or None."""
    words = tokens(_plain(" ".join(core_words(text))))
    return _brands().get(words) if words else None


@cache
def _brands() -> dict[tuple[str, ...], Merchant]:
    text = files("pod_agent.enrich").joinpath("brands.csv").read_text(encoding="utf-8")
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    return {
        tokens(_plain(name)): Merchant(name, category)
        for category, names in list(csv.reader(text.splitlines()))[1:]
        for name in names.split("|")
    }


def _plain(text: str) -> str:
    """The text without accents, as statements print it."""
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
