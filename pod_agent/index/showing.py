"""A record as people and programs are shown it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import fields

from pod_agent.errors import UnknownRecordError
from pod_agent.index.local import LocalIndex
from vocab.records import IRI, Money, Record

__all__ = ["shown", "shown_of"]


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


def shown_of(index: LocalIndex, iris: Iterable[IRI], root: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The records of these relative IRIs, in their order; UnknownRecordError for one that is not held."""
    wanted = list(iris)
    found = {record.iri: record for record in index.get(wanted)}
    if missing := [iri for iri in wanted if iri not in found]:
        raise UnknownRecordError(f"there is no record {missing[0]}")
    return [shown(found[iri], root, zone) for iri in wanted]


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
