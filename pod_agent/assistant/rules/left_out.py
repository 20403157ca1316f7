"""Times that are left out of another one: "this year without November", "2025, December excluded"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from pod_agent.assistant.plan import Period
from pod_agent.assistant.rules.date_words import MONTH, YEAR, same_day
from vocab.query import Filter

__all__ = ["spared_days", "spared_months", "take_left_out", "told_apart"]

_TIME = r"@\d+@"
_LEAD = r"(?:(?:for|in|on|during|the|all of|whole of|months? of|any|all|it|counting|including|considering) )*"
_MORE = rf"(?:,? (?:and|or|nor)(?: also)? {_LEAD}{_TIME})*"
_BEFORE = re.compile(
    r"\b(?:without|except(?:ing)?(?: for)?|excluding|exclude|excl|apart from|aside from|other than|but(?: not)?|bar"
    r"|barring|minus|less|save(?: for)?|leaving (?:out|aside)|leave out|skipping|skip|ignoring|omitting|disregarding"
    rf"|besides|(?:and )?not(?: counting| including)?) (?P<out>{_LEAD}{_TIME}{_MORE})(?: (?:out|aside|excluded))?"
)
_AFTER = re.compile(
    rf"(?:\b(?:but )?with |\b(?:leaving|leave|taking|take) )?(?P<out>{_TIME}{_MORE}) (?:is |was |are |were |being )?"
    r"(?:excluded|left out|left aside|aside|apart|not included|not counted|omitted|ignored|skipped|excepted"
    r"|disregarded|taken out|out of it|out(?=$| (?:how|what|which)))\b"
)
_MONTHS_OF = re.compile(
    rf"\b((?:per|every|each|all) (?:the )?months?) (but|except(?: for)?|excluding|without|bar)"
    rf" ((?:{MONTH})(?:(?: and| or)? (?:{MONTH}))*) (?:of |in )?({YEAR}|this year|last year)\b"
)
_OF_YEAR = re.compile(
    rf"\b({YEAR}) (?=(?:{MONTH})(?: and (?:{MONTH}))*"
    r" (?:is |was |being )?(?:excluded|left out|aside|omitted|apart|ignored)\b)"
)
_ALL = re.compile(r"\b(?:in |on |of |over )?all (?:the |of the )?(?:months|weeks|days)\b")
_DAY = timedelta(days=1)


def told_apart(text: str) -> str:
    """The text in which a month that is left out does not stand beside the year: "2026, November excluded"."""
    return _OF_YEAR.sub(r"\1 with ", _MONTHS_OF.sub(r"\1 \4 \2 \3", text))


def take_left_out(text: str, found: Sequence[Period]) -> tuple[str, list[Filter]]:
    """The text of provisional marks without what is left out, and the filters that leave it out.

    ``found`` has the periods of the marks. Taken only where one other time is named that all of it surely lies in.
    """
    spared: list[Period] = []
    numbers: list[int] = []

    def taken(match: re.Match[str]) -> str:
        numbers.extend(int(number) for number in re.findall(r"@(\d+)@", match["out"]))
        return " "

    rest = _AFTER.sub(taken, _BEFORE.sub(taken, text))
    kept = {int(number) for number in re.findall(r"@(\d+)@", rest)}
    if not numbers or len(kept) != 1:
        return text, []
    whole = found[kept.pop()]
    for number in numbers:
        ways = _within(found[number], whole)
        if len(ways) != 1:
            return text, []
        spared.extend(ways)
    return " ".join(_ALL.sub(" ", rest).split()), _filters(spared)


def _within(period: Period, whole: Period) -> list[Period]:
    """The period where it lies in the whole, else the same days of other years that do."""
    if period[0] >= whole[0] and period[1] <= whole[1]:
        return [period] if (whole[1] - whole[0]).days < 366 or len(_years(period, whole)) == 1 else []
    return _years(period, whole)


def _years(period: Period, whole: Period) -> list[Period]:
    moved = (
        (same_day(period[0], year), same_day(period[1], year + period[1].year - period[0].year))
        for year in range(max(whole[0].year, 1900), whole[1].year + 1)
    )
    return [each for each in moved if each[0] >= whole[0] and each[1] <= whole[1]]


def _filters(spared: Sequence[Period]) -> list[Filter]:
    """Whole months by their labels, other times day by day."""
    months: list[str] = []
    days: list[str] = []
    for first, last in spared:
        if first.day == 1 and (last + _DAY).day == 1:
            numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
            months.extend(f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers)
        else:
            days.extend((first + number * _DAY).isoformat() for number in range((last - first).days + 1))
    return [
        Filter(field, "not_in", tuple(dict.fromkeys(values)))
        for field, values in (("month", months), ("day", days))
        if values
    ]


def spared_months(filters: Sequence[Filter], period: Period) -> int:
    """How many calendar months of a period are left out as a whole."""
    first, last = (f"{day:%Y-%m}" for day in period)
    return sum(first <= str(value) <= last for each in filters if each.field == "month" for value in _values(each))


def spared_days(filters: Sequence[Filter], period: Period) -> int:
    """How many days of a period are left out."""
    months = {value for each in filters if each.field == "month" for value in _values(each)}
    days = {value for each in filters if each.field == "day" for value in _values(each)}
    number = (period[1] - period[0]).days + 1
    own = (period[0] + count * _DAY for count in range(number))
    return sum(f"{day:%Y-%m}" in months or day.isoformat() in days for day in own)


def _values(item: Filter) -> tuple[object, ...]:
    return item.value if isinstance(item.value, tuple) else (item.value,)
