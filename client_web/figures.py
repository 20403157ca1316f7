"""The figures of the dashboard, each with the address of the records behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from client_web.charts import Column
from client_web.formatting import minutes_text, money, month_text, number_text
from client_web.links import link, records_link
from client_web.periods import Period, months_between, shift_month
from vocab.query import Cell, Filter, QuerySpec, Table

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["Figure", "Pace", "Ranked", "cell_number", "headline", "months", "pace", "ranking", "single", "stores"]

MONTHS_SHOWN = 13
HEADLINE: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("spend", "Spent", money),
    ("income", "Came in", money),
    ("purchases", "Purchases", number_text),
    ("listening_minutes", "Listened", minutes_text),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One large figure: what it is, its text, how it compares with the period before, and its records."""

    name: str
    text: str
    change: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """One row of a ranking: ``share`` is of the largest row, for the bar; ``detail`` a second figure in words."""

    name: str
    text: str
    share: float
    href: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Running totals of spending by day of the period, and of the period before it; both in SGD."""

    label: str
    before_label: str
    days: tuple[int, ...]
    now: tuple[float, ...]
    before: tuple[float, ...]


def headline(agent: Agent, period: Period) -> list[Figure]:
    """Spending, income and what is left, number of purchases, minutes listened, against the period before."""
    earlier = period.before()
    now, then = _totals(agent, period), _totals(agent, earlier) if earlier else {}
    return [
        Figure(
            name=name,
            text=shown(now[measure]),
            change=_change(now[measure], then[measure], period, earlier) if earlier else "",
            href=records_link(measure, period),
        )
        for measure, name, shown in HEADLINE
    ]


def months(agent: Agent, period: Period, measure: str, first_held: date) -> list[Column]:
    """The measure by calendar month up to the end of the period, at most 13 months or the whole period."""
    begin = max(first_held.replace(day=1), min(period.first, shift_month(period.last, 1 - MONTHS_SHOWN)).replace(day=1))
    if begin > period.last:
        return []
    table = agent.query(QuerySpec(measures=(measure,), dimensions=("month",), period=(begin, period.last)))
    held = {str(row[0]): cell_number(row[1]) for row in table.rows}
    shown = minutes_text if measure == "listening_minutes" else money
    return [
        Column(
            label=month_text(month),
            value=held.get(month, 0.0),
            text=shown(held.get(month, 0.0)),
            href=link("/records", measure=measure, period=month),
            marked=period.first.isoformat()[:7] <= month <= period.last.isoformat()[:7],
        )
        for month in months_between(begin, period.last)[-36:]
    ]


def ranking(agent: Agent, period: Period, measure: str, dimension: str, *, limit: int) -> list[Ranked]:
    """The names with most of a measure, largest first; only values above zero."""
    table = agent.query(
        QuerySpec(measures=(measure,), dimensions=(dimension,), period=period.days, order=f"-{measure}", limit=limit)
    )
    found = [(str(row[0]), cell_number(row[1])) for row in table.rows if row[0] and cell_number(row[1]) > 0]
    largest = max((value for _, value in found), default=1.0)
    shown = money if measure == "spend" else number_text
    return [
        Ranked(
            name=name,
            text=shown(value),
            share=value / largest,
            href=records_link(measure, period, **{dimension: name}),
        )
        for name, value in found
    ]


def stores(agent: Agent, period: Period, *, limit: int = 6) -> list[Ranked]:
    """Favourite stores: where most purchases were made, with the usual amount and the last visit."""
    table = agent.query(
        QuerySpec(
            measures=("purchases", "average_purchase"),
            dimensions=("merchant",),
            period=period.days,
            order="-purchases",
            limit=limit,
        )
    )
    rows = [row for row in table.rows if row[0] and cell_number(row[1]) > 0]
    last = _last_visits(agent, period, [str(row[0]) for row in rows])
    largest = max((cell_number(row[1]) for row in rows), default=1.0)
    return [
        Ranked(
            name=str(row[0]),
            text=number_text(cell_number(row[1])),
            share=cell_number(row[1]) / largest,
            href=records_link("purchases", period, merchant=str(row[0])),
            detail=f"{money(cell_number(row[2]))} on average, last on {last[str(row[0])]}",
        )
        for row in rows
    ]


def pace(agent: Agent, period: Period) -> Pace | None:
    """Spending added up day by day beside the period before; None for stretches too long to compare by day."""
    earlier = period.before()
    length = (period.last - period.first).days + 1
    if earlier is None or length > 92:
        return None
    now, before = _running(agent, period), _running(agent, earlier)
    longest = max(len(now), len(before))
    return Pace(
        label=period.label,
        before_label=earlier.label,
        days=tuple(range(1, longest + 1)),
        now=now,
        before=before,
    )


def cell_number(cell: Cell) -> float:
    """A figure of a table; 0 where it is empty."""
    return float(cell or 0)


def single(table: Table, column: str) -> float:
    """The one figure of a table without dimensions; 0 where nothing is held."""
    return cell_number(table.rows[0][table.columns.index(column)]) if table.rows else 0.0


def _totals(agent: Agent, period: Period) -> dict[str, float]:
    spent = agent.query(QuerySpec(measures=("spend", "income", "purchases"), period=period.days))
    heard = agent.query(QuerySpec(measures=("listening_minutes",), period=period.days))
    return {measure: single(heard if measure == "listening_minutes" else spent, measure) for measure, _, _ in HEADLINE}


def _running(agent: Agent, period: Period) -> tuple[float, ...]:
    table = agent.query(QuerySpec(measures=("spend",), dimensions=("day",), period=period.days))
    spent = {str(row[0]): round(100 * cell_number(row[1])) for row in table.rows}
    days = [period.first + timedelta(days=number) for number in range((period.last - period.first).days + 1)]
    return tuple(cents / 100 for cents in accumulate(spent.get(day.isoformat(), 0) for day in days))


def _last_visits(agent: Agent, period: Period, names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    table = agent.query(
        QuerySpec(
            measures=("purchases",),
            dimensions=("merchant", "day"),
            filters=(Filter("merchant", "in", tuple(names)),),
            period=period.days,
        )
    )
    last: dict[str, date] = {}
    for row in table.rows:
        name, day = str(row[0]), date.fromisoformat(str(row[1]))
        last[name] = max(day, last.get(name, day))
    return {name: f"{day.day} {day:%B}" for name, day in last.items()}


def _change(now: float, then: float, period: Period, earlier: Period) -> str:
    """How the figure compares; the year is named only where it is another one."""
    other = earlier.label.removesuffix(f" {period.last.year}")
    if not then:
        return f"none in {other}" if now else ""
    percent = round(100 * (now - then) / abs(then))
    if not percent:
        return f"as much as {other}"
    return f"{abs(percent):,} % {'more' if percent > 0 else 'less'} than {other}"
