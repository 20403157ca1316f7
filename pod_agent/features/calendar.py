"""Regular series by calendar weeks, from the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from vocab.query import QuerySpec, Table

__all__ = ["Queryable", "WeeklySeries", "weekly_spending"]

WEEK = timedelta(days=7)


class Queryable(Protocol):
    """What answers a QuerySpec: the local index."""

    def run(self, spec: QuerySpec, /) -> Table:
        """Columns and rows."""


@dataclass(frozen=True, slots=True)
class WeeklySeries:
    """One value a week, oldest first; ``first`` is the Monday of the first week."""

    first: date
    values: tuple[float, ...]


def weekly_spending(index: Queryable, today: date, weeks: int = 104) -> WeeklySeries:
    """Spending (SGD, refunds taken off) of each whole week before the week of ``today``, at most ``weeks`` of them.

    A week without spending counts as zero, but only between the first and the last day with any transaction: what lies
    outside is not known. Weeks that the records cover in part are left out.
    """
    monday = today - timedelta(days=today.weekday())
    period = (monday - weeks * WEEK, monday - timedelta(days=1))
    table = index.run(QuerySpec(measures=("spend", "transactions"), dimensions=("day",), period=period))
    column = {name: place for place, name in enumerate(table.columns)}
    days = {date.fromisoformat(str(row[column["day"]])): float(row[column["spend"]] or 0) for row in table.rows}
    if not days:
        return WeeklySeries(monday, ())
    first = min(days) + timedelta(days=-min(days).weekday() % 7)
    whole = (max(days) + timedelta(days=1) - first) // WEEK
    totals = [0.0] * max(0, whole)
    for day, spend in days.items():
        week = (day - first) // WEEK
        if 0 <= week < len(totals):
            totals[week] += spend
    return WeeklySeries(first, tuple(round(total, 2) for total in totals))
