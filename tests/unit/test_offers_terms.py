"""The own terms of offers: what the catalogue writes is what the ontology describes and the shape demands."""

from __future__ import annotations

import json
import re
from datetime import date
from importlib.resources import files

import pyoxigraph as ox

from aggregator.catalogue import catalogue_document, demo_offers
from vocab.offers.names import CONTEXT
from vocab.terms import PA

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
