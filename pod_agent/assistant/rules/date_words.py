"""Words of time: months, weekdays, holidays, what is too vague; and the periods that they name."""

from __future__ import annotations

import calendar
import re
from datetime import date

from pod_agent.assistant.plan import Period

__all__ = [
    "COUNT",
    "DAY",
    "EVER",
    "HOLIDAYS",
    "LEAD",
    "MONTH",
    "MONTHS",
    "NUMBERS",
    "ORDINALS",
    "SO_FAR",
    "VAGUE",
    "WEEKDAY",
    "WEEKDAYS",
    "YEAR",
    "count",
    "day_first",
    "half_of",
    "month_number",
    "month_of",
    "months_of",
    "one_day",
    "quarter_of",
    "same_day",
    "turned",
    "within_year",
    "written_days",
    "year_of",
]

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
NUMBERS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
ORDINAL_WORDS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
        " fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
}
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
HOLIDAYS = {
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "christmas": (12, 25),
    "xmas": (12, 25),
    "boxing day": (12, 26),
    "national day": (8, 9),
    "new years day": (1, 1),
    "new years eve": (12, 31),
    "new years": (1, 1),
    "labour day": (5, 1),
    "labor day": (5, 1),
    "valentines day": (2, 14),
    "halloween": (10, 31),
}
"""Days that lie on the same date every year."""
EVER = (
    r"\b(?:of all time|all time|(?:up )?(?:to|until|till) (?:now|today|date)|so far|ever|to date|overall"
    r"|since the (?:very )?(?:beginning|start)|(?:over|for|in) (?:all (?:this|the) time|the whole time|all time)"
    r"|since i (?:started|began) (?:keeping|having|holding) (?:my |any )?(?:records?|books|track|accounts?)"
    r"|in total|since (?:my )?records (?:began|begin|start(?:ed)?)"
    r"|(?:in|across|over|taking) all (?:of )?(?:my |the )?records(?: (?:together|held))?)\b"
)

VAGUE = (
    r"\b(?:(?<!most )recently|lately|these days|nowadays|back then|a while ago|a while back|the other day"
    r"|some ?time ago"
    r"|once upon a time|in the past$|chinese new year|lunar new year|cny|hari raya(?: \w+)?|deepavali|diwali"
    r"|vesak(?: day)?|good friday|easter|ramadan|mid autumn(?: festival)?|thanksgiving|black friday"
    r"|(?:last|past|previous|this|coming|few) (?:weekend|few (?:days|weeks|months|years)"
    r"|couple of (?:days|weeks|months|years))"
    r"|(?:a|the|these) (?:few|couple of) (?:days|weeks|months|years)(?: (?:ago|back))?"
    r"|last time around|the (?:school |public )?holidays?|public holidays?|summer|winter|spring|autumn"
    r"|of late|thaipusam|pongal|ching ming|qing ming|dragon boat(?: festival)?|(?:the )?great singapore sale|gss"
    r"|(?:mothers|fathers|teachers|childrens) day|cyber monday|singles day|lunar (?:new )?year"
    r"|(?:the )?good old days|in those days|at (?:one|some) (?:point|time)|a long time ago|ages ago|long ago"
    r"|some (?:days|weeks|months|years|time) (?:ago|back)|not long ago|just now|earlier on"
    r"|early on|ramadhan|eid(?: \w+)?|puasa|raya)\b"
)

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
COUNT = rf"\d{{1,3}}|{'|'.join(NUMBERS)}"
YEAR = r"(?:19|20)\d\d"
SO_FAR = r"(?: (?:so far|to date|up to now|until now|till now|until today|till today))?"
DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
LEAD = (
    r"(?<!which )(?<!what )(?<!per )(?<!each )(?<!every )(?<!days )"
    r"(?:(?:in|on|during|for|of|over|within|throughout|across|from|between|at|along|back in|all"
    r"|in the course of|over the course of|in the space of)\s+)?(?:the\s+)?(?:(?:whole|entire|full|all)\s+(?:of\s+)?)?"
    r"(?:(?:months?|quarters?|time|years?)\s+of\s+|(?:period|time ?frame)\s+(?:of\s+|from\s+)?)?"
    r"(?:the\s+)?(?:whole\s+|entire\s+|full\s+|calendar\s+)?"
)


