"""Rights toward a business: written down with what came of it, and never changed."""

from __future__ import annotations

import pytest

from consent.errors import BadSignatureError, InvalidGrantError, NoGrantError
from consent.proof import sign_graph
from consent.rights import ANSWERS, Right, RightRequest, decode_right, encode_right
from tests.support.consents import START, Key, Machine

BUSINESS = "https://shop.example/profile#us"


@pytest.mark.parametrize("right", list(Right))
def test_a_request_is_written_down_with_its_place_in_the_log(right: Right) -> None:
    machine = Machine()
    request = machine.rights.ask(right, BUSINESS)
    [state] = machine.rights.read()
    assert (state.request, state.status, state.open) == (request, "initiated", True)
    [entry] = machine.gate.entries()
    assert (entry.action, entry.controller, entry.outcome) == ("rights", BUSINESS, right.value)


def test_answers_are_noted_until_the_last_one() -> None:
    machine = Machine()
    name = machine.rights.ask(Right.ACCESS, BUSINESS).identifier
    assert machine.rights.note(name, "acknowledged")
    assert not machine.rights.note(name, "acknowledged")
    assert machine.rights.one(name).open
    assert machine.rights.note(name, "rejected", "They can find nothing that concerns me.")
    for answer in ANSWERS:
        assert not machine.rights.note(name, answer)
    state = machine.rights.one(name)
    assert (state.status, state.open) == ("rejected", False)
    assert state.to_json()["reason"] == "They can find nothing that concerns me."
    assert [step.status for step in state.steps] == ["RequestInitiated", "RequestAcknowledged", "RequestRejected"]


def test_what_cannot_be_noted_is_told() -> None:
    machine = Machine()
    name = machine.rights.ask(Right.ERASURE, BUSINESS).identifier
    for reason in ("x" * 501, "two\nlines"):
        with pytest.raises(InvalidGrantError):
            machine.rights.note(name, "fulfilled", reason)
    assert machine.rights.note(name, "fulfilled", "x" * 500)
    for missing in ("11111111-2222-4333-8444-555555555555", "../grants/x", ""):
        with pytest.raises(NoGrantError):
            machine.rights.note(missing, "fulfilled")
    with pytest.raises(InvalidGrantError, match="WebID"):
        machine.rights.ask(Right.ACCESS, "the shop")


def test_a_crash_after_the_first_document_leaves_a_request_that_goes_on() -> None:
    machine = Machine()
    name = machine.rights.ask(Right.PORTABILITY, BUSINESS).identifier
    del machine.documents.files[f"consent/rights/{name}/events/0001.ttl"]
    assert machine.rights.one(name).status == "initiated"
    assert machine.rights.note(name, "fulfilled")
    assert machine.rights.one(name).status == "fulfilled"
    machine.documents.files[f"consent/rights/{name}.ttl"] = b"@prefix dct:"
    assert machine.rights.read() == []


def test_every_change_of_a_request_is_found() -> None:
    machine = Machine()
    request = machine.rights.ask(Right.ERASURE, BUSINESS)
    path = f"consent/rights/{request.identifier}.ttl"
    whole = machine.documents.files[path]
    machine.documents.files[path] = whole.replace(b"A17", b"A15")
    with pytest.raises(BadSignatureError):
        machine.rights.read()
    machine.documents.files[path] = encode_right(request, Key(5))
    with pytest.raises(BadSignatureError):
        machine.rights.read()
    other = machine.rights.ask(Right.ACCESS, BUSINESS)
    machine.documents.files[path] = encode_right(other, machine.key)
    with pytest.raises(BadSignatureError, match="another request"):
        machine.rights.one(request.identifier)


def test_a_right_that_is_not_known_is_refused() -> None:
    machine = Machine()
    request = machine.rights.ask(Right.ACCESS, BUSINESS)
    content = encode_right(request, machine.key)
    assert decode_right(content, machine.key.name)[0] == request
    from pyoxigraph import NamedNode, Triple  # noqa: PLC0415

    from consent.rights import _statements  # noqa: PLC0415

    changed = [
        Triple(each.subject, each.predicate, NamedNode("https://w3id.org/dpv/legal/eu/gdpr#A22"))
        if each.predicate.value.endswith("hasRight")
        else each
        for each in _statements(request)
    ]
    with pytest.raises(BadSignatureError, match="right"):
        decode_right(sign_graph(changed, request.document, machine.key, START), machine.key.name)


@pytest.mark.parametrize("changes", [{"identifier": "x"}, {"created": START.replace(tzinfo=None)}])
def test_a_request_that_may_not_be_is_refused(changes: dict[str, object]) -> None:
    values: dict[str, object] = {
        "identifier": "11111111-2222-4333-8444-555555555555",
        "subject": "https://alice.pod.example/profile/card#me",
        "controller": BUSINESS,
        "right": Right.ACCESS,
        "created": START,
    }
    RightRequest(**values)  # type: ignore[arg-type]
    with pytest.raises(InvalidGrantError):
        RightRequest(**{**values, **changes})  # type: ignore[arg-type]
