"""The slots of a sketch in words: periods, days, names and limits with the prepositions that rules expect."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pod_agent.assistant.parts import Parts

__all__ = [
    "STATES",
    "changed",
    "conditions",
    "days",
    "excluding",
    "joined",
    "led",
    "limits",
    "two_of",
    "when",
]

LED = frozenset(
    "last past this since until till before after between from in on during yesterday today ever the over at each"
    " every so previous current to of".split()
)
"""Words that a period or a day may begin with as it is; all others get "in" or "on"."""
RHYTHMS = frozenset({"monthly", "yearly"})
STATES = frozenset({"cancelled", "refunded", "delivered"})
PAIR = 2


def changed(sketch: Parts, **fields: Any) -> Parts:
    """The sketch with other values in these fields."""
    return replace(sketch, **fields)


def joined(texts: Sequence[str], lead: str = "") -> str:
    """The texts with "and" between them after a preposition; nothing where there are none."""
    return f" {lead} {' and '.join(texts)}" if texts else ""


def led(period: str) -> str:
    """A period with its preposition: in September, on 3 May 2026, last month."""
    words = period.lower().split()
    if words[0] in LED:
        return period
    rest = re.sub(r"\b(?:19|20)\d\d\b(?!-)|\bq[1-4]\b|\b\d{4}-\d{1,2}\b(?!-)", "", period.lower())
    return f"{'on' if re.search(r'[0-9]', rest) else 'in'} {period}"


def when(periods: Sequence[str]) -> str:
    """All periods with their prepositions."""
    return joined([led(period) for period in periods])


def days(sketch: Parts) -> str:
    """Days of the week, or hours of the day."""
    return "".join(f" {day if day.lower().split()[0] in LED else f'on {day}'}" for day in sketch.days)


def conditions(sketch: Parts) -> str:
    """How it was paid."""
    return "".join(f" {each}" for each in sketch.conditions if each not in RHYTHMS | STATES)


def limits(sketch: Parts) -> str:
    """Limits on amounts, with their money sign."""
    signed = (each if "$" in each else re.sub(r"(?<![\d.$])(\d)", r"$\1", each, count=1) for each in sketch.limits)
    return "".join(f" {each}" for each in signed)


def excluding(sketch: Parts) -> str:
    """What is left out."""
    return joined(sketch.without, "excluding")


def two_of(sketch: Parts) -> tuple[str, str, str] | None:
    """The slot that holds the two things compared, and these two."""
    for slot in ("periods", "names", "categories", "days"):
        texts = getattr(sketch, slot)
        if len(texts) == PAIR:
            return slot, texts[0], texts[1]
    return None
