"""From groups of integers to the rows of a result: labels, exact figures, order, limit and rounding."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from pod_agent.index.compile import grouping, measure_of
from pod_agent.index.conditions import WEEKDAYS
from pod_agent.index.measures import TERMS, Exact
from vocab.errors import VocabularyError
from vocab.query import Cell, QuerySpec, Table
from vocab.records import IRI

__all__ = ["PLACES", "Computed", "collect", "round_half_away", "rounded"]

PLACES = dict.fromkeys("count minutes steps floors kcal mg ml".split(), 0)
PLACES |= dict.fromkeys(["hours", "percent", "%", "bpm", "kg", "g", "ms", "/min", "degC", "mmol/l", "of 100"], 1)
PLACES |= dict.fromkeys(["kg/m2", "ml/kg/min"], 1) | dict.fromkeys(["SGD", "m"], 2)
"""Decimal places of each unit."""

ExactCell = str | Exact


@dataclass(frozen=True, slots=True)
class Computed:
    """A table before rounding; ``units`` has one entry per column, None for a dimension."""

    columns: tuple[str, ...]
    units: tuple[str | None, ...]
    rows: tuple[tuple[ExactCell, ...], ...]
    evidence: tuple[tuple[IRI, ...], ...]


def collect(
    spec: QuerySpec,
    table: str,
    found: Sequence[tuple[Any, ...]],
    terms: Mapping[int | None, str],
    *,
    with_evidence: bool,
    separator: str,
) -> Computed:
    """The result of a query from the groups that SQLite found; ``terms`` holds the texts of their keys."""
    keys = grouping(spec)
    measures = [measure_of(name, table) for name in spec.measures]
    columns = keys + spec.measures
    if spec.order is not None and spec.order.removeprefix("-") not in columns:
        raise VocabularyError(f"{spec.order.removeprefix('-')} is counted, not shown: it cannot order the rows")
    rows: list[tuple[tuple[ExactCell, ...], tuple[IRI, ...]]] = []
    for group in found:
        values: list[ExactCell] = [
            _label(name, key, terms if name in TERMS[table] else None) for name, key in zip(keys, group, strict=False)
        ]
        position = len(keys)
        for measure in measures:
            width = len(measure.sums) or 1
            values.append(measure.finish(group[position : position + width]))
            position += width
        iris = group[-1] if with_evidence else None
        rows.append((tuple(values), tuple(cast("list[IRI]", iris.split(separator))) if iris else ()))
    rows = _ordered(rows, spec, columns, len(keys))
    return Computed(
        columns,
        (None,) * len(keys) + tuple(measure.unit for measure in measures),
        tuple(row for row, _ in rows),
        tuple(iris for _, iris in rows),
    )


def rounded(computed: Computed) -> Table:
    """Round every figure once: money as a float of two decimals, minutes and counts as integers."""
    rows = tuple(
        tuple(_cell(value, unit) for value, unit in zip(row, computed.units, strict=True)) for row in computed.rows
    )
    return Table(computed.columns, rows, computed.evidence)


def round_half_away(value: Fraction | int, unit: str) -> int | float:
    """A figure rounded for its unit, half away from zero; an integer where the unit has no decimals."""
    places = PLACES[unit]
    scaled = Fraction(value) * 10**places
    whole = math.floor(abs(scaled) + Fraction(1, 2))
    signed = whole if scaled >= 0 else -whole
    return signed if places == 0 else float(Fraction(signed, int(10**places)))


def _cell(value: ExactCell, unit: str | None) -> Cell:
    if unit is None or value is None or isinstance(value, str):
        return value if not isinstance(value, Fraction) else float(value)
    return round_half_away(value, unit)


def _label(name: str, key: Any, terms: Mapping[int | None, str] | None) -> ExactCell:
    if terms is not None:
        return None if key is None else terms[key]
    if name == "weekday":
        return WEEKDAYS[key]
    if name == "weekend":
        return "weekend" if key else "weekday"
    exact: ExactCell = key
    return exact


def _ordered(
    rows: list[tuple[tuple[ExactCell, ...], tuple[IRI, ...]]], spec: QuerySpec, columns: tuple[str, ...], keys: int
) -> list[tuple[tuple[ExactCell, ...], tuple[IRI, ...]]]:
    """Rows by their dimensions; where an order is named by that column first, nothing known last."""
    rows.sort(key=lambda row: [_sort_key(name, value) for name, value in zip(columns[:keys], row[0], strict=False)])
    if spec.order is not None:
        place = columns.index(spec.order.removeprefix("-"))
        name = columns[place]
        descending = spec.order.startswith("-")
        rows.sort(key=lambda row: _sort_key(name, row[0][place]), reverse=descending)
        rows.sort(key=lambda row: row[0][place] is None)
    return rows[: spec.limit]


def _sort_key(name: str, value: ExactCell) -> tuple[int, Any, str]:
    if value is None:
        return (1, 0, "")
    if isinstance(value, str):
        return (0, WEEKDAYS.index(value) if name == "weekday" else value.casefold(), value)
    return (0, value, "")
