"""Records to rows of the index and back: money and listening in columns, the younger kinds by ``kinds``."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pod_agent.index import kinds
from pod_agent.index.kinds import kept_row, moment
from pod_agent.index.terms import Terms
from vocab.errors import VocabularyError
from vocab.records import IRI, Listen, Medium, Money, Provenance, Record, Transaction, TransactionKind

__all__ = ["INSERTS", "TABLES", "WHOLE_PLAY_MS", "add_day", "listen_of", "row_of", "transaction_of"]

WHOLE_PLAY_MS = 30_000
"""A song played this long is a play; shorter is a skip."""

SALARY = re.compile(r"\b(?:SALARY|SALA|PAYROLL|WAGES|BONU)\b", re.IGNORECASE)
INTEREST = re.compile(r"\bINTEREST\b", re.IGNORECASE)

COLUMNS = {
    "transactions": "iri moment day month source account merchant category kind inflow salary minor billed_minor"
    " currency description merchant_name value_date original_minor original_currency counterparty card mcc hint"
    " reference provisional edition as_read",
    "listens": "iri moment day month hour source kind artist album track title podcast played_ms whole episode"
    " episode_album uri skipped provisional edition",
    **kinds.COLUMNS,
}
TABLES = tuple(COLUMNS)
"""The tables that hold records."""


def _insert(table: str) -> str:
    names = COLUMNS[table].split()
    updates = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT (iri) DO UPDATE SET {updates}"  # noqa: S608


INSERTS = {table: _insert(table) for table in COLUMNS}


def add_day(connection: sqlite3.Connection, day: date) -> None:
    """Put a day and the first of its month into the calendar."""
    for each in (day, day.replace(day=1)):
        year, week, _ = each.isocalendar()
        connection.execute(
            "INSERT OR IGNORE INTO calendar VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                each.toordinal(),
                each.isoformat(),
                f"{year:04d}-W{week:02d}",
                each.isoformat()[:7],
                f"{each.year:04d}-Q{(each.month + 2) // 3}",
                f"{each.year:04d}",
                each.weekday(),
                int(each.weekday() >= 5),
            ),
        )


def row_of(record: Record, terms: Terms, zone: ZoneInfo, currency: str) -> tuple[str, date | None, tuple[Any, ...]]:
    """The table, the local day (None for none) and the row of a record; VocabularyError for an unknown kind."""
    if isinstance(record, Transaction):
        return "transactions", record.at.date(), _transaction_row(record, terms, currency)
    if isinstance(record, Listen):
        local = record.at.astimezone(zone)
        return "listens", local.date(), _listen_row(record, terms, local)
    table = kinds.TABLES.get(type(record))
    if table is None:
        raise VocabularyError(f"the index holds no records of kind {record.type_name}")
    return table, *kept_row(record, terms, zone, currency)


def _is_salary(description: str) -> bool:
    """Whether the text is that of an employer's payment; banks also call bonus interest after the salary."""
    return bool(SALARY.search(description)) and not INTEREST.search(description)


def _transaction_row(record: Transaction, terms: Terms, currency: str) -> tuple[Any, ...]:
    day = record.at.date()
    return (
        record.iri,
        record.at.isoformat(),
        day.toordinal(),
        day.replace(day=1).toordinal(),
        terms.required(record.source),
        terms.number(record.account),
        terms.number(record.merchant or record.counterparty),
        terms.number(record.category),
        record.kind.value,
        int(record.amount.minor > 0),
        int(_is_salary(record.description)),
        record.amount.minor if record.amount.currency == currency else None,
        record.amount.minor,
        record.amount.currency,
        record.description,
        record.merchant,
        record.value_date.isoformat() if record.value_date else None,
        record.original.minor if record.original else None,
        record.original.currency if record.original else None,
        record.counterparty,
        int(record.card),
        record.mcc,
        record.hint,
        record.reference,
        int(record.provisional),
        record.edition,
        None,
    )


def _listen_row(record: Listen, terms: Terms, local: datetime) -> tuple[Any, ...]:
    podcast = record.medium is Medium.PODCAST
    label = f"{record.title} \u2013 {record.artist}" if record.artist else record.title
    return (
        record.iri,
        moment(record.at),
        local.date().toordinal(),
        local.date().replace(day=1).toordinal(),
        local.hour,
        terms.required(record.source),
        record.medium.value,
        None if podcast else terms.number(record.artist),
        None if podcast else terms.number(record.album),
        None if podcast else terms.number(label),
        None if podcast else terms.number(record.title),
        terms.number(record.artist) if podcast else None,
        record.played_ms,
        int(record.played_ms >= WHOLE_PLAY_MS),
        record.title if podcast else None,
        record.album if podcast else None,
        record.track,
        None if record.skipped is None else int(record.skipped),
        int(record.provisional),
        record.edition,
    )


def transaction_of(row: sqlite3.Row, term: Callable[[int | None], str | None], place: Provenance | None) -> Transaction:
    """The transaction of a row; ``term`` gives the text of a number."""
    original = row["original_minor"]
    return Transaction(
        iri=IRI(row["iri"]),
        source=term(row["source"]) or "",
        provenance=place,
        at=datetime.fromisoformat(row["moment"]),
        account=term(row["account"]) or "",
        amount=Money(row["billed_minor"], row["currency"]),
        description=row["description"],
        merchant=row["merchant_name"],
        category=term(row["category"]) or "",
        kind=TransactionKind(row["kind"]),
        value_date=date.fromisoformat(row["value_date"]) if row["value_date"] else None,
        original=None if original is None else Money(original, row["original_currency"]),
        counterparty=row["counterparty"],
        card=bool(row["card"]),
        mcc=row["mcc"],
        hint=row["hint"],
        reference=row["reference"],
        provisional=bool(row["provisional"]),
        edition=row["edition"],
    )


def listen_of(row: sqlite3.Row, term: Callable[[int | None], str | None], place: Provenance | None) -> Listen:
    """The listen of a row; ``term`` gives the text of a number."""
    podcast = row["kind"] == Medium.PODCAST
    return Listen(
        iri=IRI(row["iri"]),
        source=term(row["source"]) or "",
        provenance=place,
        at=datetime.fromisoformat(row["moment"]).astimezone(UTC),
        played_ms=row["played_ms"],
        medium=Medium(row["kind"]),
        title=(row["episode"] if podcast else term(row["title"])) or "",
        artist=term(row["podcast"] if podcast else row["artist"]),
        album=row["episode_album"] if podcast else term(row["album"]),
        track=row["uri"],
        skipped=None if row["skipped"] is None else bool(row["skipped"]),
        provisional=bool(row["provisional"]),
        edition=row["edition"],
    )
