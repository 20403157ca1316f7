"""Signed documents: canonical form, signatures, grants, the log, receipts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from pyld import jsonld
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

import consent.messages
import consent.terms
from consent.budget import Charge, Limits
from consent.codec import (
    decode_charge,
    decode_event,
    decode_grant,
    encode_charge,
    encode_event,
    encode_grant,
    sign_study,
    verify_study,
)
from consent.errors import BadSignatureError, InvalidGrantError, LogDamagedError
from consent.grant import Event, Status
from consent.proof import canonical, is_whole, read_graph, sign_graph
from consent.purposes import HEALTH, LISTENING, PURPOSES, SPENDING
from consent.receipt import encode_receipt
from tests.support.consents import START, Key, Machine, grant_for, question
from tests.support.studies import histogram_study
from vocab.errors import VocabularyError
from vocab.terms import PA


def test_the_canonical_form_is_the_one_of_rdfc_1_0() -> None:
    content = encode_grant(grant_for(), Key())
    statements = read_graph(content, Key().name).statements
    expected = jsonld.normalize(
        canonical(statements).decode(),
        {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"},
    )
    assert canonical(statements).decode() == expected
    dataset = Dataset(Quad(*triple) for triple in statements)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = (serialize(dataset, format=RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    assert canonical(statements) == b"".join(sorted(lines))


def test_a_document_with_a_blank_node_is_refused() -> None:
    triple = Triple(BlankNode(), NamedNode("urn:x:p"), Literal("1"))
    with pytest.raises(BadSignatureError, match="blank nodes"):
        canonical([triple])
    content = encode_grant(grant_for(), Key()) + b"\n<urn:x:s> <urn:x:p> [] .\n"
    with pytest.raises(BadSignatureError):
        read_graph(content, Key().name)


def test_a_document_of_more_than_500_statements_is_refused() -> None:
    many = [Triple(NamedNode(f"urn:x:{number}"), NamedNode("urn:x:p"), Literal("1")) for number in range(501)]
    with pytest.raises(BadSignatureError, match="too many"):
        canonical(many)
    assert canonical(many[:500])


def test_a_grant_reads_back_as_it_was_written() -> None:
    grant = grant_for(data=frozenset({SPENDING, LISTENING}))
    content = encode_grant(grant, Key())
    assert decode_grant(content, Key().name)[0] == grant
    assert content == encode_grant(grant, Key())
    assert not re.search(rb"_:|\[", content)


def test_every_change_of_a_grant_breaks_its_signature() -> None:
    content = encode_grant(grant_for(), Key())
    quads = [quad.triple for quad in parse(content, format=RdfFormat.TURTLE)]
    changed = 0
    for number, triple in enumerate(quads):
        without = quads[:number] + quads[number + 1 :]
        other = Triple(triple.subject, triple.predicate, Literal("other"))
        for tampered in (without, [*without, other], [*quads, other]):
            with pytest.raises(BadSignatureError):
                decode_grant(serialize(tampered, format=RdfFormat.TURTLE) or b"", Key().name)
            changed += 1
    assert changed == 3 * len(quads) > 100


def test_a_grant_signed_by_another_key_is_refused() -> None:
    content = encode_grant(grant_for(), Key(7))
    with pytest.raises(BadSignatureError, match="another key"):
        decode_grant(content, Key().name)
    with pytest.raises(BadSignatureError):  # the attacker names our key but cannot sign with it
        decode_grant(content.replace(Key(7).name.encode(), Key().name.encode()), Key().name)


def test_a_signed_document_that_says_more_than_a_grant_is_refused() -> None:
    grant = grant_for()
    statements = set(read_graph(encode_grant(grant, Key()), Key().name).statements)
    extra = Triple(
        NamedNode(f"{grant.document}#process"),
        NamedNode("https://w3id.org/dpv#hasPurpose"),
        NamedNode("https://w3id.org/dpv#Marketing"),
    )
    note = Triple(NamedNode(f"{grant.document}#record"), NamedNode("urn:x:note"), Literal("forever"))
    for addition in (extra, note):
        content = sign_graph(statements | {addition}, f"{grant.document}#record", Key(), START)
        with pytest.raises(BadSignatureError):
            decode_grant(content, Key().name)


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": "https://w3id.org/dpv#Marketing"},
        {"data": frozenset()},
        {"data": frozenset({"https://w3id.org/dpv/pd#External"})},
        {"data": frozenset({HEALTH, SPENDING})},
        {"until": START},
        {"until": START + timedelta(days=366)},
        {"max_micro_rho_release": 0},
        {"max_micro_rho_release": 30_000},
        {"min_batch": 0},
        {"helper": "https://shop.example/profile#us"},
        {"subject": "alice"},
        {"identifier": "../../settings"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_grant_that_may_not_be_given_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidGrantError):
        grant_for(**changes)


def test_health_data_has_a_grant_of_its_own_on_explicit_consent() -> None:
    content = encode_grant(grant_for(data=frozenset({HEALTH})), Key())
    assert b"eu-gdpr:A9-2-a" in content
    assert b"eu-gdpr:A6-1-a-explicit-consent" in encode_grant(grant_for(), Key())


def test_events_and_charges_read_back_as_they_were_written() -> None:
    grant = grant_for()
    event = Event(
        grant=grant.identifier, sequence=1, status=Status.GIVEN, at=START, by=grant.subject, previous="sha-256:00"
    )
    assert decode_event(encode_event(event, Key()), Key().name)[0] == event
    charge = Charge(
        study="ab" * 32, grant=grant.identifier, controller=grant.controller, micro_rho=5, at=START, sha256="cd" * 32
    )
    assert decode_charge(encode_charge(charge, Key()), Key().name) == charge


def test_a_study_is_signed_and_any_other_terms_are_refused() -> None:
    study = histogram_study()
    proof = sign_study(study, Key(2), START)
    assert verify_study(json.loads(json.dumps(study.to_json())), proof) == (study, Key(2).name)
    with pytest.raises(BadSignatureError):
        verify_study({**study.to_json(), "min_batch": 6}, proof)
    with pytest.raises(BadSignatureError):
        verify_study(study.to_json(), proof.replace("assertionMethod", "authentication"))
    for broken in ("", "{}", "[1]", proof[:-3], proof.replace("eddsa-jcs-2022", "none")):
        with pytest.raises(BadSignatureError):
            verify_study(study.to_json(), broken)


def test_a_manifest_with_fields_that_are_not_known_is_refused() -> None:
    manifest = {**histogram_study().to_json(), "discount": "free coffee"}
    with pytest.raises(VocabularyError):
        type(histogram_study()).from_json(manifest)


@pytest.mark.parametrize("limits", [{"business_period": 24_357}, {"period": 185_071}, {"year": 1_000_001}])
def test_a_budget_is_lowered_and_never_raised(limits: dict[str, int]) -> None:
    with pytest.raises(InvalidGrantError):
        Limits(**limits)
    assert Limits(business_period=5, period=6, year=7).year == 7


def _machine_with_a_log() -> Machine:
    machine = Machine()
    machine.gate.give(grant_for())
    for number in range(4):
        permit = machine.gate.permit(question(b"%d" % number, micro_rho=1_000))
        machine.gate.record(permit)
    return machine


Tamper = Callable[[dict[str, bytes], list[str], int], None]


def _edit(files: dict[str, bytes], paths: list[str], number: int) -> None:
    files[paths[number]] = re.sub(rb"payloadBytes (\d+)", rb"payloadBytes 1\1", files[paths[number]])


def _remove(files: dict[str, bytes], paths: list[str], number: int) -> None:
    del files[paths[number]]


def _swap(files: dict[str, bytes], paths: list[str], number: int) -> None:
    other = paths[(number + 1) % len(paths)]
    files[paths[number]], files[other] = files[other], files[paths[number]]


def _double(files: dict[str, bytes], paths: list[str], number: int) -> None:
    files[paths[-1].replace("0009", "0010")] = files[paths[number]]


def _cut(files: dict[str, bytes], paths: list[str], number: int) -> None:
    for path in paths[number:]:
        del files[path]


@pytest.mark.parametrize("tamper", [_edit, _remove, _swap, _double, _cut])
def test_any_change_of_the_log_is_found(tamper: Tamper) -> None:
    whole = _machine_with_a_log()
    paths = whole.log_paths()
    assert len(whole.gate.entries()) == len(paths) == 9
    for number in range(len(paths)):
        machine = _machine_with_a_log()
        tamper(machine.documents.files, machine.log_paths(), number)
        with pytest.raises(LogDamagedError):
            machine.gate.entries()
        with pytest.raises(LogDamagedError):
            machine.gate.permit(question(b"new"))


def test_a_document_is_whole_only_with_its_last_byte() -> None:
    machine = _machine_with_a_log()
    paths = [path for path in machine.documents.files if "/log/" in path or "/budget/" in path]
    assert len(paths) == 13
    for path in paths:
        content = machine.documents.files[path]
        assert is_whole(content)
        assert not any(is_whole(content[:end]) for end in range(len(content)))


def test_an_entry_of_another_key_is_found_even_at_the_end() -> None:
    machine, stranger = _machine_with_a_log(), Machine(key=Key(9))
    for number in range(10):
        if number:
            stranger.gate.record(stranger.gate.permit(question(b"%d" % number, micro_rho=1)))
        else:
            stranger.gate.give(grant_for())
    path = machine.log_paths()[-1].replace("0009", "0010")
    machine.documents.files[path] = stranger.documents.files[path]
    with pytest.raises(LogDamagedError):
        machine.gate.entries()


def test_an_entry_that_the_agent_signed_in_another_history_does_not_fit() -> None:
    machine, other = _machine_with_a_log(), _machine_with_a_log()  # one key, other grants: a restored backup, say
    path = machine.log_paths()[4]
    machine.documents.files[path] = other.documents.files[path]
    with pytest.raises(LogDamagedError):
        machine.gate.entries()
    for path in machine.log_paths():  # the whole history at once
        machine.documents.files[path] = other.documents.files[path]
    with pytest.raises(LogDamagedError, match="end of the log"):
        machine.gate.entries()


def test_a_receipt_shows_that_the_end_of_the_log_is_missing() -> None:
    machine = Machine()
    machine.gate.give(grant_for())
    receipt = machine.gate.give(grant_for())
    path = f"consent/receipts/{receipt.grant}.ttl"
    assert machine.documents.files[path] == encode_receipt(receipt, machine.key)
    assert read_graph(machine.documents.files[path], machine.key.name).statements
    assert machine.gate.entries()[-1].digest == receipt.head.digest
    fresh = Machine(documents=machine.documents)  # another device, which knows no head
    del machine.documents.files[machine.log_paths()[-1]]
    assert len(fresh.gate.entries()) == 1 < receipt.head.sequence


def test_the_log_holds_no_more_than_its_fields() -> None:
    entries = [entry.to_json() for entry in _machine_with_a_log().gate.entries()]
    names = "seq at action grant study recipient bytes sha256 micro_rho outcome".split()
    assert all(list(entry) == names for entry in entries)
    assert [entry["seq"] for entry in entries] == list(range(1, 10))
    assert sum(entry["micro_rho"] for entry in entries) == 4_000


def test_every_own_term_of_consent_is_described() -> None:
    ontology = files("vocab").joinpath("ontology", "consent.ttl").read_bytes()
    described = {quad.subject.value for quad in parse(ontology, format=RdfFormat.TURTLE)}
    used = {value for value in vars(consent.terms).values() if isinstance(value, str) and value.startswith(PA)} - {PA}
    used |= {purpose for purpose in PURPOSES if purpose.startswith(PA)} | {PA + "PodAgent"}
    used |= {consent.messages.QUESTION_READING, consent.messages.QUESTIONS}
    assert described == used
    machine = _machine_with_a_log()
    machine.gate.withdraw(machine.gate.states().states[0].grant.identifier)
    everything = b"".join(machine.documents.files.values()).decode()
    names = set(re.findall(r"pa:(\w+)", everything)) - {""}
    assert {PA + name for name in names} <= described
