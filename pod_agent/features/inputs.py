"""What suggestions and offers may be computed from: a closed set of inputs, each of which the person can switch off.

Gender and age are none of them, nor is income, except for offers of banks (``flows``). Nothing here is guessed about
the person: an input is a part of their own records, or something public.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pod_agent.errors import UsageError

__all__ = [
    "FEEDBACK", "FLOWS", "HISTORY", "INPUTS", "INTERESTS", "LISTENING", "OPINIONS", "RHYTHM", "SHARED", "SHOP", "TEXT",
    "WATCHING", "switched_off",
]  # fmt: skip

HISTORY: Final = "history"
RHYTHM: Final = "rhythm"
SHARED: Final = "shared"
TEXT: Final = "text"
SHOP: Final = "shop"
LISTENING: Final = "listening"
WATCHING: Final = "watching"
FLOWS: Final = "flows"
FEEDBACK: Final = "feedback"
INTERESTS: Final = "interests"
OPINIONS: Final = "opinions"

INPUTS: Final = {
    HISTORY: "what you bought, how often and how lately",
    RHYTHM: "how many days usually pass before you buy something again",
    SHARED: "what many people buy, from a public model without anyone's records in it",
    TEXT: "how alike names are, to each other and to the season, compared on this machine",
    SHOP: "the shops' own sections, and public catalogues",
    LISTENING: "what you played, saved and follow",
    WATCHING: "what you watched and subscribed to",
    FLOWS: "what moves on your accounts: used for offers of banks only",
    FEEDBACK: "what you said of earlier suggestions",
    INTERESTS: "what you searched for and wrote about: used for offers of banks, insurance and travel only",
    OPINIONS: "how you speak of a shop in what you posted: used for its offers only",
}
"""Every input in plain words."""


def switched_off(names: Iterable[str]) -> frozenset[str]:
    """The inputs of these names; UsageError for one that there is not."""
    wanted = frozenset(names)
    unknown = sorted(wanted - set(INPUTS))
    if unknown:
        raise UsageError(f"{unknown[0]!r} is not an input of suggestions", hint=f"One of: {', '.join(INPUTS)}.")
    return wanted
