"""Many made-up pods against both servers: is the sum right, what is refused, and what does it cost.

Measurements, and which pods cheat or drop out, are drawn from the seed; shares, tokens and noise never are.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from aggregator.errors import AggregatorError
from aggregator.issuing.bulk import MadeUpIssuers, make_issuers
from aggregator.retention import utc_now
from aggregator.samples import plain_sum, sample_measurement, sample_statistic
from aggregator.studies import variance_for
from aggregator.verifiers import end_with_parent
from aggregator.worlds import World, open_world
from consent.purposes import AGGREGATE_REPORTING, SPENDING
from vocab import wire
from vocab.statistics import Statistic, statistic_to_json
from vocab.study import Study
from vocab.vdaf.circuits import Measurement
from vocab.vdaf.encoding import SECRET_BYTES, make_report, prio3_for, randomness_bytes

__all__ = ["Simulation", "malicious_report", "run_simulation"]

WAITING = 64
"""Most reports that wait to be taken."""
MADE_TOGETHER = 16
FEW_PODS = 200
"""Fewer than these are made in this process: starting others takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What to run; ``epsilon`` None adds no noise, ``pods`` counts the malicious ones and those that drop out too.

    ``drop`` is the share of pods that never come: half of them stop in the middle of their upload. ``tokens`` has every
    report carry a token of one of three made-up issuers. ``store`` is the URL of a PostgreSQL database for both
    servers.
    """

    pods: int
    statistic: str
    size: int
    epsilon: float | None
    transport: str
    malicious: int
    seed: int
    drop: float = 0.0
    tokens: bool = False
    store: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pod:
    """A made-up pod: what it answers, None if it cheats; ``kind`` tells how it cheats, ``cut`` if it drops out."""

    measurement: Measurement | None
    kind: int
    cut: bool
    secret: bytes
    token: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crowd:
    """All pods that send anything, in the order of sending, and what the honest ones sum to."""

    pods: list[_Pod]
    honest: int
    dropped: int
    plain: list[int]


def run_simulation(simulation: Simulation) -> dict[str, Any]:
    """Run it; the keys of the answer are those of ``pod-aggregator simulate`` (docs/reference/cli.md).

    UnsupportedStatisticError for a statistic that is not in the catalogue.
    """
    statistic = sample_statistic(simulation.statistic, simulation.size)
    crowd = _crowd(simulation, statistic)
    with (
        tempfile.TemporaryDirectory(prefix="pod-simulate-") as folder,
        open_world(simulation.transport, Path(folder), simulation.store) as world,
    ):
        return _run(simulation, statistic, crowd, world)


def malicious_report(study: Study, kind: int, *, secret: bytes | None = None, token: bytes = b"") -> wire.Report:
    """A report that both servers must refuse, of one of four kinds.

    A vote of 1,000 in every cell, a proof of other values, a sealed share of another report, shares beyond the field.
    A ``token`` belongs to the report of its ``secret``.
    """
    randomness = os.urandom(randomness_bytes(study))
    answer = sample_measurement(study.statistic, np.random.default_rng(kind))
    report = make_report(study, answer, secret=secret or os.urandom(SECRET_BYTES), randomness=randomness, token=token)
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
        other = make_report(study, answer, secret=os.urandom(SECRET_BYTES), randomness=randomness, token=token)
        return _changed(report, sealed_share=other.sealed_share)
    else:
        share = b"\xff" * split + report.leader_share[split:]
    return _changed(report, leader_share=share)


def _changed(report: wire.Report, **fields: bytes) -> wire.Report:
    values = {name: getattr(report, name) for name in report.__struct_fields__}
    return wire.Report(**{**values, **fields})


def _crowd(simulation: Simulation, statistic: Statistic) -> _Crowd:
    draws = np.random.default_rng(simulation.seed)
    dropped = int(simulation.pods * simulation.drop)
    honest = simulation.pods - simulation.malicious - dropped
    if honest < 1:
        raise AggregatorError("at least one pod must be honest", hint="Give fewer --malicious, or a smaller --drop.")
    answers = [sample_measurement(statistic, draws) for _ in range(simulation.pods)]
    pods = [
        _Pod(
            measurement=None if number < simulation.malicious else answer,
            kind=number,
            cut=number >= simulation.pods - dropped // 2,
            secret=os.urandom(SECRET_BYTES),
        )
        for number, answer in enumerate(answers)
        if not simulation.pods - dropped <= number < simulation.pods - dropped // 2
    ]
    return _Crowd(
        pods=[pods[place] for place in draws.permutation(len(pods))],
        honest=honest,
        dropped=dropped,
        plain=plain_sum(statistic, answers[simulation.malicious : simulation.malicious + honest]),
    )


def _terms(simulation: Simulation, statistic: Statistic, honest: int, issuers: MadeUpIssuers | None) -> dict[str, Any]:
    now = utc_now().replace(microsecond=0)
    epsilon = simulation.epsilon
    return {
        "title": "A simulated study",
        "purpose": AGGREGATE_REPORTING,
        "data": [SPENDING],
        "statistic": statistic_to_json(statistic),
        "noise": {"variance": 0 if epsilon is None else variance_for(epsilon, statistic.norm_squared)},
        "min_batch": min(100, honest),
        "issuers": [issuer.to_json() for issuer in issuers.issuers] if issuers else [],
        "opens": now - timedelta(minutes=1),
        "closes": now + timedelta(days=1),
        "demo": True,
    }


def _run(simulation: Simulation, statistic: Statistic, crowd: _Crowd, world: World) -> dict[str, Any]:
    issuers = make_issuers(simulation.pods) if simulation.tokens else None
    study = world.publish(_terms(simulation, statistic, crowd.honest, issuers))
    with _makers(simulation) as makers:
        pods = crowd.pods if issuers is None else _with_tokens(crowd.pods, study, issuers, makers)
        since = time.perf_counter()
        making, size = _upload(world, study, pods, makers)
    uploaded = time.perf_counter() - since
    values, accepted, rejected = world.collect(study)
    seconds = time.perf_counter() - since
    costs = world.costs()
    exact = simulation.epsilon is None
    errors = np.array(values, dtype=float) - crowd.plain
    return {
        "pods": simulation.pods,
        "dropped": crowd.dropped,
        "accepted": accepted,
        "rejected": rejected,
        "exact": values == crowd.plain if exact else None,
        "seconds": round(seconds, 2),
        "seconds_uploading": round(uploaded, 2),
        "bytes_per_pod": size,
        "cpu_ms_agent": round(1000 * making / len(pods), 3),
        "cpu_ms_leader": round(1000 * costs["leader"][0] / len(pods), 3),
        "cpu_ms_helper": round(1000 * costs["helper"][0] / len(pods), 3),
        "rss_mb_leader": round(costs["leader"][1], 1),
        "rss_mb_helper": round(costs["helper"][1], 1),
        "noise_std": round(float(np.sqrt(np.mean(errors**2))), 4),
        "noise_std_expected": round((2 * study.noise.variance) ** 0.5, 4),
    }


def _with_tokens(pods: list[_Pod], study: Study, issuers: MadeUpIssuers, makers: Executor) -> list[_Pod]:
    tokens = issuers.tokens(study, [pod.secret for pod in pods], makers)
    return [
        _Pod(measurement=pod.measurement, kind=pod.kind, cut=pod.cut, secret=pod.secret, token=token)
        for pod, token in zip(pods, tokens, strict=True)
    ]


def _makers(simulation: Simulation) -> Executor:
    """Where reports are made: over HTTP by a process for each core, as pods do not wait for one another."""
    if simulation.transport != "http" or simulation.pods < FEW_PODS:
        return ThreadPoolExecutor(1)
    count = os.cpu_count() or 1
    makers = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=end_with_parent)
    for started in [makers.submit(os.getpid) for _ in range(count)]:
        started.result()
    return makers


@dataclass(frozen=True, slots=True)
class _Upload:
    path: str
    body: bytes
    cut: bool


_Made = tuple[list[_Upload], float]
"""Uploads, and the CPU seconds that it took to make them."""


def _upload(world: World, study: Study, pods: Sequence[_Pod], makers: Executor) -> tuple[float, int]:
    """Make and send all reports; the CPU seconds of making them, and the length of each."""
    making, sizes = 0.0, set()
    sent: deque[Future[None]] = deque()
    with world.client() as client, ThreadPoolExecutor(world.uploads) as threads:
        for uploads, seconds in _made(makers, study, pods):
            making += seconds
            for upload in uploads:
                sizes.add(len(upload.body))
                sent.append(threads.submit(_send, client, upload))
            while len(sent) > WAITING:
                sent.popleft().result()
        for future in sent:
            future.result()
    [size] = sizes  # uploads of one study look alike
    return making, size


def _made(makers: Executor, study: Study, pods: Sequence[_Pod]) -> Iterator[_Made]:
    """The uploads of these pods in their order, made a little ahead."""
    ahead: deque[Future[_Made]] = deque()
    for start in range(0, len(pods), MADE_TOGETHER):
        ahead.append(makers.submit(_make, study, pods[start : start + MADE_TOGETHER]))
        while len(ahead) > 2 * (os.cpu_count() or 1):
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _make(study: Study, pods: Sequence[_Pod]) -> _Made:
    since = time.thread_time()
    reports = [_report(study, pod) for pod in pods]
    made = [_Upload(report.path, wire.encode(report), pod.cut) for report, pod in zip(reports, pods, strict=True)]
    return made, time.thread_time() - since


def _report(study: Study, pod: _Pod) -> wire.Report:
    """The report of one pod; one that must be refused if it cheats."""
    if pod.measurement is None:
        return malicious_report(study, pod.kind, secret=pod.secret, token=pod.token)
    randomness = os.urandom(randomness_bytes(study))
    return make_report(study, pod.measurement, secret=pod.secret, randomness=randomness, token=pod.token)


def _send(client: httpx.Client, upload: _Upload) -> None:
    expected = 400 if upload.cut else 201
    body = upload.body[: len(upload.body) // 2] if upload.cut else upload.body
    status = client.put(upload.path, content=body).status_code
    if status != expected:
        raise AggregatorError(f"the leader answered an upload with {status}, not {expected}")
