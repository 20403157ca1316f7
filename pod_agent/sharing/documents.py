"""The documents that a recipient gets: chosen records month by month, or monthly totals, and nothing beside.

Records are written anew for each grant. They carry no file, line, account, bank's text, reference, recorder or note,
and their names are made with a key that is thrown away: nobody can compare them with those of another grant, or guess
what they were made from. The names of documents are numbers.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import pyoxigraph as ox

from consent.proof import digest
from pod_agent.errors import UsageError
from vocab.mapping import to_turtle
from vocab.records import IRI, DailyMeasure, Listen, Measurement, Record, Sleep, Transaction, View
from vocab.records.base import document_path
from vocab.terms import PA, concept
from vocab.turtle import HEADER, literal

__all__ = ["MONTHLY_TOTAL", "Shared", "Total", "bare", "content_digest", "record_documents", "total_document"]

MONTHLY_TOTAL: Final = PA + "MonthlyTotal"
"""The class of a monthly total; ``vocab/ontology/sharing.ttl`` says what it and its properties mean."""

_LEFT_OUT: dict[type[Record], dict[str, Any]] = {
    Transaction: {
        "account": "",
        "value_date": None,
        "counterparty": None,
        "card": False,
        "mcc": None,
        "hint": None,
        "reference": None,
    },
    Listen: {},
    View: {},
    DailyMeasure: {"recorder": "", "samples": None},
    Measurement: {"recorder": ""},
    Sleep: {"recorder": ""},
}
"""The kinds of record that can be shared, and what is taken out of each."""

_SOURCE = "shared"
_MOST = 3_000  # records in a document


@dataclass(frozen=True, slots=True)
class Shared:
    """One document: its name in the container, and its bytes, which are Turtle."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Total:
    """A figure of one month: of a category, or of everything chosen where ``category`` is empty.

    ``amount`` is in ``unit``: a currency, ``minutes``, ``count`` or a unit of measures. ``records`` is how many stand
    behind it.
    """

    month: str
    figure: str
    category: str
    amount: str
    unit: str
    records: int


def record_documents(records: Iterable[Record]) -> list[Shared]:
    """The records as documents, one for each kind and month, two or more where a month has very many."""
    key = secrets.token_bytes(32)
    months: dict[str, list[Record]] = {}
    for record in records:
        path = document_path(_SOURCE, record.type_name, record.at)
        months.setdefault(path, []).append(bare(record, path, key))
    parts = [
        (path, found[start : start + _MOST])
        for path, found in sorted(months.items(), key=lambda month: month[0].rpartition("/")[2])
        for start in range(0, len(found), _MOST)
    ]
    contents = [_checked(to_turtle(part, path)) for path, part in parts]
    return [Shared(f"{number:03d}.ttl", content) for number, content in enumerate(contents, 1)]


def bare(record: Record, path: str, key: bytes) -> Record:
    """The record without what is nobody else's business, under a new name; UsageError for a kind that is not shared."""
    left_out = _LEFT_OUT.get(type(record))
    if left_out is None:
        raise UsageError(
            f"records of the kind {record.type_name} are shared as monthly totals only", hint="Add: --as monthly"
        )
    if isinstance(record, Transaction):
        left_out = {**left_out, "description": record.merchant}  # the bank's text names people and numbers
    name = base64.b32encode(hashlib.blake2b(record.iri.encode(), digest_size=16, key=key).digest())
    return msgspec.structs.replace(
        record,
        iri=IRI(f"{path}#{name.decode().lower().rstrip('=')}"),
        source=_SOURCE,
        provenance=None,
        provisional=False,
        edition=0,
        **left_out,
    )


def total_document(totals: Sequence[Total]) -> Shared:
    """The totals as one document, in the order given."""
    blocks = [f"\n<#total-{number}> {_block(total)}\n" for number, total in enumerate(totals, 1)]
    return Shared("001.ttl", _checked((HEADER + "".join(blocks)).encode()))


def content_digest(documents: Iterable[Shared]) -> str:
    """The digest of the documents together: of the list of their names and digests."""
    lines = [f"{document.name} {digest(document.content)}\n" for document in documents]
    return digest("".join(sorted(lines)).encode())


def _block(total: Total) -> str:
    parts = [
        "a pa:MonthlyTotal",
        f'pa:month "{total.month}"^^xsd:gYearMonth',
        f"pa:figure {literal(total.figure)}",
        *([f"pa:category <{concept(total.category)}>"] if total.category else []),
        f"schema:value {total.amount}",
        f"schema:unitText {literal(total.unit)}",
        f"pa:recordCount {total.records}",
    ]
    return " ;\n  ".join(parts) + " ."


def _checked(content: bytes) -> bytes:
    """The bytes as given; servers store what is no Turtle too, so it is read here first."""
    for _ in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri="http://pod.invalid/"):
        pass
    return content
