"""Kinds of value: how a field of a record stands in a document, and how it is read from there.

Each function gives a ``Value`` for one field; ``tables`` says which field has which. ``read`` gives None where the
document has no such property and raises ValueError where it has a wrong one; the message names the property.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from vocab import terms
from vocab.errors import VocabularyError
from vocab.mapping.properties import BASE, Properties
from vocab.measures import MEASURES
from vocab.records.base import IRI, Money
from vocab.terms import curie
from vocab.turtle import NAME, decimal, literal
from vocab.turtle import number as number_text

__all__ = [
    "Value",
    "address",
    "category",
    "concept_curie",
    "day",
    "flag",
    "instant",
    "integer",
    "measure",
    "money",
    "number",
    "one_of",
    "path",
    "record",
    "text",
]

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_RECORD = re.compile(rf"data/[a-z0-9_-][a-z0-9._-]*/[a-z-]+/[0-9]{{4}}/[0-9]{{4}}-[0-9]{{2}}\.ttl#{NAME}")
_CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]++|%[0-9A-Fa-f]{2})"
_LINK = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
    rf"(?:[/?]{_CHARACTER}*+)?(?:#{_CHARACTER}*+)?"
)
_TRACK = re.compile(r"spotify:[a-z]+:[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Value:
    """One field in a document: ``lead`` and what ``write`` gives make its properties, without ``;`` at the end."""

    lead: str
    write: Callable[[Any], str]
    read: Callable[[Properties], Any]


def text(predicate: str) -> Value:
    """Text as it is."""
    return Value(f"{curie(predicate)} ", literal, lambda properties: properties.text(predicate))


def integer(predicate: str) -> Value:
    """A whole number."""

    def read(properties: Properties) -> int | None:
        found = properties.text(predicate)
        if found is None:
            return None
        if not _INTEGER.fullmatch(found):
            raise ValueError(f"has a {curie(predicate)} that is no whole number")
        return int(found)

    return Value(f"{curie(predicate)} ", int.__repr__, read)


def number(predicate: str) -> Value:
    """A decimal number; equal ones are written with the same characters."""

    def write(value: Decimal) -> str:
        return f'"{number_text(value)}"^^xsd:decimal'

    return Value(f"{curie(predicate)} ", write, lambda properties: _decimal(properties, predicate))


def flag(predicate: str) -> Value:
    """Yes or no."""

    def read(properties: Properties) -> bool | None:
        found = properties.text(predicate)
        if found is None:
            return None
        if found not in _FLAGS:
            raise ValueError(f"has a {curie(predicate)} that is neither true nor false")
        return _FLAGS[found]

    return Value(f"{curie(predicate)} ", {True: "true", False: "false"}.__getitem__, read)


def day(predicate: str) -> Value:
    """A calendar day."""

    @lru_cache(maxsize=4096)
    def write(value: date) -> str:
        return f'"{value.isoformat()}"^^xsd:date'

    def read(properties: Properties) -> date | None:
        found = properties.text(predicate)
        return None if found is None else date.fromisoformat(found)

    return Value(f"{curie(predicate)} ", write, read)


def instant(predicate: str) -> Value:
    """A time with its zone."""

    def write(value: datetime) -> str:
        return f'"{value.isoformat()}"^^xsd:dateTime'

    def read(properties: Properties) -> datetime | None:
        found = properties.text(predicate)
        if found is None:
            return None
        value = datetime.fromisoformat(found)
        if value.tzinfo is None:
            raise ValueError(f"has a {curie(predicate)} without a zone")
        return value

    return Value(f"{curie(predicate)} ", write, read)


def money(amount: str, currency: str) -> Value:
    """An amount in major units, and its currency."""
    second = f'"^^xsd:decimal ;\n  {curie(currency)} '

    @lru_cache(maxsize=256)
    def end(code: str) -> str:
        return second + literal(code)

    def write(value: Money) -> str:
        return f'"{decimal(value)}{end(value.currency)}'

    def read(properties: Properties) -> Money | None:
        found = _decimal(properties, amount)
        if found is None:
            return None
        code = properties.text(currency)
        if code is None:
            raise ValueError(f"has no {curie(currency)}")
        return Money.of(found, code)

    return Value(f"{curie(amount)} ", write, read)


def one_of(predicate: str, iris: Mapping[Any, str]) -> Value:
    """A member of an enumeration, as the IRI that stands for it."""
    members = {iri: member for member, iri in iris.items()}

    def read(properties: Properties) -> StrEnum:
        found = properties.iri(predicate)
        if found not in members:
            raise ValueError(f"has an unknown {curie(predicate)}")
        member: StrEnum = members[found]
        return member

    return Value(f"{curie(predicate)} ", {member: curie(iri) for member, iri in iris.items()}.__getitem__, read)


def category(predicate: str) -> Value:
    """A category, as its concept."""

    def read(properties: Properties) -> str:
        slug = terms.concept_slug(properties.iri(predicate) or "")
        if slug is None:
            raise ValueError(f"has no {curie(predicate)}")
        return slug

    return Value(f"{curie(predicate)} ", concept_curie, read)


@lru_cache(maxsize=256)
def concept_curie(slug: str) -> str:
    """The category's concept as documents write it."""
    if not _SLUG.fullmatch(slug):
        raise VocabularyError(f"not a category: {slug!r}")
    return f"category:{slug}"


