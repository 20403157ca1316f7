"""Sentences about what the records lack for suggestions, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pod_agent.features.baskets import COLUMNS, Records
from pod_agent.suggesting.words import day_words

__all__ = ["notes"]

NEXT: Final = {
    "purchases": ("payments", "a statement of your bank or card"),
    "lines": ("shop orders", "your orders at FairPrice or Lazada, or a receipt"),
    "plays": ("music", "your listening history from Spotify"),
    "views": ("videos", "your history from YouTube"),
}
"""The word for each family, and where its records come from."""


def notes(records: Records, kinds: Iterable[str], found: bool) -> tuple[str, ...]:  # noqa: FBT001
    """What to import where nothing of a kind is held, and where records end long ago; ``kinds`` are those not off."""
    said: dict[str, str] = {}
    kinds, held = list(kinds), False
    if not kinds:
        return ("What you ask for rests on inputs that are switched off.",)
    for kind in kinds:
        family = COLUMNS[kind][0]
        word, source = NEXT[family]
        history = records.history(kind)
        held = held or history is not None
        if history is None:
            said.setdefault(family, f"You have no {word} in your pod yet: import {source} (pod-agent import PATH).")
        elif history.today < records.today.toordinal():
            last = day_words(history.last)
            said.setdefault(
                family, f"Your records of {word} end on {last}: suggestions are as of that day; import a newer export."
            )
    nothing = ("Nothing of what you ask for stands out in your records yet.",) if held and not found else ()
    return (*nothing, *said.values())
