"""The gate: every refusal, the order of writes, withdrawal, and a type checker that finds a send without a permit."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import consent.gate
from consent.budget import Limits
from consent.errors import (
    REFUSALS,
    AlreadyAnsweredError,
    BudgetExhaustedError,
    ClockRollbackError,
    ConsentError,
    ExpiredError,
    NoGrantError,
    PodOfflineError,
    WithdrawnError,
    WrongDataError,
    WrongRecipientError,
)
from consent.gate import Gate, Permit
from consent.purposes import FEDERATED_TRAINING, LISTENING, SPENDING
from tests.support.consents import START, Key, Machine, MemoryDocuments, grant_for, question

ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)


def refused(machine: Machine, **changes: Any) -> str:
    """The code of the refusal, which must be in the log and must have cost nothing."""
    charges = machine.gate.charges()
    with pytest.raises(ConsentError) as caught:
        machine.gate.permit(question(os.urandom(8), **changes))
    last = machine.gate.entries()[-1]
    assert (last.action, last.outcome, last.micro_rho) == ("deny", caught.value.code, 0)
    assert machine.gate.charges() == charges
    assert (caught.value.exit_status, caught.value.http_status) == (4, 403)
    return caught.value.code


def given(**changes: Any) -> Machine:
    machine = Machine()
    machine.gate.give(grant_for(**changes))
    return machine


def test_without_a_grant_nothing_is_permitted() -> None:
    assert refused(Machine()) == "no_grant"
    assert refused(given(), controller="https://other.example/profile#us") == "no_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"helper": "https://other.example/profile#us"},
        {"helper_key": "sha-256:" + "00" * 32},
        {"controller_key": Key(5).name},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_other_servers_or_keys_than_the_grant_names_are_refused(changes: dict[str, str]) -> None:
    assert refused(given(), **changes) == "wrong_recipient"


def test_another_purpose_is_refused() -> None:
    assert refused(given(), purpose=FEDERATED_TRAINING) == "wrong_purpose"


def test_every_kind_of_data_must_be_granted() -> None:
    assert refused(given(), data=frozenset({SPENDING, LISTENING})) == "wrong_data"
    assert refused(given(), data=frozenset({LISTENING})) == "wrong_data"
    assert refused(given(), data=frozenset()) == "wrong_data"


def test_before_the_grant_or_the_study_begins_nothing_leaves() -> None:
    assert refused(given(), opens=START + DAY) == "not_yet_valid"
    assert refused(given(created=START + DAY)) == "not_yet_valid"


def test_a_grant_without_the_event_that_gives_it_permits_nothing() -> None:
    machine = given()
    [event] = [path for path in machine.documents.files if "/events/" in path]
    del machine.documents.files[event]
    assert refused(machine) == "not_yet_valid"


def test_after_the_grant_or_the_study_ends_nothing_leaves() -> None:
    assert refused(given(), closes=START) == "expired"
    machine = given()
    machine.now = START + 90 * DAY
    assert refused(machine) == "expired"
    assert any(entry.action == "expire" for entry in machine.gate.entries())
    machine = given()
    machine.now = START + 90 * DAY - timedelta(seconds=1)
    machine.gate.permit(question())


def test_a_withdrawn_grant_permits_nothing() -> None:
    machine = given()
    [state] = machine.gate.states().states
    assert machine.gate.withdraw(state.grant.identifier)
    assert refused(machine) == "withdrawn"


def test_the_budget_of_the_grant_ends() -> None:
    machine = given()
    assert refused(machine, micro_rho=10_001) == "budget_exhausted"
    assert refused(machine, micro_rho=0) == "budget_exhausted"
    for number in range(2):
        machine.gate.permit(question(b"%d" % number, micro_rho=10_000))
    assert refused(machine, micro_rho=1) == "budget_exhausted"
    machine.now = START + 28 * DAY - timedelta(seconds=1)
    assert refused(machine, micro_rho=1) == "budget_exhausted"
    machine.now = START + 28 * DAY
    machine.gate.permit(question(b"later", micro_rho=10_000))


@pytest.mark.parametrize(
    ("limits", "days"),
    [
        (Limits(business_period=15_000), 28),
        (Limits(period=15_000), 28),
        (Limits(year=15_000), 365),
    ],
    ids=["business", "all", "year"],
)
def test_the_budget_of_the_person_ends_whatever_the_grants_say(limits: Limits, days: int) -> None:
    machine = Machine(limits=limits)
    machine.gate.give(grant_for(until=START + 365 * DAY))
    machine.gate.permit(question(b"1", micro_rho=10_000))
    assert refused(machine, micro_rho=5_001) == "budget_exhausted"
    machine.now = START + days * DAY - timedelta(seconds=1)
    assert refused(machine, micro_rho=5_001) == "budget_exhausted"
    machine.gate.permit(question(b"2", micro_rho=5_000))


def test_one_business_cannot_gain_by_two_grants() -> None:
    machine = Machine(limits=Limits(business_period=15_000))
    for _ in range(2):
        machine.gate.give(grant_for())
    machine.gate.permit(question(b"1", micro_rho=10_000))
    assert refused(machine, micro_rho=10_000) == "budget_exhausted"


def test_fewer_people_than_the_grant_asks_for_are_refused() -> None:
    assert refused(given(), min_batch=99) == "batch_too_small"


def test_a_statistic_outside_the_catalogue_is_refused() -> None:
    assert refused(given(), statistic="raw_records") == "unknown_statistic"


def test_a_grant_that_someone_changed_permits_nothing() -> None:
    machine = given()
    [path] = [path for path in machine.documents.files if path.startswith("consent/grants/") and "/events/" not in path]
    machine.documents.files[path] = machine.documents.files[path].replace(b"minCohort 100", b"minCohort 1")
    assert refused(machine, min_batch=1) == "bad_signature"


def test_a_clock_that_was_set_back_permits_nothing() -> None:
    machine = given()
    machine.now = START - timedelta(minutes=5, seconds=1)
    assert refused(machine) == "clock_rollback"
    machine.now = START - timedelta(minutes=5)
    machine.gate.permit(question())


def test_setting_the_clock_back_does_not_revive_an_expired_grant() -> None:
    machine = given()
    machine.now = START + 90 * DAY
    assert refused(machine) == "expired"
    for back in (timedelta(minutes=4), timedelta(minutes=6), 60 * DAY):
        machine.now = START + 90 * DAY - back
        with pytest.raises((ExpiredError, ClockRollbackError)):
            machine.gate.permit(question(str(back).encode()))


def test_an_expired_grant_stays_expired_where_the_log_is_lost_as_well() -> None:
    machine = given()
    machine.now = START + 90 * DAY
    assert refused(machine) == "expired"
    files = {path: content for path, content in machine.documents.files.items() if "/log/" not in path}
    assert refused(Machine(documents=MemoryDocuments(files))) == "expired"


def test_the_same_refusal_of_one_study_is_logged_once() -> None:
    machine = Machine()
    for _ in range(3):
        with pytest.raises(NoGrantError):
            machine.gate.permit(question())
    assert len(machine.gate.entries()) == 1


def test_a_study_is_answered_once() -> None:
    machine = given()
    machine.gate.record(machine.gate.permit(question()))
    with pytest.raises(AlreadyAnsweredError):
        machine.gate.permit(question())
    with pytest.raises(AlreadyAnsweredError):  # the same study with other bytes
        machine.gate.permit(replace(question(b"other"), study=question().study))


def test_the_same_bytes_are_permitted_again_after_a_crash_and_cost_nothing_more() -> None:
    machine = given()
    machine.gate.permit(question())
    again = Machine(documents=machine.documents, marks=machine.marks, now=START + DAY)
    again.gate.permit(question())
    assert [charge.micro_rho for charge in again.gate.charges()] == [5_000]
    with pytest.raises(AlreadyAnsweredError):  # fresh noise for the shares would be a second answer
        again.gate.permit(replace(question(b"other"), study=question().study))


def test_a_permit_after_a_crash_needs_a_live_grant_still() -> None:
    machine = given()
    permit = machine.gate.permit(question())
    machine.gate.withdraw(permit.grant.identifier)
    with pytest.raises(WithdrawnError):
        machine.gate.permit(question())


class CrashingDocuments(MemoryDocuments):
    """Ends like a crash after so many more documents."""

    left = 10_000

    def create(self, path: str, content: bytes) -> bool:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return super().create(path, content)


def test_a_crash_at_any_write_counts_too_much_and_never_too_little() -> None:
    for left in range(3):
        documents = CrashingDocuments()
        machine = Machine(documents=documents)
        machine.gate.give(grant_for())
        documents.left = left
        permitted = False
        try:
            machine.gate.permit(question())
            permitted = True
        except KeyboardInterrupt:
            pass
        documents.left = 10_000
        after = Machine(documents=documents, marks=machine.marks)
        spent = sum(charge.micro_rho for charge in after.gate.charges())
        assert permitted == (left == 2)
        assert [entry.outcome for entry in after.gate.entries()] == (["done", "permitted"] if left else ["done"])
        assert spent == (5_000 if left else 0)  # the log entry alone counts already


class InterruptedDocuments(MemoryDocuments):
    """Lets another device act just before the next entry of the log is written."""

    between: Callable[[], object] | None = None

    def create(self, path: str, content: bytes) -> bool:
        act, self.between = self.between, None
        if act is not None and "/log/" in path:
            act()
        return super().create(path, content)


def test_two_devices_at_once_cannot_pass_a_limit_together() -> None:
    documents = InterruptedDocuments()
    here = Machine(documents=documents, limits=Limits(business_period=15_000))
    there = Machine(documents=documents, limits=Limits(business_period=15_000))
    here.gate.give(grant_for())
    documents.between = lambda: there.gate.permit(question(b"there", micro_rho=10_000))
    with pytest.raises(BudgetExhaustedError):
        here.gate.permit(question(b"here", micro_rho=10_000))
    assert [charge.micro_rho for charge in here.gate.charges()] == [10_000]
    documents.between = lambda: there.gate.permit(question(b"again", micro_rho=2_000))
    here.gate.permit(question(b"small", micro_rho=3_000))
    assert [entry.sequence for entry in there.gate.entries()] == list(range(1, len(here.log_paths()) + 1))
    assert sum(entry.micro_rho for entry in here.gate.entries()) == 15_000


def test_a_charge_that_someone_removed_still_counts() -> None:
    machine = given()
    machine.gate.permit(question(b"1", micro_rho=10_000))
    machine.gate.permit(question(b"2", micro_rho=10_000))
    for path in [path for path in machine.documents.files if path.startswith("consent/budget/")]:
        del machine.documents.files[path]
    assert refused(machine, micro_rho=1) == "budget_exhausted"


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


def test_the_event_of_another_grant_gives_nothing() -> None:
    machine = given()
    [event] = [path for path in machine.documents.files if "/events/" in path]
    stranger = given()
    [other] = [path for path in stranger.documents.files if "/events/" in path]
    machine.documents.files[event] = stranger.documents.files[other]
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


def test_a_permit_is_for_these_bytes_to_this_address() -> None:
    permit = given().gate.permit(question())
    address = permit.disclosure.recipient
    with pytest.raises(WrongDataError), permit.sending(address, b"rep0rt"):
        pass
    with pytest.raises(WrongRecipientError), permit.sending(address + "2", b"report"):
        pass
    with permit.sending(address, b"report") as parts:
        assert b"".join(parts) == b"report"


def test_a_grant_that_ends_during_an_upload_stops_it() -> None:
    machine = given()
    body = bytes(100_000)
    permit = machine.gate.permit(question(body))
    parts = pieces(permit, body)
    next(parts)
    machine.now = START + 90 * DAY
    with pytest.raises(ExpiredError):
        next(parts)


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


def pieces(permit: Permit, body: bytes = b"report") -> Iterator[bytes]:
    with permit.sending(permit.disclosure.recipient, body) as parts:
        yield from parts


def test_only_the_gate_makes_a_permit() -> None:
    with pytest.raises(TypeError):
        Permit(object(), Gate, grant_for(), question())  # type: ignore[arg-type]


def test_the_type_checker_rejects_a_send_without_a_permit(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(
        "import httpx\n"
        "from consent.gate import Permit\n"
        "from pod_agent.federation.report import SealedReport\n"
        "from pod_agent.federation.send import send\n"
        "def right(report: SealedReport, permit: Permit, client: httpx.Client) -> None:\n"
        "    send(report, permit, client=client)\n"
        "def leak(report: SealedReport, client: httpx.Client) -> None:\n"
        "    send(report, client=client)\n"
        "    send(report, None, client=client)\n"
        "    send(report, Permit(), client=client)\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--no-error-summary", str(planted)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert lines == {8, 9, 10}, done.stdout + done.stderr


def test_every_refusal_has_a_code_of_its_own() -> None:
    assert len(REFUSALS) == len(set(REFUSALS.values()))
    assert all(refusal().hint for refusal in REFUSALS.values())
    assert BudgetExhaustedError.code in REFUSALS
    assert consent.gate.__all__ == ["Gate", "Permit"]
