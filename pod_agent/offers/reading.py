"""Reading schema:Offer out of JSON-LD: triples first, so every JSON-LD shape of the same offer reads the same."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

import pyoxigraph

from pod_agent.offers.offer import Offer
from vocab.errors import VocabularyError
from vocab.records import Money
from vocab.taxonomy import CATEGORIES
from vocab.terms import CATEGORY, PA, SCHEMA, TYPE

__all__ = ["MAX_OFFERS", "OfferFault", "read_offers"]

MAX_OFFERS = 20_000
MAX_TEXT = 400

Node: TypeAlias = dict[str, list[str]]
"""Values of each property of one subject; blank nodes as ``_:name``."""


@dataclass(frozen=True, slots=True)
class OfferFault:
    """An offer that was left out, with the reason; the others of its catalogue stay."""

    offer: str
    reason: str


class _FaultError(ValueError):
    """This one offer cannot be used."""


def read_offers(content: bytes) -> tuple[tuple[Offer, ...], tuple[OfferFault, ...]]:
    """All offers of a JSON-LD document in order of their IRI, and what is wrong with the others.

    ValueError where the document as a whole is no JSON-LD with its own context, or holds too many offers.
    """
    nodes = _nodes(content)
    iris = sorted(iri for iri, node in nodes.items() if SCHEMA + "Offer" in node.get(TYPE, ()))
    if len(iris) > MAX_OFFERS:
        raise ValueError(f"more than {MAX_OFFERS} offers")
    offers, faults = [], []
    for iri in iris:
        try:
            offers.append(_offer(iri, nodes))
        except (_FaultError, VocabularyError) as error:
            faults.append(OfferFault(iri, str(error)))
    return tuple(offers), tuple(faults)


def _nodes(content: bytes) -> dict[str, Node]:
    nodes: dict[str, Node] = defaultdict(lambda: defaultdict(list))
    try:
        for quad in pyoxigraph.parse(content, format=pyoxigraph.RdfFormat.JSON_LD):
            nodes[_text_of(quad.subject)][_text_of(quad.predicate)].append(_text_of(quad.object))
    except SyntaxError as error:
        raise ValueError(str(error)) from error
    return nodes


def _text_of(term: object) -> str:
    match term:
        case pyoxigraph.NamedNode() | pyoxigraph.Literal():
            return str(term.value)
        case _:
            return str(term)


def _offer(iri: str, nodes: dict[str, Node]) -> Offer:
    node = nodes[iri]
    if iri.startswith("_:"):
        raise _FaultError("the offer has no IRI")
    currency = _one(node, SCHEMA + "priceCurrency", required=False) or "SGD"
    offer = Offer(
        iri=iri,
        title=_required(node, SCHEMA + "name"),
        seller=_required(_linked(node, SCHEMA + "seller", nodes), SCHEMA + "name"),
        category=(_one(node, SCHEMA + "category", required=False) or "").removeprefix(CATEGORY) or None,
        valid_from=_day(node, SCHEMA + "validFrom"),
        valid_through=_day(node, SCHEMA + "validThrough"),
        percent=_number(node, PA + "discountPercent"),
        off=_money(node, PA + "discountAmount", currency),
        price=_money(node, SCHEMA + "price", currency),
        minimum=_minimum(node, nodes, currency),
        cap=_money(node, PA + "discountCap", currency),
        once=_one(node, PA + "singleUse", required=False) == "true",
        conditions=_one(node, SCHEMA + "description", required=False) or "",
    )
    _check(offer)
    return offer


def _check(offer: Offer) -> None:
    if offer.category is not None and offer.category not in CATEGORIES:
        raise _FaultError(f"{offer.category} is no category of the public taxonomy")
    if offer.valid_from > offer.valid_through:
        raise _FaultError("the offer ends before it begins")
    if offer.percent is None and offer.off is None and offer.price is None:
        raise _FaultError("the offer has neither a discount nor a price")
    if offer.percent is not None and offer.percent > 100:
        raise _FaultError("a discount of more than 100 %")


def _minimum(node: Node, nodes: dict[str, Node], currency: str) -> Money | None:
    volume = _linked(node, SCHEMA + "eligibleTransactionVolume", nodes)
    return _money(volume, SCHEMA + "minPrice", _one(volume, SCHEMA + "priceCurrency", required=False) or currency)


def _linked(node: Node, name: str, nodes: dict[str, Node]) -> Node:
    return nodes.get(_one(node, name, required=False) or "", {})


def _one(node: Node, name: str, *, required: bool) -> str | None:
    values = node.get(name, [])
    short = name.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    if len(values) > 1:
        raise _FaultError(f"more than one {short}")
    if not values:
        if required:
            raise _FaultError(f"no {short}")
        return None
    text = " ".join(values[0].split())
    if len(text) > MAX_TEXT or not text.isprintable():
        raise _FaultError(f"{short} is too long or holds characters that cannot be shown")
    return text


def _required(node: Node, name: str) -> str:
    text = _one(node, name, required=True)
    if not text:
        raise _FaultError(f"no {name.rsplit('/', 1)[-1]}")
    return text


def _day(node: Node, name: str) -> date:
    text = _required(node, name)
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise _FaultError(f"{text} is not a day") from error


def _number(node: Node, name: str) -> Decimal | None:
    text = _one(node, name, required=False)
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise _FaultError(f"{text} is not a number") from error
    if not number.is_finite() or not 0 < number < 10**9:
        raise _FaultError(f"{text} is out of range")
    return number


def _money(node: Node, name: str, currency: str) -> Money | None:
    number = _number(node, name)
    return None if number is None else Money.of(number, currency)
