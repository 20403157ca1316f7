"""What statistics have in common: the query they rest on, in one form for all ways of writing it."""

from __future__ import annotations

from typing import Any

from vocab.decoding import canonical_json
from vocab.errors import VocabularyError
from vocab.query import Filter, QuerySpec

__all__ = ["MAX_LENGTH", "check_edges", "normal_query", "plain_query", "public_names"]

MAX_LENGTH = 10_000
"""Most numbers in one report of bounded values."""


def plain_query(query: QuerySpec, *, dimensions: int) -> None:
    """Refuse a query that is more than one measure over named days, under filters, by so many dimensions."""
    if len(query.measures) != 1 or query.period is None or query.order is not None or query.limit is not None:
        raise VocabularyError("a statistic rests on one measure over named days, without order or limit")
    if len(query.dimensions) != dimensions:
        raise VocabularyError(f"the query of this statistic has {dimensions or 'no'} dimensions")


def normal_query(query: QuerySpec) -> dict[str, Any]:
    """The query without its dimensions, the same for all ways of writing the same filters."""
    bare = QuerySpec(measures=query.measures, period=query.period).to_json()
    filters = {canonical_json(entry): entry for entry in map(_normal_filter, query.filters)}
    return {**bare, "filters": [filters[key] for key in sorted(filters)]}


def check_edges(edges: tuple[int, ...], most: int, what: str) -> None:
    """Refuse edges of classes that are no rising whole numbers above zero, or too many."""
    if not 1 <= len(edges) <= most or any(edge < 1 for edge in edges) or list(edges) != sorted(set(edges)):
        raise VocabularyError(f"the edges of {what} are 1 to {most} rising whole numbers above zero")


def public_names(items: tuple[str, ...], most: int) -> None:
    """Refuse a list of items that is empty, too long, or names one twice."""
    if not 1 <= len(items) <= most or len(set(items)) != len(items):
        raise VocabularyError(f"a statistic counts 1 to {most:,} items, and none twice")


def _normal_filter(condition: Filter) -> dict[str, Any]:
    values = list(condition.value) if isinstance(condition.value, tuple) else [condition.value]
    op = {"eq": "in", "ne": "not_in"}.get(condition.op, condition.op)
    if op in {"in", "not_in"}:
        values = sorted(set(values), key=str)
    return {"field": condition.field, "op": op, "value": values if op in {"in", "not_in", "between"} else values[0]}
