"""safe_name: what a planner or a model may see of a name from the records.

Shop, song and video names are written by strangers. What steers a terminal, hides, marks up, links or speaks in a role
is taken out, and what is left is short: enough to tell one name from another, too little to carry a page of orders.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from vocab.wording import unhidden

__all__ = ["LONGEST", "safe_name"]

LONGEST: Final = 40
"""Characters of a safe name, at most."""

_TAKEN: Final = 400
"""Characters of a name that are looked at: a longer one is cut first, so that no name costs much time."""

_KEPT: Final = frozenset("&',.-+%/!?()$\u2013\u2014\u2019\u00b0")
"""Signs that names are written with. No bracket, quote, colon, hash, star, bar or angle: those mark up or set roles."""

_ADDRESS: Final = re.compile(
    r"""
    [a-z][a-z0-9+.-]{0,19} \s? : \s? // \s? \S*       # http://..., also spaced out
    | \b (?:mailto|data|javascript|file|tel|vbscript|blob) \s? : \s? \S*
    | \b www \s? \. \S*
    | \S+ @ \S+                                       # a mail address, or a login in an address
    | \b [\w-]+ (?: \. [\w-]+ )* \. [^\W\d_]{2,} [/?:] \S*  # a host with a path, a query or a port
    """,
    re.IGNORECASE | re.VERBOSE,
)
_INVISIBLE: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""Seen as nothing though they are letters or marks; runs of them can carry a hidden text."""


def safe_name(text: str) -> str:
    """The name in NFKC, without addresses, markup and what cannot be seen, on one line, cut at ``LONGEST``.

    Made safe again it stays the same. Empty where nothing is left; a caller then leaves the name out.
    """
    text = unicodedata.normalize("NFKC", text[:_TAKEN])
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", unhidden(text)))
    text = " ".join("".join(map(_plain, _ADDRESS.sub(" ", text))).split())
    while True:
        shorter = " ".join(_ADDRESS.sub(" ", text).split())[:LONGEST].strip()
        if shorter == text:
            return text
        text = shorter


def _plain(letter: str) -> str:
    """The character, or a space where names are not written with it."""
    if letter in _KEPT:
        return letter
    kind = unicodedata.category(letter)
    return letter if kind[0] in "LMN" or kind in {"Sc", "So"} else " "
