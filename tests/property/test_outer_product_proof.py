"""Products of entries pass only if they are those of one vector of bounded norm; the proof tells nothing of it."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.lies import Attack, Parts, assert_forged_under, assert_refused
from tests.support.proofs import (
    accepted,
    assert_the_same_is_seen_of,
    change_some,
    defects,
    flipped,
    open_places,
    random_elements,
    sent,
    summed,
    verify,
)
from vocab.errors import InvalidShareError, VocabularyError
from vocab.item_pairs import DIAGONAL, PAIR
from vocab.vdaf.circuits import best_chunk
from vocab.vdaf.field import FIELD128, Elements, elements
from vocab.vdaf.outer_product import MAX_ENTRIES, OuterProduct
from vocab.vdaf.prio3 import Prio3

P = FIELD128.prime
HALF = pow(2, -1, P)
SMALL = [
    OuterProduct(entries=entries, fraction_bits=bits, chunk=chunk)
    for entries, bits, chunk in ((1, 1, 2), (1, 3, 3), (2, 2, 4), (3, 2, 5))
]
FOUR = OuterProduct(entries=4, fraction_bits=5, chunk=6)
WHOLE = OuterProduct(entries=272, fraction_bits=8, chunk=best_chunk(272 * 9 + 17, 1))
MANY = OuterProduct(entries=128, fraction_bits=10, chunk=best_chunk(128 * 11 + 21, 1))


def bits_of(value: int, places: int) -> list[int]:
    """The lowest ``places`` bits, with all that is above them in the last: what a client may claim for any integer."""
    low = [value >> place & 1 for place in range(places - 1)]
    return [*low, (value - sum(bit << place for place, bit in enumerate(low))) >> places - 1]


def claim(circuit: OuterProduct, z: list[int], lacking: int | None = None) -> list[int]:
    """What a client sends that claims z, and keeps every product and the sum of the norm right, term by term."""
    bound = 1 << circuit.fraction_bits
    missing = bound**2 - sum(value * value for value in z) if lacking is None else lacking
    return [
        *(bit for value in z for bit in bits_of(value + bound, circuit.fraction_bits + 1)),
        *bits_of(missing, 2 * circuit.fraction_bits + 1),
        *products(z),
    ]


def products(z: list[int]) -> list[int]:
    pairs = itertools.combinations(z, 2)
    return [*(DIAGONAL * value * value for value in z), *(PAIR * one * other for one, other in pairs)]


def within(circuit: OuterProduct, z: list[int]) -> bool:
    bound = 1 << circuit.fraction_bits
    return all(-bound <= value < bound for value in z) and sum(value * value for value in z) <= bound**2


@st.composite
def vectors_for(draw: st.DrawFn, circuit: OuterProduct) -> list[int]:
    bound = 1 << circuit.fraction_bits
    z = draw(st.lists(st.integers(-bound, bound - 1), min_size=circuit.entries, max_size=circuit.entries))
    norm = math.sqrt(sum(value * value for value in z))
    return z if norm <= bound else [math.trunc(value * bound / norm * 0.999) for value in z]


@pytest.mark.parametrize("circuit", SMALL, ids=lambda one: f"{one.entries} entries of {one.fraction_bits} bits")
def test_of_all_small_claims_just_the_true_ones_pass_and_are_counted(circuit: OuterProduct) -> None:
    vdaf, bound = Prio3(circuit, b"context"), 1 << circuit.fraction_bits
    reach = 2 if circuit.entries < 3 else 1
    for z in map(list, itertools.product(range(-bound - reach, bound + reach + 1), repeat=circuit.entries)):
        valid = within(circuit, z)
        assert any(defects(circuit, claim(circuit, z))) != valid, z
        if valid and circuit.entries < 3:
            assert circuit.encode(z).tolist() == [value % P for value in claim(circuit, z)]
            assert vdaf.unshard(verify(vdaf, *sent(vdaf, z))) == [value % P for value in products(z)]
        elif not valid:
            with pytest.raises(VocabularyError):
                circuit.encode(z)


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([*SMALL, FOUR]))
def test_a_change_of_any_values_is_refused(data: st.DataObject, circuit: OuterProduct) -> None:
    z = data.draw(vectors_for(circuit))
    vector = circuit.encode(z).tolist()
    assert not any(defects(circuit, vector))
    change_some(data, vector, P)
    # What was changed into another true vector would be no lie.
    places, bound = circuit.fraction_bits + 1, 1 << circuit.fraction_bits
    rows = [vector[start : start + places] for start in range(0, circuit.entries * places, places)]
    other = [sum(int(bit == 1) << place for place, bit in enumerate(row)) - bound for row in rows]
    true = within(circuit, other) and vector == circuit.encode(other).tolist()
    assert any(defects(circuit, vector)) != true


@pytest.mark.parametrize("z", [[0, 0], [3, -2], [-4, 0]])
@pytest.mark.parametrize("delta", [1, -1, 1 << 64, P // 2])
def test_no_single_value_can_be_changed(z: list[int], delta: int) -> None:
    honest = SMALL[2].encode(z)
    assert accepted(SMALL[2], honest)
    assert open_places(SMALL[2], honest, delta) == []


def starts(circuit: OuterProduct) -> dict[str, int]:
    entries = circuit.entries * (circuit.fraction_bits + 1)
    return {"z": 0, "lacking": entries, "diagonal": circuit.bit_count, "pairs": circuit.bit_count + circuit.entries}


PARTS = Parts(starts)


def claimed(z: list[int], lacking: int | None = None) -> Attack[OuterProduct]:
    return lambda circuit, _: elements(value % P for value in claim(circuit, z, lacking))


def shifted_square(circuit: OuterProduct, vector: Elements) -> Elements:
    """One square more and one less: the norm still adds up."""
    diagonal = PARTS.section(circuit, "diagonal").start
    vector[diagonal] += DIAGONAL * 9
    vector[diagonal + 1] -= DIAGONAL * 9
    return vector


Z = [12, -20, 7, 3]
ATTACKS: dict[str, Attack[OuterProduct]] = {
    "one pair more": PARTS.added("pairs", 2, 1),
    "a million for a pair": PARTS.added("pairs", 0, 10**6),
    "one square more": PARTS.added("diagonal", 1, 1),
    "one square more, another less": shifted_square,
    "all products doubled": PARTS.scaled(2, "diagonal", "pairs"),
    "all products negated": PARTS.scaled(-1, "diagonal", "pairs"),
    "pairs doubled": PARTS.scaled(2, "pairs"),
    "pairs negated": PARTS.scaled(-1, "pairs"),
    "pairs hidden": PARTS.scaled(0, "pairs"),
    "squares hidden": PARTS.scaled(0, "diagonal"),
    "pairs moved": PARTS.rolled("pairs"),
    "squares moved": PARTS.rolled("diagonal"),
    "other entries": PARTS.rolled("z"),
    "another rest of the norm": PARTS.rolled("lacking"),
    "more than the norm, and a rest below zero": claimed([31, 31, 0, 0]),
    "more than the norm, and no rest": claimed([31, 31, 0, 0], 0),
    "more than the norm by field wrapping": claimed([31, 31, 0, 0], 1024 - 2 * 961 + P),
    "an entry above its range": claimed([32, 0, 0, 0]),
    "an entry below its range": claimed([-33, 0, 0, 0], 1024 - 33 * 33),
    "a large entry": claimed([10**6, 0, 0, 0]),
    "an entry of a half": claimed([HALF, 0, 0, 0]),
    "too little left of the norm": claimed(Z, 5),
    "a root of minus one as entry, so that its square takes away": claimed([pow(7, (P - 1) // 4, P), 5, 0, 0]),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_encodings_are_refused(name: str) -> None:
    assert_refused(FOUR, FOUR.encode(Z), ATTACKS[name], 2, 3)


@pytest.mark.parametrize("name", ["one pair more", "one square more, another less", "pairs moved"])
def test_attacks_of_full_size_are_refused(name: str) -> None:
    assert_refused(WHOLE, WHOLE.encode([(-1) ** place * (place % 16) for place in range(272)]), ATTACKS[name], 2)


def test_who_knew_the_joint_randomness_first_could_forge() -> None:
    """The positive control: the products alone hold nothing; that the factors come after the values does."""
    joint = random_elements(FOUR, FOUR.joint_length)
    r = joint[FOUR.chunks :]
    vector = FOUR.encode(Z).astype(object)
    pairs = PARTS.section(FOUR, "pairs").start
    vector[pairs] += 10**6  # entries 0 and 1
    vector[pairs + 1] -= 10**6 * int(r[1]) * pow(int(r[2]), -1, P)  # entries 0 and 2
    assert_forged_under(FOUR, vector, joint)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(1, 8), st.integers(1, 12), st.integers(2, 30), st.integers(2, 3))
def test_the_sum_of_honest_answers_is_the_plain_sum(
    data: st.DataObject, entries: int, bits: int, chunk: int, shares: int
) -> None:
    circuit = OuterProduct(entries=entries, fraction_bits=bits, chunk=chunk)
    measurements = data.draw(st.lists(vectors_for(circuit), min_size=1, max_size=3))
    expected = [sum(values) % P for values in zip(*map(products, measurements), strict=True)]
    assert summed(Prio3(circuit, b"context", shares), measurements) == expected


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_bit_anywhere_is_refused(data: st.DataObject) -> None:
    vdaf = Prio3(SMALL[2], b"context")
    changed = flipped(data, vdaf, [-3, 1])
    with pytest.raises(InvalidShareError):
        verify(vdaf, *changed)


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from([*SMALL, FOUR]))
def test_no_vector_exceeds_the_norm(data: st.DataObject, circuit: OuterProduct) -> None:
    z = data.draw(vectors_for(circuit))
    norm = sum(value * value for value in products(z))
    assert norm <= DIAGONAL**2 * sum(value * value for value in z) ** 2 <= DIAGONAL**2 * 16**circuit.fraction_bits


def test_squares_and_products_weigh_nearly_alike() -> None:
    assert 0 < 2 * DIAGONAL**2 - PAIR**2 <= 1


@pytest.mark.parametrize("z", [[0] * 3, [0] * 5, [32, 0, 0, 0], [-33, 0, 0, 0], [23, 23, 0, 0], 1, [None] * 4])
def test_what_is_outside_the_bounds_is_not_encoded(z: list[int]) -> None:
    with pytest.raises(VocabularyError):
        FOUR.encode(z)


@pytest.mark.parametrize(
    ("entries", "bits", "chunk"), [(0, 4, 2), (MAX_ENTRIES + 1, 4, 2), (1, 0, 2), (1, 21, 2), (1, 4, 1)]
)
def test_parameters_out_of_bounds_are_refused(entries: int, bits: int, chunk: int) -> None:
    with pytest.raises(VocabularyError):
        OuterProduct(entries=entries, fraction_bits=bits, chunk=chunk)


def test_the_products_of_272_entries_stay_below_700_kilobytes() -> None:
    assert Prio3(WHOLE, b"").leader_share_bytes < 640_000
    assert (MANY.output_length, Prio3(MANY, b"").leader_share_bytes < 160_000) == (8_256, True)


@settings(max_examples=20, deadline=None)
@given(st.data(), st.sampled_from([*SMALL, FOUR]))
def test_the_servers_see_the_same_of_every_vector(data: st.DataObject, circuit: OuterProduct) -> None:
    assert_the_same_is_seen_of(circuit, *(data.draw(vectors_for(circuit)) for _ in range(2)))
