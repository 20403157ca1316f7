"""``python -m bench.anomaly --seed S --json``: one line with the figure, its interval and each peer's."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.anomaly.protocol import (
    Judged,
    figures,
    households,
    judged_baskets,
    learned_baskets,
    resampled,
    samples,
)
from bench.anomaly.spread import spread
from bench.anomaly.training import ROUNDS, Pupils, central, federated
from bench.completejourney import baskets, load
from pod_agent.models.anomaly import ForestDetector, NeighbourDetector, RobustDetector, SupportDetector, Surprise
from pod_agent.models.anomaly_network import Autoencoder, PurchaseNetwork, log_odds
from pod_agent.models.protocol import Array, Detector
from pod_agent.models.strange import lessons, make_strange
from vocab.anomaly import ANOMALY_FEATURES
from vocab.training import PURCHASE_ANOMALY

LOSSES = (1.0, 4.0, 8.0)
RESAMPLINGS = 1000
ALONE_STEPS = 50

Lessons = list[tuple[Array, Array]]


class Bench:
    """The judged baskets of one seed, and what the detectors make of them."""

    def __init__(self, seed: int, start: int) -> None:
        self.seed = seed
        self.people = households(baskets(load().lines), start)
        learned = [learned_baskets(one, start) for one in self.people]
        self.judged = judged_baskets(self.people, seed, start)
        self.lessons = [lessons(history, places) for history, places in learned]
        self.raw = np.concatenate([samples(history.take(places)) for history, places in learned])
        self.raw_strange = np.concatenate([samples(make_strange(history, places)[0]) for history, places in learned])
        draws = np.random.default_rng([seed, 1])
        count = len(self.people)
        self.weights = draws.multinomial(count, np.full(count, 1 / count), size=RESAMPLINGS)
        self.scores: dict[str, Array] = {}

    def note(self, name: str, scores: Array, since: float) -> None:
        """Keep the scores of a detector and tell how it did."""
        self.scores[name] = scores
        found = figures(scores, self.judged)
        print(f"{name:34} {found['pr_auc']:.3f}  {time.perf_counter() - since:5.1f} s", file=sys.stderr, flush=True)

    def run(self, name: str, scorer: Callable[[], Array]) -> None:
        """Note the scores that ``scorer`` gives."""
        since = time.perf_counter()
        self.note(name, scorer(), since)


def simple_peers(bench: Bench) -> None:
    """Rules on amounts alone, and detectors over raw numbers and over the features."""
    judged = bench.judged
    columns = {name: place for place, name in enumerate(ANOMALY_FEATURES)}
    rows = np.concatenate([ordinary for ordinary, _ in bench.lessons])
    amounts = np.log(bench.raw[:, 0])
    bench.run("global z", lambda: np.abs(np.log(judged.raw[:, 0]) - amounts.mean()) / amounts.std())
    bench.run("own median and spread", lambda: np.abs(judged.rows[:, columns["amount against the usual"]]))
    bench.run("over own ninth decile", lambda: judged.rows[:, columns["amount over nine in ten"]])
    forest = ForestDetector(seed=bench.seed)
    bench.run("isolation forest, raw", lambda: forest.fit(bench.raw).score(judged.raw))
    peers: dict[str, Detector] = {
        "robust z": RobustDetector(),
        "isolation forest": ForestDetector(seed=bench.seed),
        "one-class SVM": SupportDetector(seed=bench.seed),
        "local outlier factor": NeighbourDetector(seed=bench.seed),
        "autoencoder": Autoencoder(seed=bench.seed),
        "rule, no training": Surprise(),
    }
    for name, detector in peers.items():
        bench.run(name, lambda detector=detector: detector.fit(rows).score(judged.rows))  # type: ignore[misc]


def boosted_peers(bench: Bench) -> None:
    """Boosted trees in one place, over the features and over amount and hour."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - takes seconds

    judged = bench.judged
    rows, strange = (np.concatenate(parts) for parts in zip(*bench.lessons, strict=True))
    labels = np.concatenate([np.zeros(len(rows)), np.ones(len(strange))])
    trees = HistGradientBoostingClassifier(max_iter=200, learning_rate=0.06, random_state=bench.seed)
    bench.run(
        "boosted trees, central",
        lambda: trees.fit(np.concatenate([rows, strange]), labels).decision_function(judged.rows),
    )
    raw = np.concatenate([bench.raw, bench.raw_strange])
    raw_labels = np.concatenate([np.zeros(len(bench.raw)), np.ones(len(bench.raw_strange))])
    bench.run("boosted trees, raw, central", lambda: trees.fit(raw, raw_labels).decision_function(judged.raw))


