"""One person's purchases as numbers: which item, how many baskets ago, how many weeks ago."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pod_agent.errors import UsageError
from pod_agent.models.protocol import Array

__all__ = ["Integers", "Purchases"]

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """What one person bought, one entry for each item in each basket, in any order.

    Attributes:
        item: (E,) places in the list of items.
        rank: (E,) how many baskets of this person came after; 0 is the last one.
        ago: (E,) weeks before today, 0 or more; fractions are welcome.
    """

    item: Integers
    rank: Integers
    ago: Array

    def __post_init__(self) -> None:
        """Refuse what is no history; UsageError says what is wrong."""
        object.__setattr__(self, "item", np.asarray(self.item, dtype=np.int64))
        object.__setattr__(self, "rank", np.asarray(self.rank, dtype=np.int64))
        object.__setattr__(self, "ago", np.asarray(self.ago, dtype=np.float64))
        if not (self.item.ndim == 1 and self.item.shape == self.rank.shape == self.ago.shape):
            raise UsageError("a history has an item, a basket and a week for each purchase")
        if len(self.item) and not (self.item.min() >= 0 and self.rank.min() >= 0 and self.ago.min() >= 0):
            raise UsageError("items, baskets and weeks of a history are counted from 0")
        if not np.isfinite(self.ago).all():
            raise UsageError("a purchase lies at no time")

    @classmethod
    def nothing(cls) -> Self:
        """The history of somebody who bought nothing yet."""
        return cls(item=np.zeros(0, np.int64), rank=np.zeros(0, np.int64), ago=np.zeros(0))

    def counts(self, items: int, weights: Array | None = None) -> Array:
        """(items,) how often each item was bought, each purchase by its weight."""
        if len(self.item) and self.item.max() >= items:
            raise UsageError(f"a history names an item that is not among these {items}")
        return np.bincount(self.item, weights=weights, minlength=items).astype(np.float64)

    def decayed(self, items: int, half: float, *, weeks: bool) -> tuple[Array, float]:
        """Counts in which a basket weighs half after ``half`` more baskets, or weeks; and what all baskets weigh."""
        weights = 0.5 ** ((self.ago if weeks else self.rank) / half)
        _, first = np.unique(self.rank, return_index=True)
        return self.counts(items, weights), float(weights[first].sum())
