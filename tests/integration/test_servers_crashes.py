"""Servers killed at every write and at any moment: nothing that was acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import httpx
import pytest

from aggregator import postgres as postgres_store
from aggregator.leader import Leader
from aggregator.running import Servers
from aggregator.simulate import malicious_report
from aggregator.store import Cursor, Database
from aggregator.verifiers import InlineVerifier
from tests.support.pair import Pair, send
from tests.support.postgres import Postgres
from tests.support.studies import histogram_study
from vocab import wire
from vocab.study import Study

CELLS = 8
WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT")


@dataclass
class Story:
    """What agents and the business do, always the same: uploads, an upload again, withdrawals, the collection."""

    study: Study
    reports: list[wire.Report] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list)
    bad: wire.Report | None = None

    def tell(self, pair: Pair) -> None:
        for report in [*self.reports, self.bad, self.reports[0]]:
            assert report is not None
            status = pair.agents.put(report.path, content=wire.encode(report)).status_code
            assert status in {200, 201, 410}, status
        for server in (pair.direct, pair.agents):
            for number in (1, 2):
                deleted = server.request("DELETE", self.reports[number].path, content=self.secrets[number])
                assert deleted.status_code in {204, 410}, deleted.status_code
        pair.collect(self.study)

    def check(self, pair: Pair) -> None:
        counted = [0, *range(3, len(self.reports))]
        plain = [sum(number % (CELLS + 1) == cell for number in counted) for cell in range(CELLS + 1)]
        assert pair.leader.noisy_sum(self.study.task_id) == (plain, len(counted), 1)


def story_of(pair: Pair, size: int) -> Story:
    story = Story(pair.study(CELLS))
    for number in range(size):
        story.secrets.append(os.urandom(32))
        story.reports.append(send(story.study, number % (CELLS + 1), story.secrets[-1]))
    story.bad = malicious_report(story.study, 2)
    return story


def opened(home: Path) -> Pair:
    """The servers of a home; a process that is killed needs no patience for the disk, only a machine does."""
    pair = Pair(home, verifier=InlineVerifier())
    for store in (pair.leader.database, pair.helper.database):
        if isinstance(store, Database):
            store._connection.execute("PRAGMA synchronous=OFF")
    return pair


def tell_in_child(story: Story, home: Path, at: int) -> bool:
    """Tell the story in another process, killed before its ``at``-th write; whether it came that far."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)
    try:
        writes = count(1)

        def seen(statement: str) -> None:
            if statement.lstrip().upper().startswith(WRITES) and next(writes) == at:
                os.kill(os.getpid(), signal.SIGKILL)

        pair = opened(home)
        watch(pair, seen)
        story.tell(pair)
        os._exit(0)
    finally:
        os._exit(1)


def watch(pair: Pair, seen: Callable[[str], None]) -> None:
    """Tell of every statement before it is run."""
    stores = [pair.leader.database, pair.helper.database]
    for store in stores:
        if isinstance(store, Database):
            store._connection.set_trace_callback(seen)
    execute = postgres_store._Rows.execute

    def told(rows: postgres_store._Rows, query: str, *parameters: object) -> Cursor:
        seen(query)
        return execute(rows, query, *parameters)  # type: ignore[arg-type]

    postgres_store._Rows.execute = told  # type: ignore[method-assign]


@dataclass
class Beginning:
    """Homes that are alike: a study is published, nothing was sent."""

    folder: Path
    postgres: Postgres | None

    def home(self, number: int) -> Path:
        home = self.folder / str(number)
        shutil.copytree(self.folder / "begun", home)
        if self.postgres is not None:
            for name in ("leader.toml", "helper.toml"):
                text = (home / name).read_text()
                [url] = re.findall('postgresql://[^"]+', text)
                (home / name).write_text(text.replace(url, self.copy(url, number)))
        return home

    def copy(self, url: str, number: int) -> str:
        """Both servers share the copy: the second finds it made."""
        assert self.postgres is not None
        return self.postgres.database(template=url, name=f"crash_{number}")


