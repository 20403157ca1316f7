"""A pod's consents, carried into a fresh pod and a fresh machine, decide as before: 1,000 requests drawn by chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from consent.errors import ConsentError
from consent.gate import Gate
from consent.grant import Disclosure
from consent.grants import Grants
from consent.ledger import Ledger, Log, check_wanted
from consent.policy import choose
from consent.purposes import AGGREGATE_REPORTING, FEDERATED_TRAINING, LISTENING, SPENDING
from pod_agent.federation.stores import LocalMarks, PodDocuments
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.consents import START, Machine, grant_for, question
from tests.unit.test_consent_requests import asked

CHOICES: dict[str, list[Any]] = {
    "controller": ["https://a.example/#us", "https://b.example/#us"],
    "helper": ["https://h.example/#us", "https://i.example/#us"],
    "purpose": [AGGREGATE_REPORTING, FEDERATED_TRAINING],
    "data": [frozenset({SPENDING}), frozenset({LISTENING}), frozenset({SPENDING, LISTENING})],
    "min_batch": [100, 200],
}


def drawn(dice: random.Random, **more: Any) -> dict[str, Any]:
    return {**{name: dice.choice(values) for name, values in CHOICES.items()}, **more}


def lived() -> tuple[Machine, str]:
    """A machine on which much was given, renewed, withdrawn, spent and refused; and the study that was refused."""
    dice, machine, given = random.Random(7), Machine(), []
    for _ in range(24):
        days = dice.choice([5, 40, 90])
        grant = grant_for(**drawn(dice), until=START + timedelta(days=days))
        machine.gate.give(grant)
        given.append(grant.identifier)
    for identifier in given[::6]:
        machine.gate.withdraw(identifier)
    for identifier in given[1::6]:
        machine.gate.renew(identifier, START + timedelta(days=200), "sha-256:" + "12" * 32)
    refused = asked()
    machine.requests.refuse(refused)
    for number in range(12):
        try:
            machine.gate.permit(question(b"%d" % number, **drawn(dice, micro_rho=3_000)))
        except ConsentError:
            continue
    return machine, refused.task_id


def decide(gate: Gate) -> Callable[[Disclosure], str]:
    """The gate's decision on what it reads now, without the log entry of each refusal."""
    entries, states, charges, now = gate.entries(), gate.states().states, gate.charges(), gate.now()

    def decision(disclosure: Disclosure) -> str:
        try:
            check_wanted(entries, disclosure.study)
            return choose(states, disclosure, now, charges, gate.limits).grant.identifier
        except ConsentError as error:
            return error.code

    return decision


def test_consents_that_moved_decide_as_before(tmp_path: Path) -> None:
    machine, refused = lived()
    documents, marks = PodDocuments(EmbeddedPod(tmp_path / "pod")), LocalMarks(tmp_path / "marks")
    for path, content in machine.documents.files.items():
        assert documents.create(path, content)
    dice, found = random.Random(7), set()
    for days in (0, 30, 100, 250):
        machine.now = START + timedelta(days=days)
        log, key = Log(documents, marks, machine.key), machine.key
        moved = Gate(Grants(documents, marks, key), Ledger(documents, key), log, lambda: machine.now)
        before, after = decide(machine.gate), decide(moved)
        for number in range(250):
            asking = question(b"new %d" % number, **drawn(dice, micro_rho=dice.choice([1, 3_000, 9_000, 10_001])))
            asking = replace(asking, study=refused) if number % 50 == 0 else asking
            assert before(asking) == after(asking)
            found.add(before(asking))
    codes = {name for name in found if "-" not in name}
    assert {"wrong_data", "wrong_purpose", "expired", "batch_too_small", "budget_exhausted", "refused"} <= codes
    assert len(found - codes) > 3  # grants that permit
