"""Logistic regression of responses: by one household, by all together, in one place; and rules and trees beside it."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from bench.coupons.rows import Rows, Split, households_of
from bench.forecast.learning import server_noise
from bench.recommend.seeded_noise import discrete_gaussian
from pod_agent.federation.training import quantise
from pod_agent.models.protocol import Array
from pod_agent.models.response import OfferResponse
from vocab.statistics import ModelUpdate
from vocab.training import OFFER_RESPONSE, next_weights

__all__ = ["STRENGTHS", "alone", "central", "federated", "rules", "trees"]

ROUNDS = 4
NORM, FRACTION_BITS = 1 << 14, 14
"""An update is at most one unit long. This, the rounds and the rate were chosen on July and August."""
STRENGTHS = (0.01, 0.1, 1.0, 10.0)
ALONE_STEPS, ALONE_RATE, ALONE_PULL = 50, 0.02, 1.0

Integers = NDArray[np.int64]


def federated(split: Split, *, epsilon: float | None, seed: int, rounds: int = ROUNDS) -> Array:
    """The weights after rounds over the integers that agents would send; ``epsilon`` None adds no noise."""
    statistic = ModelUpdate(
        model=OFFER_RESPONSE.name, length=OFFER_RESPONSE.length, clip=NORM, fraction_bits=FRACTION_BITS, norm=NORM
    )
    people = households_of(split.rows, split.learned)
    variance = 0 if epsilon is None else server_noise(epsilon, NORM, rounds)
    dice, weights = np.random.default_rng(seed), OFFER_RESPONSE.start
    for _ in range(rounds):
        slopes = [_slope(split, places, weights) for places in people]
        total = np.sum([quantise(slope, statistic) for slope in slopes], axis=0)
        noise = sum(discrete_gaussian(variance, statistic.length, dice) for _server in range(2))
        weights = next_weights(statistic, (total + noise).tolist(), len(people), weights, variance=variance)
    return np.asarray(weights)


def central(split: Split, strength: float) -> Array:
    """Weights of scikit-learn's logistic regression over all rows in one place; ``strength`` is its ``C``."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - seconds to load

    model = LogisticRegression(C=strength, max_iter=5000, fit_intercept=False)
    found: Array = model.fit(split.rows.features[split.learned], split.known[split.learned]).coef_[0]
    return found


def alone(split: Split) -> Array:
    """(n,) scores of every row by its household's own weights: fitted to its offers before the test, held near 0."""
    scores: Array = split.rows.features @ np.asarray(OFFER_RESPONSE.start)
    learned = {int(split.rows.households[places[0]]): places for places in households_of(split.rows, split.learned)}
    for places in households_of(split.rows, split.tested):
        household = int(split.rows.households[places[0]])
        if household in learned:
            weights = _own(split, learned[household])
            scores[places] = split.rows.features[places] @ weights
    return scores


def rules(rows: Rows) -> dict[str, Array]:
    """Scores that need no learning."""
    return {
        "rule: coupons used before": rows.past_uses.astype(np.float64),
        "rule: how often they shop": rows.baskets.astype(np.float64),
    }


def trees(split: Split, seed: int) -> Array:
    """(n,) scores of gradient-boosted trees over all rows in one place."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - seconds to load

    model = HistGradientBoostingClassifier(max_iter=50, learning_rate=0.05, max_depth=3, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(split.rows.features[split.learned], split.known[split.learned])
    found: Array = model.predict_proba(split.rows.features)[:, 1]
    return found


def _slope(split: Split, places: Integers, weights: tuple[float, ...]) -> Array:
    lesson = (split.rows.features[places], split.known[places])
    slope: Array = OfferResponse(start=weights).fit(lesson).coef_ - np.asarray(weights)
    return slope


def _own(split: Split, places: Integers) -> Array:
    start = np.asarray(OFFER_RESPONSE.start)
    weights = start
    for _ in range(ALONE_STEPS):
        step = _slope(split, places, tuple(weights.tolist())) - ALONE_PULL * (weights - start)
        weights = weights + ALONE_RATE * step
    return weights