def month_number(digits: str) -> int:
    """The number of a month in digits; ValueError where there is none."""
    number = int(digits)
    if not 1 <= number <= len(calendar.month_name) - 1:
        raise ValueError(digits)
    return number


def count(word: str) -> int:
    """A number in digits or as a word, at least one."""
    return NUMBERS.get(word) or max(int(word), 1)


def same_day(day: date, year: int) -> date:
    """The same day of another year, the last of the month where it has none."""
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def one_day(year: int, month: int, day: int) -> Period:
    """One day as a period."""
    one = date(year, month, day)
    return (one, one)


def day_first(year: int, month: int, day: int) -> Period:
    """One day written day first; month first only where it could not be read otherwise."""
    return one_day(year, day, month) if month > 12 >= day else one_day(year, month, day)


def month_of(year: int, month: int) -> Period:
    """A whole month."""
    return (date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def months_of(year: int, number: int, *, first: bool) -> Period:
    """The first, or the last, few months of a year."""
    number = min(number, 12)
    return (date(year, 1, 1), month_of(year, number)[1]) if first else (date(year, 13 - number, 1), date(year, 12, 31))


def turned(left: Period, right: Period) -> Period:
    """From November to February: the earlier of the two was a year before."""
    start = left[0]
    while start > right[1]:
        start = same_day(start, start.year - 1)
    return (start, right[1])


def quarter_of(year: int, number: int) -> Period:
    """A whole quarter."""
    return (date(year, 3 * number - 2, 1), month_of(year, 3 * number)[1])


def half_of(second: bool, year: int) -> Period:  # noqa: FBT001
    """A half of a year."""
    return (date(year, 7, 1), date(year, 12, 31)) if second else (date(year, 1, 1), date(year, 6, 30))


def year_of(year: int) -> Period:
    """A whole year."""
    return (date(year, 1, 1), date(year, 12, 31))


_HALF = rf"(?:(?:first|second|1st|2nd) half|h[12]|q ?[1-4]|(?:{'|'.join(ORDINALS)}|last) quarter)(?: of)?(?: the year)?"
_TOLD = re.compile(
    rf"\b({_HALF}) ({YEAR}) ((?:(?:namely|meaning|so|ie|i e|i mean|that is|from) )*)({MONTH})"
    rf" (to|through|until|till|-) ({MONTH})\b(?! (?:{YEAR}|\d))"
)


_DAYS = {
    **ORDINAL_WORDS,
    **{
        f"{tens} {word}": ten + number
        for tens, ten in (("twenty", 20), ("thirty", 30))
        for word, number in ORDINAL_WORDS.items()
        if number < 10 and ten + number <= 31
    },
    "thirtieth": 30,
}
_ORDINAL = "|".join(sorted(_DAYS, key=len, reverse=True))
_WRITTEN = re.compile(
    rf"\b(?:the )?({_ORDINAL})(?: (to|until|till|through|and) (?:the )?({_ORDINAL}))? (?:of )?(?=(?:{MONTH})\b)"
    rf"|(?<= )(?P<after>(?:{MONTH}) the) (?P<day>{_ORDINAL})\b"
)
_ENDS = re.compile(
    r"\b(between|from) the (?:start|beginning) of (.{3,25}?) (and|to|until|till|through) the end of (?=\w)"
)


def _written(match: re.Match[str]) -> str:
    if match["day"]:
        return f"{match['after']} {_DAYS[match['day']]}"
    return f"{_DAYS[match[1]]} {match[2]} {_DAYS[match[3]]} " if match[3] else f"{_DAYS[match[1]]} "


def within_year(text: str) -> str:
    """The months of "the second half of 2025, July to December" with their year."""
    return _TOLD.sub(r"\1 \2 \3\4 \2 \5 \6 \2", text)


def written_days(text: str) -> str:
    """Days in words as numbers, and times from the start of one to the end of another as from one to the other."""
    return _ENDS.sub(r"\1 \2 \3 ", _WRITTEN.sub(_written, text))