def measure(predicate: str, unit: str) -> Value:
    """A measure as its concept, and the unit that all its values have: another unit makes a record unreadable."""
    iris = {name: (terms.MEASURE + name, entry.unit_iri) for name, entry in MEASURES.items()}
    written = {name: f"{curie(concept)} ;\n  {curie(unit)} {curie(of)}" for name, (concept, of) in iris.items()}
    names = {pair: name for name, pair in iris.items()}

    def write(name: str) -> str:
        if name not in written:
            raise VocabularyError("not a measure of the vocabulary")
        return written[name]

    def read(properties: Properties) -> str:
        pair = (properties.iri(predicate) or "", properties.iri(unit) or "")
        if pair not in names:
            raise ValueError(f"has an unknown {curie(predicate)}, or one with another {curie(unit)}")
        return names[pair]

    return Value(f"{curie(predicate)} ", write, read)


def address(predicate: str, otherwise: str) -> Value:
    """An address: a link where it is one (http, https, Spotify), text under the property ``otherwise`` if not.

    Paths with dot segments are no links, because whoever reads a link may resolve them.
    """
    link, plain = f"{curie(predicate)} <%s>", f"{curie(otherwise)} "

    @lru_cache(maxsize=4096)
    def write(value: str) -> str:
        if _TRACK.fullmatch(value) or (_LINK.fullmatch(value) and "/." not in value):
            return link % value
        return plain + literal(value)

    def read(properties: Properties) -> str | None:
        if predicate == otherwise:
            value = properties.single(predicate)
            return None if value is None else value.value
        found = properties.iri(predicate)
        return properties.text(otherwise) if found is None else found

    return Value("", write, read)


def record(predicate: str) -> Value:
    """Another record of the same container, from a document that has a month like its own."""

    def write(value: IRI) -> str:
        if not _RECORD.fullmatch(value):
            raise VocabularyError("a link to another record is not the IRI of one")
        return f"<../../../../{value}>"

    def read(properties: Properties) -> IRI | None:
        found = properties.iri(predicate)
        if found is None:
            return None
        value = found.removeprefix(BASE)
        if value == found or not _RECORD.fullmatch(value):
            raise ValueError(f"has a {curie(predicate)} that is no record")
        return IRI(value)

    return Value(f"{curie(predicate)} ", write, read)


def path(predicate: str) -> Value:
    """Names from the widest to the narrowest, in one text: ``Food > Dairy``; a backslash precedes ``>`` in a name."""

    def write(value: tuple[str, ...]) -> str:
        return literal(" > ".join(name.replace("\\", "\\\\").replace(">", "\\>") for name in value))

    def read(properties: Properties) -> tuple[str, ...] | None:
        found = properties.text(predicate)
        return None if found is None else tuple(re.sub(r"\\(.)", r"\1", name) for name in found.split(" > "))

    return Value(f"{curie(predicate)} ", write, read)


def _decimal(properties: Properties, predicate: str) -> Decimal | None:
    found = properties.single(predicate)
    if found is None:
        return None
    if isinstance(found, ox.NamedNode) or not _DECIMAL.fullmatch(found.value):
        raise ValueError(f"has a {curie(predicate)} that is no decimal number")
    return Decimal(found.value)
