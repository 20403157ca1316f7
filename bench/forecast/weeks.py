"""The weeks of Complete Journey and how a forecast of them is scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import completejourney
from bench.recommend.intervals import Estimate, Pooled, ratio, value
from pod_agent.models.forecast import AHEAD, windows_of
from pod_agent.models.protocol import Array

__all__ = ["FIRST_WEEK", "Panel", "Windows", "figure", "load_weeks", "panel", "relative", "windows"]

FIRST_WEEK = 2
"""Week 1 is one day."""
LAST_WEEK = 53

Windows = list[tuple[Array, Array]]
"""For each household the features and the targets of its own weeks, as ``pod_agent.models.forecast.windows_of``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Households that bought in at least half the weeks up to the origin.

    Attributes:
        history: (n, w) dollars a week, weeks without a purchase as zeros, oldest first.
        future: (n, 8) the weeks after the origin; no model sees them.
        unit: (n,) mean absolute change from week to week in ``history``: the error of the naive forecast, which scales
            everybody's errors (MASE, Hyndman and Koehler 2006).
    """

    history: Array
    future: Array
    unit: Array

    def some(self, count: int, seed: int) -> tuple[Panel, NDArray[np.int64]]:
        """A random part, and which households they are."""
        chosen = np.sort(np.random.default_rng(seed).permutation(len(self.unit))[:count]).astype(np.int64)
        return Panel(history=self.history[chosen], future=self.future[chosen], unit=self.unit[chosen]), chosen

    def errors(self, forecasts: Array) -> Array:
        """(n,) mean absolute error over the 8 weeks in units of ``unit``; ``forecasts`` is (n,) or (n, 8)."""
        ahead = forecasts[:, None] if forecasts.ndim == 1 else forecasts
        found: Array = np.abs(self.future - np.maximum(ahead, 0)).mean(axis=1) / self.unit
        return found


def load_weeks() -> Array:
    """(households, 52) dollars in weeks 2 to 53."""
    lines = completejourney.load().lines
    table = lines.groupby(["household_id", "week"]).sales_value.sum().unstack(fill_value=0.0)
    weeks: Array = table.reindex(columns=range(FIRST_WEEK, LAST_WEEK + 1), fill_value=0.0).to_numpy(dtype=np.float64)
    return weeks


def panel(weeks: Array, origin: int) -> Panel:
    """What is known at the end of week ``origin``, and the 8 weeks after it."""
    known = origin - FIRST_WEEK + 1
    unit = np.abs(np.diff(weeks[:, :known], axis=1)).mean(axis=1)
    scored = ((weeks[:, :known] > 0).sum(axis=1) >= known / 2) & (unit > 0)  # who never changes has no unit
    return Panel(history=weeks[scored, :known], future=weeks[scored, known : known + AHEAD], unit=unit[scored])


def windows(held: Panel) -> Windows:
    """What each household learns from."""
    return [windows_of(history) for history in held.history]


def figure(errors: Array, seed: int) -> Estimate:
    """Mean over households with its interval."""
    return value(_pooled(errors), seed=seed)


def relative(one: Array, other: Array, seed: int) -> Estimate:
    """How many times the other's error one's is, on the same households drawn together."""
    return ratio(_pooled(one), _pooled(other), seed=seed)


def _pooled(errors: Array) -> Pooled:
    return Pooled(total=errors, weeks=np.ones(len(errors)))
