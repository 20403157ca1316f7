"""A record as people and programs are shown it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import fields

from vocab.records import Money, Record

__all__ = ["shown"]


def shown(record: Record, root: str, zone: ZoneInfo) -> dict[str, Any]:
    """A record for people: its absolute IRI, where it was read, and its fields as ``_plain`` gives them."""
    place = record.provenance
    return {
        "iri": root + record.iri,
        "kind": record.type_name,
        "file": place.file if place else None,
        "member": place.member if place else None,
        "line": place.line if place else None,
        "fields": {
            item.name: _plain(getattr(record, item.name), zone)
            for item in fields(record)
            if item.name not in {"iri", "provenance"}
        },
    }


def _plain(value: object, zone: ZoneInfo) -> object:
    """A field as JSON and people read it: money as ``12.30 SGD``, days in ISO 8601, instants in the person's zone.

    Quantities and measured values are texts with the digits they were read with.

    A bank's day stays the bank's day: only times in UTC are instants.
    """
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime) and not value.utcoffset():
        return value.astimezone(zone).isoformat()
    return value.isoformat() if isinstance(value, date) else value
