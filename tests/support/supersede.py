"""Made-up plays and payments, provisional and final, for the rules between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pod_agent.importers.protocol import Row
from vocab.records import (
    Listen,
    Medium,
    Money,
    Occurrences,
    Order,
    OrderStatus,
    Provenance,
    Record,
    Transaction,
    TransactionKind,
    record_iri,
)

__all__ = ["START", "make", "order_row", "payment", "play", "row_of"]

START = datetime(2026, 1, 31, 23, 50, tzinfo=UTC)
"""Ten minutes before a new month, so that facts often lie on both of its sides."""


def play(end: int, title: str, played_ms: int, *, account: bool) -> Listen:
    """A play that ended ``end`` seconds after START, as the account or the extended history tells it."""
    at = START + timedelta(seconds=end)
    ended = at.replace(second=0) if account else at
    start = ended - timedelta(milliseconds=played_ms)
    key = (ended.isoformat(), title, str(played_ms), str(account))
    return Listen(
        iri=record_iri(Listen, "spotify", start, key, Occurrences()),
        source="spotify",
        at=start,
        provisional=account,
        played_ms=played_ms,
        medium=Medium.MUSIC,
        title=title,
        artist="Band" if account else "BAND",
        track=None if account else "spotify:track:x",
    )


def payment(day: int, text: str, cents: int, state: str, number: int = 0) -> Transaction:
    """A payment ``day`` days after START's, ``pending``, of a PDF ``statement`` or ``settled``; the n-th alike."""
    at = (START + timedelta(days=day)).replace(hour=0, minute=0)
    return Transaction(
        iri=record_iri(Transaction, "bank", at, (text, str(cents), state, str(number)), Occurrences()),
        source="bank",
        at=at,
        provisional=state != "settled",
        edition=-1 if state == "statement" else 0,
        account="Card 1234",
        amount=Money(-cents, "SGD"),
        description=text,
        merchant="",
        category="other",
        kind=TransactionKind.SPEND,
        card=True,
    )


def order(number: str, status: str, place: str | None = None) -> Order:
    """An order in one of its states."""
    edition = {"placed": 0, "delivered": 1, "cancelled": 2}[status]
    return Order(
        iri=record_iri(Order, "shop", START, (number,), Occurrences()),
        source="shop",
        at=START,
        edition=edition,
        shop="Shop",
        number=number,
        status=OrderStatus(status),
        total=Money(1000, "SGD"),
        place=place,
    )


def make(row: list[Any]) -> Record:
    """The record of a row: its kind, then the arguments of the function above."""
    kind, *values = row
    if kind == "play":
        return play(*values[:3], account=values[3])
    return payment(*values) if kind == "payment" else order(*values)


def row_of(row: list[Any], file: str, line: int) -> Row:
    """The record with where it was read."""
    return msgspec.structs.replace(make(row), provenance=Provenance(file=file, member=None, line=line))


def order_row(number: str, status: str, place: str | None = None) -> list[Any]:
    """A row that ``make`` makes an order of."""
    return ["order", number, status, place]
