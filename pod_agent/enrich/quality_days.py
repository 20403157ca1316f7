"""What the checks keep of a subject: a few numbers for each day, in blocks, so that years take kilobytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DayTable", "Days", "Level", "Series", "Subject"]

_SIZE: Final = 512
_MAX_RECORDERS: Final = 16


class Level(Enum):
    """What of a subject is compared from month to month."""

    COUNT = auto()
    """How many rows a month has."""
    SUM = auto()
    """What the totals of a month's days add up to."""
    DAY_TOTAL = auto()
    """The middle one of the totals of its days."""
    DAY_MEAN = auto()
    """The middle one of the means of its days."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What rows tell of, such as the payments of one account; ``name`` is for people.

    ``measure`` is a name of ``vocab.measures.MEASURES``, None where nothing is measured. ``source`` keeps apart what
    two services tell.
    """

    source: str
    name: str
    level: Level
    measure: str | None = None
    is_account: bool = False


class Days(NamedTuple):
    """Columns over the days that have rows; ``days`` are ordinals, ``recorders`` one bit for each recorder."""

    days: NDArray[np.int64]
    counts: NDArray[np.uint32]
    totals: NDArray[np.float64]
    recorders: NDArray[np.uint16]


class _Block:
    """The days that share all but the last bits of their ordinals."""

    __slots__ = ("counts", "recorders", "totals")

    def __init__(self) -> None:
        self.counts: NDArray[np.uint32] = np.zeros(_SIZE, np.uint32)
        self.totals: NDArray[np.float64] = np.zeros(_SIZE, np.float64)
        self.recorders: NDArray[np.uint16] = np.zeros(_SIZE, np.uint16)


class DayTable:
    """Rows, a total and recorders for every day; a day is an ordinal of ``datetime.date``."""

    def __init__(self) -> None:
        self._blocks: dict[int, _Block] = {}

    def add(self, day: int, count: int, total: float, recorders: int = 0) -> None:
        """Add rows of one day; ``recorders`` is one bit for each."""
        block, place = self._block(day // _SIZE), day % _SIZE
        block.counts[place] += count
        if total:
            block.totals[place] += total
        if recorders:
            block.recorders[place] |= recorders

    def merge(self, other: DayTable) -> None:
        """Add all days of another table."""
        for number, theirs in other._blocks.items():
            block = self._block(number)
            block.counts += theirs.counts
            block.totals += theirs.totals
            block.recorders |= theirs.recorders

    def days(self) -> Days:
        """The days that have rows, in order."""
        numbers = sorted(self._blocks)
        if not numbers:
            return Days(np.empty(0, np.int64), np.empty(0, np.uint32), np.empty(0), np.empty(0, np.uint16))
        blocks = [self._blocks[number] for number in numbers]
        counts = np.concatenate([block.counts for block in blocks])
        kept = np.flatnonzero(counts)
        return Days(
            days=(np.array(numbers)[:, None] * _SIZE + np.arange(_SIZE)).ravel()[kept],
            counts=counts[kept],
            totals=np.concatenate([block.totals for block in blocks])[kept],
            recorders=np.concatenate([block.recorders for block in blocks])[kept],
        )

    def _block(self, number: int) -> _Block:
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = _Block()
        return block


@dataclass(slots=True)
class Series:
    """Everything that is kept of a subject; ``files`` are the numbers of the files that told of it.

    ``hours`` counts rows by hour of the day in UTC. ``came`` and ``went`` count amounts above and below 0.
    """

    table: DayTable = field(default_factory=DayTable)
    hours: list[int] = field(default_factory=lambda: [0] * 24)
    recorders: list[str] = field(default_factory=list)
    came: int = 0
    went: int = 0
    files: set[int] = field(default_factory=set)

    def add_days(self, days: Mapping[int, int], totals: Mapping[int, float] | None = None, recorder: str = "") -> None:
        """Add the rows of one recorder, and their total, by day."""
        bit = self.bit(recorder)
        for day, count in days.items():
            self.table.add(day, count, totals[day] if totals else 0.0, bit)

    def add_hours(self, hours: Iterable[tuple[int, int]]) -> None:
        """Add rows by their hour."""
        for hour, count in hours:
            self.hours[hour] += count

    def bit(self, recorder: str) -> int:
        """The bit of a recorder; none for one without a name, and for those beyond the sixteenth."""
        if not recorder:
            return 0
        if recorder not in self.recorders:
            if len(self.recorders) == _MAX_RECORDERS:
                return 0
            self.recorders.append(recorder)
        return 1 << self.recorders.index(recorder)

    def merge(self, other: Series) -> None:
        """Add what another file tells of the subject."""
        bits = [self.bit(name) for name in other.recorders]
        if bits != [1 << place for place in range(len(bits))]:
            self._merge_renumbered(other, bits)
        else:
            self.table.merge(other.table)
        self.add_hours(enumerate(other.hours))
        self.came += other.came
        self.went += other.went
        self.files |= other.files

    def _merge_renumbered(self, other: Series, bits: list[int]) -> None:
        for day, count, total, theirs in zip(*(column.tolist() for column in other.table.days()), strict=True):
            ours = sum(bit for place, bit in enumerate(bits) if theirs >> place & 1)
            self.table.add(day, count, total, ours)

    def months(self, level: Level) -> dict[int, float]:
        """The level of every month that has rows, by its number: year times 12 plus month less 1."""
        days, counts, totals, recorders = self.table.days()
        found: dict[int, float] = {}
        months = np.array([each.year * 12 + each.month - 1 for each in map(date.fromordinal, days.tolist())])
        values = totals / (counts if level is Level.DAY_MEAN else _tellers(recorders))
        for month in np.unique(months).tolist():
            here = months == month
            if level is Level.COUNT:
                found[month] = float(counts[here].sum())
            elif level is Level.SUM:
                found[month] = float(values[here].sum())
            else:
                found[month] = float(np.median(values[here]))
        return found


def _tellers(recorders: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """How many recorders tell of each day, 1 where none has a name: each of them tells the whole day."""
    bits = np.unpackbits(recorders.astype("<u2").view(np.uint8).reshape(-1, 2), axis=1)
    tellers: NDArray[np.uint8] = np.maximum(bits.sum(axis=1, dtype=np.uint8), 1)
    return tellers
