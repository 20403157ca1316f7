"""Figures of one step: exact numbers and groups from the index, with the records behind each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import NamedTuple

from pod_agent.assistant.plan import ANYBODY, Period, Plan, Step
from pod_agent.index.conditions import WEEKDAYS
from pod_agent.index.local import LocalIndex
from pod_agent.index.results import round_half_away
from vocab.answer import Value
from vocab.errors import VocabularyError
from vocab.query import QuerySpec
from vocab.records import IRI, Transaction

__all__ = ["Groups", "Outcome", "by_month", "figure", "groups_of", "narrowed", "never_paid_in", "rounded"]

MINUTES_PER_HOUR = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation came to, before wording: None for a value means that there is none.

    ``refused`` says why there is none; with ``choices`` it is a question back. ``told`` stands in for the template,
    ``steps`` for those of the plan, where only the person's settings say what is looked at.
    """

    value: Value
    citations: tuple[IRI, ...]
    unit: str | None
    refused: str | None = None
    choices: tuple[str, ...] = ()
    told: str | None = None
    steps: tuple[Step, ...] = ()


EMPTY = (date.min, date.min)
Groups = list[tuple[str, Fraction]]


class DayValue(NamedTuple):
    """What one day comes to, and its records."""

    day: str
    value: Fraction
    records: tuple[IRI, ...]


SIGNS: dict[str, Callable[[Fraction, Fraction], bool]] = {"gt": gt, "ge": ge, "lt": lt, "le": le}


def _daily(index: LocalIndex, step: Step) -> list[DayValue]:
    """The days of a step that have a value, oldest first; of a bound only those that pass it."""
    table = index.compute(replace(step.spec, dimensions=("day",), order=None, limit=None))
    days = [
        DayValue(str(row[0]), Fraction(row[1]), records)
        for row, records in zip(table.rows, table.evidence, strict=True)
        if row[1] is not None and not isinstance(row[1], str)
    ]
    if step.bound is None:
        return days
    sign, limit = SIGNS[step.bound[0]], Fraction(str(step.bound[1]))
    return [each for each in days if sign(each.value, limit)]


def _folded(step: Step, days: list[DayValue]) -> tuple[Fraction | None, list[DayValue]]:
    """What the days come to by the fold of the step, and the days that say so."""
    if step.fold == "days":
        return Fraction(len(days)), days
    if step.fold == "run":
        run = _longest_run(days)
        return Fraction(len(run)), run
    if not days:
        return None, []
    if step.fold in {"sum", "mean"}:
        total = sum((each.value for each in days), Fraction(0))
        return (total if step.fold == "sum" else total / len(days)), days
    if step.fold == "change":
        return days[-1].value - days[0].value, [days[0], days[-1]]
    if step.fold == "largest":
        chosen = max(days, key=_value_of)
    else:
        chosen = days[-1] if step.fold == "last" else min(days, key=_value_of)
    return chosen.value, [chosen]


def _longest_run(days: list[DayValue]) -> list[DayValue]:
    """The longest run of days that follow one another; of equal ones the first."""
    best: list[DayValue] = []
    run: list[DayValue] = []
    for each in days:
        follows = run and (date.fromisoformat(each.day) - date.fromisoformat(run[-1].day)).days == 1
        run = [*run, each] if follows else [each]
        if len(run) > len(best):
            best = run
    return best


def _value_of(day: DayValue) -> Fraction:
    return day.value


KEYS: dict[str, Callable[[str], str]] = {
    "day": str,
    "month": lambda day: day[:7],
    "weekday": lambda day: WEEKDAYS[date.fromisoformat(day).weekday()],
}


def _folded_groups(index: LocalIndex, step: Step) -> tuple[Groups, tuple[IRI, ...]]:
    """Days, months or weekdays with what their days come to."""
    key = KEYS[step.spec.dimensions[0]]
    grouped: dict[str, list[DayValue]] = {}
    for each in _daily(index, step):
        grouped.setdefault(key(each.day), []).append(each)
    found: Groups = []
    used: list[IRI] = []
    for name, days in grouped.items():
        value, chosen = _folded(step, days)
        if value is not None:
            found.append((name, value))
        used.extend(iri for each in chosen for iri in each.records)
    return found, tuple(used)


def figure(index: LocalIndex, step: Step) -> tuple[Fraction | None, tuple[IRI, ...]]:
    """The exact figure of a step without dimensions (or of ``distinct``), and its records."""
    if step.fold is not None:
        value, days = _folded(step, _daily(index, step))
        return value, tuple(iri for day in days for iri in day.records)
    if step.text is not None or step.foreign:
        rows = narrowed(index, step)
        return _sum_of(step.spec, rows), tuple(row.iri for row in rows)
    table = index.compute(step.spec)
    cell = table.rows[0][-1]
    return (None if cell is None or isinstance(cell, str) else Fraction(cell)), table.evidence[0]


