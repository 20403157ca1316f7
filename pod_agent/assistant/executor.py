"""Executor: a Plan computed on the index. Every figure comes from there, exact until it is rounded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from operator import attrgetter

from pod_agent.assistant.plan import Period, Plan, Step
from pod_agent.assistant.wording import say
from pod_agent.index.local import LocalIndex
from pod_agent.index.results import round_half_away
from vocab.answer import Answer, Value
from vocab.errors import VocabularyError
from vocab.query import QuerySpec
from vocab.records import IRI, Listen, Record, Transaction

__all__ = ["execute"]

MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation came to, before wording: None for a value means that there is none."""

    value: Value
    citations: tuple[IRI, ...]
    unit: str | None
    refused: str | None = None


def execute(index: LocalIndex, plan: Plan) -> Answer:
    """Compute a plan; declined where the figure does not exist (a change from zero, the last of nothing)."""
    outcome = OPERATIONS[plan.operation](index, plan)
    query = plan.to_json()
    if outcome.refused is not None:
        return Answer(status="declined", text=outcome.refused, query=query)
    citations = tuple(dict.fromkeys(outcome.citations))
    return Answer(
        status="answered",
        value=outcome.value,
        unit=outcome.unit,
        text=say(plan, outcome.value, outcome.unit, len(citations)),
        citations=citations,
        query=query,
    )


def _figure(index: LocalIndex, step: Step) -> tuple[Fraction | None, tuple[IRI, ...]]:
    """The exact figure of a step without dimensions (or of ``distinct``), and its records."""
    if step.text is not None or step.foreign:
        rows = _narrowed(index, step)
        return _sum_of(step.spec, rows), tuple(row.iri for row in rows)
    table = index.compute(step.spec)
    value = table.rows[0][-1]
    return (None if value is None or isinstance(value, str) else Fraction(value)), table.evidence[0]


def _narrowed(index: LocalIndex, step: Step) -> list[Transaction]:
    """The rows of a step that pass what a query cannot say."""
    rows = [row for row in index.records(step.spec) if isinstance(row, Transaction)]
    if step.foreign:
        rows = [row for row in rows if row.original is not None]
    if step.text is not None:
        phrase = step.text.casefold()
        rows = [
            row
            for row in rows
            if phrase in row.description.casefold() or phrase == (row.counterparty or row.merchant).casefold()
        ]
    return rows


def _sum_of(spec: QuerySpec, rows: list[Transaction]) -> Fraction:
    measure = spec.measures[0]
    if measure in {"purchases", "transactions"}:
        return Fraction(len(rows))
    if measure not in {"spend", "transfers_out", "transfers_in"} or spec.dimensions:
        raise VocabularyError(f"{measure} cannot be narrowed row by row")
    signed = sum((Fraction(row.amount.amount) for row in rows), Fraction(0))
    return signed if measure == "transfers_in" else -signed


def _rounded(value: Fraction, unit: str | None) -> float | int:
    """Round for the unit; hours come from minutes."""
    unit = unit or "count"
    return round_half_away(value / MINUTES_PER_HOUR if unit == "hours" else value, unit)


def _value(index: LocalIndex, plan: Plan) -> Outcome:
    figures = [_figure(index, step) for step in plan.steps]
    citations = tuple(iri for _, iris in figures for iri in iris)
    known = [value for value, _ in figures if value is not None]
    if not known:
        return Outcome(None, (), None, "There is no such purchase in your records.")
    return Outcome(_rounded(sum(known, Fraction(0)), plan.unit), citations, plan.unit)


def _two(index: LocalIndex, plan: Plan) -> tuple[Fraction, Fraction, tuple[IRI, ...]]:
    (first, left), (second, right) = (_figure(index, step) for step in plan.steps)
    return first or Fraction(0), second or Fraction(0), (*left, *right)


def _difference(index: LocalIndex, plan: Plan) -> Outcome:
    first, second, citations = _two(index, plan)
    return Outcome(_rounded(second - first, plan.unit), citations, plan.unit)


def _change(index: LocalIndex, plan: Plan) -> Outcome:
    first, second, citations = _two(index, plan)
    if first == 0:
        return Outcome(None, (), None, "The first figure is zero, so there is no percentage change.")
    return Outcome(_rounded((second - first) / first * 100, "percent"), citations, "percent")


def _share(index: LocalIndex, plan: Plan) -> Outcome:
    part, total, citations = _two(index, plan)
    if total == 0:
        return Outcome(None, (), None, "The whole is zero, so there is no share.")
    return Outcome(_rounded(part / total * 100, "percent"), citations, "percent")


def _mean(index: LocalIndex, plan: Plan) -> Outcome:
    value, citations = _figure(index, plan.steps[0])
    return Outcome(_rounded((value or Fraction(0)) / (plan.divisor or 1), plan.unit), citations, plan.unit)


Groups = list[tuple[str, Fraction]]


def _groups(index: LocalIndex, plan: Plan) -> tuple[Groups, tuple[IRI, ...]]:
    """Groups with a name and a positive figure, in the plan's order, and all rows that were weighed."""
    table = index.compute(plan.steps[0].spec)
    found: Groups = [
        (str(row[0]), Fraction(row[1]))
        for row in table.rows
        if row[0] is not None and row[1] is not None and not isinstance(row[1], str) and row[1] > 0
    ]
    return found, tuple(iri for iris in table.evidence for iri in iris)


