"""Withdrawing at the real servers: reports that were not summed are taken back, now or when a server answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aggregator.collection import collect
from consent.errors import PodOfflineError, WithdrawnError
from pod_agent.errors import PodUnreachableError
from pod_agent.federation.consents import Consents
from pod_agent.federation.stores import LocalMarks, PodDocuments
from pod_agent.federation.taking_back import TAKEN_BACK
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.door import HELPER, LEADER, Door, doors
from vocab.study import Noise, Study

ROOT = Path(__file__).resolve().parents[2]
SPENDING = {"groceries": 60.0, "eating-out": 30.0, "transport": 10.0}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    yield from doors(tmp_path)


def taken_back(consents: Consents) -> list[tuple[str, str]]:
    """Server and answer of each entry that tells of a report taken back."""
    rows = [row for row in consents.audit() if row["action"] == TAKEN_BACK]
    return [(row["recipient"].partition("tasks/")[0], row["outcome"]) for row in rows]


def small_study(door: Door) -> Study:
    """A study that may sum three made-up people, exactly."""
    study = door.study(demo=True, min_batch=3, noise=Noise(0))
    door.publish(study)
    return study


def answered(door: Door, study: Study, spending: dict[str, float], **person: Any) -> tuple[Consents, Any, str]:
    """A made-up person who allowed the study and answered it; with the wire and the grant."""
    consents, wire = door.person(spending, simulated=True, **person)
    grant = consents.give(study.task_id.hex())
    assert [outcome.outcome for outcome in consents.answer_studies()] == ["sent"]
    return consents, wire, grant


def test_a_withdrawn_grant_sends_nothing_and_takes_back_what_was_not_summed(door: Door) -> None:
    study = door.study()
    door.publish(study)
    consents, wire = door.person(SPENDING)
    grant = consents.give(study.task_id.hex())
    consents.answer_studies()
    assert consents.withdraw(grant)
    assert door.held(study.task_id) == 0
    assert {len(body) for body in wire.sent("DELETE")} == {32}
    assert [(row["recipient"], row["bytes"], row["outcome"]) for row in consents.audit()[-2:]] == [
        (address, 32, "removed") for method, address, _ in wire.requests if method == "DELETE"
    ]
    assert taken_back(consents) == [(HELPER, "removed"), (LEADER, "removed")]
    assert consents.requests()[0].status == "withdrawn"
    before = len(wire.requests)
    assert consents.answer_studies() == []
    assert [method for method, _, _ in wire.requests[before:]] == ["GET"]
    assert consents.grants()[0]["status"] == "withdrawn"


def test_withdrawing_works_with_the_network_off(door: Door) -> None:
    task = door.publish(door.study())
    consents, wire = door.person(SPENDING)
    grant = consents.give(task)
    wire.away = True
    assert consents.withdraw(grant)
    wire.away = False
    consents.answer_studies()
    assert wire.sent() == []


def test_a_withdrawal_that_reached_no_server_is_told_later_and_the_sum_leaves_the_report_out(
    door: Door, tmp_path: Path
) -> None:
    study = small_study(door)
    for _ in range(3):
        answered(door, study, {"groceries": 1.0})
    consents, wire, grant = answered(door, study, {"transport": 1.0}, home=tmp_path / "alice")
    wire.away = True
    assert consents.withdraw(grant)
    assert not consents.catch_up()
    assert taken_back(consents) == []
    assert door.held(study.task_id) == 4
    wire.away = False
    assert consents.answer_studies() == []
    assert door.held(study.task_id) == 3
    assert taken_back(consents) == [(HELPER, "removed"), (LEADER, "removed")]
    assert list((tmp_path / "alice" / "outbox").iterdir()) == []
    asked = len(wire.sent("DELETE"))
    assert consents.catch_up()
    assert len(wire.sent("DELETE")) == asked == 2
    collect(door.leader, study.task_id, door.channel)
    assert door.leader.noisy_sum(study.task_id) == ([3, 0, 0, 0], 3, 0)


@pytest.mark.parametrize(("away", "there"), [(HELPER, LEADER), (LEADER, HELPER)])
def test_one_server_suffices_for_the_sum_and_the_other_is_asked_until_it_answers(
    door: Door, away: str, there: str
) -> None:
    study = small_study(door)
    for _ in range(3):
        answered(door, study, {"groceries": 1.0})
    consents, wire, grant = answered(door, study, {"transport": 1.0})
    wire.away = {away}
    consents.withdraw(grant)
    assert taken_back(consents) == [(there, "removed")]
    assert not consents.catch_up()
    collect(door.leader, study.task_id, door.channel)
    assert door.leader.noisy_sum(study.task_id)[0] == [3, 0, 0, 0]
    wire.away = False
    assert consents.catch_up()
    assert taken_back(consents) == [(there, "removed"), (away, "too_late" if away == LEADER else "removed")]


def test_a_report_that_is_summed_already_stays_and_the_log_says_so(door: Door) -> None:
    study = small_study(door)
    people = [answered(door, study, {"groceries": 1.0}) for _ in range(3)]
    collect(door.leader, study.task_id, door.channel)
    consents, _, grant = people[0]
    assert consents.withdraw(grant)
    assert taken_back(consents) == [(HELPER, "too_late"), (LEADER, "too_late")]
    assert consents.catch_up()


def test_a_lost_answer_is_asked_for_again_and_the_log_tells_that_the_secret_left(door: Door) -> None:
    study = small_study(door)
    consents, wire, grant = answered(door, study, SPENDING)
    wire.deaf = True
    consents.withdraw(grant)
    assert not consents.catch_up()
    assert taken_back(consents) == [(HELPER, "unanswered"), (LEADER, "unanswered")]  # told once
    wire.deaf = False
    assert consents.catch_up()
    assert taken_back(consents)[2:] == [(HELPER, "removed"), (LEADER, "removed")]


class SwitchedPod(EmbeddedPod):
    """A pod that a test switches off."""

    off = False

    def read(self, path: str) -> Any:
        self._reach()
        return super().read(path)

    def write(self, path: str, content: bytes, **options: Any) -> Any:
        self._reach()
        return super().write(path, content, **options)

    def list(self, container: str) -> Any:
        self._reach()
        return super().list(container)

    def _reach(self) -> None:
        if self.off:
            raise PodUnreachableError("the pod is off")


def test_a_withdrawal_without_the_pod_takes_the_report_back_when_the_pod_answers(door: Door, tmp_path: Path) -> None:
    study = small_study(door)
    pod = SwitchedPod(tmp_path / "pod")
    consents, wire, grant = answered(door, study, SPENDING, pod=pod)
    pod.off = True
    assert not consents.withdraw(grant)
    assert not consents.catch_up()
    with pytest.raises(PodOfflineError):
        consents.answer_studies()
    pod.off = False
    consents.answer_studies()
    assert door.held(study.task_id) == 0
    assert len(wire.sent("PUT")) == 1
    assert taken_back(consents) == [(HELPER, "removed"), (LEADER, "removed")]


def test_a_withdrawal_that_only_this_machine_knows_takes_the_report_back(door: Door, tmp_path: Path) -> None:
    _, _, grant = answered(door, small_study(door), SPENDING, home=tmp_path / "alice")
    document = tmp_path / "alice" / "pod" / "consent" / "grants" / f"{grant}.ttl"
    document.write_bytes(document.read_bytes().replace(b"minCohort 3", b"minCohort 2"))
    again, wire = door.person(SPENDING, home=tmp_path / "alice", simulated=True)
    assert not again.withdraw(grant)
    assert not again.catch_up()  # the grant in the pod cannot be read, so the pod cannot be told
    assert taken_back(again) == [(HELPER, "removed"), (LEADER, "removed")]
    assert len(wire.sent("DELETE")) == 2


def test_a_report_that_never_left_is_not_taken_back(door: Door) -> None:
    study = small_study(door)
    consents, wire, grant = answered(door, study, SPENDING)
    assert consents.withdraw(grant)
    consents.give(study.task_id.hex())  # builds another report, which may never be sent
    assert [outcome.outcome for outcome in consents.answer_studies()] == []
    assert consents.catch_up()
    assert len(wire.sent("DELETE")) == 2
    assert len(wire.sent("PUT")) == 1


def test_a_torn_document_is_replaced_only_as_it_was_read(tmp_path: Path) -> None:
    documents = PodDocuments(EmbeddedPod(tmp_path))
    assert documents.create("consent/a.ttl", b"half")
    assert not documents.replace("consent/a.ttl", b"hal", b"whole")
    assert not documents.replace("consent/b.ttl", b"", b"whole")
    assert documents.read("consent/a.ttl") == b"half"
    assert documents.replace("consent/a.ttl", b"half", b"whole")
    assert documents.read("consent/a.ttl") == b"whole"


def test_nobody_is_asked_for_reports_of_grants_that_stand(door: Door) -> None:
    consents, wire, _ = answered(door, small_study(door), SPENDING)
    assert consents.catch_up()
    assert wire.sent("DELETE") == []


def test_a_withdrawal_in_another_process_stops_an_upload(door: Door, tmp_path: Path) -> None:
    study = door.study()
    door.publish(study)
    consents, _ = door.person(SPENDING, home=tmp_path / "alice")
    grant = consents.give(study.task_id.hex())
    [offered] = consents.offered()
    _, permit = consents.contribute(offered, lambda _: 0)
    marks = LocalMarks(tmp_path / "alice" / "consent")
    program = (
        "import sys, pathlib; from pod_agent.federation.stores import LocalMarks, clock\n"
        f"LocalMarks(pathlib.Path({str(tmp_path / 'alice' / 'consent')!r})).mark_withdrawn({grant!r}, clock())"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
    assert marks.withdrawn(grant)
    with pytest.raises(WithdrawnError):
        permit.check()
