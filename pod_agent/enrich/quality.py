"""Checks of an import: every file's rows pass by once, and at the end the findings are in plain words.

Rows are looked at in batches, so that a row costs a fraction of a microsecond, and only a few numbers for each day are
kept. What one file tells is told of the file; what several files tell together (a device writes a file a day), of the
import.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from pod_agent.enrich.quality_days import Level, Series, Subject
from pod_agent.enrich.quality_findings import Finding
from pod_agent.enrich.quality_measures import find_double_recorders, find_unit_change
from pod_agent.enrich.quality_rows import Lacking, Twins, find_future, find_missing, find_one_sign
from pod_agent.enrich.quality_time import find_gaps, find_shift, find_zone
from vocab.measures import MEASURES, Day
from vocab.records import (
    DailyMeasure,
    Listen,
    Measurement,
    OrderLine,
    Record,
    Sleep,
    Transaction,
    TransactionKind,
    View,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FileChecks", "ImportChecks"]

_BATCH: Final = 1024
_DAY: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()
_LACKS: Final[dict[type[Record], tuple[str, tuple[tuple[str, object, str], ...]]]] = {
    Listen: (
        "plays",
        (("artist", None, "name no artist"), ("track", None, "name no track address")),
    ),
    View: ("videos", (("title", None, "name no title"), ("channel", None, "name no channel"))),
    OrderLine: ("products", (("section", (), "name no section of the shop"),)),
    Sleep: ("nights and naps", (("deep", None, "tell no sleep stages"),)),
    Transaction: (
        "purchases",
        (("merchant", "", "name no merchant"), ("category", "other", "are in category other")),
    ),
}
"""Rows in words, and for each field the value that says that it lacks."""


class FileChecks:
    """What the checks keep of one file; ``source`` is that of its samples, ``today`` the day of the import."""

    def __init__(self, number: int, source: str, today: date) -> None:
        self.series: defaultdict[Subject, Series] = defaultdict(lambda: Series(files={number}))
        self._source = source
        self._tomorrow = today.toordinal() + 1
        self._future = 0
        self.lacking: defaultdict[str, Lacking] = defaultdict(lambda: Lacking(files={number}))
        self._twins = Twins()
        self._batch: list[Record] = []

    def take(self, record: Record) -> None:
        """Look at a record, now or with those that follow."""
        self._batch.append(record)
        if len(self._batch) >= _BATCH:
            self.flush()

    def take_samples(
        self, measures: Sequence[str], at: NDArray[np.int64], values: NDArray[np.float64], recorders: Iterable[str]
    ) -> None:
        """Look at samples of a dense series: one entry for each, ``at`` in seconds since 1970.

        ``recorders`` are those that occur; only where it is one alone is it known whose day it is.
        """
        found_recorders = set(recorders)
        recorder = found_recorders.pop() if len(found_recorders) == 1 else ""
        days = at // _DAY + _EPOCH
        self._future += int((days > self._tomorrow).sum())
        names = np.array(measures) if len(set(measures)) > 1 else None
        for measure in sorted(set(measures)):
            mine = slice(None) if names is None else names == measure
            series = self.series[_measure(self._source, measure)]
            found, place = np.unique(days[mine], return_inverse=True)
            counts = np.bincount(place).tolist()
            sums = np.bincount(place, values[mine]).tolist()
            bit = series.bit(recorder)
            for day, count, total in zip(found.tolist(), counts, sums, strict=True):
                series.table.add(day, count, total, bit)
            if MEASURES[measure].day is Day.SUM:
                hours = at[mine][values[mine] > 0] // 3600 % 24
                series.add_hours(enumerate(np.bincount(hours, minlength=24).tolist()))

    def flush(self) -> None:
        """Look at the records that wait."""
        by_class: defaultdict[type[Record], list[Any]] = defaultdict(list)
        for record in self._batch:
            by_class[record.__class__].append(record)
        self._batch.clear()
        for kind, rows in by_class.items():
            days = [row.at.toordinal() for row in rows]
            if max(days) > self._tomorrow:
                self._future += sum(day > self._tomorrow for day in days)
            self._count_missing(kind, rows)
            look = _LOOKS.get(kind)
            if look:
                look(self, rows, days)

    def findings(self) -> Iterator[Finding]:
        """What the file's rows say one by one; ``flush`` comes before."""
        yield from find_future(self._future)
        yield from self._twins.findings()

    def _count_missing(self, kind: type[Record], rows: list[Any]) -> None:
        """Count what lacks; a provisional row yields to one that says more, so its lacks say nothing."""
        if kind not in _LACKS:
            return
        name, fields = _LACKS[kind]
        rows = [row for row in rows if not row.provisional]
        if kind is Transaction:
            rows = [row for row in rows if row.kind is TransactionKind.SPEND]
        lacking = self.lacking[name]
        lacking.rows += len(rows)
        for field, empty, lack in fields:
            lacking.lacks[lack] += list(map(attrgetter(field), rows)).count(empty)

    def _payments(self, rows: list[Transaction], days: list[int]) -> None:
        by_account: defaultdict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
        hashes = []
        for row, day in zip(rows, days, strict=True):
            minor = row.amount.minor
            by_account[row.source, row.account, row.amount.currency].append((day, minor))
            hashes.append(hash((day, row.account, minor, row.description)))
        self._twins.add(hashes)
        for (source, account, _), paid in by_account.items():
            series = self.series[Subject(source, f"payments of {account}", Level.SUM, is_account=True)]
            totals: Counter[int] = Counter()
            for day, minor in paid:
                totals[day] += -minor if minor < 0 else 0
            series.add_days(Counter(day for day, _ in paid), totals)
            series.came += sum(minor > 0 for _, minor in paid)
            series.went += sum(minor < 0 for _, minor in paid)

    def _plays(self, rows: list[Listen] | list[View], days: list[int]) -> None:
        name = "plays" if rows[0].__class__ is Listen else "videos"
        series = self.series[Subject(rows[0].source, name, Level.COUNT)]
        series.add_days(Counter(days))
        series.add_hours(Counter([row.at.hour for row in rows]).items())

    def _sleeps(self, rows: list[Sleep], days: list[int]) -> None:
        series = self.series[Subject(rows[0].source, "sleep", Level.DAY_TOTAL)]
        for row, day in zip(rows, days, strict=True):
            if row.is_main:
                series.table.add(day, 1, float(row.asleep), series.bit(row.recorder))

    def _measures(self, rows: list[DailyMeasure | Measurement], days: list[int]) -> None:
        for row, day in zip(rows, days, strict=True):
            series = self.series[_measure(row.source, row.measure)]
            series.table.add(day, 1, float(row.value), series.bit(row.recorder))


