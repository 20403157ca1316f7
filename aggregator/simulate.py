"""Many made-up pods against both servers: is the sum right, what is refused, and what does it cost.

Over ``http`` leader, helper and collection are processes of their own; ``inprocess`` everything runs here and CPU is
counted around each call. Cells are drawn from the seed; shares and noise never are.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

import httpx
import numpy as np

from aggregator.channel import HelperChannel
from aggregator.collection import collect
from aggregator.config import load_helper, load_leader
from aggregator.errors import AggregatorError, UnsupportedStatisticError
from aggregator.helper import Helper, create_helper_app
from aggregator.leader import Leader, create_leader_app
from aggregator.retention import utc_now
from aggregator.running import Servers
from aggregator.studies import make_study, variance_for
from consent.purposes import AGGREGATE_REPORTING, SPENDING
from vocab import wire
from vocab.study import Study
from vocab.vdaf.encoding import SECRET_BYTES, make_report, prio3_for, randomness_bytes

__all__ = ["Simulation", "malicious_report", "run_simulation"]

WAITING = 128
"""Most reports that wait to be taken."""
MADE_TOGETHER = 16
AHEAD = 8
"""Most lots of ``MADE_TOGETHER`` reports that are made ahead of the uploads."""
FEW_PODS = 200
"""Fewer than these are made in this process: starting others takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What to run; ``epsilon`` None adds no noise, ``pods`` counts the malicious ones too."""

    pods: int
    statistic: str
    size: int
    epsilon: float | None
    transport: str
    malicious: int
    seed: int


def run_simulation(simulation: Simulation) -> dict[str, Any]:
    """Run it; the keys of the answer are those of ``pod-aggregator simulate`` (docs/reference/cli.md).

    UnsupportedStatisticError for a statistic that this version lacks.
    """
    if simulation.statistic != "histogram":
        raise UnsupportedStatisticError(f"{simulation.statistic} is not in this version")
    if simulation.malicious >= simulation.pods:
        raise AggregatorError("at least one pod must be honest", hint="Give fewer --malicious.")
    with tempfile.TemporaryDirectory(prefix="pod-simulate-") as folder, _world(simulation, Path(folder)) as world:
        return _run(simulation, world)


def malicious_report(study: Study, kind: int) -> wire.Report:
    """A report that both servers must refuse, of one of four kinds.

    A vote of 1,000 in every cell, a proof of other values, a sealed share of another report, shares beyond the field.
    """
    secret, randomness = os.urandom(SECRET_BYTES), os.urandom(randomness_bytes(study))
    report = make_report(study, 0, secret=secret, randomness=randomness)
    field, length = prio3_for(study).field, prio3_for(study).circuit.input_length
    split = field.size * length
    if kind % 4 == 0:
        votes = (field.decode(report.leader_share[:split]) + 1000) % field.prime
        share = field.encode(votes) + report.leader_share[split:]
    elif kind % 4 == 1:
        proof = report.leader_share[split : split + field.size]
        changed = field.encode((field.decode(proof) + 1) % field.prime)
        share = report.leader_share[:split] + changed + report.leader_share[split + field.size :]
    elif kind % 4 == 2:
        other = make_report(study, 0, secret=os.urandom(SECRET_BYTES), randomness=randomness)
        return _changed(report, sealed_share=other.sealed_share)
    else:
        share = b"\xff" * split + report.leader_share[split:]
    return _changed(report, leader_share=share)


def _changed(report: wire.Report, **fields: bytes) -> wire.Report:
    values = {name: getattr(report, name) for name in report.__struct_fields__}
    return wire.Report(**{**values, **fields})


class _World(Protocol):
    """Both servers, however they run; ``uploads`` is how many pods upload at a time."""

    uploads: int

    def publish(self, study: dict[str, Any]) -> Study: ...

    def client(self) -> httpx.Client: ...

    def collect(self, study: Study) -> tuple[list[int], int, int]: ...

    def costs(self) -> dict[str, tuple[float, float]]:
        """CPU seconds and megabytes of leader and helper."""
        ...


@contextmanager
def _world(simulation: Simulation, folder: Path) -> Iterator[_World]:
    servers = Servers(folder)
    if simulation.transport == "http":
        with servers:
            yield _Processes(servers)
    else:
        yield _InProcess(servers)


class _Processes:
    uploads = 16

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    def publish(self, study: dict[str, Any]) -> Study:
        made = make_study(study, self._servers.leader_config)
        self._servers.publish(made)
        return made

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self._servers.leader_url, timeout=60, trust_env=False)

    def collect(self, study: Study) -> tuple[list[int], int, int]:
        self._servers.collect(study.task_id)
        leader = Leader(self._servers.home, self._servers.leader_config)
        try:
            return leader.noisy_sum(study.task_id)
        finally:
            leader.close()

    def costs(self) -> dict[str, tuple[float, float]]:
        self._servers.stop()
        usage = self._servers.usage
        leader, helper, collecting = usage["leader"], usage["helper"], usage["collect"]
        return {
            "leader": (leader.cpu_seconds + collecting.cpu_seconds, max(leader.rss_mb, collecting.rss_mb)),
            "helper": (helper.cpu_seconds, helper.rss_mb),
        }


class _Metered(httpx.BaseTransport):
    """A WSGI transport that counts the CPU time spent behind it."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.WSGITransport(app=app)
        self.seconds = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        since = time.thread_time()
        response = self._inner.handle_request(request)
        self.seconds += time.thread_time() - since
        return response


