"""Clients that lie to Prio3, and circuits looked at without shares."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocab.errors import InvalidShareError
from vocab.vdaf.circuits import Circuit, Measurement
from vocab.vdaf.field import Elements, elements
from vocab.vdaf.prio3 import Prio3

__all__ = ["KEY", "accepted", "defects", "liar", "random_elements", "verify"]

KEY = bytes(range(32))


def verify(vdaf: Prio3, nonce: bytes, public: bytes, shares: Sequence[bytes]) -> list[Elements]:
    """Output shares, or InvalidShareError, as the servers would come to it."""
    pairs = [vdaf.verify_init(KEY, who, nonce, public, share) for who, share in enumerate(shares)]
    message = vdaf.decide([share for _, share in pairs])
    return [vdaf.finish(state, message).elements for state, _ in pairs]


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
