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
from pod_agent.assistant.rules.date_words import (
    COUNT,
    DAY,
    EVER,
    HOLIDAYS,
    LEAD,
    MONTH,
    MONTHS,
    NUMBERS,
    ORDINALS,
    SO_FAR,
    VAGUE,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
    count,
    day_first,
    half_of,
    month_number,
    month_of,
    months_of,
    one_day,
    quarter_of,
    turned,
    within_year,
    written_days,
    year_of,
)
from pod_agent.assistant.rules.left_out import take_left_out, told_apart
from vocab.query import Filter

__all__ = ["MONTHS", "NUMBERS", "WEEKDAYS", "Times", "read_times"]


@dataclass(slots=True)
class Times:
    """What a question says about time: the text with marks, the periods, and the phrase that is too vague, if any.

    ``broken`` holds a phrase that names no day that exists, such as 31 February. ``ends`` has, for each period that was
    said as "from A to B", A and B themselves: a change from A to B is about these two. ``left_out`` are the times that
    the one period goes without.
    """

    text: str
    periods: list[Period] = field(default_factory=list)
    vague: str | None = None
    broken: str | None = None
    ends: list[tuple[Period, Period] | None] = field(default_factory=list)
    left_out: list[Filter] = field(default_factory=list)


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
        self.left_out: list[Filter] = []

    def atoms(self, text: str) -> str:
        """Replace every atom by a provisional mark."""
        if not re.search(r"\b(?:since|from|between|starting)\b", text):
            text = re.sub(r"\b(?:up )?(?:to|until|till) (?:now|today|date)\b", " ", text)
        text = self._share_years(told_apart(within_year(written_days(text))))
        for pattern, build in self._patterns():
            text = re.sub(pattern, lambda match, build=build: self._mark(build(match)), text)  # type: ignore[misc]
        return re.sub(r"@(\d+)@ (?:in |of |for |from |namely |ie )?@(\d+)@", self._narrowed, text)

    def _narrowed(self, match: re.Match[str]) -> str:
        """Of two periods side by side, one within the other, the shorter: "second half of 2025 (July to December)"."""
        left, right = self._found[int(match[1])], self._found[int(match[2])]
        if left[0] <= right[0] and right[1] <= left[1]:
            return f"@{match[2]}@"
        if right[0] == date.min and left[0] <= right[1] <= left[1]:
            return self._mark((left[0], right[1]))  # this year before June
        return f"@{match[1]}@" if right[0] <= left[0] and left[1] <= right[1] else match[0]

    def spans(self, text: str) -> str:
        """Join marks by since, until, before, after, from ... to, between ... and."""
        today = self._today
        joins: list[tuple[str, Callable[[Period, Period], Period]]] = [
            (r"\bbetween (?:the )?@(\d+)@ (?:and|to|till|until) (?:the )?@(\d+)@", lambda a, b: (a[0], b[1])),
            (
                (
                    r"\b(?:starting |beginning )?from (?:the )?@(\d+)@ (?:(?:right )?(?:up )?(?:to|till|until)"
                    r"|through|and|-)"
                    r" (?:and including )?(?:the )?(?:end of )?(?:the )?@(\d+)@"
                ),
                lambda a, b: (a[0], b[1]),
            ),
            (
                r"@(\d+)@ (?:(?:up )?(?:to|till|until)|through) (?:the )?(?:end of )?(?:the )?@(\d+)@",
                lambda a, b: (a[0], b[1]),
            ),
            (
                r"\b(?:ever )?since (?:the )?(?:(?:start|beginning|turn) of )?(?:the )?@(\d+)@()",
                lambda a, _: (a[0], today),
            ),
            (
                (
                    r"\b(?:starting (?:from |with |in |on )?|beginning (?:from |with |in |on )?|from |as of "
                    r"|as from )?(?:the )?"
                    r"@(\d+)@ (?:onwards?|on(?= ?$| (?:i|did|have|how|what|on)\b)|until now|till now|to now"
                    r"|up to now|to date"
                    r"|(?:un)?til today|and (?:after|later|since|onwards?))()"
                ),
                lambda a, _: (a[0], today),
            ),
            (
                (
                    r"\b(?:until|till|til|up to|up until|up till|up to and including|until and including"
                    r"|no later than) (?:and including )?(?:the )?(?:end of )?@(\d+)@()"
                ),
                lambda a, _: (date.min, a[1]),
            ),
            (
                r"\b(?:up to but not including|before|prior to|earlier than|preceding) (?:the )?@(\d+)@()",
                lambda a, _: (date.min, a[0] - timedelta(1)),
            ),
            (
                r"\b(?:after|later than|following) (?:the )?(?:end of )?@(\d+)@()",
                lambda a, _: (a[1] + timedelta(1), max(today, a[1] + timedelta(1))),
            ),
        ]
        for pattern, join in joins:
            text = re.sub(pattern, lambda match, join=join: self._mark(self._join(match, join)), text)  # type: ignore[misc]
        text = re.sub(r"@(\d+)@ (?:in |of |for |from |namely |ie )?@(\d+)@", self._narrowed, text)
        text, self.left_out = take_left_out(text, self._found)
        return re.sub(rf"\b{LEAD}(?=@\d+@)", "", text)

    def finish(self, text: str) -> Times:
        """Number the marks in the order of the text and end every period today."""
        out = Times("", left_out=self.left_out)

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
        return turned(left, right) if period[0] > period[1] and match[2] else period

    def _share_years(self, text: str) -> str:
        """In "August and October 2025" or "Q1 to Q2 last year" the year belongs to both."""
        joint = r"(?:and|to|or|vs|versus|than|with|until|till|through|against|-)"
        year = rf"(?:(?:of |in )?(?:{YEAR}|this year|last year))"
        pattern = (
            rf"\b({MONTH})((?: \d{{1,2}}(?:st|nd|rd|th)?)?) ({joint}(?: in| to| with)? (?:{DAY} )?(?:{MONTH})(?:"
            rf" {DAY})?) ({year})\b"
        )
        text = re.sub(pattern, r"\1\2 \4 \3 \4", text)
        quarter = rf"(?:q ?[1-4]|(?:the )?(?:{'|'.join(ORDINALS)}) quarter)"
        return re.sub(rf"\b({quarter}) ({joint}(?: in| to| with)? {quarter}) ({year})\b", r"\1 \3 \2 \3", text)

    def _patterns(self) -> list[tuple[str, Callable[[re.Match[str]], Period]]]:
        today, past = self._today, r"(?:last|past|previous|preceding|most recent|latest)"
        this = r"(?:this|current|the current|present|the present|running|the running|ongoing)(?: whole| entire| full)?"
        week = today - timedelta(today.weekday())
        return [
            *self._dates(),
            (rf"\b({MONTH}) (?:of |in )?(this year|last year)\b", self._named_month),
            (r"\bq ?([1-4]) (?:of |in )?(this year|last year)\b", lambda m: self._quarter(int(m[1]), m[2])),
            ((rf"\b({'|'.join(sorted(HOLIDAYS, key=len, reverse=True))})(?: (?:of |in )?({YEAR}|this year"
             rf"|last year))?\b"),
             lambda m: self._holiday(m[1], m[2])),
            (rf"\b{past} ({COUNT}) (?:calendar |full |whole )?days?\b",
             lambda m: (today - timedelta(count(m[1]) - 1), today)),
            (rf"\b{past} ({COUNT}) weeks?\b", lambda m: (today - timedelta(7 * count(m[1]) - 1), today)),
            (rf"\b{past} (?:two weeks|fortnight)\b", lambda _: (today - timedelta(13), today)),
            (rf"\b{past} half (?:a )?year\b", lambda _: (self._month_back(6)[0], self._month_back(1)[1])),
            (rf"\b{past} ({COUNT}) (?:calendar |full |whole |complete )?months?\b",
             lambda m: (self._month_back(count(m[1]))[0], self._month_back(1)[1])),
            (
                r"\bpast (week|month|year)\b",
                lambda m: (today - timedelta({"week": 6, "month": 29, "year": 364}[m[1]]), today),
            ),
            (r"\b(?:the )?week before last\b", lambda _: (week - timedelta(14), week - timedelta(8))),
            (r"\b(?:the )?month before last\b", lambda _: self._month_back(2)),
            (r"\b(?:the )?year before last\b", lambda _: year_of(today.year - 2)),
            (
                (rf"\b(first|1st|last|final) ({COUNT}) months (?:of|in) (?:the )?(?:year )?({YEAR}|this year"
                rf"|last year|year)\b"),
                lambda m: months_of(self._year_of(m[3]), count(m[2]), first=m[1] in {"first", "1st"}),
            ),
            (
                rf"\b(first|1st|last|final) week (?:of|in) ({MONTH})(?: ({YEAR}))?\b",
                lambda m: self._week_of(m[1] in {"last", "final"}, m[2], m[3]),
            ),
            (
                rf"\b(first|second|1st|2nd) half (?:of )?(?:the )?(?:year )?({YEAR}|this year|last year|year)\b",
                lambda m: half_of(m[1] in {"second", "2nd"}, self._year_of(m[2])),
            ),
            (rf"\bh([12]) (?:of )?({YEAR}|this year|last year)\b",
             lambda m: half_of(m[1] == "2", self._year_of(m[2]))),
            (
                (rf"\b({'|'.join(ORDINALS)}|last|final) quarter(?: of)?(?: the)? (?:year )?({YEAR}|this year"
                rf"|last year|year)\b"),
                lambda m: quarter_of(self._year_of(m[2]), ORDINALS.get(m[1], 4)),
            ),
            (rf"\b({YEAR}) ?q([1-4])\b|\b([1-4])q ?({YEAR})\b",
             lambda m: quarter_of(int(m[1] or m[4]), int(m[2] or m[3]))),
            (r"\b(?:last|previous|preceding) (?:calendar )?weeks?\b",
             lambda _: (week - timedelta(7), week - timedelta(1))),
            (r"\b(?:last|previous|preceding|prior) (?:calendar )?months?\b", lambda _: self._month_back(1)),
            (r"\b(?:last|previous|preceding) (?:calendar )?quarters?\b", lambda _: self._quarter_back(1)),
            (r"\b(?:last|previous|preceding|prior) (?:calendar )?years?\b", lambda _: year_of(today.year - 1)),
            (rf"\b{this} (?:week|wk)\b{SO_FAR}", lambda _: (week, today)),
            (rf"\b{this} (?:calendar )?months?\b{SO_FAR}|\bmonth to date\b|\bmtd\b|\bthe month so far\b",
             lambda _: self._month_back(0)),
            (rf"\b{this} quarters?\b{SO_FAR}", lambda _: self._quarter_back(0)),
            (
                (rf"\b(?:so far )?{this} (?:calendar )?years?\b{SO_FAR}|\b(?:the )?year to date\b|\bytd\b"
                r"|\b(?:the )?year so far\b|\bsince (?:the )?(?:start|beginning|turn) of the year\b"
                r"|\bsince new year\b"),
                lambda _: year_of(today.year),
            ),
            (
                (r"\b(?:next|coming|upcoming|following) (week|month|year|quarter|weekend|few (?:weeks|months)"
                 r"|\d+ (?:days|weeks"
                r"|months|years))\b|\btomorrow\b"),
                lambda _: (today + timedelta(1), today + timedelta(31)),
            ),
            (r"\bday before yesterday\b", lambda _: (today - timedelta(2), today - timedelta(2))),
            (r"\byesterdays?\b", lambda _: (today - timedelta(1), today - timedelta(1))),
            (r"\btodays?\b", lambda _: (today, today)),
            (r"\b(\d{1,3}) days ago\b", lambda m: (today - timedelta(int(m[1])), today - timedelta(int(m[1])))),
            (
                rf"\bq ?([1-4])(?: (?:of |in )?({YEAR}|this year|last year))?\b",
                lambda m: self._quarter(int(m[1]), m[2]),
            ),
            (
                rf"\b({'|'.join(ORDINALS)}) quarter\b",
                lambda m: self._quarter(ORDINALS[m[1]], None),
            ),
            (rf"\b({MONTH})(?: (?:of |in )?({YEAR}|this year|last year))?\b", self._named_month),
            (rf"\b({YEAR}) ({MONTH})\b", lambda m: month_of(int(m[1]), MONTHS[m[2]])),
            (
                (rf"\b(?:on|last|this|past|on last|on this) ({WEEKDAY})\b(?! nights?\b)(?! (?:and|or"
                rf"|to) (?:on )?{WEEKDAY})"),
                self._weekday,
            ),
            (
                (rf"(?<!every )(?<!each )(?<!on a )(?<!and )(?<!or )\b({WEEKDAY})\b(?! (?:nights?|and|or|to"
                rf"|{WEEKDAY})\b)"),
                self._weekday,
            ),
            (
                (rf"\b(?:the )?(?:calendar )?(?:year )?({YEAR})(?: so far)?\b"
                r"(?! (?:times|songs|purchases|steps|dollars|bucks|minutes|hours))(?<!\$)"),
                lambda m: year_of(int(m[1])),
            ),
        ]  # fmt: skip

    def _dates(self) -> list[tuple[str, Callable[[re.Match[str]], Period]]]:
        """Days that are written out, with numbers or with the name of the month."""
        span = r"(?:to|until|till|through|and|-)"
        return [
            (r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b", lambda m: one_day(int(m[1]), int(m[2]), int(m[3]))),
            (r"\b(\d{4})-(\d{1,2})\b", lambda m: month_of(int(m[1]), int(m[2]))),
            (r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b", lambda m: day_first(int(m[3]), int(m[2]), int(m[1]))),
            (r"\b(\d{1,2})/(\d{1,2})/(\d{2})\b", lambda m: one_day(2000 + int(m[3]), int(m[2]), int(m[1]))),
            (
                r"\b(?<=on )(\d{1,2})/(\d{1,2})\b(?!/)",
                lambda m: self._dated(calendar.month_name[month_number(m[2])].lower(), m[1], None),
            ),
            (rf"\b({DAY}) ?{span} ?({DAY}) (?:of )?({MONTH})(?: ({YEAR}))?\b", self._days),
            (rf"\b({MONTH}) ({DAY}) ?{span} ?({DAY})(?: ({YEAR}))?\b(?! (?:{MONTH}))", self._days_after),
            (
                (
                    rf"\bweek (?:of|starting|beginning|commencing"
                    rf"|from)(?: on)? (?:the )?(?:(?:{WEEKDAY}) )?({DAY}) (?:of )?({MONTH})"
                    rf"(?: ({YEAR}))?\b"
                ),
                lambda m: self._week_with(m[2], m[1], m[3]),
            ),
            (
                (
                    rf"\b(?:(?:{WEEKDAY}) )?(?:the )?({DAY}) (?:of )?({MONTH})(?: (?:of |in )?({YEAR}|this year"
                    rf"|last year))?\b"
                ),
                lambda m: self._dated(m[2], m[1], m[3]),
            ),
            (
                (
                    rf"\b(?:(?:{WEEKDAY}) )?({MONTH}) (?:the )?({DAY})(?: (?:of |in )?({YEAR}))?\b(?! (?:times"
                    rf"|purchases|months|days))"
                ),
                lambda m: self._dated(m[1], m[2], m[3]),
            ),
        ]

    def _dated(self, month: str, day: str, year: str | None) -> Period:
        number = int(re.sub(r"\D", "", day))
        if year:
            return one_day(self._year_of(year), MONTHS[month], number)
        this = one_day(self._today.year, MONTHS[month], number)
        return this if this[0] <= self._today else one_day(self._today.year - 1, MONTHS[month], number)

    def _days(self, match: re.Match[str]) -> Period:
        return (self._dated(match[3], match[1], match[4])[0], self._dated(match[3], match[2], match[4])[1])

    def _days_after(self, match: re.Match[str]) -> Period:
        return (self._dated(match[1], match[2], match[4])[0], self._dated(match[1], match[3], match[4])[1])

    def _week_with(self, month: str, day: str, year: str | None) -> Period:
        one = self._dated(month, day, year)[0]
        monday = one - timedelta(one.weekday())
        return (monday, monday + timedelta(6))

    def _week_of(self, last: bool, month: str, year: str | None) -> Period:  # noqa: FBT001
        """The first, or the last, seven days of a month."""
        first, end = month_of(int(year), MONTHS[month]) if year else self._latest_month(MONTHS[month])
        return (end - timedelta(6), end) if last else (first, first + timedelta(6))

    def _year_of(self, words: str) -> int:
        return self._today.year - (words == "last year") if not words.isdigit() else int(words)

    def _latest_month(self, month: int) -> Period:
        return month_of(self._today.year - (month > self._today.month), month)

    def _holiday(self, name: str, year: str | None) -> Period:
        month, day = HOLIDAYS[name]
        return self._dated(calendar.month_name[month].lower(), str(day), year)

    def _named_month(self, match: re.Match[str]) -> Period:
        month = MONTHS[match[1]]
        return month_of(self._year_of(match[2]), month) if match[2] else self._latest_month(month)

    def _weekday(self, match: re.Match[str]) -> Period:
        back = (self._today.weekday() - WEEKDAYS[match[1]]) % 7
        if back == 0 and match[0].startswith(("last", "past")):
            back = 7
        day = self._today - timedelta(back)
        return (day, day)

    def _month_back(self, number: int) -> Period:
        months = self._today.year * 12 + self._today.month - 1 - number
        return month_of(months // 12, months % 12 + 1)

    def _quarter_back(self, number: int) -> Period:
        quarters = self._today.year * 4 + (self._today.month - 1) // 3 - number
        return quarter_of(quarters // 4, quarters % 4 + 1)

    def _quarter(self, number: int, year: str | None) -> Period:
        if year:
            return quarter_of(self._year_of(year), number)
        begun = quarter_of(self._today.year, number)[0] <= self._today
        return quarter_of(self._today.year if begun else self._today.year - 1, number)
