"""Proofs checked here, in processes beside the servers and on a Ray cluster: the same sums, nothing counted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
import pytest

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.errors import ConfigurationError, HelperRefusedError, VerifierLostError
from aggregator.helper import create_helper_app
from aggregator.simulate import malicious_report
from aggregator.verifiers import VERIFIERS, InlineVerifier, ProcessVerifier, Verifier, make_verifier
from aggregator.verifying import sum_shares
from tests.support.pair import Pair, send, upload
from tests.support.ray_cluster import ray_cluster
from tests.support.studies import update_study
from vocab import wire
from vocab.study import Study
from vocab.vdaf.encoding import prio3_for

Lot = TypeVar("Lot")
Outcome = TypeVar("Outcome")
COUNT = 84
"""Two jobs, of which one is cut into four lots and one into two."""


@pytest.fixture(scope="module")
def ray_address() -> Iterator[str]:
    with ray_cluster() as address:
        yield address


@pytest.fixture(params=VERIFIERS)
def verifier(request: pytest.FixtureRequest) -> Iterator[Verifier]:
    address = request.getfixturevalue("ray_address") if request.param == "ray" else "auto"
    verifier = make_verifier(request.param, workers=2, address=address)
    yield verifier
    verifier.close()


@pytest.fixture
def processes() -> Iterator[ProcessVerifier]:
    verifier = ProcessVerifier(2)
    yield verifier
    verifier.close()


def test_the_sum_is_exact_wherever_proofs_are_checked(verifier: Verifier, tmp_path: Path) -> None:
    pair = Pair(tmp_path, verifier=verifier)
    study, updates = pair.study(), pair.fitted(update_study(length=4, clip=50))
    pair.leader.publish(updates, pair.channel)
    cells = [number % 9 for number in range(COUNT)]
    pair.upload(study, cells)
    for kind in range(4):
        assert upload(pair.agents, malicious_report(study, kind)) == 201
    for number in range(20):
        assert upload(pair.agents, send(updates, [number, -number, 0, 50])) == 201
    pair.collect(study)
    pair.collect(updates)
    assert pair.leader.noisy_sum(study.task_id) == ([cells.count(cell) for cell in range(9)], COUNT, 4)
    assert pair.leader.noisy_sum(updates.task_id) == ([190, -190, 0, 1000], 20, 0)
    pair.close()


def test_a_verifier_that_nobody_wrote_is_refused() -> None:
    with pytest.raises(ConfigurationError) as refused:
        make_verifier("gpu")
    assert "inline, processes, ray" in refused.value.hint


def test_lots_are_made_only_when_there_is_room_for_them(processes: ProcessVerifier) -> None:
    """Each lot is a thing that takes memory: of twenty at most five exist before the first is done."""
    made: list[float] = []

    def lots() -> Iterator[float]:
        for _ in range(20):
            made.append(time.monotonic())
            yield 0.02

    ends = processes.check(_sleep, lots())
    assert len(ends) == 20
    first = min(ends)
    assert sum(one < first for one in made) <= 5


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return time.monotonic()


def test_a_process_that_is_killed_is_named_and_replaced(processes: ProcessVerifier) -> None:
    with pytest.raises(VerifierLostError):
        processes.check(_end_one, range(4))
    assert processes.check(_square, range(4)) == [0, 1, 4, 9]


def _end_one(number: int) -> int:
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _square(number: int) -> int:
    return number * number


def test_a_collection_survives_a_killed_process(tmp_path: Path, processes: ProcessVerifier) -> None:
    pair = Pair(tmp_path, verifier=processes)
    study = pair.study()
    pair.upload(study, [0] * COUNT)
    assert processes.check(_square, range(4)) == [0, 1, 4, 9]
    before = {child.pid for child in psutil.Process().children()}
    assert processes._pool is not None
    worker = next(iter(processes._pool._processes))
    assert worker in before
    os.kill(worker, signal.SIGKILL)
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id)[0][0] == COUNT
    pair.close()


PARENT = """
import sys, time
from aggregator.verifiers import ProcessVerifier
def work(number): return number
if __name__ == "__main__":
    verifier = ProcessVerifier(2)
    verifier.check(abs, range(4))
    print("running", flush=True)
    time.sleep(60)
"""


def test_processes_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "parent.py"
    program.write_text(PARENT)
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"running\n"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) >= 2
        parent.kill()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive


class Interrupted(InlineVerifier):
    """Does something else once, while a lot is checked."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile: list[Callable[[], object]] = [meanwhile]

    def check(self, step: Callable[[Lot], Outcome], lots: Iterable[Lot]) -> list[Outcome]:
        outcomes = super().check(step, lots)
        if self.meanwhile:
            self.meanwhile.pop()()
        return outcomes


