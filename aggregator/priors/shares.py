"""How many people had each item, ever and lately, from two noisy counts that tell of each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from vocab.errors import VocabularyError
from vocab.item_vectors import ItemEncoding
from vocab.prior import ItemPrior

__all__ = ["denoised_shares", "learn_prior"]

Floats = NDArray[np.float64]

DOUBT = 0.4
"""How far a true count is taken to stray from what the other one foretells, as a share of it."""
FARTHEST = 1.5
"""In the logarithm: no count moves the foretold one by more than a factor of 4.5, whatever the noise."""
FLOOR = 0.1
"""A count below a tenth of what was foretold, or below zero, says no more than a tenth."""
LEAST_SHARE, MOST_SHARE = 0.01, 0.98
SEEN_FLOOR = 0.25
"""In standard deviations: a smaller count has no usable logarithm."""


def learn_prior(
    encoding: ItemEncoding,
    values: Sequence[int],
    *,
    dimension: str,
    items: Sequence[str],
    people: int,
    noise_variance: int,
    epsilon: float | None,
    delta: float,
    released_at: datetime,
    tasks: Sequence[str],
) -> ItemPrior:
    """The prior that a release of item vectors becomes.

    ``values`` is the noisy sum, two whole numbers for each item, ``noise_variance`` that of all noise in it together,
    in units of the sum squared; 0 says the sum is exact. VocabularyError where they do not fit together.
    """
    if len(values) != 2 * len(items) or not items:
        raise VocabularyError("a release of item vectors has two numbers for each item, and at least one item")
    if people < 1:
        raise VocabularyError("nobody reported: there is nothing to learn")
    if noise_variance < 0:
        raise VocabularyError("the variance of noise is not negative")
    ever, lately = encoding.people(values)
    noise = math.sqrt(noise_variance)
    shares = denoised_shares(
        ever,
        lately,
        noise=(noise / encoding.ever_weight(1), noise / encoding.lately_weight(1)),
        people=people,
    )
    return ItemPrior(
        dimension=dimension,
        items=tuple(items),
        ever=tuple(shares[0].tolist()),
        lately=tuple(shares[1].tolist()),
        people=people,
        epsilon=epsilon,
        delta=delta,
        released_at=released_at,
        tasks=tuple(tasks),
    )


def denoised_shares(ever: Floats, lately: Floats, *, noise: tuple[float, float], people: int) -> tuple[Floats, Floats]:
    """Shares of ``people`` for each item, ever and lately, from noisy counts with standard deviations ``noise``.

    An item that many had lately many had ever: each count is foretold from the other by a line through their
    logarithms, and the noisy count moves what was foretold as far as the noise lets it be believed (empirical Bayes;
    Efron 2010, chapter 1). Both results use both counts. Without noise the counts are returned as they are, over
    ``people``, and what nobody had counts half a person.
    """
    if not (np.isfinite(ever).all() and np.isfinite(lately).all()):
        raise VocabularyError("a count of the release is not a number")
    if not any(noise):
        return _exact(ever, people), _exact(lately, people)
    logs = [
        np.log(np.maximum(counts, SEEN_FLOOR * spread) / people)
        for counts, spread in zip((ever, lately), noise, strict=True)
    ]
    trust = _trust(ever, noise[0]) * _trust(lately, noise[1]) + 1e-6
    shares = [
        _posterior(counts, people * np.exp(_line(logs[1 - part], logs[part], trust)), noise[part]) / people
        for part, counts in enumerate((ever, lately))
    ]
    least = min(FLOOR / people, MOST_SHARE)
    return np.clip(shares[0], LEAST_SHARE, MOST_SHARE), np.clip(shares[1], least, MOST_SHARE)


def _exact(counts: Floats, people: int) -> Floats:
    return np.asarray(np.clip(np.maximum(counts, 0.5) / people, 1e-9, 1.0))


def _trust(counts: Floats, noise: float) -> Floats:
    """From 0 to 1: how far a count stands out of its noise."""
    signal = np.maximum(counts, 0.0) ** 2
    weight: Floats = signal / (signal + (3 * noise) ** 2)
    return weight


def _line(known: Floats, wanted: Floats, weights: Floats) -> Floats:
    """What ``wanted`` should be by a weighted line through ``known``; the mean where a line cannot be told."""
    total = weights.sum()
    middle, level = (weights * known).sum() / total, (weights * wanted).sum() / total
    spread = (weights * (known - middle) ** 2).sum()
    slope = (weights * (known - middle) * (wanted - level)).sum() / spread if spread > 1e-9 * total else 0.0
    return np.asarray(level + max(slope, 0.0) * (known - middle))


def _posterior(counts: Floats, foretold: Floats, noise: float) -> Floats:
    """The foretold count, moved towards the noisy one by how much each of them can be believed."""
    foretold = np.maximum(foretold, 1e-3)
    believed = (DOUBT * foretold) ** 2 / ((DOUBT * foretold) ** 2 + noise**2 + foretold)
    step = np.log(np.maximum(counts, FLOOR * foretold) / foretold)
    return np.asarray(foretold * np.exp(np.clip(believed * step, -FARTHEST, FARTHEST)))
