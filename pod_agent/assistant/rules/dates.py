"""The date grammar: phrases of time in a question to periods of local days.

Works on canonical text. Each phrase is replaced by a mark (``P0``, ``P1``, ...), in the order of the text, so that
later rules see where a time stood and no word of it is left over. Periods end today at the latest.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from pod_agent.assistant.plan import Period

__all__ = ["NUMBERS", "Times", "read_times"]

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
NUMBERS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
HOLIDAYS = {"christmas day": (12, 25), "christmas": (12, 25), "national day": (8, 9), "new years day": (1, 1)}
EVER = r"\b(?:of all time|all time|so far|ever|to date|overall|since the (?:beginning|start)|in total)\b"

VAGUE = (
    r"\b(?:recently|lately|these days|nowadays|back then|a while ago|a while back|the other day|some ?time ago"
    r"|once upon a time|in the past$|chinese new year|lunar new year|cny|hari raya(?: \w+)?|deepavali|diwali"
    r"|vesak(?: day)?|good friday|easter|ramadan|mid autumn(?: festival)?|thanksgiving|black friday|christmas eve"
    r"|(?:last|past|previous|this) (?:weekend|few (?:days|weeks|months|years)|couple of (?:days|weeks|months))"
    r"|last time around|the holidays|summer|winter|spring|autumn)\b"
)

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
COUNT = rf"\d{{1,3}}|{'|'.join(NUMBERS)}"
YEAR = r"(?:19|20)\d\d"
DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
LEAD = (
    r"(?:(?:in|on|during|for|of|over|within|throughout|across|from"
    r"|between)\s+)?(?:the\s+month\s+of\s+)?(?:the\s+)?(?:whole\s+|entire\s+)?"
)


@dataclass(slots=True)
class Times:
    """What a question says about time: the text with marks, the periods, and the phrase that is too vague, if any.

    ``broken`` holds a phrase that names no day that exists, such as 31 February. ``ends`` has, for each period that was
    said as "from A to B", A and B themselves: a change from A to B is about these two.
    """

    text: str
    periods: list[Period] = field(default_factory=list)
    vague: str | None = None
    broken: str | None = None
    ends: list[tuple[Period, Period] | None] = field(default_factory=list)


def read_times(text: str, today: date) -> Times:
    """Replace the time phrases of a canonical text by marks; periods may lie in the future."""
    found = re.search(VAGUE, text)
    if found:
        return Times(text, vague=found[0])
    reader = _Reader(today)
    try:
        text = reader.atoms(text)
    except ValueError:
        return Times(text, broken="a date that does not exist")
    text = reader.spans(text)
    text = re.sub(EVER, " ", text)
    return reader.finish(text)


class _Reader:
    """Reads atoms (a day, a month, a year, the last 3 months) first, then what joins them (since, between)."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._found: list[Period] = []
        self._ends: dict[int, tuple[Period, Period]] = {}

    def atoms(self, text: str) -> str:
        """Replace every atom by a provisional mark."""
        text = self._share_years(text)
        for pattern, build in self._patterns():
            text = re.sub(pattern, lambda match, build=build: self._mark(build(match)), text)  # type: ignore[misc]
        return text

    def spans(self, text: str) -> str:
        """Join marks by since, until, before, after, from ... to, between ... and."""
        today = self._today
        joins: list[tuple[str, Callable[[Period, Period], Period]]] = [
            (r"\bbetween (?:the )?@(\d+)@ (?:and|to|till|until) (?:the )?@(\d+)@", lambda a, b: (a[0], b[1])),
            (
                (
                    r"\b(?:starting |beginning )?from (?:the )?@(\d+)@ (?:to|till|until|through|up to|and|-) (?:the"
                    r" )?@(\d+)@"
                ),
                lambda a, b: (a[0], b[1]),
            ),
            (r"@(\d+)@ (?:to|till|until|through) @(\d+)@", lambda a, b: (a[0], b[1])),
            (r"\b(?:ever )?since (?:the )?@(\d+)@()", lambda a, _: (a[0], today)),
            (
                r"\b(?:starting (?:from )?|beginning |from )@(\d+)@ (?:on|onwards?|until now|till now|to now)()",
                lambda a, _: (a[0], today),
            ),
            (r"\b(?:until|till|up to|up until) (?:the )?(?:end of )?@(\d+)@()", lambda a, _: (date.min, a[1])),
            (r"\bbefore (?:the )?@(\d+)@()", lambda a, _: (date.min, a[0] - timedelta(1))),
            (r"\bafter (?:the )?@(\d+)@()", lambda a, _: (a[1] + timedelta(1), max(today, a[1] + timedelta(1)))),
        ]
        for pattern, join in joins:
            text = re.sub(pattern, lambda match, join=join: self._mark(self._join(match, join)), text)  # type: ignore[misc]
        return re.sub(rf"\b{LEAD}(?=@\d+@)", "", text)

    def finish(self, text: str) -> Times:
        """Number the marks in the order of the text and end every period today."""
        out = Times("")

        def number(match: re.Match[str]) -> str:
            first, last = self._found[int(match[1])]
            out.periods.append((first, min(last, self._today) if first <= self._today else last))
            out.ends.append(self._ends.get(int(match[1])))
            return f" P{len(out.periods) - 1} "

        out.text = " ".join(re.sub(r"@(\d+)@", number, text).split())
        return out

    def _mark(self, period: Period) -> str:
        self._found.append(period)
        return f" @{len(self._found) - 1}@ ".strip()

    def _join(self, match: re.Match[str], join: Callable[[Period, Period], Period]) -> Period:
        left = self._found[int(match[1])]
        right = self._found[int(match[2])] if match[2] else left
        period = join(left, right)
        if match[2]:
            self._ends[len(self._found)] = (left, right)
        if period[0] > period[1] and match[2]:
            return self._turned(left, right)
        return period

    def _turned(self, left: Period, right: Period) -> Period:
        """From November to February: the earlier of the two was a year before."""
        start = left[0]
        while start > right[1]:
            start = _same_day(start, start.year - 1)
        return (start, right[1])

    def _share_years(self, text: str) -> str:
        """In "August and October 2025" the year belongs to both months."""
        joint = r"(?:and|to|or|vs|versus|than|with|until|till|through|-)"
        pattern = (
            rf"\b({MONTH})((?: \d{{1,2}}(?:st|nd|rd|th)?)?) ({joint}(?: in| to| with)? (?:{DAY} )?(?:{MONTH})(?:"
            rf" {DAY})?) ({YEAR})\b"
        )
        return re.sub(pattern, r"\1\2 \4 \3 \4", text)

    def _patterns(self) -> list[tuple[str, Callable[[re.Match[str]], Period]]]:
        today, past = self._today, r"(?:last|past|previous|preceding)"
        week = today - timedelta(today.weekday())
        return [
            (r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", lambda m: _day(int(m[1]), int(m[2]), int(m[3]))),
            (r"\b(\d{4})-(\d{1,2})\b", lambda m: _month(int(m[1]), int(m[2]))),
            (r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b", lambda m: _day(int(m[3]), int(m[2]), int(m[1]))),
            (rf"\b({DAY}) (?:to|until|till|and|-) ({DAY}) ({MONTH})(?: ({YEAR}))?\b", self._days),
            (rf"\b(?:{WEEKDAY} )?({DAY}) (?:of )?({MONTH})(?: ({YEAR}))?\b", lambda m: self._dated(m[2], m[1], m[3])),
            (
                rf"\b({MONTH}) ({DAY})(?: ({YEAR}))?\b(?! (?:times|purchases|months))",
                lambda m: self._dated(m[1], m[2], m[3]),
            ),
            (rf"\b({'|'.join(HOLIDAYS)})(?: (?:of |in )?({YEAR}))?\b", lambda m: self._holiday(m[1], m[2])),
            (rf"\b{past} ({COUNT}) days?\b", lambda m: (today - timedelta(_count(m[1]) - 1), today)),
            (rf"\b{past} ({COUNT}) weeks?\b", lambda m: (today - timedelta(7 * _count(m[1]) - 1), today)),
            (rf"\b{past} ({COUNT}) months?\b", lambda m: (self._month_back(_count(m[1]))[0], self._month_back(1)[1])),
            (
                r"\bpast (week|month|year)\b",
                lambda m: (today - timedelta({"week": 6, "month": 29, "year": 364}[m[1]]), today),
            ),
            (r"\b(?:last|previous|preceding) weeks?\b", lambda _: (week - timedelta(7), week - timedelta(1))),
            (r"\b(?:last|previous|preceding) months?\b", lambda _: self._month_back(1)),
            (r"\b(?:last|previous|preceding) quarters?\b", lambda _: self._quarter_back(1)),
            (r"\b(?:last|previous|preceding) years?\b", lambda _: _year(today.year - 1)),
            (r"\b(?:this|current) (?:week|wk)\b(?: so far)?", lambda _: (week, today)),
            (r"\b(?:this|current) months?\b(?: so far)?", lambda _: self._month_back(0)),
            (r"\b(?:this|current) quarters?\b(?: so far)?", lambda _: self._quarter_back(0)),
            (r"\b(?:this|current) years?\b(?: so far)?|\byear to date\b|\bytd\b", lambda _: _year(today.year)),
            (
                r"\bnext (week|month|year|quarter|weekend)\b|\btomorrow\b",
                lambda _: (today + timedelta(1), today + timedelta(31)),
            ),
            (r"\bday before yesterday\b", lambda _: (today - timedelta(2), today - timedelta(2))),
            (r"\byesterdays?\b", lambda _: (today - timedelta(1), today - timedelta(1))),
            (r"\btodays?\b", lambda _: (today, today)),
            (rf"\bq([1-4])(?: (?:of )?({YEAR}))?\b", lambda m: self._quarter(int(m[1]), m[2])),
            (
                rf"\b({'|'.join(ORDINALS)}) quarter(?: (?:of )?({YEAR}))?\b",
                lambda m: self._quarter(ORDINALS[m[1]], m[2]),
            ),
            (rf"\b(first|second) half of ({YEAR})\b", lambda m: _half(m[1] == "second", int(m[2]))),
            (rf"\b({MONTH})(?: (?:of |in )?({YEAR}|this year|last year))?\b", self._named_month),
            (rf"\b(?:on|last|this|past) ({WEEKDAY})\b", self._weekday),
            (
                rf"\b(?:the )?(?:year )?({YEAR})\b(?! (?:times|songs|purchases|steps))(?<!\$)",
                lambda m: _year(int(m[1])),
            ),
        ]

    def _dated(self, month: str, day: str, year: str | None) -> Period:
        number = int(re.sub(r"\D", "", day))
        if year:
            return _day(int(year), MONTHS[month], number)
        this = _day(self._today.year, MONTHS[month], number)
        return this if this[0] <= self._today else _day(self._today.year - 1, MONTHS[month], number)

    def _days(self, match: re.Match[str]) -> Period:
        return (self._dated(match[3], match[1], match[4])[0], self._dated(match[3], match[2], match[4])[1])

    def _holiday(self, name: str, year: str | None) -> Period:
        month, day = HOLIDAYS[name]
        return self._dated(calendar.month_name[month].lower(), str(day), year)

    def _named_month(self, match: re.Match[str]) -> Period:
        month = MONTHS[match[1]]
        if match[2]:
            years = {"this year": self._today.year, "last year": self._today.year - 1}
            return _month(years.get(match[2]) or int(match[2]), month)
        return _month(self._today.year - (month > self._today.month), month)

    def _weekday(self, match: re.Match[str]) -> Period:
        back = (self._today.weekday() - WEEKDAYS[match[1]]) % 7
        if back == 0 and match[0].startswith(("last", "past")):
            back = 7
        day = self._today - timedelta(back)
        return (day, day)

    def _month_back(self, number: int) -> Period:
        months = self._today.year * 12 + self._today.month - 1 - number
        return _month(months // 12, months % 12 + 1)

    def _quarter_back(self, number: int) -> Period:
        quarters = self._today.year * 4 + (self._today.month - 1) // 3 - number
        return _quarter(quarters // 4, quarters % 4 + 1)

    def _quarter(self, number: int, year: str | None) -> Period:
        if year:
            return _quarter(int(year), number)
        begun = _quarter(self._today.year, number)[0] <= self._today
        return _quarter(self._today.year if begun else self._today.year - 1, number)


def _count(word: str) -> int:
    return NUMBERS.get(word) or max(int(word), 1)


def _same_day(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _day(year: int, month: int, day: int) -> Period:
    one = date(year, month, day)
    return (one, one)


def _month(year: int, month: int) -> Period:
    return (date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _quarter(year: int, number: int) -> Period:
    return (date(year, 3 * number - 2, 1), _month(year, 3 * number)[1])


def _half(second: bool, year: int) -> Period:  # noqa: FBT001
    return (date(year, 7, 1), date(year, 12, 31)) if second else (date(year, 1, 1), date(year, 6, 30))


def _year(year: int) -> Period:
    return (date(year, 1, 1), date(year, 12, 31))
