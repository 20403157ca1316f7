"""Servers that turn against the agents they serve: other terms for each, other keys, weaker rounds, endless answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from consent.codec import sign_study
from consent.errors import BatchTooSmallError, BudgetExhaustedError, ConsentError, ExpiredError, WrongRecipientError
from consent.proof import Signer
from consent.purposes import FEDERATED_TRAINING
from pod_agent.errors import ServerRefusedError, ServerUnreachableError
from pod_agent.federation import studies
from pod_agent.federation.consents import Consents
from pod_agent.federation.stores import clock
from pod_agent.federation.studies import MAX_LIST, fetch_studies
from pod_agent.offers import catalogue
from pod_agent.offers.catalogue import Catalogue, CatalogueError
from tests.support.consents import START, Key
from tests.support.door import LEADER, Door, RecordingTransport, category_study, doors
from tests.support.pair import Pair, send
from vocab import wire
from vocab.statistics import Histogram, ModelUpdate
from vocab.study import Noise, Study
from vocab.training import WEEKLY_SPENDING
from vocab.vdaf import sealing
from vocab.vdaf.encoding import prio3_for

OTHER_KEY = sealing.public_key(bytes(range(96))).hex()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    yield from doors(tmp_path)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


def entry(study: Study, key: bytes, report: wire.Report) -> wire.JobEntry:
    """A report in a job, prepared by a leader for this study whatever the report says."""
    _, verifier = prio3_for(study).verify_init(key, 0, report.report_id, report.public_share, report.leader_share)
    return wire.JobEntry(
        report_id=report.report_id,
        public_share=report.public_share,
        sealed_share=report.sealed_share,
        verifier_share=verifier,
    )


def test_reports_to_other_terms_than_the_helper_knows_count_for_nothing(pair: Pair) -> None:
    """A leader shows one person less noise than it tells the helper: another manifest is another task."""
    told, shown = (pair.study(6, variance=variance, min_batch=1) for variance in (400, 401))
    key = pair.leader.study(told.task_id).verify_key
    honest, fooled = send(told, 1), send(shown, 2)
    job = wire.Job(task_id=told.task_id, number=0, entries=(entry(told, key, honest), entry(told, key, fooled)))
    raw = pair.channel.put(wire.job_path(told.task_id, 0), wire.encode(job))
    outcomes = [verdict.outcome for verdict in wire.decode(raw, wire.JobAnswer).verdicts]
    assert outcomes == [wire.Outcome.ACCEPTED, wire.Outcome.INVALID]


def test_no_two_manifests_share_a_task() -> None:
    good = category_study(helper_key=OTHER_KEY)
    assert isinstance(good.statistic, Histogram)
    others = [
        replace(good, title="x"),
        replace(good, noise=Noise(101)),
        replace(good, min_batch=101),
        replace(good, closes=good.closes + timedelta(seconds=1)),
        replace(good, opens=good.opens - timedelta(seconds=1)),
        replace(good, helper_url="http://127.0.0.1:7003/"),
        replace(good, leader_url="http://127.0.0.1:7004/"),
        replace(good, helper_key="ab" * 1216),
        replace(good, demo=True),
        replace(good, statistic=replace(good.statistic, cells=good.statistic.cells[::-1])),
    ]
    assert len({study.task_id for study in (good, *others)}) == len(others) + 1


def signed_list(listed: Iterable[Study], signer: Signer, task: str | None = None) -> bytes:
    """A leader's list of these, each under its own task unless another is given."""
    entries = [
        {"task": task or one.task_id.hex(), "manifest": one.to_json(), "proof": sign_study(one, signer, START)}
        for one in listed
    ]
    return json.dumps({"version": 1, "studies": entries}).encode()


def listing(*studies_: Study, task: str | None = None, raw: bytes | None = None) -> httpx.Client:
    """A leader that lists these, signed, or answers these bytes."""
    content = raw if raw is not None else signed_list(studies_, Key(2), task)
    return httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=content)))


