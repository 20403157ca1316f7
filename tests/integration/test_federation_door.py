"""From a published study to a report at the leader and back out again, through the real applications."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from consent.budget import Limits
from consent.errors import (
    BadSignatureError,
    InvalidGrantError,
    InvalidStudyError,
    LogDamagedError,
    NoGrantError,
    WrongRecipientError,
)
from pod_agent.errors import LocalStateError, NotInitialisedError, ServerUnreachableError, UsageError
from pod_agent.federation.report import build_report
from pod_agent.federation.send import send
from pod_agent.federation.stores import AgentKey, clock, secret
from pod_agent.federation.tokens import Ticket
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.door import OTHER_DAYS, Door, doors
from tests.support.memory_pod import Fault, FaultyPod
from vocab.study import Noise
from vocab.vdaf.encoding import TOKEN_BYTES, report_bytes
from vocab.wire import Report, decode

ROOT = Path(__file__).resolve().parents[2]
SPENDING = {"groceries": 60.0, "eating-out": 30.0, "transport": 10.0}
TICKET = Ticket(bytes(32), bytes(TOKEN_BYTES))


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    yield from doors(tmp_path)


def test_a_study_is_shown_granted_answered_and_in_the_audit(door: Door) -> None:
    study = door.study()
    task = door.publish(study)
    consents, wire = door.person(SPENDING)
    [request] = consents.requests()
    assert (request.task_id, request.status) == (task, "open")
    assert any("Epsilon 0.43" in line for line in request.preview)
    assert wire.sent() == []

    grant = consents.give(task[:12], max_epsilon=1.0)
    assert wire.sent() == []
    [outcome] = consents.answer_studies()
    assert (outcome.outcome, outcome.sent) == ("sent", report_bytes(study))
    assert door.held(study.task_id) == 1
    [body] = wire.sent()
    assert decode(body, Report).task_id == study.task_id

    audit = consents.audit()
    assert [(row["action"], row["outcome"]) for row in audit] == [
        ("give", "done"),
        ("release", "permitted"),
        ("release", "sent"),
    ]
    assert audit[1]["bytes"] == len(body)
    assert audit[1]["micro_rho"] == 5_000
    [listed] = consents.grants()
    assert (listed["grant"], listed["status"]) == (grant, "given")
    assert (listed["spent_micro_rho"], listed["limit_micro_rho"]) == (5_000, 24_356)
    budget = consents.allowances()
    assert (budget.period.spent, budget.year.spent) == (5_000, 5_000)
    assert (budget.period.limit, budget.year.limit) == (185_070, 1_000_000)
    assert consents.requests()[0].status == "answered"
    assert consents.answer_studies() == []
    assert len(wire.sent()) == 1


def test_what_was_shown_is_what_is_sent_whatever_is_imported_meanwhile(door: Door, tmp_path: Path) -> None:
    task = door.publish(door.study())
    consents, wire = door.person({"groceries": 5.0}, home=tmp_path / "alice")
    assert consents.requests()[0].to_json()["preview"]["label"] == ["groceries"]
    consents.give(task)
    [report] = [path.read_bytes() for path in (tmp_path / "alice" / "outbox").iterdir()]
    again, _ = door.person({"transport": 9_999.0}, home=tmp_path / "alice")
    again.answer_studies()
    assert wire.sent() == []
    assert door.held(bytes.fromhex(task)) == 1
    assert report


def test_every_message_has_one_size_whatever_the_records_say(door: Door) -> None:
    task = door.publish(door.study())
    sizes = set()
    for spending in ({}, {"groceries": 0.01}, SPENDING, {"groceries": -5.0}, {"transport": 1e7}):
        consents, wire = door.person(spending)
        consents.give(task)
        consents.answer_studies()
        [body] = wire.sent()
        sizes.add((len(body), tuple(sorted(map(len, (decode(body, Report).leader_share,))))))
    assert len(sizes) == 1
    assert door.held(bytes.fromhex(task)) == 5


def test_looking_at_studies_is_the_same_request_for_everyone(door: Door) -> None:
    task = door.publish(door.study())
    seen = set()
    for spending in ({}, SPENDING):
        consents, wire = door.person(spending)
        consents.requests()
        consents.give(task)
        consents.requests()
        seen |= {
            (method, address, body, tuple(sorted(headers.items())))
            for (method, address, body), headers in zip(wire.requests, wire.headers, strict=True)
        }
    assert len(seen) == 1


def test_a_lost_answer_is_followed_by_the_same_bytes_and_one_charge(door: Door) -> None:
    study = door.study()
    door.publish(study)
    consents, wire = door.person(SPENDING)
    consents.give(study.task_id.hex())
    wire.breaks = 1
    [outcome] = consents.answer_studies()
    assert outcome.outcome == "sent"
    first, second = wire.sent()
    assert first == second
    assert door.held(study.task_id) == 1
    assert [charge.micro_rho for charge in consents.gate.charges()] == [5_000]


def test_a_leader_that_is_away_is_tried_again_later_at_no_further_cost(door: Door) -> None:
    study = door.study()
    door.publish(study)
    consents, wire = door.person(SPENDING)
    consents.give(study.task_id.hex())
    [offered] = consents.offered()
    report = build_report(study, 0, TICKET)
    wire.away = True
    with pytest.raises(ServerUnreachableError):
        consents.contribute(offered, lambda _: 0)
    wire.away = False
    [outcome] = consents.answer_studies()
    assert outcome.outcome == "sent"
    assert sum(row["micro_rho"] for row in consents.audit()) == 5_000
    assert report.body not in wire.sent()


def test_a_cookie_of_a_server_is_never_sent_back(door: Door) -> None:
    consents, wire = door.person(SPENDING)
    wire.cookie = "seen=alice; Path=/"
    consents.give(door.publish(door.study()))
    consents.answer_studies()
    assert len(wire.sent()) == 1
    assert not any("cookie" in headers for headers in wire.headers)


def test_without_a_grant_a_study_is_not_answered(door: Door) -> None:
    door.publish(door.study())
    consents, wire = door.person(SPENDING)
    assert consents.answer_studies() == []
    [offered] = consents.offered()
    with pytest.raises(NoGrantError):
        consents.contribute(offered, lambda _: 0)
    assert wire.sent() == []


def test_a_permit_does_not_fit_another_report(door: Door) -> None:
    study = door.study()
    door.publish(study)
    consents, wire = door.person(SPENDING)
    consents.give(study.task_id.hex())
    [offered] = consents.offered()
    _, permit = consents.contribute(offered, lambda _: 1)
    with pytest.raises(Exception, match="the permit is for another address"):
        send(build_report(study, 2, TICKET), permit, client=httpx.Client(transport=wire))
    assert len(wire.sent()) == 1


def test_a_study_for_made_up_people_is_answered_by_them_alone(door: Door) -> None:
    task = door.publish(door.study(demo=True, min_batch=3, noise=Noise(0)))
    person, _ = door.person(SPENDING)
    assert person.requests()[0].status == "invalid_study"
    with pytest.raises(InvalidStudyError):
        person.give(task)
    made_up, wire = door.person(SPENDING, simulated=True)
    made_up.give(task)
    assert [outcome.outcome for outcome in made_up.answer_studies()] == ["sent"]
    assert sum(row["micro_rho"] for row in made_up.audit()) == Limits().business_period
    assert len(wire.sent()) == 1


def test_a_grant_needs_a_webid_an_end_and_a_price_within_the_limit(door: Door, tmp_path: Path) -> None:
    task = door.publish(door.study())
    consents, _ = door.person(SPENDING)
    today = clock().date()
    for until in (today - timedelta(days=1), today + timedelta(days=400)):
        with pytest.raises(InvalidGrantError):
            consents.give(task, until)
    with pytest.raises(InvalidGrantError, match="costs more"):
        consents.give(task, None, 0.1)
    with pytest.raises(UsageError):
        consents.give("ffff")
    consents._webid = ""
    with pytest.raises(NotInitialisedError):
        consents.give(task)
    assert consents.grants() == []


def test_a_person_who_lowers_the_limits_allows_no_more_than_that(door: Door) -> None:
    low, high = Limits.from_epsilons(business="0.3"), Limits.from_epsilons(business="0.5", total="1.5")
    task = door.publish(door.study())  # epsilon 0.43
    careful, wire = door.person(SPENDING, limits=low)
    for epsilon in (None, 1.0):
        with pytest.raises(InvalidGrantError, match="costs more"):
            careful.give(task, None, epsilon)
    assert careful.answer_studies() == []
    assert wire.sent() == []
    consents, _ = door.person(SPENDING, limits=high)
    consents.give(task, None, 1.0)
    assert consents.grants()[0]["limit_micro_rho"] == high.business_period == 6_642
    assert consents.allowances().period.limit == high.period
    assert [outcome.outcome for outcome in consents.answer_studies()] == ["sent"]
    second = door.publish(door.study(title="Again", statistic=OTHER_DAYS))
    consents.give(second)
    assert [outcome.outcome for outcome in consents.answer_studies()] == ["budget_exhausted"]


def test_lowering_the_limits_counts_for_grants_that_were_given_before(door: Door, tmp_path: Path) -> None:
    task = door.publish(door.study())
    consents, _ = door.person(SPENDING, home=tmp_path / "alice")
    consents.give(task)
    lowered, wire = door.person(SPENDING, home=tmp_path / "alice", limits=Limits.from_epsilons(total="0.3"))
    assert [outcome.outcome for outcome in lowered.answer_studies()] == ["budget_exhausted"]
    assert wire.sent() == []


def test_a_study_without_noise_takes_no_more_than_the_persons_own_limit(door: Door) -> None:
    task = door.publish(door.study(demo=True, min_batch=3, noise=Noise(0)))
    made_up, _ = door.person(SPENDING, simulated=True, limits=Limits(business_period=7_000))
    made_up.give(task)
    assert [outcome.outcome for outcome in made_up.answer_studies()] == ["sent"]
    assert sum(row["micro_rho"] for row in made_up.audit()) == 7_000


def test_a_grant_lasts_to_the_end_of_its_last_day_in_the_persons_zone(door: Door) -> None:
    task = door.publish(door.study())
    consents, _ = door.person(SPENDING)
    last = clock().date() + timedelta(days=10)
    consents.give(task, last)
    assert consents.grants()[0]["until"] == datetime(last.year, last.month, last.day, 15, 59, 59, tzinfo=UTC).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


def test_a_business_that_changes_its_key_is_refused(door: Door, tmp_path: Path) -> None:
    task = door.publish(door.study())
    consents, _ = door.person(SPENDING, home=tmp_path / "alice")
    consents.give(task)
    other = Door(tmp_path / "other")
    study = other.study(title="The same business?")
    other.publish(study)
    again, _ = other.person(SPENDING, home=tmp_path / "alice")
    with pytest.raises(BadSignatureError):
        again.give(study.task_id.hex())
    assert again.answer_studies() == []
    [offered] = again.offered()
    with pytest.raises(WrongRecipientError):
        again.contribute(offered, lambda _: 0)
    other.close()


def test_the_log_in_the_pod_cannot_be_edited_unseen(door: Door, tmp_path: Path) -> None:
    task = door.publish(door.study())
    consents, wire = door.person(SPENDING, home=tmp_path / "alice")
    consents.give(task)
    [entry] = (tmp_path / "alice" / "pod" / "consent" / "log").rglob("*.ttl")
    whole = entry.read_bytes()
    entry.write_bytes(whole.replace(b'"give"', b'"deny"'))
    with pytest.raises(LogDamagedError):
        consents.audit()
    entry.write_bytes(whole)
    assert len(consents.audit()) == 1
    entry.unlink()
    with pytest.raises(LogDamagedError):
        consents.audit()
    with pytest.raises(LogDamagedError):
        consents.answer_studies()
    assert wire.sent() == []


@pytest.mark.parametrize("number", [8, 9, 10])
def test_a_server_that_keeps_half_a_document_stops_nothing_for_good(door: Door, tmp_path: Path, number: int) -> None:
    study = door.study()
    door.publish(study)
    pod = FaultyPod(EmbeddedPod(tmp_path / "pod"), number, Fault.CUT_OFF)  # 8: log entry, 9: charge, 10: how it ended
    consents, wire = door.person(SPENDING, pod=pod)
    consents.give(study.task_id.hex())
    assert [each.outcome for each in consents.answer_studies()] == ["pod_offline"]
    assert [each.outcome for each in consents.answer_studies()] == ["sent"]
    assert len(set(wire.sent())) == 1
    assert door.held(study.task_id) == 1
    assert [row["outcome"] for row in consents.audit()] == ["done", "permitted", "sent"]
    assert [charge.micro_rho for charge in consents.gate.charges()] == [5_000]


def test_nothing_of_the_records_is_in_what_leaves_or_in_the_consent_documents(door: Door, tmp_path: Path) -> None:
    task = door.publish(door.study())
    consents, wire = door.person({"groceries": 4711.23}, home=tmp_path / "alice")
    consents.give(task)
    consents.answer_studies()
    documents = [path.read_bytes() for path in (tmp_path / "alice" / "pod").rglob("*.ttl")]
    assert len(documents) == 10
    everything = b"\n".join([*documents, *(body for _, _, body in wire.requests)])
    assert b"4711.2" not in everything  # a point, for digests hold any four digits
    assert b"person-0" not in b"".join(body for _, _, body in wire.requests)


def test_keys_are_private_and_the_same_next_time(tmp_path: Path) -> None:
    first, draws = AgentKey(tmp_path), secret(tmp_path)
    assert AgentKey(tmp_path).public_key == first.public_key
    assert secret(tmp_path) == draws
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    (tmp_path / "keys" / "signing").chmod(0o644)
    with pytest.raises(LocalStateError, match="other users"):
        AgentKey(tmp_path)


def test_many_threads_make_one_key(tmp_path: Path) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(AgentKey(tmp_path).public_key)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1 < len(keys)


CHILD = """
import os, pathlib, signal, sys
from tests.support.door import Door, FixedIndex
import pod_agent.federation.stores as stores

