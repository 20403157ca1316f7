"""Forecasts of weekly spending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from pod_agent.errors import UsageError
from pod_agent.models.protocol import Array, Forecaster
from vocab.training import WEEKLY_SPENDING

__all__ = ["WeeklySpending"]

LONG, SHORT = 8, 4
MOST = 4.0
"""Weeks above four times the person's average count as four times: one wedding must not teach what a week is."""


class WeeklySpending(Forecaster):
    """Next week's spending as a linear function of the last 8 weeks, in units of the person's average week.

    Features as in ``vocab.training.WEEKLY_SPENDING``: one, last week, mean of the last 4, mean of the last 8.
    ``fit`` stays near the weights ``start`` that everybody shares (ridge regression towards them with strength
    ``ridge``), so that a short history moves little: the local step of federated training (FedProx, Li et al. 2020,
    section 3, solved in closed form because the loss is quadratic).

    Learned: ``coef_`` (4 weights), ``scale_`` (the average week, in the units of the history), ``weeks_`` (how many
    weeks could be learned from).
    """

    def __init__(self, *, start: Sequence[float] = WEEKLY_SPENDING.start, ridge: float = 1.0) -> None:
        self.start = start
        self.ridge = ridge

    def fit(self, history: Sequence[float]) -> Self:
        """Learn from the spending of whole weeks, oldest first; ``start`` is kept where there are fewer than 9."""
        start = np.asarray(self.start, dtype=np.float64)
        self.scale_ = _average(history)
        rows, targets = _examples(_scaled(history, self.scale_))
        self.weeks_ = len(targets)
        self.coef_ = start
        if self.weeks_:
            gram = rows.T @ rows / self.weeks_ + self.ridge * np.eye(len(start))
            self.coef_ = start + np.linalg.solve(gram, rows.T @ (targets - rows @ start) / self.weeks_)
        return self

    def forecast(self, history: Sequence[float], steps: int = 1) -> Array:
        """The next ``steps`` weeks, never below zero; a history of fewer than 8 weeks is filled with its average."""
        if not hasattr(self, "coef_"):
            raise UsageError("the forecast has not been fitted")
        known = list(_scaled(history, self.scale_))[-LONG:]
        known = [float(np.mean(known)) if known else 0.0] * (LONG - len(known)) + known
        for _ in range(steps):
            known.append(max(0.0, float(_features(np.asarray(known[-LONG:])) @ self.coef_)))
        return np.asarray(known[LONG:]) * self.scale_


def _average(history: Sequence[float]) -> float:
    mean = float(np.mean(history)) if len(history) else 0.0
    return mean if mean > 0 else 1.0


def _scaled(history: Sequence[float], scale: float) -> Array:
    return np.clip(np.asarray(history, dtype=np.float64) / scale, -MOST, MOST)


def _features(window: Array) -> Array:
    return np.asarray([1.0, window[-1], window[-SHORT:].mean(), window.mean()])


def _examples(weeks: Array) -> tuple[Array, Array]:
    """One row of features and one target for every week that has 8 before it."""
    rows = [_features(weeks[last - LONG : last]) for last in range(LONG, len(weeks))]
    return np.asarray(rows).reshape(-1, 4), weeks[LONG:]
