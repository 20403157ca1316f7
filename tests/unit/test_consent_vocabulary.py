"""Every term that a signed document uses is one of DPV 2.3 or described by us, and every document has its shape."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from consent.codec import decode_grant
from consent.errors import ExpiredError
from consent.proof import canonical, digest, read_graph
from consent.purposes import HEALTH, PURPOSES
from consent.receipt import decode_receipt
from consent.requests import SignedRequest
from consent.rights import Right
from consent.terms import DCT, DPV, DPV_27560, GDPR, LOC, PD, PREFIXES
from tests.support.consents import BUSINESS, START, Machine, grant_for, question
from tests.unit.test_consent_requests import asked
from vocab.terms import PA

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "tests" / "vectors" / "dpv" / "terms-2.3.txt"
MODULES = {DPV: "dpv", PD: "pd", LOC: "loc", GDPR: "eu-gdpr", DPV_27560: "dpv-27560"}
NOTICE = "sha-256:" + "12" * 32


@cache
def declared() -> dict[str, frozenset[str]]:
    parts = re.split(r"^\[(.+)\]$", LIST.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {name: frozenset(text.split()) for name, text in zip(parts[::2], parts[1::2], strict=True)}


@cache
def whole_pod() -> dict[str, bytes]:
    """One of every kind of document: all that a person can do was done."""
    machine = Machine()
    first, *others = [grant_for(purpose=purpose) for purpose in sorted(PURPOSES)]
    for grant in (first, *others):
        machine.gate.give(grant)
    grant = grant_for(data=frozenset({HEALTH}), request=asked().task_id)
    request: SignedRequest = asked()
    machine.requests.hold(request)
    machine.gate.give(grant)
    machine.requests.given(request, grant.identifier)
    machine.requests.refuse(asked())
    machine.requests.defer(asked())
    machine.gate.renew(grant.identifier, START + timedelta(days=200), NOTICE)
    machine.gate.record(machine.gate.permit(question(purpose=first.purpose), grant=first.identifier))
    for right in Right:
        name = machine.rights.ask(right, BUSINESS).identifier
        machine.rights.note(name, "acknowledged")
        machine.rights.note(name, "fulfilled" if right is Right.ERASURE else "rejected", "Nothing was found.")
    machine.gate.withdraw(grant.identifier)
    machine.now = START + timedelta(days=100)
    machine.requests.settle()
    with pytest.raises(ExpiredError):
        machine.gate.permit(question(b"late", purpose=first.purpose))
    return dict(machine.documents.files)


def used(documents: dict[str, bytes]) -> set[str]:
    """Every name in them but those of things of one's own."""
    found = set()
    for content in documents.values():
        for quad in parse(content, format=RdfFormat.TURTLE):
            names = [quad.predicate, quad.object]
            names += [quad.object.datatype] if isinstance(quad.object, Literal) else []
            found |= {name.value for name in names if isinstance(name, NamedNode)}
    return found


def unknown(names: set[str]) -> set[str]:
    missing = set()
    for name in names:
        base = next((base for base in sorted(MODULES, key=len, reverse=True) if name.startswith(base)), None)
        if base is not None and name.removeprefix(base) not in declared()[MODULES[base]]:
            missing.add(name)
    return missing


def test_every_term_of_dpv_that_is_used_is_declared_in_2_3() -> None:
    names = used(whole_pod())
    assert unknown(names) == set()
    assert len([name for name in names if name.startswith("https://w3id.org/dpv")]) > 60
    assert unknown({DPV + "ConsentTerminated", DPV + "hasProcessingAutomation", DPV + "ConsentGiven"}) == {
        DPV + "ConsentTerminated",  # which the guide names and DPV 2.3 does not have
        DPV + "hasProcessingAutomation",
    }
    broader = {purpose.broader for purpose in PURPOSES.values()}
    assert unknown(broader) == set()


def test_every_term_of_ours_that_is_used_is_described() -> None:
    ontology = (ROOT / "vocab" / "ontology" / "consent.ttl").read_bytes()
    described = {quad.subject.value for quad in parse(ontology, format=RdfFormat.TURTLE)}
    ours = {name for name in used(whole_pod()) if name.startswith(PA)}
    assert ours - described == set()


