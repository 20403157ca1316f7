"""What a well-formed record is: as checks on every row before it is written, and as SHACL for other programs.

``check`` and the shapes in ``shapes/*.ttl`` state the same rules; a test plants the same faults in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, timedelta
from importlib.resources import files
from typing import Final

from vocab.errors import VocabularyError
from vocab.records import Listen, Money, Record, Transaction, document_path
from vocab.taxonomy import CATEGORIES
from vocab.turtle import NAME

__all__ = ["MAX_LENGTH", "MAX_MINOR", "SHAPES", "check", "shape"]

SHAPES: Final = ("transaction", "listen", "import-report")
"""Names of the SHACL documents."""

MAX_MINOR: Final = 10**14
"""Amounts stay below a million million units with two decimal places, so that a sum of many still fits 64 bits."""

MAX_LENGTH: Final = 4000
"""Longest text of a record, in characters: a row with more is not a row of a statement or a history."""

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199

_NAME = re.compile(NAME)
_SOURCE = re.compile("[a-z0-9_-][a-z0-9._-]*")
_CURRENCY = re.compile("[A-Z]{3}")
_FULL_NUMBER = re.compile(r"\d{5}")
_CATEGORIES = frozenset(CATEGORIES)
_MINUTE = timedelta(minutes=1)


def shape(name: str) -> bytes:
    """The SHACL shapes with this name, Turtle."""
    return files("vocab").joinpath("shapes", f"{name}.ttl").read_bytes()


def check(record: Record) -> None:
    """Raise VocabularyError where the record breaks a rule; the message names the rule and repeats no value."""
    at = record.at
    document, _, name = record.iri.partition("#")
    if document != document_path(record.source, record.type_name, at) or not _NAME.fullmatch(name):
        raise VocabularyError("the record's IRI is not that of its source, kind and month")
    if not _SOURCE.fullmatch(record.source):
        raise VocabularyError("the source is no name that a pod takes")
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise VocabularyError("the record's year is out of range")
    if at.tzinfo is not UTC:
        offset = at.utcoffset()
        if offset is None or offset % _MINUTE:
            raise VocabularyError("the record's zone is not whole minutes from UTC")
    _RULES[type(record)](record)


def _transaction(record: Transaction) -> None:
    _money(record.amount)
    if record.original is not None:
        _money(record.original)
    if _FULL_NUMBER.search(record.account):
        raise VocabularyError("the account's label shows more than four digits")
    if record.category not in _CATEGORIES:
        raise VocabularyError("the category is not in the taxonomy")
    _text("account", record.account)
    _text("description", record.description, shortest=0)
    _text("merchant", record.merchant, shortest=0)
    if record.counterparty is not None:
        _text("counterparty", record.counterparty)


def _listen(record: Listen) -> None:
    if not 0 <= record.played_ms < 2**53:
        raise VocabularyError("the played time is out of range")
    _text("title", record.title)
    for name, text in (("artist", record.artist), ("album", record.album), ("track", record.track)):
        if text is not None:
            _text(name, text)


def _money(money: Money) -> None:
    if not _CURRENCY.fullmatch(money.currency):
        raise VocabularyError("the currency is no ISO 4217 code")
    if abs(money.minor) >= MAX_MINOR:
        raise VocabularyError("the amount is out of range")


def _text(name: str, text: str, shortest: int = 1) -> None:
    if not shortest <= len(text) <= MAX_LENGTH:
        raise VocabularyError(f"the {name} is empty or too long")


_RULES: dict[type[Record], Callable[..., None]] = {Transaction: _transaction, Listen: _listen}
