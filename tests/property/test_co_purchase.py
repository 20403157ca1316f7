"""A co-purchase vector passes only if it is that of some set of items, and its proof tells nothing of the set."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from fractions import Fraction

import numpy as np
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
    one_hot,
    open_places,
    random_elements,
    sent,
    summed,
    verify,
)
from vocab.errors import InvalidShareError, VocabularyError
from vocab.vdaf.circuits import best_chunk
from vocab.vdaf.co_purchase import MAX_ITEMS, CoPurchase
from vocab.vdaf.field import FIELD128, Elements, elements
from vocab.vdaf.prio3 import Prio3

P = FIELD128.prime
SMALL = [CoPurchase(items=items, fraction_bits=6, chunk=chunk) for items, chunk in ((1, 2), (2, 5), (3, 3), (4, 4))]
SIX = CoPurchase(items=6, fraction_bits=8, chunk=5)
WHOLE = CoPurchase(items=288, fraction_bits=14, chunk=best_chunk(577, 1))


def claim(circuit: CoPurchase, x: list[int], e: list[int]) -> list[int]:
    """What a client sends that claims x and e, and keeps every product right: the formula, term by term."""
    weights = [sum(bit * int(row[column]) for bit, row in zip(e, circuit.weights, strict=True)) for column in range(3)]
    pair, popularity, diagonal = weights
    pairs = [pair * x[i] * x[j] for i in range(len(x)) for j in range(i + 1, len(x))]
    return [*x, *e, *(pair * v for v in x), *(popularity * v for v in x), *(diagonal * v for v in x), *pairs]


def sets(items: int) -> list[list[int]]:
    return [list(bits) for bits in itertools.product((0, 1), repeat=items)]


@pytest.mark.parametrize("circuit", SMALL, ids=lambda circuit: f"{circuit.items} items")
def test_every_set_is_encoded_as_the_formula_says_and_counted(circuit: CoPurchase) -> None:
    vdaf = Prio3(circuit, b"context")
    for x in sets(circuit.items):
        encoded = circuit.encode(x).tolist()
        assert encoded == claim(circuit, x, one_hot(sum(x), circuit.items + 1))
        assert vdaf.unshard(verify(vdaf, *sent(vdaf, x))) == encoded[3 * circuit.items + 1 :]


@pytest.mark.parametrize("circuit", SMALL[:3], ids=lambda circuit: f"{circuit.items} items")
def test_of_all_small_claims_just_the_true_ones_pass(circuit: CoPurchase) -> None:
    values = (-1, 0, 1, 2) if circuit.items < 3 else (0, 1, 2)
    claims = itertools.product(
        map(list, itertools.product(values, repeat=circuit.items)),
        map(list, itertools.product(values, repeat=circuit.items + 1)),
    )
    passed = [(x, e) for x, e in claims if not any(defects(circuit, claim(circuit, x, e)))]
    assert sorted(passed) == sorted((x, one_hot(sum(x), circuit.items + 1)) for x in sets(circuit.items))


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([*SMALL, SIX]))
def test_a_change_of_any_values_is_refused(data: st.DataObject, circuit: CoPurchase) -> None:
    x = data.draw(st.lists(st.integers(0, 1), min_size=circuit.items, max_size=circuit.items))
    vector = circuit.encode(x).tolist()
    assert not any(defects(circuit, vector))
    change_some(data, vector, P)
    # What was changed into another true vector would be no lie.
    claimed = [int(value == 1) for value in vector[: circuit.items]]
    assert any(defects(circuit, vector)) == (vector != circuit.encode(claimed).tolist())


@pytest.mark.parametrize("x", [[0, 0], [1, 0], [1, 1]])
@pytest.mark.parametrize("delta", [1, -1, 1 << 64, P // 2])
def test_no_single_value_can_be_changed(x: list[int], delta: int) -> None:
    honest = SMALL[1].encode(x)
    assert accepted(SMALL[1], honest)
    assert open_places(SMALL[1], honest, delta) == []


def starts(circuit: CoPurchase) -> dict[str, int]:
    i = circuit.items
    return {"x": 0, "e": i, "v": 2 * i + 1, "popularity": 3 * i + 1, "diagonal": 4 * i + 1, "pairs": 5 * i + 1}


PARTS = Parts(starts)


def claimed(x: Callable[[list[int]], list[int]], e: Callable[[CoPurchase, list[int]], list[int]]) -> Attack[CoPurchase]:
    """A claim whose products are all right, of another x and of an e made for it."""

    def attack(circuit: CoPurchase, vector: Elements) -> Elements:
        chosen = x(vector[: circuit.items].tolist())
        return elements(value % P for value in claim(circuit, chosen, e(circuit, chosen)))

    return attack


def honest_size(circuit: CoPurchase, x: list[int]) -> list[int]:
    return one_hot(sum(x) % P, circuit.items + 1)


def forged_size(circuit: CoPurchase, x: list[int]) -> list[int]:
    """Sums to one and names the right size, yet gives a single item the greatest weight a million times over."""
    size = one_hot(sum(x), circuit.items + 1)
    size[1] += 10**6
    size[2] -= 2 * 10**6
    size[3] += 10**6
    return size


def halved_size(circuit: CoPurchase, x: list[int]) -> list[int]:
    """One half at both neighbours of the true size, with the inverse of two: sum and size are right."""
    half, n = pow(2, -1, P), sum(x)
    return [half * (place in {n - 1, n + 1}) for place in range(circuit.items + 1)]


def unchanged(x: list[int]) -> list[int]:
    return x


ATTACKS: dict[str, Attack[CoPurchase]] = {
    "one pair more": PARTS.added("pairs", 7, 1),
    "a popularity of a million": PARTS.added("popularity", 5, 10**6),
    "one more on the diagonal": PARTS.added("diagonal", 3, 1),
    "an item bought twice": PARTS.added("x", 0, 1),
    "an item bought minus once": PARTS.added("x", 0, -1),
    "one more in the weighted set": PARTS.added("v", 0, 1),
    "another size": PARTS.rolled("e"),
    "all sums doubled": PARTS.scaled(2, "popularity", "diagonal", "pairs"),
    "weighted set and pairs doubled": PARTS.scaled(2, "v", "pairs"),
    "weighted set and sums a thousandfold": PARTS.scaled(1000, "v", "popularity", "diagonal", "pairs"),
    "pairs negated": PARTS.scaled(-1, "pairs"),
    "all sums negated": PARTS.scaled(-1, "v", "popularity", "diagonal", "pairs"),
    "pairs hidden": PARTS.scaled(0, "pairs"),
    "pairs moved": PARTS.rolled("pairs"),
    "popularity moved": PARTS.rolled("popularity"),
    "diagonal moved": PARTS.rolled("diagonal"),
    "weighted set moved": PARTS.rolled("v"),
    "set moved": PARTS.rolled("x"),
    "two of an item, with the size that makes": claimed(lambda x: [2, *x[1:]], honest_size),
    "minus one and a size kept by another item": claimed(lambda x: [-1, 2, *x[2:]], honest_size),
    "no set and the size of one": claimed(lambda x: [0] * len(x), lambda c, _: one_hot(1, c.items + 1)),
    "the whole set and the size of one": claimed(lambda x: [1] * len(x), lambda c, _: one_hot(1, c.items + 1)),
    "no size": claimed(unchanged, lambda c, _: [0] * (c.items + 1)),
    "two sizes": claimed(unchanged, lambda c, x: [int(n in {sum(x), 1}) for n in range(c.items + 1)]),
    "two failed checks that cancel out": claimed(
        unchanged, lambda c, x: [int(n in {0, sum(x) - 1}) for n in range(c.items + 1)]
    ),
    "sizes that cancel out": claimed(unchanged, forged_size),
    "sizes by field inverses": claimed(unchanged, halved_size),
    "sizes that cancel out at the end": claimed(lambda _: [1, 1, 1, 0, 0, 0], lambda _, __: [0, 0, 0, 0, 1, 1, -1]),
    "a set of fractions": claimed(
        lambda x: [pow(3, -1, P)] * 3 + [0] * (len(x) - 3), lambda c, _: one_hot(1, c.items + 1)
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_encodings_are_refused(name: str) -> None:
    assert_refused(SIX, SIX.encode([1, 0, 1, 1, 1, 0]), ATTACKS[name], 2, 3)


@pytest.mark.parametrize("name", ["one pair more", "sizes that cancel out", "pairs moved", "set moved"])
def test_attacks_of_full_size_are_refused(name: str) -> None:
    chosen = (np.arange(288) % 3 == 0).astype(int).tolist()
    assert_refused(WHOLE, WHOLE.encode(chosen), ATTACKS[name], 2)


def test_who_knew_the_joint_randomness_first_could_forge() -> None:
    """The positive control: the products alone hold nothing; that r comes after the values does."""
    r, joint = np.split(random_elements(SIX, 6 + SIX.joint_length), [6])
    joint[-6:] = r
    vector = SIX.encode([1, 0, 1, 1, 1, 0]).astype(object)
    pairs = PARTS.section(SIX, "pairs").start
    vector[pairs] += 10**6  # items 0 and 1
    vector[pairs + 1] -= 10**6 * int(r[1]) * pow(int(r[2]), -1, P)  # items 0 and 2
    assert_forged_under(SIX, vector, joint)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(1, 12), st.integers(0, 16), st.integers(2, 30), st.integers(2, 3))
def test_the_sum_of_honest_sets_is_the_plain_sum(
    data: st.DataObject, items: int, bits: int, chunk: int, shares: int
) -> None:
    circuit = CoPurchase(items=items, fraction_bits=bits, chunk=chunk)
    drawn = st.lists(st.integers(0, 1), min_size=items, max_size=items)
    measurements = data.draw(st.lists(drawn, min_size=1, max_size=3))
    expected = np.zeros(circuit.output_length, dtype=np.int64)
    for x in measurements:
        expected += circuit.encode(x)[3 * items + 1 :]
    assert summed(Prio3(circuit, b"context", shares), measurements) == expected.tolist()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_changed_bit_anywhere_is_refused(data: st.DataObject) -> None:
    vdaf = Prio3(SMALL[2], b"context")
    changed = flipped(data, vdaf, [1, 0, 1])
    with pytest.raises(InvalidShareError):
        verify(vdaf, *changed)


@pytest.mark.parametrize("bits", [0, 1, 10, 12, 14, 16, 30])
def test_no_set_of_any_size_exceeds_the_norm(bits: int) -> None:
    circuit = CoPurchase(items=MAX_ITEMS, fraction_bits=bits, chunk=2)
    assert circuit.weights[0].tolist() == [0, 0, 0]
    for n, (pair, popularity, diagonal) in enumerate(circuit.weights.tolist()[1:], start=1):
        squares = (Fraction(14, 10 * n * n), Fraction(3, 10 * n), Fraction(7, 10 * n * n))
        for weight, square in zip((pair, popularity, diagonal), squares, strict=True):
            assert weight**2 <= square * 4**bits < (weight + 1) ** 2
        assert n * popularity**2 + n * diagonal**2 + n * (n - 1) // 2 * pair**2 <= 4**bits


def test_the_norm_of_an_encoding_is_the_one_that_the_weights_promise() -> None:
    for n in range(7):
        counted = SIX.encode([1] * n + [0] * (6 - n))[3 * 6 + 1 :]
        pair, popularity, diagonal = SIX.weights[n].tolist()
        assert int(counted @ counted) == n * popularity**2 + n * diagonal**2 + n * (n - 1) // 2 * pair**2


@pytest.mark.parametrize("measurement", [[0] * 5, [0] * 7, [0, 0, 0, 0, 0, 2], [0, 0, 0, 0, 0, -1], 1, [None] * 6])
def test_what_is_no_set_is_not_encoded(measurement: list[int]) -> None:
    with pytest.raises(VocabularyError):
        SIX.encode(measurement)


@pytest.mark.parametrize(
    ("items", "bits", "chunk"), [(0, 1, 2), (MAX_ITEMS + 1, 1, 2), (1, -1, 2), (1, 31, 2), (1, 1, 1)]
)
def test_parameters_out_of_bounds_are_refused(items: int, bits: int, chunk: int) -> None:
    with pytest.raises(VocabularyError):
        CoPurchase(items=items, fraction_bits=bits, chunk=chunk)


def test_the_vector_for_288_items_has_the_length_and_the_size_that_the_study_states() -> None:
    vdaf = Prio3(WHOLE, b"")
    assert (WHOLE.output_length, WHOLE.points, WHOLE.calls) == (41_904, 16, 15)
    assert vdaf.leader_share_bytes <= 700_000


@settings(max_examples=20, deadline=None)
@given(st.data(), st.sampled_from([*SMALL, SIX]))
def test_the_servers_see_the_same_of_every_set(data: st.DataObject, circuit: CoPurchase) -> None:
    drawn = st.lists(st.integers(0, 1), min_size=circuit.items, max_size=circuit.items)
    assert_the_same_is_seen_of(circuit, data.draw(drawn), data.draw(drawn))


def test_under_other_joint_randomness_the_combined_check_would_tell_of_the_set() -> None:
    """Why the public share is bound into the sealed one: swapped, the helper's answer would answer a guess."""
    vdaf = Prio3(SIX, b"", shares=1)
    joint, seeds = random_elements(SIX, SIX.joint_length), random_elements(SIX, SIX.arity)
    other = np.concatenate([joint[: SIX.chunks], random_elements(SIX, SIX.joint_length - SIX.chunks)])
    zero = {}
    for x in ([0] * 6, [1] * 6):
        vector = SIX.field.vector(SIX.encode(x))
        proof = vdaf._prove(vector, seeds, joint)
        zero[sum(x)] = vdaf._query(vector, proof, other, ([1, 2, 3, 4], 5))[0] == 0
    assert zero == {0: True, 6: False}


def test_the_leader_s_share_is_the_vector_minus_the_helper_s_stream() -> None:
    """One share alone is uniform: for one seed of the helper, all sets give shares that differ as the sets do."""
    vdaf, nonce, randomness = Prio3(SIX, b""), bytes(16), os.urandom(128)
    plain = []
    for x in ([0] * 6, [1] * 6):
        _, (leader, helper) = vdaf.shard(x, nonce, randomness)
        assert helper == randomness[:64]
        share = SIX.field.decode(leader[: 16 * SIX.input_length])
        plain.append(((share + vdaf._expand(helper[:32], 1)[0].elements) % P).tolist())
    assert plain == [SIX.encode([0] * 6).tolist(), SIX.encode([1] * 6).tolist()]