def narrowed(index: LocalIndex, step: Step) -> list[Transaction]:
    """The rows of a step that pass what a query cannot say."""
    rows = [row for row in index.records(step.spec) if isinstance(row, Transaction)]
    if step.foreign:
        rows = [row for row in rows if row.original and step.foreign in {"any", row.original.currency}]
    if step.text == ANYBODY:
        rows = [row for row in rows if row.counterparty or "via paynow" in row.description.casefold()]
    elif step.text is not None:
        phrase = step.text.casefold()
        rows = [
            row
            for row in rows
            if phrase in row.description.casefold() or phrase == (row.counterparty or row.merchant).casefold()
        ]
    return rows


def never_paid_in(index: LocalIndex, step: Step) -> bool:
    """Whether a step asks for one foreign currency, and no row of any day was paid in it."""
    if step.foreign in {"", "any"}:
        return False
    everything = QuerySpec(measures=("transactions",))
    return not narrowed(index, Step(spec=everything, foreign=step.foreign))


def _sum_of(spec: QuerySpec, rows: list[Transaction]) -> Fraction | None:
    measure = spec.measures[0]
    if measure in {"purchases", "transactions"}:
        return Fraction(len(rows))
    if measure == "distinct" and spec.dimensions[0] in {"merchant", "category"}:
        return Fraction(len({getattr(row, spec.dimensions[0]) for row in rows}))
    if measure == "average_purchase" and not spec.dimensions:
        return sum((-Fraction(row.amount.amount) for row in rows), Fraction(0)) / len(rows) if rows else None
    if measure not in {"spend", "transfers_out", "transfers_in"} or spec.dimensions:
        raise VocabularyError(f"{measure} cannot be narrowed row by row")
    signed = sum((Fraction(row.amount.amount) for row in rows), Fraction(0))
    return signed if measure == "transfers_in" else -signed


def rounded(value: Fraction, unit: str | None) -> float | int:
    """Round for the unit; hours come from minutes."""
    unit = unit or "count"
    return round_half_away(value / MINUTES_PER_HOUR if unit == "hours" else value, unit)


def groups_of(index: LocalIndex, plan: Plan) -> tuple[Groups, tuple[IRI, ...]]:
    """Groups with a name and a positive figure, in the plan's order, and all rows that were weighed."""
    if plan.steps[0].fold is not None:
        return _folded_groups(index, plan.steps[0])
    if plan.steps[0].foreign:
        groups, used = _by_hand(index, plan.steps[0])
        sign = 1 if plan.smallest else -1
        ordered = sorted(groups.items(), key=lambda group: (sign * group[1], group[0].casefold()))
        return [(name, value) for name, value in ordered if value > 0], used
    table = index.compute(plan.steps[0].spec)
    found: Groups = [
        (str(row[0]), Fraction(row[1]))
        for row in table.rows
        if row[0] is not None and row[1] is not None and not isinstance(row[1], str) and row[1] > 0
    ]
    named = (iris for row, iris in zip(table.rows, table.evidence, strict=True) if row[0] is not None)
    return found, tuple(iri for iris in named for iri in iris)


def _by_hand(index: LocalIndex, step: Step) -> tuple[dict[str, Fraction], tuple[IRI, ...]]:
    """Groups of rows that a query cannot tell from others."""
    keys: dict[str, Callable[[Transaction], str]] = {
        "month": lambda row: f"{row.at:%Y-%m}",
        "merchant": lambda row: row.merchant,
        "category": lambda row: row.category or "other",
    }
    rows, key = narrowed(index, step), keys[step.spec.dimensions[0]]
    grouped: dict[str, list[Transaction]] = {}
    for row in rows:
        grouped.setdefault(key(row), []).append(row)
    bare = replace(step.spec, dimensions=(), order=None, limit=None)
    figures = {name: _sum_of(bare, each) or Fraction(0) for name, each in grouped.items()}
    return figures, tuple(row.iri for row in rows)


def _months(period: Period) -> list[str]:
    first, last = period
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def _shown(step: Step) -> list[str]:
    """The months of a step that its filters leave."""
    months = _months(step.spec.period or EMPTY)
    for item in step.spec.filters:
        if item.field == "month" and isinstance(item.value, tuple):
            months = [month for month in months if (month in item.value) == (item.op == "in")]
    return months


def by_month(index: LocalIndex, step: Step) -> tuple[Groups, tuple[IRI, ...]]:
    """A figure for every calendar month of the period, zero where there is no row."""
    if step.fold is not None:
        known, used = _folded_groups(index, step)
        if step.fold != "sum":
            return sorted(known), used
        sums = dict(known)
        return [(month, sums.get(month, Fraction(0))) for month in _shown(step)], used
    if step.foreign:
        own, used = _by_hand(index, step)
        return [(month, own.get(month, Fraction(0))) for month in _shown(step)], used
    table = index.compute(step.spec)
    found = {str(row[0]): row[1] for row in table.rows}
    groups: Groups = []
    for month in _shown(step):
        value = found.get(month)
        groups.append((month, Fraction(0) if value is None or isinstance(value, str) else Fraction(value)))
    return groups, tuple(iri for iris in table.evidence for iri in iris)
