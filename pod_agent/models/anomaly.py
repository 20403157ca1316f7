"""Detectors of what is strange: a rule for purchases that needs no training, and what scikit-learn offers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pod_agent.errors import UsageError
from pod_agent.models.protocol import Array, Detector
from vocab.anomaly import ANOMALY_FEATURES, ANOMALY_OFFSET, ANOMALY_RULE

__all__ = ["ForestDetector", "NeighbourDetector", "RobustDetector", "SupportDetector", "Surprise"]


class Surprise(Detector):
    """How surprising a purchase is by its amount, its shop and its hour together, in natural logarithms (about).

    The rule of ``vocab.anomaly`` over the features of purchases: needs no training and nobody else's purchases. ``fit``
    only learns what is typical, for explanations.
    """

    def _learn(self, rows: Array, strange: Array) -> None:  # noqa: ARG002 - nothing is learned from strange ones
        if rows.shape[1] != len(ANOMALY_FEATURES):
            raise UsageError("the rule is one over the features of purchases")

    def _score(self, rows: Array) -> Array:
        factors = np.asarray([ANOMALY_RULE.get(feature, 0.0) for feature in ANOMALY_FEATURES])
        return np.asarray(rows @ factors + ANOMALY_OFFSET)


class RobustDetector(Detector):
    """The greatest distance of any feature from its median, in units of its median absolute deviation.

    Learned: ``spread_``. The factor makes the deviation that of a normal distribution (Iglewicz and Hoaglin 1993).
    """

    def _learn(self, rows: Array, strange: Array) -> None:  # noqa: ARG002
        deviation = np.median(np.abs(rows - self.typical_), axis=0)
        self.spread_ = np.where(deviation > 0, 1.4826 * deviation, np.maximum(rows.std(axis=0), 1e-9))

    def _score(self, rows: Array) -> Array:
        return np.asarray((np.abs(rows - self.typical_) / self.spread_).max(axis=1))


class ForestDetector(Detector):
    """Isolation forest (Liu, Ting and Zhou 2008): what few random cuts set apart. Learned: ``forest_``."""

    def __init__(self, *, trees: int = 200, seed: int = 0) -> None:
        self.trees = trees
        self.seed = seed

    def _learn(self, rows: Array, strange: Array) -> None:  # noqa: ARG002
        from sklearn.ensemble import IsolationForest  # noqa: PLC0415 - takes a second

        self.forest_: Any = IsolationForest(n_estimators=self.trees, random_state=self.seed).fit(rows)

    def _score(self, rows: Array) -> Array:
        return -np.asarray(self.forest_.score_samples(rows))


class SupportDetector(Detector):
    """One-class support vector machine (Schölkopf et al. 2001) on at most ``most`` rows. Learned: ``machine_``."""

    def __init__(self, *, share: float = 0.05, most: int = 3000, seed: int = 0) -> None:
        self.share = share
        self.most = most
        self.seed = seed

    def _learn(self, rows: Array, strange: Array) -> None:  # noqa: ARG002
        from sklearn.svm import OneClassSVM  # noqa: PLC0415 - takes a second

        self.machine_: Any = OneClassSVM(nu=self.share, gamma="scale").fit(_some(rows, self.most, self.seed))

    def _score(self, rows: Array) -> Array:
        return -np.asarray(self.machine_.decision_function(rows))


class NeighbourDetector(Detector):
    """Local outlier factor (Breunig et al. 2000) against at most ``most`` rows. Learned: ``neighbours_``."""

    def __init__(self, *, nearest: int = 20, most: int = 5000, seed: int = 0) -> None:
        self.nearest = nearest
        self.most = most
        self.seed = seed

    def _learn(self, rows: Array, strange: Array) -> None:  # noqa: ARG002
        from sklearn.neighbors import LocalOutlierFactor  # noqa: PLC0415 - takes a second

        kept = _some(rows, self.most, self.seed)
        self.neighbours_: Any = None
        if len(kept) > 1:
            self.neighbours_ = LocalOutlierFactor(n_neighbors=min(self.nearest, len(kept) - 1), novelty=True).fit(kept)

    def _score(self, rows: Array) -> Array:
        if self.neighbours_ is None:  # one row has no neighbours: its distance is all there is
            return np.asarray(np.linalg.norm(rows - self.typical_, axis=1))
        return -np.asarray(self.neighbours_.score_samples(rows))


def _some(rows: Array, most: int, seed: int) -> Array:
    """At most so many rows, drawn by the seed."""
    if len(rows) <= most:
        return rows
    return rows[np.random.default_rng(seed).choice(len(rows), most, replace=False)]
