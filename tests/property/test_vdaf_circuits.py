"""Every circuit, with any parameters: what is honest is counted, and no single bit of it can be changed."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import KEY, accepted, defects, random_elements, verify
from vocab.errors import InvalidShareError, VocabularyError
from vocab.item_vectors import ItemEncoding
from vocab.vdaf.circuits import Circuit, Count, Histogram, Measurement, MultihotCountVec, Sum, SumVec, best_chunk
from vocab.vdaf.co_purchase import CoPurchase
from vocab.vdaf.field import elements
from vocab.vdaf.item_vectors import ItemVectors
from vocab.vdaf.outer_product import OuterProduct
from vocab.vdaf.prio3 import Prio3, VerifierState

LENGTHS = st.integers(1, 12)
CHUNKS = st.integers(1, 20)
CIRCUITS: st.SearchStrategy[Circuit] = st.one_of(
    st.builds(Count),
    st.builds(Sum, st.integers(1, 1 << 40)),
    st.builds(SumVec, length=LENGTHS, maximum=st.integers(1, 1 << 20), chunk=CHUNKS),
    st.builds(Histogram, length=LENGTHS, chunk=CHUNKS),
    st.builds(MultihotCountVec, length=LENGTHS, max_weight=st.integers(1, 12), chunk=CHUNKS),
    st.builds(CoPurchase, items=st.integers(1, 7), fraction_bits=st.integers(0, 20), chunk=st.integers(2, 20)),
    st.builds(
        ItemVectors,
        items=st.integers(1, 7),
        encoding=st.builds(ItemEncoding, fraction_bits=st.integers(10, 20), ever_most=st.integers(1, 9)),
        person=st.integers(0, 1 << 20),
        chunk=st.integers(2, 20),
    ),
    st.builds(OuterProduct, entries=st.integers(1, 7), fraction_bits=st.integers(3, 9), chunk=st.integers(2, 20)),
)


def bits(length: int, most: int) -> st.SearchStrategy[list[int]]:
    chosen = st.sets(st.integers(0, length - 1), max_size=most)
    return chosen.map(lambda places: [int(place in places) for place in range(length)])


def two_sets(items: int) -> st.SearchStrategy[list[int]]:
    states = st.lists(st.sampled_from([(0, 0), (1, 0), (1, 1)]), min_size=items, max_size=items)
    return states.map(lambda found: [*(ever for ever, _ in found), *(lately for _, lately in found)])


def measurements(circuit: Circuit) -> st.SearchStrategy[Measurement]:
    match circuit:
        case Sum(maximum=most) | Histogram(length=most):
            return st.integers(0, most if isinstance(circuit, Sum) else most - 1)
        case SumVec(length=length, maximum=maximum):
            return st.lists(st.integers(0, maximum), min_size=length, max_size=length)
        case MultihotCountVec(length=length, max_weight=most) | CoPurchase(items=length as most):
            return bits(length, most)
        case ItemVectors(items=items):
            return two_sets(items)
        case OuterProduct(entries=entries, fraction_bits=places):
            most = (1 << places) // 3  # seven of these stay below the norm
            return st.lists(st.integers(-most, most), min_size=entries, max_size=entries)
    return st.integers(0, 1)


def result(circuit: Circuit, measurement: Measurement) -> list[int]:
    """What one measurement adds to the sum, said again without the circuit."""
    match circuit:
        case Histogram(length=length):
            return [int(measurement == place) for place in range(length)]
        case OuterProduct() as outer:
            return [int(value) for value in outer.encode(measurement)[outer.bit_count :]]
        case ItemVectors(items=items, encoding=encoding, person=person):
            assert not isinstance(measurement, int)
            return [*encoding.encode(measurement[:items], measurement[items:]).tolist(), person]
        case CoPurchase(items=items):
            return [int(value) for value in circuit.encode(measurement)[3 * items + 1 :]]
    return [measurement] if isinstance(measurement, int) else list(measurement)


@dataclass(frozen=True)
class Flow:
    """Every message of one honest report, in the order in which they are sent."""

    vdaf: Prio3
    nonce: bytes
    public: bytes
    shares: tuple[bytes, ...]

    def states(self) -> tuple[list[VerifierState], list[bytes]]:
        pairs = [
            self.vdaf.verify_init(KEY, who, self.nonce, self.public, share) for who, share in enumerate(self.shares)
        ]
        return [state for state, _ in pairs], [share for _, share in pairs]


def flow(vdaf: Prio3, measurement: Measurement) -> Flow:
    nonce = os.urandom(16)
    public, shares = vdaf.shard(measurement, nonce, os.urandom(vdaf.randomness_bytes))
    return Flow(vdaf, nonce, public, tuple(shares))


def flipped(raw: bytes, bit: int) -> bytes:
    changed = bytearray(raw)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@settings(max_examples=120, deadline=None)
@given(st.data(), CIRCUITS, st.integers(2, 4))
def test_honest_measurements_are_counted_whatever_the_circuit(
    data: st.DataObject, circuit: Circuit, shares: int
) -> None:
    vdaf = Prio3(circuit, b"context", shares)
    measurement = data.draw(measurements(circuit))
    sent = flow(vdaf, measurement)
    assert vdaf.unshard(verify(vdaf, sent.nonce, sent.public, sent.shares)) == result(circuit, measurement)
    sizes = [vdaf.leader_share_bytes, *[vdaf.helper_share_bytes] * (shares - 1)]
    assert [len(sent.public), *map(len, sent.shares)] == [vdaf.public_share_bytes, *sizes]


@settings(max_examples=150, deadline=None)
@given(st.data(), CIRCUITS)
def test_a_changed_bit_of_a_report_is_refused(data: st.DataObject, circuit: Circuit) -> None:
    vdaf = Prio3(circuit, b"context")
    sent = flow(vdaf, data.draw(measurements(circuit)))
    parts = [sent.public, *sent.shares]
    which = data.draw(st.sampled_from([place for place, part in enumerate(parts) if part]))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 8 * len(parts[which]) - 1)))
    with pytest.raises(InvalidShareError):
        verify(vdaf, sent.nonce, parts[0], parts[1:])


@settings(max_examples=150, deadline=None)
@given(st.data(), CIRCUITS)
def test_a_changed_bit_between_the_servers_is_refused(data: st.DataObject, circuit: Circuit) -> None:
    vdaf = Prio3(circuit, b"context")
    sent = flow(vdaf, data.draw(measurements(circuit)))
    states, verifiers = sent.states()
    who = data.draw(st.integers(0, 1))
    changed = list(verifiers)
    changed[who] = flipped(changed[who], data.draw(st.integers(0, 8 * len(changed[who]) - 1)))

    def outcome(shares: list[bytes]) -> None:
        message = vdaf.decide(shares)
        for state in states:
            vdaf.finish(state, message)

    outcome(verifiers)
    with pytest.raises(InvalidShareError):
        outcome(changed)


@settings(max_examples=60, deadline=None)
@given(st.data(), CIRCUITS)
def test_a_share_is_refused_under_another_key_of_the_servers_nonce_or_number(
    data: st.DataObject, circuit: Circuit
) -> None:
    """A helper that takes itself for another one, or a report moved to another id, comes to another stream."""
    vdaf = Prio3(circuit, b"context", 3)
    sent = flow(vdaf, data.draw(measurements(circuit)))
    first, second, third = sent.shares
    with pytest.raises(InvalidShareError):
        verify(vdaf, sent.nonce, sent.public, [first, third, second])
    with pytest.raises(InvalidShareError):
        verify(Prio3(circuit, b"contexT", 3), sent.nonce, sent.public, sent.shares)
    if circuit.uses_joint_randomness:
        with pytest.raises(InvalidShareError):
            verify(vdaf, os.urandom(16), sent.public, sent.shares)


@settings(max_examples=100, deadline=None)
@given(st.data(), CIRCUITS)
def test_random_vectors_are_no_measurements(data: st.DataObject, circuit: Circuit) -> None:
    vector = random_elements(circuit, circuit.input_length)
    assert not accepted(circuit, vector)
    honest = np.asarray(circuit.encode(data.draw(measurements(circuit)))).astype(object)
    assert accepted(circuit, honest)
    place = data.draw(st.integers(0, len(honest) - 1))
    honest[place] = int(random_elements(circuit, 1)[0])
    assert not accepted(circuit, honest)


VALID: dict[str, tuple[Circuit, Callable[[list[int]], bool]]] = {
    "Count": (Count(), lambda _: True),
    "Sum": (Sum(9), lambda _: True),
    "SumVec": (SumVec(length=2, maximum=5, chunk=4), lambda _: True),
    "Histogram": (Histogram(length=5, chunk=2), lambda x: sum(x) == 1),
    "MultihotCountVec": (MultihotCountVec(length=4, max_weight=2, chunk=3), lambda x: sum(x[:4]) == x[4] + x[5]),
}
"""Circuits, and which vectors of bits are valid besides that they are bits. The count weighs its last bit 1 of 2."""


@pytest.mark.parametrize("name", VALID)
def test_of_all_small_vectors_just_the_valid_ones_pass(name: str) -> None:
    circuit, valid = VALID[name]
    vectors = [list(vector) for vector in itertools.product((-1, 0, 1, 2), repeat=min(circuit.input_length, 6))]
    assert len(vectors[0]) == circuit.input_length
    passed = [vector for vector in vectors if not any(defects(circuit, vector))]
    assert passed == [vector for vector in vectors if set(vector) <= {0, 1} and valid(vector)]


@pytest.mark.parametrize("query", [0, 1, 7])
def test_a_root_of_unity_is_no_query_point(monkeypatch: pytest.MonkeyPatch, query: int) -> None:
    """At such a point a wire would be the input itself instead of a blinded value."""
    vdaf = Prio3(Histogram(length=9, chunk=2), b"")
    sent = flow(vdaf, 3)
    point = int(vdaf.field.roots(vdaf.circuit.points)[query])
    stream = vdaf.field.vector(elements([5, 5, point]))
    monkeypatch.setattr("vocab.vdaf.xof.XofTurboShake128.vector", lambda *_: stream)
    with pytest.raises(InvalidShareError, match="root of unity"):
        vdaf._query_randomness(KEY, sent.nonce)


@pytest.mark.parametrize(("length", "more", "chunk"), [(1000, 0, 67), (577, 1, 42), (1, 0, 1), (1, 1, 1), (3, 1, 3)])
def test_the_chunk_is_the_one_that_studies_state(length: int, more: int, chunk: int) -> None:
    assert best_chunk(length, more) == chunk


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 100_000), st.integers(0, 1))
def test_the_best_chunk_leaves_no_point_of_a_polynomial_unused(length: int, more: int) -> None:
    chunk = best_chunk(length, more)
    calls = -(-length // chunk) + more
    assert calls + 1 == 2 ** calls.bit_length() or calls == 2 == 1 + more


@pytest.mark.parametrize("circuit", [Sum(9), SumVec(length=2, maximum=3, chunk=1), Histogram(length=3, chunk=2)])
def test_a_measurement_of_another_kind_is_not_encoded(circuit: Circuit) -> None:
    for measurement in (10, -1, [1, 2, 3, 4], [4, 0], "a", None, 1.5):
        with pytest.raises(VocabularyError):
            circuit.encode(measurement)  # type: ignore[arg-type]
