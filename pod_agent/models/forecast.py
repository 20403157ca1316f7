"""Forecasts of weekly spending by linear regression on its median."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Self

import numpy as np

from pod_agent.errors import UsageError
from pod_agent.models.protocol import Array, Forecaster
from vocab.training import WEEKLY_SPENDING

__all__ = ["LONG", "MOST", "WeeklySpending", "scaled_weeks", "walk", "windows_of"]

LONG, SHORT = 8, 4
MOST = 4.0
"""Weeks above four times the person's average count as four times: one wedding must not teach what a week is."""
PASSES = 15
SMALLEST_RESIDUAL = 0.02
"""In average weeks; below it an error counts as its square does (Huber's function), so that no step is unbounded."""


class WeeklySpending(Forecaster):
    """The median of next week's spending as a linear function of the last 8 weeks, in units of the average week.

    Features as in ``vocab.training.WEEKLY_SPENDING``: one, last week, mean of the last 4, mean of the last 8.
    ``fit`` lessens the mean absolute error (the quantile loss at one half; Koenker and Bassett 1978) by iteratively
    reweighted least squares. It stays near the weights ``start`` that everybody shares (ridge regression towards them
    with strength ``ridge``), so that a short history moves little: the local step of federated training (FedProx, Li
    et al. 2020, section 3).

    Learned: ``coef_`` (4 weights), ``scale_`` (the average week, in the units of the history), ``weeks_`` (how many
    weeks could be learned from).
    """

    def __init__(self, *, start: Sequence[float] = WEEKLY_SPENDING.start, ridge: float = 0.1) -> None:
        self.start = start
        self.ridge = ridge

    def fit(self, history: Sequence[float]) -> Self:
        """Learn from the spending of whole weeks, oldest first; ``start`` is kept where there are fewer than 9."""
        weeks, self.scale_ = scaled_weeks(history)
        return self.fit_windows(*windows_of(weeks))

    def fit_windows(self, windows: Array, targets: Array) -> Self:
        """Learn from windows of 8 weeks, one in a row, and the weeks that followed, in average weeks."""
        start = np.asarray(self.start, dtype=np.float64)
        rows = np.asarray([_features(window) for window in windows]).reshape(-1, len(start))
        self.weeks_ = len(targets)
        self.coef_ = start
        for _ in range(PASSES if self.weeks_ else 0):
            share = 1 / np.maximum(np.abs(targets - rows @ self.coef_), SMALLEST_RESIDUAL) / self.weeks_
            weighted = rows.T * share
            gram = weighted @ rows + self.ridge * np.eye(len(start))
            self.coef_ = start + np.linalg.solve(gram, weighted @ (targets - rows @ start))
        return self

    def forecast(self, history: Sequence[float], steps: int = 1) -> Array:
        """The next ``steps`` weeks, never below zero; a history of fewer than 8 weeks is filled with its average."""
        if not hasattr(self, "coef_"):
            raise UsageError("the forecast has not been fitted")
        return walk(history, self.scale_, steps, lambda window: float(_features(window) @ self.coef_))


def scaled_weeks(history: Sequence[float]) -> tuple[Array, float]:
    """The weeks in units of the average week, within ``MOST`` of them, and that average; 1 where there is none."""
    mean = float(np.mean(history)) if len(history) else 0.0
    scale = mean if mean > 0 else 1.0
    return _scaled(history, scale), scale


def walk(history: Sequence[float], scale: float, steps: int, following: Callable[[Array], float]) -> Array:
    """The next ``steps`` weeks where ``following`` says what comes after a window of 8, in units of ``scale``."""
    known = list(_scaled(history, scale))[-LONG:]
    known = [float(np.mean(known)) if known else 0.0] * (LONG - len(known)) + known
    for _ in range(steps):
        known.append(min(MOST, max(0.0, following(np.asarray(known[-LONG:])))))
    return np.asarray(known[LONG:]) * scale


def _scaled(history: Sequence[float], scale: float) -> Array:
    return np.clip(np.asarray(history, dtype=np.float64) / scale, -MOST, MOST)


def _features(window: Array) -> Array:
    return np.asarray([1.0, window[-1], window[-SHORT:].mean(), window.mean()])


def windows_of(weeks: Array) -> tuple[Array, Array]:
    """The 8 weeks before every week that has as many, one window in a row, and those weeks."""
    if len(weeks) <= LONG:
        return np.empty((0, LONG)), np.empty(0)
    return np.lib.stride_tricks.sliding_window_view(weeks, LONG)[:-1], weeks[LONG:]
