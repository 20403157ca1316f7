"""One person's purchases as numbers: which item, how many baskets ago, how many weeks ago."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pod_agent.errors import UsageError
from pod_agent.models.protocol import Array

__all__ = ["BasketHistory", "Integers"]

Integers = NDArray[np.int64]

USUAL = 8.0
"""The basket of now is told by the last few, in baskets until one weighs half."""
MOST_BASKETS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketHistory:
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
        if len(self.rank) and self.rank.max() >= MOST_BASKETS:
            raise UsageError("nobody has so many baskets")
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

    def decayed(self, items: int, half: float, *, weeks: bool) -> Array:
        """(items,) counts in which a basket weighs half after ``half`` more baskets, or after as many weeks."""
        return self.counts(items, 0.5 ** ((self.ago if weeks else self.rank) / half))

    @property
    def basket_size(self) -> float:
        """How many different items a basket has, lately: baskets weigh half after 8 more of them; 0 without any."""
        if not len(self.item):
            return 0.0
        each = np.bincount(self.rank)
        weights = np.where(each > 0, 0.5 ** (np.arange(len(each)) / USUAL), 0.0)
        return float(each @ weights / weights.sum())
