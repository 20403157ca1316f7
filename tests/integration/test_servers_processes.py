"""Leader, helper and collection as processes of their own over HTTP, through crashes."""

from __future__ import annotations

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import pytest

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.errors import BatchTooSmallError, CollectedBeforeError, HelperUnreachableError
from aggregator.leader import Leader
from aggregator.running import Servers
from aggregator.simulate import malicious_report
from aggregator.studies import make_study
from pod_agent.cli.demo.servers import Business
from tests.support.pair import send, upload
from tests.support.serving import served
from vocab import wire
from vocab.study import Study

CELLS = 12


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with Servers(tmp_path_factory.mktemp("servers")) as servers:
        yield servers


@pytest.fixture
def agents(servers: Servers) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=servers.leader_url) as client:
        yield client


def publish(servers: Servers, *, variance: int = 0, min_batch: int = 100) -> Study:
    terms: dict[str, Any] = {
        "title": f"Test {os.urandom(4).hex()}",
        "purpose": "https://w3id.org/pod-agent#AggregateReporting",
        "data": ["https://w3id.org/dpv/pd#PurchasesAndSpendingHabit"],
        "statistic": {
            "type": "Histogram",
            "query": {"measures": ["spend"], "dimensions": ["category"]},
            "cells_of": {"category": [f"cell {number}" for number in range(CELLS)]},
        },
        "noise": {"variance": variance},
        "min_batch": min_batch,
        "opens": "2020-01-01T00:00:00Z",
        "closes": "2100-01-01T00:00:00Z",
        "demo": True,
    }
    study = make_study(terms, servers.leader_config)
    assert servers.publish(terms) == study.task_id
    return study


def fill(agents: httpx.Client, study: Study, count: int) -> list[int]:
    """Upload ``count`` reports; the plain sum."""
    cells = [random.randrange(CELLS + 1) for _ in range(count)]
    for cell in cells:
        assert upload(agents, send(study, cell)) == 201
    return [cells.count(cell) for cell in range(CELLS + 1)]


def noisy_sum(servers: Servers, study: Study) -> tuple[list[int], int, int]:
    leader = Leader(servers.home, servers.leader_config)
    try:
        return leader.noisy_sum(study.task_id)
    finally:
        leader.close()


def test_the_sum_is_exact_without_noise_and_leaves_out_exactly_the_bad(servers: Servers, agents: httpx.Client) -> None:
    study = publish(servers)
    for kind in range(8):
        assert upload(agents, malicious_report(study, kind)) == 201
    plain = fill(agents, study, 130)
    release = servers.collect(study.task_id)
    assert noisy_sum(servers, study) == (plain, 130, 8)
    assert [row.value for row in release.rows] == plain[:-1]
    assert release.nothing is not None
    assert (release.nothing.value, release.reports, release.epsilon) == (plain[-1], 130, None)
    assert servers.collect(study.task_id) == release


def test_a_batch_below_the_minimum_is_refused_by_name(servers: Servers, agents: httpx.Client) -> None:
    study = publish(servers, min_batch=10)
    fill(agents, study, 9)
    with pytest.raises(BatchTooSmallError):
        servers.collect(study.task_id)


def test_servers_stop_quietly_and_only_their_owner_may_read_their_logs(tmp_path: Path) -> None:
    (tmp_path / "leader.log").touch(mode=0o644)
    with Servers(tmp_path) as servers:
        study = publish(servers, min_batch=1)
        with httpx.Client(base_url=servers.leader_url) as client:
            fill(client, study, 1)
        servers.collect(study.task_id)
    logs = sorted(tmp_path.glob("*.log"))
    assert [log.name for log in logs] == ["collect.log", "helper.log", "leader.log"]
    assert {log.stat().st_mode & 0o777 for log in logs} == {0o600}
    for log in logs:
        assert not re.search("Fatal|Traceback", log.read_text())


def test_only_the_owner_may_read_the_logs_of_the_demos_business(tmp_path: Path) -> None:
    Business(tmp_path, controller="https://shop.example/profile#us", helper="https://pods.example/profile#us")
    assert (tmp_path / "init.log").stat().st_mode & 0o777 == 0o600


def test_no_proxy_of_the_environment_comes_between_leader_and_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(text: bytes) -> Any:
        def application(_environ: object, start: Any) -> list[bytes]:
            start("200 OK", [("Content-Length", str(len(text)))])
            return [text]

        return lambda _port: application

    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with served(answers(b"the helper")) as helper, served(answers(b"a proxy")) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy}")
        with HelperChannel(f"http://127.0.0.1:{helper}/", bytes(32)) as channel:
            assert channel.put("tasks/1", b"x") == b"the helper"


class Proxy(ThreadingHTTPServer):
    """Between leader and helper: loses the answer to the chosen request, after the helper has given it."""

    daemon_threads = True

    def __init__(self, target: str, lose: str) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.target, self.lose, self.lost = target, lose, threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/"


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        assert isinstance(self.server, Proxy)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {"Authorization": self.headers["Authorization"]}
        answer = httpx.put(self.server.target + self.path.lstrip("/"), content=body, headers=headers, timeout=60)
        if self.server.lose in self.path:
            self.server.lost.set()
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def leader(servers: Servers) -> Iterator[Leader]:
    leader = Leader(servers.home, servers.leader_config)
    yield leader
    leader.close()


