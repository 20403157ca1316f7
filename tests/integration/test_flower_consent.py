"""A round through the whole house: pods, grants, gate, leader and helper processes, a SuperLink, three nodes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import rmtree
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import psutil
import pytest

from aggregator.ports import free_port
from aggregator.running import Servers
from consent.purposes import FEDERATED_TRAINING, SPENDING
from pod_agent.errors import ServerUnreachableError, UsageError
from pod_agent.federation.consents import Consents
from pod_agent.federation.fleet import FleetConnection
from pod_agent.federation.flower_node import nodes_online
from pod_agent.federation.joining import join_rounds
from pod_agent.federation.rounds import round_answer
from pod_agent.federation.stores import LocalMarks
from pod_agent.federation.training import local_update
from pod_agent.models.protocol import Array
from pod_agent.pods.embedded import EmbeddedPod
from vocab.query import QuerySpec, Table
from vocab.statistics import ModelUpdate
from vocab.training import WEEKLY_SPENDING, next_weights

pytestmark = pytest.mark.flower

STATISTIC = ModelUpdate(model=WEEKLY_SPENDING.name, length=WEEKLY_SPENDING.length, clip=1 << 13, fraction_bits=14)
HISTORIES = [
    [100.0 + 30 * ((week * (person + 3)) % 5) + 4 * week * person for week in range(40)] for person in range(3)
]
ZONE = ZoneInfo("Asia/Singapore")


def no_lessons(_: str) -> tuple[float, ...]:
    return ()


def _lesson(history: Sequence[float], _: str) -> Sequence[float]:
    return history


class NoRecords:
    """An index that holds nothing; a training round does not ask it."""

    def run(self, _spec: QuerySpec, *, evidence: bool = True) -> Table:  # noqa: ARG002
        raise AssertionError("a training round asked the index")


class Paused(httpx.HTTPTransport):
    """Runs ``before`` when an upload has been permitted and not one byte of it has left."""

    def __init__(self, before: Callable[[], None]) -> None:
        super().__init__()
        self.before = before

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            self.before()
        return super().handle_request(request)


def nothing() -> None:
    """What most people do between permit and upload."""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with Servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


def publish(servers: Servers, title: str, min_batch: int) -> str:
    now = datetime.now(UTC).replace(microsecond=0)
    terms = {
        "title": title,
        "purpose": FEDERATED_TRAINING,
        "data": [SPENDING],
        "statistic": {
            "type": "ModelUpdate",
            "model": STATISTIC.model,
            "length": STATISTIC.length,
            "clip": STATISTIC.clip,
            "fraction_bits": STATISTIC.fraction_bits,
        },
        "noise": {"variance": 0},
        "min_batch": min_batch,
        "opens": now - timedelta(minutes=1),
        "closes": now + timedelta(hours=1),
        "demo": True,
    }
    return servers.publish(terms).hex()


def person(home: Path, servers: Servers, number: int, before: Callable[[], None] = nothing) -> Consents:
    """One simulated person with a pod of their own."""
    return Consents(
        home=home / f"home-{number}",
        pod=EmbeddedPod(home / f"pod-{number}"),
        index=NoRecords(),
        webid=f"https://people.example/{number}#me",
        leader_url=servers.leader_url,
        zone=ZONE,
        simulated=True,
        client=httpx.Client(transport=Paused(before), timeout=30),
    )


def run(
    servers: Servers, people: Sequence[Consents], task: str, *, cohort: int, deadline: int
) -> subprocess.CompletedProcess[str]:
    """The aggregator's command in a process of its own, the people's nodes in this one."""
    port = free_port()
    command = [sys.executable, "-m", "aggregator", "--home", str(servers.home), "train", task, "--json"]
    options = ["--port", str(port), "--cohort", str(cohort), "--deadline", str(deadline)]
    answers = [round_answer(one, partial(_lesson, history)) for one, history in zip(people, HISTORIES, strict=True)]
    with (
        subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        nodes_online(f"127.0.0.1:{port}", answers, pause=0.1, seconds=180),
    ):
        output, errors = process.communicate(timeout=240)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def moved(histories: Sequence[Sequence[float]]) -> Array:
    units = [local_update(STATISTIC, WEEKLY_SPENDING.start, history) for history in histories]
    total = np.sum(units, axis=0).tolist()
    return np.asarray(next_weights(STATISTIC, total, len(units), WEEKLY_SPENDING.start, variance=0))


def test_three_people_train_a_model_that_two_servers_sum(tmp_path: Path, servers: Servers) -> None:
    rmtree(servers.home / "models", ignore_errors=True)  # another test may have trained before
    task = publish(servers, "Round of three", 3)
    with ExitStack() as stack:
        people = [stack.enter_context(closing(person(tmp_path, servers, number))) for number in range(3)]
        for one in people:
            one.give(task)
        done = run(servers, people, task, cohort=3, deadline=40)
        assert done.returncode == 0, done.stdout + done.stderr
        outcome = json.loads(done.stdout)
        assert (outcome["round"], outcome["asked"], outcome["named"], outcome["summed"]) == (1, 3, 3, 3)
        assert outcome["weights"] == pytest.approx(moved(HISTORIES), abs=1e-12)
        for one in people:
            assert [(entry["outcome"]) for entry in one.audit() if entry["action"] == "release"] == [
                "permitted",
                "sent",
            ]
    kept = json.loads((servers.home / "models" / f"{WEEKLY_SPENDING.name}.json").read_text())
    assert (kept["rounds"], kept["weights"]) == (1, outcome["weights"])


def test_a_command_of_a_person_takes_part_in_a_round(tmp_path: Path, servers: Servers) -> None:
    task = publish(servers, "Round that one person joins by command", 2)
    port = free_port()
    command = [sys.executable, "-m", "aggregator", "--home", str(servers.home), "train", task, "--json"]
    options = ["--port", str(port), "--cohort", "2", "--deadline", "20"]
    with ExitStack() as stack:
        one, two = (stack.enter_context(closing(person(tmp_path, servers, number))) for number in range(2))
        for each in (one, two):
            each.give(task)
        process = stack.enter_context(subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True))
        answer = round_answer(two, lambda _: HISTORIES[1])
        stack.enter_context(nodes_online(f"127.0.0.1:{port}", [answer], pause=0.1, seconds=180))
        threading.Thread(target=stop_when_ended, args=(process, os.getpid())).start()
        joined = join_rounds(one, f"127.0.0.1:{port}", lambda _: HISTORIES[0], pause=0.1)  # until Ctrl-C
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["summed"] == 2
    assert (joined.answered, joined.refused) == (1, 0)
    assert [entry["outcome"] for entry in one.audit() if entry["action"] == "release"] == ["permitted", "sent"]


def stop_when_ended(process: subprocess.Popen[str], pid: int) -> None:
    """Press Ctrl-C once the round is over."""
    process.wait(240)
    os.kill(pid, signal.SIGINT)


def test_joining_a_server_that_is_away_or_no_address_is_told(tmp_path: Path, servers: Servers) -> None:
    with closing(person(tmp_path, servers, 0)) as one:
        with pytest.raises(ServerUnreachableError):
            join_rounds(one, f"127.0.0.1:{free_port()}", no_lessons, seconds=0.5, pause=0.1)
        for address in ("http://127.0.0.1:1/", "127.0.0.1", "a b:1", "user@host:1"):
            with pytest.raises(UsageError):
                join_rounds(one, address, no_lessons, seconds=0.1)


def test_off_this_machine_a_node_speaks_tls_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def note(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.scheme}://{request.url.host}")
        raise httpx.ConnectError("away")

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", note)
    for address in ("superlink.example:9092", "127.0.0.1:9092"):
        connection = FleetConnection(address)
        with pytest.raises(ServerUnreachableError):
            connection.open()
        connection.close()
    assert asked == ["https://superlink.example", "http://127.0.0.1"]


def test_withdrawing_between_permit_and_first_byte_stops_the_upload(tmp_path: Path, servers: Servers) -> None:
    task = publish(servers, "Round in which one person withdraws", 2)
    grants: list[str] = []
    withdrawals: list[threading.Thread] = []
    marks = LocalMarks(tmp_path / "home-2" / "consent")

    def withdraw() -> None:
        # The mark is set at once; telling the pod waits until no upload is under way, so it has a thread of its own.
        thread = threading.Thread(target=people[2].gate.withdraw, args=(grants[2],))
        withdrawals.append(thread)
        thread.start()
        while not marks.withdrawn(grants[2]):
            thread.join(0.01)

    with ExitStack() as stack:
        people = [
            stack.enter_context(closing(person(tmp_path, servers, number, withdraw if number == 2 else nothing)))
            for number in range(3)
        ]
        grants = [one.give(task) for one in people]
        done = run(servers, people, task, cohort=3, deadline=8)
        for thread in withdrawals:
            thread.join(30)
        assert done.returncode == 0, done.stdout + done.stderr
        outcome = json.loads(done.stdout)
        assert len(withdrawals) == 1
        assert (outcome["asked"], outcome["named"], outcome["summed"]) == (3, 2, 2)
        assert [grant["status"] for grant in people[2].grants()] == ["withdrawn"]
        releases = [entry["outcome"] for entry in people[2].audit() if entry["action"] == "release"]
        assert releases == ["permitted", "withdrawn"]


def test_a_person_without_a_grant_sends_nothing_and_the_round_is_aborted(tmp_path: Path, servers: Servers) -> None:
    task = publish(servers, "Round that nobody allowed", 2)
    models = sorted((servers.home / "models").glob("*"))
    with ExitStack() as stack:
        people = [stack.enter_context(closing(person(tmp_path, servers, number))) for number in range(3)]
        people[0].give(task)
        done = run(servers, people, task, cohort=3, deadline=6)
        assert done.returncode == 1
        assert json.loads(done.stdout)["error"]["code"] == "round_aborted"
        for one in people[1:]:
            assert [(entry["action"], entry["outcome"]) for entry in one.audit()] == [("deny", "no_grant")]
    assert sorted((servers.home / "models").glob("*")) == models


def test_terminating_the_command_leaves_neither_process_nor_folder(tmp_path: Path, servers: Servers) -> None:
    task = publish(servers, "Round that is stopped", 2)
    command = [sys.executable, "-m", "aggregator", "--home", str(servers.home), "train", task, "--cohort", "3"]
    with subprocess.Popen(command, env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"superlink")
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) == 1
        assert list(tmp_path.iterdir()) != []
        process.terminate()
    assert psutil.wait_procs(children, timeout=60)[1] == []
    assert list(tmp_path.iterdir()) == []
