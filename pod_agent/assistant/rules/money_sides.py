"""Sides of a comparison of money that are neither names nor periods: two accounts, kinds of days, months."""

from __future__ import annotations

from pod_agent.assistant.plan import Plan, Step
from pod_agent.assistant.rules.case import Case, query, single
from pod_agent.assistant.rules.money_steps import measure_of, step
from pod_agent.assistant.rules.shapes import months_of
from vocab.query import Filter

__all__ = ["either_month", "parted_sides"]


def parted_sides(case: Case, measure: str) -> tuple[Step, Step] | None:
    """The steps over two accounts, or two kinds of days, that are set against each other, in the order of the text."""
    if len(case.reading.periods) > 1:
        return None
    for letter, listed in (("K", "accounts"), ("D", "days")):
        marks = list(dict.fromkeys(case.reading.marks(letter)))
        if len(marks) == 2 and len(getattr(case.reading, listed)) == 2 and len(case.wanted) < 2:
            first, second = (_of_one(case, measure, listed, int(mark[1:])) for mark in marks)
            return first, second
    return None


def _of_one(case: Case, measure: str, listed: str, number: int) -> Step:
    """The step over one of the accounts, or of the kinds of days, alone."""
    every = getattr(case.reading, listed)
    setattr(case.reading, listed, [every[number]])
    try:
        return step(case, measure, case.period())
    finally:
        setattr(case.reading, listed, every)


def either_month(case: Case) -> Plan | None:
    """The one of two months in which it was more, or less: was the bill higher in July or in August."""
    periods = case.reading.periods
    measure = measure_of(case) or ("spend" if case.wanted else None)
    months = months_of(periods, case.facts.today)
    if measure is None or case.has("THAN") or len(months) != 2:
        return None
    whole = (min(periods)[0], max(periods)[1])
    part = step(case, measure, None)
    filters = (*part.spec.filters, Filter("month", "in", months))
    spec = query(measure, filters, whole, ("month",))
    return single("peak", Step(spec=spec, name=part.name), None, smallest=case.has("LESS", "LEAST", "MIN"))
