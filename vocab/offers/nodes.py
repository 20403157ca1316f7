"""One subject of an offer's graph, read value by value; each fault names the field of the offer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

from vocab.errors import VocabularyError
from vocab.offers.checks import MAX_PARTS, MAX_TEXT, OfferError
from vocab.offers.names import iri_of
from vocab.records import Money
from vocab.terms import TYPE

__all__ = ["Graph", "Node"]

Graph: TypeAlias = dict[str, dict[str, list[str]]]
"""Values of each property of each subject, as texts; blank nodes as ``_:name``."""

LARGEST: Final = 10**9
PLACES: Final = 6


class Node:
    """The subject ``name`` of a graph; ``field`` is what the offer calls a value, ``prop`` its JSON name."""

    def __init__(self, graph: Graph, name: str) -> None:
        self._graph = graph
        self.name = name
        self._values = graph.get(name, {})

    @property
    def properties(self) -> frozenset[str]:
        """Every property that is stated."""
        return frozenset(self._values)

    @property
    def kinds(self) -> list[str]:
        """Its types."""
        return self._values.get(TYPE, [])

    def optional(self, field: str, prop: str) -> str | None:
        """The one text with white space folded; None where there is none."""
        values = self._values.get(iri_of(prop), [])
        if len(values) > 1:
            raise OfferError(f"{field}: there is more than one {field}")
        return _plain(field, values[0]) if values else None

    def text(self, field: str, prop: str, *, default: str) -> str:
        """As ``optional``, with another value for none."""
        found = self.optional(field, prop)
        return default if found is None else found

    def required(self, field: str, prop: str) -> str:
        """A text that is there and not empty."""
        found = self.optional(field, prop)
        if not found:
            raise OfferError(f"{field}: there is no {field}")
        return found

    def texts(self, field: str, prop: str) -> list[str]:
        """All values, at most ``MAX_PARTS``."""
        values = self._values.get(iri_of(prop), [])
        if len(values) > MAX_PARTS:
            raise OfferError(f"{field}: there are more than {MAX_PARTS}")
        return [_plain(field, value) for value in values]

    def linked(self, field: str, prop: str) -> Node:
        """The one node that a property leads to; an empty one where there is none."""
        return Node(self._graph, self.optional(field, prop) or "")

    def parts(self, field: str, prop: str) -> Iterator[Node]:
        """All nodes that a property leads to."""
        return (Node(self._graph, name) for name in self.texts(field, prop))

    def day(self, field: str, prop: str) -> date:
        """A day; of a time the day that it names."""
        text = self.required(field, prop)
        try:
            return date.fromisoformat(text[:10])
        except ValueError as error:
            raise OfferError(f"{field}: {text[:40]} is not a day") from error

    def number(self, field: str, prop: str) -> Decimal | None:
        """A number from 0 to ``LARGEST`` with at most ``PLACES`` decimal places."""
        text = self.optional(field, prop)
        if text is None:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise OfferError(f"{field}: {text[:40]} is not a number") from error
        if not number.is_finite() or not 0 <= number < LARGEST:
            raise OfferError(f"{field}: {text[:40]} is out of range")
        if number != round(number, PLACES):
            raise OfferError(f"{field}: it has too many decimal places")
        return number

    def some(self, field: str, prop: str) -> Decimal:
        """A number that is there."""
        number = self.number(field, prop)
        if number is None:
            raise OfferError(f"{field}: there is no {field}")
        return number

    def money(self, field: str, prop: str, currency: str) -> Money | None:
        """An amount; OfferError where the currency has no such small unit."""
        number = self.number(field, prop)
        return None if number is None else _money(field, number, currency)

    def amount(self, field: str, prop: str, currency: str) -> Money:
        """An amount that is there."""
        return _money(field, self.some(field, prop), currency)

    def integer(self, field: str, prop: str) -> int | None:
        """A whole number."""
        number = self.number(field, prop)
        if number is not None and number != int(number):
            raise OfferError(f"{field}: it is not a whole number")
        return None if number is None else int(number)

    def truth(self, field: str, prop: str) -> bool:
        """``true``; false where nothing is said."""
        text = self.text(field, prop, default="false")
        if text not in {"true", "false"}:
            raise OfferError(f"{field}: it is true or false")
        return text == "true"


def _plain(field: str, value: str) -> str:
    if len(value) > 2 * MAX_TEXT:
        raise OfferError(f"{field}: it is too long or holds characters that cannot be shown")
    text = " ".join(value.split())
    if len(text) > MAX_TEXT or not text.isprintable():
        raise OfferError(f"{field}: it is too long or holds characters that cannot be shown")
    return text


def _money(field: str, number: Decimal, currency: str) -> Money:
    try:
        amount = Money.of(number, currency)
    except VocabularyError as error:
        raise OfferError(f"{field}: {error}") from error
    if amount.minor > LARGEST * 100:
        raise OfferError(f"{field}: it is out of range")
    return amount
