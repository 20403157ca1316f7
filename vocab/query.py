"""QuerySpec: the one query language, spoken by dashboards, the command line, the assistant and studies.

A closed set of measures, dimensions and operators; nobody writes SQL at run time. What each measure means is
written in ``docs/reference/query.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from vocab.errors import UnknownNameError, VocabularyError
from vocab.measures import MEASURES as MEASURED
from vocab.records import IRI

__all__ = ["DIMENSIONS", "MEASURES", "OPERATORS", "Cell", "Filter", "QuerySpec", "Table"]

MEASURES = frozenset(
    "spend purchases transactions average_purchase largest_purchase income salary net refunds transfers_out"
    " transfers_in cash fees plays skips listening_minutes podcast_minutes videos music_videos sleep_minutes orders"
    " order_value items product_spend days distinct".split()
) | frozenset(MEASURED)
"""Names of figures; what devices measure goes by its name in ``vocab.measures``."""
DIMENSIONS = frozenset(
    "day week month quarter year weekday weekend hour category merchant account source kind artist track album"
    " podcast channel video offer product section group shop".split()
)
NUMERIC_FIELDS = frozenset({"amount"})
OPERATORS = frozenset("eq ne in not_in contains gt ge lt le between".split())

MAX_NUMBER = 2**53
"""Whole numbers up to here are the same in every program that reads JSON."""

Scalar = str | int | float
Cell = str | int | float | None
"""A value in a result table: money is a float of SGD with two decimals, made from integers at the very end."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; ``value`` is a tuple for in, not_in and between. ``amount`` is compared in SGD."""

    field: str
    op: str
    value: Scalar | tuple[Scalar, ...]

    def __post_init__(self) -> None:
        """Refuse names outside the closed sets, and values that are no text and no number."""
        _known(self.field, DIMENSIONS | NUMERIC_FIELDS, "field")
        _known(self.op, OPERATORS, "operator")
        if not all(_is_scalar(value) for value in (self.value if isinstance(self.value, tuple) else (self.value,))):
            raise VocabularyError("a filter compares with texts and numbers")
        many = self.op in {"in", "not_in", "between"}
        if many != isinstance(self.value, tuple):
            raise VocabularyError(f"operator {self.op} takes {'a list' if many else 'one value'}")
        if self.op == "between" and isinstance(self.value, tuple) and len(self.value) != 2:
            raise VocabularyError("operator between takes two values")

    @classmethod
    def from_json(cls, value: object) -> Filter:
        """Decode ``{"field", "op", "value"}``; VocabularyError on anything else."""
        if not isinstance(value, Mapping) or set(value) != {"field", "op", "value"}:
            raise VocabularyError("a filter has exactly field, op and value")
        raw = value["value"]
        return cls(value["field"], value["op"], tuple(raw) if isinstance(raw, list) else raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySpec:
    """One question over the records: measures by dimensions, for rows that pass all filters in a period.

    ``period`` is a pair of local days, both included; None means all records held. ``order`` is a column name,
    with ``-`` in front for descending; without it rows are ordered by their dimensions.
    """

    measures: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    period: tuple[date, date] | None = None
    order: str | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        """Refuse names outside the closed sets, and combinations that mean nothing."""
        if not self.measures:
            raise VocabularyError("a query needs at least one measure")
        for measure in self.measures:
            _known(measure, MEASURES, "measure")
        for dimension in self.dimensions:
            _known(dimension, DIMENSIONS, "dimension")
        if self.order is not None:
            _known(self.order.removeprefix("-"), frozenset(self.measures + self.dimensions), "column to order by")
        if self.limit is not None and self.limit < 1:
            raise VocabularyError("limit must be at least 1")
        if self.period is not None and self.period[0] > self.period[1]:
            raise VocabularyError("a period must not end before it starts")

    @classmethod
    def from_json(cls, value: object) -> QuerySpec:
        """Decode the JSON form (``docs/reference/query.md``); VocabularyError names what is wrong."""
        if not isinstance(value, Mapping):
            raise VocabularyError("a query is a JSON object")
        allowed = {"measures", "dimensions", "filters", "period", "order", "limit"}
        for name in value:
            _known(name, frozenset(allowed), "query field")
        limit, order = value.get("limit"), value.get("order")
        if limit is not None and type(limit) is not int:
            raise VocabularyError("limit is a whole number")
        return cls(
            measures=_list(value.get("measures", [])),
            dimensions=_list(value.get("dimensions", [])),
            filters=tuple(Filter.from_json(item) for item in _list(value.get("filters", []))),
            period=_period(value.get("period")),
            order=order if order is None else _text(order),
            limit=limit,
        )

    def to_json(self) -> dict[str, Any]:
        """The JSON form, without fields that are not set."""
        out: dict[str, Any] = {"measures": list(self.measures)}
        if self.dimensions:
            out["dimensions"] = list(self.dimensions)
        if self.filters:
            out["filters"] = [
                {"field": f.field, "op": f.op, "value": list(f.value) if isinstance(f.value, tuple) else f.value}
                for f in self.filters
            ]
        if self.period:
            out["period"] = [day.isoformat() for day in self.period]
        if self.order:
            out["order"] = self.order
        if self.limit:
            out["limit"] = self.limit
        return out


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows, with the IRIs of the records behind each row; ``len(evidence) == len(rows)``."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    evidence: tuple[tuple[IRI, ...], ...]


def _is_scalar(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, str) or (isinstance(value, int) and abs(value) <= MAX_NUMBER)


def _list(value: object) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise VocabularyError("measures, dimensions and filters are lists")
    return tuple(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise VocabularyError("a query's days and order are texts")
    return value


def _period(value: object) -> tuple[date, date] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise VocabularyError("a period is a list of two days")
    try:
        return date.fromisoformat(_text(value[0])), date.fromisoformat(_text(value[1]))
    except ValueError as error:
        raise VocabularyError("a period has days such as 2026-01-31") from error


def _known(name: object, names: frozenset[str], what: str) -> None:
    if not isinstance(name, str) or name not in names:
        shown = repr(name[:60]) if isinstance(name, str) else "something that is no text"
        raise UnknownNameError(f"{shown} is not a {what}", hint=f"One of: {', '.join(sorted(names))}.")
