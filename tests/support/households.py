"""Small made-up records for tests of the index and the assistant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from vocab.records import (
    Listen,
    Medium,
    Money,
    Occurrences,
    Provenance,
    Transaction,
    TransactionKind,
    record_iri,
)

__all__ = ["SINGAPORE", "RecordMaker"]

SINGAPORE = ZoneInfo("Asia/Singapore")


class RecordMaker:
    """Makes records with the IRIs that importers would give them."""

    def __init__(self) -> None:
        self._seen = Occurrences()

    def paid(
        self,
        day: str,
        amount: float,
        merchant: str,
        category: str,
        *,
        kind: str = "spend",
        account: str = "360 Account -8001",
        source: str = "ocbc",
        description: str | None = None,
        original: Money | None = None,
        currency: str = "SGD",
        counterparty: str | None = None,
        provenance: Provenance | None = None,
    ) -> Transaction:
        """A transaction; ``amount`` > 0 went out."""
        at = datetime.combine(date.fromisoformat(day), datetime.min.time(), SINGAPORE)
        minor = -round(amount * 100)
        text = description or merchant.upper()
        return Transaction(
            iri=record_iri(Transaction, source, at, (account, text, str(minor)), self._seen),
            source=source,
            at=at,
            provenance=provenance,
            account=account,
            amount=Money(minor, currency),
            description=text,
            merchant=merchant,
            category=category,
            kind=TransactionKind(kind),
            original=original,
            counterparty=counterparty,
        )

    def played(
        self,
        start: str,
        seconds: float,
        title: str,
        artist: str | None,
        *,
        medium: str = "music",
        album: str | None = None,
        source: str = "spotify",
    ) -> Listen:
        """A listen; ``start`` is local time in Singapore."""
        at = datetime.fromisoformat(start).replace(tzinfo=SINGAPORE).astimezone(UTC)
        return Listen(
            iri=record_iri(Listen, source, at, (title, str(seconds)), self._seen),
            source=source,
            at=at,
            played_ms=round(seconds * 1000),
            medium=Medium(medium),
            title=title,
            artist=artist,
            album=album,
        )

    def played_daily(self, first: str, days: int, seconds: float, title: str, artist: str) -> list[Listen]:
        """One listen a day at nine in the morning."""
        start = datetime.fromisoformat(f"{first}T09:00:00")
        return [
            self.played((start + timedelta(days=number)).isoformat(), seconds, title, artist) for number in range(days)
        ]
