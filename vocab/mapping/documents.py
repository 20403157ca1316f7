"""Documents of records: their bytes, and what is in bytes that others may have changed.

What other programs added to a document (foreign triples) is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph as ox

from vocab import terms
from vocab.errors import VocabularyError
from vocab.mapping.blocks import block, read_record
from vocab.mapping.properties import BASE, Properties, Term
from vocab.records import Record
from vocab.turtle import NAME, Document, home, join

__all__ = ["from_turtle", "parse", "to_turtle", "triples"]


def to_turtle(records: Iterable[Record], path: str) -> bytes:
    """The document at ``path`` with these records: the same bytes whatever their order."""
    blocks: dict[str, str] = {}
    for record in records:
        document, _, name = record.iri.partition("#")
        if document != home(path) or not name:
            raise VocabularyError(f"record {record.iri} does not belong to {path}")
        blocks[name] = block(record)
    return join(Document(blocks), path)


def from_turtle(content: bytes, path: str) -> list[Record]:
    """The records of a document, in the order of their IRIs; foreign triples are passed over.

    VocabularyError where the bytes are not Turtle, or where a record cannot be read: it names the subject.
    """
    return parse(content, path)[0]


def triples(record: Record, root: str) -> list[ox.Triple]:
    """The record's triples for an export, with the IRI of the agent's container (``root``, ends in ``/``)."""
    document = record.iri.partition("#")[0]
    content = to_turtle([record], document)
    return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=root + document)]


def parse(content: bytes, path: str) -> tuple[list[Record], tuple[str, ...]]:
    """Records (as from_turtle) and foreign triples: N-Triples lines in which IRIs of our container are relative."""
    first = home(path)
    is_record = re.compile(re.escape(f"{BASE}{first}#") + NAME).fullmatch
    subjects: dict[str, Properties] = {}
    foreign: list[str] = []
    up = "../" * path.count("/")
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path):
            subject, predicate = quad.subject, quad.predicate.value
            if isinstance(subject, ox.NamedNode) and is_record(subject.value):
                iri = subject.value.removeprefix(BASE)
                properties = subjects.get(iri) or subjects.setdefault(iri, Properties(iri))
                properties.add(predicate, quad.object)
            elif not (predicate == terms.SEE_ALSO and subject == ox.NamedNode(BASE + path)):
                foreign.append(_line(subject, predicate, quad.object, up))
    except SyntaxError as error:
        raise VocabularyError(f"{path} is not Turtle: {error.msg}") from error
    records = [read_record(subjects[iri]) for iri in sorted(subjects)]
    for properties in subjects.values():
        subject = ox.NamedNode(BASE + properties.subject)
        for predicate, values in properties.values.items():
            foreign.extend(_line(subject, predicate, value, up) for value in values)
    return records, tuple(foreign)


def _line(subject: ox.NamedNode | ox.BlankNode | ox.Triple, predicate: str, value: Term, up: str) -> str:
    return f"{_relative(subject, up)} <{predicate}> {_relative(value, up)} ."


def _relative(term: Term, up: str) -> str:
    if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
        return f"<{up}{term.value.removeprefix(BASE)}>"
    return str(term)
