"""Hypothesis strategies for records: every value that the vocabulary allows, nasty text included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from vocab.records import (
    IRI,
    Listen,
    Medium,
    Money,
    Occurrences,
    Record,
    Transaction,
    TransactionKind,
    record_iri,
)
from vocab.taxonomy import CATEGORIES

__all__ = ["SINGAPORE", "listens", "one_month", "texts", "transactions"]

SINGAPORE = timezone(timedelta(hours=8))

_NASTY = st.sampled_from(
    [
        '"',
        "\\",
        '\\"',
        "\n",
        "\r\n",
        "\t",
        "\x00",
        "\x1f",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\uffff",
        "'''",
        '"""',
        "<#a> a",
        " .\n",
        "\n\n<#",
        "\\u0041",
        "咖啡",
        "☕",
        "e\u0301",
        "\u202e",
        "%s",
        "{0}",
        "^^xsd:decimal",
        "@en",
        "# x",
        "\U0001f469\u200d\U0001f680",
    ]
)
_PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
texts = st.lists(_NASTY | _PLAIN, max_size=5).map("".join)
"""Text of any kind, without halves of surrogate pairs."""

_filled = texts.filter(bool)
_money = st.builds(Money, st.integers(-(10**14) + 1, 10**14 - 1), st.sampled_from(["SGD", "JPY", "KWD", "USD", "IDR"]))


@st.composite
def transactions(draw: st.DrawFn, year: int = 2026, month: int = 10) -> Transaction:
    """A transaction of one month."""
    at = datetime(year, month, draw(st.integers(1, 28)), tzinfo=SINGAPORE)
    return Transaction(
        iri=_iri(draw, Transaction, "ocbc", at),
        source="ocbc",
        at=at,
        account=draw(_filled.filter(lambda text: not any(character.isdigit() for character in text))),
        amount=draw(_money),
        description=draw(texts),
        merchant=draw(texts),
        category=draw(st.sampled_from(sorted(CATEGORIES))),
        kind=draw(st.sampled_from(TransactionKind)),
        value_date=draw(st.none() | st.dates()),
        original=draw(st.none() | _money),
        counterparty=draw(st.none() | _filled),
    )


@st.composite
def listens(draw: st.DrawFn, year: int = 2026, month: int = 10) -> Listen:
    """A play of one month."""
    second = draw(st.integers(0, 28 * 86400 - 1))
    at = datetime(year, month, 1, tzinfo=UTC) + timedelta(seconds=second, microseconds=draw(st.integers(0, 999_999)))
    return Listen(
        iri=_iri(draw, Listen, "spotify", at),
        source="spotify",
        at=at,
        played_ms=draw(st.integers(0, 2**53 - 1)),
        medium=draw(st.sampled_from(Medium)),
        title=draw(_filled),
        artist=draw(st.none() | _filled),
        album=draw(st.none() | _filled),
        track=draw(st.none() | _filled | st.just("spotify:track:4uLU6hMCjMI75M1A2tKUQC")),
        skipped=draw(st.none() | st.booleans()),
    )


def one_month(max_size: int = 6) -> st.SearchStrategy[tuple[str, list[Record]]]:
    """A document's path and its records, each IRI once."""
    bank = st.lists(transactions(), min_size=1, max_size=max_size, unique_by=lambda record: record.iri)
    music = st.lists(listens(), min_size=1, max_size=max_size, unique_by=lambda record: record.iri)
    return (bank | music).map(lambda records: (records[0].iri.partition("#")[0], list(records)))


def _iri(draw: st.DrawFn, kind: type[Record], source: str, at: datetime) -> IRI:
    return record_iri(kind, source, at, (str(draw(st.integers(0, 2**32))),), Occurrences())