def _ranking(index: LocalIndex, plan: Plan) -> Outcome:
    groups, citations = _groups(index, plan)
    value = tuple((name, _rounded(figure, plan.unit)) for name, figure in groups[: int(plan.limit or 5)])
    return Outcome(value, citations, plan.unit)


def _leader(index: LocalIndex, plan: Plan) -> Outcome:
    groups, citations = _groups(index, plan)
    if not groups:
        return Outcome(None, (), None, "There is nothing to rank in your records.")
    return Outcome(groups[0][0], citations, None)


def _months(period: Period) -> list[str]:
    first, last = period
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def _by_month(index: LocalIndex, step: Step) -> tuple[Groups, tuple[IRI, ...]]:
    """A figure for every calendar month of the period, zero where there is no row."""
    table = index.compute(step.spec)
    found = {str(row[0]): row[1] for row in table.rows}
    groups: Groups = []
    for month in _months(step.spec.period or (date.min, date.min)):
        value = found.get(month)
        groups.append((month, Fraction(0) if value is None or isinstance(value, str) else Fraction(value)))
    return groups, tuple(iri for iris in table.evidence for iri in iris)


def _peak(index: LocalIndex, plan: Plan) -> Outcome:
    step = plan.steps[0]
    by_month = step.spec.dimensions == ("month",)
    groups, citations = _by_month(index, step) if by_month else _groups(index, plan)
    sign = 1 if plan.smallest else -1
    groups.sort(key=lambda group: (sign * group[1], group[0].casefold()))
    if not groups or (not plan.smallest and groups[0][1] <= 0):
        return Outcome(None, (), None, "There is nothing in that period.")
    return Outcome(groups[0][0], citations, plan.unit)


def _series(index: LocalIndex, plan: Plan) -> Outcome:
    groups, citations = _by_month(index, plan.steps[0])
    return Outcome(tuple((month, _rounded(figure, plan.unit)) for month, figure in groups), citations, plan.unit)


def _rows(index: LocalIndex, plan: Plan, order: str, limit: int | None) -> list[Record]:
    step = plan.steps[0]
    if step.text is None and not step.foreign:
        return list(index.records(step.spec, order=order, limit=limit))
    rows = _narrowed(index, step)
    if order in {"largest", "smallest"}:
        rows.sort(key=lambda row: row.amount.minor, reverse=order == "smallest")
    else:
        rows.sort(key=attrgetter("at", "iri"), reverse=order == "newest")
    return list(rows[:limit])


def _listed(rows: Iterable[Record]) -> tuple[tuple[str, float | int], ...]:
    out = []
    for row in rows:
        if not isinstance(row, Transaction):
            raise VocabularyError("only transactions are listed")
        name = row.merchant or row.counterparty or ("Cash" if row.kind == "cash" else row.description)
        out.append((f"{row.at:%Y-%m-%d} {name}", round_half_away(abs(Fraction(row.amount.amount)), "SGD")))
    return tuple(out)


def _list(index: LocalIndex, plan: Plan) -> Outcome:
    order = "newest" if plan.show == "date" else "smallest" if plan.smallest else "largest"
    rows = _rows(index, plan, order, None if plan.limit is None else int(plan.limit))
    return Outcome(_listed(rows), tuple(row.iri for row in rows), plan.unit)


def _extreme(index: LocalIndex, plan: Plan) -> Outcome:
    rows = _rows(index, plan, "smallest" if plan.smallest else "largest", 1)
    if not rows or not isinstance(rows[0], Transaction):
        return Outcome(None, (), None, "There is no such purchase in your records.")
    row = rows[0]
    shown: dict[str, Value] = {
        "amount": round_half_away(-Fraction(row.amount.amount), "SGD"),
        "merchant": row.merchant or row.description,
        "date": f"{row.at:%Y-%m-%d}",
    }
    return Outcome(shown[plan.show], (row.iri,), plan.unit)


def _occasion(index: LocalIndex, plan: Plan) -> Outcome:
    rows = _rows(index, plan, "oldest" if plan.smallest else "newest", 1)
    if not rows:
        return Outcome(None, (), None, "That does not occur in your records.")
    row = rows[0]
    day = index.local_day(row.at) if isinstance(row, Listen) else row.at.date()
    return Outcome(day.isoformat(), (row.iri,), "date")


def _any(index: LocalIndex, plan: Plan) -> Outcome:
    value, citations = _figure(index, plan.steps[0])
    return Outcome("yes" if value else "no", citations, None)


def _exceeds(index: LocalIndex, plan: Plan) -> Outcome:
    if plan.limit is not None:
        value, citations = _figure(index, plan.steps[0])
        limit = Fraction(str(plan.limit))
        held = (value or 0) < limit if plan.smallest else (value or 0) > limit
    else:
        first, second, citations = _two(index, plan)
        held = first > second
    return Outcome("yes" if held else "no", citations, None)


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
}