class _InProcess:
    uploads = 1

    def __init__(self, servers: Servers) -> None:
        self._leader = Leader(servers.home, load_leader(servers.home))
        self._helper = Helper(servers.home, load_helper(servers.home))
        self._uploads = _Metered(create_leader_app(self._leader))
        self._jobs = _Metered(create_helper_app(self._helper))
        key = bytes.fromhex(servers.leader_config.channel_key)
        self._channel = HelperChannel(servers.helper_url, key, transport=self._jobs)
        self._collecting = 0.0

    def publish(self, study: dict[str, Any]) -> Study:
        made = make_study(study, self._leader.config)
        self._leader.publish(made, self._channel)
        return made

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self._leader.config.url, transport=self._uploads)

    def collect(self, study: Study) -> tuple[list[int], int, int]:
        before, helper = time.process_time(), self._jobs.seconds
        with self._channel:
            collect(self._leader, study.task_id, self._channel)
        self._collecting = time.process_time() - before - (self._jobs.seconds - helper)
        return self._leader.noisy_sum(study.task_id)

    def costs(self) -> dict[str, tuple[float, float]]:
        self._leader.close()
        self._helper.close()
        unit = 1 if sys.platform == "darwin" else 1024
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
        return {"leader": (self._uploads.seconds + self._collecting, memory), "helper": (self._jobs.seconds, memory)}


def _terms(simulation: Simulation) -> dict[str, Any]:
    now = utc_now().replace(microsecond=0)
    return {
        "title": "A simulated study",
        "purpose": AGGREGATE_REPORTING,
        "data": [SPENDING],
        "statistic": {
            "type": "Histogram",
            "query": {"measures": ["spend"], "dimensions": ["category"]},
            "cells": [[f"cell {number}"] for number in range(simulation.size - 1)],
        },
        "noise": {"variance": 0 if simulation.epsilon is None else variance_for(simulation.epsilon, 1)},
        "min_batch": min(100, simulation.pods - simulation.malicious),
        "opens": now - timedelta(minutes=1),
        "closes": now + timedelta(days=1),
        "demo": True,
    }


def _run(simulation: Simulation, world: _World) -> dict[str, Any]:
    study = world.publish(_terms(simulation))
    draws = np.random.default_rng(simulation.seed)
    honest = simulation.pods - simulation.malicious
    cells = draws.integers(0, simulation.size, honest).tolist()
    order = draws.permutation(simulation.pods).tolist()
    making, sizes = 0.0, set()
    with world.client() as client, _makers(simulation) as makers, ThreadPoolExecutor(world.uploads) as uploads:
        since = time.perf_counter()
        sent: deque[Future[httpx.Response]] = deque()
        for bodies, seconds in _bodies(makers, study, [(pod, *cells[pod : pod + 1]) for pod in order]):
            making += seconds
            for path, body in bodies:
                sizes.add(len(body))
                sent.append(uploads.submit(client.put, path, content=body))
            while len(sent) > WAITING:
                _check(sent.popleft())
        while sent:
            _check(sent.popleft())
    values, accepted, rejected = world.collect(study)
    seconds = time.perf_counter() - since
    costs = world.costs()
    plain = np.bincount(cells, minlength=simulation.size)
    errors = np.array(values, dtype=float) - plain
    noise_free = simulation.epsilon is None
    return {
        "pods": simulation.pods,
        "accepted": accepted,
        "rejected": rejected,
        "exact": values == plain.tolist() if noise_free else None,
        "seconds": round(seconds, 2),
        "bytes_per_pod": max(sizes),
        "cpu_ms_agent": round(1000 * making / simulation.pods, 3),
        "cpu_ms_leader": round(1000 * costs["leader"][0] / simulation.pods, 3),
        "cpu_ms_helper": round(1000 * costs["helper"][0] / simulation.pods, 3),
        "rss_mb_leader": round(costs["leader"][1], 1),
        "rss_mb_helper": round(costs["helper"][1], 1),
        "noise_std": round(float(np.sqrt(np.mean(errors**2))), 4),
        "noise_std_expected": round((2 * study.noise.variance) ** 0.5, 4),
    }


def _makers(simulation: Simulation) -> Executor:
    """Where reports are made: over HTTP by a process for each core, as pods do not wait for one another."""
    if simulation.transport != "http" or simulation.pods < FEW_PODS:
        return ThreadPoolExecutor(1)
    count = os.cpu_count() or 1
    makers = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_end_with_parent)
    for started in [makers.submit(os.getpid) for _ in range(count)]:
        started.result()
    return makers


def _end_with_parent() -> None:
    """In a process that makes reports: leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


_Pod = tuple[int, ...]
"""The number of a pod and, if it is honest, its cell."""

_Bodies = tuple[list[tuple[str, bytes]], float]
"""Paths and contents of uploads, and the CPU seconds that it took to make them."""


def _bodies(makers: Executor, study: Study, pods: list[_Pod]) -> Iterator[_Bodies]:
    """The uploads of these pods in their order, made a little ahead."""
    ahead: deque[Future[_Bodies]] = deque()
    for start in range(0, len(pods), MADE_TOGETHER):
        ahead.append(makers.submit(_make, study, pods[start : start + MADE_TOGETHER]))
        while len(ahead) > AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _make(study: Study, pods: list[_Pod]) -> _Bodies:
    since = time.thread_time()
    reports = [_report(study, *pod) for pod in pods]
    return [(report.path, wire.encode(report)) for report in reports], time.thread_time() - since


def _report(study: Study, pod: int, cell: int | None = None) -> wire.Report:
    """The report of one pod; one that must be refused if it has no cell."""
    if cell is None:
        return malicious_report(study, pod)
    return make_report(study, cell, secret=os.urandom(SECRET_BYTES), randomness=os.urandom(randomness_bytes(study)))


def _check(sent: Future[httpx.Response]) -> None:
    status = sent.result().status_code
    if status != 201:
        raise AggregatorError(f"the leader answered an upload with {status}")
