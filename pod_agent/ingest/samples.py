"""Samples of dense series that wait to be written: in blocks on disk, one file for each measure and local month.

A block is an array, not a list of objects: tens of millions of samples pass through an import, and what is done for
each of them one by one is what the import costs.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from pod_agent.importers.protocol import Sample
from pod_agent.ingest.local_days import LocalDays, month_name
from vocab.measures import MEASURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ROW", "SampleBatch", "SampleStaging", "Series"]

ROW: Final = np.dtype(
    [("at", "<i8"), ("value", "<f8"), ("line", "<i4"), ("file", "<u4"), ("recorder", "<u2"), ("tree", "u1")]
)
_IN_MEMORY: Final = 200_000
_FIRST: Final = -2_208_988_800
_LAST: Final = 7_258_118_400
MAX_TREE: Final = 15
MAX_RECORDERS: Final = 1 << 16


class Series(NamedTuple):
    """Whose samples: the source, the measure and the local month (``2026-10``)."""

    source: str
    measure: str
    month: str


class SampleBatch:
    """Columns of samples that came one after the other in a file."""

    def __init__(self, rows: Sequence[Sample]) -> None:
        lines, self.measures, at, values, self.recorders, trees = zip(*rows, strict=True)
        self.lines = np.array(lines, np.int64)
        self.at = np.array(at, np.int64)
        self.values = np.array(values, np.float64)
        self.trees = np.array(trees, np.int64)

    def in_order(self, last: int, *, gapless: bool) -> bool:
        """Whether the lines go on from ``last`` without one told twice, and without a gap where there must be none.

        One row of the source may hold several samples; these differ in more than their value.
        """
        steps = np.diff(self.lines)
        first = int(self.lines[0]) - last
        if steps.size and not ((steps == 1) if gapless else (steps > 0)).all():
            same = np.flatnonzero(steps == 0)
            steps[same] = 1
            if any(self._name(place) == self._name(place + 1) for place in same.tolist()):
                return False
            if not ((steps == 1) if gapless else (steps > 0)).all():
                return False
        return first in {0, 1} or (first > 1 and not gapless)

    def names(self, line: int) -> set[str]:
        """What tells the samples of a line apart, for lines at the end of the batch."""
        start = int(np.searchsorted(self.lines, line))
        return {self._name(place) for place in range(start, len(self.lines))}

    def first_names(self, line: int) -> set[str]:
        """The same for the lines at the start of the batch."""
        return {self._name(place) for place in range(int(np.searchsorted(self.lines, line, side="right")))}

    def faults(self) -> NDArray[np.bool_]:
        """Which samples cannot be: values or times out of range, measures that nobody knows."""
        names = set(self.measures)
        known = {name: MEASURES[name] for name in names if name in MEASURES}
        if len(known) == len(names) == 1:
            (measure,) = known.values()
            low: Any = measure.lowest
            high: Any = measure.highest
        else:
            low = np.array([known[name].lowest if name in known else np.inf for name in self.measures])
            high = np.array([known[name].highest if name in known else -np.inf for name in self.measures])
        fits = (self.values >= low) & (self.values <= high) & (self.at >= _FIRST) & (self.at <= _LAST)
        faults: NDArray[np.bool_] = ~(fits & (self.trees >= 0) & (self.trees <= MAX_TREE))
        return faults

    def _name(self, place: int) -> str:
        return f"{self.measures[place]} {self.at[place]} {self.recorders[place]} {self.trees[place]}"


class SampleStaging:
    """The staged samples of one import; days are those of ``zone``."""

    def __init__(self, folder: Path, prefix: str, zone: ZoneInfo) -> None:
        self.days = LocalDays(zone)
        self._folder = folder
        self._prefix = prefix
        self._blocks: defaultdict[Series, list[NDArray[Any]]] = defaultdict(list)
        self._paths: dict[Series, Path] = {}
        self._rows = 0
        self._recorders: dict[str, int] = {}
        self._names: list[str] = []
        self._broken: set[int] = set()

    def add(self, source: str, file: int, batch: SampleBatch, good: NDArray[np.bool_]) -> None:
        """Stage the ``good`` samples of a batch of a file."""
        block = np.empty(len(batch.lines), ROW)
        block["at"], block["value"], block["line"] = batch.at, batch.values, batch.lines
        block["tree"], block["file"] = batch.trees, file
        names = sorted(set(batch.recorders))
        numbers = {name: self.recorder(name) for name in names}
        block["recorder"] = numbers[names[0]] if len(names) == 1 else [numbers[name] for name in batch.recorders]
        measures = sorted(set(batch.measures))
        for measure in measures:
            wanted = good
            if len(measures) > 1:
                wanted = good & np.array([name == measure for name in batch.measures])
            self._add(source, measure, block if wanted.all() else block[wanted])

    def _add(self, source: str, measure: str, block: NDArray[Any]) -> None:
        if not len(block):
            return
        months = self.days.months(block["at"])
        for month in np.unique(months).tolist():
            part = block[months == month]
            self._blocks[Series(source, measure, month_name(month))].append(part)
            self._rows += len(part)
        if self._rows >= _IN_MEMORY:
            self._spill()

    def recorder(self, name: str) -> int:
        """The number of a recorder in the blocks."""
        number = self._recorders.get(name)
        if number is None:
            plain = " ".join(name.split())
            number = self._recorders.setdefault(plain, min(len(self._names), MAX_RECORDERS - 1))
            self._recorders[name] = number
            if number == len(self._names):
                self._names.append(plain)
        return number

    def recorders(self) -> list[str]:
        """Every recorder, by its number."""
        return list(self._names)

    def discard(self, file: int) -> None:
        """Forget the samples of a file that turned out to be broken."""
        self._broken.add(file)

    def series(self) -> list[Series]:
        """Every series that has staged samples, sorted."""
        if self._paths:
            self._spill()
        return sorted(self._blocks.keys() | self._paths.keys())

    def rows(self, series: Series) -> NDArray[Any]:
        """The samples of a series in the order in which they were added."""
        path = self._paths.get(series)
        blocks = [] if path is None else [np.fromfile(path, ROW)]
        blocks += self._blocks.get(series, [])
        rows: NDArray[Any] = np.concatenate(blocks) if len(blocks) > 1 else blocks[0]
        if self._broken:
            rows = rows[~np.isin(rows["file"], sorted(self._broken))]
        return rows

    def close(self) -> None:
        """Remove the files."""
        for path in self._paths.values():
            path.unlink(missing_ok=True)

    def _spill(self) -> None:
        for series, blocks in self._blocks.items():
            path = self._paths.get(series)
            if path is None:
                descriptor, name = tempfile.mkstemp(prefix=self._prefix, suffix=".samples", dir=self._folder)
                os.close(descriptor)
                path = self._paths[series] = Path(name)
            with path.open("ab") as stream:
                for block in blocks:
                    stream.write(block.tobytes())
        self._blocks.clear()
        self._rows = 0
