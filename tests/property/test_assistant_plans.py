"""Any plan over any records: the value and the citations are those of a plain reading of the conventions."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.assistant.executor import execute
from pod_agent.assistant.plan import Plan, Step
from pod_agent.index.local import LocalIndex
from tests.support.households import SINGAPORE, RecordMaker
from vocab.query import Filter, QuerySpec
from vocab.records import Listen, Record, Transaction

FIRST = date(2026, 1, 1)
SHOPS = {"Kopi": "eating-out", "Noodles": "eating-out", "Mart": "groceries", "Rides": "transport", "Homes": "household"}
KINDS = ("spend", "spend", "spend", "spend", "refund", "fee", "cash", "income", "transfer")
COVERS = {
    "spend": {"spend", "fee", "refund"},
    "purchases": {"spend"},
    "transactions": set(KINDS),
    "refunds": {"refund"},
    "income": {"income"},
    "cash": {"cash"},
}
"""The kinds of row behind each measure, as the conventions have them."""


def records() -> list[Record]:
    """Twelve weeks with draws: equal amounts on equal days at several shops, and rows of every kind."""
    make, made = RecordMaker(), list[Record]()
    for number, (day, shop) in enumerate(product(range(84), SHOPS)):
        if (day * 7 + number * 5) % 3 == 0:
            kind = KINDS[(day + number) % len(KINDS)]
            amount = ((day * 13 + number * 7) % 400) / 4 + 0.25
            out = -amount if kind in {"refund", "income"} else amount
            made.append(make.paid(str(FIRST + timedelta(day)), out, shop, SHOPS[shop], kind=kind))
        if number % 4 == 0:
            made.append(
                make.played(f"{FIRST + timedelta(day)}T{number % 24:02d}:30:00", (day * 11) % 200, "Song", shop)
            )
    return made


ROWS = records()
PAID = [row for row in ROWS if isinstance(row, Transaction)]
PLAYED = [row for row in ROWS if isinstance(row, Listen)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path_factory.mktemp("plans") / "index.sqlite", SINGAPORE) as opened:
        opened.rebuild(ROWS)
        yield opened


# The plain reading


def day_of(row: Any) -> date:
    found: date = row.at.astimezone(SINGAPORE).date()
    return found


def passes(row: Any, item: Filter) -> bool:
    values = item.value if isinstance(item.value, tuple) else (item.value,)
    if item.field == "amount":
        paid, limit = Fraction(-row.amount.amount), Fraction(str(item.value))
        return row.kind == "spend" and (paid > limit if item.op == "gt" else paid <= limit)
    if item.field == "weekend":
        return (day_of(row).weekday() >= 5) == (item.value == "weekend")
    held = getattr(row, item.field)
    return (held in values) != (item.op in {"ne", "not_in"})


def chosen(step: Step) -> list[Any]:
    spec, measure = step.spec, step.spec.measures[0]
    rows = PLAYED if measure in {"plays", "listening_minutes"} else PAID
    covered = [row for row in rows if measure == "listening_minutes" or fits(row, measure)]
    held = [row for row in covered if spec.period is None or spec.period[0] <= day_of(row) <= spec.period[1]]
    return [row for row in held if all(passes(row, item) for item in spec.filters)]


def fits(row: Any, measure: str) -> bool:
    return row.played_ms >= 30_000 if measure == "plays" else row.kind in COVERS[measure]


def total(rows: list[Any], measure: str) -> Fraction:
    if measure in {"purchases", "transactions", "plays"}:
        return Fraction(len(rows))
    if measure == "listening_minutes":
        return Fraction(sum(row.played_ms for row in rows), 60_000)
    signed = sum((Fraction(row.amount.amount) for row in rows), Fraction(0))
    return signed if measure in {"income", "refunds"} else -signed


def grouped(step: Step, key: Callable[[Any], str]) -> dict[str, Fraction]:
    groups = defaultdict[str, list[Any]](list)
    for row in chosen(step):
        groups[key(row)].append(row)
    return {name: total(rows, step.spec.measures[0]) for name, rows in groups.items()}


def rounded(value: Fraction, unit: str | None) -> float | int:
    places = {"SGD": 2, "percent": 1}.get(unit or "", 0)
    whole = math.floor(abs(value) * 10**places + Fraction(1, 2))
    signed = whole if value >= 0 else -whole
    return signed if places == 0 else float(Fraction(signed, 10**places))


def cited(rows: list[Any]) -> set[str]:
    return {row.iri for row in rows}


# The plans

PERIODS = st.one_of(
    st.none(),
    st.tuples(st.integers(-10, 90), st.integers(0, 60)).map(
        lambda pair: (FIRST + timedelta(pair[0]), FIRST + timedelta(pair[0] + pair[1]))
    ),
)
FILTERS = st.lists(
    st.one_of(
        st.sets(st.sampled_from(sorted(SHOPS)), min_size=1).map(lambda names: Filter("merchant", "in", tuple(names))),
        st.sets(st.sampled_from(sorted(set(SHOPS.values()))), min_size=1).flatmap(
            lambda names: st.sampled_from(["in", "not_in"]).map(lambda op: Filter("category", op, tuple(names)))
        ),
        st.sampled_from(["weekend", "weekday"]).map(lambda days: Filter("weekend", "eq", days)),
        st.tuples(st.sampled_from(["gt", "le"]), st.integers(0, 400)).map(
            lambda it: Filter("amount", it[0], it[1] / 4)
        ),
    ),
    max_size=2,
    unique_by=lambda item: item.field,
)
MEASURES = st.sampled_from(sorted(COVERS))
UNITS = {"purchases": "count", "transactions": "count", "plays": "count", "listening_minutes": "minutes"}


@st.composite
def steps(draw: st.DrawFn, *dimensions: str, measure: str | None = None) -> Step:
    period, name = draw(PERIODS), measure or draw(MEASURES)
    filters = draw(FILTERS)
    if name not in {"spend", "purchases", "transactions"}:
        filters = [item for item in filters if item.field != "amount"]
    order = f"-{name}" if dimensions and dimensions[0] != "month" else None
    return Step(
        spec=QuerySpec(measures=(name,), dimensions=dimensions, filters=tuple(filters), period=period, order=order)
    )


def unit_of(step: Step) -> str:
    return UNITS.get(step.spec.measures[0], "SGD")


MANY = settings(max_examples=60)


@MANY
@given(part=st.one_of(steps(), st.just(Step(spec=QuerySpec(measures=("listening_minutes",)))), steps(measure="plays")))
def test_a_sum_or_a_count(index: LocalIndex, part: Step) -> None:
    if part.spec.measures[0] == "plays":
        part = Step(spec=QuerySpec(measures=("plays",), period=part.spec.period))
    answer = execute(index, Plan(operation="value", steps=(part,), unit=unit_of(part)))
    rows = chosen(part)
    assert answer.value == rounded(total(rows, part.spec.measures[0]), unit_of(part))
    assert set(answer.citations) == cited(rows)
    assert answer.count == len(rows)


TWO: dict[str, Callable[[Fraction, Fraction], tuple[Fraction, str | None]]] = {
    "difference": lambda first, second: (second - first, "SGD"),
    "change": lambda first, second: ((second - first) / first * 100, "percent"),
    "share": lambda first, second: (first / second * 100, "percent"),
}


@MANY
@given(operation=st.sampled_from(sorted(TWO)), first=steps(measure="spend"), second=steps(measure="spend"))
def test_two_figures_set_against_each_other(index: LocalIndex, operation: Any, first: Step, second: Step) -> None:
    unit = "SGD" if operation == "difference" else "percent"
    answer = execute(index, Plan(operation=operation, steps=(first, second), unit=unit))
    sums = [total(chosen(step), "spend") for step in (first, second)]
    if not sums[{"change": 0, "share": 1}.get(operation, 0)] and operation != "difference":
        assert answer.status == "declined"
        return
    value, unit_told = TWO[operation](*sums)
    assert (answer.value, answer.unit) == (rounded(value, unit_told), unit_told)
    assert set(answer.citations) == cited([*chosen(first), *chosen(second)])


@MANY
@given(part=steps("merchant"), most=st.integers(1, 6))
def test_a_ranking_and_its_leader(index: LocalIndex, part: Step, most: int) -> None:
    unit = unit_of(part)
    groups = grouped(part, lambda row: row.merchant)
    above = sorted(
        ((name, value) for name, value in groups.items() if value > 0), key=lambda it: (-it[1], it[0].casefold())
    )
    answer = execute(index, Plan(operation="ranking", steps=(part,), unit=unit, limit=most))
    assert answer.value == tuple((name, rounded(value, unit)) for name, value in above[:most])
    assert set(answer.citations) == cited(chosen(part))
    leader = execute(index, Plan(operation="leader", steps=(part,), unit=None))
    assert leader.value == (above[0][0] if above else None)


@MANY
@given(part=steps("month", measure="spend"), low=st.booleans())
def test_a_series_has_every_month_and_its_peak_is_one_of_them(index: LocalIndex, part: Step, low: bool) -> None:
    if part.spec.period is None:
        return
    first, last = part.spec.period
    found = grouped(part, lambda row: f"{day_of(row):%Y-%m}")
    months = sorted({f"{first + timedelta(day):%Y-%m}" for day in range((last - first).days + 1)})
    figures = [(month, found.get(month, Fraction(0))) for month in months]
    answer = execute(index, Plan(operation="series", steps=(part,), unit="SGD"))
    assert answer.value == tuple((month, rounded(value, "SGD")) for month, value in figures)
    assert set(answer.citations) == cited(chosen(part))
    peak = execute(index, Plan(operation="peak", steps=(part,), unit=None, smallest=low))
    best = min(figures, key=lambda pair: ((1 if low else -1) * pair[1], pair[0]))
    assert peak.value == (best[0] if low or best[1] > 0 else None)


@MANY
@given(part=steps(measure="purchases"), low=st.booleans())
def test_single_rows(index: LocalIndex, part: Step, low: bool) -> None:
    rows = sorted(chosen(part), key=lambda row: (row.at, row.iri))
    listed = execute(index, Plan(operation="list", steps=(part,), unit="SGD", show="date"))
    assert isinstance(listed.value, tuple)
    assert sorted(listed.value) == sorted(
        (f"{day_of(row)} {row.merchant}", rounded(-Fraction(row.amount.amount), "SGD")) for row in rows
    )
    assert set(listed.citations) == cited(rows)
    extreme = execute(index, Plan(operation="extreme", steps=(part,), unit="SGD", smallest=low))
    occasion = execute(index, Plan(operation="occasion", steps=(part,), unit="date", smallest=low))
    if not rows:
        assert extreme.status == occasion.status == "declined"
        return
    best = min(rows, key=lambda row: (row.amount.minor if not low else -row.amount.minor, row.at, row.iri))
    assert (extreme.value, extreme.citations) == (rounded(-Fraction(best.amount.amount), "SGD"), (best.iri,))
    assert occasion.value == str(day_of(rows[0] if low else rows[-1]))
    assert occasion.count == 1


@MANY
@given(part=steps(measure="spend"), limit=st.integers(0, 2000), parts=st.integers(1, 12))
def test_yes_or_no_and_means(index: LocalIndex, part: Step, limit: int, parts: int) -> None:
    spent = total(chosen(part), "spend")
    over = execute(index, Plan(operation="exceeds", steps=(part,), unit=None, limit=float(limit)))
    assert over.value == ("yes" if spent > limit else "no")
    held = execute(index, Plan(operation="any", steps=(part,), unit=None))
    assert held.value == ("yes" if spent else "no")
    mean = execute(index, Plan(operation="mean", steps=(part,), unit="SGD", divisor=Fraction(parts), per="month"))
    assert mean.value == rounded(spent / parts, "SGD")
    for answer in (over, held, mean):
        assert set(answer.citations) == cited(chosen(part))


@MANY
@given(
    now=steps("category", measure="spend"),
    before=steps("category", measure="spend"),
    months=st.integers(1, 6),
    low=st.booleans(),
)
def test_what_is_more_than_usual(index: LocalIndex, now: Step, before: Step, months: int, low: bool) -> None:
    plan = Plan(operation="unusual", steps=(now, before), unit="SGD", divisor=Fraction(months), smallest=low, limit=9)
    answer = execute(index, plan)
    if not chosen(before):
        assert answer.status == "declined"
        return
    left, right = (grouped(step, lambda row: row.category) for step in (now, before))
    zero = Fraction(0)
    moved = {
        name: (left.get(name, zero) - right.get(name, zero) / months) * (-1 if low else 1) for name in {*left, *right}
    }
    told = {name: rounded(value, "SGD") for name, value in moved.items() if rounded(value, "SGD") > 0}
    assert isinstance(answer.value, tuple)
    assert dict(answer.value) == told
    assert [value for _, value in answer.value] == sorted(told.values(), reverse=True)
    assert set(answer.citations) == cited([*chosen(now), *chosen(before)])


@MANY
@given(part=steps(measure="spend"), limit=st.integers(1, 60))
def test_small_purchases_that_add_up(index: LocalIndex, part: Step, limit: int) -> None:
    small = Filter("amount", "le", limit)
    others = tuple(item for item in part.spec.filters if item.field != "amount")
    spec = QuerySpec(
        measures=("spend", "purchases"), dimensions=("merchant",), filters=(*others, small), period=part.spec.period
    )
    answer = execute(index, Plan(operation="small_purchases", steps=(Step(spec=spec),), unit="SGD", limit=9))
    groups = defaultdict[str, list[Any]](list)
    for row in chosen(Step(spec=spec)):
        groups[row.merchant].append(row)
    many = {name: rows for name, rows in groups.items() if len(rows) >= 12}
    assert isinstance(answer.value, tuple)
    assert dict(answer.value) == {name: rounded(total(rows, "spend"), "SGD") for name, rows in many.items()}
    assert set(answer.citations) == cited([row for rows in many.values() for row in rows])
