"""Monthly roll-ups: sums per month and cell, kept in step with the rows, so that dashboards need no scan.

Triggers note the months (of readings the days) that a change touches; ``refresh`` recomputes these from the rows, so a
roll-up never drifts. A query may use them when it asks for nothing finer than a month (``fits``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date, timedelta

from pod_agent.index.health import refresh_health
from vocab.query import QuerySpec

__all__ = ["fits", "refresh"]

FIELDS = {
    "transactions": frozenset("month quarter year source account merchant category kind".split()),
    "listens": frozenset("month quarter year source kind artist album podcast".split()),
}
"""Dimensions that a roll-up keeps; all others need the rows."""

REFRESH = {
    "transactions": """
        INSERT INTO monthly_transactions
        SELECT month, source, account, merchant, category, kind, inflow, salary,
               count(*), count(minor), sum(minor), max(-minor)
        FROM transactions WHERE month IN (SELECT month FROM stale_transactions)
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8""",
    "listens": """
        INSERT INTO monthly_listens
        SELECT month, source, kind, artist, album, podcast, whole, count(*), sum(played_ms)
        FROM listens WHERE month IN (SELECT month FROM stale_listens)
        GROUP BY 1, 2, 3, 4, 5, 6, 7""",
}


def refresh(connection: sqlite3.Connection) -> None:
    """Recompute what follows from the rows that changed; call it inside the transaction that changed them."""
    for table, insert in REFRESH.items():
        stale = f"stale_{table}"
        connection.execute(f"DELETE FROM monthly_{table} WHERE month IN (SELECT month FROM {stale})")  # noqa: S608 (closed names)
        connection.execute(insert)
        connection.execute(f"DELETE FROM {stale}")  # noqa: S608 (closed names)
    refresh_health(connection)


def fits(spec: QuerySpec, table: str, held: tuple[date, date] | None) -> bool:
    """Whether the roll-up gives the same answer: whole months only, and no finer measure, dimension or filter.

    ``held`` is the first and last day with a row; a period that ends after the last row counts as whole.
    """
    fields: Iterable[str] = (*spec.dimensions, *(item.field for item in spec.filters))
    if table not in FIELDS or not set(fields) <= FIELDS[table] or {"days", "distinct"} & set(spec.measures):
        return False
    if spec.period is None or held is None:
        return True
    starts_whole = spec.period[0].day == 1 or spec.period[0] <= held[0]
    ends_whole = (spec.period[1] + timedelta(days=1)).day == 1 if spec.period[1] < date.max else True
    return starts_whole and (ends_whole or spec.period[1] >= held[1])
