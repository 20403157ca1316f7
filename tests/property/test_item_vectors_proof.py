"""Item vectors pass only if they are those of two sets, lately within ever; the proof tells nothing of the sets."""

from __future__ import annotations

import itertools

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
from vocab.item_vectors import ItemEncoding
from vocab.vdaf.circuits import best_chunk
from vocab.vdaf.field import FIELD128, Elements, elements
from vocab.vdaf.item_vectors import MAX_ITEMS, ItemVectors
from vocab.vdaf.prio3 import Prio3

P = FIELD128.prime
USUAL = ItemEncoding()
TIGHT = ItemEncoding(ever_percent=40, ever_most=1, lately_most=1, fraction_bits=8)
SMALL = [ItemVectors(items=items, encoding=TIGHT, person=16, chunk=chunk) for items, chunk in ((1, 2), (2, 5), (3, 4))]
FIVE = ItemVectors(items=5, encoding=TIGHT, person=16, chunk=6)
WHOLE = ItemVectors(items=300, encoding=USUAL, person=1024, chunk=best_chunk(1502, 1))

Sets = tuple[list[int], list[int]]


def claim(circuit: ItemVectors, x: list[int], y: list[int], e: list[int], f: list[int]) -> list[int]:
    """What a client sends that claims these, and keeps both products right: the formula, term by term."""
    ever, lately = (
        sum(mark * int(weight) for mark, weight in zip(marks, row, strict=True))
        for marks, row in zip((e, f), circuit.weights, strict=True)
    )
    return [*x, *y, *e, *f, *(ever * v for v in x), *(lately * v for v in y), circuit.person]


def pairs_of_sets(items: int) -> list[Sets]:
    """Every two sets of which the second lies within the first."""
    states = itertools.product(((0, 0), (1, 0), (1, 1)), repeat=items)
    return [([ever for ever, _ in each], [lately for _, lately in each]) for each in states]


def true_claim(circuit: ItemVectors, x: list[int], y: list[int]) -> list[int]:
    length = circuit.items + 1
    return claim(circuit, x, y, one_hot(sum(x), length), one_hot(sum(y), length))


@pytest.mark.parametrize("circuit", SMALL, ids=lambda circuit: f"{circuit.items} items")
def test_every_two_sets_are_encoded_as_the_formula_says_and_counted(circuit: ItemVectors) -> None:
    vdaf = Prio3(circuit, b"context")
    for x, y in pairs_of_sets(circuit.items):
        encoded = circuit.encode([*x, *y]).tolist()
        assert encoded == true_claim(circuit, x, y)
        assert vdaf.unshard(verify(vdaf, *sent(vdaf, [*x, *y]))) == encoded[4 * circuit.items + 2 :]


@pytest.mark.parametrize("circuit", SMALL[:2], ids=lambda circuit: f"{circuit.items} items")
def test_of_all_small_claims_just_the_true_ones_pass(circuit: ItemVectors) -> None:
    values = (-1, 0, 1, 2) if circuit.items == 1 else (0, 1, 2)
    sets = list(map(list, itertools.product(values, repeat=circuit.items)))
    marks = list(map(list, itertools.product((0, 1) if circuit.items > 1 else values, repeat=circuit.items + 1)))
    claims = itertools.product(sets, sets, marks, marks)
    passed = [parts for parts in claims if not any(defects(circuit, claim(circuit, *parts)))]
    length = circuit.items + 1
    expected = [(x, y, one_hot(sum(x), length), one_hot(sum(y), length)) for x, y in pairs_of_sets(circuit.items)]
    assert sorted(passed) == sorted(expected)


@st.composite
def sets_for(draw: st.DrawFn, items: int) -> list[int]:
    """A measurement: ever, then lately."""
    states = draw(st.lists(st.sampled_from([(0, 0), (1, 0), (1, 1)]), min_size=items, max_size=items))
    return [ever for ever, _ in states] + [lately for _, lately in states]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([*SMALL, FIVE]))
def test_a_change_of_any_values_is_refused(data: st.DataObject, circuit: ItemVectors) -> None:
    vector = circuit.encode(data.draw(sets_for(circuit.items))).tolist()
    assert not any(defects(circuit, vector))
    change_some(data, vector, P)
    # What was changed into another true vector would be no lie.
    claimed = [int(value == 1) for value in vector[: 2 * circuit.items]]
    within = all(x >= y for x, y in itertools.zip_longest(claimed[: circuit.items], claimed[circuit.items :]))
    assert any(defects(circuit, vector)) == (not within or vector != circuit.encode(claimed).tolist())