def networks(bench: Bench, losses: tuple[float, ...]) -> dict[str, list[float]]:
    """The network alone, in rounds with and without noise, and in one place; the PR-AUC after each round."""
    judged, pupils, curves = bench.judged, Pupils(bench.lessons), {}
    start = np.asarray(PURCHASE_ANOMALY.start)

    def alone() -> Array:
        own = start + pupils.updates(start, ALONE_STEPS)
        scores = np.empty(len(judged.owners))
        for owner in np.unique(judged.owners):
            mine = judged.owners == owner
            scores[mine] = log_odds(own[owner], judged.rows[mine])
        return scores

    bench.run("network, each alone", alone)
    for loss in (None, *losses):
        name = "network, federated" if loss is None else f"network, federated, epsilon {loss:g}"
        since = time.perf_counter()
        models = federated(pupils, loss=loss)
        each = [np.asarray(log_odds(np.asarray(weights), judged.rows)) for weights in models]
        curves[name] = [figures(scores, judged)["pr_auc"] for scores in each]
        bench.note(name, each[-1], since)
    bench.run("network, central", lambda: _central(bench.lessons, judged, bench.seed))
    return curves


def _central(lessons: Lessons, judged: Judged, seed: int) -> Array:
    weights = central(lessons, seed)
    return PurchaseNetwork(start=weights.tolist()).fit(judged.rows[:1]).score(judged.rows)


FIGURE, FOREST, CENTRAL = "rule, no training", "isolation forest", "network, central"


def told(bench: Bench, curves: dict[str, list[float]]) -> dict[str, Any]:
    """The line that is printed."""
    peers = {name: figures(scores, bench.judged, bench.weights) for name, scores in bench.scores.items()}
    drawn = {name: resampled(bench.scores[name], bench.judged, bench.weights) for name in (FIGURE, FOREST, CENTRAL)}
    figure = peers.pop(FIGURE)

    def ratio(other: str) -> dict[str, Any]:
        edges = np.quantile(drawn[FIGURE] / drawn[other], (0.025, 0.975))
        return {
            "ratio": round(figure["pr_auc"] / peers[other]["pr_auc"], 4),
            "interval": [round(float(edge), 4) for edge in edges],
        }

    return {
        "bench": "anomaly",
        "seed": bench.seed,
        "model": FIGURE,
        "figure": figure["pr_auc"],
        **figure,
        "pods": len(bench.people),
        "baskets": int((~bench.judged.strange).sum()),
        "injected": int(bench.judged.strange.sum()),
        "base": round(float(bench.judged.strange.mean()), 4),
        "against_isolation_forest": ratio(FOREST),
        "against_central": ratio(CENTRAL),
        "rounds": ROUNDS,
        "by_round": curves,
        "peers": peers,
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.anomaly")
    parser.add_argument("--seed", type=int, default=0, help="of the injection, the models and the resampling")
    parser.add_argument("--start", type=int, default=42, help="first judged week; 34 is what was tuned on")
    parser.add_argument("--epsilon", type=float, nargs="*", default=LOSSES, help="of all rounds together")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.add_argument("--injections", type=int, help="so many seeds from --seed on, of the rule and the forest alone")
    asked = parser.parse_args(arguments)
    if asked.injections:
        several = spread(households(baskets(load().lines), asked.start), asked.seed, asked.injections, asked.start)
        print(json.dumps({"bench": "anomaly", "metric": "PR-AUC", **several}, indent=None if asked.json else 1))
        return
    bench = Bench(asked.seed, asked.start)
    simple_peers(bench)
    boosted_peers(bench)
    line = told(bench, networks(bench, tuple(asked.epsilon)))
    print(json.dumps(line) if asked.json else json.dumps(line, indent=1))


if __name__ == "__main__":
    main()
