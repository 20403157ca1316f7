"""Requests: what the person said to each, kept for good, and obeyed by the gate."""

from __future__ import annotations

import itertools
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from consent.codec import sign_study
from consent.errors import (
    BadSignatureError,
    ClockRollbackError,
    NoGrantError,
    RefusedError,
    RequestSettledError,
)
from consent.proof import is_whole
from consent.requests import MOVES, RequestState, SignedRequest, decode_request
from tests.support.consents import PERSON, START, Key, Machine, grant_for, pieces, question
from tests.support.studies import histogram_study
from vocab.study import Study

CLOSES = START + timedelta(days=30)
BUSINESS = "https://shop.example/profile#us"


def asked(closes: datetime = CLOSES) -> SignedRequest:
    study: Study = replace(histogram_study(), closes=closes)
    return SignedRequest.read(study.to_json(), sign_study(study, Key(2), START))


def state(machine: Machine) -> RequestState:
    [found] = machine.requests.read()
    return found


def statuses(machine: Machine) -> list[str]:
    return [step.status for step in state(machine).steps]


def test_a_refused_request_is_kept_as_its_business_signed_it_and_stays_refused() -> None:
    machine, request = Machine(), asked()
    machine.requests.refuse(request)
    files = dict(machine.documents.files)
    machine.requests.refuse(request)
    assert machine.documents.files == files
    assert state(machine).request == request
    assert [(step.status, step.by) for step in state(machine).steps] == [
        ("ConsentRequested", BUSINESS),
        ("ConsentRefused", PERSON),
    ]
    with pytest.raises(RefusedError):
        machine.requests.defer(request)
    machine.requests.given(request, "11111111-2222-4333-8444-555555555555")
    machine.now = CLOSES
    machine.requests.settle()
    assert statuses(machine) == ["ConsentRequested", "ConsentRefused"]
    assert state(machine).status(CLOSES) == "ConsentRefused"


def test_nothing_leaves_for_a_refused_study_whatever_grant_covers_it() -> None:
    machine, request = Machine(), asked()
    machine.gate.give(grant_for())
    asking = replace(question(), study=request.task_id)
    permit = machine.gate.permit(asking)
    machine.requests.refuse(request)
    with pytest.raises(RefusedError):
        permit.check()
    with pytest.raises(RefusedError):
        list(pieces(permit))
    for name in (replace(asking, sha256="00" * 32), asking):
        with pytest.raises(RefusedError):
            machine.gate.permit(name)
    with pytest.raises(RefusedError):
        machine.gate.require(asking)
    with pytest.raises(RefusedError):
        machine.gate.give(grant_for(request=request.task_id))
    assert machine.gate.entries()[-1].outcome == "refused"
    machine.gate.permit(question(b"another study"))


def test_a_request_that_was_put_off_waits_for_a_yes() -> None:
    machine, request = Machine(), asked()
    machine.gate.give(grant_for())
    machine.requests.defer(request)
    machine.requests.defer(request)
    asking = replace(question(), study=request.task_id)
    with pytest.raises(NoGrantError, match="put this request off"):
        machine.gate.permit(asking)
    grant = grant_for(request=request.task_id)
    machine.gate.give(grant)
    machine.requests.given(request, grant.identifier)
    machine.gate.permit(asking)
    assert statuses(machine) == ["ConsentRequested", "ConsentRequestDeferred", "ConsentGiven"]
    assert state(machine).steps[-1].grant == grant.identifier
    for say in (machine.requests.refuse, machine.requests.defer):
        with pytest.raises(RequestSettledError, match="you allowed"):
            say(request)


def test_a_request_put_off_can_be_refused_and_ends_with_its_study() -> None:
    machine, first, second = Machine(), asked(), asked(CLOSES + timedelta(days=60))
    machine.requests.defer(first)
    machine.requests.defer(second)
    machine.requests.refuse(second)
    machine.now = CLOSES - timedelta(seconds=1)
    machine.requests.settle()
    assert {found.status(machine.now) for found in machine.requests.read()} == {
        "ConsentRequestDeferred",
        "ConsentRefused",
    }
    machine.now = CLOSES
    assert {found.status(machine.now) for found in machine.requests.read()} == {"ConsentExpired", "ConsentRefused"}
    with pytest.raises(RequestSettledError, match="over"):
        machine.requests.refuse(first)
    machine.requests.settle()
    by_task = {found.request.task_id: found.steps[-1].status for found in machine.requests.read()}
    assert by_task == {first.task_id: "ConsentExpired", second.task_id: "ConsentRefused"}


