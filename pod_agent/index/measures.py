"""The measures and dimensions as closed fragments of SQL; meanings as in ``docs/reference/query.md``.

Fragments name columns as ``{column}``; ``COLUMNS`` says what stands there for the rows and for the roll-ups.
Sums stay integers (minor units, milliseconds) until ``Measure.finish`` makes an exact number of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["CALENDAR", "COLUMNS", "COUNTED", "MEASURES", "TERMS", "Exact", "Measure"]

Exact = Fraction | int | None
"""A figure before rounding: money in major units and times in minutes as fractions, counts as integers."""

MINOR = 100
"""Minor units in one unit of the home currency."""
MINUTE = 60_000

COLUMNS = {
    ("transactions", False): {
        "rows": "1",
        "priced": "(t.minor IS NOT NULL)",
        "minor": "t.minor",
        "largest": "-t.minor",
    },
    ("transactions", True): {
        "rows": "t.rows",
        "priced": "t.priced",
        "minor": "t.minor",
        "largest": "t.largest",
    },
    ("listens", False): {"rows": "1", "played_ms": "t.played_ms"},
    ("listens", True): {"rows": "t.rows", "played_ms": "t.played_ms"},
}

TERMS = {
    "transactions": frozenset({"source", "account", "merchant", "category"}),
    "listens": frozenset({"source", "artist", "album", "track", "podcast"}),
}
"""Dimensions that are texts, by table."""

CALENDAR = {
    "day": "c.date",
    "week": "c.week",
    "month": "c.month",
    "quarter": "c.quarter",
    "year": "c.year",
    "weekday": "c.weekday",
    "weekend": "c.weekend",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: the rows it covers (``where``), the integers it adds up, and what they come to.

    ``every_kind`` is the condition once the query itself names kinds or podcasts.
    ``takes_limits`` says whether a limit on the amount of a purchase makes sense.
    """

    table: str
    where: str
    sums: tuple[str, ...]
    finish: Callable[[Sequence[int | None]], Exact]
    unit: str
    takes_limits: bool = False
    every_kind: str | None = None


def _money(values: Sequence[int | None]) -> Exact:
    return Fraction(values[0] or 0, MINOR)


def _money_or_nothing(values: Sequence[int | None]) -> Exact:
    return None if values[0] is None else Fraction(values[0], MINOR)


def _mean(values: Sequence[int | None]) -> Exact:
    return Fraction(values[0] or 0, values[1] * MINOR) if values[1] else None


def _number(values: Sequence[int | None]) -> Exact:
    return values[0] or 0


def _minutes(values: Sequence[int | None]) -> Exact:
    return Fraction(values[0] or 0, MINUTE)


PURCHASE = "t.kind = 'spend'"
PLAY = "t.whole AND t.kind = 'music'"


def _paid(where: str, *, limits: bool = False) -> Measure:
    return Measure("transactions", where, ("-{minor}",), _money, "SGD", takes_limits=limits)


def _got(where: str) -> Measure:
    return Measure("transactions", where, ("{minor}",), _money, "SGD")


MEASURES = {
    "spend": _paid("t.kind IN ('spend', 'fee', 'refund')", limits=True),
    "purchases": Measure("transactions", PURCHASE, ("{rows}",), _number, "count", takes_limits=True),
    "transactions": Measure("transactions", "1", ("{rows}",), _number, "count", takes_limits=True),
    "average_purchase": Measure("transactions", PURCHASE, ("-{minor}", "{priced}"), _mean, "SGD", takes_limits=True),
    "largest_purchase": Measure(
        "transactions", PURCHASE, ("max {largest}",), _money_or_nothing, "SGD", takes_limits=True
    ),
    "income": _got("t.kind = 'income'"),
    "salary": _got("t.kind = 'income' AND t.salary"),
    "net": _got("t.kind IN ('spend', 'fee', 'refund', 'income')"),
    "refunds": _got("t.kind = 'refund'"),
    "transfers_out": _paid("t.kind = 'transfer' AND NOT t.inflow"),
    "transfers_in": _got("t.kind = 'transfer' AND t.inflow"),
    "cash": _paid("t.kind = 'cash'"),
    "fees": _paid("t.kind = 'fee'"),
    "plays": Measure("listens", PLAY, ("{rows}",), _number, "count", every_kind="t.whole"),
    "skips": Measure(
        "listens", "NOT t.whole AND t.kind = 'music'", ("{rows}",), _number, "count", every_kind="NOT t.whole"
    ),
    "listening_minutes": Measure("listens", "1", ("{played_ms}",), _minutes, "minutes"),
    "podcast_minutes": Measure("listens", "t.kind = 'podcast'", ("{played_ms}",), _minutes, "minutes"),
}
"""Every measure but ``days`` and ``distinct``, which count over the table of the rest of the query."""

COUNTED = {
    "transactions": Measure("transactions", PURCHASE, (), _number, "count", takes_limits=True, every_kind="1"),
    "listens": Measure("listens", PLAY, (), _number, "count", every_kind="t.whole"),
}
"""The rows that ``days`` and ``distinct`` look at."""
