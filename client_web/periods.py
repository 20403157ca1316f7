"""The period a page shows: named in its address, so that a link keeps it, and compared with the one before.

Meanings are those of ``docs/reference/query.md``: periods include both ends and never go past today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from client_web.errors import BadAddressError

__all__ = ["CHOICES", "Period", "months_between", "read_period", "shift_month"]

CHOICES = (
    ("this-month", "This month"),
    ("last-month", "Last month"),
    ("last-3-months", "3 months"),
    ("last-12-months", "12 months"),
    ("this-year", "This year"),
    ("all", "All"),
)
"""Names of the periods in the picker, with what they are called there."""

MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """Local days ``first`` to ``last``, both included; ``key`` is its name in addresses, ``label`` for people."""

    key: str
    label: str
    first: date
    last: date

    @property
    def days(self) -> tuple[date, date]:
        """The pair of days that a query takes."""
        return self.first, self.last

    def before(self) -> Period | None:
        """What to compare with: the same stretch one step earlier; None for all records.

        A month that still runs is compared with the same days of the month before, a year with those of the year
        before, whole months with as many whole months before them, and any other stretch with one as long before it.
        """
        if self.key == "all":
            return None
        if self.key == "this-year":
            return _named(_year_earlier(self.first), _year_earlier(self.last))
        whole = _month_end(self.last) == self.last
        if self.first.day == 1 and (whole or _same_month(self.first, self.last)):
            months = len(months_between(self.first, self.last))
            first = shift_month(self.first, -months)
            end = _month_end(shift_month(self.last.replace(day=1), -months))
            return _named(first, end if whole else end.replace(day=min(self.last.day, end.day)))
        length = self.last - self.first
        return _named(self.first - length - timedelta(days=1), self.first - timedelta(days=1))


def read_period(key: str, first: str, last: str, *, today: date, held: tuple[date, date] | None) -> Period:
    """The period that an address names: ``period=<name or YYYY-MM>``, or ``from`` and ``to``.

    ``held`` is the span of the records; without a name the running month is shown, or the last month with records where
    those end earlier. BadAddressError for a name or day that makes no sense.
    """
    if first or last:
        begin, end = _day(first) if first else _held_first(held, today), _day(last) if last else today
        if begin > end:
            raise BadAddressError("the period ends before it begins", hint="Swap the two days.")
        return _named(begin, end)
    if not key:
        newest = held[1] if held else today
        return _month(min(newest, today), today)
    if MONTH.fullmatch(key):
        return _month(_day(f"{key}-01"), today)
    return _chosen(key, today, held)


def months_between(first: date, last: date) -> list[str]:
    """Every calendar month the two days touch, as YYYY-MM, oldest first."""
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(f"{month:%Y-%m}")
        month = shift_month(month, 1)
    return months


def shift_month(day: date, months: int) -> date:
    """The first of the month that lies this many months away."""
    number = day.year * 12 + day.month - 1 + months
    if not 12 <= number < 120_000:
        raise BadAddressError("the period lies outside the calendar")
    return date(number // 12, number % 12 + 1, 1)


def _chosen(key: str, today: date, held: tuple[date, date] | None) -> Period:
    this_month = today.replace(day=1)
    labels = dict(CHOICES)
    match key:
        case "this-month":
            return _month(today, today)
        case "last-month":
            return _month(shift_month(this_month, -1), today)
        case "last-3-months" | "last-12-months":
            months = int(key.split("-")[1])
            first, last = shift_month(this_month, -months), this_month - timedelta(days=1)
            return Period(key, f"{labels[key]} to {last:%B %Y}", first, last)
        case "this-year":
            return Period(key, f"{today.year} so far", date(today.year, 1, 1), today)
        case "all":
            return Period(key, "All records", _held_first(held, today), max(held[1] if held else today, today))
        case _:
            raise BadAddressError("no period of that name", hint="Choose one on the page.")


def _month(day: date, today: date) -> Period:
    first = day.replace(day=1)
    last = _month_end(first)
    running = first <= today < last
    names = {today.replace(day=1): "this-month", shift_month(today, -1): "last-month"}
    key = names.get(first, f"{first:%Y-%m}")
    return Period(key, f"{first:%B %Y}" + (" so far" if running else ""), first, today if running else last)


def _named(first: date, last: date) -> Period:
    if first.day == 1 and last == _month_end(first):
        return Period(f"{first:%Y-%m}", f"{first:%B %Y}", first, last)
    if _same_month(first, last):
        return Period("", f"{first.day} to {last.day} {last:%B %Y}", first, last)
    return Period("", f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}", first, last)


def _held_first(held: tuple[date, date] | None, today: date) -> date:
    return min(held[0], today) if held else today.replace(day=1)


def _month_end(day: date) -> date:
    return shift_month(day, 1) - timedelta(days=1)


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def _year_earlier(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadAddressError("that is not a day", hint="Write days as 2026-10-31.") from error
