"""Days and months that a question names, as first and last day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from aggregator.asking.text import Words

__all__ = ["MONTHS", "PERIOD_WORDS", "Period", "period_text", "take_periods"]

Period = tuple[date, date]
MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
SHORT = {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
NAMED = "|".join([*MONTHS, *SHORT])
YEAR = r"(?:20\d\d)"
DAY = rf"(?:20\d\d-\d\d-\d\d|\d{{1,2}}(?: (?:st|nd|rd|th))? (?:of )?(?:{NAMED})(?: {YEAR})?)"
QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "q1": 1, "q2": 2, "q3": 3, "q4": 4}
LEAD = r"(?:(?:in|during|for|of|over|within|throughout|across) )?(?:the )?"
PERIOD_WORDS = frozenset(
    {
        *MONTHS,
        "month",
        "months",
        "quarter",
        "year",
        "week",
        "weeks",
        "yesterday",
        "today",
        "first",
        "second",
        "third",
        "fourth",
    }
)


def month_of(year: int, month: int) -> Period:
    """The days of a month."""
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def period_text(period: Period) -> str:
    """``Oct 2026`` for a whole month, ``2026`` for a year, else both days."""
    first, last = period
    if period == month_of(first.year, first.month):
        return f"{first:%b %Y}"
    if period == (date(first.year, 1, 1), date(first.year, 12, 31)):
        return str(first.year)
    return f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}"


def take_periods(words: Words, today: date) -> list[Period]:
    """Every period that is named, in the order of the question; ValueError for a day that is none."""
    found: list[tuple[int, Period]] = []
    for pattern, period in _forms(today):
        while match := re.search(rf"(?<!\S)(?:{LEAD}{pattern})(?!\S)", words.text):
            place = words.text[: match.start()].count(" ")
            found.append((place, period(match)))
            words.use(place, match.group().count(" ") + 1)
    return [period for _, period in sorted(found, key=lambda entry: entry[0])]


def _forms(today: date) -> Iterator[tuple[str, Callable[[re.Match[str]], Period]]]:
    month = rf"(?:{NAMED})(?: {YEAR})?|20\d\d-\d\d"
    yield (
        rf"(?:from |between )?(?P<first>{DAY}) (?:to|until|till|and|-) (?P<last>{DAY})",
        lambda match: _days(match["first"], match["last"], today),
    )
    yield (
        rf"(?:from |between )(?P<first>{month}) (?:to|until|till|and|through) (?P<last>{month})",
        lambda match: _months(match["first"], match["last"], today),
    )
    yield (
        rf"(?P<first>{month}) (?:to|until|till|through) (?P<last>{month})",
        lambda match: _months(match["first"], match["last"], today),
    )
    yield rf"(?P<day>{DAY})", lambda match: (_day(match["day"], today),) * 2
    yield rf"(?P<month>{month})", lambda match: _month(match["month"], today)
    yield (
        rf"(?P<quarter>q[1-4]|(?:first|second|third|fourth) quarter)(?: of)?(?: (?P<year>{YEAR}))?",
        lambda match: _quarter(QUARTERS[match["quarter"].split()[0]], match["year"], today),
    )
    yield (
        r"(?P<which>last|previous|past|this|current) (?P<unit>month|quarter|year|week)",
        lambda match: _near(match["unit"], today, back=match["which"] not in {"this", "current"}),
    )
    yield r"yesterday", lambda _: (today - timedelta(days=1),) * 2
    yield r"today", lambda _: (today, today)
    yield (
        rf"(?:year )?(?P<year>{YEAR})",
        lambda match: (date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31)),
    )


def _month(text: str, today: date) -> Period:
    if text[0].isdigit():
        year, number = map(int, text.split("-"))
        return month_of(year, number)
    name, _, year_text = text.partition(" ")
    number = MONTHS.get(name) or SHORT[name]
    return month_of(int(year_text) if year_text else today.year - (number > today.month), number)


def _months(first: str, last: str, today: date) -> Period:
    end = _month(last, today)
    year = re.search(YEAR, last)
    start = _month(first if re.search(YEAR, first) or year is None else f"{first} {year.group()}", today)
    return _ordered(start[0], end[1])


def _day(text: str, today: date) -> date:
    if "-" in text:
        return date.fromisoformat(text)
    day, *rest = re.sub(r"\b(?:st|nd|rd|th|of)\b ?", "", text).split()
    return _month(" ".join(rest), today)[0].replace(day=int(day))


def _days(first: str, last: str, today: date) -> Period:
    end = _day(last, today)
    start = _day(first if re.search(YEAR, first) else f"{first} {end.year}", today)
    return _ordered(start, end)


def _ordered(first: date, last: date) -> Period:
    if first > last:
        raise ValueError("the period ends before it starts")
    return first, last


def _quarter(number: int, year: str | None, today: date) -> Period:
    chosen = int(year) if year else today.year - (3 * number - 2 > today.month)
    return date(chosen, 3 * number - 2, 1), month_of(chosen, 3 * number)[1]


def _near(unit: str, today: date, *, back: bool) -> Period:
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + (7 if back else 0))
        return monday, monday + timedelta(days=6)
    if unit == "year":
        return date(today.year - back, 1, 1), date(today.year - back, 12, 31)
    if unit == "quarter":
        place = today.year * 4 + (today.month - 1) // 3 - back
        return _quarter(place % 4 + 1, str(place // 4), today)
    place = today.year * 12 + today.month - 1 - back
    return month_of(place // 12, place % 12 + 1)
