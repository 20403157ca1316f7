"""Prime fields with fast Fourier transforms (draft-irtf-cfrg-vdaf-18, section 6.1).

A vector is a one-dimensional NumPy array of Python integers from 0 to the prime minus one. Polynomials are held by
their values at the powers of a root of unity (the Lagrange basis), as the draft sends them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vocab.errors import InvalidShareError

__all__ = ["FIELD64", "FIELD128", "Elements", "Field", "elements"]

Elements = NDArray[np.object_]
"""Field elements as Python integers."""

_WORD = 8
_WORD_MASK = (1 << (8 * _WORD)) - 1


def elements(values: Iterable[int]) -> Elements:
    """An array of Python integers, none of which NumPy has narrowed."""
    return np.array([int(value) for value in values], dtype=object)


@dataclass(frozen=True)
class Field:
    """A prime field whose elements take ``size`` bytes and whose unit group has a subgroup of order 2**log_order."""

    prime: int
    size: int
    log_order: int

    def encode(self, values: Elements) -> bytes:
        """The elements one after the other, each in ``size`` little-endian bytes."""
        words = np.empty((len(values), self.size // _WORD), dtype="<u8")
        for place in range(words.shape[1] - 1):
            words[:, place] = values & _WORD_MASK
            values = values >> (8 * _WORD)
        words[:, -1] = values
        return words.tobytes()

    def decode(self, raw: bytes) -> Elements:
        """Read what ``encode`` wrote; InvalidShareError for a broken length or an element beyond the prime."""
        if len(raw) % self.size:
            raise InvalidShareError("the bytes are not a whole number of field elements")
        values = self.words(raw)
        if len(values) and max(values) >= self.prime:
            raise InvalidShareError("a value lies outside the field")
        return values

    def words(self, raw: bytes) -> Elements:
        """Unsigned integers of ``size`` bytes each, which may exceed the prime."""
        halves = np.frombuffer(raw, dtype="<u8").astype(object)
        per_word = self.size // _WORD
        total = halves[0::per_word]
        for place in range(1, per_word):
            total = total + (halves[place::per_word] << (8 * _WORD * place))
        return total

    def root(self, order: int) -> int:
        """A primitive root of unity of this order, a power of two up to ``2**log_order``."""
        generator = pow(7, (self.prime - 1) >> self.log_order, self.prime)
        return pow(generator, (1 << self.log_order) // order, self.prime)

    def powers(self, base: int, count: int, first: int = 1) -> Elements:
        """``first * base**i`` for i from 0 to ``count - 1``."""
        out = [first % self.prime]
        while len(out) < count:
            out.append(out[-1] * base % self.prime)
        return elements(out[:count])

    def roots(self, order: int) -> Elements:
        """All powers of ``root(order)``, from the zeroth on."""
        return _roots(self, order)

    def transform(self, values: Elements, roots: Elements) -> Elements:
        """Number-theoretic transform along the last axis, whose length is ``len(roots)``; sums are left unreduced."""
        half = values.shape[-1] // 2
        if half == 0:
            return values
        even = self.transform(values[..., 0::2], roots[::2])
        odd = self.transform(values[..., 1::2], roots[::2])
        if half > 1:  # the one root of order one is 1
            odd = odd * roots[:half] % self.prime
        return np.concatenate([even + odd, even - odd], axis=-1)

    def double(self, values: Elements) -> Elements:
        """Values at the 2n-th roots of unity of polynomials given by their values at the n-th roots (last axis).

        Not reduced.
        """
        n = values.shape[-1]
        roots = self.roots(n)
        inverse = np.concatenate([roots[:1], roots[:0:-1]])
        coefficients = self.transform(values, inverse) * pow(n, -1, self.prime) % self.prime
        shifted = self.transform(coefficients * self.roots(2 * n)[:n] % self.prime, roots)
        return np.stack([values, shifted], axis=-1).reshape(*values.shape[:-1], 2 * n)

    def lagrange(self, order: int, x: int) -> Elements:
        """Weights that turn values at the roots of unity of this order into the value at ``x``, not itself a root."""
        p, roots = self.prime, self.roots(order).tolist()
        scale = (pow(x, order, p) - 1) * pow(order, -1, p)
        inverses = self.inverses([(x - root) % p for root in roots])
        return elements(scale * root * inverse % p for root, inverse in zip(roots, inverses, strict=True))

    def inverses(self, values: Sequence[int]) -> list[int]:
        """The inverse of each value, none of them zero, at the price of one inversion (Montgomery's trick)."""
        p = self.prime
        products = list(itertools.accumulate(values, lambda product, value: product * value % p, initial=1))
        inverse = pow(products.pop(), -1, p)
        out = []
        for value, product in zip(reversed(values), reversed(products), strict=True):
            out.append(inverse * product % p)
            inverse = inverse * value % p
        return out[::-1]


@lru_cache(maxsize=64)
def _roots(field: Field, order: int) -> Elements:
    return field.powers(field.root(order), order)


FIELD64 = Field(prime=18446744069414584321, size=8, log_order=32)
FIELD128 = Field(prime=340282366920938462946865773367900766209, size=16, log_order=66)
