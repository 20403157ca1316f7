"""Forecasts of weekly spending by a small neural network; PyTorch is loaded when one is fitted or asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Self

import numpy as np

from pod_agent.errors import MissingExtraError, UsageError
from pod_agent.models.protocol import Array, Forecaster
from vocab.training import NETWORK_HIDDEN, WEEKLY_NETWORK

if TYPE_CHECKING:
    import torch

__all__ = ["LONG", "WeeklyNetwork", "pytorch", "scaled_weeks", "walk", "windows_of"]

LONG = 8
MOST = 4.0
"""Weeks above four times the person's average count as four times: one wedding must not teach what a week is."""
STEPS = 50
RATE = 0.1


class WeeklyNetwork(Forecaster):
    """The median of next week's spending: the mean of the last 8 weeks and what a hidden layer adds to it.

    Weights as in ``vocab.training.WEEKLY_NETWORK``. ``fit`` walks down the mean absolute error of all weeks together,
    ``steps`` times at ``rate``, from the weights ``start`` that everybody shares. Nothing is drawn and one thread
    works, so the same weeks give the same weights on every machine of one kind.

    Learned: ``coef_`` (161 weights), ``scale_`` (the average week), ``weeks_`` (how many could be learned from).
    MissingExtraError without PyTorch.
    """

    def __init__(
        self, *, start: Sequence[float] = WEEKLY_NETWORK.start, steps: int = STEPS, rate: float = RATE
    ) -> None:
        self.start = start
        self.steps = steps
        self.rate = rate

    def fit(self, history: Sequence[float]) -> Self:
        """Learn from the spending of whole weeks, oldest first; ``start`` is kept where there are fewer than 9."""
        weeks, self.scale_ = scaled_weeks(history)
        return self.fit_windows(*windows_of(weeks))

    def fit_windows(self, windows: Array, targets: Array) -> Self:
        """Learn from windows of 8 weeks, one in a row, and the weeks that followed, in average weeks."""
        self.weeks_ = len(targets)
        self.coef_: Array = np.asarray(self.start, dtype=np.float64)
        if self.weeks_:
            self.coef_ = self._descend(windows, targets)
        return self

    def forecast(self, history: Sequence[float], steps: int = 1) -> Array:
        """The next ``steps`` weeks, never below zero; a history of fewer than 8 weeks is filled with its average."""
        if not hasattr(self, "coef_"):
            raise UsageError("the forecast has not been fitted")
        pytorch()
        weights = _tensor(self.coef_)
        return walk(history, self.scale_, steps, lambda window: float(_next(weights, _tensor(window[None]))[0]))

    def _descend(self, windows: Array, targets: Array) -> Array:
        torch = pytorch()
        rows, wanted = _tensor(windows), _tensor(targets)
        weights = _tensor(self.coef_).requires_grad_()
        with torch.enable_grad():
            for _ in range(self.steps):
                loss = (_next(weights, rows) - wanted).abs().mean()
                (slope,) = torch.autograd.grad(loss, weights)
                weights = (weights - self.rate * slope).detach().requires_grad_()
        return np.asarray(weights.detach().numpy(), dtype=np.float64)


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


def windows_of(weeks: Array) -> tuple[Array, Array]:
    """The 8 weeks before every week that has as many, one window in a row, and those weeks."""
    if len(weeks) <= LONG:
        return np.empty((0, LONG)), np.empty(0)
    return np.lib.stride_tricks.sliding_window_view(weeks, LONG)[:-1], weeks[LONG:]


def _scaled(history: Sequence[float], scale: float) -> Array:
    return np.clip(np.asarray(history, dtype=np.float64) / scale, -MOST, MOST)


def _next(weights: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """What comes after each row of 8 weeks."""
    first = weights[: LONG * NETWORK_HIDDEN].reshape(LONG, NETWORK_HIDDEN)
    offsets, second = weights[LONG * NETWORK_HIDDEN : -1].reshape(2, NETWORK_HIDDEN)
    added: torch.Tensor = ((rows - 1) @ first + offsets).relu() @ second + weights[-1]
    return rows.mean(dim=1) + added


def _tensor(values: Array) -> torch.Tensor:
    tensor: torch.Tensor = pytorch().tensor(np.asarray(values), dtype=pytorch().float64)
    return tensor


def pytorch() -> ModuleType:
    """PyTorch, on one thread: its default takes every core of the person's machine for sums of a few rows."""
    try:
        import torch  # noqa: PLC0415 - takes seconds
    except ImportError as error:
        raise MissingExtraError(
            "this model needs PyTorch", hint="Run: python -m pip install 'pod-agent[torch]'"
        ) from error
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
    return torch
