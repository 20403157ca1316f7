"""Dates as Google prints them into pages, in the words and order of the person's language.

``Jul 6, 2026, 9:20:14 PM GMT+08:00``, ``01.09.2022, 21:08:12 MESZ``, ``2024年3月4日 22:15:31 GMT+8``. A text with its
digits blanked out is a layout; a file has some dozens of them, and each is worked out once. What cannot be read is an
error and never a guess: ``03/04/2024`` is read only where the file shows which number is the month.
"""
# ruff: noqa: RUF001 - letters of many alphabets look alike

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.youtube.date_words import AFTERNOON, CROATIAN, MONTHS, MORNING, NOISE
from pod_agent.importers.youtube.zone_names import ZoneNames

__all__ = ["PageDates"]

_WORD = r"[^\W\d_][^\d\s,،/()\[\]]*"
_TIME: Final = re.compile(
    r"(?<![\d.:+\-−])(?P<h>\d{1,2})(?P<s1>[:.]|\s?h\s|时|時\s?|시\s|点|點|\sนาฬิกา\s)(?P<i>\d{1,2})"
    r"(?P<s2>[:.]|\s?min\s|分\s?|분\s|\sนาที\s)(?P<s>\d{1,2})(?:\s?(?:s|秒|초|วินาที)(?!\w))?(?![\d:])"
)
_DATES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})(?:年|년\s?|[./-]\s?|\.\s)(?P<m>\d{1,2})(?:月|월\s?|[./-]\s?|\.\s)(?P<d>\d{1,2})(?:日|일|\.)?",
        r"(?<![\d+])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})\.?",
        r"(?<![\d+])(?P<a>\d{1,2})(?P<sep>[/-])(?P<b>\d{1,2})(?P=sep)(?P<y>\d{4})",
        r"(?<![\d+:])(?P<d>\d{1,2})\s(?:thg|tháng)\s(?P<m>\d{1,2}),?\s(?:năm\s)?(?P<y>\d{4})",
        rf"(?<![\d+:])(?P<d>\d{{1,2}})(?P<dot>\.)?[\s-](?:de\s|d[’'])?(?P<name>{_WORD})[,،]?\s(?:de\s|del\s)?(?P<y>\d{{4}})\.?",
        rf"(?P<name>{_WORD})\s(?P<d>\d{{1,2}}),?\s(?P<y>\d{{4}})",
        rf"(?P<y>\d{{4}})[.,]?\s(?:(?:gada|ж\.)\s)?(?P<d>\d{{1,2}})\.?\s(?P<name>{_WORD})",
        rf"(?P<y>\d{{4}})[.,]?\s(?P<name>{_WORD})\s(?P<d>\d{{1,2}})\.?",
    )
)
_ZONE: Final = re.compile(r"(?:GMT|UTC)?[+\-−]\d{1,2}(?::?\d{2})?|GMT|UTC")
_SPACED_HALF: Final = re.compile(r"\b([ap])\. (m)\b")
_REST: Final = re.compile(r"[^\s,،.()\[\]][^\s,،()\[\]]*")
_DIGIT: Final = re.compile(r"\d")
_BLANK: Final = str.maketrans("123456789", "000000000")
_MARKS: Final = dict.fromkeys(
    [0x200E, 0x200F, 0x61C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], ""
) | dict.fromkeys([0xA0, 0x2009, 0x202F], " ")
_MAX_LENGTH: Final = 100
_MAX_LAYOUTS: Final = 10_000
_THAI: Final = 2400
_THAI_YEARS: Final = 543
"""Thai years are so many ahead, and later than ``_THAI``."""

_ENOUGH: Final = 3
"""So many days have to stand in order before the order tells anything."""

Span = tuple[int, int]


class _Layout(NamedTuple):
    """Where the numbers of a date stand in its text; a month that is a word is ``named``; ``half`` is of the day."""

    year: Span
    month: Span
    day: Span
    hour: Span
    minute: Span
    second: Span
    zone: Span
    named: int
    half: int | None
    slashed: bool