def _measure(source: str, measure: str) -> Subject:
    level = Level.DAY_TOTAL if MEASURES[measure].day is Day.SUM else Level.DAY_MEAN
    return Subject(source, measure.replace("_", " "), level, measure)


_LOOKS: Final[dict[type[Record], Callable[[FileChecks, list[Any], list[int]], None]]] = {
    Transaction: FileChecks._payments,  # noqa: SLF001 - the class is this module's own
    Listen: FileChecks._plays,  # noqa: SLF001
    View: FileChecks._plays,  # noqa: SLF001
    Sleep: FileChecks._sleeps,  # noqa: SLF001
    DailyMeasure: FileChecks._measures,  # noqa: SLF001
    Measurement: FileChecks._measures,  # noqa: SLF001
}


class ImportChecks:
    """What all files of an import tell; ``zone`` is the person's."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._series: dict[Subject, Series] = {}
        self._lacking: dict[str, Lacking] = {}
        self._files: dict[int, tuple[Finding, ...]] = {}

    def add(self, number: int, file: FileChecks) -> None:
        """Add a file that was read to its end."""
        file.flush()
        self._files[number] = tuple(file.findings())
        for subject, series in file.series.items():
            held = self._series.setdefault(subject, series)
            if held is not series:
                held.merge(series)
        for name, lacking in file.lacking.items():
            known = self._lacking.setdefault(name, lacking)
            if known is not lacking:
                known.merge(lacking)

    def findings(self) -> dict[int | None, tuple[Finding, ...]]:
        """The findings by number of the file, or None for what several files tell together."""
        found: defaultdict[int | None, list[Finding]] = defaultdict(list)
        for number, findings in self._files.items():
            found[number] += findings
        for subject in sorted(self._series, key=lambda each: (each.source, each.name)):
            series = self._series[subject]
            found[_place(series.files)] += _over_time(subject, series, self._zone)
        for name, lacking in sorted(self._lacking.items()):
            found[_place(lacking.files)] += find_missing(name, lacking)
        return {number: tuple(findings) for number, findings in found.items()}


def _place(files: set[int]) -> int | None:
    return min(files) if len(files) == 1 else None


def _over_time(subject: Subject, series: Series, zone: ZoneInfo) -> Iterable[Finding]:
    yield from find_gaps(subject, series)
    changed = list(find_unit_change(subject, series))
    yield from changed or find_shift(subject, series)
    yield from find_double_recorders(subject, series)
    yield from find_one_sign(subject, series)
    yield from find_zone(subject, series, zone)
