"""What every record has: an IRI that the same fact always gets, a time, a place where it was read.

A record's IRI is relative to the agent's container in the pod, for example
``data/ocbc/transaction/2026/2026-10.ttl#k5x...``. It does not name the pod, so moving a pod changes no
record, and importing on two pods gives the same bytes. ``pod_agent.agent`` resolves it for people.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, NewType

import msgspec

from vocab.errors import VocabularyError

__all__ = ["IRI", "UNDATED", "Money", "Occurrences", "Provenance", "Record", "document_path", "record_iri"]

IRI = NewType("IRI", str)

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the time of a record whose source gives none, such as a channel in a list of subscriptions."""

MINOR_DIGITS = {"BHD": 3, "IDR": 2, "JPY": 0, "KRW": 0, "KWD": 3, "VND": 0}
"""Digits after the decimal point (ISO 4217) of the currencies where it is not two, as banks print them."""


class Money(msgspec.Struct, frozen=True, order=True, gc=False):
    """An amount in minor units of an ISO 4217 currency; never a float."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """Money from a decimal amount in major units; VocabularyError where minor units do not suffice."""
        scaled = amount.scaleb(MINOR_DIGITS.get(currency, 2))
        if scaled != scaled.to_integral_value():
            raise VocabularyError(f"an amount of {currency} has too many decimal places")
        return cls(int(scaled), currency)

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise VocabularyError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with the currency's number of decimal places."""
        return Decimal(self.minor).scaleb(-MINOR_DIGITS.get(self.currency, 2))


class Provenance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a record was read: ``file`` as the person named it, the zip ``member`` if any, the first ``line``.

    ``line`` counts from 1; in JSON it is the number of the element in its array, from 1.
    """

    file: str
    member: str | None
    line: int


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One fact about the person.

    ``at`` is aware and in the zone of the source; its own calendar month decides the document.
    ``provenance`` is kept with the import, not in the record's document, so that documents do not depend
    on the order of imports; it is None in a record that was read back from a document.

    ``provisional`` marks a record that yields to a better record of the same fact, whichever was read first: a play
    of Spotify's account history, which lacks seconds and track, to that of the extended one; a pending payment to the
    settled one. ``edition`` orders what a source says of one fact over time (an order is placed, then delivered): of
    two records with one IRI that of the higher edition stays.
    """

    type_name: ClassVar[str]

    iri: IRI
    source: str
    at: datetime
    provenance: Provenance | None = None
    provisional: bool = False
    edition: int = 0

    def __post_init__(self) -> None:
        """Refuse a time without a zone: it names no instant and no local day."""
        if self.at.tzinfo is None:
            raise VocabularyError("a record's time needs a zone")


def document_path(source: str, type_name: str, at: datetime) -> str:
    """Path of the month document below the agent's container; the month is the one ``at`` itself shows."""
    if at.year == UNDATED.year and at == UNDATED:
        return f"data/{source}/{type_name}/undated.ttl"
    return _month_path(source, type_name, at.year, at.month)


@lru_cache(maxsize=1024)
def _month_path(source: str, type_name: str, year: int, month: int) -> str:
    return f"data/{source}/{type_name}/{year:04d}/{year:04d}-{month:02d}.ttl"


class Occurrences:
    """Numbers identical rows of one file, so that two equal coffees on one day stay two records.

    One instance per file or zip member. Because each file is numbered by itself, overlapping files agree on
    the rows they share, and the union holds each row as often as the file that shows it most often.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def number(self, digest: bytes) -> int:
        """How often this digest was seen before: 0 for the first time."""
        number = self._seen.get(digest, 0)
        self._seen[digest] = number + 1
        return number


def record_iri(record_type: type[Record], source: str, at: datetime, key: tuple[str, ...], seen: Occurrences) -> IRI:
    """IRI of the record with these canonical key fields: ``document_path`` + ``#`` + blake2b-128 in base32.

    ``key`` names what makes the row this row in its source (account, text, amount, ...). The day of ``at`` is part
    of the key, so occurrence numbers count within one account and day.
    """
    kind = record_type.type_name
    if at.tzinfo is UTC:
        stamp, document = at.isoformat(), document_path(source, kind, at)
    else:
        stamp, document = _place(source, kind, at, at.tzinfo, at.fold)
    fields = (source, kind, stamp, *key)
    text = "\x1f".join(fields)
    if text.count("\x1f") >= len(fields):
        text = "\x1f".join([field.replace("\x1f", " ") for field in fields])
    digest = _digest(text, 0)
    occurrence = seen.number(digest)
    if occurrence:
        digest = _digest(text, occurrence)
    return IRI(f"{document}#{_base32(digest)}")


@lru_cache(maxsize=256)
def _place(source: str, type_name: str, at: datetime, zone: tzinfo | None, fold: int) -> tuple[str, str]:  # noqa: ARG001 - equal instants differ in zone and fold
    """``at`` as text, and the document: a bank's rows share the starts of days, and to ask a zone takes a while."""
    return at.isoformat(), document_path(source, type_name, at)


def _digest(text: str, occurrence: int) -> bytes:
    return hashlib.blake2b(f"{text}\x1f{occurrence}".encode(), digest_size=16).digest()


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_THREES = [a + b + c for a in _LETTERS for b in _LETTERS for c in _LETTERS]


def _base32(digest: bytes) -> str:
    """RFC 4648 base32 of 16 bytes, lower case, without padding; the standard library's is written in slow Python."""
    bits = int.from_bytes(digest)
    high, low = bits >> 68, bits & 0xFFFFFFFFFFFFFFFFF
    threes = _THREES
    return (
        f"{threes[high >> 45]}{threes[high >> 30 & 32767]}{threes[high >> 15 & 32767]}{threes[high & 32767]}"
        f"{threes[low >> 53]}{threes[low >> 38 & 32767]}{threes[low >> 23 & 32767]}{threes[low >> 8 & 32767]}"
        f"{_LETTERS[low >> 3 & 31]}{_LETTERS[(low & 7) << 2]}"
    )
