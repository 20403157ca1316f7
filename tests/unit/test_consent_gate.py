"""The gate: every refusal, the order of writes, and a type checker that finds a send without a permit."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import consent.gate
from consent.budget import Limits
from consent.errors import (
    AlreadyAnsweredError,
    BudgetExhaustedError,
    ClockRollbackError,
    ConsentError,
    ExpiredError,
    LogDamagedError,
    NoGrantError,
    PodOfflineError,
    WrongDataError,
    WrongRecipientError,
)
from consent.gate import Gate, Permit
from consent.proof import is_whole
from consent.purposes import FEDERATED_TRAINING, LISTENING, SPENDING
from tests.support.consents import START, Key, Machine, MemoryDocuments, given, grant_for, pieces, question, refused

ROOT = Path(__file__).resolve().parents[2]
DAY = timedelta(days=1)


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


class TearingDocuments(MemoryDocuments):
    """Keeps the beginning of the document that is written after so many more, and does not answer for it."""

    left = 10_000

    def create(self, path: str, content: bytes) -> bool:
        self.left -= 1
        if self.left == -1:
            self.files.setdefault(path, content[: len(content) // 2])
            raise PodOfflineError
        return super().create(path, content)


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_torn_write_blocks_nothing_and_costs_no_less(written: int) -> None:
    documents = TearingDocuments()
    machine = Machine(documents=documents)
    machine.gate.give(grant_for())
    documents.left = written  # of log entry, charge, and log entry of how it ended
    with pytest.raises(PodOfflineError):
        machine.gate.record(machine.gate.permit(question()))
    for gate in (Machine(documents=documents).gate, machine.gate):  # another device, which knows no head, and this one
        assert sum(charge.micro_rho for charge in gate.charges()) == (5_000 if written else 0)
    machine.gate.record(machine.gate.permit(question()))
    assert [charge.micro_rho for charge in machine.gate.charges()] == [5_000]
    assert [entry.outcome for entry in machine.gate.entries()] == ["done", "permitted", "sent"]
    assert all(is_whole(content) for content in documents.files.values())
    assert Machine(documents=documents).gate.entries() == machine.gate.entries()


def test_half_a_document_elsewhere_than_at_the_unknown_end_is_damage() -> None:
    machine = given()
    machine.gate.permit(question())
    *_, before, last = machine.log_paths()
    whole = dict(machine.documents.files)
    machine.documents.files[last] = whole[last][:-40]
    with pytest.raises(LogDamagedError):  # this machine saw it whole, so bytes may have left
        machine.gate.entries()
    other = Machine(documents=machine.documents)
    assert len(other.gate.entries()) == 1
    machine.documents.files[last], machine.documents.files[before] = whole[last], whole[before][:-40]
    with pytest.raises(LogDamagedError):
        other.gate.entries()
    machine.documents.files = {**whole, last.replace("0002", "0004"): b"@prefix"}
    with pytest.raises(LogDamagedError):  # no place at which an entry is written next
        other.gate.entries()


class InterruptedDocuments(MemoryDocuments):
    """Lets another device act just before the next entry of the log is written."""

    between: Callable[[], object] | None = None

    def create(self, path: str, content: bytes) -> bool:
        act, self.between = self.between, None
        if act is not None and "/log/" in path:
            act()
        return super().create(path, content)

    def replace(self, path: str, torn: bytes, content: bytes) -> bool:
        act, self.between = self.between, None
        if act is not None:
            act()
        return super().replace(path, torn, content)


def test_of_two_devices_that_mend_a_torn_end_one_goes_second() -> None:
    documents = InterruptedDocuments()
    here, there = Machine(documents=documents), Machine(documents=documents)
    here.gate.give(grant_for())
    documents.files[here.log_paths()[0].replace("0001", "0002")] = b"@prefix pa"
    documents.between = lambda: there.gate.permit(question(b"there"))
    here.gate.permit(question(b"here"))
    assert here.gate.entries() == there.gate.entries()
    assert [entry.sequence for entry in here.gate.entries()] == [1, 2, 3]
    assert len(here.gate.charges()) == 2


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


def test_the_event_of_another_grant_gives_nothing() -> None:
    machine = given()
    [event] = [path for path in machine.documents.files if "/events/" in path]
    stranger = given()
    [other] = [path for path in stranger.documents.files if "/events/" in path]
    machine.documents.files[event] = stranger.documents.files[other]
    assert refused(machine) == "bad_signature"


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


def test_only_the_gate_makes_a_permit() -> None:
    with pytest.raises(TypeError):
        Permit(object(), Gate, grant_for(), question(), START)  # type: ignore[arg-type]


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
    # No option but those of pyproject.toml: others would throw away what mypy remembers of all the files.
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(planted)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = {int(place[1]) for place in re.finditer(r"planted\.py:(\d+): error:", done.stdout)}
    assert lines == {8, 9, 10}, done.stdout + done.stderr


def test_every_refusal_has_a_code_of_its_own_and_a_next_step() -> None:
    refusals = ConsentError.__subclasses__()
    assert len({refusal.code for refusal in refusals}) == len(refusals) == 19
    assert all(refusal().hint for refusal in refusals)
    assert consent.gate.__all__ == ["Gate", "Permit"]
