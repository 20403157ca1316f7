"""Records: one fact about the person each, with an IRI that the same fact always gets."""

from __future__ import annotations

from vocab.records.base import IRI, UNDATED, Money, Occurrences, Provenance, Record, document_path, record_iri
from vocab.records.health import DailyMeasure, Measurement, Sleep, Workout
from vocab.records.media import Follow, Listen, Medium, PlaylistItem, Post, Search, Subject, View
from vocab.records.money import Order, OrderLine, OrderStatus, Transaction, TransactionKind

__all__ = [
    "IRI",
    "RECORD_TYPES",
    "UNDATED",
    "DailyMeasure",
    "Follow",
    "Listen",
    "Measurement",
    "Medium",
    "Money",
    "Occurrences",
    "Order",
    "OrderLine",
    "OrderStatus",
    "PlaylistItem",
    "Post",
    "Provenance",
    "Record",
    "Search",
    "Sleep",
    "Subject",
    "Transaction",
    "TransactionKind",
    "View",
    "Workout",
    "document_path",
    "record_iri",
]

RECORD_TYPES: dict[str, type[Record]] = {
    kind.type_name: kind
    for kind in (
        Transaction,
        Order,
        OrderLine,
        Listen,
        View,
        Search,
        Follow,
        PlaylistItem,
        Post,
        DailyMeasure,
        Measurement,
        Sleep,
        Workout,
    )
}
"""Every record class by its ``type_name``."""
