"""What every record has: an IRI that the same fact always gets, a time, a place where it was read.

A record's IRI is relative to the agent's container in the pod, for example
``data/ocbc/transaction/2026/2026-10.ttl#k5x...``. It does not name the pod, so moving a pod changes no
record, and importing on two pods gives the same bytes. ``pod_agent.agent`` resolves it for people.
"""

from __future__ import annotations

import hashlib
import struct
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, NewType

import msgspec

from vocab.errors import VocabularyError

__all__ = ["IRI", "UNDATED", "Money", "Occurrences", "Provenance", "Record", "document_path", "record_iri", "time_text"]

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
        self._seen: set[bytes] = set()
        self._again: dict[bytes, int] = {}

    def number(self, digest: bytes) -> int:
        """How often this digest was seen before: 0 for the first time."""
        before = len(self._seen)
        self._seen.add(digest)
        if len(self._seen) > before:
            return 0
        number = self._again[digest] = self._again.get(digest, 0) + 1
        return number


def record_iri(record_type: type[Record], source: str, at: datetime, key: tuple[str, ...], seen: Occurrences) -> IRI:
    """IRI of the record with these canonical key fields: ``document_path`` + ``#`` + blake2b-128 in base32.

    ``key`` names what makes the row this row in its source (account, text, amount, ...). The day of ``at`` is part
    of the key, so occurrence numbers count within one account and day.
    """
    kind, time = record_type.type_name, time_text(at)
    text = "\x1f".join((source, kind, time, *key))
    if text.count("\x1f") >= len(key) + 3:
        text = "\x1f".join([field.replace("\x1f", " ") for field in (source, kind, time, *key)])
    digest = _digest(text, 0)
    occurrence = seen.number(digest)
    if occurrence:
        digest = _digest(text, occurrence)
    return IRI(f"{document_path(source, kind, at)}#{_base32(digest)}")


def time_text(at: datetime) -> str:
    """What ``at.isoformat()`` gives, in a tenth of the time: every row of an import needs it twice."""
    if at.tzinfo is UTC:
        return f"{msgspec.to_builtins(at)[:-1]}+00:00"
    return _time_text(at, at.tzinfo, at.fold)


@lru_cache(maxsize=256)
def _time_text(at: datetime, zone: tzinfo | None, fold: int) -> str:  # noqa: ARG001 - equal instants differ in zone and fold
    """As ``time_text``: a bank's rows share the starts of days, and to ask a zone takes a while."""
    return at.isoformat()


_EMPTY = hashlib.blake2b(digest_size=16)


def _digest(text: str, occurrence: int) -> bytes:
    digest = _EMPTY.copy()  # half the time of making one with these settings
    digest.update(f"{text}\x1f{occurrence}".encode())
    return digest.digest()


_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [a + b for a in _LETTERS for b in _LETTERS]  # of three letters they would no longer fit the processor's cache
_HALVES = struct.Struct(">QQ")


def _base32(digest: bytes) -> str:
    """RFC 4648 base32 of 16 bytes, lower case, without padding; the standard library's is written in slow Python."""
    high, low = _HALVES.unpack(digest)
    two = _PAIRS
    return (
        f"{two[high >> 54]}{two[high >> 44 & 1023]}{two[high >> 34 & 1023]}{two[high >> 24 & 1023]}"
        f"{two[high >> 14 & 1023]}{two[high >> 4 & 1023]}{two[(high & 15) << 6 | low >> 58]}{two[low >> 48 & 1023]}"
        f"{two[low >> 38 & 1023]}{two[low >> 28 & 1023]}{two[low >> 18 & 1023]}{two[low >> 8 & 1023]}"
        f"{two[(low & 255) << 2]}"
    )
