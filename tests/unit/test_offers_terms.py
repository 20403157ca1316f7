"""The own terms of offers: what the catalogue writes is what the ontology describes."""

from __future__ import annotations

import json
from datetime import date
from importlib.resources import files

import pyoxigraph as ox

from aggregator.catalogue import catalogue_document, demo_offers

PA = "https://w3id.org/pod-agent#"


def test_the_ontology_describes_exactly_the_own_terms_of_a_catalogue() -> None:
    document = catalogue_document(
        demo_offers(date(2026, 11, 1)),
        iri="https://shop.example/catalogue",
        publisher="Shop",
        published=date(2026, 11, 1),
    )
    context = json.loads(document)["@context"]
    named = {value.get("@id") if isinstance(value, dict) else value for value in context.values() if value != PA}
    written = {str(name).removeprefix("pa:") for name in named if str(name).startswith("pa:")}
    ontology = files("vocab").joinpath("ontology", "offers.ttl").read_bytes()
    quads = list(ox.parse(ontology, format=ox.RdfFormat.TURTLE))
    described = {quad.subject.value.removeprefix(PA) for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    assert described == written
