"""Directions in which items go together, found in a noisy symmetric matrix by the known law of its noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vocab.errors import VocabularyError
from vocab.item_pairs import DIAGONAL, PairVectors
from vocab.prior import ItemPairs, ItemPrior

__all__ = ["learn_pairs"]

Floats = NDArray[np.float64]

RIDGE = 40.0
"""People's worth of doubt: a direction that so many people's sets share counts half."""


def learn_pairs(
    prior: ItemPrior,
    vectors: PairVectors,
    values: Sequence[int],
    *,
    noise_variance: int,
    epsilon: float | None,
    task: str,
) -> ItemPrior:
    """The prior with the pairs that a second release tells of.

    ``values`` is the noisy sum of the products of ``vectors`` about ``prior``, ``noise_variance`` that of all noise in
    each number together; 0 says the sum is exact. ``epsilon`` is the loss of both releases together, ``task`` the
    second study. VocabularyError where they do not fit together.
    """
    if noise_variance < 0:
        raise VocabularyError("the variance of noise is not negative")
    places = vectors.places(prior)
    matrix = vectors.matrix(values, len(places))
    noise = math.sqrt(noise_variance) / DIAGONAL / 4.0**vectors.fraction_bits / math.sqrt(2)
    strengths, directions = _directions(matrix, noise)
    whole = np.zeros((len(strengths), len(prior.items)))
    whole[:, places] = directions
    pairs = ItemPairs(
        directions=tuple(tuple(row) for row in whole.tolist()),
        strengths=tuple((strengths / (strengths + RIDGE)).tolist()),
    )
    return replace(prior, pairs=pairs, epsilon=epsilon, tasks=(*prior.tasks, task))


def _directions(matrix: Floats, noise: float) -> tuple[Floats, Floats]:
    """Eigenvalues without their noise, and their vectors as rows; only those that stand out of it.

    With noise of standard deviation ``noise`` off the diagonal, eigenvalues that mean nothing fill a half circle of
    radius ``2 noise sqrt(d)``, and one of true size t shows as ``t + d noise^2 / t`` (Benaych-Georges and Nadakuditi
    2011, for symmetric matrices), which is undone here. The median tells where the half circle lies.
    """
    values, vectors = np.linalg.eigh(matrix)
    if noise == 0:
        kept = values > 0
        return values[kept], vectors.T[kept]
    seen, floor = values - np.median(values), len(matrix) * noise**2
    kept = seen > 2 * math.sqrt(floor)
    true = (seen[kept] + np.sqrt(seen[kept] ** 2 - 4 * floor)) / 2
    return true, vectors.T[kept]
