"""Rows of the index back to records."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from pod_agent.index.kinds import SCHEMAS, kept_record
from pod_agent.index.rows import TABLES, listen_of, transaction_of
from vocab.records import IRI, Provenance, Record, Transaction, TransactionKind

__all__ = ["fetch", "fetch_transactions", "texts_of"]

NAMES = {
    "transactions": ("source", "account", "category"),
    "listens": ("source", "artist", "album", "title", "podcast"),
}
"""Columns whose texts a record is made of."""

Term = Callable[[int | None], str | None]


def fetch(connection: sqlite3.Connection, wanted: Sequence[IRI]) -> dict[IRI, Record]:
    """The records with these IRIs that there are, with their provenance where known."""
    found: dict[IRI, Record] = {}
    key = json.dumps(wanted)
    places = {row["iri"]: _place(row) for row in _select(connection, "provenance", key)}
    for table in TABLES:
        rows = _select(connection, table, key)
        if not rows:
            continue
        texts = texts_of(connection, {row[name] for row in rows for name in NAMES.get(table, ())})
        for row in rows:
            found[row["iri"]] = _record(table, row, texts.get, places.get(row["iri"]))
        if len(found) >= len(wanted):
            break
        key = json.dumps([iri for iri in wanted if iri not in found])
    return found


def fetch_transactions(connection: sqlite3.Connection) -> Iterator[Transaction]:
    """All transactions, oldest first, with merchant, category, kind and counterparty as the pod has them."""
    rows = connection.execute("SELECT * FROM transactions ORDER BY day, moment, iri").fetchall()
    texts = texts_of(connection, {row[name] for row in rows for name in NAMES["transactions"]})
    return (_as_read(row, texts.get) for row in rows)


def texts_of(connection: sqlite3.Connection, numbers: Iterable[int | None]) -> dict[int | None, str]:
    """The texts behind these numbers."""
    text = "SELECT id, text FROM term WHERE id IN (SELECT value FROM json_each(?))"
    found = connection.execute(text, (json.dumps([each for each in numbers if each is not None]),))
    return {row[0]: row[1] for row in found}


def _select(connection: sqlite3.Connection, table: str, iris: str) -> list[sqlite3.Row]:
    text = f"SELECT * FROM {table} WHERE iri IN (SELECT value FROM json_each(?))"  # noqa: S608 (closed names)
    return connection.execute(text, (iris,)).fetchall()


def _place(row: sqlite3.Row) -> Provenance:
    return Provenance(file=row["file"], member=row["member"], line=row["line"])


def _record(table: str, row: sqlite3.Row, term: Term, place: Provenance | None) -> Record:
    if table == "transactions":
        return transaction_of(row, term, place)
    if table == "listens":
        return listen_of(row, term, place)
    return kept_record(SCHEMAS.get(table) or row["type"], row["body"], place)


def _as_read(row: sqlite3.Row, term: Term) -> Transaction:
    record = transaction_of(row, term, None)
    if row["as_read"] is None:
        return record
    merchant, category, kind, counterparty = json.loads(row["as_read"])
    return replace(record, merchant=merchant, category=category, kind=TransactionKind(kind), counterparty=counterparty)
