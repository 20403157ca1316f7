"""Shapes of questions that all counted things share: sums, counts, comparisons, rankings, series, first and last.

A topic says which measure a question names, which rows it is about and what may be ranked; the shapes do the rest.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from pod_agent.assistant.plan import Period, Plan, Refusal, Step
from pod_agent.assistant.rules.case import Case, clarify, query, rates_of, single
from vocab.query import Filter

__all__ = ["RATES", "Shapes", "filters_of", "months_of", "step_of"]

RANKED = frozenset({"artist", "track", "album", "podcast", "channel", "video", "shop"})
"""Kinds of names that can be ranked."""
RATES = frozenset({"PERMONTH", "PERWEEK", "PERDAY"})


class Shapes(ABC):
    """The shapes of one topic. ``plural`` are the roles that ask for several rows of a ranking."""

    plural: frozenset[str] = frozenset()
    things: tuple[str, ...] = ("this", "that")
    """Two measures to offer where a question names none."""

    @abstractmethod
    def measure_of(self, case: Case) -> str | None:
        """The measure that the question names."""

    @abstractmethod
    def unit_of(self, case: Case, measure: str) -> str:
        """The unit of the answer."""

    @abstractmethod
    def step(
        self,
        case: Case,
        measure: str,
        period: Period | None,
        marks: list[str] | None = None,
        dimensions: tuple[str, ...] = (),
        *,
        order: str | None = None,
    ) -> Step:
        """The step for a measure with all that the question says of rows; ``marks`` replaces the wanted names."""

    def group_of(self, case: Case) -> str | None:  # noqa: ARG002 (for overrides)
        """What is ranked or counted apart, None where nothing is named."""
        return None

    def counted(self, case: Case) -> str | None:
        """The measure of rows that "days", "ever" and "last" look for."""
        return self.measure_of(case)

    def ranked_by(self, case: Case, group: str) -> str | None:  # noqa: ARG002 (for overrides)
        """The measure that a ranking goes by."""
        return self.measure_of(case)

    def change(self, case: Case) -> Plan | Refusal | None:
        """By what percentage did it change from A to B."""
        pair, measure = case.pair(), self.measure_of(case)
        if pair is None or measure is None:
            return clarify("A change between which two periods?")
        early, late = sorted(pair)
        steps = (self.step(case, measure, early), self.step(case, measure, late))
        return Plan(operation="change", steps=steps, unit="percent")

    def share(self, case: Case) -> Plan | Refusal | None:
        """What share of the whole went to X."""
        measure = self.measure_of(case)
        return clarify("A share of what?") if measure is None else self.share_of(case, measure)

    def share_of(self, case: Case, measure: str) -> Plan | Refusal:
        """The part is what stands after "was", "were", "did", ...; what stands before it narrows the whole as well."""
        marks = case.reading.marks("EDH")
        text = re.sub(r"\bNOT [ED]\d+(?: AND [ED]\d+)*", "", case.reading.text)
        verbs = re.split(r"\b(?:was|were|is|are|did|do|had|has|have|came|come|goes|go|went|SPEND|MORE)\b", text)
        heads = [re.findall(r"\b[EDH]\d+\b", piece) for piece in verbs]
        filled = [piece for piece in heads if piece]
        if len(filled) == 1 and (len({mark[0] for mark in filled[0]}) == 1):
            whole: list[str] = []
        elif len(filled) == 2:
            starts = re.search(r"\b(?:SHARE|PERCENT)\b", text[: text.find(filled[1][0])]) is not None
            whole = filled[0] if starts else filled[1]
        else:
            return clarify("A share of what?")
        if case.reading.hours and "H0" not in marks:
            return clarify("A share of what?")
        period = case.period()
        steps = (self.narrowed(case, measure, period, marks), self.narrowed(case, measure, period, whole))
        return Plan(operation="share", steps=steps, unit="percent")

    def narrowed(self, case: Case, measure: str, period: Period | None, marks: Sequence[str]) -> Step:
        """The step for a measure over the names, days of the week and hours of these marks only."""
        reading = case.reading
        days, hours = reading.days, reading.hours
        reading.days = [day for number, day in enumerate(days) if f"D{number}" in marks]
        reading.hours = [hour for number, hour in enumerate(hours) if f"H{number}" in marks]
        try:
            return self.step(case, measure, period, [mark for mark in case.wanted if mark in marks])
        finally:
            reading.days, reading.hours = days, hours

    def sides(self, case: Case, measure: str) -> tuple[Step, Step] | None:
        """The two steps that are compared: periods, days of the week or names, in the order of the text."""
        pair = case.pair()
        if pair is not None:
            return self.step(case, measure, pair[0]), self.step(case, measure, pair[1])
        days = case.reading.marks("D")
        if len(days) == 2 and len(case.wanted) < 2:
            others = [*case.wanted, *case.reading.marks("H")]
            left, right = (self.narrowed(case, measure, case.period(), [day, *others]) for day in days)
            return left, right
        marks = list(dict.fromkeys(case.wanted))
        if len(marks) != 2:
            return None
        if len(case.wanted) > 2:  # "A against B: how many more of B" is about B
            marks = [case.wanted[-1], *(mark for mark in marks if mark != case.wanted[-1])]
        first, second = (self.step(case, measure, case.period(), [mark]) for mark in marks)
        return first, second

    def compare(self, case: Case) -> Plan | Refusal | None:
        """Compare two periods, two kinds of days or two names."""
        measure = self.measure_of(case)
        if measure is None:
            return None
        sides = self.sides(case, measure)
        if sides is None:
            return clarify("What should I compare?")
        if case.has("MORE", "LESS"):
            return self._more(case, measure, sides)
        if case.yes_no:
            return clarify("Was it more, or less?", "more than before", "less than before")
        pair = case.pair()
        if pair is not None and pair[0][0] > pair[1][0]:
            sides = (sides[1], sides[0])
        return Plan(operation="difference", steps=sides, unit=self.unit_of(case, measure))

    def _more(self, case: Case, measure: str, sides: tuple[Step, Step]) -> Plan | None:
        """How much more, or less, A than B; with yes or no whether it was."""
        if not case.has("THAN", "COMPARE"):
            return None
        first_is_more = case.has("MORE")
        if case.yes_no:
            return Plan(operation="exceeds", steps=sides if first_is_more else sides[::-1], unit=None)
        ordered = sides[::-1] if first_is_more else sides
        return Plan(operation="difference", steps=ordered, unit=self.unit_of(case, measure))

    def mean(self, case: Case) -> Plan | Refusal | None:
        """Average per month, week or day."""
        measure = self.measure_of(case)
        if measure is None:
            return None
        period = case.whole()
        rates = rates_of(case, period)
        if len(rates) != 1:
            return clarify("An average per what?", "per day", "per month") if not rates else None
        part = self.step(case, measure, period)
        return single("mean", part, self.unit_of(case, measure), divisor=rates[0][0], per=rates[0][1])

    def peak(self, case: Case) -> Plan | Refusal | None:
        """In which month, on which day, weekday or at which hour was it most."""
        measure = self.measure_of(case)
        if measure is None:
            return clarify("Most of what?", *self.things)
        names = {"WHICHMONTH": "month", "WHICHWEEKDAY": "weekday", "WHICHHOUR": "hour"}
        group = next((name for role, name in names.items() if case.has(role)), "day")
        low = case.has("LEAST", "MIN")
        if low and group in {"day", "hour"}:
            return clarify("Most days without a record count zero. Which do you mean?")
        part = self.step(case, measure, case.whole(), dimensions=(group,))
        return single("peak", part, "date" if group == "day" else None, smallest=low)

    def ranking(self, case: Case) -> Plan | Refusal | None:
        """The first of what is named, or the first few."""
        group = self.group_of(case)
        if group is None:
            return clarify("Top what?", *self.things)
        measure = self.ranked_by(case, group)
        if measure is None:
            return None
        plural = bool(self.plural & case.roles) or case.reading.top is not None
        if case.has("LEAST", "MIN"):
            return clarify("What was never chosen has no place in a ranking. Do you mean the most?", "the most")
        if case.yes_no:
            return self._is_first(case, group, measure)
        part = self.step(case, measure, case.period(), dimensions=(group,), order=f"-{measure}")
        if not plural:
            return single("leader", part, None)
        return single("ranking", part, self.unit_of(case, measure), limit=float(case.reading.top or 5))

    def _is_first(self, case: Case, group: str, measure: str) -> Plan | Refusal:
        """Whether one that is named is the first of all."""
        named = [name for mark in case.wanted if mark[0] == "E" for name in case.named(mark) if name.kind == group]
        if len(case.wanted) != 1 or len(named) != 1 or case.reading.top is not None:
            return clarify("Which one it is, or whether it is that one?", "which one")
        part = self.step(case, measure, case.period(), [], dimensions=(group,), order=f"-{measure}")
        return single("leader", part, None, names=(named[0].text,))

    def either(self, case: Case) -> Plan | Refusal | None:
        """Which of two names was it more, A or B; which of two months, or days of the week."""
        if case.has("WHICHMONTH", "WHICHDAY", "WHICHWEEKDAY") or len(case.reading.periods) + len(case.reading.days) > 1:
            return self._either_time(case) if case.has("OR") else None
        group = self._group_of_names(case)
        if group is None or not (
            re.search(r"E\d+ OR (?:\w+ )?E\d+", case.reading.text)
            or (case.has("WHICH") and not case.has("HOWMANY", "HOWMUCH", "THAN", "CHANGE"))
        ):
            return None
        measure = self.ranked_by(case, group)
        if measure is None:
            return None
        part = self.step(case, measure, case.period(), dimensions=(group,), order=f"-{measure}")
        return single("leader", part, None)

    def _either_time(self, case: Case) -> Plan | None:
        """The one of two months, or of two days of the week, that has more; or less, where that is asked."""
        measure, low = self.measure_of(case), case.has("LESS", "LEAST", "MIN")
        days, periods = case.reading.days, case.reading.periods
        if measure is None:
            return None
        if len(days) == 2 and all(day.field == "weekday" for day in days):
            part = self.step(case, measure, case.whole(), dimensions=("weekday",))
            return single("peak", part, None, smallest=low)
        if len(days) == 1 or len(periods) != 2 or case.wanted or case.has("WHICHDAY", "WHICHWEEKDAY"):
            return None
        months = months_of(periods, case.facts.today)
        if len(months) != 2:
            return None
        whole = (min(periods)[0], max(periods)[1])
        part = self.step(case, measure, whole, dimensions=("month",))
        spec = replace(part.spec, filters=(*part.spec.filters, Filter("month", "in", months)))
        return single("peak", replace(part, spec=spec), None, smallest=low)

    @staticmethod
    def _group_of_names(case: Case) -> str | None:
        """The one kind that two names have."""
        kinds = [{name.kind for name in case.named(mark)} for mark in case.wanted if mark[0] == "E"]
        both = set.intersection(*kinds) if len(kinds) == 2 and len(case.wanted) == 2 else set()
        return both.pop() if len(both) == 1 and both <= RANKED else None

    def streak(self, case: Case) -> Plan | Refusal | None:
        """The most days in a row that have such a row."""
        measure = self.counted(case)
        if measure is None or case.reading.days:
            return clarify("Days in a row with what?")
        part = self.step(case, measure, case.period())
        return single("value", replace(part, fold="run", bound=("ge", 1)), "count")

    def occasion(self, case: Case) -> Plan | Refusal | None:
        """When was it first, or last."""
        measure = self.counted(case)
        if not case.has("WHEN", "WHICHDAY") and not case.wanted:
            return None
        if case.has("LAST") == case.has("FIRST") or measure is None:
            return None
        return single("occasion", self.step(case, measure, case.period()), "date", smallest=case.has("FIRST"))

    def distinct(self, case: Case) -> Plan | Refusal | None:
        """How many different ones."""
        group = self.group_of(case)
        if group is None or (group in {"track", "video", "product"} and not case.has("DISTINCT")):
            return None
        return single("value", self.step(case, "distinct", case.period(), dimensions=(group,)), "count")

    def series(self, case: Case) -> Plan | Refusal | None:
        """A figure per month."""
        measure = self.measure_of(case)
        if measure is None:
            return clarify("What should I show per month?", *self.things)
        return single(
            "series", self.step(case, measure, case.whole(), dimensions=("month",)), self.unit_of(case, measure)
        )

    def days(self, case: Case) -> Plan | Refusal | None:
        """On how many days."""
        return single("value", self.step(case, "days", case.period()), "count")

    def any_row(self, case: Case) -> Plan | Refusal | None:
        """Was there any at all."""
        measure = self.counted(case)
        if not case.yes_no or not case.wanted or measure is None:
            return None
        return single("any", self.step(case, measure, case.period()), None)

    def total(self, case: Case) -> Plan | Refusal | None:
        """How many, how much."""
        measure = self.measure_of(case)
        if measure is None or case.yes_no:
            return None
        steps = tuple(self.step(case, measure, period) for period in case.reading.periods or (None,))
        return Plan(operation="value", steps=steps, unit=self.unit_of(case, measure))


def months_of(periods: Sequence[Period], today: date) -> tuple[str, ...]:
    """The months among these periods: whole ones, and what there is of the current one so far."""
    return tuple(
        f"{first:%Y-%m}"
        for first, last in periods
        if first.day == 1
        and (first.year, first.month) == (last.year, last.month)
        and ((last + timedelta(days=1)).day == 1 or last == today)
    )


def filters_of(pairs: Sequence[tuple[str, Sequence[str]]], operator: str) -> list[Filter]:
    """One filter for each field, over all its names."""
    chosen: dict[str, list[str]] = {}
    for field, names in pairs:
        chosen.setdefault(field, []).extend(names)
    return [Filter(field, operator, tuple(names)) for field, names in chosen.items()]


def step_of(  # noqa: PLR0917 (one step has these parts)
    case: Case,
    measure: str,
    filters: Sequence[Filter],
    period: Period | None,
    marks: list[str],
    dimensions: tuple[str, ...],
    order: str | None,
) -> Step:
    """A step of these parts, named after its names."""
    name = ", ".join(re.sub(r"\s+", " ", case.named(mark)[0].text) for mark in marks if mark[0] == "E")
    return Step(spec=query(measure, tuple(filters), period, dimensions, order=order), name=name)
