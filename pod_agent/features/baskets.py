"""How often and how lately someone came back to each thing: shops, products, artists, channels and their like.

Nothing but names, days and counts is read: no amounts, and nothing about the person themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from pod_agent.index.events import Events
from vocab.records import IRI

__all__ = ["COLUMNS", "EventSource", "Habit", "History", "histories", "history"]

COLUMNS: Final = {
    "store": ("purchases", 2),
    "category": ("purchases", 3),
    "product": ("lines", 2),
    "artist": ("plays", 3),
    "track": ("plays", 5),
    "channel": ("views", 2),
    "video": ("views", 3),
}
"""The family of each kind of thing, and the column that names it."""

_COUNTS: Final = {"purchases": None, "lines": (5, 1), "plays": (6, 1), "views": (4, 0)}
"""The column and value of rows that count: delivered lines, plays of 30 seconds or more, videos but no songs."""


class EventSource(Protocol):
    """What gives rows as numbers: the local index."""

    def events(self, family: str, until: date, /) -> Events:
        """The rows of a family, oldest first."""

    def iris(self, family: str, rows: Iterable[int], /) -> dict[int, IRI]:
        """The IRIs of these rows."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How someone came back to one thing: its days as ordinals, oldest first, and rows (of the index) of each day.

    ``days`` are distinct; ``counts`` says how often on each; ``rows`` are all rows, oldest first.
    """

    item: str
    days: Sequence[int]
    counts: Sequence[int]
    rows: Sequence[int]

    @property
    def last(self) -> int:
        """The latest day."""
        return self.days[-1]

    @property
    def times(self) -> int:
        """How often in all."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class History:
    """The habits of one kind; ``first`` and ``last`` are the days between which its family has rows.

    ``occasions`` is the number of days with any such row: receipts, days of listening.
    """

    kind: str
    family: str
    first: int
    last: int
    occasions: int
    habits: Mapping[str, Habit]


def history(kind: str, events: Events, until: int | None = None) -> History | None:
    """The habits of a kind in the rows of its family, up to the day ``until``; None where there is no row at all."""
    family, column = COLUMNS[kind]
    counted = _COUNTS[family]
    days: dict[int, list[int]] = {}
    rows: dict[int, list[int]] = {}
    seen: list[int] = []
    for row in events.rows:
        day, number, item = row[1], row[0], row[column]
        if day is None or number is None or (until is not None and day > until):
            continue
        if counted is not None and row[counted[0]] != counted[1]:
            continue
        if not seen or seen[-1] != day:
            seen.append(day)
        if item is not None:
            days.setdefault(item, []).append(day)
            rows.setdefault(item, []).append(number)
    if not seen:
        return None
    habits = {events.texts[item]: _habit(events.texts[item], days[item], rows[item]) for item in days}
    return History(kind, family, seen[0], seen[-1], len(seen), habits)


def histories(source: EventSource, kinds: Iterable[str], today: date) -> dict[str, History]:
    """The histories of these kinds up to today; kinds without any row are left out. Each family is read once."""
    read: dict[str, Events] = {}
    found: dict[str, History] = {}
    for kind in kinds:
        family = COLUMNS[kind][0]
        if family not in read:
            read[family] = source.events(family, today)
        held = history(kind, read[family])
        if held is not None:
            found[kind] = held
    return found


def _habit(item: str, days: list[int], rows: list[int]) -> Habit:
    distinct: dict[int, int] = {}
    for day in days:
        distinct[day] = distinct.get(day, 0) + 1
    return Habit(item, tuple(distinct), tuple(distinct.values()), tuple(rows))
