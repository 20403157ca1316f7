"""Weighing: a last look at a question and its finished plan, before anything is computed.

Words that change what is asked (negations, limits, numbers, days, periods, a second question) are looked for in the
person's own words, without the grammar that made the plan. One that the plan does not show is a question back: a plan
that lost a word would answer something else, and say so with confidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from pod_agent.assistant.answer_sorts import SORTS
from pod_agent.assistant.doubts import DOUBTS
from pod_agent.assistant.plan import Period, Plan, Planner, Refusal
from pod_agent.assistant.weighty import (
    ALWAYS,
    ASKING,
    BETWEEN,
    DAY,
    MONTH,
    MONTHS,
    NOT,
    SIGNS,
    WEEKDAYS,
    Weighed,
    bare,
)
from pod_agent.assistant.whose import NOT_YOURS, of_another

__all__ = ["Weighing", "unweighed", "weighed"]

ADDED: Final = (
    r"(?:salary|wages?|income|interest|bonus) (?:and|plus|minus|less) (?:the |my )?(?!in\b)\w+"
    r"|(?:and|plus) (?:my |the )?(?:salary|income|interest)"
)
NEXT_TO: Final = "before|after|prior|until|til|till|up to|preceding|following|previous|earlier|ahead|then|by|than"
AGAIN: Final = "Can you ask it more simply?"


class Weighing:
    """Plans what another planner plans, where nothing that weighs was lost on the way."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan of the other planner, or a question back that offers what the plan does show."""
        return weighed(question, self._planner.plan(question, today), today, self._planner)


def weighed(question: str, plan: Plan | Refusal, today: date, planner: Planner) -> Plan | Refusal:
    """The plan, or a question back where words that weigh were lost; ``planner`` tries what is offered instead."""
    if isinstance(plan, Plan) and of_another(question, plan) is not None:
        return Refusal(status="declined", text=NOT_YOURS)
    words = unweighed(question, plan, today) if isinstance(plan, Plan) else None
    if words is None or isinstance(plan, Refusal):
        return plan
    offered = plan.read_as or _without(question, words)
    again = planner.plan(offered, today)
    if not isinstance(again, Plan) or unweighed(offered, again, today) is not None:
        return Refusal(status="clarify", text=f'I am not sure what to do with "{words}". {AGAIN}')
    return Refusal(
        status="clarify", text=f'I read this as: {offered} That leaves out "{words}". {AGAIN}', choices=(offered,)
    )


def unweighed(question: str, plan: Plan, today: date) -> str | None:
    """The first words of the question that change what is asked and that the plan does not show, if there are any.

    It can only hold back: what it does not know about, it lets pass.
    """
    seen = Weighed(bare(question), plan, today, question)
    return next((words for check in CHECKS if (words := check(seen)) is not None), None)


