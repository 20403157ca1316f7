"""Two ways in which what a person has speaks for what they do not have: nearness in public, and a release of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pod_agent.models.basket_history import Integers
from pod_agent.models.protocol import Array
from vocab.item_pairs import expected
from vocab.prior import ItemPrior

__all__ = ["Beyond", "Lift"]

LEAST = 0.05
"""Pairs lower nobody's chance of an item below a twentieth of what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """How much more of a person's items lie near an item than of other people's.

    ``table`` is (items, items): column i holds the nearness of all items to i over what is near to i in the average
    person. ``doubt`` says how many items of the average person are mixed in, so that few items say little.
    """

    table: NDArray[np.float32]
    source: str
    weight: float
    doubt: float

    @classmethod
    def of(cls, near: Array, shares: Array, *, source: str, weight: float, doubt: float) -> Self:
        """Prepare the table from a nearness that is not negative; items near to nothing get no lift."""
        near = near.copy()
        np.fill_diagonal(near, 0.0)
        usual = shares @ near / shares.sum()
        table = np.divide(near, usual, out=np.ones_like(near), where=usual > 0)
        return cls(table=table.astype(np.float32), source=source, weight=weight, doubt=doubt)

    def score(self, weights: Array) -> Array:
        """(items,) the weighted logarithm of the lift, from how much the person has of each item."""
        near = (weights.astype(np.float32) @ self.table).astype(np.float64) + self.doubt
        lifted: Array = self.weight * np.log(near / (weights.sum() + self.doubt))
        return lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """What having more or less than expected of some items says of others, by a release of pairs."""

    places: Integers
    shares: Array
    directions: Array
    strengths: Array

    @classmethod
    def of(cls, prior: ItemPrior, places: Integers) -> Self | None:
        """From a prior, with the place in it of each item or -1; None where it has no pairs."""
        if prior.pairs is None or not prior.pairs.strengths:
            return None
        directions = np.asarray(prior.pairs.directions)[:, np.maximum(places, 0)] * (places >= 0)
        paired: Integers = np.flatnonzero(directions.any(axis=0)).astype(np.int64)
        if len(paired) < 2:
            return None
        return cls(
            places=paired,
            shares=np.asarray(prior.ever)[places[paired]],
            directions=directions[:, paired],
            strengths=np.asarray(prior.pairs.strengths),
        )

    def score(self, had: Array) -> Array:
        """(items,) the logarithm of the chance of each item over the expected one, given all that the person has."""
        lifted = np.zeros(len(had))
        mine = had[self.places]
        if not mine.any():
            return lifted
        usual = expected(self.shares, float(mine.sum()))
        moved = ((mine - usual) @ self.directions.T * self.strengths) @ self.directions
        lifted[self.places] = np.log(np.maximum(usual + moved, LEAST * usual) / usual)
        return lifted
