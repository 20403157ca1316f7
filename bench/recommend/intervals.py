"""Paired bootstrap over pods: a pod that is drawn brings all its weeks, and both models at once.

Weeks of one household resemble each other, and so do two models on one household: intervals that forget the first are
too narrow, intervals that forget the second hide every difference there is (Efron and Tibshirani 1993, chapter 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bench.recommend.metrics import Floats
from bench.recommend.protocol import Integers

__all__ = ["DRAWS", "Estimate", "Pooled", "pool", "ratio", "value"]

DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A metric of one model, summed per pod over all weeks: H pods.

    Attributes:
        total: (H,) sum of the metric over the weeks in which the pod was scored.
        weeks: (H,) in how many weeks it was.
    """

    total: Floats
    weeks: Floats


def pool(households: Sequence[Integers], values: Sequence[Floats]) -> Pooled:
    """Sum the values (nan: not scored) of several weeks per household."""
    everyone = np.unique(np.concatenate(households))
    total, weeks = np.zeros(len(everyone)), np.zeros(len(everyone))
    for names, numbers in zip(households, values, strict=True):
        place = np.searchsorted(everyone, names)
        scored = np.isfinite(numbers)
        total[place[scored]] += numbers[scored]
        weeks[place[scored]] += 1
    return Pooled(total=total, weeks=weeks)


def value(pooled: Pooled, *, seed: int = 0) -> Estimate:
    """The mean over pods and weeks."""
    drawn = _draws(len(pooled.total), seed)
    return _estimate(
        pooled.total.sum() / max(pooled.weeks.sum(), 1), (drawn @ pooled.total) / np.maximum(drawn @ pooled.weeks, 1)
    )


def ratio(one: Pooled, other: Pooled, *, seed: int = 0) -> Estimate:
    """How many times the other's mean the one's is, on the same pods."""
    drawn = _draws(len(one.total), seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _estimate(one.total.sum() / other.total.sum(), (drawn @ one.total) / (drawn @ other.total))


@lru_cache(maxsize=8)
def _draws(pods: int, seed: int) -> Floats:
    """(DRAWS, pods) how often each pod is drawn."""
    generator = np.random.default_rng(seed)
    return generator.multinomial(pods, np.full(pods, 1 / max(pods, 1)), size=DRAWS).astype(np.float64)


def _estimate(figure: float, draws: Floats) -> Estimate:
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Estimate(value=float(figure), low=float(low), high=float(high))
