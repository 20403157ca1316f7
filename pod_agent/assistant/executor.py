"""Executor: a Plan computed on the index. Every figure comes from there, exact until it is rounded once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from operator import attrgetter
from typing import Any

from pod_agent.assistant.basis import basis_of, notes_of
from pod_agent.assistant.beside import NOTHING, Beside
from pod_agent.assistant.budgeting import budgets
from pod_agent.assistant.charges import followed, subscriptions
from pod_agent.assistant.figures import Outcome, by_month, figure, groups_of, narrowed, never_paid_in, rounded
from pod_agent.assistant.habits import small_purchases, unusual
from pod_agent.assistant.offering import offers
from pod_agent.assistant.plan import Plan, Refusal
from pod_agent.assistant.wording import say, say_refusal
from pod_agent.index.local import LocalIndex
from pod_agent.index.results import round_half_away
from vocab.answer import Answer, Value
from vocab.errors import VocabularyError
from vocab.records import IRI, Listen, Money, Order, OrderLine, Record, Transaction, View
from vocab.records.base import MINOR_DIGITS

__all__ = ["execute"]


INWARDS = frozenset({"income", "salary", "refunds", "transfers_in"})
"""Measures of money that comes in: its largest row is the smallest amount paid."""


SUMMED = frozenset({"transfers_out", "transfers_in", "salary"})
"""Measures in money whose rows are counted where a number of times is asked for."""


class Missing(Exception):  # noqa: N818 (carries a refusal, is no error)
    """Raised where one side of a comparison has no value at all."""


def execute(index: LocalIndex, plan: Plan, beside: Beside = NOTHING) -> Answer:
    """Compute a plan; declined where the figure does not exist (a change from zero, the last of nothing).

    ``beside`` opens what is no record: budgets and offers.
    """
    outcome = _outcome(index, plan, beside)
    plan = replace(plan, steps=outcome.steps) if outcome.steps else plan
    query = plan.to_json()
    if outcome.refused is not None:
        return _refused(outcome, query)
    citations = tuple(dict.fromkeys(outcome.citations))
    if not citations and (unused := next((step for step in plan.steps if never_paid_in(index, step)), None)):
        return _refused(Outcome(None, (), None, f"Your records hold nothing that was paid in {unused.foreign}."), query)
    notes = notes_of(index, plan)
    query |= basis_of(index, plan, citations) | {"unit": outcome.unit} | ({"notes": list(notes)} if notes else {})
    text = say(plan, outcome.value, outcome.unit, len(citations)) if outcome.told is None else outcome.told
    return Answer(
        status="answered",
        value=outcome.value,
        unit=outcome.unit,
        text=" ".join((text, *notes)),
        citations=citations,
        query=query,
    )


def _refused(outcome: Outcome, query: dict[str, Any]) -> Answer:
    """Declined, or a question back where there are choices."""
    refusal = Refusal(
        status="clarify" if outcome.choices else "declined", text=outcome.refused or "", choices=outcome.choices
    )
    if outcome.choices:
        query |= {"refusal": refusal.text, "choices": list(refusal.choices)}
    return Answer(status=refusal.status, text=say_refusal(refusal), query=query)


def _outcome(index: LocalIndex, plan: Plan, beside: Beside) -> Outcome:
    try:
        if plan.operation == "budgets":
            return budgets(index, plan, beside.budgets())
        if plan.operation == "offers":
            return offers(index, plan, beside)
        return OPERATIONS[plan.operation](index, plan)
    except Missing:
        return Outcome(None, (), None, "Your records hold nothing of that kind on some of those days.")


def _value(index: LocalIndex, plan: Plan) -> Outcome:
    if plan.unit == "count" and plan.steps[0].spec.measures[0] in SUMMED:
        rows = narrowed(index, plan.steps[0])
        return Outcome(len(rows), tuple(row.iri for row in rows), "count")
    figures = [figure(index, step) for step in plan.steps]
    citations = tuple(iri for _, iris in figures for iri in iris)
    known = [value for value, _ in figures if value is not None]
    if not known:
        return Outcome(None, (), None, "Your records hold nothing of that kind on those days.")
    total = sum(known, Fraction(0))
    return Outcome(rounded(-total if plan.smallest else total, plan.unit), citations, plan.unit)


def _two(index: LocalIndex, plan: Plan) -> tuple[Fraction, Fraction, tuple[IRI, ...]]:
    (first, left), (second, right) = (figure(index, step) for step in plan.steps)
    if (first is None and plan.steps[0].fold is not None) or (second is None and plan.steps[1].fold is not None):
        raise Missing
    return first or Fraction(0), second or Fraction(0), (*left, *right)


def _difference(index: LocalIndex, plan: Plan) -> Outcome:
    first, second, citations = _two(index, plan)
    return Outcome(rounded(second - first, plan.unit), citations, plan.unit)


def _change(index: LocalIndex, plan: Plan) -> Outcome:
    first, second, citations = _two(index, plan)
    if first == 0:
        return Outcome(None, (), None, "The first figure is zero, so there is no percentage change.")
    return Outcome(rounded((second - first) / first * 100, "percent"), citations, "percent")


def _share(index: LocalIndex, plan: Plan) -> Outcome:
    part, total, citations = _two(index, plan)
    if total == 0:
        return Outcome(None, (), None, "The whole is zero, so there is no share.")
    return Outcome(rounded(part / total * 100, "percent"), citations, "percent")


def _mean(index: LocalIndex, plan: Plan) -> Outcome:
    value, citations = figure(index, plan.steps[0])
    return Outcome(rounded((value or Fraction(0)) / (plan.divisor or 1), plan.unit), citations, plan.unit)


def _ranking(index: LocalIndex, plan: Plan) -> Outcome:
    groups, citations = groups_of(index, plan)
    if plan.steps[0].fold is not None:
        sign = 1 if plan.smallest else -1
        groups.sort(key=lambda group: (sign * group[1], group[0]))
    value = tuple((name, rounded(figure, plan.unit)) for name, figure in groups[: int(plan.limit or 5)])
    return Outcome(value, citations, plan.unit)


def _leader(index: LocalIndex, plan: Plan) -> Outcome:
    groups, citations = groups_of(index, plan)
    if not groups:
        return Outcome(None, (), None, "There is nothing to rank in your records.")
    if plan.names:
        first = groups[0][0].casefold()
        held = any(first == name.casefold() or first.startswith(f"{name.casefold()} \u2013 ") for name in plan.names)
        return Outcome("yes" if held else "no", citations, None)
    return Outcome(groups[0][0], citations, None)


def _peak(index: LocalIndex, plan: Plan) -> Outcome:
    step = plan.steps[0]
    monthly = step.spec.dimensions == ("month",)
    groups, citations = by_month(index, step) if monthly else groups_of(index, plan)
    sign = 1 if plan.smallest else -1
    groups = sorted(groups, key=lambda group: (sign * group[1], group[0].casefold()))
    if not groups or (not plan.smallest and groups[0][1] <= 0):
        return Outcome(None, (), None, "There is nothing in that period.")
    label = f"{int(groups[0][0]):02d}:00" if step.spec.dimensions == ("hour",) else groups[0][0]
    return Outcome(label, citations, plan.unit)


def _series(index: LocalIndex, plan: Plan) -> Outcome:
    groups, citations = by_month(index, plan.steps[0])
    if not citations and plan.steps[0].fold is not None:
        raise Missing
    return Outcome(tuple((month, rounded(figure, plan.unit)) for month, figure in groups), citations, plan.unit)


def _rows(index: LocalIndex, plan: Plan, order: str, limit: int | None) -> list[Record]:
    step = plan.steps[0]
    if step.text is None and not step.foreign:
        return list(index.records(step.spec, order=order, limit=limit))
    rows = narrowed(index, step)
    if order in {"largest", "smallest"}:
        rows.sort(key=lambda row: row.amount.minor, reverse=order == "smallest")
    else:
        rows.sort(key=attrgetter("at", "iri"), reverse=order == "newest")
    return list(rows[:limit])


def _listed(rows: Iterable[Record]) -> tuple[tuple[str, float | int], ...]:
    """A label and an amount without sign for each row."""
    out = []
    for row in rows:
        if isinstance(row, Order):
            name, money = row.shop, row.total
        elif isinstance(row, Transaction):
            name = row.merchant or row.counterparty or ("Cash" if row.kind == "cash" else row.description)
            money = row.amount
        else:
            raise VocabularyError("only transactions and orders are listed")
        out.append((f"{row.at.date().isoformat()} {name}", _paid(money)))
    return tuple(out)


def _paid(money: Money) -> float | int:
    """An amount without sign. Of a currency with cents it is exact already: lists may have 40,000 rows."""
    if money.currency in MINOR_DIGITS:
        return round_half_away(abs(Fraction(money.amount)), "SGD")
    return abs(money.minor) / 100


def _list(index: LocalIndex, plan: Plan) -> Outcome:
    inwards = plan.steps[0].spec.measures[0] in INWARDS
    order = "newest" if plan.show == "date" else "smallest" if plan.smallest is not inwards else "largest"
    rows = _rows(index, plan, order, None if plan.limit is None else int(plan.limit))
    return Outcome(_listed(rows), tuple(row.iri for row in rows), plan.unit)


def _extreme(index: LocalIndex, plan: Plan) -> Outcome:
    inwards = plan.steps[0].spec.measures[0] in INWARDS
    rows = _rows(index, plan, "smallest" if plan.smallest is not inwards else "largest", 1)
    if not rows or not isinstance(rows[0], Transaction | Order):
        return Outcome(None, (), None, "There is no such purchase in your records.")
    row = rows[0]
    if isinstance(row, Order):
        paid, name = Fraction(row.total.amount), row.shop
    else:
        paid, name = abs(Fraction(row.amount.amount)), row.merchant or row.counterparty or row.description
    shown: dict[str, Value] = {
        "amount": round_half_away(paid, "SGD"),
        "merchant": name,
        "date": f"{row.at:%Y-%m-%d}",
    }
    return Outcome(shown[plan.show], (row.iri,), plan.unit)


def _occasion(index: LocalIndex, plan: Plan) -> Outcome:
    rows = _rows(index, plan, "oldest" if plan.smallest else "newest", 1)
    if not rows:
        return Outcome(None, (), None, "That does not occur in your records.")
    row = rows[0]
    day = index.local_day(row.at) if isinstance(row, Listen | View) else row.at.date()
    return Outcome(day.isoformat(), (row.iri,), "date")


def _any(index: LocalIndex, plan: Plan) -> Outcome:
    value, citations = figure(index, plan.steps[0])
    return Outcome("yes" if value else "no", citations, None)


def _exceeds(index: LocalIndex, plan: Plan) -> Outcome:
    if plan.limit is not None:
        value, citations = figure(index, plan.steps[0])
        if value is None and plan.steps[0].fold is not None:
            raise Missing
        limit = Fraction(str(plan.limit))
        held = (value or 0) < limit if plan.smallest else (value or 0) > limit
    else:
        first, second, citations = _two(index, plan)
        held = first > second
    return Outcome("yes" if held else "no", citations, None)


def _ratio(index: LocalIndex, plan: Plan) -> Outcome:
    (first, citations), (second, _) = (figure(index, step) for step in plan.steps)
    if not first or not second:
        return Outcome(None, (), None, "There is nothing to average in your records.")
    return Outcome(rounded(first / second, plan.unit), citations, plan.unit)


def _price(index: LocalIndex, plan: Plan) -> Outcome:
    """What one piece cost on the latest line; of several lines of one order, on its last."""
    lines = [row for row in index.records(plan.steps[0].spec) if isinstance(row, OrderLine)]
    if not lines:
        return Outcome(None, (), None, "Your records hold no delivered product of that name.")
    row = max(lines, key=lambda line: (line.at, line.number, _natural(line.line)))
    return Outcome(round_half_away(Fraction(row.unit_price.amount), "SGD"), (row.iri,), "SGD")


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"\d+|\D+", text))


def _orders(index: LocalIndex, plan: Plan) -> Outcome:
    rows = _rows(index, plan, "newest", None if plan.limit is None else int(plan.limit))
    return Outcome(_listed(rows), tuple(row.iri for row in rows), plan.unit)


OPERATIONS: dict[str, Callable[[LocalIndex, Plan], Outcome]] = {
    "value": _value,
    "difference": _difference,
    "change": _change,
    "share": _share,
    "mean": _mean,
    "ranking": _ranking,
    "leader": _leader,
    "peak": _peak,
    "series": _series,
    "list": _list,
    "extreme": _extreme,
    "occasion": _occasion,
    "any": _any,
    "exceeds": _exceeds,
    "ratio": _ratio,
    "price": _price,
    "orders": _orders,
    "follows": followed,
    "subscriptions": subscriptions,
    "small_purchases": small_purchases,
    "unusual": unusual,
}
"""What needs the index alone, by operation."""
