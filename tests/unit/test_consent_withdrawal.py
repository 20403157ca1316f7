"""Withdrawing: in force at once and for good, with or without the pod, also in the midst of an upload."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from consent.errors import ConsentError, NoGrantError, PodOfflineError, WithdrawnError
from consent.gate import Permit
from tests.support.consents import START, Machine, given, pieces, question, refused


def test_a_withdrawn_grant_permits_nothing() -> None:
    machine = given()
    [state] = machine.gate.states().states
    assert machine.gate.withdraw(state.grant.identifier)
    assert refused(machine) == "withdrawn"


def test_a_permit_after_a_crash_needs_a_live_grant_still() -> None:
    machine = given()
    permit = machine.gate.permit(question())
    machine.gate.withdraw(permit.grant.identifier)
    with pytest.raises(WithdrawnError):
        machine.gate.permit(question())


def test_withdrawing_works_without_the_pod_and_the_pod_learns_of_it_later() -> None:
    machine = given()
    [state] = machine.gate.states().states
    permit = machine.gate.permit(question())
    machine.documents.offline = True
    assert machine.gate.withdraw(state.grant.identifier) is False
    with pytest.raises((WithdrawnError, PodOfflineError)):
        list(pieces(permit))
    machine.documents.offline = False
    assert refused(machine) == "withdrawn"
    elsewhere = Machine(documents=machine.documents)
    assert elsewhere.gate.states().states[0].status(START) == "given"
    assert machine.gate.sync() == []
    assert elsewhere.gate.states().states[0].status(START) == "withdrawn"
    assert f"consent/receipts/{state.grant.identifier}-withdrawn.ttl" in machine.documents.files


def test_removing_the_withdrawal_from_the_pod_does_not_revive_the_grant() -> None:
    machine = given()
    [state] = machine.gate.states().states
    machine.gate.withdraw(state.grant.identifier)
    [event] = [path for path in machine.documents.files if path.endswith("/events/0002.ttl")]
    del machine.documents.files[event]
    assert refused(machine) == "withdrawn"
    assert refused(Machine(documents=machine.documents)) == "withdrawn"  # the log knows as well


def test_a_withdrawn_grant_under_another_name_is_found() -> None:
    machine = given()
    [state] = machine.gate.states().states
    old, new = state.grant.identifier, "11111111-2222-4333-8444-555555555555"
    copies = {path.replace(old, new): content for path, content in machine.documents.files.items() if old in path}
    machine.gate.withdraw(old)
    machine.documents.files |= {path: content for path, content in copies.items() if "/grants/" in path}
    assert machine.gate.states().damaged == (new,)
    assert refused(machine) == "withdrawn"
    del machine.documents.files[machine.grant_path(old)]
    assert refused(machine) == "bad_signature"


def test_withdrawing_twice_changes_nothing() -> None:
    machine = given()
    [state] = machine.gate.states().states
    machine.gate.withdraw(state.grant.identifier)
    files = dict(machine.documents.files)
    assert machine.gate.withdraw(state.grant.identifier)
    assert machine.documents.files == files


def test_withdrawing_what_was_never_given_is_told() -> None:
    for name in ("11111111-2222-4333-8444-555555555555", "../withdrawn/x", ""):
        with pytest.raises(NoGrantError):
            Machine().gate.withdraw(name)


def test_a_withdrawal_of_another_device_stops_a_permit_that_was_given_before() -> None:
    machine = given()
    permit = machine.gate.permit(question())
    Machine(documents=machine.documents).gate.withdraw(permit.grant.identifier)
    with pytest.raises(WithdrawnError):
        permit.check()
    with pytest.raises(WithdrawnError):
        list(pieces(permit))
    del machine.documents.files[f"consent/grants/{permit.grant.identifier}/events/0002.ttl"]
    with pytest.raises(WithdrawnError):  # the log tells it as well
        permit.check()


def test_withdrawing_waits_for_an_upload_which_stops_before_its_next_piece() -> None:
    machine = given()
    body = bytes(200_000)
    permit = machine.gate.permit(question(body))
    started, returned = threading.Event(), threading.Event()
    wire: list[bytes] = []
    slow: list[bytes] = []
    stopped: list[ConsentError] = []

    def upload() -> None:
        try:
            for part in pieces(permit, body):
                assert not returned.is_set()
                wire.append(part)
                started.set()
                while not machine.marks.withdrawn(permit.grant.identifier):
                    pass
                time.sleep(0.1)
                slow.append(part)
        except WithdrawnError as error:
            stopped.append(error)

    thread = threading.Thread(target=upload)
    thread.start()
    started.wait()
    machine.gate.withdraw(permit.grant.identifier)
    returned.set()
    assert len(slow) == 1  # it waited for the piece that was under way
    thread.join()
    assert len(wire) == len(stopped) == 1


def test_many_uploads_and_a_withdrawal_at_once_leave_no_byte_after_it() -> None:
    machine = given(max_micro_rho_period=24_356)
    permits = [machine.gate.permit(question(b"%d" % number, micro_rho=1)) for number in range(8)]
    barrier, done = threading.Barrier(9), threading.Event()
    wire: list[bytes] = []
    after: list[bytes] = []

    def upload(permit: Permit, body: bytes) -> None:
        barrier.wait()
        with contextlib.suppress(WithdrawnError):
            for part in pieces(permit, body):
                (after if done.is_set() else wire).append(part)

    threads = [threading.Thread(target=upload, args=(one, b"%d" % number)) for number, one in enumerate(permits)]
    for thread in threads:
        thread.start()
    barrier.wait()
    machine.gate.withdraw(permits[0].grant.identifier)
    done.set()
    for thread in threads:
        thread.join()
    assert after == []
