"""What one person adds to the shared knowledge about items, as whole numbers of bounded norm.

Both sides compute this alike: the agent when it answers, the aggregator when it checks a proof and when it reads the
sum. Only integer square roots are used, so every machine gets the same numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocab.errors import VocabularyError

__all__ = ["LATELY_WEEKS", "ItemEncoding"]

Integers = NDArray[np.int64]

LATELY_WEEKS = 8
"""Lately means within so many weeks before the end of a study's period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEncoding:
    """Two sets of items, ever had and lately had, as one vector whose L2 norm is at most ``2**fraction_bits``.

    With n items ever had and m lately had, each item of the first set counts a(n), each of the second b(m):

        a(n) = floor(2**k sqrt(s / max(n, ever_most))),    b(m) = floor(2**k sqrt((1 - s) / max(m, lately_most)))

    for k = ``fraction_bits`` and s = ``ever_percent`` / 100. A person with at most ``ever_most`` items counts fully
    in the first part, another one is scaled down to the same norm; likewise for ``lately_most``. Then
    ``n a(n)**2 + m b(m)**2 <= 4**k (s + 1 - s) = 4**k`` for every pair of sets: truncation only takes away.
    """

    fraction_bits: int = 14
    ever_percent: int = 20
    ever_most: int = 81
    lately_most: int = 36

    def __post_init__(self) -> None:
        """Refuse parameters under which a part counts nothing."""
        if not (8 <= self.fraction_bits <= 24 and 1 <= self.ever_percent <= 99):
            raise VocabularyError("item vectors have 8 to 24 fraction bits, and 1 to 99 percent for what was ever had")
        if not (1 <= self.ever_most <= 1_000_000 and 1 <= self.lately_most <= 1_000_000):
            raise VocabularyError("a person counts fully up to a number of items from 1 to a million")
        if not (self.ever_weight(1) and self.lately_weight(1)):
            raise VocabularyError("with so few fraction bits an item counts nothing")

    @property
    def norm_squared(self) -> int:
        """The most that one person moves the sum, as squared L2 norm."""
        return 1 << 2 * self.fraction_bits

    def ever_weight(self, count: int) -> int:
        """a(n): what each of ``count`` items that a person ever had counts."""
        return _root(self.fraction_bits, self.ever_percent, max(count, self.ever_most))

    def lately_weight(self, count: int) -> int:
        """b(m): what each of ``count`` items that a person had lately counts."""
        return _root(self.fraction_bits, 100 - self.ever_percent, max(count, self.lately_most))

    def encode(self, ever: Sequence[int] | Integers, lately: Sequence[int] | Integers) -> Integers:
        """The vector of one person: one 0 or 1 for each item in, two numbers for each item out, ever then lately."""
        row: Integers = self.encode_people(np.asarray(ever)[None], np.asarray(lately)[None])[0]
        return row

    def encode_people(self, ever: Integers, lately: Integers) -> Integers:
        """The vectors of many people, one in a row; VocabularyError where the values are not zeros and ones."""
        if ever.ndim != 2 or ever.shape != lately.shape or not ever.shape[1]:
            raise VocabularyError("the two sets are over one list of items")
        if not (np.isin(ever, (0, 1)).all() and np.isin(lately, (0, 1)).all()):
            raise VocabularyError("a set of items has a 0 or a 1 for each item")
        sizes = range(ever.shape[1] + 1)
        first = np.array([self.ever_weight(size) for size in sizes])
        second = np.array([self.lately_weight(size) for size in sizes])
        ever, lately = ever.astype(np.int64), lately.astype(np.int64)
        return np.hstack([ever * first[ever.sum(1)][:, None], lately * second[lately.sum(1)][:, None]])

    def people(self, total: Sequence[int] | Integers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How many people ever had each item and how many lately, from a sum; exact where nobody was scaled down."""
        sums = np.asarray(total, dtype=np.float64)
        if sums.ndim != 1 or len(sums) % 2 or not len(sums):
            raise VocabularyError("a sum of item vectors has two numbers for each item")
        ever, lately = np.split(sums, 2)
        return ever / self.ever_weight(1), lately / self.lately_weight(1)

    def to_json(self) -> dict[str, Any]:
        """The parameters as they stand in a manifest."""
        return {name: getattr(self, name) for name in self.__slots__}


def _root(fraction_bits: int, percent: int, most: int) -> int:
    """The whole part of ``2**fraction_bits sqrt(percent / 100 / most)``."""
    return math.isqrt((percent << 2 * fraction_bits) // (100 * most))