def _without(question: str, words: str) -> str:
    """The question without these words."""
    return " ".join(re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", " ", bare(question), count=1).split())


def _always(seen: Weighed) -> str | None:
    hits = (words for pattern in ALWAYS if (words := seen.found(pattern)))
    per = seen.plan.per if seen.plan.operation == "mean" else "month" if seen.plan.operation == "series" else ""
    return next((words for words in hits if not per or not re.fullmatch(rf"\w+ (?:per|each) {per}", words)), None)


def _two_questions(seen: Weighed) -> str | None:
    if seen.plan.operation in {"list", "ranking", "series", "subscriptions", "orders", "follows", "offers", "budgets"}:
        return None
    hit = re.search(
        rf"\b{ASKING}\b[^.?!;:]*? ((?:and|or|plus)(?: also)? (?:at |on |in )?{ASKING})(?! (?:ever|i |it )\w*)\b",
        seen.question,
    )
    return hit[1] if hit else None


def _signs(seen: Weighed) -> str | None:
    """Limits with another sign than the plan's."""
    shown = {(each.op, float(each.value)) for each in seen.filters if isinstance(each.value, (int, float))}
    shown |= {(step.bound[0], float(step.bound[1])) for step in seen.plan.steps if step.bound is not None}
    rest = seen.question
    for words, sign in SIGNS:
        for hit in re.finditer(rf"\b(?<!or )(?:{words}) (?:s?\$|sgd )?(\d+(?:,\d{{3}})*(?:\.\d+)?)(?![\w,.]*\d)", rest):
            number = float(hit[1].replace(",", ""))
            if any(value == number and op != sign for op, value in shown) and (sign, number) not in shown:
                return hit[0]
        rest = re.sub(rf"\b(?:{words})\b", " ", rest)
    return None


def _numbers(seen: Weighed) -> str | None:
    """Numbers that stand nowhere in the plan."""
    known = set(
        map(
            _number,
            re.findall(
                r"\d+(?:\.\d+)?", " ".join([*seen.values(), *(s.text or "" for s in seen.plan.steps), *seen.plan.names])
            ),
        )
    )
    known |= {float(seen.plan.limit or -1), float(seen.plan.limit or -1) / 60, float(seen.plan.divisor or -1)}
    known |= {step.bound[1] * scale for step in seen.plan.steps if step.bound for scale in (1, 1 / 60, 60)}
    known |= {number for period in seen.periods for number in _of_period(period)}
    known |= {float(limit) for step in seen.plan.steps if (limit := step.spec.limit) is not None}
    hours = [
        int(value)
        for each in seen.filters
        if each.field == "hour"
        for value in (each.value if isinstance(each.value, tuple) else (each.value,))
    ]
    known |= {float(hour % twelve) for value in hours for hour in (value, value + 1) for twelve in (12, 24)} | (
        {12.0, 24.0, 30.0} if hours else set()
    )
    for hit in re.finditer(
        r"(?<![\w.,])(?:s?\$)?(\d+(?:,\d{3})*(?:\.\d{1,2})?)(st|nd|rd|th|k|am|pm|s|h|d|w|m|y|mths?|days?|x)?(?![\w])",
        seen.question,
    ):
        number = _number(hit[1].replace(",", "")) * (1000 if hit[2] == "k" else 1)
        if not known & {number, number + 2000, number - 2000} and number != 24:
            return hit[0]
    return None


def _number(text: str) -> float:
    return float(text)


def _of_period(period: Period) -> Iterator[float]:
    """The numbers by which a period may be named."""
    first, last = period
    for day in _edges(period):
        yield from (day.day, day.month, day.year, (day.month + 2) // 3)
    days = (last - first).days + 1
    months = (last.year - first.year) * 12 + last.month - first.month
    yield from (
        days,
        days - 1,
        days / 7,
        months,
        months + 1,
        months / 12,
        (months + 1) / 12,
        (last - first).days // 365,
    )
    yield from (1 + (last.month - 1) // 6, *range(first.year, min(last.year, first.year + 20) + 1))


def _edges(period: Period) -> tuple[date, ...]:
    """The first and the last day of a period, and those next to them; an open beginning has none."""
    first, last = period
    return (last, last + DAY) if first.year == 1 else (first, first - DAY, last, last + DAY)


def _months(seen: Weighed) -> str | None:
    """Months that no period begins or ends with."""
    named = [hit for hit in re.finditer(rf"\b(?:{MONTH})\b", seen.words) if hit[0] in MONTHS]
    near = seen.found(NEXT_TO) is not None
    edges = {day.month for period in seen.periods for day in (_edges(period) if near else period)}
    edges |= {int(value[5:7]) for value in seen.values("not_in") if re.fullmatch(r"\d{4}-\d\d(?:-\d\d)?", value)}
    inner = {
        month for first, last in seen.periods if len(named) > 2 and first.year > 1 for month in _spanned(first, last)
    }
    return next((hit[0] for hit in named if MONTHS[hit[0]] not in edges | inner), None)


def _spanned(first: date, last: date) -> set[int]:
    return {index % 12 + 1 for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)}


def _spans(seen: Weighed) -> str | None:
    """Periods told from today that no period of the plan lies in, begins or ends with."""
    today, near = seen.today, seen.found(NEXT_TO) is not None
    week = today - timedelta(today.weekday())
    month = today.replace(day=1)
    before = month - DAY
    spans: dict[str, Period] = {
        r"(?:this|the current|current|present) year|ytd": (date(today.year, 1, 1), today),
        r"(?:this|the current|current|present) month": (month, today),
        r"(?:this|the current|current|present) week": (week, today),
        r"(?<!time )(?<!before )(?<!of )last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        r"(?<!before )last month": (before.replace(day=1), before),
        r"(?<!before )last week(?! (?:of|in)\b)": (week - 7 * DAY, week - DAY),
        r"(?<!before )yesterday": (today - DAY, today - DAY),
    }
    for words, (first, last) in spans.items():
        hit = seen.found(words)
        spared = f"{first:%Y-%m}" in seen.values("not_in") or first.isoformat() in seen.values("not_in")
        if hit and not spared and not any(_fits(period, first, last, near=near) for period in seen.periods):
            return hit
    return None


def _fits(period: Period, first: date, last: date, *, near: bool) -> bool:
    if period[1] == date.max:
        return False
    inside = first <= period[0] and period[1] <= last
    inside = inside or period[0] == first or period[1] == last
    return inside or (near and (period[0] == last + DAY or period[1] == first - DAY))


def _days(seen: Weighed) -> str | None:
    """Days of the week that the plan does not tell apart."""
    if seen.dimensions & {"weekday", "weekend"}:
        return None
    told = set(seen.values()) | {value.removesuffix("s") for value in seen.values()}
    edges = {WEEKDAYS[day.weekday()] for period in seen.periods for day in _edges(period)}
    weekly = told & {"weekend", "weekday", "weekdays", *WEEKDAYS}
    short = any((last - first).days < 3 for first, last in seen.periods)
    if (hit := seen.found(r"week ?-?(?:end|day)s?|work(?:ing)? ?days?")) and not weekly and not short:
        return None if "order" in hit else hit
    hit = seen.found("|".join(f"{day}s?" for day in WEEKDAYS))
    if (
        hit
        and not weekly
        and (hit.removesuffix("s") not in edges or hit.endswith("s"))
        and hit.removesuffix("s") not in " ".join(told)
    ):
        return hit
    return None


def _turned(seen: Weighed) -> str | None:
    """Names that are taken in where the question takes them out, or the other way round."""
    for value in seen.values("in", "eq", "contains"):
        hit = re.search(rf"\b({NOT}) (?:{BETWEEN} ){{0,2}}{re.escape(bare(value))}(?!\w)", seen.question)
        if hit and value not in seen.values("not_in", "ne"):
            return hit[0]
    return None


def _negated(seen: Weighed) -> str | None:
    """A negation of which the plan shows nothing."""
    hit = seen.found(
        r"not(?! (?:the |in )?(?:rides|trips|visits|times|amounts?|dollars|money|sums?|values?"
        r"|totals?)[.?!]*$)|never|without|except(?:ing)?|excl(?:ud(?:e[sd]?|ing))?|other than|apart from|besides"
        r"|neither|nor|barring"
        r"|(?:everything|anything|anywhere|all) but",
        asking=True,
    )
    if hit is None:
        return None
    limits = any(each.op in {"not_in", "le", "ge", "lt", "gt", "between"} for each in seen.filters)
    kinds = any(each.field in {"kind", "account", "weekend", "weekday"} for each in seen.filters)
    shown = limits or kinds or any(step.bound for step in seen.plan.steps) or len(seen.plan.steps) > 1
    return None if shown or seen.plan.operation in {"subscriptions", "any"} else hit


def _averages(seen: Weighed) -> str | None:
    """A mean over days that counts days that were left out, and a mean month beside something else."""
    if (
        seen.plan.operation == "mean"
        and seen.plan.per in {"day", "week"}
        and any(each.field in {"weekend", "weekday"} for each in seen.filters)
    ):
        return seen.found(r"(?:per|a|each|every|on average|average)\b.*?") or seen.plan.per
    if seen.plan.operation == "unusual" and (hit := seen.found("how much more|how much less")):
        return hit
    return None


def _around(seen: Weighed) -> str | None:
    """Days next to another day, and periods that take in today."""
    hit = seen.found(r"(?:the )?(?:day|night) (?:after|before|following)(?! yesterday)")
    if hit and not any(first == last for first, last in seen.periods):
        return hit
    hit = seen.found(
        r"includ(?:ing|es) (?:today|(?:this|the current) (?:one|month|week|year))"
        r"|(?:this one|this month|today) included"
    )
    return hit if hit and not any(last >= seen.today for _, last in seen.periods) else None


def _crossed(seen: Weighed) -> str | None:
    """Two things in two periods, each in its own."""
    many = any(each.op == "in" and isinstance(each.value, tuple) and len(each.value) > 1 for each in seen.filters)
    if not many or len(set(seen.periods)) < 2:
        return None
    when = rf"(?:in |during )?(?:{MONTH}|(?:this|last) (?:week|month|year)|20\d\d|q[1-4])(?: 20\d\d)?"
    hit = re.search(
        rf"\b{when} ((?:and|versus|vs|with|against|than|or|to)(?: {BETWEEN})* (?!{when}\b)[^,.?]*? {when})\b",
        seen.question,
    )
    return hit[1] if hit else None


def _kinds(seen: Weighed) -> str | None:
    """Products where purchases are looked at, and one of several where all are."""
    if seen.plan.operation == "extreme" and seen.plan.steps[0].spec.measures[0] == "purchases":
        return seen.found("products?")
    many = any(
        each.field == "product" and isinstance(each.value, tuple) and len(each.value) > 1 for each in seen.filters
    )
    return seen.found(r"(?:the )?\w+ only|only the \w+") if many else None


def _daytimes(seen: Weighed) -> str | None:
    """Times of the day where no hours are looked at."""
    timed = any(each.field == "hour" for each in seen.filters) or "hour" in seen.dimensions
    asleep = any(step.spec.measures[0] == "sleep_minutes" for step in seen.plan.steps)
    if timed or asleep:
        return None
    return seen.found(
        r"(?:at|around|after|before) (?:midnight|noon)|in the (?:morning|afternoon|evening)s?"
        r"|(?:weekday|weekend) (?:morning|evening|afternoon|night)s?"
    )


def _asked_of(seen: Weighed) -> str | None:
    """Budgets, what is unusual and halves, where the plan is about none of them."""
    kind = seen.plan.operation
    if kind not in {"budgets", "offers"} and (hit := seen.found(r"(?:over|under|within) (?:my |the )?budgets?")):
        return hit
    if kind not in {"unusual", "small_purchases"} and (hit := seen.found("unusual(?:ly)?")):
        return hit
    return seen.found(rf"half (?:of )?(?:{MONTH}|of (?:it|them|that|this))")


def _each(seen: Weighed) -> str | None:
    """One figure for several things that are asked for one by one, or with their dates."""
    if seen.plan.operation == "value" and (dated := seen.found("w(?:ith)? (?:the |their )?dates")):
        return dated
    many = any(len(each.value) > 1 for each in seen.filters if each.op == "in" and isinstance(each.value, tuple))
    if seen.plan.operation != "value" or not many:
        return None
    return seen.found(r"each(?=\?|$| (?:this|last|in|for|since)\b)|(?:separately|individually|one by one)")


def _unfit(seen: Weighed) -> str | None:
    """Conditions that rows of that kind never meet, so that the figure is none or everything."""
    for step in seen.plan.steps:
        fields = {each.field for each in step.spec.filters}
        measure = step.spec.measures[0]
        if measure == "income" and "category" in fields:
            return measure
        if measure == "salary" and fields & {"category", "merchant"} and (hit := seen.found(ADDED)):
            return hit
        if {"kind", "amount"} <= fields and measure == "transactions":
            return seen.found(r"(?:over|under|above|below|more|less)\b.*?\d+") or "amount"
    return None


def _kept_days(seen: Weighed) -> str | None:
    """Days of the week that are taken in where the question takes them out."""
    kept = {value.removesuffix("s") for value in seen.values("eq", "in")}
    hit = re.search(rf"\b{NOT} (?:{BETWEEN} )*((?:week(?:end|day)|{'|'.join(WEEKDAYS)}))s?\b", seen.question)
    if hit and hit[1] in kept:
        return hit[0]
    named = {day for day in WEEKDAYS if seen.found(f"{day}s?")}
    whole = {"weekend": {"saturday", "sunday"}, "weekday": {"monday", "friday"}}
    wrong = named and any(
        day in kept and not seen.found(f"{day}s?") and not days <= named for day, days in whole.items()
    )
    return next(iter(named)) if wrong else None


CHECKS: Final[tuple[Callable[[Weighed], str | None], ...]] = (
    _always, _two_questions, _signs, _numbers, _months, _spans, _days, _turned, _negated, _averages, _around, _crossed,
    _kinds, _daytimes, *SORTS, _each, _asked_of, _unfit, _kept_days, *DOUBTS,
)  # fmt: skip
