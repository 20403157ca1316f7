"""What holds for every record that is written to a document and read back."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.term
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.made_records import STRATEGIES, one_month
from vocab.mapping import BASE, block, edition_of, from_turtle, is_provisional, parse, to_turtle, triples
from vocab.records import Record
from vocab.shapes import check
from vocab.turtle import Document, count, join, split

Term = tuple[str, str, str | None, str | None]
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"


@pytest.fixture(autouse=True, scope="module")
def _lexical_forms_as_written() -> Iterator[None]:
    before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
    yield
    rdflib.NORMALIZE_LITERALS = before


@pytest.mark.parametrize("kind", STRATEGIES)
@given(choice=st.data())
@settings(max_examples=25)
def test_a_record_comes_back_from_its_document_as_it_was(kind: str, choice: st.DataObject) -> None:
    path, records = choice.draw(one_month(kind))
    for record in records:
        check(record)
    assert from_turtle(to_turtle(records, path), path) == sorted(records, key=lambda record: record.iri)


@given(one_month())
@settings(max_examples=40)
def test_a_block_tells_its_edition_and_whether_it_is_provisional(month: tuple[str, list[Record]]) -> None:
    for record in month[1]:
        assert (edition_of(block(record)), is_provisional(block(record))) == (record.edition, record.provisional)


@given(one_month(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_records_does_not_change_a_byte(month: tuple[str, list[Record]], dice: random.Random) -> None:
    path, records = month
    content = to_turtle(records, path)
    dice.shuffle(records)
    assert to_turtle(records, path) == content


@given(one_month())
@settings(max_examples=40)
def test_rdflib_and_pyoxigraph_read_the_same_graph(month: tuple[str, list[Record]]) -> None:
    path, records = month
    content = to_turtle(records, path)
    graph = rdflib.Graph().parse(data=content, format="turtle", publicID=BASE + path)
    ours = {
        (_ox(quad.subject), _ox(quad.predicate), _ox(quad.object))
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path)
    }
    assert {(_rdflib(s), _rdflib(p), _rdflib(o)) for s, p, o in graph} == ours
    assert {_ox(triple.subject) for record in records for triple in triples(record, BASE)} == {s for s, _, _ in ours}


@given(one_month())
@settings(max_examples=40)
def test_a_document_is_taken_apart_by_text_as_it_is_by_its_triples(month: tuple[str, list[Record]]) -> None:
    path, records = month
    overflow = path.replace(".ttl", "-b.ttl")
    foreign = (f'<{"../" * path.count("/")}x.ttl> <http://schema.org/name> "a .\\n<#b> c" .',)
    for place in (path, overflow):
        document = Document(split(to_turtle(records, path)).blocks, foreign)
        content = join(document, place, ("2026-10-b.ttl",))
        assert split(content) == document
        assert count(content) == len(records)
        assert parse(content, place) == (from_turtle(content, place), foreign)
        assert {record.iri for record in from_turtle(content, place)} == {record.iri for record in records}


def _ox(term: object) -> Term:
    if isinstance(term, ox.Literal):
        return ("literal", term.value, term.datatype.value, term.language)
    assert isinstance(term, ox.NamedNode)
    return ("iri", term.value, None, None)


def _rdflib(term: object) -> Term:
    if isinstance(term, rdflib.term.Literal):
        return ("literal", str(term), str(term.datatype or XSD_STRING), term.language)
    assert isinstance(term, rdflib.term.URIRef)
    return ("iri", str(term), None, None)