@pytest.mark.parametrize(("kind", "step"), [("sqlite", 2), ("postgresql", 8)])
def test_both_servers_killed_at_a_write_count_everything_once(
    tmp_path: Path, kind: str, step: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time from the start, in a process of its own; then the agents and the business try again."""
    monkeypatch.setattr(wire, "JOB_REPORTS", 2)
    postgres = request.getfixturevalue("postgres") if kind == "postgresql" else None
    beginning = Beginning(tmp_path, postgres)
    pair = Pair(tmp_path / "begun", store=postgres.database() if postgres else "")
    story = story_of(pair, 7)
    pair.close()
    killed = 0
    for at in count(1, step):
        home = beginning.home(at)
        killed += (was_killed := tell_in_child(story, home, at))
        again = opened(home)
        story.tell(again)
        story.check(again)
        again.close()
        if not was_killed:
            break
    assert killed >= 40 // step


class Agents:
    """Upload and withdraw until the servers have answered, whatever happens to them meanwhile."""

    def __init__(self, servers: Servers, study: Study, draws: random.Random) -> None:
        self.servers, self.study, self.draws = servers, study, draws
        self.client = httpx.Client(timeout=20, trust_env=False)
        self.counted: dict[bytes, int] = {}
        self.secrets: dict[bytes, bytes] = {}
        self.refused: set[int] = set()
        self.failed: list[BaseException] = []

    def asked(self, url: str, method: str, path: str, body: bytes) -> int:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                return self.client.request(method, url + path, content=body).status_code
            except httpx.TransportError:
                time.sleep(0.02)
        raise AssertionError("no answer")

    def upload(self, cells: list[int]) -> None:
        try:
            for cell in cells:
                self._one(cell)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            self.failed.append(error)

    def _one(self, cell: int) -> None:
        secret = os.urandom(32)
        report = send(self.study, cell, secret)
        body, leader = wire.encode(report), self.servers.leader_url
        bad = self.draws.choice([body[:-1], body + b"x", bytes(len(body)), wire.encode(send(self.study, 0))])
        self.refused.add(self.asked(leader, "PUT", report.path, bad))
        self.refused.add(self.asked(leader, "PUT", wire.report_path(bytes(32), report.report_id), body))
        for _ in range(self.draws.randint(1, 2)):
            assert self.asked(leader, "PUT", report.path, body) in {200, 201}
        self.counted[report.report_id], self.secrets[report.report_id] = cell, secret
        if self.draws.random() < 0.2:
            self.withdraw(report.report_id, self.servers.helper_url, leader)

    def withdraw(self, name: bytes, *servers: str) -> None:
        path = wire.report_path(self.study.task_id, name)
        statuses = {self.asked(server, "DELETE", path, self.secrets[name]) for server in servers}
        assert statuses <= {204, 410}
        if 204 in statuses:
            del self.counted[name]

    def withdraw_some(self) -> None:
        """At the helper, while the batch is summed: what it grants is not counted, what it refuses is."""
        try:
            for name in list(self.counted)[:12]:
                self.withdraw(name, self.servers.helper_url)
                time.sleep(0.1)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            self.failed.append(error)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_servers_killed_at_any_moment_sum_exactly_what_they_took(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """Leader and helper are killed while reports come and go, then the helper and the collection while it sums."""
    draws = random.Random(kind)
    store = request.getfixturevalue("postgres").database() if kind == "postgresql" else ""
    with Servers(tmp_path, store=store) as servers:
        study = published(servers)
        cells = [draws.randrange(CELLS + 1) for _ in range(90)]
        crowds = [Agents(servers, study, random.Random(number)) for number in range(2)]
        threads = [
            threading.Thread(target=crowd.upload, args=(cells[number::2],)) for number, crowd in enumerate(crowds)
        ]
        for thread in threads:
            thread.start()
        for name in ("leader", "helper", "leader"):
            time.sleep(draws.uniform(0.1, 0.6))
            servers.kill(name)
            servers.start(name)
        for thread in threads:
            thread.join()
        assert crowds[0].refused | crowds[1].refused == {400, 404, 413}
        late = threading.Thread(target=crowds[0].withdraw_some)
        late.start()
        collect_under_fire(servers, study, draws)
        late.join()
        assert [crowd.failed for crowd in crowds] == [[], []]
        counted = [cell for crowd in crowds for cell in crowd.counted.values()]
        leader = Leader(tmp_path, servers.leader_config)
        values, accepted, rejected = leader.noisy_sum(study.task_id)
        leader.close()
    assert values == [counted.count(cell) for cell in range(CELLS + 1)]
    assert accepted == len(counted)
    assert accepted + rejected <= len(cells)
    for crowd in crowds:
        crowd.client.close()


def collect_under_fire(servers: Servers, study: Study, draws: random.Random) -> None:
    """Collect again and again; at first the collection or the helper is killed at a random moment of it."""
    home = str(servers.home)
    command = [sys.executable, "-m", "aggregator", "--home", home, "collect", study.task_id.hex(), "--workers", "2"]
    for attempt in range(12):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            if attempt < 3:
                time.sleep(draws.uniform(0.9, 2.0))
                if attempt == 1:
                    servers.kill("helper")
                    servers.start("helper")
                else:
                    process.kill()
            if process.wait(120) == 0:
                return
    raise AssertionError("the collection never came to an end")


def published(servers: Servers) -> Study:
    config = servers.leader_config
    study = replace(
        histogram_study(CELLS, min_batch=20),
        controller=config.controller,
        leader_url=config.url,
        helper=config.helper,
        helper_url=config.helper_url,
        helper_key=config.helper_key,
    )
    servers.publish(study)
    return study
