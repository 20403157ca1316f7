"""The last second and the last micro-rho at which the gate says yes, and what it writes down of grants that change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from consent.budget import PERIOD
from consent.errors import AlreadyAnsweredError, ExpiredError, WithdrawnError
from tests.support.consents import START, Machine, MemoryDocuments, given, grant_for, pieces, question

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def test_only_a_yes_names_its_study_in_the_log() -> None:
    machine = given()
    [state] = machine.gate.states().states
    machine.gate.renew(state.grant.identifier, START + 120 * DAY, "sha-256:" + "00" * 32)
    machine.gate.withdraw(state.grant.identifier)
    ended = given()
    ended.now = START + 90 * DAY
    with pytest.raises(ExpiredError):
        ended.gate.permit(question())
    entries = [*machine.gate.entries(), *ended.gate.entries()]
    told = {entry.action: entry.study for entry in entries if entry.action != "deny"}
    assert told == {"give": state.grant.request, "renew": "", "withdraw": "", "expire": ""}


@pytest.mark.parametrize("closes", [30, 90, 3650])
def test_an_upload_ends_with_the_study_or_the_grant_whichever_is_first(closes: int) -> None:
    machine, body = given(), bytes(100_000)
    parts = pieces(machine.gate.permit(question(body, closes=START + closes * DAY)), body)
    machine.now = START + min(closes, 90) * DAY - SECOND
    next(parts)
    next(parts)
    machine.now += SECOND
    with pytest.raises(ExpiredError):
        next(parts)


def test_the_same_bytes_are_permitted_again_until_their_cost_counts_no_more() -> None:
    machine = given()
    machine.gate.permit(question())
    machine.now = START + PERIOD - SECOND
    machine.gate.permit(question())
    machine.now = START + PERIOD
    with pytest.raises(AlreadyAnsweredError, match="so long ago"):
        machine.gate.permit(question())


def test_the_same_bytes_are_not_permitted_again_at_a_higher_cost() -> None:
    machine = given()
    machine.gate.permit(question(micro_rho=10))
    machine.gate.permit(question(micro_rho=9))
    with pytest.raises(AlreadyAnsweredError):
        machine.gate.permit(question(micro_rho=11))
    with pytest.raises(AlreadyAnsweredError):
        machine.gate.require(replace(question(micro_rho=10), sha256="00" * 32))
    assert [charge.micro_rho for charge in machine.gate.charges()] == [10]


def test_a_grant_that_is_named_is_the_only_one_that_is_used() -> None:
    machine = given()
    [first] = machine.gate.states().states
    machine.gate.give(replace(first.grant, identifier="00000000-0000-4000-8000-000000000000", request="cd" * 32))
    for name in (first.grant.identifier, "00000000-0000-4000-8000-000000000000"):
        assert machine.gate.permit(question(name.encode()), grant=name).grant.identifier == name
    machine.gate.withdraw(first.grant.identifier)
    with pytest.raises(WithdrawnError):
        machine.gate.permit(question(b"late"), grant=first.grant.identifier)


@pytest.mark.parametrize("created", [START - DAY, START, START + DAY])
def test_a_grant_counts_as_given_from_the_later_of_the_yes_and_its_beginning(created: datetime) -> None:
    machine = given(created=created)
    [state] = machine.gate.states().states
    assert state.given_at == max(START, created)
    assert [state.status(max(START, created) + shift) for shift in (-SECOND, SECOND * 0)] == ["not-given", "given"]


def test_what_a_server_said_to_a_withdrawn_report_is_in_the_log_and_costs_nothing() -> None:
    machine = given()
    machine.gate.permit(question())
    release = machine.gate.entries()[-1]
    machine.gate.note_taken_back(release, recipient="https://leader.example/x", payload=b"back", outcome="removed")
    last = machine.gate.entries()[-1]
    assert (last.action, last.study, last.grant) == ("withdraw-report", release.study, release.grant)
    assert (last.recipient, last.size, last.outcome) == ("https://leader.example/x", 4, "removed")
    assert [charge.micro_rho for charge in machine.gate.charges()] == [5_000]


class LateDocuments(MemoryDocuments):
    """Another device writes its charge of the same study just before this one does."""

    theirs: bytes = b""

    def create(self, path: str, content: bytes) -> bool:
        if path.startswith("consent/budget/") and self.theirs:
            self.files[path] = self.theirs
        return super().create(path, content)


def test_a_study_that_another_device_charged_at_the_same_time_is_not_answered_twice() -> None:
    there = given()
    there.gate.permit(replace(question(b"theirs"), study=question().study))
    [path] = [path for path in there.documents.files if path.startswith("consent/budget/")]
    documents = LateDocuments()
    here = Machine(documents=documents)
    here.gate.give(grant_for())
    documents.theirs = there.documents.files[path]
    with pytest.raises(AlreadyAnsweredError):
        here.gate.permit(question())
    assert documents.files[path] == documents.theirs
