"""Which items a person bought, and which of them together: a circuit of our own for Prio3.

What is summed is a function of a set of items, and the proof shows that it is that function of some set: a client can
lie about the set and about nothing else. The argument is written out in docs/explanation/co-purchase-proof.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vocab.errors import VocabularyError
from vocab.vdaf.circuits import ChunkedBits, Measurement, bounded_vector
from vocab.vdaf.field import Elements, Vector
from vocab.vdaf.forms import pairs_form

__all__ = ["MAX_ITEMS", "CoPurchase"]

MAX_ITEMS = 1024
"""A report grows with the square: this many items already make 8 megabytes."""


@dataclass(frozen=True)
class CoPurchase(ChunkedBits):
    """A set of ``items``, as popularity and co-purchases of L2 norm at most ``2**fraction_bits``.

    The measurement is a sequence of ``items`` zeros and ones, n of them ones; none at all is allowed. Its encoding is

        x | e | v = c'(n) x | popularity = a(n) x | diagonal = c(n) x | pairs = c'(n) x_i x_j for i < j, row by row

    with e the one-hot vector of n, of length ``items + 1``. The last three parts are summed. For n > 0 the public
    weights are square roots truncated towards zero, in units of ``2**-fraction_bits``:

        a(n) = sqrt(3 / 10n),    c(n) = sqrt(7 / 10n**2),    c'(n) = sqrt(14 / 10n**2)

    so a valid vector has the squared norm ``n a**2 + n c**2 + n (n - 1) / 2 c'**2``, at most
    ``4**fraction_bits * (3 + 7/n + 7 (n - 1)/n) / 10 = 4**fraction_bits``: truncation only takes away.
    VocabularyError for parameters that allow no study.
    """

    items: int
    fraction_bits: int
    chunk: int
    algorithm = 0xFFFF4350
    """From the range for private use of VDAF-18, section 10: no registry knows this circuit."""

    def __post_init__(self) -> None:
        if not (0 < self.items <= MAX_ITEMS and 0 <= self.fraction_bits <= 30 and self.chunk >= 2):
            raise VocabularyError(
                f"a co-purchase vector needs 1 to {MAX_ITEMS} items, 0 to 30 fraction bits, chunks >= 2"
            )

    @property
    def input_length(self) -> int:
        """The set, its size, the weighted set, and what is summed."""
        return 3 * self.items + 1 + self.output_length

    @property
    def output_length(self) -> int:
        """Popularity and diagonal for each item, one value for each pair."""
        return self.items * (self.items + 3) // 2

    @property
    def bit_count(self) -> int:
        """The set and its size must be bits."""
        return 2 * self.items + 1

    @property
    def calls(self) -> int:
        """The chunks of bits, and one call for the products that tie everything to the set."""
        return self.chunks + 1

    @property
    def joint_length(self) -> int:
        """One for each chunk; a factor for each item, twice; and one for each of the three weighted sets."""
        return self.chunks + 2 * self.items + 3

    @property
    def check_count(self) -> int:
        """All bits are bits, e marks one size, that size is the set's, and the products fit."""
        return 4

    @cached_property
    def weights(self) -> Elements:
        """The columns c', a and c, one row for each size from 0 to ``items``; all zero for the empty set."""
        table = np.zeros((self.items + 1, 3), dtype=object)
        for n in range(1, self.items + 1):
            tenths = (14 << 2 * self.fraction_bits, (3 * n) << 2 * self.fraction_bits, 7 << 2 * self.fraction_bits)
            table[n] = [math.isqrt(square // (10 * n * n)) for square in tenths]
        return table

    def encode(self, measurement: Measurement) -> NDArray[np.int64]:
        """The parts named above, one after the other."""
        x = np.array(bounded_vector(measurement, self.items, 1))
        size = np.zeros(self.items + 1, dtype=np.int64)
        size[x.sum()] = 1
        pair, popularity, diagonal = self.weights[x.sum()].tolist()
        pairs = np.outer(x, x)[np.triu_indices(self.items, 1)] * pair
        return np.concatenate([x, size, x * pair, x * popularity, x * diagonal, pairs])

    def wires(self, x: Vector, joint: Elements, shares: int) -> Elements:
        """The test of the bits, and one more column with two products.

        They are ``(b . (c', a, c)(e)) * <s, x>`` and ``<r, v> * <r, x>`` for the joint randomness b, s and r.
        """
        b, s, r = self._joint(joint)
        chosen, size, weighted, _, _ = self._parts(x)
        products = np.zeros((self.arity, 1), dtype=object)
        products[:4, 0] = [size.dot(self.weights).dot(b), s.dot(chosen), r.dot(weighted), r.dot(chosen)]
        return np.hstack([super().wires(x, joint, shares), products % self.field.prime])

    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:
        """Zero if all bits are bits, e marks one size, that size is the set's, and the products fit what is summed."""
        b, s, r = self._joint(joint)
        chosen, size, *weighted = self._parts(x)
        return [
            int(products[:-1].sum()),
            int(size.sum()) - pow(shares, -1, self.field.prime),
            int(size.dot(np.arange(self.items + 1).astype(object)) - chosen.sum()),
            int(
                products[-1]
                - np.stack(weighted).dot(s).dot(b)
                - (r * r).dot(weighted[0])
                - 2 * pairs_form(x[5 * self.items + 1 :], r)
            ),
        ]

    def truncate(self, x: Vector) -> Vector:
        """Popularity, diagonal and pairs."""
        return x[3 * self.items + 1 :]

    def _joint(self, joint: Elements) -> tuple[Elements, Elements, Elements]:
        """The factors b of the three weighted sets, s of the items in them, r of the items in pairs."""
        b, s, r = np.split(joint[self.chunks :], [3, 3 + self.items])
        return b, s, r

    def _parts(self, x: Vector) -> list[Elements]:
        """x, e, v, popularity and diagonal."""
        ends = np.cumsum([self.items, self.items + 1, self.items, self.items, self.items])
        return np.split(x[: ends[-1]].elements, ends[:-1])
