"""Validity circuits: what a well-formed measurement is (draft-irtf-cfrg-vdaf-18, section 7.3).

A circuit maps a measurement to a vector of field elements, feeds *wires* made from that vector to one gadget of
degree two, and names *checks* that are all zero just for valid vectors. Only additions and public factors appear
outside the gadget, so every aggregator can evaluate its share alone.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vocab.errors import VocabularyError
from vocab.vdaf.field import FIELD64, FIELD128, Elements, Field, Vector, elements

__all__ = [
    "ChunkedBits",
    "Circuit",
    "Count",
    "Histogram",
    "Measurement",
    "MultihotCountVec",
    "Sum",
    "SumVec",
    "best_chunk",
]

Measurement = int | Sequence[int]
"""An integer for Count, Sum and Histogram; a sequence of integers for the vectors."""


def best_chunk(length: int, more_calls: int = 0) -> int:
    """The chunk length to use for ``length`` checked bits and ``more_calls`` beside them; part of a study's terms.

    The proof works on polynomials of a power of two points, the one above the number of chunks: ``2**k - 1`` chunks
    waste none. The rule takes the greatest such k with ``2**k <= sqrt(length)``: proofs within a few per cent of the
    shortest, and less time than the shortest takes.
    """
    most_points = math.isqrt(length).bit_length() - 1
    return -(-length // max(1, (1 << most_points) - 1 - more_calls))


class Circuit(ABC):
    """One circuit with its parameters; two circuits with equal fields are interchangeable.

    ``wires`` has one row for each gadget input and one column for each gadget call. ``shares`` is the number of parties
    between whom the input is split: constants are divided by it.
    """

    algorithm: ClassVar[int]
    field: ClassVar[Field] = FIELD128
    uses_joint_randomness: ClassVar[bool] = True

    @property
    @abstractmethod
    def input_length(self) -> int:
        """Elements of an encoded measurement."""

    @property
    @abstractmethod
    def output_length(self) -> int:
        """Elements of the sum."""

    @property
    @abstractmethod
    def calls(self) -> int:
        """Gadget calls."""

    @property
    @abstractmethod
    def arity(self) -> int:
        """Gadget inputs."""

    @property
    def check_count(self) -> int:
        """How many values ``checks`` returns."""
        return 1

    @property
    def points(self) -> int:
        """Length of a wire polynomial: the power of two above the number of calls."""
        return 1 << self.calls.bit_length()

    @property
    def joint_length(self) -> int:
        """Elements of joint randomness."""
        return self.calls if self.uses_joint_randomness else 0

    @property
    def proof_length(self) -> int:
        """Elements of a proof: a seed for each wire, and the gadget polynomial without its last value."""
        return self.arity + 2 * self.points - 1

    @abstractmethod
    def encode(self, measurement: Measurement) -> Elements | NDArray[np.int64]:
        """The measurement as field elements; VocabularyError if it is not allowed."""

    @abstractmethod
    def wires(self, x: Vector, joint: Elements, shares: int) -> Elements:
        """Gadget inputs for the (share of an) encoded measurement; not reduced, because what follows reduces."""

    @abstractmethod
    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:
        """Values that are all zero for a well-formed measurement, given the gadget's answers."""

    @abstractmethod
    def gadget(self, wires: Elements) -> Elements:
        """The gadget's answers, one for each column; not reduced."""

    def truncate(self, x: Vector) -> Vector:
        """The part of the encoded measurement that is summed."""
        return x


def _integer(measurement: Measurement, maximum: int, minimum: int = 0) -> int:
    if not isinstance(measurement, int | np.integer) or not minimum <= measurement <= maximum:
        raise VocabularyError(f"the measurement must be one integer from {minimum} to {maximum}")
    return int(measurement)


def bounded_vector(measurement: Measurement, length: int, maximum: int, minimum: int = 0) -> list[int]:
    if not isinstance(measurement, Sequence | np.ndarray) or len(measurement) != length:
        raise VocabularyError(f"the measurement must have {length} values")
    return [_integer(value, maximum, minimum) for value in measurement]


