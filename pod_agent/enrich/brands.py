"""Brands of the whole world: some 14,000 names from OpenStreetMap's name suggestion index (``brands.LICENSE.txt``).

They stand behind ``merchants.csv``, which knows how Singapore's statements spell its chains. A brand is recognised by
its whole name, once branch, place, numbers and legal form are off the text.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

from pod_agent.enrich.merchants import Merchant, core_words, tokens

__all__ = ["known_brand"]

_APOSTROPHE = re.compile(r"['`\u2019]")
_NO_WORD = re.compile(r"[^\w&\n]|_")


def known_brand(text: str) -> Merchant | None:
    """The brand whose name the text is, or None."""
    words = tokens(_plain(" ".join(core_words(text))))
    return _brands().get(" ".join(words)) if words else None


@cache
def _brands() -> dict[str, Merchant]:
    """Brands by their words with single spaces; all names are taken apart at once, which takes milliseconds."""
    text = files("pod_agent.enrich").joinpath("brands.csv").read_text(encoding="utf-8")
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    rows = list(csv.reader(text.splitlines()))[1:]
    names = [(name, category) for category, listed in rows for name in listed.split("|")]
    words = _NO_WORD.sub(" ", _APOSTROPHE.sub("", _plain("\n".join(name for name, _ in names)).upper()))
    keys = words.replace("&", " & ").split("\n")
    return {" ".join(key.split()): Merchant(*name) for key, name in zip(keys, names, strict=True)}


def _plain(text: str) -> str:
    """The text without accents, as statements print it."""
    if text.isascii():
        return text
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
