"""How often and how lately someone came back to each thing: shops, products, artists, channels and their like.

Nothing but names, days and counts is read: no amounts, and nothing about the person themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Protocol

from pod_agent.enrich.products import group_of
from pod_agent.index.events import Events
from vocab.records import IRI

__all__ = ["COLUMNS", "EventSource", "Habit", "History", "Records", "history"]

COLUMNS: Final = {
    "store": ("purchases", 2),
    "category": ("purchases", 3),
    "product": ("lines", 2),
    "group": ("lines", 7),
    "artist": ("plays", 3),
    "track": ("plays", 5),
    "channel": ("views", 2),
    "video": ("views", 3),
}
"""The family of each kind of thing, and the column that names it."""

_COUNTS: Final = {"lines": (5, 1), "plays": (6, 1), "views": (4, 0)}
"""The column and value of rows that count: delivered lines, plays of 30 seconds or more, videos but no songs."""

FRESH_DAYS: Final = 3
FRESH_GAPS: Final = 3
"""Records that end so many days ago, and so many usual gaps between two days, stand as they stood on their last day.

An export ends on some day: what was bought since is not known, so nothing is overdue for it.
"""


class EventSource(Protocol):
    """What gives rows as numbers: the local index."""

    def events(self, family: str, until: date, /) -> Events:
        """The rows of a family, oldest first."""

    def iris(self, family: str, rows: Iterable[int], /) -> dict[int, IRI]:
        """The IRIs of these rows."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How someone came back to one thing: its days as ordinals, oldest first, and how often on each.

    ``days`` are distinct; ``rows`` are the numbers of all its rows, oldest first.
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

    def between(self, first: int, last: int) -> int:
        """How often from one day to another, both included."""
        return sum(count for day, count in zip(self.days, self.counts, strict=True) if first <= day <= last)


@dataclass(frozen=True, slots=True)
class History:
    """The habits of one kind; ``first`` and ``last`` are the days between which its family has rows that count.

    ``occasions`` is the number of days with any such row: of shopping, of listening. ``today`` is the day from which to
    look ahead: the real one, or the last where the records end long before. ``chances`` is room for what a model makes
    of it.
    """

    kind: str
    family: str
    first: int
    last: int
    today: int
    occasions: int
    habits: Mapping[str, Habit]
    chances: dict[str, float] = field(default_factory=dict, compare=False)


def history(kind: str, events: Events, today: int) -> History | None:
    """The habits of a kind in the rows of its family up to ``today``; None where there is no row that counts."""
    family, column = COLUMNS[kind]
    days: dict[int, list[int]] = {}
    rows: dict[int, list[int]] = {}
    seen: list[int] = []
    for number, day, item in counted(events, column):
        if day > today:
            break
        if not seen or seen[-1] != day:
            seen.append(day)
        if item is not None:
            days.setdefault(item, []).append(day)
            rows.setdefault(item, []).append(number)
    if not seen:
        return None
    habits = {events.texts[item]: _habit(events.texts[item], days[item], rows[item]) for item in days}
    fresh = max(FRESH_DAYS, FRESH_GAPS * (seen[-1] - seen[0] + 1) / len(seen))
    ahead = today if today - seen[-1] <= fresh else seen[-1]
    return History(kind, family, seen[0], seen[-1], ahead, len(seen), habits)


def counted(events: Events, column: int) -> Iterable[tuple[int, int, int | None]]:
    """Number, day and the value of a column of the rows that count, oldest first."""
    if events.family not in _COUNTS:
        return ((row[0] or 0, row[1] or 0, row[column]) for row in events.rows)
    place, value = _COUNTS[events.family]
    return ((row[0] or 0, row[1] or 0, row[column]) for row in events.rows if row[place] == value)


class Records:
    """The records of a person up to a day: each family is read once, when something first asks for it.

    Without ``sections`` the shops' own sections are not looked at: a kind of goods is told by a product's name alone.
    """

    def __init__(self, source: EventSource, today: date, *, sections: bool = True) -> None:
        self._source = source
        self.today = today
        self._sections = sections
        self._events: dict[str, Events] = {}
        self._histories: dict[str, History | None] = {}

    def events(self, family: str) -> Events:
        """The rows of a family."""
        if family not in self._events:
            found = self._source.events(family, self.today)
            self._events[family] = found if self._sections or family != "lines" else _by_name(found)
        return self._events[family]

    def history(self, kind: str) -> History | None:
        """The habits of a kind; None where nothing of the kind is held."""
        if kind not in self._histories:
            self._histories[kind] = history(kind, self.events(COLUMNS[kind][0]), self.today.toordinal())
        return self._histories[kind]

    def iris(self, family: str, rows: Iterable[int]) -> dict[int, IRI]:
        """The IRIs of these rows."""
        return self._source.iris(family, rows)


def _by_name(lines: Events) -> Events:
    """Lines as if no shop had sections; numbers of kinds of goods are below zero."""
    told = {product: group_of(lines.texts.get(product, ""), ()) for product in {row[2] for row in lines.rows}}
    numbers = {name: -1 - place for place, name in enumerate(sorted({name for name in told.values() if name}))}
    rows = [(*row[:3], None, *row[4:7], numbers.get(told[row[2]] or "")) for row in lines.rows]
    return Events(lines.family, rows, {**lines.texts, **{number: name for name, number in numbers.items()}})


def _habit(item: str, days: list[int], rows: list[int]) -> Habit:
    distinct: dict[int, int] = {}
    for day in days:
        distinct[day] = distinct.get(day, 0) + 1
    return Habit(item, tuple(distinct), tuple(distinct.values()), tuple(rows))
