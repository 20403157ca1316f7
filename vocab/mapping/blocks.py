"""A record as a block of Turtle and back, by the table of its class.

Tables are compiled once into a writer and a reader, because both run for every row of an import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from vocab import terms
from vocab.errors import VocabularyError
from vocab.mapping import values as as_
from vocab.mapping.properties import Properties
from vocab.mapping.tables import TABLES, Table
from vocab.mapping.values import Value
from vocab.records.base import IRI, UNDATED, Record, time_text
from vocab.terms import curie
from vocab.turtle import literal

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


def _writer(record_type: type[Record], table: Table) -> Callable[[Record], str]:
    """A function with one expression for each field, as dataclasses and structs make theirs, and one f-string.

    Only names of fields and numbers get into its text; whatever else it needs is handed to it.
    """
    columns = list(_columns(record_type, table))
    columns.sort(key=lambda column: 0 if column[2] is msgspec.NODEFAULT else 1 if column[2] is None else 2)
    handed: dict[str, Any] = {"UNDATED": UNDATED, "time_text": time_text}
    handed["kind"] = f" a {curie(table.wider)}, {curie(table.own)}"
    handed["time"] = f'{handed["kind"]}{_NEXT}{curie(table.time)} "'
    lines: list[str] = []
    text = ""
    for number, (name, value, default) in enumerate(columns):
        handed |= {f"lead_{number}": _NEXT + value.lead, f"write_{number}": value.write, f"default_{number}": default}
        lines.append(f"value_{number} = record.{name}")
        if value.write is literal:
            handed["literal"] = literal
            plain = f"value_{number}.isprintable() and '\"' not in value_{number} and '\\\\' not in value_{number}"
            written = f"f'{{lead_{number}}}\"{{value_{number}}}\"' if {plain} else "
            written += f"lead_{number} + literal(value_{number})"
        else:
            written = f"lead_{number} + write_{number}(value_{number})"
        if default is not msgspec.NODEFAULT:
            has_none = f"value_{number} is None" if default is None else f"value_{number} == default_{number}"
            written = f"'' if {has_none} else {written}"
        lines.append(f"text_{number} = {written}")
        text += f"{{text_{number}}}"
    body = [
        *lines,
        "at = record.at",
        f"if at.year != {UNDATED.year} or at != UNDATED:",
        f"    return f'{{time}}{{time_text(at)}}\"^^xsd:dateTime{text} .'",
        f"return f'{{kind}}{text} .'",
    ]
    exec("def write(record):\n " + "\n ".join(body), handed)  # noqa: S102 - made of our own names alone
    write: Callable[[Record], str] = handed["write"]
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
