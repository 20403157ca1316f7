"""Clients that lie to Prio3, and circuits looked at without shares."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from vocab.errors import InvalidShareError
from vocab.vdaf.circuits import Circuit, Measurement
from vocab.vdaf.field import Elements, elements
from vocab.vdaf.prio3 import Prio3

__all__ = [
    "KEY",
    "accepted",
    "assert_the_same_is_seen_of",
    "change_some",
    "defects",
    "flipped",
    "liar",
    "one_hot",
    "open_places",
    "random_elements",
    "sent",
    "summed",
    "verify",
    "view",
]

KEY = bytes(range(32))


def verify(vdaf: Prio3, nonce: bytes, public: bytes, shares: Sequence[bytes]) -> list[Elements]:
    """Output shares, or InvalidShareError, as the servers would come to it."""
    pairs = [vdaf.verify_init(KEY, who, nonce, public, share) for who, share in enumerate(shares)]
    message = vdaf.decide([share for _, share in pairs])
    return [vdaf.finish(state, message).elements for state, _ in pairs]


def sent(vdaf: Prio3, measurement: Measurement) -> tuple[bytes, bytes, list[bytes]]:
    """A nonce, and the public share and the input shares that an honest client makes for it."""
    nonce = os.urandom(16)
    public, shares = vdaf.shard(measurement, nonce, os.urandom(vdaf.randomness_bytes))
    return nonce, public, list(shares)


def summed(vdaf: Prio3, measurements: Iterable[Measurement]) -> list[int]:
    """What the servers come to for these honest measurements together."""
    field = vdaf.circuit.field
    totals = [field.vector(np.zeros(vdaf.circuit.output_length, dtype=np.int64))] * vdaf.shares
    for measurement in measurements:
        outputs = map(field.vector, verify(vdaf, *sent(vdaf, measurement)))
        totals = [total + output for total, output in zip(totals, outputs, strict=True)]
    return vdaf.unshard([total.elements for total in totals])


def flipped(data: st.DataObject, vdaf: Prio3, measurement: Measurement) -> tuple[bytes, bytes, list[bytes]]:
    """What an honest client sent, with one bit of any share turned over."""
    nonce, public, shares = sent(vdaf, measurement)
    parts = [bytearray(part) for part in (public, *shares)]
    changed = data.draw(st.sampled_from(parts))
    bit = data.draw(st.integers(0, 8 * len(changed) - 1))
    changed[bit // 8] ^= 1 << bit % 8
    return nonce, bytes(parts[0]), [bytes(part) for part in parts[1:]]


def one_hot(place: int, length: int) -> list[int]:
    """Zeros, and a one at the place."""
    return [int(place == other) for other in range(length)]


def change_some(data: st.DataObject, vector: list[int], prime: int) -> None:
    """Add to one to four values of the vector, in place: a little, anything, or near a border of the field."""
    changes = st.one_of(st.integers(-3, 3), st.integers(0, prime - 1), st.sampled_from([1 << 64, 1 << 127, prime - 1]))
    for place in data.draw(st.lists(st.integers(0, len(vector) - 1), min_size=1, max_size=4, unique=True)):
        vector[place] = (vector[place] + data.draw(changes)) % prime


def liar(circuit: Circuit) -> Circuit:
    """The same circuit, whose client encodes any vector of integers and proves it as well as can be."""

    def encode(self: Circuit, measurement: Measurement) -> Elements:
        assert not isinstance(measurement, int)
        return elements(int(value) % self.field.prime for value in measurement)

    lying = type("Liar", (type(circuit),), {"encode": encode})
    made: Circuit = lying(**{name: getattr(circuit, name) for name in type(circuit).__dataclass_fields__})  # type: ignore[attr-defined]
    return made


def accepted(circuit: Circuit, vector: Sequence[int] | NDArray[Any], shares: int = 2) -> bool:
    """Whether the servers sum what a liar sends for this vector."""
    nonce, vdaf = os.urandom(16), Prio3(circuit, b"c", shares)
    public, parts = Prio3(liar(circuit), b"c", shares).shard(list(vector), nonce, os.urandom(vdaf.randomness_bytes))
    try:
        verify(vdaf, nonce, public, parts)
    except InvalidShareError:
        return False
    return True


def open_places(circuit: Circuit, honest: NDArray[Any], delta: int) -> list[int]:
    """The places of an honest vector to which this can be added, and nothing else, and the servers sum it."""

    def changed(place: int) -> NDArray[Any]:
        vector = honest.astype(object)
        vector[place] += delta
        return vector

    return [place for place in range(len(honest)) if accepted(circuit, changed(place))]


def random_elements(circuit: Circuit, count: int) -> Elements:
    """Uniform elements of the circuit's field."""
    size = circuit.field.size + 8
    return elements(int.from_bytes(os.urandom(size), "little") % circuit.field.prime for _ in range(count))


def defects(circuit: Circuit, vector: Sequence[int] | NDArray[Any], joint: Elements | None = None) -> list[int]:
    """The circuit's checks of a whole vector, all zero if it is valid; ``joint`` is fresh unless given."""
    p = circuit.field.prime
    joint = random_elements(circuit, circuit.joint_length) if joint is None else joint
    x = circuit.field.vector(elements(int(value) % p for value in vector))
    products = np.asarray(circuit.gadget(circuit.wires(x, joint, 1)) % p)
    return [value % p for value in circuit.checks(x, products, joint, 1)]


def view(circuit: Circuit, measurement: Measurement, seeds: Elements, joint: Elements, point: int) -> Elements:
    """Both servers' messages added up: all that they learn of one report beside their own shares."""
    vdaf = Prio3(circuit, b"", shares=1)
    vector = circuit.field.vector(circuit.encode(measurement))
    proof = vdaf._prove(vector, seeds, joint)
    return vdaf._query(vector, proof, joint, (random_elements(circuit, circuit.check_count).tolist(), point))


def assert_the_same_is_seen_of(circuit: Circuit, one: Measurement, other: Measurement) -> None:
    """Each seed of the one's proof has just one seed of the other's under which the views are equal.

    The seeds are uniform, so the views of both have one distribution: the simulator draws the wires' values at random
    and applies the gadget to them.
    """
    p = circuit.field.prime
    joint, seeds = random_elements(circuit, circuit.joint_length), random_elements(circuit, circuit.arity)
    point = int(random_elements(circuit, 1)[0])
    seen = view(circuit, one, seeds, joint, point)
    unblinded = view(circuit, other, seeds, joint, point)
    assert seen[0] == unblinded[0] == 0
    first = int(circuit.field.lagrange(circuit.points, point)[0])
    shifted = (seeds + (seen[1:-1] - unblinded[1:-1]) * pow(first, -1, p)) % p
    assert (view(circuit, other, shifted, joint, point) == seen).all()
    assert int(circuit.gadget(seen[1:-1].reshape(-1, 1))[0]) % p == seen[-1]
    if one != other:
        assert (seen != unblinded).any()
