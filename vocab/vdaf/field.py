"""Prime fields with fast Fourier transforms (draft-irtf-cfrg-vdaf-18, section 6.1).

A vector comes in two forms: packed as it travels, and unpacked to a one-dimensional NumPy array of Python integers from
0 to the prime minus one. Unpacking costs more than most of what is done with a long vector, so only what must be
multiplied is unpacked. Polynomials are held by their values at the powers of a root of unity (the Lagrange basis), as
the draft sends them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from vocab.errors import InvalidShareError

__all__ = ["FIELD64", "FIELD128", "Elements", "Field", "Packed", "Vector", "elements"]

Elements = NDArray[np.object_]
"""Field elements as Python integers."""
Packed = NDArray[np.uint64]
"""Field elements as they travel: one row for each, of 64-bit words, the lowest first."""

_WORD = 8
_LIMB_BITS = 16


def elements(values: Iterable[int]) -> Elements:
    """An array of Python integers, none of which NumPy has narrowed."""
    return np.array([int(value) for value in values], dtype=object)


@dataclass(frozen=True)
class Field:
    """A prime field whose elements take ``size`` bytes and whose unit group has a subgroup of order 2**log_order."""

    prime: int
    size: int
    log_order: int

    def encode(self, values: Elements | NDArray[np.int64]) -> bytes:
        """The elements one after the other, each in ``size`` little-endian bytes."""
        return b"".join([value.to_bytes(self.size, "little") for value in values.tolist()])

    def decode(self, raw: bytes) -> Elements:
        """Read what ``encode`` wrote; InvalidShareError for a broken length or an element beyond the prime."""
        return self.read(raw).elements

    def read(self, raw: bytes) -> Vector:
        """Like ``decode``, but leaves the elements packed."""
        if len(raw) % self.size:
            raise InvalidShareError("the bytes are not a whole number of field elements")
        packed = self.words(raw)
        if self.beyond(packed).any():
            raise InvalidShareError("a value lies outside the field")
        return Vector(self, packed)

    def vector(self, values: Elements | NDArray[np.int64]) -> Vector:
        """Pack integers from 0 to the prime minus one."""
        if values.dtype == object:
            return Vector(self, self.words(self.encode(values)))
        packed = np.zeros((len(values), self.size // _WORD), dtype=np.uint64)
        packed[:, 0] = values
        return Vector(self, packed)

    def words(self, raw: bytes) -> Packed:
        """The words of unsigned integers of ``size`` bytes each, which may exceed the prime."""
        return np.frombuffer(raw, dtype="<u8").reshape(-1, self.size // _WORD)

    def unpack(self, packed: Packed) -> Elements:
        """Python integers from their words."""
        if self.size == _WORD:
            return packed[:, 0].astype(object)
        raws: list[bytes] = np.ascontiguousarray(packed).view(f"V{self.size}").ravel().tolist()
        return np.array([int.from_bytes(raw, "little") for raw in raws], dtype=np.object_)

    def beyond(self, packed: Packed) -> NDArray[np.bool_]:
        """Which of these are no elements, but the prime or more; only a high first word needs a second look."""
        found = packed[:, -1] >= self.prime >> 8 * (self.size - _WORD)
        found[found] = self.unpack(packed[found]) >= self.prime
        return found

    def subtract(self, left: Packed, right: Packed) -> Packed:
        """``left - right``, element by element; ``right`` may be the prime itself."""
        out, below = _subtract_words(left, right)
        too_much = np.zeros_like(out)
        too_much[below] = self._word_row(-self.prime)
        return _subtract_words(out, too_much)[0]

    def add(self, left: Packed, right: Packed) -> Packed:
        """``left + right``, element by element."""
        return self.subtract(left, _subtract_words(np.broadcast_to(self._word_row(self.prime), right.shape), right)[0])

    def _word_row(self, value: int) -> Packed:
        return self.words((value % (1 << 8 * self.size)).to_bytes(self.size, "little"))

    def limbs(self, packed: Packed) -> NDArray[np.float64]:
        """Each element as a row of 16-bit limbs, the lowest first, as floats: they make sums of products fast.

        Up to ``2**18`` products of elements add up exactly in floats of 53 bits.
        """
        return np.ascontiguousarray(packed).view("<u2").astype(np.float64)

    def join(self, products: NDArray[np.float64]) -> Elements:
        """Field elements from sums of products of limbs: entry (i, a, b) is that of the i-th at the limbs a and b."""
        count, limbs, _ = products.shape
        # Rows filled up to twice their length and read on with one column less stand diagonal under diagonal.
        skewed = np.pad(products, ((0, 0), (0, 0), (0, limbs))).reshape(count, -1)[:, :-limbs]
        diagonals = skewed.reshape(count, limbs, -1).sum(axis=1).astype(np.int64).astype(object)
        return np.asarray(diagonals.dot(self.powers(1 << _LIMB_BITS, 2 * limbs - 1)) % self.prime)

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
        shifts = self.roots(2 * n)[:n] * pow(n, -1, self.prime) % self.prime
        shifted = self.transform(self.transform(values, inverse) * shifts % self.prime, roots)
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


@dataclass(frozen=True)
class Vector:
    """Packed field elements, which are unpacked when asked for."""

    field: Field
    packed: Packed

    @cached_property
    def elements(self) -> Elements:
        """The elements as Python integers."""
        return self.field.unpack(self.packed)

    def __len__(self) -> int:
        return len(self.packed)

    def __getitem__(self, part: slice) -> Vector:
        return self if part == slice(len(self)) else Vector(self.field, self.packed[part])

    def __array__(self, dtype: object = None, copy: object = None) -> Elements:
        """What NumPy sees."""
        return self.elements.copy() if copy else self.elements

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.field, self.field.add(self.packed, other.packed))

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.field, self.field.subtract(self.packed, other.packed))

    def encode(self) -> bytes:
        """The elements one after the other, as ``Field.read`` reads them."""
        return self.packed.tobytes()


def _subtract_words(left: Packed, right: Packed) -> tuple[Packed, NDArray[np.bool_]]:
    """The difference modulo the size of the words, and where it would be below zero."""
    out = np.empty_like(left)
    borrow = np.zeros(len(left), dtype=bool)
    for place in range(left.shape[1]):
        difference = left[:, place] - right[:, place]
        out[:, place] = difference - borrow
        borrow = (left[:, place] < right[:, place]) | (difference < borrow)
    return out, borrow


@lru_cache(maxsize=64)
def _roots(field: Field, order: int) -> Elements:
    return field.powers(field.root(order), order)


FIELD64 = Field(prime=18446744069414584321, size=8, log_order=32)
FIELD128 = Field(prime=340282366920938462946865773367900766209, size=16, log_order=66)
