"""Dates of QIF, which writes ``12/19'18``, ``12/19/2018``, ``19.12.18`` or ``2018-12-19`` and never says which."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError

__all__ = ["DateOrder", "Evidence", "read_day"]

DATE: Final = re.compile(r"(\d{1,4}) *([/.-]) *(\d{1,2}) *([/.'-]) *(\d{1,4})")
CENTURY: Final = 70
"""Years written with two digits from here on are of the last century, save behind an apostrophe."""


class DateOrder(StrEnum):
    """Which of day and month comes first."""

    DAY_FIRST = "day/month/year"
    MONTH_FIRST = "month/day/year"

    @property
    def other(self) -> DateOrder:
        """The other reading."""
        return DateOrder.MONTH_FIRST if self is DateOrder.DAY_FIRST else DateOrder.DAY_FIRST


def read_day(text: str, order: DateOrder) -> date:
    """The day in a text; RowError where there is none."""
    if not text:
        raise RowError("no_date", "the entry has no date", "D")
    day = _read(text, order)
    if day is None:
        raise RowError("bad_date", f"the date is no day as {order}", "D")
    return day


@dataclass(slots=True)
class _Run:
    """Whether the days of one account rise, fall or do neither, in one reading."""

    rises: bool = True
    falls: bool = True
    last: date | None = None
    ordered: bool = True

    def add(self, day: date) -> None:
        if self.last is not None:
            self.rises = self.rises and day >= self.last
            self.falls = self.falls and day <= self.last
        self.last = day
        self.ordered = self.ordered and (self.rises or self.falls)

    def new_account(self) -> None:
        self.rises = self.falls = True
        self.last = None


@dataclass(slots=True)
class Evidence:
    """What the dates of a file say about their order."""

    _only: dict[DateOrder, int] = field(default_factory=lambda: dict.fromkeys(DateOrder, 0))
    _both: int = 0
    _runs: dict[DateOrder, _Run] = field(default_factory=lambda: {order: _Run() for order in DateOrder})

    def new_account(self) -> None:
        """What follows is another account, with an order of its own."""
        for run in self._runs.values():
            run.new_account()

    def add(self, text: str) -> None:
        """Take the date of an entry; what is no date in any reading says nothing."""
        days = {order: _read(text, order) for order in DateOrder}
        for order, day in days.items():
            if day is not None:
                self._runs[order].add(day)
                self._only[order] += days[order.other] is None
        self._both += None not in days.values() and len(set(days.values())) == 2

    def order(self, file: str) -> DateOrder:
        """The order that fits; RefusedExportError where both do, or one for some dates and one for others."""
        certain = [order for order in DateOrder if self._only[order]]
        if len(certain) == 1:
            return certain[0]
        if not certain and not self._both:
            return DateOrder.DAY_FIRST
        ordered = [order for order in DateOrder if self._runs[order].ordered]
        if not certain and len(ordered) == 1:
            return ordered[0]
        why = "some of its dates fit only the one and some only the other" if certain else "all of its dates fit both"
        raise RefusedExportError(
            f"the dates of {file} may be {DateOrder.DAY_FIRST} or {DateOrder.MONTH_FIRST}: {why}",
            hint="Export it again for a period with a day after the 12th, or with the year first (2026-01-31).",
        )


def _read(text: str, order: DateOrder) -> date | None:
    parts = DATE.fullmatch(text.strip())
    if not parts:
        return None
    first, second, last = int(parts[1]), int(parts[3]), int(parts[5])
    if len(parts[1]) == 4:
        year, month, day = first, second, last
    elif len(parts[1]) > 2 or len(parts[5]) == 3:
        return None
    else:
        year = _year(last, parts[4] == "'", len(parts[5]))
        is_day_first = order is DateOrder.DAY_FIRST or parts[2] == "."
        day, month = (first, second) if is_day_first else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(number: int, is_after_apostrophe: bool, width: int) -> int:  # noqa: FBT001 - one call, above
    if width > 2:
        return number
    return number + (2000 if is_after_apostrophe or number < CENTURY else 1900)
