"""Which table a query is about: each measure and most dimensions belong to one family of records."""

from __future__ import annotations

from pod_agent.index.health import SLEEP
from pod_agent.index.measures import CALENDAR, MEASURES
from vocab.errors import VocabularyError
from vocab.measures import MEASURES as MEASURED
from vocab.query import QuerySpec

__all__ = ["FIELDS", "fields_of", "table_of"]

FIELDS = {
    "transactions": frozenset("account merchant category amount".split()),
    "listens": frozenset("artist album track podcast hour".split()),
    "views": frozenset("channel video hour".split()),
    "orders": frozenset("shop hour".split()),
    "order_lines": frozenset("shop product section group hour".split()),
    "health": frozenset[str](),
}
"""Dimensions and filters of each table, beside those that all have; a query that fits several is about the first."""

KINDS = {
    "transactions": frozenset[str](),
    "listens": frozenset("music podcast audiobook".split()),
    "views": frozenset("video ad".split()),
    "orders": frozenset("placed delivered cancelled refunded".split()),
    "order_lines": frozenset[str](),
    "health": frozenset(MEASURED) | {SLEEP},
}
"""Kinds that tell the table where nothing else does."""

WORDS = {
    "transactions": "money",
    "listens": "listening",
    "views": "videos",
    "orders": "orders",
    "order_lines": "products",
    "health": "health",
}

EVERYWHERE = frozenset(CALENDAR) | {"source", "kind"}


def table_of(spec: QuerySpec) -> str:
    """The table that a query is about; VocabularyError, which names the two words, where it mixes several."""
    left = list(FIELDS)
    said = ""
    for name in (*spec.measures, *fields_of(spec)):
        fitting = _tables(name)
        narrowed = [table for table in left if table in fitting]
        if not narrowed:
            raise VocabularyError(
                f"a query is about one kind of records: {said} belongs to {_words(left)}, {name} to {_words(fitting)}",
                hint="Ask two queries.",
            )
        if len(narrowed) < len(left):
            left, said = narrowed, name
    kinds = _kinds(spec)
    return next((table for table in left if kinds & KINDS[table]), left[0])


def fields_of(spec: QuerySpec) -> list[str]:
    """The dimensions of a query and the fields of its filters."""
    return [*spec.dimensions, *(item.field for item in spec.filters)]


def _tables(name: str) -> list[str]:
    if name in MEASURES:
        return [MEASURES[name].table]
    if name == "offer":
        raise VocabularyError("only a study counts offers; pod-agent offers tells of your own")
    named = [table for table, fields in FIELDS.items() if name in fields]
    return named if named and name not in EVERYWHERE else list(FIELDS)


def _words(tables: list[str]) -> str:
    return " or ".join(WORDS[table] for table in tables)


def _kinds(spec: QuerySpec) -> set[str]:
    found: set[str] = set()
    for item in spec.filters:
        if item.field == "kind":
            values = item.value if isinstance(item.value, tuple) else (item.value,)
            found.update(str(value).casefold() for value in values)
    return found