@pytest.mark.parametrize("measurement", [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 1]])
@pytest.mark.parametrize("delta", [1, -1, 1 << 64, P // 2])
def test_no_single_value_can_be_changed(measurement: list[int], delta: int) -> None:
    honest = SMALL[1].encode(measurement)
    assert accepted(SMALL[1], honest)
    assert open_places(SMALL[1], honest, delta) == []


def starts(circuit: ItemVectors) -> dict[str, int]:
    i = circuit.items
    return {"x": 0, "y": i, "e": 2 * i, "f": 3 * i + 1, "ever": 4 * i + 2, "lately": 5 * i + 2, "person": 6 * i + 2}


PARTS = Parts(starts)


def exchanged(one: str, other: str) -> Attack[ItemVectors]:
    def attack(circuit: ItemVectors, vector: Elements) -> Elements:
        first, second = vector[PARTS.section(circuit, one)].copy(), vector[PARTS.section(circuit, other)].copy()
        vector[PARTS.section(circuit, one)], vector[PARTS.section(circuit, other)] = second, first
        return vector

    return attack


def claimed(x: list[int], y: list[int], e: list[int] | None = None, f: list[int] | None = None) -> Attack[ItemVectors]:
    """A claim whose products are right, of these sets, with the sizes that they have unless others are given."""

    def attack(circuit: ItemVectors, _: Elements) -> Elements:
        length = circuit.items + 1
        sizes = (e or one_hot(sum(x) % P, length), f or one_hot(sum(y) % P, length))
        return elements(value % P for value in claim(circuit, x, y, *sizes))

    return attack


THIRD, HALF = pow(3, -1, P), pow(2, -1, P)
EVER, LATELY = [1, 0, 1, 1, 1], [0, 0, 1, 1, 0]
ATTACKS: dict[str, Attack[ItemVectors]] = {
    "one more of an item ever": PARTS.added("ever", 2, 1),
    "a million of an item lately": PARTS.added("lately", 3, 10**6),
    "less than nothing of an item": PARTS.added("lately", 0, -1),
    "an item twice": PARTS.added("x", 0, 1),
    "an item minus once": PARTS.added("y", 0, -1),
    "another size ever": PARTS.rolled("e"),
    "another size lately": PARTS.rolled("f"),
    "the sizes exchanged": exchanged("e", "f"),
    "the sets exchanged": exchanged("x", "y"),
    "the sums exchanged": exchanged("ever", "lately"),
    "all sums doubled": PARTS.scaled(2, "ever", "lately"),
    "all sums negated": PARTS.scaled(-1, "ever", "lately"),
    "what was had lately hidden": PARTS.scaled(0, "lately"),
    "ever moved": PARTS.rolled("ever"),
    "lately moved": PARTS.rolled("lately"),
    "sets moved without their sums": PARTS.rolled("x", "y"),
    "lately and not ever": claimed([1, 0, 0, 0, 0], [0, 1, 0, 0, 0]),
    "lately what was never had, among others": claimed(EVER, [0, 1, 1, 1, 0]),
    "lately something, ever nothing": claimed([0] * 5, [0, 0, 1, 0, 0]),
    "two of an item, with the size that makes": claimed([2, 0, 1, 1, 0], [0, 0, 1, 1, 0]),
    "two of an item lately": claimed([1, 1, 1, 1, 0], [2, 0, 0, 0, 0]),
    "minus one and a size kept by another item": claimed([-1, 2, 1, 1, 0], [0, 0, 1, 1, 0]),
    "no set and the size of one": claimed([0] * 5, [0] * 5, one_hot(1, 6)),
    "the whole set and the size of one": claimed([1] * 5, [0] * 5, one_hot(1, 6)),
    "the whole set lately and the size of one": claimed([1] * 5, [1] * 5, None, one_hot(1, 6)),
    "no size": claimed(EVER, LATELY, [0] * 6),
    "no size lately": claimed(EVER, LATELY, None, [0] * 6),
    "two sizes": claimed(EVER, LATELY, [0, 1, 0, 0, 1, 0]),
    "two sizes lately": claimed(EVER, LATELY, None, [0, 1, 1, 0, 0, 0]),
    "sizes that cancel out": claimed(EVER, LATELY, [0, 10**6, -2 * 10**6, 10**6, 1, 0]),
    "sizes by field inverses": claimed(EVER, LATELY, [0, 0, 0, HALF, 0, HALF]),
    "sizes by field inverses lately": claimed(EVER, LATELY, None, [0, HALF, 0, HALF, 0, 0]),
    "a set of fractions": claimed([THIRD] * 3 + [0, 0], [0] * 5, one_hot(1, 6)),
    "nobody": PARTS.scaled(0, "person"),
    "a crowd": PARTS.added("person", 0, 1),
    "errors of both vectors that cancel out": lambda c, v: PARTS.added("lately", 0, -5)(
        c, PARTS.added("ever", 0, 5)(c, v)
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_encodings_are_refused(name: str) -> None:
    assert_refused(FIVE, FIVE.encode([*EVER, *LATELY]), ATTACKS[name], 2, 3)


@pytest.mark.parametrize("name", ["a million of an item lately", "another size ever", "lately moved"])
def test_attacks_of_full_size_are_refused(name: str) -> None:
    places = np.arange(300)
    chosen = [*(places % 3 == 0).astype(int), *(places % 6 == 0).astype(int)]
    assert_refused(WHOLE, WHOLE.encode(chosen), ATTACKS[name], 2)


def test_who_knew_the_joint_randomness_first_could_forge() -> None:
    """The positive control: the products alone hold nothing; that the factors come after the values does."""
    joint = random_elements(FIVE, FIVE.joint_length)
    s = joint[FIVE.chunks : FIVE.chunks + 5]
    vector = FIVE.encode([*EVER, *LATELY]).astype(object)
    ever = PARTS.section(FIVE, "ever").start
    vector[ever] += 10**6
    vector[ever + 1] -= 10**6 * int(s[0]) * pow(int(s[1]), -1, P)
    assert_forged_under(FIVE, vector, joint)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(1, 12), st.integers(8, 20), st.integers(2, 30), st.integers(2, 3))
def test_the_sum_of_honest_answers_is_the_plain_sum(
    data: st.DataObject, items: int, bits: int, chunk: int, shares: int
) -> None:
    encoding = ItemEncoding(ever_percent=20, ever_most=4, lately_most=1, fraction_bits=bits)
    circuit = ItemVectors(items=items, encoding=encoding, person=9, chunk=chunk)
    measurements = data.draw(st.lists(sets_for(items), min_size=1, max_size=3))
    expected = np.zeros(2 * items + 1, dtype=object)
    for measurement in measurements:
        n, m = sum(measurement[:items]), sum(measurement[items:])
        weights = [encoding.ever_weight(n)] * items + [encoding.lately_weight(m)] * items + [9]
        expected += np.array([*measurement, 1], dtype=object) * weights
    assert summed(Prio3(circuit, b"context", shares), measurements) == expected.tolist()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_bit_anywhere_is_refused(data: st.DataObject) -> None:
    vdaf = Prio3(SMALL[2], b"context")
    changed = flipped(data, vdaf, [1, 0, 1, 0, 0, 1])
    with pytest.raises(InvalidShareError):
        verify(vdaf, *changed)


@pytest.mark.parametrize("encoding", [USUAL, TIGHT, ItemEncoding(ever_percent=99, ever_most=9, lately_most=500)])
def test_no_two_sets_of_any_size_exceed_the_norm(encoding: ItemEncoding) -> None:
    circuit = ItemVectors(items=600, encoding=encoding, person=9, chunk=2)
    ever, lately = circuit.weights
    assert ever.tolist() == [encoding.ever_weight(size) for size in range(601)]
    sizes = np.arange(601).astype(object)
    most = max(sizes * ever * ever) + max(sizes * lately * lately)
    assert 0.99 * 4**encoding.fraction_bits < most <= 4**encoding.fraction_bits


@pytest.mark.parametrize(
    "measurement", [[0] * 9, [0] * 11, [0] * 9 + [1], [2, *[0] * 9], [-1, *[0] * 9], 1, [None] * 10]
)
def test_what_is_no_two_sets_within_each_other_is_not_encoded(measurement: list[int]) -> None:
    with pytest.raises(VocabularyError):
        FIVE.encode(measurement)


@pytest.mark.parametrize(("items", "chunk"), [(0, 2), (MAX_ITEMS + 1, 2), (1, 1)])
def test_parameters_out_of_bounds_are_refused(items: int, chunk: int) -> None:
    with pytest.raises(VocabularyError):
        ItemVectors(items=items, encoding=USUAL, person=1024, chunk=chunk)


def test_the_vectors_of_300_items_have_the_length_and_the_size_that_the_study_states() -> None:
    assert (WHOLE.output_length, WHOLE.points, WHOLE.calls) == (601, 32, 31)
    assert Prio3(WHOLE, b"").leader_share_bytes < 32_000


@settings(max_examples=20, deadline=None)
@given(st.data(), st.sampled_from([*SMALL, FIVE]))
def test_the_servers_see_the_same_of_every_two_sets(data: st.DataObject, circuit: ItemVectors) -> None:
    assert_the_same_is_seen_of(circuit, *(data.draw(sets_for(circuit.items)) for _ in range(2)))