def test_settling_tells_what_the_log_says_and_a_crash_left_out() -> None:
    machine, request = Machine(), asked()
    machine.requests.refuse(request)
    [step] = [path for path in machine.documents.files if path.endswith("events/0002.ttl")]
    del machine.documents.files[step]
    assert state(machine).status(START) == "ConsentRequested"
    machine.requests.settle()
    assert statuses(machine) == ["ConsentRequested", "ConsentRefused"]


def test_torn_documents_of_a_request_are_written_again() -> None:
    machine, request = Machine(), asked()
    machine.requests.refuse(request)
    whole = dict(machine.documents.files)
    torn = [path for path in whole if path.startswith("consent/requests/") and "0001.ttl" not in path]
    assert len(torn) == 2  # the copy and the last step
    for path in torn:
        machine.documents.files = {**whole, path: whole[path][: len(whole[path]) // 2]}
        machine.requests.read()
        machine.requests.refuse(request)
        assert all(is_whole(content) for content in machine.documents.files.values())
        assert statuses(machine) == ["ConsentRequested", "ConsentRefused"]


def test_every_change_of_a_request_or_its_steps_is_found() -> None:
    machine, request = Machine(), asked()
    machine.requests.refuse(request)
    whole = dict(machine.documents.files)
    for path in [path for path in whole if path.startswith("consent/requests/")]:
        for old, new in ((b"#request>", b"#another>"), (b"2026-11-21T08", b"2026-11-21T09")):
            assert old in whole[path]
            machine.documents.files = {**whole, path: whole[path].replace(old, new)}
            with pytest.raises(BadSignatureError):
                machine.requests.read()
    machine.documents.files = {path: content for path, content in whole.items() if "0001.ttl" not in path}
    with pytest.raises(BadSignatureError):
        machine.requests.read()
    other = Machine(key=Key(7))
    other.requests.refuse(request)
    [copy] = [path for path in other.documents.files if request.task_id in path and "/events/" not in path]
    with pytest.raises(BadSignatureError):  # whole, and signed by another agent
        decode_request(other.documents.files[copy], machine.key.name)


def test_a_manifest_that_its_business_did_not_sign_is_no_request() -> None:
    request = asked()
    changed = replace(request.study, min_batch=6).to_json()
    with pytest.raises(BadSignatureError):
        SignedRequest.read(changed, request.proof)


def test_a_clock_that_was_set_back_takes_no_word() -> None:
    machine = Machine()
    machine.gate.give(grant_for())
    machine.now = START - timedelta(minutes=6)
    with pytest.raises(ClockRollbackError):
        machine.requests.refuse(asked())


def test_without_a_webid_the_agents_key_stands_for_the_person() -> None:
    machine = Machine(person="")
    machine.requests.refuse(asked())
    assert state(machine).steps[-1].by == f"did:key:{machine.key.name}"


@settings(max_examples=40, deadline=None)
@for_all(st.lists(st.sampled_from(["refuse", "defer", "give", "settle", "end"]), max_size=8))
def test_steps_follow_one_another_as_the_state_machine_says(words: list[str]) -> None:
    machine, request = Machine(), asked()
    for word in words:
        with suppress(RefusedError, RequestSettledError):
            if word == "give":
                grant = grant_for(request=request.task_id)
                machine.gate.give(grant)
                machine.requests.given(request, grant.identifier)
            elif word == "settle":
                machine.requests.settle()
            elif word == "end":
                machine.now = CLOSES
            else:
                getattr(machine.requests, word)(request)
    found = machine.requests.read()
    for one in found:
        path = ["", *(step.status for step in one.steps)]
        assert all(after in MOVES[before] for before, after in itertools.pairwise(path))
    if "refuse" in words and not {"give", "end"} & set(words[: words.index("refuse")]):
        assert found[0].steps[-1].status == "ConsentRefused"
