"""Records to Turtle and back; one pair of functions for each kind of record.

Text is written by template and read with pyoxigraph: a graph library in the path of an import costs 18 to 80 times
as much. Properties stand in a fixed order. What other programs added to a document (foreign triples) is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from vocab import terms
from vocab.errors import VocabularyError
from vocab.records import IRI, Listen, Medium, Money, Record, Transaction, TransactionKind
from vocab.terms import curie
from vocab.turtle import NAME, Document, decimal, home, join, literal

__all__ = ["BASE", "block", "category_scheme", "from_turtle", "parse", "to_turtle", "triples"]

BASE: Final = "http://pod.invalid/"
"""Stands for the agent's container while a document is parsed: documents do not name the pod they lie in."""

Value = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

KINDS: Final = {
    TransactionKind.SPEND: terms.SPEND,
    TransactionKind.REFUND: terms.REFUND,
    TransactionKind.FEE: terms.FEE,
    TransactionKind.INCOME: terms.INCOME,
    TransactionKind.TRANSFER: terms.TRANSFER,
    TransactionKind.CASH: terms.CASH,
}
MEDIA: Final = {Medium.MUSIC: terms.MUSIC, Medium.PODCAST: terms.PODCAST, Medium.AUDIOBOOK: terms.AUDIOBOOK}

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TRACK_IRI = re.compile(r"spotify:[a-z]+:[A-Za-z0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


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


def category_scheme(slugs: Iterable[str]) -> bytes:
    """The categories as a SKOS concept scheme, Turtle."""
    scheme = f"<{terms.CATEGORY}>"
    lines = [f"@prefix {name}: <{terms.PREFIXES[name]}> .\n" for name in ("category", "skos")]
    lines.append(f"\n{scheme} a {curie(terms.CONCEPT_SCHEME)} .\n")
    for slug in sorted(slugs):
        label = slug.replace("-", " ")
        lines.append(
            f"\n{_concept(slug)} a {curie(terms.CONCEPT)} ;\n"
            f"  {curie(terms.IN_SCHEME)} {scheme} ;\n"
            f"  {curie(terms.NOTATION)} {literal(slug)} ;\n"
            f"  {curie(terms.PREF_LABEL)} {literal(label)}@en .\n"
        )
    return "".join(lines).encode()


_TRANSACTION = (
    f" a {curie(terms.MONEY_TRANSFER)}, {curie(terms.TRANSACTION)} ;\n"
    f'  {curie(terms.START_TIME)} "%s"^^{curie(terms.XSD_DATE_TIME)} ;\n'
    f'  {curie(terms.AMOUNT)} "%s"^^{curie(terms.XSD_DECIMAL)} ;\n'
    f"  {curie(terms.CURRENCY)} %s ;\n"
    f"  {curie(terms.DESCRIPTION)} %s ;\n"
    f"  {curie(terms.ACCOUNT)} %s ;\n"
    f"  {curie(terms.MERCHANT)} %s ;\n"
    f"  {curie(terms.CATEGORY_OF)} %s ;\n"
    f"  {curie(terms.KIND)} %s"
)
_VALUE_DATE = f' ;\n  {curie(terms.VALUE_DATE)} "%s"^^{curie(terms.XSD_DATE)}'
_ORIGINAL = (
    f' ;\n  {curie(terms.ORIGINAL_AMOUNT)} "%s"^^{curie(terms.XSD_DECIMAL)} ;\n  {curie(terms.ORIGINAL_CURRENCY)} %s'
)
_COUNTERPARTY = f" ;\n  {curie(terms.COUNTERPARTY)} %s"
_KIND_CURIES = {kind: curie(iri) for kind, iri in KINDS.items()}

_LISTEN = (
    f" a {curie(terms.LISTEN_ACTION)}, {curie(terms.LISTEN)} ;\n"
    f'  {curie(terms.START_TIME)} "%s"^^{curie(terms.XSD_DATE_TIME)} ;\n'
    f"  {curie(terms.PLAYED_MS)} %d ;\n"
    f"  {curie(terms.MEDIUM)} %s ;\n"
    f"  {curie(terms.TITLE)} %s"
)
_ARTIST = f" ;\n  {curie(terms.ARTIST)} %s"
_ALBUM = f" ;\n  {curie(terms.ALBUM)} %s"
_OBJECT = f" ;\n  {curie(terms.OBJECT)} <%s>"
_IDENTIFIER = f" ;\n  {curie(terms.IDENTIFIER)} %s"
_SKIPPED = {flag: f" ;\n  {curie(terms.SKIPPED)} {str(flag).lower()}" for flag in (True, False)}
_MEDIUM_CURIES = {medium: curie(iri) for medium, iri in MEDIA.items()}


@lru_cache(maxsize=256)
def _concept(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise VocabularyError(f"not a category: {slug!r}")
    return f"category:{slug}"


def _transaction_block(record: Transaction) -> str:
    text = _TRANSACTION % (
        record.at.isoformat(),
        decimal(record.amount),
        literal(record.amount.currency),
        literal(record.description),
        literal(record.account),
        literal(record.merchant),
        _concept(record.category),
        _KIND_CURIES[record.kind],
    )
    if record.value_date is not None:
        text += _VALUE_DATE % record.value_date.isoformat()
    if record.original is not None:
        text += _ORIGINAL % (decimal(record.original), literal(record.original.currency))
    if record.counterparty is not None:
        text += _COUNTERPARTY % literal(record.counterparty)
    return text + " ."


def _listen_block(record: Listen) -> str:
    text = _LISTEN % (record.at.isoformat(), record.played_ms, _MEDIUM_CURIES[record.medium], literal(record.title))
    if record.artist is not None:
        text += _ARTIST % literal(record.artist)
    if record.album is not None:
        text += _ALBUM % literal(record.album)
    track = record.track
    if track is not None:
        text += _OBJECT % track if _TRACK_IRI.fullmatch(track) else _IDENTIFIER % literal(track)
    if record.skipped is not None:
        text += _SKIPPED[record.skipped]
    return text + " ."


class _Properties:
    """The properties of one subject; reading one takes it out, so what is left at the end is foreign."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.values: dict[str, list[Value]] = {}

    def add(self, predicate: str, value: Value) -> None:
        self.values.setdefault(predicate, []).append(value)

    def is_a(self, *classes: str) -> bool:
        """Take these classes out of the subject's types; False where the last, our own, is missing."""
        types = self.values.get(terms.TYPE, [])
        rest = [value for value in types if not (isinstance(value, ox.NamedNode) and value.value in classes)]
        found = any(isinstance(value, ox.NamedNode) and value.value == classes[-1] for value in types)
        if found:
            self.values[terms.TYPE] = rest
        return found

    def optional(self, predicate: str, kind: type[ox.NamedNode | ox.Literal] = ox.Literal) -> str | None:
        values = self.values.pop(predicate, [])
        if not values:
            return None
        if len(values) > 1 or not isinstance(values[0], kind):
            raise ValueError(f"has no single {curie(predicate)}")
        return values[0].value

    def text(self, predicate: str) -> str:
        value = self.optional(predicate)
        if value is None:
            raise ValueError(f"has no {curie(predicate)}")
        return value

    def one_of(self, predicate: str, names: dict[str, str]) -> str:
        value = self.optional(predicate, ox.NamedNode)
        if value not in names:
            raise ValueError(f"has an unknown {curie(predicate)}")
        return names[value]

    def money(self, amount: str, currency: str) -> Money | None:
        number = self.optional(amount)
        if number is None:
            return None
        if not _DECIMAL.fullmatch(number):
            raise ValueError(f"has a {curie(amount)} that is no decimal number")
        return Money.of(Decimal(number), self.text(currency))


_KINDS_BY_IRI = {iri: kind.value for kind, iri in KINDS.items()}
_MEDIA_BY_IRI = {iri: medium.value for medium, iri in MEDIA.items()}


def _read_transaction(properties: _Properties) -> Transaction:
    amount = properties.money(terms.AMOUNT, terms.CURRENCY)
    if amount is None:
        raise ValueError(f"has no {curie(terms.AMOUNT)}")
    category = terms.concept_slug(properties.optional(terms.CATEGORY_OF, ox.NamedNode) or "")
    if category is None:
        raise ValueError(f"has no {curie(terms.CATEGORY_OF)}")
    value_date = properties.optional(terms.VALUE_DATE)
    return Transaction(
        iri=IRI(properties.subject),
        source=_source(properties.subject),
        at=datetime.fromisoformat(properties.text(terms.START_TIME)),
        account=properties.text(terms.ACCOUNT),
        amount=amount,
        description=properties.text(terms.DESCRIPTION),
        merchant=properties.text(terms.MERCHANT),
        category=category,
        kind=TransactionKind(properties.one_of(terms.KIND, _KINDS_BY_IRI)),
        value_date=date.fromisoformat(value_date) if value_date else None,
        original=properties.money(terms.ORIGINAL_AMOUNT, terms.ORIGINAL_CURRENCY),
        counterparty=properties.optional(terms.COUNTERPARTY),
    )


def _read_listen(properties: _Properties) -> Listen:
    skipped = properties.optional(terms.SKIPPED)
    track = properties.optional(terms.OBJECT, ox.NamedNode)
    return Listen(
        iri=IRI(properties.subject),
        source=_source(properties.subject),
        at=datetime.fromisoformat(properties.text(terms.START_TIME)),
        played_ms=int(properties.text(terms.PLAYED_MS)),
        medium=Medium(properties.one_of(terms.MEDIUM, _MEDIA_BY_IRI)),
        title=properties.text(terms.TITLE),
        artist=properties.optional(terms.ARTIST),
        album=properties.optional(terms.ALBUM),
        track=track if track is not None else properties.optional(terms.IDENTIFIER),
        skipped=None if skipped is None else skipped in {"true", "1"},
    )


_WRITERS: dict[type[Record], Callable[..., str]] = {Transaction: _transaction_block, Listen: _listen_block}
_READERS: tuple[tuple[tuple[str, str], Callable[[_Properties], Record]], ...] = (
    ((terms.MONEY_TRANSFER, terms.TRANSACTION), _read_transaction),
    ((terms.LISTEN_ACTION, terms.LISTEN), _read_listen),
)


def block(record: Record) -> str:
    """The record's properties as Turtle, to stand after its subject. VocabularyError where Turtle cannot hold it."""
    return _WRITERS[type(record)](record)


def parse(content: bytes, path: str) -> tuple[list[Record], tuple[str, ...]]:
    """Records (as from_turtle) and foreign triples: N-Triples lines in which IRIs of our container are relative."""
    first = home(path)
    is_record = re.compile(re.escape(f"{BASE}{first}#") + NAME).fullmatch
    subjects: dict[str, _Properties] = {}
    foreign: list[str] = []
    up = "../" * path.count("/")
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path):
            subject, predicate = quad.subject, quad.predicate.value
            if isinstance(subject, ox.NamedNode) and is_record(subject.value):
                iri = subject.value.removeprefix(BASE)
                properties = subjects.get(iri) or subjects.setdefault(iri, _Properties(iri))
                properties.add(predicate, quad.object)
            elif not (predicate == terms.SEE_ALSO and subject == ox.NamedNode(BASE + path)):
                foreign.append(_line(subject, predicate, quad.object, up))
    except SyntaxError as error:
        raise VocabularyError(f"{path} is not Turtle: {error.msg}") from error
    records = [_record(subjects[iri]) for iri in sorted(subjects)]
    for properties in subjects.values():
        subject = ox.NamedNode(BASE + properties.subject)
        for predicate, values in properties.values.items():
            foreign.extend(_line(subject, predicate, value, up) for value in values)
    return records, tuple(foreign)


def _record(properties: _Properties) -> Record:
    for classes, reader in _READERS:
        if properties.is_a(*classes):
            try:
                return reader(properties)
            except (ValueError, VocabularyError) as error:
                raise VocabularyError(f"record {properties.subject} cannot be read: {error}") from error
    raise VocabularyError(f"record {properties.subject} is of no kind that this version knows")


def _line(subject: ox.NamedNode | ox.BlankNode | ox.Triple, predicate: str, value: Value, up: str) -> str:
    return f"{_relative(subject, up)} <{predicate}> {_relative(value, up)} ."


def _relative(term: Value, up: str) -> str:
    if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
        return f"<{up}{term.value.removeprefix(BASE)}>"
    return str(term)


def _source(iri: str) -> str:
    return iri.split("/", 2)[1]