folder, number = pathlib.Path(sys.argv[1]), int(sys.argv[2])
create, count = stores.PodDocuments.create, 0

def dying(self, path, content):
    global count
    if count == number:
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1
    return create(self, path, content)

door = Door(folder / "servers")
study = door.study()
door.publish(study)
consents, wire = door.person({"groceries": 1.0}, home=folder / "alice")
consents.give(study.task_id.hex())
(folder / "task").write_text(study.task_id.hex())
stores.PodDocuments.create = dying
[offered] = consents.offered()
handle = wire.handle_request
def note(request):
    (folder / "left").write_bytes(request.read())
    return handle(request)
wire.handle_request = note
consents.contribute(offered, lambda _: 0)
"""


@pytest.mark.parametrize("number", [0, 1, 2])
def test_killed_at_any_write_the_ledger_knows_of_every_byte_that_left(door: Door, tmp_path: Path, number: int) -> None:
    folder = tmp_path / "killed"
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(number)], cwd=ROOT, env=environment, check=False
    )
    assert done.returncode == -signal.SIGKILL
    left = (folder / "left").exists()
    consents, _ = door.person({}, home=folder / "alice")
    spent = sum(charge.micro_rho for charge in consents.gate.charges())
    assert left == (number == 2)  # killed before the log entry, before the charge, before the outcome is logged
    assert spent == (5_000 if number else 0)
    assert len(consents.audit()) == (2 if number else 1)
