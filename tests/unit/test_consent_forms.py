"""Signed papers say exactly what their form allows, lie where their names say, and follow from the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from consent import terms
from consent.codec import sign_study
from consent.errors import BadSignatureError, LogDamagedError
from consent.proof import read_graph, sign_graph
from consent.receipt import RECEIPTS, decode_receipt, encode_receipt
from consent.requests import SignedRequest, decode_request
from consent.stores import Head
from consent.terms import TYPE
from tests.support.consents import START, Key, Machine, given, grant_for, pieces, question
from tests.support.studies import histogram_study
from vocab.terms import PA

CLOSES = START + timedelta(days=30)
DAY = timedelta(days=1)


def asked() -> SignedRequest:
    study = replace(histogram_study(), closes=CLOSES)
    return SignedRequest.read(study.to_json(), sign_study(study, Key(2), START))


def only(machine: Machine) -> str:
    [state] = machine.gate.states().states
    return state.grant.identifier


def with_more(content: bytes, machine: Machine) -> bytes:
    """The same document with one statement more, signed anew by the person's own key."""
    graph = read_graph(content, machine.key.name)
    about = next(iter(graph.statements)).subject
    assert isinstance(about, NamedNode)
    more = Triple(about, NamedNode(PA + "remark"), Literal("and all that follows from it"))
    return sign_graph([*graph.statements, more], about.value, machine.key, START)


@pytest.mark.parametrize(
    ("folder", "decode"),
    [(RECEIPTS, decode_receipt), ("consent/requests/", decode_request)],
    ids=["receipt", "request"],
)
def test_a_paper_that_says_more_than_its_form_is_refused(folder: str, decode: Callable[[bytes, str], object]) -> None:
    machine, request = Machine(), asked()
    machine.requests.hold(request)
    machine.gate.give(grant_for(request=request.task_id))
    [path] = [path for path in machine.documents.files if path.startswith(folder) and "/events/" not in path]
    content = machine.documents.files[path]
    decode(content, machine.key.name)
    with pytest.raises(BadSignatureError):
        decode(with_more(content, machine), machine.key.name)


def test_a_request_about_to_be_answered_is_kept_at_once() -> None:
    machine, request = Machine(), asked()
    machine.requests.hold(request)
    [found] = machine.requests.read()
    assert (found.request, [step.status for step in found.steps]) == (request, ["ConsentRequested"])


def test_settling_names_the_grant_of_a_yes_and_none_of_a_no() -> None:
    machine, wanted, unwanted = Machine(), asked(), asked()
    for request in (wanted, unwanted):
        machine.requests.hold(request)
    grant = grant_for(request=wanted.task_id)
    machine.gate.give(grant)
    machine.requests.refuse(unwanted)
    machine.requests.settle()
    last = {found.request.task_id: found.steps[-1] for found in machine.requests.read()}
    assert (last[wanted.task_id].status, last[wanted.task_id].grant) == ("ConsentGiven", grant.identifier)
    assert (last[unwanted.task_id].status, last[unwanted.task_id].grant) == ("ConsentRefused", "")


def test_a_no_said_again_after_the_end_changes_nothing() -> None:
    machine, request = Machine(), asked()
    machine.requests.refuse(request)
    entries = machine.gate.entries()
    machine.now = CLOSES + DAY
    machine.requests.refuse(request)
    assert machine.gate.entries() == entries


def test_a_request_under_another_ones_name_is_refused() -> None:
    machine, first, second = Machine(), asked(), asked()
    machine.requests.hold(second)
    machine.documents.files[f"{first.path}.ttl"] = machine.documents.files[f"{second.path}.ttl"]
    with pytest.raises(BadSignatureError, match="another"):
        machine.requests.hold(first)


def test_only_a_yes_names_its_study_in_the_log() -> None:
    machine = given(request=asked().task_id)
    machine.gate.renew(only(machine), START + 180 * DAY, "sha-256:" + "12" * 32)
    machine.gate.withdraw(only(machine))
    assert [(entry.action, bool(entry.study)) for entry in machine.gate.entries()] == [
        ("give", True),
        ("renew", False),
        ("withdraw", False),
    ]


def test_the_end_of_a_release_costs_nothing_more() -> None:
    machine = given()
    permit = machine.gate.permit(question())
    pieces(permit)
    machine.gate.record(permit)
    permitted, ended = machine.gate.entries()[-2:]
    assert (permitted.micro_rho > 0, ended.micro_rho) == (True, 0)


def test_a_receipt_before_the_first_entry_is_refused() -> None:
    machine = given()
    [receipt] = machine.gate.receipts()
    made = replace(receipt, head=Head(0, receipt.head.digest))
    machine.documents.files[receipt.path] = encode_receipt(made, machine.key)
    with pytest.raises(LogDamagedError):
        machine.gate.receipts()


def test_only_the_receipt_of_a_withdrawal_is_one_of_a_withdrawal() -> None:
    machine = given()
    machine.gate.withdraw(only(machine))
    kinds = {
        receipt.status.value: any(
            (one.predicate.value, one.object) == (TYPE, NamedNode(terms.WITHDRAWAL_RECEIPT))
            for one in read_graph(machine.documents.files[receipt.path], machine.key.name).statements
        )
        for receipt in machine.gate.receipts()
    }
    assert kinds == {"given": False, "withdrawn": True}
