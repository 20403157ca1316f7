"""The measures and dimensions as closed fragments of SQL; meanings as in ``docs/reference/query.md``.

Fragments name columns as ``{column}``; ``COLUMNS`` says what stands there for the rows and for the roll-ups.
Sums stay integers (minor units, milliseconds) until ``Measure.finish`` makes an exact number of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pod_agent.index.health import SLEEP
from pod_agent.index.kinds import MILLION
from vocab.measures import MEASURES as MEASURED
from vocab.measures import Day

__all__ = ["CALENDAR", "COLUMNS", "COUNTED", "MEASURES", "TERMS", "Exact", "Measure", "column_of"]

Exact = Fraction | int | None
"""A figure before rounding: money in major units and times in minutes as fractions, counts as integers."""

MINOR = 100
"""Minor units in one unit of the home currency."""
MINUTE = 60_000
PACKED = 2**40
"""Above every value of a body in millionths: the greatest ``day * PACKED + value`` holds the value of the last day."""

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
    ("views", False): {"rows": "1"},
    ("orders", False): {"rows": "1", "minor": "t.minor"},
    ("order_lines", False): {"quantity": "t.quantity", "minor": "t.minor"},
    ("health", False): {"rows": "1", "value": "t.value", "latest": f"(t.day * {PACKED} + t.value)"},
}

TERMS = {
    "transactions": frozenset({"source", "account", "merchant", "category"}),
    "listens": frozenset({"source", "artist", "album", "track", "podcast"}),
    "views": frozenset({"source", "channel", "video"}),
    "orders": frozenset({"source", "shop"}),
    "order_lines": frozenset({"source", "shop", "product", "section", "group"}),
    "health": frozenset({"source"}),
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


def column_of(dimension: str) -> str:
    """The column that holds a dimension; ``group`` is a word of SQL, so its column has another name."""
    return CALENDAR.get(dimension) or ("t.goods" if dimension == "group" else f"t.{dimension}")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: the rows it covers (``where``), the integers it adds up, and what they come to.

    ``every_kind`` is the condition once the query itself names kinds or podcasts. The names of units are those
    of answers: ``SGD``, ``count``, ``minutes``, ``steps``, ``bpm``, ``kg``, ...
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


def _latest(values: Sequence[int | None]) -> Exact:
    return None if values[0] is None else Fraction(values[0] % PACKED, MILLION)


def _total(values: Sequence[int | None]) -> Exact:
    return Fraction(values[0] or 0, MILLION)


def _total_or_nothing(values: Sequence[int | None]) -> Exact:
    return None if values[0] is None else Fraction(values[0], MILLION)


def _daily_mean(values: Sequence[int | None]) -> Exact:
    return Fraction(values[0] or 0, values[1] * MILLION) if values[1] else None


PURCHASE = "t.kind = 'spend'"
WATCHED = "t.kind = 'video'"
ORDERED = "t.kind <> 'cancelled'"
DELIVERED = "t.kind = 'delivered'"
OF_THE_BODY = frozenset({"weight", "body_fat", "body_mass_index", "height", "vo2_max"})
"""Of these the last value tells how things stand; of a pulse or a score at the end of each day the mean does."""
PLAY = "t.whole AND t.kind = 'music'"


def _paid(where: str, *, limits: bool = False) -> Measure:
    return Measure("transactions", where, ("-{minor}",), _money, "SGD", takes_limits=limits)


def _got(where: str) -> Measure:
    return Measure("transactions", where, ("{minor}",), _money, "SGD")


def _measured(name: str, unit: str, day: Day) -> Measure:
    """A measure of a device: days are added up, averaged, or the last one tells."""
    rows = f"t.kind = '{name}'"
    unit = {"min": "minutes"}.get(unit, unit)
    if day is Day.SUM:
        return Measure("health", rows, ("{value}",), _total_or_nothing, unit)
    if name in OF_THE_BODY:
        return Measure("health", rows, ("max {latest}",), _latest, unit)
    return Measure("health", rows, ("{value}", "{rows}"), _daily_mean, unit)


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
    "videos": Measure("views", WATCHED, ("{rows}",), _number, "count", every_kind="1"),
    "music_videos": Measure("views", "t.kind = 'music'", ("{rows}",), _number, "count"),
    "orders": Measure("orders", ORDERED, ("{rows}",), _number, "count", every_kind="1"),
    "order_value": Measure("orders", ORDERED, ("{minor}",), _money, "SGD", every_kind="1"),
    "items": Measure("order_lines", DELIVERED, ("{quantity}",), _total, "count", every_kind="1"),
    "product_spend": Measure("order_lines", DELIVERED, ("{minor}",), _money, "SGD", every_kind="1"),
    "sleep_minutes": _measured(SLEEP, "minutes", Day.SUM),
    **{name: _measured(name, measure.unit, measure.day) for name, measure in MEASURED.items()},
}
"""Every measure but ``days`` and ``distinct``, which count over the table of the rest of the query."""

COUNTED = {
    "transactions": Measure("transactions", PURCHASE, (), _number, "count", takes_limits=True, every_kind="1"),
    "listens": Measure("listens", PLAY, (), _number, "count", every_kind="t.whole"),
    "views": Measure("views", WATCHED, (), _number, "count", every_kind="1"),
    "orders": Measure("orders", ORDERED, (), _number, "count", every_kind="1"),
    "order_lines": Measure("order_lines", DELIVERED, (), _number, "count", every_kind="1"),
    "health": Measure("health", "1", (), _number, "count"),
}
"""The rows that ``days`` and ``distinct`` look at; beside measures of health, videos and orders the rows of these."""
