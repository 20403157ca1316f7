"""Names and figures of suggestions as people read them; names come from strangers and are made harmless here."""

from __future__ import annotations

from datetime import date
from typing import Final

from pod_agent.features.baskets import Habit
from vocab.products import GROUPS
from vocab.taxonomy import CATEGORIES
from vocab.wording import day_text, unhidden

__all__ = ["best_month", "day_words", "kind_title", "month_words", "quoted", "shown", "times"]

LONGEST: Final = 120


def shown(name: str) -> str:
    """A name on one line, without what steers or hides, and cut where it is very long."""
    clean = " ".join(unhidden(name).split())
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1]}\u2026"


def kind_title(kind: str, item: str) -> str:
    """The title of an item: categories and product groups have labels of their own."""
    if kind == "category" and item in CATEGORIES:
        return CATEGORIES[item].label
    return GROUPS[item].label if kind == "group" and item in GROUPS else shown(item)


def quoted(name: str) -> str:
    """A name inside a sentence, so that it cannot be taken for a part of it."""
    clean = shown(name).replace("\u201c", "'").replace("\u201d", "'")
    return f"\u201c{clean}\u201d"


def times(number: int) -> str:
    """``once``, ``twice``, ``12 times``."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def day_words(ordinal: int) -> str:
    """A day, ``5 Oct 2026``."""
    return day_text(date.fromordinal(ordinal))


def month_words(ordinal: int) -> str:
    """The month of a day, ``October 2026``."""
    return f"{date.fromordinal(ordinal):%B %Y}"


def best_month(habit: Habit) -> str:
    """The month in which it happened most often, the later of equals."""
    months: dict[date, int] = {}
    for day, count in zip(habit.days, habit.counts, strict=True):
        month = date.fromordinal(day).replace(day=1)
        months[month] = months.get(month, 0) + count
    return month_words(max(months, key=lambda month: (months[month], month)).toordinal())
