"""The gate on a pod of a real Community Solid Server."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consent.errors import PodOfflineError, WithdrawnError
from consent.gate import Gate
from consent.grants import Grants
from consent.ledger import Ledger, Log
from pod_agent.errors import PodUnreachableError
from pod_agent.federation.stores import AgentKey, LocalMarks, PodDocuments, clock
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.pod import Pod
from tests.support.consents import grant_for, question
from tests.support.memory_pod import Fault, FaultyPod
from tests.support.solid_server import fresh_owner


def gate_on(pod: Pod, home: Path) -> Gate:
    documents, marks, key = PodDocuments(pod), LocalMarks(home / "consent"), AgentKey(home)
    return Gate(Grants(documents, marks, key), Ledger(documents, key), Log(documents, marks, key), clock)


@pytest.mark.solid
def test_grants_log_and_budget_live_on_a_server_and_a_withdrawal_reaches_it_later(tmp_path: Path) -> None:
    now = clock()
    terms: dict[str, Any] = {"opens": now - timedelta(days=1), "closes": now + timedelta(days=1)}
    pod = fresh_owner().open()
    gate = gate_on(pod, tmp_path)
    grant = grant_for(created=now, until=now + timedelta(days=90))
    gate.give(grant)
    permit = gate.permit(question(**terms))
    with permit.sending(permit.disclosure.recipient, b"report") as parts:
        assert b"".join(parts) == b"report"
    gate.record(permit)
    offline = gate_on(FaultyPod(pod, 0, Fault.SERVER_ERROR), tmp_path)
    assert offline.withdraw(grant.identifier) is False
    with pytest.raises((WithdrawnError, PodOfflineError)):
        permit.check()
    assert gate.sync() == []
    assert [entry.action for entry in gate.entries()] == ["give", "release", "release", "withdraw"]
    assert gate.states().states[0].status(clock()) == "withdrawn"
    pod.close()


@pytest.mark.parametrize("number", range(2))
def test_a_write_whose_answer_was_lost_is_counted_once_and_permitted_next_time(tmp_path: Path, number: int) -> None:
    pod, now = EmbeddedPod(tmp_path / "pod"), clock()
    asked = question(opens=now - timedelta(days=1), closes=now + timedelta(days=1))
    gate = gate_on(pod, tmp_path)
    gate.give(grant_for(created=now, until=now + timedelta(days=90)))
    with pytest.raises(PodOfflineError):
        gate_on(FaultyPod(pod, number, Fault.LOST_ANSWER), tmp_path).permit(asked)
    assert gate.permit(asked).disclosure == asked
    assert [charge.micro_rho for charge in gate.charges()] == [asked.micro_rho]


def test_a_document_is_written_once(tmp_path: Path) -> None:
    documents = PodDocuments(EmbeddedPod(tmp_path / "pod"))
    assert documents.create("consent/a.ttl", b"first")
    assert not documents.create("consent/a.ttl", b"second")
    assert documents.read("consent/a.ttl") == b"first"
    assert documents.names("consent/") == ["a.ttl"]


def test_a_pod_that_does_not_answer_closes_the_gate(tmp_path: Path) -> None:
    class Away:
        root = "https://pod.example/"

        def __getattr__(self, name: str) -> object:
            raise PodUnreachableError("away")

    gate = gate_on(Away(), tmp_path)  # type: ignore[arg-type]
    with pytest.raises(PodOfflineError):
        gate.permit(question())
    assert PodOfflineError.exit_status == 5