@dataclass(frozen=True)
class Count(Circuit):
    """Zero or one."""

    algorithm = 1
    field = FIELD64
    uses_joint_randomness = False
    input_length = output_length = calls = 1
    arity = 2

    def encode(self, measurement: Measurement) -> Elements:
        """The value itself."""
        return elements([_integer(measurement, 1)])

    def wires(self, x: Vector, joint: Elements, shares: int) -> Elements:  # noqa: ARG002
        """The value twice."""
        return np.stack([x.elements, x.elements])

    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:  # noqa: ARG002
        """The square minus the value."""
        return [int(products[0] - x.elements[0])]

    def gadget(self, wires: Elements) -> Elements:
        """The product of both inputs."""
        return np.asarray(wires[0] * wires[1])


class _Weighted:
    """Integers from 0 to ``maximum`` as bits, of which the last weighs less so that no sum of weights exceeds it."""

    def __init__(self, maximum: int) -> None:
        self.bits = maximum.bit_length()
        low = [1 << place for place in range(self.bits - 1)]
        self.weights = elements([*low, maximum - sum(low)])

    def encode(self, value: int) -> list[int]:
        top = int(value >= 1 << (self.bits - 1))
        rest = value - top * int(self.weights[-1])
        return [rest >> place & 1 for place in range(self.bits - 1)] + [top]


@dataclass(frozen=True)
class Sum(Circuit):
    """One integer from 0 to ``maximum``."""

    maximum: int
    algorithm = 2
    field = FIELD64
    uses_joint_randomness = False
    output_length = arity = 1

    @cached_property
    def _weighted(self) -> _Weighted:
        return _Weighted(self.maximum)

    @property
    def input_length(self) -> int:
        """Bits of the greatest value."""
        return self._weighted.bits

    @property
    def calls(self) -> int:
        """One for each bit."""
        return self.input_length

    @property
    def check_count(self) -> int:
        """One for each bit."""
        return self.input_length

    def encode(self, measurement: Measurement) -> Elements:
        """The bits of the value."""
        return elements(self._weighted.encode(_integer(measurement, self.maximum)))

    def wires(self, x: Vector, joint: Elements, shares: int) -> Elements:  # noqa: ARG002
        """One bit for each call."""
        return x.elements.reshape(1, -1)

    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:  # noqa: ARG002
        """For each bit b, b * (b - 1)."""
        return [int(value) for value in products]

    def gadget(self, wires: Elements) -> Elements:
        """The polynomial ``b * b - b``."""
        return np.asarray(wires[0] * wires[0] - wires[0])

    def truncate(self, x: Vector) -> Vector:
        """The bits put together."""
        return self.field.vector(elements([int(x.elements.dot(self._weighted.weights)) % self.field.prime]))