@pytest.mark.parametrize(("lost", "variance"), [("/jobs/1", 0), ("/collection", 100)])
def test_an_answer_lost_with_the_helper_is_given_again(
    servers: Servers, agents: httpx.Client, leader: Leader, lost: str, variance: int
) -> None:
    """The helper is killed after it has written its answer and before the leader has it."""
    study = publish(servers, variance=variance)
    plain = fill(agents, study, 150)
    key = bytes.fromhex(servers.leader_config.channel_key)
    proxy = Proxy(servers.helper_url, lost)
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    try:
        with HelperChannel(proxy.url, key) as channel, pytest.raises(HelperUnreachableError):
            collect(leader, study.task_id, channel)
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
    assert proxy.lost.is_set()
    servers.kill("helper")
    before = helper_answers(servers, study)
    assert before
    servers.start("helper")
    release = servers.collect(study.task_id)
    assert before <= helper_answers(servers, study)
    values, accepted, rejected = noisy_sum(servers, study)
    assert (accepted, rejected, release.batch) == (150, 0, "100+" if variance else "150")
    assert np.abs(np.array(values) - plain).max() <= 10 * (2 * variance) ** 0.5
    assert (values == plain) == (variance == 0)


def helper_answers(servers: Servers, study: Study) -> set[bytes]:
    """Every answer in the helper's store."""
    rows = sqlite3.connect(servers.home / "helper.sqlite")
    answers = {row[0] for row in rows.execute("SELECT answer FROM jobs WHERE task = ?", (study.task_id,))}
    final = rows.execute("SELECT answer FROM tasks WHERE task = ?", (study.task_id,)).fetchone()[0]
    rows.close()
    return answers | ({final} if final else set())


def test_a_collection_that_crashes_again_and_again_still_sums_exactly(
    servers: Servers, agents: httpx.Client, leader: Leader
) -> None:
    """The helper is killed at random moments; every time it comes back and the leader goes on."""
    study = publish(servers)
    plain = fill(agents, study, 320)
    crashes = 0
    for _ in range(20):
        killer = threading.Timer(random.uniform(0.02, 0.2), servers.kill, ["helper"]) if crashes < 2 else None
        if killer is not None:
            killer.start()
        try:
            with servers.channel() as channel:
                collect(leader, study.task_id, channel)
            break
        except HelperUnreachableError:
            crashes += 1
        finally:
            if killer is not None:
                killer.join()
                servers.start("helper")
    assert noisy_sum(servers, study) == (plain, 320, 0)
    assert crashes


def test_a_collection_that_is_killed_is_finished_by_the_next(servers: Servers, agents: httpx.Client) -> None:
    study = publish(servers)
    plain = fill(agents, study, 256)
    command = [sys.executable, "-m", "aggregator", "--home", str(servers.home), "collect", study.task_id.hex()]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while not helper_answers(servers, study):
            assert time.monotonic() < deadline
            time.sleep(0.005)
        process.kill()
    servers.collect(study.task_id)
    assert noisy_sum(servers, study) == (plain, 256, 0)


def test_two_collections_at_once_count_every_report_once(servers: Servers, agents: httpx.Client) -> None:
    study = publish(servers)
    plain = fill(agents, study, 200)
    command = [
        sys.executable,
        "-m",
        "aggregator",
        "--home",
        str(servers.home),
        "collect",
        study.task_id.hex(),
        "--json",
    ]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    answers = [process.communicate(timeout=60) for process in both]
    outputs = [answer[0] for answer in answers]
    assert [process.returncode for process in both] == [0, 0], answers
    assert outputs[0] == outputs[1]
    assert noisy_sum(servers, study) == (plain, 200, 0)


def test_uploads_survive_a_leader_that_is_killed(servers: Servers, agents: httpx.Client) -> None:
    study = publish(servers, min_batch=5)
    plain = fill(agents, study, 6)
    last = send(study, 0)
    assert upload(agents, last) == 201
    servers.kill("leader")
    servers.start("leader")
    assert upload(agents, last) == 200
    servers.collect(study.task_id)
    plain[0] += 1
    assert noisy_sum(servers, study)[0] == plain


def test_the_helper_remembers_a_collection_over_a_restart(servers: Servers, agents: httpx.Client) -> None:
    study = publish(servers, min_batch=5)
    fill(agents, study, 6)
    servers.collect(study.task_id)
    servers.kill("helper")
    servers.start("helper")
    other = wire.Collection(task_id=study.task_id, accepted=5, checksum=bytes(32))
    with servers.channel() as channel, pytest.raises(CollectedBeforeError):
        channel.put(wire.collection_path(study.task_id), wire.encode(other))


PARENT = """
import sys, time
from pathlib import Path
from aggregator.running import Servers
with Servers(Path(sys.argv[1])) as servers:
    print("running", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_the_servers_end_with_their_parent(tmp_path: Path, ending: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert parent.stdout is not None
    with parent.stdout as stream:
        assert stream.readline() == b"running\n"
        time.sleep(0.3)
        servers = psutil.Process(parent.pid).children()
        assert len(servers) == 2
        assert all(server.status() != psutil.STATUS_ZOMBIE for server in servers)
        parent.send_signal(ending)
        parent.wait(120)
    _, alive = psutil.wait_procs(servers, timeout=60)
    for process in alive:
        process.kill()
    assert not alive