def test_a_study_under_another_task_or_from_another_leader_is_left_out() -> None:
    good = category_study(helper_key=OTHER_KEY)
    assert [one.study for one in fetch_studies(LEADER, client=listing(good))] == [good]
    assert fetch_studies(LEADER, client=listing(good, task="00" * 32)) == []
    assert fetch_studies(LEADER, client=listing(replace(good, leader_url="http://127.0.0.1:9/"))) == []


@pytest.mark.parametrize(
    "raw",
    [b"[" * 1_000_000, b'{"version": 1, "studies": [' + b'{"manifest":' * 300_000, b"9" * 1_000_000, b"\xff" * 1_000],
    ids=["nested", "nested entries", "digits", "no text"],
)
def test_a_list_that_is_made_to_break_readers_is_refused(raw: bytes) -> None:
    assert len(raw) < MAX_LIST
    with pytest.raises(ServerUnreachableError):
        fetch_studies(LEADER, client=listing(raw=raw))


@pytest.mark.parametrize("depth", [50, 3_000])
def test_a_manifest_that_is_made_to_break_readers_leaves_the_others(depth: int) -> None:
    good = category_study(helper_key=OTHER_KEY)
    manifest: dict[str, Any] = {**good.to_json(), "statistic": "@"}
    whole = {"version": 1, "studies": [{"task": "00" * 32, "manifest": manifest, "proof": "z"}]}
    bomb = json.dumps(whole).replace('"@"', "[" * depth + "]" * depth)
    sound = json.loads(listing(good).get("https://x.example/").content)["studies"][0]
    raw = bomb.replace('"studies": [', '"studies": [' + json.dumps(sound) + ", ").encode()
    try:
        found = fetch_studies(LEADER, client=listing(raw=raw))
    except ServerUnreachableError:
        found = [] if depth > 1_000 else pytest.fail("a shallow list is readable")
    assert [one.study for one in found] in ([good], [])


class Drip(httpx.SyncByteStream):
    """An answer that goes on for ever, a byte at a time, and whether it was closed."""

    def __init__(self) -> None:
        self.read = 0
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        while not self.closed.is_set():
            time.sleep(0.01)
            self.read += 1
            yield b" "

    def close(self) -> None:
        self.closed.set()


def test_a_list_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "LIST_SECONDS", 0.2)
    drip = Drip()
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, stream=drip)))
    with pytest.raises(ServerUnreachableError):
        fetch_studies(LEADER, client=client)
    assert drip.closed.is_set()


def answering(wire_: RecordingTransport, method: str, answer: Callable[[], httpx.Response], path: str = "/") -> None:
    """From now on the servers do what requests of this method below this path ask, and answer so."""
    sound = wire_.handle_request

    def handle(request: httpx.Request) -> httpx.Response:
        response = sound(request)
        return answer() if request.method == method and request.url.path.startswith(path) else response

    wire_.handle_request = handle  # type: ignore[method-assign]


def test_an_answer_without_end_to_a_report_is_not_read_and_the_report_counts_as_sent(door: Door) -> None:
    study = door.study()
    door.publish(study)
    consents, wire_ = door.person({"groceries": 1.0})
    grant = consents.give(study.task_id.hex())
    drips: list[Drip] = []

    def endless(status: int) -> httpx.Response:
        drips.append(Drip())
        return httpx.Response(status, stream=drips[-1])

    answering(wire_, "PUT", lambda: endless(201))
    assert [outcome.outcome for outcome in consents.answer_studies()] == ["sent"]
    answering(wire_, "DELETE", lambda: endless(204))
    consents.withdraw(grant)
    assert [row["outcome"] for row in consents.audit() if row["action"] == "withdraw-report"] == ["removed"] * 2
    assert len(drips) == 3
    assert all(drip.closed.is_set() and drip.read <= 1 for drip in drips)