class PageDates:
    """Reads the dates of one page; ``texts`` gives all of them anew, and is asked for at most once."""

    def __init__(self, zone: ZoneInfo, texts: Callable[[], Iterable[str]]) -> None:
        self._zones = ZoneNames(zone)
        self._texts = texts
        self._layouts: dict[str, _Layout | RowError] = {}
        self._day_first: bool | None = None
        self._looked = False

    def read(self, text: str) -> datetime:
        """The instant, in UTC; RowError where the text is no date or can be two."""
        if len(text) > _MAX_LENGTH:
            raise RowError("bad_date", "the last line is no date")
        text = text.replace("\u202f", " ")
        if not text.isascii():
            text = text.translate(_MARKS)
            blank = _DIGIT.sub("0", text)
        else:
            blank = text.translate(_BLANK)
        layout = self._layouts.get(blank)
        if layout is None:
            layout = self._learn(blank)
        if isinstance(layout, RowError):
            raise RowError(layout.code, str(layout))
        offset = self._zones.offset(text[layout.zone[0] : layout.zone[1]])
        if offset is None:
            raise RowError("bad_zone", "the zone of the time is not known")
        (y0, y1), (m0, m1), (d0, d1), (h0, h1), (i0, i1), (s0, s1), _, named, half, slashed = layout
        month, day, hour = int(text[m0:m1]), int(text[d0:d1]), int(text[h0:h1])
        if half is not None:
            hour = hour % 12 + half if hour <= 12 else 99
        if slashed and not self._is_day_first():
            month, day = day, month
        year, minute, second = int(text[y0:y1]), int(text[i0:i1]), int(text[s0:s1])
        if year > _THAI:
            year -= _THAI_YEARS
        try:
            return datetime(year, named or month, day, hour, minute, second, 0, UTC) - offset
        except (ValueError, OverflowError) as error:
            raise RowError("bad_date", "there is no such date") from error

    def _learn(self, blank: str) -> _Layout | RowError:
        if len(self._layouts) >= _MAX_LAYOUTS:
            self._layouts.clear()
        try:
            layout: _Layout | RowError = _layout(blank)
        except RowError as error:
            layout = error
        self._layouts[blank] = layout
        return layout

    def _is_day_first(self) -> bool:
        if not self._looked:
            self._looked = True
            self._day_first = _day_first(self._texts())
        if self._day_first is None:
            raise RowError("ambiguous_date", "nothing in the file shows which number is the day and which the month")
        return self._day_first


def _layout(text: str) -> _Layout:
    """Find the time, the date, the zone and the half of the day; whatever else there is makes the text no date."""
    times = list(_TIME.finditer(text))
    if len(times) != 1:
        raise RowError("bad_date", "the last line has no time with seconds")
    time = times[0]
    rest = _without(text, time.span())
    date = next((found for pattern in _DATES if (found := pattern.search(rest))), None)
    if date is None:
        raise RowError("bad_date", "the last line has no date in an order that is known")
    parts = date.groupdict()
    name = parts.get("name")
    rest = _without(rest, date.span())
    zone, half = _zone_and_half(rest)
    slashed = "sep" in parts
    return _Layout(
        year=date.span("y"),
        month=date.span("b") if slashed else date.span("m") if "m" in parts else date.span("d"),
        day=date.span("a") if slashed else date.span("d"),
        hour=time.span("h"),
        minute=time.span("i"),
        second=time.span("s"),
        zone=zone,
        named=_month(name, is_croatian=bool(parts.get("dot")) and date.group().endswith(".")) if name else 0,
        half=half,
        slashed=slashed,
    )


def _without(text: str, span: Span) -> str:
    """The text with a span blanked, so that what is left stays in its place."""
    return text[: span[0]] + "\n" * (span[1] - span[0]) + text[span[1] :]


def _month(name: str, *, is_croatian: bool) -> int:
    word = name.casefold().strip(". ")
    month = (CROATIAN.get(word) if is_croatian else None) or MONTHS.get(word)
    if month is None:
        raise RowError("bad_date", "the name of the month is in a language that is not known")
    return month


def _zone_and_half(rest: str) -> tuple[Span, int | None]:
    """Where the zone stands (an empty span: nowhere), and the hours to add for the half of the day."""
    zone: Span = (0, 0)
    numeric = _ZONE.search(rest)
    if numeric:
        zone = numeric.span()
        rest = _without(rest, zone)
    half: int | None = None
    for found in _REST.finditer(_SPACED_HALF.sub(r"\1._\2", rest)):
        word = found.group().casefold().rstrip(".")
        if half is None and (word in MORNING or word in AFTERNOON):
            half = 12 if word in AFTERNOON else 0
        elif word not in NOISE:
            if zone != (0, 0) or len(word) > 6:
                raise RowError("bad_date", "the last line says more than a date")
            zone = found.span()
    return zone, half


def _day_first(texts: Iterable[str]) -> bool | None:
    """Whether 03/04/2024 is 3 April: as a number above 12, or else the order of the rows, tells."""
    seen = set[tuple[int, int, int]]()
    day_first, month_first = True, True
    last: tuple[int, int, int] | None = None
    for text in texts:
        found = _DATES[2].search(text.translate(_MARKS))
        if found is None:
            continue
        first, second, year = int(found["a"]), int(found["b"]), int(found["y"])
        if first > 12 or second > 12:
            return first > 12
        day = (year, second, first)
        if last is not None:
            day_first &= day <= last
            month_first &= (year, first, second) <= (last[0], last[2], last[1])
        last = day
        if len(seen) < _ENOUGH:
            seen.add(day)
    if len(seen) == _ENOUGH and day_first != month_first:
        return day_first
    return None
