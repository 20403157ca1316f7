"""QuerySpec to one SQL statement with bound parameters; every piece of its text comes from this package.

The statement gives, per group, the group's keys, the integers that the measures add up, and the IRIs of the
rows. Nothing that a person or a model wrote becomes part of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as slot

from pod_agent.index.conditions import condition, period_condition
from pod_agent.index.families import fields_of, table_of
from pod_agent.index.measures import CALENDAR, COLUMNS, COUNTED, MEASURES, Measure, column_of
from vocab.errors import VocabularyError
from vocab.query import QuerySpec

__all__ = ["ORDERS", "SEPARATOR", "Statement", "compile_query", "grouping", "measure_of", "records_query"]

SEPARATOR = "\n"
"""Between the IRIs of one group; no IRI holds it."""

TIME = frozenset(CALENDAR)
SONG = frozenset({"artist", "album", "track"})
FOLLOWING = frozenset({"views", "orders", "order_lines", "health"})
"""Tables where ``days`` and ``distinct`` count over the rows of the query's other measures."""


@dataclass(slots=True)
class Statement:
    """SQL text with its parameters; ``keys`` name the leading columns, then come ``sums`` integers, then the IRIs."""

    text: str
    parameters: list[str | int | float] = slot(default_factory=list)
    keys: tuple[str, ...] = ()


def compile_query(spec: QuerySpec, *, rollup: bool = False, evidence: bool = True) -> Statement:
    """The statement that answers a query, from the rows or from the monthly roll-up."""
    table = table_of(spec)
    measures = [measure_of(name, table) for name in spec.measures]
    keys = grouping(spec)
    covered = _covered(spec, table)
    columns = [column_of(name) for name in keys]
    alike = len(set(covered)) == 1
    for name, measure, rows in zip(spec.measures, measures, covered, strict=True):
        chosen = "1" if alike else rows
        columns.extend(_sums(name, measure, chosen, spec, COLUMNS[table, rollup]))
    if evidence:
        columns.append("group_concat(t.iri, char(10))")
    statement = _from(spec, table, covered, rollup=rollup)
    groups = f" GROUP BY {', '.join(str(number + 1) for number in range(len(keys)))}" if keys else ""
    statement.text = f"SELECT {', '.join(columns)}{statement.text}{groups}"
    statement.keys = keys
    return statement


def records_query(spec: QuerySpec, order: str, *, limited: bool) -> Statement:
    """The statement that gives the IRIs of the rows behind a query, in this order (a key of ``ORDERS``)."""
    table = table_of(spec)
    if order in {"largest", "smallest"} and table not in PAID:
        raise VocabularyError("only transactions, orders and their lines have an amount to order by")
    statement = _from(spec, table, _covered(spec, table), rollup=False)
    limit = " LIMIT ?" if limited else ""
    by = ORDERS[order].format(paid=PAID.get(table, ""))
    statement.text = f"SELECT t.iri{statement.text} ORDER BY {by}{limit}"
    return statement


ORDERS = {
    "oldest": "t.day, t.moment, t.iri",
    "newest": "t.day DESC, t.moment DESC, t.iri DESC",
    "largest": "{paid} IS NULL, {paid} DESC, t.day, t.moment, t.iri",
    "smallest": "{paid} IS NULL, {paid}, t.day, t.moment, t.iri",
}
PAID = {"transactions": "-t.minor", "orders": "t.minor", "order_lines": "t.minor"}
"""What was paid, in minor units."""


def measure_of(name: str, table: str) -> Measure:
    """The measure of this name, for the two that every table has that table's."""
    return MEASURES.get(name) or COUNTED[table]


def grouping(spec: QuerySpec) -> tuple[str, ...]:
    """The dimensions that rows are grouped by: all, but the first where its distinct values are counted."""
    if "distinct" not in spec.measures:
        return spec.dimensions
    if not spec.dimensions:
        raise VocabularyError("distinct counts the values of the first dimension: name one")
    return spec.dimensions[1:]


def _from(spec: QuerySpec, table: str, covered: list[str], *, rollup: bool) -> Statement:
    """FROM and WHERE: the table, the calendar where it is needed, period, filters and the rows that count."""
    out = Statement("")
    parts: list[str] = []
    for piece in (period_condition(spec.period, rollup=rollup), *(condition(item, table) for item in spec.filters)):
        if piece is not None:
            parts.append(piece.text)
            out.parameters.extend(piece.parameters)
    parts.extend(_restrictions(spec))
    rows = list(dict.fromkeys(covered))
    if "1" not in rows:
        parts.append(f"({' OR '.join(f'({item})' for item in rows)})")
    day = "month" if rollup else "day"
    join = f" JOIN calendar c ON c.day = t.{day}" if TIME.intersection(fields_of(spec)) else ""
    name = f"monthly_{table}" if rollup else table
    out.text = f" FROM {name} t{join}" + (f" WHERE {' AND '.join(parts)}" if parts else "")
    return out


def _restrictions(spec: QuerySpec) -> list[str]:
    """What naming a field says about the rows: an artist has songs, a podcast has episodes, a limit means purchases."""
    names = set(fields_of(spec))
    out: list[str] = []
    if "amount" in names:
        out.append("t.kind = 'spend'")
        unfit = [name for name in spec.measures if name in MEASURES and not MEASURES[name].takes_limits]
        if unfit:
            raise VocabularyError(f"amount is the amount of a purchase: {unfit[0]} has none")
    if names & SONG and ("podcast" in names or "podcast_minutes" in spec.measures):
        raise VocabularyError("artist, album and track belong to music, podcast to podcasts: ask two queries")
    if names & SONG:
        out.append("t.kind <> 'podcast'")
    if "podcast" in names:
        out.append("t.kind = 'podcast'")
    return out


def _covered(spec: QuerySpec, table: str) -> list[str]:
    """The rows that each measure covers; naming kinds or podcasts in the query widens it to these."""
    named = {"kind", "podcast"}.intersection(fields_of(spec))

    def rows(measure: Measure) -> str:
        return measure.every_kind if measure.every_kind is not None and named else measure.where

    others = list(dict.fromkeys(rows(MEASURES[name]) for name in spec.measures if name in MEASURES))
    together = " OR ".join(f"({item})" for item in others) if table in FOLLOWING else ""
    counted = together or rows(COUNTED[table])
    return [rows(MEASURES[name]) if name in MEASURES else counted for name in spec.measures]


def _sums(name: str, measure: Measure, rows: str, spec: QuerySpec, columns: dict[str, str]) -> list[str]:
    if name == "days":
        return [_distinct("t.day", rows)]
    if name == "distinct":
        return [_distinct(column_of(spec.dimensions[0]), rows)]
    out = []
    for item in measure.sums:
        function, _, value = item.rpartition(" ")
        inner = value.format(**columns)
        out.append(f"{function or 'sum'}({inner if rows == '1' else f'CASE WHEN {rows} THEN {inner} END'})")
    return out


def _distinct(key: str, rows: str) -> str:
    return f"count(DISTINCT {key if rows == '1' else f'CASE WHEN {rows} THEN {key} END'})"