def test_the_terms_of_the_profile_are_all_there() -> None:
    """What ISO/IEC TS 27560 wants of a record, in DPV's guide to it (section 4), for one of everyone's grants."""
    path = next(path for path in whole_pod() if re.fullmatch(r"consent/grants/[^/]+\.ttl", path))
    predicates = {quad.predicate.value for quad in parse(whole_pod()[path], format=RdfFormat.TURTLE)}
    record = "hasIdentifier hasDataSubject hasNotice hasProcess"
    process = (
        "hasPurpose hasPersonalData hasStorageCondition hasDataController hasRecipient hasConsentControl"
        " isExercisedAt hasJurisdiction hasRight hasProcessing hasLegalBasis hasTechnicalMeasure hasDuration"
    )
    assert {DPV + name for name in f"{record} {process}".split()} <= predicates
    assert {DCT + name for name in "conformsTo identifier language source".split()} <= predicates


def test_health_stands_on_article_9_besides_article_6() -> None:
    from consent.codec import encode_grant  # noqa: PLC0415
    from tests.support.consents import Key  # noqa: PLC0415

    health, spending = (encode_grant(grant_for(**terms), Key()) for terms in ({"data": frozenset({HEALTH})}, {}))
    assert (b"eu-gdpr:A9-2-a" in health, b"eu-gdpr:A9-2-a" in spending) == (True, False)
    assert b"eu-gdpr:A6-1-a-explicit-consent" in health
    assert b"eu-gdpr:A6-1-a-explicit-consent" in spending


def trip(content: bytes) -> bytes:
    """Turtle to JSON-LD to N-Quads and back to Turtle, by PyLD."""
    triples = [quad.triple for quad in parse(content, format=RdfFormat.TURTLE)]
    lines = (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()
    expanded = jsonld.from_rdf(lines, {"format": "application/n-quads", "useNativeTypes": False})
    back = jsonld.to_rdf(json.loads(json.dumps(expanded)), {"format": "application/n-quads"})
    again = [quad.triple for quad in parse(back.encode(), format=RdfFormat.N_QUADS)]
    return serialize(again, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""


def test_every_document_keeps_its_digest_and_its_signature_on_a_round_trip() -> None:
    key = Machine().key.name
    kinds = set()
    for path, content in whole_pod().items():
        back = trip(content)
        assert read_graph(back, key).digest == read_graph(content, key).digest
        kinds.add(path.split("/")[1])
        if "/receipts/" in path:
            assert decode_receipt(back, key) == decode_receipt(content, key)
    assert kinds == {"budget", "grants", "log", "receipts", "requests", "rights"}
    grants = [content for path, content in whole_pod().items() if re.fullmatch(r"consent/grants/[^/]+\.ttl", path)]
    assert all(decode_grant(trip(content), key) == decode_grant(content, key) for content in grants)


def test_the_canonical_form_of_every_document_is_the_one_of_urdna2015() -> None:
    for content in whole_pod().values():
        statements = read_graph(content, Machine().key.name).statements
        lines = canonical(statements).decode()
        options = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
        assert jsonld.normalize(lines, options) == lines


def test_every_document_has_its_shape() -> None:
    pyshacl = pytest.importorskip("pyshacl")
    import rdflib  # noqa: PLC0415

    shapes = rdflib.Graph().parse(ROOT / "tests" / "vectors" / "dpv" / "shapes.ttl", format="turtle")
    documents = rdflib.Graph()
    for content in whole_pod().values():
        documents.parse(data=content, format="turtle")
    conforms, _, report = pyshacl.validate(documents, shacl_graph=shapes)
    assert conforms, report
    purpose = rdflib.URIRef(DPV + "hasPurpose")
    process = next(documents.subjects(purpose))
    documents.add((process, purpose, rdflib.URIRef(DPV + "Marketing")))
    conforms, _, report = pyshacl.validate(documents, shacl_graph=shapes)
    assert not conforms
    assert "hasPurpose" in report


def test_the_digest_of_a_document_says_nothing_of_its_order() -> None:
    triples = [Triple(NamedNode(f"urn:x:{n}"), NamedNode("urn:x:p"), Literal(str(n))) for n in range(9)]
    assert digest(canonical(triples)) == digest(canonical(reversed(triples)))
