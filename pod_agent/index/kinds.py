"""Records of the younger kinds to rows: what queries need in columns, the whole record as JSON beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.enrich.products import group_of
from pod_agent.index.terms import Terms
from vocab.records import (
    RECORD_TYPES,
    UNDATED,
    DailyMeasure,
    Follow,
    Measurement,
    Order,
    OrderLine,
    PlaylistItem,
    Post,
    Provenance,
    Record,
    Search,
    Sleep,
    View,
    Workout,
)

__all__ = ["COLUMNS", "MILLION", "SCHEMAS", "TABLES", "kept_record", "kept_row", "moment", "path_of", "words"]

MILLION = 1_000_000
"""Quantities and values are kept in millionths, so that their sums are exact."""

COLUMNS = {
    "views": "iri moment day hour source kind channel video body",
    "orders": "iri moment day hour source kind shop minor body",
    "order_lines": "iri moment day hour source kind shop product words section path goods quantity minor body",
    "readings": "iri moment day source type measure value recorder samples body",
    "things": "iri moment day source type text body",
}

TABLES: dict[type[Record], str] = {
    View: "views",
    Order: "orders",
    OrderLine: "order_lines",
    DailyMeasure: "readings",
    Measurement: "readings",
    Sleep: "readings",
    Search: "things",
    Follow: "things",
    PlaylistItem: "things",
    Post: "things",
    Workout: "things",
}

SCHEMAS = {"views": "view", "orders": "order", "order_lines": "order-line"}
"""The kind of record in a table that holds one kind only; the other tables say it in their column ``type``."""

Row = tuple[Any, ...]


def kept_row(record: Record, terms: Terms, zone: ZoneInfo, currency: str) -> tuple[date | None, Row]:
    """The local day of a record, None where it has none, and its row in the table that ``TABLES`` names."""
    day, middle = _MAKERS[type(record)](record, terms, zone, currency)
    ordinal = None if day is None else day.toordinal()
    return day, (record.iri, moment(record.at), ordinal, *middle, _body(record))


def kept_record(type_name: str, body: bytes, place: Provenance | None) -> Record:
    """The record of a row, with where it was read."""
    record = msgspec.json.decode(body, type=RECORD_TYPES[type_name])
    return record if place is None else msgspec.structs.replace(record, provenance=place)


def moment(at: datetime) -> str:
    """An instant as text that sorts like time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def words(text: str) -> str:
    """The words of a text, case-folded and each with a space before it: a word's beginning can be looked for."""
    return "".join(f" {word}" for word in re.findall(r"\w+", text.casefold()))


def path_of(section: tuple[str, ...]) -> str:
    """A shop's category as one text: its levels with line feeds between."""
    return "\n".join(" ".join(level.split()) for level in section)


def _body(record: Record) -> bytes:
    bare = record if record.provenance is None else msgspec.structs.replace(record, provenance=None)
    return msgspec.json.encode(bare)


def _view(record: View, terms: Terms, zone: ZoneInfo, _: str) -> tuple[date, Row]:
    local = record.at.astimezone(zone)
    kind = "ad" if record.is_ad else "music" if record.is_music else "video"
    channel, title = terms.number(record.channel), terms.number(record.title)
    return local.date(), (local.hour, terms.required(record.source), kind, channel, title)


def _order(record: Order, terms: Terms, _: ZoneInfo, currency: str) -> tuple[date, Row]:
    minor = record.total.minor if record.total.currency == currency else None
    source, shop = terms.required(record.source), terms.number(record.shop)
    return record.at.date(), (record.at.hour, source, record.status.value, shop, minor)


def _order_line(record: OrderLine, terms: Terms, _: ZoneInfo, currency: str) -> tuple[date, Row]:
    path = path_of(record.section)
    return record.at.date(), (
        record.at.hour,
        terms.required(record.source),
        record.status.value,
        terms.number(record.shop),
        terms.number(record.product),
        words(record.product),
        terms.number(path.partition("\n")[0]),
        terms.number(path),
        terms.number(group_of(record.product, record.section)),
        _millionths(record.quantity),
        record.total.minor if record.total.currency == currency else None,
    )


def _daily_measure(record: DailyMeasure, terms: Terms, _: ZoneInfo, __: str) -> tuple[date, Row]:
    value, source = _millionths(record.value), terms.required(record.source)
    return record.at.date(), (source, record.type_name, record.measure, value, record.recorder, record.samples)


def _measurement(record: Measurement, terms: Terms, zone: ZoneInfo, _: str) -> tuple[date, Row]:
    value, source = _millionths(record.value), terms.required(record.source)
    local = record.at.astimezone(zone)
    return local.date(), (source, record.type_name, record.measure, value, record.recorder, None)


def _sleep(record: Sleep, terms: Terms, _: ZoneInfo, __: str) -> tuple[date, Row]:
    measure, source = "sleep" if record.is_main else "nap", terms.required(record.source)
    return record.end.date(), (source, record.type_name, measure, record.asleep * MILLION, record.recorder, None)


def _thing(text: Callable[[Any], str | None]) -> Callable[[Any, Terms, ZoneInfo, str], tuple[date | None, Row]]:
    def make(record: Record, terms: Terms, zone: ZoneInfo, _: str) -> tuple[date | None, Row]:
        day = None if record.at == UNDATED else record.at.astimezone(zone).date()
        return day, (terms.required(record.source), record.type_name, text(record) or "")

    return make


def _millionths(value: Decimal) -> int | None:
    scaled = value * MILLION
    return int(scaled.to_integral_value()) if scaled.is_finite() and abs(scaled) < 2**52 else None


_MAKERS: dict[type[Record], Callable[[Any, Terms, ZoneInfo, str], tuple[date | None, Row]]] = {
    View: _view,
    Order: _order,
    OrderLine: _order_line,
    DailyMeasure: _daily_measure,
    Measurement: _measurement,
    Sleep: _sleep,
    Search: _thing(lambda record: record.text),
    Follow: _thing(lambda record: record.name),
    PlaylistItem: _thing(lambda record: record.title or record.target),
    Post: _thing(lambda record: record.text),
    Workout: _thing(lambda record: record.activity),
}
