"""What is worked out from all records together, laid over them: what a payment was, and which record belongs to which.

The pod holds what was read; these columns and links are made anew whenever the records or the person's rules change.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pod_agent.index.terms import Terms
from vocab.records import IRI, TransactionKind

__all__ = ["Link", "Meaning", "read_links", "replace_links", "restate"]


class Meaning(NamedTuple):
    """What a transaction was: the fields of the record of the same names."""

    merchant: str
    category: str
    kind: TransactionKind
    counterparty: str | None


class Link(NamedTuple):
    """``iri`` has to ``other`` this relation, ``transfer``, ``paid-by`` or ``refund-of``."""

    iri: IRI
    relation: str
    other: IRI


HELD = """
    SELECT iri, merchant_name, term.text AS category, kind, counterparty
    FROM transactions LEFT JOIN term ON term.id = category"""

RESTATE = """
    UPDATE transactions SET merchant = ?, merchant_name = ?, category = ?, kind = ?, counterparty = ?,
        as_read = coalesce(as_read, ?)
    WHERE iri = ?"""


def restate(connection: sqlite3.Connection, changes: Mapping[IRI, tuple[str, str, TransactionKind, str | None]]) -> int:
    """Give transactions these meanings; returns how many changed. IRIs that are not held are passed over."""
    terms = Terms(connection)
    updates = []
    for row in _held(connection, changes):
        iri = IRI(row["iri"])
        before = (row["merchant_name"], row["category"] or "", row["kind"], row["counterparty"])
        merchant, category, kind, counterparty = changes[iri]
        if before != (merchant, category, kind.value, counterparty):
            name, number = terms.number(merchant or counterparty), terms.number(category)
            updates.append((name, merchant, number, kind.value, counterparty, json.dumps(before), iri))
    connection.executemany(RESTATE, updates)
    return len(updates)


def _held(connection: sqlite3.Connection, iris: Iterable[IRI]) -> list[sqlite3.Row]:
    chosen = " WHERE iri IN (SELECT value FROM json_each(?))"
    return connection.execute(HELD + chosen, (json.dumps(list(iris)),)).fetchall()


def read_links(connection: sqlite3.Connection, iris: Iterable[IRI]) -> tuple[Link, ...]:
    """The links from or to these records, in the order of their IRIs."""
    text = (
        "WITH wanted AS (SELECT value FROM json_each(?)) SELECT iri, relation, other FROM link"
        " WHERE iri IN wanted OR other IN wanted ORDER BY iri, relation, other"
    )
    return tuple(Link(*row) for row in connection.execute(text, (json.dumps(list(iris)),)))


def replace_links(connection: sqlite3.Connection, links: Iterable[Link]) -> int:
    """Make these the links that there are; returns how many there are. Those that stay are not written again."""
    wanted = {(link.iri, link.relation, link.other) for link in links}
    held = {tuple(row) for row in connection.execute("SELECT iri, relation, other FROM link")}
    gone = "DELETE FROM link WHERE iri = ? AND relation = ? AND other = ?"
    connection.executemany(gone, sorted(held - wanted))
    connection.executemany("INSERT INTO link (iri, relation, other) VALUES (?, ?, ?)", sorted(wanted - held))
    return len(wanted)
