"""What one person adds to the knowledge of which items go together: what they have beyond what was to be expected.

Both sides use this: the agent to answer, the recommender to score. The aggregator checks only the norm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocab.errors import VocabularyError
from vocab.prior import ItemPrior

__all__ = ["DIAGONAL", "PAIR", "PairVectors", "expected", "pairs_pay"]

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

DIAGONAL, PAIR = 29, 41
"""What squares and products count in the sum: 41 / 29 is nearly the root of two, so all of it has one norm."""
STEPS = 30
STEEPEST = 12.0
LEAST_EPSILON, LEAST_PEOPLE = 2.0, 2000


def pairs_pay(epsilon: float | None, people: int) -> bool:
    """Whether a second release of pairs is worth its part of the privacy loss, by public numbers alone.

    Directions in which items go together stand out of the noise where epsilon times the number of people is at least
    that of 2,000 people at epsilon 2; below it the whole loss is better spent on counts (decision 0024).
    """
    return epsilon is None or epsilon * people >= LEAST_EPSILON * LEAST_PEOPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PairVectors:
    """A person's set of items as one vector z of ``size`` integers with ``|z| <= 2**fraction_bits``.

    Of the items of a published prior the ``size`` with the greatest share take part, in their order; of equals the
    earlier. With x the set among them, z is the direction of x minus what was to be expected of somebody who has as
    many (``expected``), times ``2**fraction_bits``, truncated towards zero: the norm never grows. Who has none of the
    items, or all of them, adds zeros. What is summed are the products ``z_i z_j`` (``matrix``).
    """

    size: int = 128
    fraction_bits: int = 10

    def __post_init__(self) -> None:
        """Refuse sizes that no vector has."""
        if self.size < 2 or not 4 <= self.fraction_bits <= 24:
            raise VocabularyError("pairs are of at least two items, with 4 to 24 fraction bits")

    def places(self, prior: ItemPrior) -> Integers:
        """The places of the items that take part, rising; all where the prior has no more than ``size``."""
        order = np.argsort(-np.asarray(prior.ever), kind="stable")[: self.size]
        return np.sort(order).astype(np.int64)

    def encode(self, prior: ItemPrior, ever: Sequence[int] | Integers) -> Integers:
        """The vector z of one person from one 0 or 1 for each item of the prior; VocabularyError for anything else."""
        chosen = np.asarray(ever)
        if chosen.shape != (len(prior.items),) or not np.isin(chosen, (0, 1)).all():
            raise VocabularyError("a set of items has a 0 or a 1 for each item of the prior")
        places = self.places(prior)
        had = chosen[places].astype(np.float64)
        if not 0 < had.sum() < len(had):
            return np.zeros(len(places), dtype=np.int64)
        beyond = had - expected(np.asarray(prior.ever)[places], float(had.sum()))
        scaled: Integers = np.trunc(beyond / np.linalg.norm(beyond) * (1 << self.fraction_bits)).astype(np.int64)
        return scaled

    def products(self, vector: Integers) -> Integers:
        """What one person adds to the sum: 29 z_i^2 for each item, then 41 z_i z_j for i < j, row by row."""
        pairs = np.outer(vector, vector)[np.triu_indices(len(vector), 1)]
        return np.concatenate([DIAGONAL * vector**2, PAIR * pairs])

    def matrix(self, values: Sequence[int] | Integers, size: int) -> Floats:
        """The symmetric (size, size) sum of z z^T, in units of 1, from the sum of ``products``."""
        sums = np.asarray(values, dtype=np.float64)
        if sums.shape != (size * (size + 1) // 2,):
            raise VocabularyError("a sum of pairs has one number for each item and each pair of items")
        table = np.zeros((size, size))
        table[np.triu_indices(size, 1)] = sums[size:] / PAIR
        table += table.T
        table[np.diag_indices(size)] = sums[:size] / DIAGONAL
        return np.asarray(table / 4.0**self.fraction_bits)


def expected(shares: Floats, count: float) -> Floats:
    """How likely a person has each item who has ``count`` of them, if nothing else is known.

    Everybody's log-odds of an item are those of its share, moved by one number for the person; that number is found by
    Newton's method so that the chances add up to ``count``.
    """
    count = min(max(count, 0.5), len(shares) - 0.5)
    odds = np.log(shares) - np.log1p(-np.minimum(shares, 1 - 1e-9))
    shift = 0.0
    for _ in range(STEPS):
        chances = 1 / (1 + np.exp(-(odds + shift)))
        slope = max(float((chances * (1 - chances)).sum()), 1e-9)
        step = (float(chances.sum()) - count) / slope
        shift = min(max(shift - min(max(step, -1.0), 1.0), -STEEPEST), STEEPEST)
        if abs(step) < 1e-12:
            break
    return np.asarray(1 / (1 + np.exp(-(odds + shift))))
