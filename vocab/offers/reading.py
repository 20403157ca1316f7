"""Reading schema:Offer out of JSON-LD: triples first, so every JSON-LD shape of the same offer reads the same.

What an offer says twice, or says in a word that is not known here, is a fault of that offer; the others stay.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import pyoxigraph

from vocab.errors import VocabularyError
from vocab.offers.checks import OfferError
from vocab.offers.contracting import read_contract
from vocab.offers.names import OFFER_PROPERTIES, iri_of
from vocab.offers.nodes import Graph, Node
from vocab.offers.terms import MAX_ARMS, WEEKDAYS, Offer, Product
from vocab.records import Money
from vocab.terms import CATEGORY, SCHEMA, TYPE

__all__ = ["MAX_BYTES", "MAX_OFFERS", "OfferFault", "read_offers"]

MAX_OFFERS: Final = 20_000
MAX_BYTES: Final = 16 * 1024 * 1024
"""Largest catalogue that agents read and businesses publish."""


@dataclass(frozen=True, slots=True)
class OfferFault:
    """An offer that was left out, with the reason; the others of its catalogue stay."""

    offer: str
    reason: str


def read_offers(content: bytes) -> tuple[tuple[Offer, ...], tuple[OfferFault, ...]]:
    """All offers of a JSON-LD document in order of their IRI, and what is wrong with the others.

    An arm that is left out takes its whole test with it, or the share of people that sees each other arm would change.
    ValueError where the document as a whole is no JSON-LD with its own context, or holds too many offers.
    """
    graph = _graph(content)
    iris = sorted(iri for iri, node in graph.items() if SCHEMA + "Offer" in node.get(TYPE, ()))
    if len(iris) > MAX_OFFERS:
        raise ValueError(f"more than {MAX_OFFERS} offers")
    offers, faults = [], []
    for iri in iris:
        try:
            offers.append(_offer(Node(graph, iri)))
        except VocabularyError as error:
            faults.append(OfferFault(iri, str(error)))
    broken = _broken_tests(offers, faults, graph)
    faults += [OfferFault(offer.iri, broken[offer.test]) for offer in offers if offer.test in broken]
    kept = (offer for offer in offers if offer.test not in broken)
    return tuple(kept), tuple(sorted(faults, key=lambda fault: fault.offer))


def _graph(content: bytes) -> Graph:
    graph: Graph = defaultdict(lambda: defaultdict(list))
    try:
        for quad in pyoxigraph.parse(content, format=pyoxigraph.RdfFormat.JSON_LD):
            graph[_text_of(quad.subject)][_text_of(quad.predicate)].append(_text_of(quad.object))
    except SyntaxError as error:
        raise ValueError(str(error)) from error
    return graph


def _text_of(term: object) -> str:
    match term:
        case pyoxigraph.NamedNode() | pyoxigraph.Literal():
            return str(term.value)
        case _:
            return str(term)


def _offer(node: Node) -> Offer:
    if node.name.startswith("_:"):
        raise OfferError("name: the offer has no IRI")
    unknown = node.properties - OFFER_PROPERTIES - {TYPE}
    if unknown:
        raise OfferError(f"{min(unknown)[:120]} is no property of an offer here")
    currency = node.text("currency", "priceCurrency", default="SGD")
    return Offer(
        iri=node.name,
        title=node.required("title", "name"),
        seller=node.linked("seller", "seller").required("seller", "name"),
        categories=tuple(sorted(name.removeprefix(CATEGORY) for name in node.texts("categories", "category"))),
        currency=currency,
        valid_from=node.day("valid_from", "validFrom"),
        valid_through=node.day("valid_through", "validThrough"),
        percent=node.number("percent", "discountPercent"),
        off=node.money("off", "discountAmount", currency),
        price=node.money("price", "price", currency),
        minimum=_minimum(node, currency),
        cap=node.money("cap", "discountCap", currency),
        uses=node.integer("uses", "usesPerPerson"),
        days=_days(node),
        new_customers=node.truth("new_customers", "newCustomersOnly"),
        first_purchase=node.truth("first_purchase", "firstPurchaseOnly"),
        absent_days=node.integer("absent_days", "absentDays"),
        stores=tuple(sorted(place.required("stores", "name") for place in node.parts("stores", "availableAtOrFrom"))),
        products=_products(node),
        code=node.optional("code", "code"),
        test=node.optional("test", "test"),
        arm=node.optional("arm", "arm"),
        conditions=node.text("conditions", "description", default=""),
        terms=read_contract(node, currency),
    )


def _minimum(node: Node, currency: str) -> Money | None:
    volume = node.linked("minimum", "eligibleTransactionVolume")
    return volume.money("minimum", "minPrice", volume.text("minimum", "priceCurrency", default=currency))


def _days(node: Node) -> tuple[str, ...]:
    named = {day.removeprefix(SCHEMA) for day in node.texts("days", "validOnDay")}
    if named - set(WEEKDAYS):
        raise OfferError("days: they are weekdays such as Monday")
    return tuple(day for day in WEEKDAYS if day in named)


def _products(node: Node) -> tuple[Product, ...]:
    found = [
        Product(
            gtin=part.optional("gtin", "gtin"),
            name=part.optional("products", "name"),
            group=part.optional("products", "productGroup"),
            section=part.optional("products", "section"),
        )
        for part in node.parts("products", "itemOffered")
    ]
    return tuple(sorted(found, key=lambda product: product.words))


def _broken_tests(offers: list[Offer], faults: list[OfferFault], graph: Graph) -> dict[str | None, str]:
    """Why a test cannot be run: an arm of it is left out, it has one arm, too many, or two of one name."""
    arms = defaultdict[str, list[str]](list)
    for offer in offers:
        if offer.test and offer.arm:
            arms[offer.test].append(offer.arm)
    broken: dict[str | None, str] = {}
    for test, named in arms.items():
        if not 2 <= len(named) <= MAX_ARMS or len(set(named)) != len(named):
            broken[test] = f"test: it has 2 to {MAX_ARMS} arms, each of another name"
    for fault in faults:
        for test in graph[fault.offer].get(iri_of("test"), ()):
            broken[test] = "test: another arm of it is left out"
    return broken
