"""Follow-up questions: "and in May?", "what about FairPrice?", "only weekends", "per month?", "which ones?".

What a follow-up names takes the place of the same part of the plan before it; all else stays. What it says beyond that
is asked back, and a question that can be planned on its own is never a follow-up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Final

from pod_agent.assistant.guard import is_ordinary
from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from pod_agent.assistant.rules.case import clarify, spans_days, spans_months
from pod_agent.assistant.rules.lexicon import Lexicon, Name
from pod_agent.assistant.rules.reading import Reading, plain, read
from pod_agent.assistant.rules.topics import Topic
from vocab.measures import MEASURES
from vocab.query import Filter

__all__ = ["ROWS", "UNCLEAR", "follow"]

LONGEST: Final = 12
"""Words of a follow-up question, at most: longer ones say what they ask themselves."""
OPENING: Final = re.compile(
    r"^(?:(?:ok|okay|and|but|so|then|now|also|or|hmm|eh|no|sorry|i mean|i meant|please) )*(?:(?:what"
    r"|how) (?:about|is it|was it|of)\b ?|(?:the )?same (?:for|in|with|thing for|but)\b ?"
    r"|compared (?:to|with)\b ?)?"
)
AGAINST: Final = re.compile(
    r"\b(?:compared? (?:to|with|it to|it with|that to|that with)|vs|versus|against|difference (?:to"
    r"|from))\b"
)
ROWS: Final = re.compile(
    r"^(?:(?:and )?(?:which|what) (?:ones?|are they|were they|were those|are those|purchases|rows"
    r"|records)|(?:show|list|see)(?: me)?(?: them| those| all| the (?:rows|records|purchases))?"
    r"|details?|which of them)$"
)
SHARE: Final = re.compile(r"\b(?:percent(?:age)?|share|proportion|%)\b")
OF_ALL: Final = re.compile(
    r"\b(?:of (?:everything|all|the total|the whole|total|it all|my (?:total )?spending))\b|^(?:as"
    r"|in) (?:a )?(?:%|percent|percentage)$"
)
PER: Final = re.compile(r"\b(?:per|a|each|every|by) (month|week|day)\b|\b(monthly|weekly|daily)\b|\b(month by month)\b")
CAUSE: Final = re.compile(r"^(?:and |but )?(?:why|how come)\b")
TAKEN_OUT: Final = re.compile(
    r"\b(?:only|just|also|too|as well|instead|again|on average|average|please|for|about|there|then|me"
    r"|the|it|that)\b"
)
FIELDS: Final = {
    "merchant": "merchant", "artist": "artist", "track": "track", "album": "album", "podcast": "podcast",
    "channel": "channel", "video": "video", "shop": "shop", "section": "section", "product": "product",
}  # fmt: skip
"""The field that a name of each kind is compared with."""
WHAT: Final = frozenset({*FIELDS.values(), "category"})
"""Fields that say what a figure is about: one part of a plan, whichever of them is named."""
LEFT_OUT: Final = frozenset({"month", "day"})
"""Fields of times that a period goes without."""
BY_DAY: Final = frozenset({"weekend", "weekday"})
LISTED: Final = frozenset(
    {"spend", "purchases", "transactions", "income", "refunds", "cash", "salary", "average_purchase"}
)
SUMMED: Final = frozenset(
    {"spend", "income", "net", "salary", "refunds", "cash", "listening_minutes", "podcast_minutes"}
)
OPEN_ROLES: Final = frozenset(
    "AND WHICH WHERE LIST SPEND BUY HOWMUCH PLAY LISTEN WATCH PURCHASES TOTAL ANY NOT OR PERMONTH PERWEEK PERDAY"
    " PERCENT SHARE AVERAGE COMPARE WHICHMONTH HOW".split()
)
"""Roles that a follow-up may have: what they say is read here, or stands in the plan before."""
UNCLEAR: Final = clarify("What do you mean by that? Please ask the whole question.")


def follow(question: str, today: date, before: Plan, lexicon: Lexicon) -> Plan | Refusal | None:
    """The plan before with what the question names put in its place; None where it does not look like a follow-up."""
    text = plain(question)
    if not text or len(text.split()) > LONGEST or CAUSE.match(text):
        return None
    if ROWS.match(text):
        return _rows(before)
    opened = OPENING.match(text)
    shape, rest = _shape(text[opened.end() :] if opened else text)
    rest = " ".join(TAKEN_OUT.sub(" ", AGAINST.sub(" ", rest)).split())
    if not rest:
        return None if shape is None else shape(before)
    reading = read(rest, lexicon, today, _topic(before))
    if reading.refusal is not None:
        return reading.refusal if reading.refusal.status == "clarify" else None
    if AGAINST.search(text):
        shape = partial(_against, before)
    return _changed(before, _Change(reading, lexicon), shape)


def _changed(before: Plan, change: _Change, shape: Shape | None) -> Plan | Refusal | None:
    """The plan with the change, in its new shape."""
    if not change.says_something:
        return None if shape is None else UNCLEAR
    changed = change.applied(before) if change.is_clear else None
    if changed is None:
        return UNCLEAR
    return changed if shape is None else shape(changed)


Shape = Callable[[Plan], Plan | Refusal]


def _shape(text: str) -> tuple[Shape | None, str]:
    """What turns a plan into another shape, where the text asks for one, and the text without the words that did."""
    per = PER.search(text)
    if per is not None:
        unit = per[1] or {"monthly": "month", "weekly": "week", "daily": "day"}.get(per[2] or "", "month")
        return partial(_per, unit=unit, mean="average" in text), PER.sub(" ", text)
    if SHARE.search(text) and OF_ALL.search(text):
        return _share, re.sub(r"\bas\b|\ba\b|\bin\b|\bwhat\b", " ", OF_ALL.sub(" ", SHARE.sub(" ", text)))
    return None, text


def _per(before: Plan, *, unit: str, mean: bool) -> Plan | Refusal:
    """One figure as a series by month, or on average by week or day."""
    if before.operation not in {"value", "mean", "series"} or len(before.steps) != 1:
        return UNCLEAR
    step = before.steps[0]
    measure = step.spec.measures[0]
    if unit == "month" and not mean and measure not in {"days", "distinct"} and "month" not in step.spec.dimensions:
        period = step.spec.period
        if period is not None and spans_months(period, None) < 2:
            return clarify("Of which months?", "per month this year", "per month for the last 6 months")
        series = replace(step, spec=replace(step.spec, dimensions=("month",)))
        return Plan(operation="series", steps=(series,), unit=before.unit)
    period = step.spec.period
    if measure not in SUMMED or period is None or any(item.field in LEFT_OUT for item in step.spec.filters):
        return UNCLEAR
    months = Fraction(spans_months(period, None))
    divisor = {"month": months, "week": Fraction(spans_days(period), 7), "day": Fraction(spans_days(period))}[unit]
    bare = replace(step, spec=replace(step.spec, dimensions=()))
    return Plan(operation="mean", steps=(bare,), unit=before.unit, divisor=divisor, per=unit)


def _share(before: Plan) -> Plan | Refusal:
    """A figure as a part of the same figure over everything."""
    if before.operation not in {"value", "series"} or len(before.steps) != 1 or before.steps[0].fold is not None:
        return UNCLEAR
    part = replace(before.steps[0], spec=replace(before.steps[0].spec, dimensions=()))
    if part.spec.measures[0] in {"average_purchase", "distinct", "days"}:
        return UNCLEAR
    kept = tuple(item for item in part.spec.filters if item.field == "kind" or item.field in LEFT_OUT)
    whole = Step(spec=replace(part.spec, filters=kept))
    if whole.spec == part.spec:
        return clarify("A share of what?", "share of my spending that went to groceries")
    return Plan(operation="share", steps=(part, whole), unit="percent")


def _rows(before: Plan) -> Plan | Refusal:
    """The rows behind a figure of money or of orders."""
    step = before.steps[0]
    measure = step.spec.measures[0]
    if len(before.steps) != 1 or before.operation not in {"value", "any", "mean", "extreme", "exceeds", "series"}:
        return UNCLEAR
    spec = replace(step.spec, dimensions=(), order=None, limit=None)
    if measure in {"orders", "order_value"}:
        orders = replace(step, spec=replace(spec, measures=("orders",)))
        return Plan(operation="orders", steps=(orders,), unit="SGD")
    if measure not in LISTED:
        return clarify("I can list purchases, payments and orders. What should I list?")
    rows = "purchases" if measure in {"spend", "average_purchase"} else measure
    return Plan(operation="list", steps=(replace(step, spec=replace(spec, measures=(rows,))),), unit="SGD", show="date")


def _against(before: Plan, changed: Plan) -> Plan | Refusal:
    """What was asked before, set against the changed one."""
    if before.operation != "value" or len(before.steps) != 1 or before.unit is None:
        return UNCLEAR
    first, second = changed.steps[0], before.steps[0]
    if first.spec.period and second.spec.period and first.spec.period > second.spec.period:
        first, second = second, first
    return Plan(operation="difference", steps=(first, second), unit=before.unit)


def _topic(before: Plan) -> Topic:
    """Under which topic the rules read what is said of a plan."""
    measure = before.steps[0].spec.measures[0]
    fields = {item.field for item in before.steps[0].spec.filters} | set(before.steps[0].spec.dimensions)
    if measure in MEASURES or measure == "sleep_minutes":
        return "health"
    if measure in {"plays", "skips", "listening_minutes", "podcast_minutes"} or fields & {
        "artist",
        "track",
        "album",
        "podcast",
    }:
        return "music"
    if measure in {"videos", "music_videos"} or fields & {"channel", "video"}:
        return "video"
    return (
        "shops"
        if measure in {"orders", "order_value", "items", "product_spend"} or fields & {"product", "section", "shop"}
        else ""
    )


@dataclass(slots=True)
class _Change:
    """What a follow-up names."""

    reading: Reading
    lexicon: Lexicon

    @property
    def says_something(self) -> bool:
        parts = self.reading
        return bool(
            parts.names
            or parts.categories
            or parts.periods
            or parts.days
            or parts.limits
            or parts.hours
            or parts.accounts
            or parts.left_out
        )

    @property
    def is_clear(self) -> bool:
        """Whether every word of it has its place."""
        parts = self.reading
        left = [word for word in parts.left if not is_ordinary(word)]
        several = max(len(parts.periods), len(parts.days), len(parts.limits), len(parts.hours), len(parts.accounts)) > 1
        return (
            not (left or several or parts.accounts or parts.parts or parts.bounds or parts.top or parts.left_out)
            and parts.roles <= OPEN_ROLES
        )

    def applied(self, before: Plan) -> Plan | None:
        """The plan with the changes; None where they have no place in it."""
        if before.operation in {"subscriptions", "follows", "budgets", "offers", "small_purchases", "unusual"}:
            return None
        periods = {step.spec.period for step in before.steps}
        spared = any(item.field in LEFT_OUT for step in before.steps for item in step.spec.filters)
        if self.reading.periods and (len(periods) > 1 or spared):
            return None
        what = self._what()
        if what is None:
            return None
        wanted, unwanted = what
        if (
            wanted
            and before.operation in {"difference", "change", "exceeds"}
            and len(periods) == 1
            and len(before.steps) > 1
        ):
            return None
        steps = []
        for number, step in enumerate(before.steps):
            whole = before.operation == "share" and number == 1
            steps.append(self._step(step, () if whole else wanted, unwanted, keep_what=whole or not wanted))
        divisor = before.divisor
        if divisor is not None and self.reading.periods:
            divisor = _divisor(before.per, self.reading.periods[0])
        return replace(before, steps=tuple(steps), divisor=divisor)

    def _step(self, step: Step, wanted: Sequence[Filter], unwanted: Sequence[Filter], *, keep_what: bool) -> Step:
        reading = self.reading
        gone: set[str] = set()
        if not keep_what:
            gone |= WHAT
        if reading.days:
            gone |= BY_DAY
        gone |= {"amount"} if reading.limits else set()
        gone |= {"hour"} if reading.hours else set()
        kept = [
            item
            for item in step.spec.filters
            if item.field not in gone or (item.op == "not_in" and item.field not in BY_DAY)
        ]
        filters = (*kept, *wanted, *unwanted, *reading.limits, *reading.days, *reading.hours)
        period: Period | None = reading.periods[0] if reading.periods else step.spec.period
        name = ", ".join(str(value) for item in wanted for value in _values(item)) if wanted else step.name
        return replace(step, spec=replace(step.spec, filters=tuple(dict.fromkeys(filters)), period=period), name=name)

    def _what(self) -> tuple[list[Filter], list[Filter]] | None:
        """The filters of what is named, and of what is left out; None for names that have no field."""
        negated = False
        found: dict[tuple[str, bool], list[str]] = {}
        for word in self.reading.text.split():
            if word == "NOT":
                negated = True
            elif re.fullmatch(r"C\d+", word):
                found.setdefault(("category", negated), []).append(self.reading.categories[int(word[1:])])
            elif re.fullmatch(r"E\d+", word):
                name = self._name(self.reading.names[int(word[1:])])
                if name is None:
                    return None
                found.setdefault((FIELDS[name.kind], negated), []).append(name.text)
        if len({field for field, out in found if not out}) > 1:
            return None
        sides: tuple[list[Filter], list[Filter]] = ([], [])
        for (field, out), names in found.items():
            sides[out].append(Filter(field, "not_in" if out else "in", tuple(names)))
        return sides

    @staticmethod
    def _name(names: Sequence[Name]) -> Name | None:
        kinds = {name.kind for name in names}
        return names[0] if len(kinds) == 1 and names[0].kind in FIELDS else None


def _values(item: Filter) -> tuple[object, ...]:
    return item.value if isinstance(item.value, tuple) else (item.value,)


def _divisor(per: str, period: Period) -> Fraction:
    lengths: dict[str, Callable[[], Fraction]] = {
        "month": lambda: Fraction(spans_months(period, None)),
        "week": lambda: Fraction(spans_days(period), 7),
        "day": lambda: Fraction(spans_days(period)),
    }
    return lengths[per]()
