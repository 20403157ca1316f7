"""The same four features learned alone, together and in one place, with privacy and without."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.forecast.weeks import Panel, Windows
from bench.recommend.seeded_noise import discrete_gaussian
from pod_agent.federation.training import quantise
from pod_agent.models.forecast import TIP, level_features
from pod_agent.models.protocol import Array
from vocab.privacy import micro_rho
from vocab.regression import absolute_moments
from vocab.statistics import ModelUpdate
from vocab.training import WEEKLY_SPENDING, next_weights

__all__ = ["DELTA", "PASSES", "averaged", "federated", "forecasts", "local", "server_noise"]

DELTA = 1e-5
PASSES = 4
NORM, FRACTION_BITS = 1 << 13, 14
"""An update is at most half a unit long; chosen with the number of passes on origins 33 and 37."""
ALONE_PASSES, RIDGE = 15, 0.1
"""Of a fit to one household's weeks, held near the weights that it begins from."""

START = WEEKLY_SPENDING.start
Weights = tuple[float, ...]


def forecasts(held: Panel, weights: Weights | Array) -> Array:
    """(n,) one level a household; ``weights`` is (4,) for all or (n, 4)."""
    features = np.asarray([level_features(history) for history in held.history])
    levels: Array = np.maximum(0, (features * np.asarray(weights)).sum(axis=1))
    return levels


def server_noise(epsilon: float, norm: int, rounds: int) -> int:
    """The variance of one server's noise in each round, for this epsilon over all rounds together at delta 1e-5."""
    return -(-(norm**2) * 1_000_000 * rounds // (2 * micro_rho(epsilon, DELTA)))


def federated(learned_from: Windows, *, epsilon: float | None, seed: int, passes: int = PASSES) -> Weights:
    """Passes over the integers that agents would send; ``epsilon`` None adds no noise."""
    statistic = _statistic(WEEKLY_SPENDING.name, WEEKLY_SPENDING.length)

    def update(rows: Array, targets: Array, weights: Array) -> Array:
        return absolute_moments(rows, targets, weights, tip=TIP)

    def step(total: list[int], weights: Weights, variance: int) -> Weights:
        return next_weights(statistic, total, len(learned_from), weights, variance=variance)

    return _rounds(learned_from, statistic, update, step, epsilon=epsilon, seed=seed, passes=passes)


def averaged(learned_from: Windows, *, epsilon: float | None, seed: int, passes: int = PASSES) -> Weights:
    """FedProx (Li et al. 2020): everybody fits the weights to their own weeks, held near the shared ones; the mean."""
    statistic = _statistic(WEEKLY_SPENDING.name, len(START))
    unit = 2.0**-FRACTION_BITS / len(learned_from)

    def update(rows: Array, targets: Array, weights: Array) -> Array:
        return _fitted(rows, targets, weights) - weights

    def step(total: list[int], weights: Weights, _variance: int) -> Weights:
        return tuple((np.asarray(weights) + unit * np.asarray(total)).tolist())

    return _rounds(learned_from, statistic, update, step, epsilon=epsilon, seed=seed, passes=passes)


def local(learned_from: Windows) -> Array:
    """(n, 4) everybody's own weights, from their own weeks alone."""
    return np.asarray([_fitted(rows, targets, np.asarray(START)) for rows, targets in learned_from])


def _rounds(
    learned_from: Windows,
    statistic: ModelUpdate,
    update: Callable[[Array, Array, Array], Array],
    step: Callable[[list[int], Weights, int], Weights],
    *,
    epsilon: float | None,
    seed: int,
    passes: int,
) -> Weights:
    variance = 0 if epsilon is None else server_noise(epsilon, NORM, passes)
    dice, weights = np.random.default_rng(seed), START
    for _ in range(passes):
        now = np.asarray(weights)
        total = np.sum([quantise(update(rows, targets, now), statistic) for rows, targets in learned_from], axis=0)
        noise = sum(discrete_gaussian(variance, statistic.length, dice) for _server in range(2))
        weights = step((total + noise).tolist(), weights, variance)
    return weights


def _fitted(rows: Array, targets: Array, start: Array) -> Array:
    weights, count = start, max(1, len(rows))
    for _ in range(ALONE_PASSES):
        residuals = targets - (rows @ weights)[:, None]
        shares = 1 / np.maximum(np.abs(residuals), TIP)
        gram = (rows.T * shares.mean(axis=1)) @ rows / count + RIDGE * np.eye(len(start))
        slope = (shares * residuals).mean(axis=1) @ rows / count - RIDGE * (weights - start)
        weights = weights + np.linalg.solve(gram, slope)
    return weights


def _statistic(name: str, length: int) -> ModelUpdate:
    return ModelUpdate(model=name, length=length, clip=NORM, fraction_bits=FRACTION_BITS, norm=NORM)
