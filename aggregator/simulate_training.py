"""Many made-up nodes in one round, in this process: the code of a real round over nodes that are functions.

Only the way is short: messages are Flower's own, reports are proved, both servers check and sum them. What each node
learned is drawn from the seed; ``bench.training`` shows what real models learn.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from aggregator.channel import HelperChannel
from aggregator.config import load_helper, load_leader
from aggregator.direct import Node, direct_channel
from aggregator.helper import Helper, create_helper_app
from aggregator.leader import Leader
from aggregator.retention import utc_now
from aggregator.rounds import collect_named
from aggregator.running import Servers
from aggregator.studies import make_study, variance_for
from aggregator.training import Model, RoundTerms, run_round
from aggregator.verifiers import make_verifier
from consent.purposes import FEDERATED_TRAINING, SPENDING
from vocab.statistics import ModelUpdate
from vocab.study import Study
from vocab.training import RoundInstructions, Scalar, model_terms, next_weights
from vocab.vdaf.encoding import SECRET_BYTES, make_report, randomness_bytes
from vocab.wire import encode

__all__ = ["TrainingSimulation", "run_training_simulation"]

CLIP, FRACTION_BITS = 1 << 13, 14
FEW_PODS = 200
"""Fewer than these are checked in this process: starting others takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSimulation:
    """What to run; ``epsilon`` None adds no noise, ``drop`` is the share of nodes that keep silent."""

    pods: int
    model: str
    epsilon: float | None
    drop: float
    seed: int


def run_training_simulation(simulation: TrainingSimulation) -> dict[str, Any]:
    """One round; the keys of the answer are those of ``pod-aggregator simulate-training`` (docs/reference/cli.md).

    ``exact`` says whether the published model is the one that the drawn updates give, to the last bit of what was sent;
    None with noise.
    """
    with tempfile.TemporaryDirectory(prefix="pod-simulate-") as folder:
        servers = Servers(Path(folder))
        verifiers = [make_verifier("inline" if simulation.pods < FEW_PODS else "processes") for _ in range(2)]
        helper = Helper(servers.home, load_helper(servers.home), verifier=verifiers[0])
        leader = Leader(servers.home, load_leader(servers.home), verifier=verifiers[1])
        transport = httpx.WSGITransport(create_helper_app(helper))
        key = bytes.fromhex(servers.leader_config.channel_key)
        with closing(helper), closing(leader), HelperChannel(servers.helper_url, key, transport=transport) as channel:
            return _run(simulation, leader, channel)


def _run(simulation: TrainingSimulation, leader: Leader, channel: HelperChannel) -> dict[str, Any]:
    study = make_study(_terms(simulation), leader.config)
    task = leader.publish(study, channel)
    draws = np.random.default_rng(simulation.seed)
    silent = draws.random(simulation.pods) < simulation.drop
    updates = _updates(simulation, draws)
    spent = [0.0]

    def node(number: int) -> Node:
        def reply(fields: Mapping[str, object]) -> Mapping[str, Scalar] | None:
            if silent[number]:
                return None
            since = time.process_time()
            report = _report(RoundInstructions.from_fields(fields).study, updates[number].tolist())
            body = encode(report)
            spent[0] += time.process_time() - since
            leader.accept(task, report.report_id, body)
            return {"report": report.report_id}

        return reply

    start = Model.start(simulation.model)
    since = time.perf_counter()
    outcome = run_round(
        direct_channel([node(number) for number in range(simulation.pods)]),
        study,
        start,
        terms=RoundTerms(deadline=3600, cohort=simulation.pods, poll=0.01),
        collect=collect_named(leader, channel, simulation.pods),
        publish=lambda _model: None,
    )
    assert isinstance(study.statistic, ModelUpdate)  # noqa: S101 - made above
    plain = next_weights(
        study.statistic,
        updates[~silent].sum(axis=0).tolist(),
        int((~silent).sum()),
        start.weights,
        variance=study.noise.variance,
    )
    error = float(np.abs(np.subtract(outcome.model.weights, plain)).max())
    return {
        "pods": simulation.pods,
        "asked": outcome.asked,
        "named": outcome.named,
        "summed": outcome.summed,
        "exact": error < 1e-12 if simulation.epsilon is None else None,
        "error": error,
        "seconds": round(time.perf_counter() - since, 2),
        "bytes_per_pod": leader.report_bytes(task),
        "cpu_ms_agent": round(1000 * spent[0] / max(1, outcome.named), 3),
    }


def _terms(simulation: TrainingSimulation) -> dict[str, Any]:
    now = utc_now().replace(microsecond=0)
    statistic = ModelUpdate(
        model=simulation.model,
        length=model_terms(simulation.model).length,
        clip=CLIP,
        fraction_bits=FRACTION_BITS,
        norm=CLIP,
    )
    epsilon = simulation.epsilon
    return {
        "title": "A simulated round of training",
        "purpose": FEDERATED_TRAINING,
        "data": [SPENDING],
        "statistic": {"type": "ModelUpdate", **statistic.to_json()},
        "noise": {"variance": 0 if epsilon is None else variance_for(epsilon, statistic.norm_squared)},
        "min_batch": 1,
        "opens": now - timedelta(minutes=1),
        "closes": now + timedelta(days=1),
        "demo": True,
    }


def _updates(simulation: TrainingSimulation, draws: np.random.Generator) -> np.ndarray[Any, np.dtype[np.int64]]:
    """One integer update for each pod, of any length up to the norm."""
    drawn = draws.normal(size=(simulation.pods, model_terms(simulation.model).length))
    drawn *= (CLIP * draws.random(simulation.pods) / np.linalg.norm(drawn, axis=1))[:, None]
    return np.trunc(drawn).astype(np.int64)


def _report(study: Study, update: list[int]) -> Any:
    return make_report(study, update, secret=os.urandom(SECRET_BYTES), randomness=os.urandom(randomness_bytes(study)))
