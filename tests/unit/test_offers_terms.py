"""The own terms of offers: what the catalogue writes is what the ontology describes and the shape demands."""

from __future__ import annotations

import json
import re
from datetime import date
from importlib.resources import files

import pyoxigraph as ox
import pytest
from pyshacl import validate
from rdflib import Graph

from aggregator.catalogue import catalogue_document, demo_offers
from vocab.offers.names import CONTEXT
from vocab.offers.reading import read_offers
from vocab.terms import PA

NT = ox.RdfFormat.N_TRIPLES
DOCUMENT = catalogue_document(
    demo_offers(date(2026, 11, 1)), iri="https://shop.example/catalogue", publisher="Shop", published=date(2026, 11, 1)
)


def described() -> dict[str, str]:
    """Every own term of the ontology, with what it is."""
    quads = ox.parse(files("vocab").joinpath("ontology", "offers.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    return {
        quad.subject.value: quad.object.value
        for quad in quads
        if isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode)
        and quad.predicate.value.endswith("#type")
    }


def test_the_ontology_describes_exactly_the_own_properties_of_the_context() -> None:
    named = {value.get("@id", "") if isinstance(value, dict) else str(value) for value in CONTEXT.values() if value}
    written = {PA + name.removeprefix("pa:") for name in named if name.startswith("pa:")}
    assert {iri for iri, kind in described().items() if kind.endswith("#Property")} == written


def test_every_own_term_of_a_catalogue_is_in_the_ontology() -> None:
    used = set()
    for quad in ox.parse(DOCUMENT, format=ox.RdfFormat.JSON_LD):
        used |= {term.value for term in (quad.predicate, quad.object) if isinstance(term, ox.NamedNode)}
    own = {iri for iri in used if iri.startswith(PA)}
    assert own <= described().keys()
    assert len(own) > 30


def test_a_catalogue_names_no_address_but_its_own_and_those_of_its_terms() -> None:
    found = set(re.findall(r"https?://[^\"#]+", json.dumps(json.loads(DOCUMENT))))
    assert found == {
        "https://shop.example/catalogue",
        "http://schema.org/",
        "https://w3id.org/pod-agent",
        "http://www.w3.org/2001/XMLSchema",
    }


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"validThrough": "2026-10-31"},
        {"discountPercent": "101", "discountAmount": None},
        {"name": "<b>"},
        {"seller": None},
        {"image": "pixel.png"},
        {"code": "per person"},
        {"discountPercent": None, "discountAmount": None},
        {"priceCurrency": "S$"},
    ],
)
def test_the_shape_and_the_reader_refuse_the_same_faults(fault: dict[str, str | None]) -> None:
    document = json.loads(DOCUMENT)
    offers = document["itemListElement"]
    [place] = [number for number, each in enumerate(offers) if each["@id"].endswith("#fairprice-8")]
    offers[place] = {key: value for key, value in {**offers[place], **fault}.items() if value is not None}
    content = json.dumps(document).encode()
    _, faults = read_offers(content)
    triples = ox.serialize((quad.triple for quad in ox.parse(content, format=ox.RdfFormat.JSON_LD)), format=NT)
    graph = Graph().parse(data=triples, format="nt")
    shape = Graph().parse(data=files("vocab").joinpath("shapes", "offer.ttl").read_bytes(), format="turtle")
    conforms, _, report = validate(graph, shacl_graph=shape)
    assert (conforms, faults == ()) == (not fault, not fault), report
