"""Own terms: the module, the ontology, the JSON-LD context and the code that uses them say the same."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pyld.jsonld
import pyoxigraph as ox
import pytest

from tests.support.made_records import SINGAPORE
from vocab import terms
from vocab.mapping import block, category_scheme, group_scheme, measure_scheme
from vocab.mapping.tables import TABLES
from vocab.measures import MEASURES
from vocab.products import GROUPS
from vocab.records import IRI, Money, Transaction, TransactionKind
from vocab.taxonomy import CATEGORIES
from vocab.turtle import HEADER

ROOT = Path(__file__).resolve().parents[2]


def _ontology() -> set[tuple[str, str, str]]:
    quads = ox.parse(terms.ontology(), format=ox.RdfFormat.TURTLE)
    return {(quad.subject.value, quad.predicate.value, quad.object.value) for quad in quads}


def test_the_ontology_describes_exactly_the_own_terms() -> None:
    described = {subject for subject, _, _ in _ontology() if subject.startswith(terms.PA)}
    assert {subject.removeprefix(terms.PA) for subject in described} == set(terms.own_terms())


@pytest.mark.parametrize("predicate", [terms.LABEL, terms.RDFS + "comment", terms.TYPE])
def test_every_own_term_has_a_label_a_comment_and_a_type(predicate: str) -> None:
    having = {subject.removeprefix(terms.PA) for subject, verb, _ in _ontology() if verb == predicate}
    assert set(terms.own_terms()) <= having


def test_the_context_names_exactly_the_own_terms() -> None:
    context = json.loads(terms.context())["@context"]
    named = {value["@id"] if isinstance(value, dict) else value for value in map(context.get, context)} - {1.1}
    own = {str(value).removeprefix("pa:") for value in named if str(value).startswith("pa:")}
    assert own == set(terms.own_terms())
    assert all(context[name] in (f"pa:{name}", {**_entry(context[name]), "@id": f"pa:{name}"}) for name in own)


def _entry(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def test_every_own_term_is_used_by_documents_or_is_the_class_of_one() -> None:
    sources = [
        ROOT / "vocab" / "measures.py",
        *(ROOT / "vocab" / "mapping").glob("*.py"),
        *(ROOT / "pod_agent").rglob("*.py"),
    ]
    used = set(re.findall(r"terms\.([A-Z0-9_]+)", "".join(path.read_text() for path in sources)))
    classes = {object_ for _, verb, object_ in _ontology() if verb == terms.TYPE}
    unused = {name for local, name in terms.own_terms().items() if name not in used and terms.PA + local not in classes}
    assert unused == set()


def test_json_ld_with_the_context_gives_the_triples_of_the_turtle() -> None:
    record = Transaction(
        iri=IRI("data/ocbc/transaction/2026/2026-10.ttl#" + "a" * 26),
        source="ocbc",
        at=datetime(2026, 10, 6, tzinfo=SINGAPORE),
        account="360 1001",
        amount=Money(-180, "SGD"),
        description="NETS QR",
        merchant="Hup Lee",
        category="eating-out",
        kind=TransactionKind.SPEND,
    )
    document = {
        "@context": json.loads(terms.context())["@context"],
        "@id": "https://pod.example/#x",
        "@type": ["MoneyTransfer", "Transaction"],
        "startTime": "2026-10-06T00:00:00+08:00",
        "amount": "-1.80",
        "currency": "SGD",
        "description": "NETS QR",
        "account": "360 1001",
        "merchant": "Hup Lee",
        "category": "categories:eating-out",
        "kind": "pa:Spend",
    }
    from_json = pyld.jsonld.to_rdf(document, {"format": "application/n-quads"})
    turtle = f"{HEADER}\n<https://pod.example/#x>{block(record)}\n"
    assert _graph(from_json, ox.RdfFormat.N_QUADS) == _graph(turtle, ox.RdfFormat.TURTLE)


def _graph(text: str, form: ox.RdfFormat) -> set[str]:
    return {str(quad.triple) for quad in ox.parse(text.encode(), format=form)}


def test_the_category_scheme_has_a_labelled_concept_for_every_category() -> None:
    quads = list(ox.parse(category_scheme(CATEGORIES), format=ox.RdfFormat.TURTLE))
    labelled = {str(quad.subject) for quad in quads if quad.predicate.value == terms.PREF_LABEL}
    assert labelled == {f"<{terms.concept(slug)}>" for slug in CATEGORIES}


def test_the_scheme_of_goods_has_a_text_and_a_class_for_every_group() -> None:
    quads = list(ox.parse(group_scheme(GROUPS), format=ox.RdfFormat.TURTLE))
    said = {(quad.subject.value, quad.predicate.value, quad.object.value) for quad in quads}
    for name, each in GROUPS.items():
        iri = terms.GROUP + name
        assert (iri, terms.SKOS + "definition", each.text) in said
        assert (iri, terms.PREF_LABEL, each.label) in said
        assert {value for subject, kind, value in said if (subject, kind) == (iri, terms.NOTATION)} == {
            name,
            each.coicop,
        }


def test_the_scheme_of_measures_names_unit_and_loinc_code_of_each() -> None:
    quads = list(ox.parse(measure_scheme(MEASURES), format=ox.RdfFormat.TURTLE))
    said = {(quad.subject.value, quad.predicate.value): quad.object.value for quad in quads}
    for name, entry in MEASURES.items():
        concept = terms.MEASURE + name
        assert said[concept, terms.NOTATION] == name
        assert said[concept, terms.QUDT_UNIT] == entry.unit_iri
        code = said.get((concept, terms.EXACT_MATCH))
        assert code == (f"http://loinc.org/rdf/{entry.loinc}" if entry.loinc else None)


def test_the_page_of_records_has_the_classes_and_the_time_of_every_kind() -> None:
    page = (ROOT / "docs" / "reference" / "records.md").read_text(encoding="utf-8")
    for kind, table in TABLES.items():
        cells = [kind.type_name, *(terms.curie(iri) for iri in (table.wider, table.own, table.time))]
        assert "| " + " | ".join(f"`{cell}`" for cell in cells) + " |" in page


def test_a_curie_is_only_written_where_turtle_reads_it_back() -> None:
    assert terms.curie(terms.MERCHANT) == "pa:merchant"
    assert terms.curie(terms.UNIT + "DEG_C") == "unit:DEG_C"
    assert terms.curie(terms.PA + "a/b") == f"<{terms.PA}a/b>"
    assert terms.curie("https://elsewhere.example/x") == "<https://elsewhere.example/x>"
