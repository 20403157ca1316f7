"""All products of two entries of one bounded vector: a circuit of our own for Prio3.

What is summed is the outer product of a vector of integers with itself, and the proof shows that it is that of some
vector of bounded norm. The argument is written out in docs/explanation/outer-product-proof.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vocab.errors import VocabularyError
from vocab.item_pairs import DIAGONAL, PAIR
from vocab.vdaf.circuits import ChunkedBits, Measurement, bounded_vector
from vocab.vdaf.field import Elements, Vector, elements
from vocab.vdaf.forms import pairs_form

__all__ = ["MAX_ENTRIES", "OuterProduct"]

MAX_ENTRIES = 1024
"""A report grows with the square: this many entries already make 9 megabytes."""


@dataclass(frozen=True)
class OuterProduct(ChunkedBits):
    """The products of ``entries`` integers, whose L2 norm is at most ``2**fraction_bits``.

    The measurement is the sequence z of integers, each at least ``-2**fraction_bits`` and below ``2**fraction_bits``.
    Its encoding is

        bits of z_i + 2**f | bits of 4**f - |z|**2 | diagonal = 29 z_i**2 | pairs = 41 z_i z_j for i < j, row by row

    with the lowest bit first. The last two parts are summed. As ``41**2 < 2 * 29**2``, their squared norm is at most
    ``29**2 * |z|**4``, so at most ``29**2 * 16**f``. VocabularyError for parameters that allow no study.
    """

    entries: int
    fraction_bits: int
    chunk: int
    algorithm = 0xFFFF4F50
    """From the range for private use of VDAF-18, section 10: no registry knows this circuit."""

    def __post_init__(self) -> None:
        if not (0 < self.entries <= MAX_ENTRIES and 1 <= self.fraction_bits <= 20 and self.chunk >= 2):
            raise VocabularyError(
                f"an outer product needs 1 to {MAX_ENTRIES} entries, 1 to 20 fraction bits, chunks >= 2"
            )

    @property
    def bit_count(self) -> int:
        """The bits of the entries, and of what the norm lacks."""
        return self.entries * (self.fraction_bits + 1) + 2 * self.fraction_bits + 1

    @property
    def input_length(self) -> int:
        """The bits, and what is summed."""
        return self.bit_count + self.output_length

    @property
    def output_length(self) -> int:
        """One value for each entry, one for each pair."""
        return self.entries * (self.entries + 1) // 2

    @property
    def calls(self) -> int:
        """The chunks of bits, and one call for the square that ties the products to the entries."""
        return self.chunks + 1

    @property
    def joint_length(self) -> int:
        """One for each chunk, and a factor for each entry."""
        return self.chunks + self.entries

    @property
    def check_count(self) -> int:
        """All bits are bits, the norm is bounded, and the products fit."""
        return 3

    def encode(self, measurement: Measurement) -> Elements:
        """The parts named above, one after the other."""
        bound, p = 1 << self.fraction_bits, self.field.prime
        z = np.array(bounded_vector(measurement, self.entries, bound - 1, -bound))
        lacking = bound**2 - int(z @ z)
        if lacking < 0:
            raise VocabularyError(f"the measurement must have a norm of at most {bound}")
        entries = (z[:, np.newaxis] + bound) >> np.arange(self.fraction_bits + 1) & 1
        rest = [lacking >> place & 1 for place in range(2 * self.fraction_bits + 1)]
        pairs = PAIR * np.outer(z, z)[np.triu_indices(self.entries, 1)]
        values = np.concatenate([entries.ravel(), rest, DIAGONAL * z * z, pairs])
        return np.asarray(np.where(values < 0, values.astype(object) + p, values))

    def wires(self, x: Vector, joint: Elements, shares: int) -> Elements:
        """The test of the bits, and one more column with the square of ``<r, z>`` for the joint randomness r."""
        products = np.zeros((self.arity, 1), dtype=object)
        products[:2, 0] = self._entries(x, shares).dot(joint[self.chunks :])
        return np.hstack([super().wires(x, joint, shares), products % self.field.prime])

    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:
        """Zero if all bits are bits, squares and what the norm lacks add up to its bound, and the products fit."""
        r, squares = joint[self.chunks :], x[self.bit_count : self.bit_count + self.entries].elements
        places = 2 * self.fraction_bits + 1
        lacking = x[self.bit_count - places : self.bit_count].elements.dot(_powers(places))
        bound = pow(shares, -1, self.field.prime) << 2 * self.fraction_bits
        form = pairs_form(x[self.bit_count + self.entries :], r)
        return [
            int(products[:-1].sum()),
            int(squares.sum() + DIAGONAL * (lacking - bound)),
            int(DIAGONAL * PAIR * products[-1] - PAIR * (r * r).dot(squares) - 2 * DIAGONAL * form),
        ]

    def truncate(self, x: Vector) -> Vector:
        """Diagonal and pairs."""
        return x[self.bit_count :]

    def _entries(self, x: Vector, shares: int) -> Elements:
        """z, put together from its bits."""
        places = self.fraction_bits + 1
        bits = x[: self.entries * places].elements.reshape(self.entries, places)
        return np.asarray(bits.dot(_powers(places)) - (pow(shares, -1, self.field.prime) << self.fraction_bits))


def _powers(count: int) -> Elements:
    """The powers of two from the zeroth on."""
    return elements(1 << place for place in range(count))
