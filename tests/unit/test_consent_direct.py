"""Direct grants: what may be granted, how it is signed, and when the gate opens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from consent.direct import SHAREABLE, DirectGrant, Level
from consent.direct_codec import decode_direct
from consent.direct_gate import DirectGate, Opening
from consent.errors import (
    BadSignatureError,
    ClockRollbackError,
    ConsentError,
    ExpiredError,
    InvalidGrantError,
    NoGrantError,
    NotYetValidError,
    WithdrawnError,
    WrongDataError,
    WrongRecipientError,
)
from consent.grant import Status
from consent.purposes import HEALTH, SPENDING
from tests.support.consents import PERSON, START, Key, Machine, MemoryDocuments, MemoryMarks, given

IDENTIFIER = "3f0c8a52-6c1e-4b8e-9d33-0a4f5d0c7b11"
FRIEND = "https://ben.example/profile/card#me"
DIGEST = "sha-256:" + "ab" * 32


def direct(**changes: Any) -> DirectGrant:
    values: dict[str, Any] = {
        "identifier": IDENTIFIER,
        "subject": PERSON,
        "recipient": FRIEND,
        "purpose": "help with my budget",
        "data": frozenset({SPENDING}),
        "level": Level.RECORDS,
        "selection": '{"topics":["spending"]}',
        "content": DIGEST,
        "size": 1_000,
        "created": START,
        "until": START + timedelta(days=90),
        "notice": DIGEST,
    }
    return DirectGrant(**{**values, **changes})


class Desk:
    """A gate in memory with a clock that the test sets."""

    def __init__(self) -> None:
        self.now = START
        self.documents, self.marks = MemoryDocuments(), MemoryMarks()
        self.gate = DirectGate(self.documents, self.marks, Key(), lambda: self.now)

    def refusal(self, **changes: str) -> type[ConsentError]:
        asked = {"identifier": IDENTIFIER, "recipient": FRIEND, "content": DIGEST, **changes}
        with pytest.raises(ConsentError) as caught, self.gate.opening(**asked):
            pytest.fail("the gate opened")
        return type(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"until": START},
        {"until": START + timedelta(days=366)},
        {"recipient": PERSON},
        {"recipient": "ben"},
        {"recipient": "https://ben.example/%zz#me"},
        {"recipient": "http://www.w3.org/ns/solid/acp#PublicAgent"},
        {"recipient": "http://xmlns.com/foaf/0.1/Agent"},
        {"recipient": "http://www.w3.org/ns/auth/acl#AuthenticatedAgent"},
        {"data": frozenset({SPENDING, HEALTH})},
        {"data": frozenset()},
        {"data": frozenset({"https://w3id.org/dpv/pd#External"})},
        {"purpose": ""},
        {"purpose": "two\nlines"},
        {"purpose": "x" * 201},
        {"identifier": "../../../etc"},
        {"content": "sha-256:no"},
        {"size": 0},
    ],
    ids=lambda changes: "-".join(f"{name}={str(value)[:24]}" for name, value in changes.items()),
)
def test_a_grant_that_may_not_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidGrantError):
        direct(**changes)


@pytest.mark.parametrize("purpose", ["help with my budget", "https://w3id.org/dpv#ServiceProvision"])
@pytest.mark.parametrize("data", [frozenset({term}) for term in SHAREABLE])
def test_a_grant_is_read_back_as_it_was_signed(purpose: str, data: frozenset[str]) -> None:
    desk, grant = Desk(), direct(purpose=purpose, data=data, level=Level.MONTHLY)
    content = desk.gate.record(grant)
    assert decode_direct(content, desk.gate.key)[0] == grant
    assert b"_:" not in content
    for changed in (content.replace(b"ben.example", b"eve.example"), content + b"<urn:a> <urn:b> <urn:c> .\n"):
        with pytest.raises(BadSignatureError):
            decode_direct(changed, desk.gate.key)
    with pytest.raises(BadSignatureError):
        decode_direct(content, Key(2).name)


def test_the_gate_opens_for_exactly_what_was_given() -> None:
    desk = Desk()
    assert desk.refusal() is NoGrantError
    desk.gate.give(direct())
    with desk.gate.opening(IDENTIFIER, FRIEND, DIGEST) as opening:
        assert opening.grant == direct()
    assert desk.refusal(recipient="https://eve.example/#me") is WrongRecipientError
    assert desk.refusal(content="sha-256:" + "cd" * 32) is WrongDataError
    last = desk.gate._log.entries()[-1]
    assert (last.action, last.recipient, last.size, last.sha256) == ("share", FRIEND, 1_000, "ab" * 32)


def test_a_grant_without_its_event_opens_nothing() -> None:
    desk = Desk()
    desk.documents.create(f"consent/shares/{IDENTIFIER}.ttl", desk.gate.record(direct()))
    assert desk.refusal() is NotYetValidError


def test_the_gate_closes_with_the_end_and_stays_closed_when_the_clock_goes_back() -> None:
    desk = Desk()
    desk.gate.give(direct())
    desk.now = START + timedelta(days=90)
    assert desk.refusal() is ExpiredError
    desk.gate.settle(IDENTIFIER, Status.EXPIRED)
    desk.now = START
    assert desk.refusal() is ClockRollbackError


def test_a_withdrawal_closes_the_gate_before_the_pod_knows() -> None:
    desk = Desk()
    desk.gate.give(direct())
    desk.documents.offline = True
    desk.gate.mark(IDENTIFIER)
    desk.documents.offline = False
    assert desk.refusal() is WithdrawnError
    desk.gate.settle(IDENTIFIER, Status.WITHDRAWN)
    desk.gate.settle(IDENTIFIER, Status.WITHDRAWN)
    assert [entry.action for entry in desk.gate._log.entries()] == ["give", "withdraw"]
    fresh = DirectGate(desk.documents, MemoryMarks(), Key(), lambda: desk.now)
    assert fresh.one(IDENTIFIER).status(desk.now) == "withdrawn"
    assert f"consent/receipts/{IDENTIFIER}-withdrawn.ttl" in desk.documents.files


def test_a_grant_that_somebody_changed_opens_nothing() -> None:
    desk = Desk()
    desk.gate.give(direct())
    path = f"consent/shares/{IDENTIFIER}.ttl"
    other = DirectGate(MemoryDocuments(), MemoryMarks(), Key(2), lambda: desk.now)
    desk.documents.files[path] = other.record(direct(recipient="https://eve.example/#me"))
    assert desk.refusal(recipient="https://eve.example/#me") is BadSignatureError
    assert desk.gate.read().damaged == (IDENTIFIER,)


def test_only_the_gate_makes_an_opening() -> None:
    with pytest.raises(TypeError):
        Opening(object(), direct())  # type: ignore[arg-type]


def test_studies_and_shares_keep_one_log_and_do_not_mistake_each_other() -> None:
    machine: Machine = given()
    gate = DirectGate(machine.documents, machine.marks, machine.key, lambda: machine.now)
    gate.give(direct())
    with gate.opening(IDENTIFIER, FRIEND, DIGEST):
        pass
    assert len(machine.gate.states().states) == 1
    assert machine.gate.states().damaged == ()
    assert machine.gate.charges() == []
    assert machine.gate.withdraw(machine.gate.states().states[0].grant.identifier)
    gate.mark(IDENTIFIER)
    assert machine.gate.sync() == []
    gate.settle(IDENTIFIER, Status.WITHDRAWN)
    actions = [entry.action for entry in machine.gate.entries()]
    assert actions == ["give", "give", "share", "withdraw", "withdraw"]
