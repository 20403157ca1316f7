"""From what a question probably means to a sketch: the slots are what the rules read in it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from pod_agent.assistant.classifier.bank import Label
from pod_agent.assistant.plan import Period
from pod_agent.assistant.rules.reading import Reading
from pod_agent.assistant.rules.topics import Topic
from pod_agent.assistant.sketch import Sketch, SketchError
from vocab.query import Filter

__all__ = ["READ_AS", "period_text", "sketch_of"]

READ_AS: Final[dict[str, Topic]] = {
    "money": "", "music": "music", "video": "video", "health": "health", "shops": "shops",
    "subscriptions": "subscriptions",
}  # fmt: skip
"""Under which topic the rules read a question of each kind."""
SIGNS: Final = {"gt": "over", "ge": "at least", "lt": "under", "le": "at most"}
STATES: Final = {"CANCELLED": "cancelled", "REFUNDED": "refunded", "DELIVERED": "delivered"}
CATEGORY_WORDS: Final = {"eating-out": "eating out", "other": "miscellaneous"}
DECEMBER: Final = 12
NOON: Final = 12
PAIR: Final = 2
COMPARED: Final = frozenset({"change", "difference", "exceeds"})


def sketch_of(label: Label, reading: Reading, today: date) -> Sketch | None:
    """The sketch of this meaning with the slots of a reading; None where the two do not go together."""
    if label.operation == "mean" and not _per(label, reading):
        return None
    wanted, unwanted = _marks(reading)
    names, categories = _named(label, reading, wanted)
    left_names, left_categories = _named(label, reading, unwanted)
    apart = label.operation in COMPARED and len({*names, *categories}) < PAIR and not reading.limits
    conditions = [state for role, state in STATES.items() if role in reading.roles and label.topic == "shops"]
    if "FOREIGN" in reading.roles:
        conditions.append("in foreign currency")
    conditions += [_account(kind, words) for kind, words in reading.accounts]
    if label.topic == "subscriptions" and label.named in {"yearly", "monthly"}:
        conditions.append(label.named)
    try:
        return Sketch(
            topic=label.topic,  # type: ignore[arg-type]
            operation=label.operation,  # type: ignore[arg-type]
            measure=label.measure,
            group=label.group,
            low=label.low,
            sign=label.sign,  # type: ignore[arg-type]
            show=label.show,  # type: ignore[arg-type]
            per=_per(label, reading),
            top=reading.top,
            names=tuple(dict.fromkeys(names)),
            categories=tuple(dict.fromkeys(categories)),
            without=tuple(dict.fromkeys((*left_names, *left_categories))),
            periods=tuple(_periods(reading, today, apart=apart)),
            limits=tuple(_limits(reading)),
            days=tuple(dict.fromkeys(_days(reading))),
            conditions=tuple(dict.fromkeys(conditions)),
        )
    except SketchError:
        return None


def _per(label: Label, reading: Reading) -> str:
    if label.operation != "mean" or label.per:
        return label.per
    roles = {"month": "PERMONTH", "week": "PERWEEK", "day": "PERDAY"}
    found = [
        unit
        for unit, role in roles.items()
        if role in reading.roles
        or re.search(rf"\b(?:by|in|for|over) (?:the|a|an|each|every) {unit}\b", reading.question)
    ]
    return found[0] if len(found) == 1 else ""


def _marks(reading: Reading) -> tuple[list[str], list[str]]:
    """The marks of names and categories, and those after a negation."""
    wanted: list[str] = []
    unwanted: list[str] = []
    negated = False
    for word in reading.text.split():
        if re.fullmatch(r"[ECN]\d+", word):
            (unwanted if negated else wanted).append(word)
        elif word == "NOT":
            negated = True
        elif word != "AND" and re.fullmatch(r"[A-Z]+\d*", word):
            negated = False
    return wanted, unwanted


def _named(label: Label, reading: Reading, marks: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names, and what counts as a category: of shops products and sections."""
    names: list[str] = []
    categories: list[str] = []
    for mark in marks:
        number = int(mark[1:])
        if mark[0] == "C":
            category = reading.categories[number]
            categories.append(CATEGORY_WORDS.get(category, category.replace("-", " ")))
        elif mark[0] == "N":
            categories.append(reading.parts[number][1])
        else:
            name = reading.names[number][0]
            goods = label.topic == "shops" and name.kind != "shop"
            (categories if goods else names).append(" ".join(re.sub(r'[\n<>{}\[\]"?`|\\]', " ", name.text).split()))
    return names, categories


def _account(kind: str, words: str) -> str:
    lead = "on" if kind == "card" else "from"
    return (
        {"card": "on the card", "account": "from the bank account"}[kind]
        if words in {"card", "account", "bank account"}
        else f"{lead} the {words}"
    )


def _periods(reading: Reading, today: date, *, apart: bool) -> Iterator[str]:
    """The periods in words; what is compared "from July to August" are two of them, where ``apart``."""
    for period, ends in zip(reading.periods, reading.ends, strict=True):
        if ends is not None and len(reading.periods) == 1:
            first, last = (period_text(each, today) for each in ends)
            if apart:
                yield from (first, last)
            else:
                yield f"from {first.removeprefix('on ')} to {last.removeprefix('on ')}"
        else:
            yield period_text(period, today)


def period_text(period: Period, today: date) -> str:
    """A period in words that the rules read as just this period on this day."""
    first, last = period
    if first == last:
        return _day(first)
    if first == date.min:
        return f"until {_day(last)}"
    ends = {last, *({date.max} if last == today else ())}
    month_end = date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])
    if first.day == 1 and (
        month_end in ends or (last == today and (first.year, first.month) == (today.year, today.month))
    ):
        return f"{calendar.month_name[first.month]} {first.year}"
    begins_year = (first.month, first.day) == (1, 1)
    if begins_year and (last == date(first.year, DECEMBER, 31) or (last == today and first.year == today.year)):
        return str(first.year)
    if last == today:
        return f"since {_day(first)}"
    return f"between {_day(first)} and {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def _limits(reading: Reading) -> Iterator[str]:
    for item in reading.limits:
        if isinstance(item.value, tuple):
            yield f"between ${item.value[0]:g} and ${item.value[1]:g}" if item.op == "between" else "?"
        else:
            yield f"{SIGNS.get(item.op, '?')} ${float(item.value):g}"
    for bound in reading.bounds:
        yield f"{SIGNS.get(bound.sign, '?')} {bound.number:g}{f' {bound.unit}' if bound.unit else ''}"


def _days(reading: Reading) -> Iterator[str]:
    for item in reading.days:
        yield {"weekend": "weekends", "weekday": "weekdays"}.get(str(item.value), f"{item.value}s")
    for item in reading.hours:
        yield _hours(item)


def _hours(item: Filter) -> str:
    hours = item.value if isinstance(item.value, tuple) else (item.value,)
    first, end = int(hours[0]), (int(hours[-1]) + 1) % 24
    if end == 0:
        return f"after {_clock(first)}"
    return f"before {_clock(end)}" if first == 0 else f"between {_clock(first)} and {_clock(end)}"


def _clock(hour: int) -> str:
    return f"{hour % NOON or NOON} {'am' if hour < NOON else 'pm'}"