def entry(pair: Pair, study: Study, report: wire.Report) -> wire.JobEntry:
    key = pair.leader.study(study.task_id).verify_key
    _, share = prio3_for(study).verify_init(key, 0, report.report_id, report.public_share, report.leader_share)
    return wire.JobEntry(
        report_id=report.report_id,
        public_share=report.public_share,
        sealed_share=report.sealed_share,
        verifier_share=share,
    )


def outcomes_of(raw: bytes) -> list[str]:
    return [verdict.outcome.name for verdict in wire.decode(raw, wire.JobAnswer).verdicts]


def plain_sum(pair: Pair, study: Study, counted: list[wire.Report]) -> list[int]:
    """What the helper's running sum and the leader's shares of these reports come to."""
    vdaf = prio3_for(study)
    own = sum_shares(vdaf, [report.leader_share[: 9 * vdaf.field.size] for report in counted])
    helpers = sum_shares(vdaf, [share for (share,) in pair.found("helper", "SELECT share FROM totals")])
    return [int(value) for value in (own + helpers).elements]


@pytest.mark.parametrize("other", ["withdrawn", "counted"])
def test_what_happens_to_a_report_while_it_is_checked_is_not_overruled(tmp_path: Path, other: str, store: str) -> None:
    """Before the checked reports are counted, one of them is withdrawn, or counted in another job."""
    pair = Pair(tmp_path, store)
    study, secret = pair.study(), os.urandom(32)
    mine, others = send(study, 3, secret), [send(study, 1) for _ in range(3)]
    entries = tuple(entry(pair, study, report) for report in [mine, *others])

    def meanwhile() -> None:
        if other == "withdrawn":
            pair.helper.withdraw(study.task_id, mine.report_id, secret)
        else:
            first = wire.Job(task_id=study.task_id, number=0, entries=entries[:1])
            assert outcomes_of(pair.helper.answer_job(first, b"first")) == ["ACCEPTED"]

    pair.helper.verifier = Interrupted(meanwhile)
    answer = pair.helper.answer_job(wire.Job(task_id=study.task_id, number=1, entries=entries), b"second")
    said = "WITHDRAWN" if other == "withdrawn" else "REPLAYED"
    assert outcomes_of(answer) == [said, "ACCEPTED", "ACCEPTED", "ACCEPTED"]
    counted = others if other == "withdrawn" else [mine, *others]
    assert plain_sum(pair, study, counted) == [0, 3, 0, int(other == "counted"), *[0] * 5]
    pair.close()


def test_a_study_given_up_while_a_job_is_checked_gets_no_answer(tmp_path: Path, store: str) -> None:
    pair = Pair(tmp_path, store)
    study = pair.study()
    job = wire.Job(task_id=study.task_id, number=0, entries=(entry(pair, study, send(study, 1)),))
    pair.helper.verifier = Interrupted(lambda: pair.helper.abandon(study.task_id))
    with pytest.raises(Exception, match="the task is collected"):
        pair.helper.answer_job(job, b"digest")
    assert pair.found("helper", "SELECT task FROM jobs UNION SELECT task FROM reports") == []
    pair.close()


def test_a_job_asked_many_times_at_once_is_counted_once(tmp_path: Path, store: str) -> None:
    pair = Pair(tmp_path, store)
    study = pair.study()
    reports = [send(study, 1) for _ in range(6)]
    job = wire.Job(task_id=study.task_id, number=0, entries=tuple(entry(pair, study, report) for report in reports))
    barrier = threading.Barrier(4)

    def ask(_: int) -> bytes:
        barrier.wait()
        return pair.helper.answer_job(job, b"digest")

    with ThreadPoolExecutor(4) as threads:
        answers = set(threads.map(ask, range(4)))
    assert [outcomes_of(answer) for answer in answers] == [["ACCEPTED"] * 6]
    assert plain_sum(pair, study, reports) == [0, 6, *[0] * 7]
    pair.close()


def test_two_collections_that_cross_add_each_job_once(tmp_path: Path, store: str) -> None:
    """While one checks a job, another settles it and then loses the helper before the end."""
    pair = Pair(tmp_path, store)
    study = pair.study()
    pair.upload(study, [1] * 6)
    helper = httpx.WSGITransport(app=create_helper_app(pair.helper))

    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403) if request.url.path.endswith("collection") else helper.handle_request(request)

    def meanwhile() -> None:
        key, url = bytes.fromhex(pair.leader.config.channel_key), pair.leader.config.helper_url
        transport = httpx.MockTransport(refuse)
        with HelperChannel(url, key, transport=transport) as channel, pytest.raises(HelperRefusedError):
            collect(pair.leader, study.task_id, channel)
        assert len(pair.found("leader", "SELECT task FROM jobs")) == 1

    pair.leader._verifier = Interrupted(meanwhile)
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id) == ([0, 6, *[0] * 7], 6, 0)
    pair.close()