def test_a_leader_that_keeps_its_answer_to_itself_does_not_hold_up_a_withdrawal(door: Door) -> None:
    """All bytes have left, and the leader does not answer: the person withdraws meanwhile, and it takes effect."""
    study = door.study()
    door.publish(study)
    consents, wire_ = door.person({"groceries": 1.0})
    grant = consents.give(study.task_id.hex())
    arrived, go_on = threading.Event(), threading.Event()

    def silent() -> httpx.Response:
        arrived.set()
        assert go_on.wait(60)
        return httpx.Response(201)

    answering(wire_, "PUT", silent)
    [offered] = consents.offered()
    sending = threading.Thread(target=lambda: consents.contribute(offered, lambda _: 0))
    sending.start()
    assert arrived.wait(60)
    withdrawing = threading.Thread(target=lambda: consents.withdraw(grant))
    withdrawing.start()
    withdrawing.join(20)
    held_up = withdrawing.is_alive()
    go_on.set()
    sending.join()
    withdrawing.join()
    assert not held_up
    assert door.held(study.task_id) == 0
    assert [row["action"] for row in consents.audit()].count("withdraw") == 1


def round_of(door: Door, **changes: Any) -> Study:
    update = ModelUpdate(model=WEEKLY_SPENDING.name, length=WEEKLY_SPENDING.length, clip=256, fraction_bits=8)
    terms = {"statistic": update, "purpose": FEDERATED_TRAINING, "noise": Noise(update.norm_squared * 100)}
    return door.study(**{**terms, **changes})


def offer(consents: Consents, study: Study) -> Any:
    [found] = [one for one in consents.offered() if one.study.title == study.title]
    return found


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"min_batch": 100}, BatchTooSmallError),
        ({"noise": Noise(WEEKLY_SPENDING.length * 256**2 * 99)}, BudgetExhaustedError),
        ({"helper": "https://another.example/profile#us"}, WrongRecipientError),
        ({"helper_key": OTHER_KEY}, WrongRecipientError),
    ],
    ids=["fewer people", "less noise", "another helper", "another key of the helper"],
)
def test_a_later_round_on_weaker_terms_is_not_covered_by_the_grant(
    door: Door, changes: dict[str, Any], refusal: type[ConsentError]
) -> None:
    first = round_of(door, title="Round 1", min_batch=101)
    door.publish(first)
    consents, wire_ = door.person({"groceries": 1.0})
    consents.give(first.task_id.hex())
    later = replace(round_of(door, title="Round 2", min_batch=101), **changes)
    good = round_of(door, title="Round 3", min_batch=101)
    content = signed_list([later, good], door.leader.config.signer)
    answering(wire_, "GET", lambda: httpx.Response(200, content=content), "/studies")
    with pytest.raises(refusal):
        consents.contribute(offer(consents, later), lambda _: [0] * WEEKLY_SPENDING.length)
    assert wire_.sent() == []
    with pytest.raises(ServerRefusedError):  # it is permitted and leaves; the leader does not know it
        consents.contribute(offer(consents, good), lambda _: [0] * WEEKLY_SPENDING.length)
    assert len(wire_.sent()) == 1


def test_an_old_study_that_is_shown_again_is_not_answered_again(door: Door) -> None:
    now = clock()
    study = door.study(opens=now - timedelta(days=2), closes=now + timedelta(days=1))
    door.publish(study)
    consents, wire_ = door.person({"groceries": 1.0})
    late, late_wire = door.person({"groceries": 1.0})
    consents.give(study.task_id.hex())
    late.give(study.task_id.hex())
    assert [outcome.outcome for outcome in consents.answer_studies()] == ["sent"]
    assert len(late.offered()) == 1
    sent = len(wire_.sent())
    for person, expected in ((consents, []), (late, [ExpiredError.code])):
        person._now = person.gate._clock = lambda: clock() + timedelta(days=3)
        assert [outcome.outcome for outcome in person.answer_studies()] == expected
    assert (len(wire_.sent()), late_wire.sent()) == (sent, [])


@pytest.mark.parametrize("raw", [b"[" * 200_000, b'{"a":' * 100_000, b"\xff" * 100])
def test_a_catalogue_that_is_made_to_break_readers_is_refused(raw: bytes, tmp_path: Path) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=raw))
    with pytest.raises(CatalogueError):
        Catalogue("https://shop.example/offers", tmp_path, transport=transport).load()


def test_a_catalogue_that_drips_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MAX_SECONDS", 0.2)
    drip = Drip()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=drip))
    with pytest.raises(ServerUnreachableError):
        Catalogue("https://shop.example/offers", tmp_path, transport=transport).load()
    assert drip.closed.is_set()
