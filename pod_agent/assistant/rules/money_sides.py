"""Sides of a comparison of money that are neither names nor periods: the card and the account, one month or another."""

from __future__ import annotations

from pod_agent.assistant.plan import Plan, Step
from pod_agent.assistant.rules.case import Case, query, single
from pod_agent.assistant.rules.money_steps import measure_of, step
from pod_agent.assistant.rules.shapes import months_of
from vocab.query import Filter

__all__ = ["account_sides", "either_month"]


def account_sides(case: Case, measure: str) -> tuple[Step, Step] | None:
    """The steps over two accounts that are set against each other, in the order of the text."""
    marks, accounts = list(dict.fromkeys(case.reading.marks("K"))), case.reading.accounts
    if len(accounts) != 2 or len(marks) != 2 or len(case.reading.periods) > 1:
        return None
    try:
        first, second = (_of_account(case, measure, mark) for mark in marks)
    finally:
        case.reading.accounts = accounts
    return first, second


def _of_account(case: Case, measure: str, mark: str) -> Step:
    number = int(mark[1:])
    accounts = case.reading.accounts
    case.reading.accounts = [accounts[number]]
    try:
        return step(case, measure, case.period())
    finally:
        case.reading.accounts = accounts


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
