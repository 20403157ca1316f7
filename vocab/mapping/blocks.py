"""A record as a block of Turtle and back, by the table of its class.

Tables are compiled once into a writer and a reader, because both run for every row of an import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter, call
from typing import Any

import msgspec

from vocab import terms
from vocab.errors import VocabularyError
from vocab.mapping import values as as_
from vocab.mapping.properties import Properties
from vocab.mapping.tables import TABLES, Table
from vocab.mapping.values import Value
from vocab.records.base import IRI, UNDATED, Record
from vocab.terms import curie

__all__ = ["block", "edition_of", "is_provisional", "read_record"]

_NEXT = " ;\n  "
_OF_ALL = {"provisional": as_.flag(terms.PROVISIONAL), "edition": as_.integer(terms.EDITION)}
_PROVISIONAL = f"{_NEXT}{curie(terms.PROVISIONAL)} true"
_EDITION = f"{_NEXT}{curie(terms.EDITION)} "


def block(record: Record) -> str:
    """The record's properties as Turtle, to stand after its subject. VocabularyError where Turtle cannot hold it."""
    return _WRITERS[type(record)](record)


def is_provisional(text: str) -> bool:
    """Whether a block of ours is that of a provisional record; a text within it never has its line breaks."""
    return _PROVISIONAL in text


def edition_of(text: str) -> int:
    """The edition of a block of ours."""
    start = text.rfind(_EDITION)
    return int(text[start + len(_EDITION) :].partition(" ")[0]) if start >= 0 else 0


def read_record(properties: Properties) -> Record:
    """The record with these properties, which are taken out; VocabularyError where it cannot be read."""
    for own in properties.classes():
        reader = _READERS.get(own)
        if reader is not None:
            try:
                return reader(properties)
            except (ValueError, VocabularyError) as error:
                raise VocabularyError(f"record {properties.subject} cannot be read: {error}") from error
    raise VocabularyError(f"record {properties.subject} is of no kind that this version knows")


def _columns(record_type: type[Record], table: Table) -> Iterator[tuple[str, Value, Any]]:
    """Name, kind of value and default of every field; NODEFAULT where a document must have it."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(record_type)}
    for name, value in {**table.fields, **_OF_ALL}.items():
        yield name, value, None if name in table.may_lack else defaults[name]


def _values_of(names: list[str]) -> Callable[[Record], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda record: tuple(getattr(record, name) for name in names)


def _writer(record_type: type[Record], table: Table) -> Callable[[Record], str]:
    columns = list(_columns(record_type, table))
    always = [(name, value) for name, value, default in columns if default is msgspec.NODEFAULT]
    mostly = [(name, value) for name, value, default in columns if default is None]
    rarely = [(name, value, default) for name, value, default in columns if default not in (msgspec.NODEFAULT, None)]
    classes = f" a {curie(table.wider)}, {curie(table.own)}"
    time = f'{_NEXT}{curie(table.time)} "%s"^^xsd:dateTime'
    rest = "".join(f"{_NEXT}{value.lead}%s" for _, value in always)
    dated, undated = classes + time + rest, classes + rest
    write_always = tuple(value.write for _, value in always)
    write_mostly = tuple((_NEXT + value.lead, value.write) for _, value in mostly)
    write_rarely = tuple((_NEXT + value.lead, value.write, default) for _, value, default in rarely)
    usual = tuple(default for _, _, default in rarely)
    always_of = _values_of([name for name, _ in always])
    mostly_of = _values_of([name for name, _ in mostly])
    rarely_of = _values_of([name for name, _, _ in rarely])

    def write(record: Record) -> str:
        at = record.at
        texts = map(call, write_always, always_of(record))
        is_dated = at.year != UNDATED.year or at != UNDATED
        text = dated % (at.isoformat(), *texts) if is_dated else undated % (*texts,)
        for value, (lead, write) in zip(mostly_of(record), write_mostly, strict=True):
            if value is not None:
                text += lead + write(value)
        unusual = rarely_of(record)
        if unusual != usual:
            for value, (lead, write, default) in zip(unusual, write_rarely, strict=True):
                if value != default:
                    text += lead + write(value)
        return text + " ."

    return write


def _reader(record_type: type[Record], table: Table) -> Callable[[Properties], Record]:
    columns = [(name, value.read, value.lead, default) for name, value, default in _columns(record_type, table)]
    time = as_.instant(table.time)

    def read(properties: Properties) -> Record:
        properties.drop_classes(table.wider, table.own)
        found: dict[str, Any] = {}
        for name, read_value, lead, default in columns:
            value = read_value(properties)
            if value is None:
                if default is msgspec.NODEFAULT:
                    raise ValueError(f"has no {lead.strip()}")
                value = default
            found[name] = value
        subject = properties.subject
        at = time.read(properties)
        if at is None:
            if not subject.partition("#")[0].endswith("/undated.ttl"):
                raise ValueError(f"has no {time.lead.strip()}")
            at = UNDATED
        return record_type(iri=IRI(subject), source=subject.split("/", 2)[1], at=at, **found)

    return read


_WRITERS = {record_type: _writer(record_type, table) for record_type, table in TABLES.items()}
_READERS = {table.own: _reader(record_type, table) for record_type, table in TABLES.items()}
