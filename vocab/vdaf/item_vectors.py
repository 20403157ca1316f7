"""Which items a person ever had and which lately, as two weighted vectors: a circuit of our own for Prio3.

What is summed is a function of two sets of items, and the proof shows that it is that function of some two sets of
which the one lies within the other: a client can lie about the sets and about nothing else. The argument is written
out in docs/explanation/item-vectors-proof.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vocab.errors import VocabularyError
from vocab.item_vectors import ItemEncoding
from vocab.vdaf.circuits import ChunkedBits, Measurement, bounded_vector
from vocab.vdaf.field import Elements, Vector, elements

__all__ = ["MAX_ITEMS", "ItemVectors"]

MAX_ITEMS = 4096
"""A report grows by a hundred bytes with each item."""


@dataclass(frozen=True)
class ItemVectors(ChunkedBits):
    """Two sets of ``items``, ever and lately, the second within the first, as vectors of bounded L2 norm together.

    The measurement is a sequence of ``2 * items`` zeros and ones: for each item whether the person ever had it, then
    for each whether lately. Empty sets are allowed. Its encoding is

        x | y | e | f | ever = a(n) x | lately = b(m) y | person

    with n ones in x and m in y, and e and f the one-hot vectors of n and m, of length ``items + 1``. The last three
    parts are summed; ``person`` is the same for everyone, so that its sum tells how many people there are.
    ``vocab.item_vectors`` has the public integer weights a and b, and why no two sets exceed the norm. VocabularyError
    for parameters that allow no study.
    """

    items: int
    encoding: ItemEncoding
    person: int
    chunk: int
    algorithm = 0xFFFF4956
    """From the range for private use of VDAF-18, section 10: no registry knows this circuit."""

    def __post_init__(self) -> None:
        if not (0 < self.items <= MAX_ITEMS and self.person >= 0 and self.chunk >= 2):
            raise VocabularyError(f"item vectors need 1 to {MAX_ITEMS} items and chunks of at least 2")

    @property
    def input_length(self) -> int:
        """Both sets, both sizes, and what is summed."""
        return 4 * self.items + 2 + self.output_length

    @property
    def output_length(self) -> int:
        """Two values for each item, and one that counts the people."""
        return 2 * self.items + 1

    @property
    def bit_count(self) -> int:
        """Both sets, both sizes, and the difference of the sets must be bits."""
        return 5 * self.items + 2

    @property
    def calls(self) -> int:
        """The chunks of bits, and one call for the products that tie the vectors to the sets."""
        return self.chunks + 1

    @property
    def joint_length(self) -> int:
        """One for each chunk, and a factor for each value of the two vectors."""
        return self.chunks + 2 * self.items

    @property
    def check_count(self) -> int:
        """All bits are bits, e and f mark one size each, the sets', the products fit, and everyone is one person."""
        return 7

    @cached_property
    def weights(self) -> Elements:
        """The rows a and b, one column for each size from 0 to ``items``."""
        of_size = (self.encoding.ever_weight, self.encoding.lately_weight)
        return np.stack([elements(map(weight, range(self.items + 1))) for weight in of_size])

    def encode(self, measurement: Measurement) -> NDArray[np.int64]:
        """The parts named above, one after the other."""
        sets = np.array(bounded_vector(measurement, 2 * self.items, 1)).reshape(2, self.items)
        if (sets[1] > sets[0]).any():
            raise VocabularyError("what a person had lately they had at some time")
        sizes = np.zeros((2, self.items + 1), dtype=np.int64)
        sizes[[0, 1], sets.sum(axis=1)] = 1
        weighted = self.encoding.encode(*sets)
        return np.concatenate([sets.ravel(), sizes.ravel(), weighted, [self.person]])

    def bits(self, x: Vector) -> Elements:
        """The sets, their sizes, and the first set without the second."""
        parts = x[: 4 * self.items + 2].elements
        return np.concatenate([parts, parts[: self.items] - parts[self.items : 2 * self.items]])

    def wires(self, x: Vector, joint: Elements, shares: int) -> Elements:
        """The test of the bits, and one more column with two products.

        They are ``a(e) * <s, x>`` and ``b(f) * <t, y>`` for the joint randomness s and t.
        """
        sets, sizes, _, _ = self._parts(x)
        products = np.zeros((self.arity, 1), dtype=object)
        products[[0, 2], 0] = (sizes * self.weights).sum(axis=1)
        products[[1, 3], 0] = (sets * self._joint(joint)).sum(axis=1)
        return np.hstack([super().wires(x, joint, shares), products % self.field.prime])

    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:
        """Zero if all is as ``check_count`` says."""
        sets, sizes, weighted, person = self._parts(x)
        one = pow(shares, -1, self.field.prime)
        marked = sizes.sum(axis=1) - one
        counted = sizes.dot(np.arange(self.items + 1).astype(object)) - sets.sum(axis=1)
        tied = products[-1] - (weighted * self._joint(joint)).sum()
        return [
            int(products[:-1].sum()),
            *marked.tolist(),
            *counted.tolist(),
            int(tied),
            int(person) - self.person * one,
        ]

    def truncate(self, x: Vector) -> Vector:
        """Both weighted vectors, and the value that counts people."""
        return x[4 * self.items + 2 :]

    def _joint(self, joint: Elements) -> Elements:
        """The factors s of the first vector and t of the second, as rows."""
        return joint[self.chunks :].reshape(2, self.items)

    def _parts(self, x: Vector) -> tuple[Elements, Elements, Elements, int]:
        """Sets, sizes and weighted vectors, each as two rows, and the value that counts people."""
        ends = [2 * self.items, 4 * self.items + 2]
        sets, sizes, weighted = (part.reshape(2, -1) for part in np.split(x.elements[:-1], ends))
        return sets, sizes, weighted, int(x.elements[-1])