class ChunkedBits(Circuit):
    """Circuits that test many bits at once, ``chunk`` of them in each call of a sum of products."""

    chunk: int

    @property
    def bit_count(self) -> int:
        """How many values must be bits: all elements, unless a circuit says otherwise."""
        return self.input_length

    def bits(self, x: Vector) -> Elements:
        """The ``bit_count`` elements, or sums of elements, that must be bits."""
        return x[: self.bit_count].elements

    @property
    def chunks(self) -> int:
        """Chunks of bits, the last perhaps filled up with zeros."""
        return -(-self.bit_count // self.chunk)

    @property
    def calls(self) -> int:
        """One for each chunk."""
        return self.chunks

    @property
    def arity(self) -> int:
        """Two inputs for each element of a chunk."""
        return 2 * self.chunk

    def wires(self, x: Vector, joint: Elements, shares: int) -> Elements:
        """Pairs whose products sum to ``sum_i r**(i+1) * x_i * (x_i - 1)`` for the joint randomness r of each chunk."""
        p = self.field.prime
        joint = joint[: self.chunks]
        padded = np.zeros(self.chunks * self.chunk, dtype=object)
        padded[: self.bit_count] = self.bits(x)
        grid = padded.reshape(self.chunks, self.chunk).T
        factors = joint[np.newaxis]
        while len(factors) < self.chunk:  # one power more in each row; the last row raises as many again
            factors = np.vstack([factors, factors[: self.chunk - len(factors)] * factors[-1] % p])
        rows = np.empty((self.arity, self.chunks), dtype=object)
        rows[0::2] = factors * grid
        rows[1::2] = grid - pow(shares, -1, p)
        return rows

    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:  # noqa: ARG002
        """Every element is 0 or 1."""
        return [int(products.sum())]

    def gadget(self, wires: Elements) -> Elements:
        """The sum of the products of neighbouring rows."""
        return np.asarray((wires[0::2] * wires[1::2]).sum(axis=0))


@dataclass(frozen=True)
class SumVec(ChunkedBits):
    """``length`` integers, each from 0 to ``maximum``."""

    length: int
    maximum: int
    chunk: int
    algorithm = 3

    @cached_property
    def _weighted(self) -> _Weighted:
        return _Weighted(self.maximum)

    @property
    def input_length(self) -> int:
        """The bits of every value."""
        return self.length * self._weighted.bits

    @property
    def output_length(self) -> int:
        """One for each value."""
        return self.length

    def encode(self, measurement: Measurement) -> Elements:
        """The bits of every value, lowest bit first."""
        values = bounded_vector(measurement, self.length, self.maximum)
        return elements(bit for value in values for bit in self._weighted.encode(value))

    def truncate(self, x: Vector) -> Vector:
        """The values put together from their bits."""
        values = x.elements.reshape(self.length, self._weighted.bits).dot(self._weighted.weights)
        return self.field.vector(np.asarray(values % self.field.prime))


@dataclass(frozen=True)
class Histogram(ChunkedBits):
    """One of ``length`` buckets; its L2 norm is 1."""

    length: int
    chunk: int
    algorithm = 4

    @property
    def input_length(self) -> int:
        """One element for each bucket."""
        return self.length

    @property
    def output_length(self) -> int:
        """One for each bucket."""
        return self.length

    @property
    def check_count(self) -> int:
        """All elements are bits, and their sum is one."""
        return 2

    def encode(self, measurement: Measurement) -> Elements:
        """A one in the bucket, zeros elsewhere."""
        out = np.zeros(self.length, dtype=object)
        out[_integer(measurement, self.length - 1)] = 1
        return out

    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:  # noqa: ARG002
        """Every element is 0 or 1, and they sum to one."""
        return [int(products.sum()), int(x.elements.sum()) - pow(shares, -1, self.field.prime)]


@dataclass(frozen=True)
class MultihotCountVec(ChunkedBits):
    """``length`` bits of which at most ``max_weight`` are set. No study asks for it yet."""

    length: int
    max_weight: int
    chunk: int
    algorithm = 5

    @cached_property
    def _weighted(self) -> _Weighted:
        return _Weighted(self.max_weight)

    @property
    def input_length(self) -> int:
        """The bits, then their number in binary."""
        return self.length + self._weighted.bits

    @property
    def output_length(self) -> int:
        """One for each bit."""
        return self.length

    @property
    def check_count(self) -> int:
        """All elements are bits, and as many are set as the last elements say."""
        return 2

    def encode(self, measurement: Measurement) -> Elements:
        """The bits, then their number in binary."""
        bits = bounded_vector(measurement, self.length, 1)
        if sum(bits) > self.max_weight:
            raise VocabularyError(f"at most {self.max_weight} values may be set")
        return elements([*bits, *self._weighted.encode(sum(bits))])

    def checks(self, x: Vector, products: Elements, joint: Elements, shares: int) -> list[int]:  # noqa: ARG002
        """Every element is 0 or 1, and the number of ones is the claimed one."""
        claimed = x[self.length :].elements.dot(self._weighted.weights)
        return [int(products.sum()), int(x[: self.length].elements.sum() - claimed)]

    def truncate(self, x: Vector) -> Vector:
        """The bits alone."""
        return x[: self.length]
