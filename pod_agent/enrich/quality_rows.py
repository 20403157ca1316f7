"""Checks of the rows of one file: fields that lack, values that cannot be, signs, days to come, rows told twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pod_agent.enrich.quality_days import Series, Subject
from pod_agent.enrich.quality_findings import Finding, Severity, plural, share_text

__all__ = [
    "MARKS",
    "Lacking",
    "Twins",
    "find_future",
    "find_impossible",
    "find_missing",
    "find_one_sign",
    "find_rejected",
]

MARKS: Final = frozenset({"no_measurement"})
"""Reasons of skipped rows whose value is a device's mark for *nothing was measured*."""

FEWEST_ROWS: Final = 20
MISSING_SHARE: Final = 0.1
REJECTED_SHARE: Final = 0.01
IMPOSSIBLE: Final = "impossible value"
TWIN_SHARE: Final = 0.1
FEWEST_TWINS: Final = 3


@dataclass(slots=True)
class Lacking:
    """Rows of one kind and, by the lack in words, how many lack a field; ``files`` are the files they are of."""

    rows: int = 0
    lacks: Counter[str] = field(default_factory=Counter)
    files: set[int] = field(default_factory=set)

    def merge(self, other: Lacking) -> None:
        """Add the rows of another file."""
        self.rows += other.rows
        self.lacks.update(other.lacks)
        self.files |= other.files


def find_missing(name: str, lacking: Lacking) -> Iterator[Finding]:
    """Fields that lack in more than a tenth of the rows; ``name`` says in words what the rows are."""
    total = lacking.rows
    for lack, count in sorted(lacking.lacks.items()):
        if total >= FEWEST_ROWS and count > MISSING_SHARE * total:
            yield Finding(
                code="missing_field",
                severity=Severity.NOTE,
                text=f"{count:,} of {total:,} {name} ({share_text(count, total)}) {lack}.",
                count=count,
            )


def find_rejected(read: int, rejected: int, codes: Mapping[str, int]) -> Iterator[Finding]:
    """More than one row in a hundred could not be read."""
    if rejected > REJECTED_SHARE * read:
        causes = ", ".join(
            f"{code.replace('_', ' ')} ({count:,})"
            for code, count in sorted(codes.items(), key=lambda item: -item[1])[:3]
        )
        yield Finding(
            code="rejected_share",
            severity=Severity.WARNING,
            text=f"{plural(rejected, 'row')} of {read:,} ({share_text(rejected, read)}) could not be read: {causes}.",
            count=rejected,
        )


def find_impossible(rejected: int, marks: int) -> Iterator[Finding]:
    """Values that nobody has: rejected where they are out of range, skipped where they mean that nothing was measured.

    Devices write an oxygen saturation of 50 or a resting heart rate of 0 where they have no measurement.
    """
    if rejected:
        yield Finding(
            code="impossible_value",
            severity=Severity.WARNING,
            text=f"{plural(rejected, 'row')} rejected: the value cannot be.",
            count=rejected,
        )
    if marks:
        yield Finding(
            code="impossible_value",
            severity=Severity.NOTE,
            text=f"{plural(marks, 'row')} skipped: the value (an oxygen saturation of 50 %, a resting heart rate of 0 "
            "and the like) is the device's mark for no measurement.",
            count=marks,
        )


def find_future(future: int) -> Iterator[Finding]:
    """Rows of days that have not come yet."""
    if future:
        yield Finding(
            code="future_date",
            severity=Severity.WARNING,
            text=f"{plural(future, 'row')} with a day that is still to come: day and month may be the wrong way round.",
            count=future,
        )


def find_one_sign(subject: Subject, series: Series) -> Iterator[Finding]:
    """An account that only ever received: the file may show payments without a sign."""
    if subject.is_account and series.came >= FEWEST_ROWS and not series.went:
        yield Finding(
            code="one_sign",
            severity=Severity.WARNING,
            text=f"All {series.came:,} {subject.name} are money that came in. If these are payments, the file shows "
            "them without a sign.",
            count=series.came,
        )


class Twins:
    """Counts rows of a file that equal an earlier one, in fixed memory: two bits of a table say *seen before*.

    A row that was never seen passes for one with a chance of (2 x rows / size)^2, so the check ends at
    ``MOST`` rows, where that is 0.04 %.
    """

    SIZE: Final = 1 << 24
    MOST: Final = 200_000

    def __init__(self) -> None:
        self._bits = np.zeros(0, np.uint8)
        self.rows = 0
        self.count = 0

    def add(self, hashes: list[int]) -> None:
        """Take rows by their hash; nothing more once there are too many."""
        self.rows += len(hashes)
        if self.rows > self.MOST:
            self._bits = np.zeros(0, np.uint8)
            return
        if not self._bits.size:
            self._bits = np.zeros(self.SIZE >> 3, np.uint8)
        all_keys = np.array(hashes, np.int64).view(np.uint64)
        keys = np.unique(all_keys)
        first = self._places(keys & np.uint64(self.SIZE - 1))
        second = self._places(keys >> np.uint64(40))
        seen = first & second
        self.count += int(seen.sum()) + len(all_keys) - len(keys)

    def _places(
        self, places: np.ndarray[tuple[int], np.dtype[np.uint64]]
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which places were set already; all are set from now on."""
        index = (places >> np.uint64(3)).astype(np.int64)
        bit = np.left_shift(1, (places & np.uint64(7)).astype(np.uint8)).astype(np.uint8)
        was = (self._bits[index] & bit) > 0
        np.bitwise_or.at(self._bits, index, bit)
        return was

    def findings(self) -> Iterator[Finding]:
        """More rows than by chance equal another one of the file."""
        if self.rows <= self.MOST and self.count >= max(FEWEST_TWINS, TWIN_SHARE * self.rows):
            half = self.count * 2 >= self.rows * 0.9
            hint = "the file may hold everything twice" if half else "two equal payments of one day are nothing unusual"
            yield Finding(
                code="equal_rows",
                severity=Severity.WARNING if half else Severity.NOTE,
                text=f"{plural(self.count, 'row equals', 'rows equal')} another one of the file in day, amount and "
                f"text. All are kept: {hint}.",
                count=self.count,
            )
