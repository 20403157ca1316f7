"""Lies about an encoded vector, told by the names of its parts, and that the servers believe none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tests.support.proofs import accepted, defects
from vocab.vdaf.circuits import Circuit
from vocab.vdaf.field import Elements

__all__ = ["Attack", "Parts", "assert_forged_under", "assert_refused"]

C = TypeVar("C", bound=Circuit)
Attack = Callable[[C, Elements], Elements]
"""An honest vector, which it may change in place, to the one that is sent instead; not reduced."""


@dataclass(frozen=True)
class Parts(Generic[C]):
    """Where the named parts of a circuit's vectors start, in their order, and the attacks on whole parts."""

    starts: Callable[[C], Mapping[str, int]]

    def section(self, circuit: C, name: str) -> slice:
        """The place of one part."""
        starts = self.starts(circuit)
        ends = [*list(starts.values())[1:], circuit.input_length]
        return slice(starts[name], ends[list(starts).index(name)])

    def added(self, name: str, place: int, amount: int) -> Attack[C]:
        """More, or less, at one place of a part."""

        def attack(circuit: C, vector: Elements) -> Elements:
            vector[self.section(circuit, name).start + place] += amount
            return vector

        return attack

    def rolled(self, *names: str) -> Attack[C]:
        """The values of each part moved on by one place."""
        return self._changed(lambda part: np.roll(part, 1), names)

    def scaled(self, factor: int, *names: str) -> Attack[C]:
        """All values of the parts times a factor."""
        return self._changed(lambda part: part * factor, names)

    def _changed(self, change: Callable[[Elements], Elements], names: tuple[str, ...]) -> Attack[C]:
        def attack(circuit: C, vector: Elements) -> Elements:
            for name in names:
                place = self.section(circuit, name)
                vector[place] = change(vector[place])
            return vector

        return attack


def assert_refused(circuit: C, honest: NDArray[Any], attack: Attack[C], *shares: int) -> None:
    """The servers, as many as each number says, sum the honest vector and not what the attack makes of it."""
    attacked = attack(circuit, honest.astype(object)) % circuit.field.prime
    assert (attacked != honest).any()
    assert accepted(circuit, honest)
    for servers in shares:
        assert not accepted(circuit, attacked, servers), servers


def assert_forged_under(circuit: Circuit, forged: Elements, joint: Elements) -> None:
    """The forged vector passes under the joint randomness that it was made for, and only there."""
    assert not any(defects(circuit, forged, joint))
    assert any(defects(circuit, forged))
    assert not accepted(circuit, forged % circuit.field.prime)
