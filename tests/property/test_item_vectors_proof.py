"""Item vectors pass only if they are those of two sets, lately within ever; the proof tells nothing of the sets."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.proofs import accepted, defects, random_elements, verify
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


def one_hot(place: int, length: int) -> list[int]:
    return [int(place == other) for other in range(length)]


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
        nonce = os.urandom(16)
        public, shares = vdaf.shard([*x, *y], nonce, os.urandom(vdaf.randomness_bytes))
        assert vdaf.unshard(verify(vdaf, nonce, public, shares)) == encoded[4 * circuit.items + 2 :]


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
    changes = st.one_of(st.integers(-3, 3), st.integers(0, P - 1), st.sampled_from([1 << 64, 1 << 127, P - 1]))
    for place in data.draw(st.lists(st.integers(0, len(vector) - 1), min_size=1, max_size=4, unique=True)):
        vector[place] = (vector[place] + data.draw(changes)) % P
    # What was changed into another true vector would be no lie.
    claimed = [int(value == 1) for value in vector[: 2 * circuit.items]]
    within = all(x >= y for x, y in itertools.zip_longest(claimed[: circuit.items], claimed[circuit.items :]))
    assert any(defects(circuit, vector)) == (not within or vector != circuit.encode(claimed).tolist())


@pytest.mark.parametrize("measurement", [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 1]])
@pytest.mark.parametrize("delta", [1, -1, 1 << 64, P // 2])
def test_no_single_value_can_be_changed(measurement: list[int], delta: int) -> None:
    circuit = SMALL[1]
    honest = circuit.encode(measurement)
    for place in range(len(honest)):
        changed = honest.astype(object)
        changed[place] += delta
        assert not accepted(circuit, changed), place
    assert accepted(circuit, honest)


Attack = Callable[[ItemVectors, Elements], Elements]


def section(circuit: ItemVectors, name: str) -> slice:
    i = circuit.items
    starts = {"x": 0, "y": i, "e": 2 * i, "f": 3 * i + 1, "ever": 4 * i + 2, "lately": 5 * i + 2, "person": 6 * i + 2}
    ends = [*list(starts.values())[1:], circuit.input_length]
    return slice(starts[name], ends[list(starts).index(name)])


def added(name: str, place: int, amount: int) -> Attack:
    def attack(circuit: ItemVectors, vector: Elements) -> Elements:
        vector[section(circuit, name).start + place] += amount
        return vector

    return attack


def rolled(*names: str) -> Attack:
    def attack(circuit: ItemVectors, vector: Elements) -> Elements:
        for name in names:
            vector[section(circuit, name)] = np.roll(vector[section(circuit, name)], 1)
        return vector

    return attack


def scaled(factor: int, *names: str) -> Attack:
    def attack(circuit: ItemVectors, vector: Elements) -> Elements:
        for name in names:
            vector[section(circuit, name)] *= factor
        return vector

    return attack


def exchanged(one: str, other: str) -> Attack:
    def attack(circuit: ItemVectors, vector: Elements) -> Elements:
        first, second = vector[section(circuit, one)].copy(), vector[section(circuit, other)].copy()
        vector[section(circuit, one)], vector[section(circuit, other)] = second, first
        return vector

    return attack


def claimed(x: list[int], y: list[int], e: list[int] | None = None, f: list[int] | None = None) -> Attack:
    """A claim whose products are right, of these sets, with the sizes that they have unless others are given."""

    def attack(circuit: ItemVectors, _: Elements) -> Elements:
        length = circuit.items + 1
        sizes = (e or one_hot(sum(x) % P, length), f or one_hot(sum(y) % P, length))
        return elements(value % P for value in claim(circuit, x, y, *sizes))

    return attack


THIRD, HALF = pow(3, -1, P), pow(2, -1, P)
EVER, LATELY = [1, 0, 1, 1, 1], [0, 0, 1, 1, 0]
ATTACKS: dict[str, Attack] = {
    "one more of an item ever": added("ever", 2, 1),
    "a million of an item lately": added("lately", 3, 10**6),
    "less than nothing of an item": added("lately", 0, -1),
    "an item twice": added("x", 0, 1),
    "an item minus once": added("y", 0, -1),
    "another size ever": rolled("e"),
    "another size lately": rolled("f"),
    "the sizes exchanged": exchanged("e", "f"),
    "the sets exchanged": exchanged("x", "y"),
    "the sums exchanged": exchanged("ever", "lately"),
    "all sums doubled": scaled(2, "ever", "lately"),
    "all sums negated": scaled(-1, "ever", "lately"),
    "what was had lately hidden": scaled(0, "lately"),
    "ever moved": rolled("ever"),
    "lately moved": rolled("lately"),
    "sets moved without their sums": rolled("x", "y"),
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
    "nobody": scaled(0, "person"),
    "a crowd": added("person", 0, 1),
    "errors of both vectors that cancel out": lambda c, v: added("lately", 0, -5)(c, added("ever", 0, 5)(c, v)),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_encodings_are_refused(name: str) -> None:
    honest = FIVE.encode([*EVER, *LATELY]).astype(object)
    attacked = ATTACKS[name](FIVE, honest.copy()) % P
    assert (attacked != honest).any()
    assert accepted(FIVE, honest)
    assert not accepted(FIVE, attacked)
    assert not accepted(FIVE, attacked, shares=3)


@pytest.mark.parametrize("name", ["a million of an item lately", "another size ever", "lately moved"])
def test_attacks_of_full_size_are_refused(name: str) -> None:
    places = np.arange(300)
    chosen = [*(places % 3 == 0).astype(int), *(places % 6 == 0).astype(int)]
    honest = WHOLE.encode(chosen).astype(object)
    assert accepted(WHOLE, honest)
    assert not accepted(WHOLE, ATTACKS[name](WHOLE, honest.copy()) % P)


def test_who_knew_the_joint_randomness_first_could_forge() -> None:
    """The positive control: the products alone hold nothing; that the factors come after the values does."""
    joint = random_elements(FIVE, FIVE.joint_length)
    s = joint[FIVE.chunks : FIVE.chunks + 5]
    vector = FIVE.encode([*EVER, *LATELY]).astype(object)
    ever = section(FIVE, "ever").start
    vector[ever] += 10**6
    vector[ever + 1] -= 10**6 * int(s[0]) * pow(int(s[1]), -1, P)
    assert not any(defects(FIVE, vector, joint))
    assert any(defects(FIVE, vector))
    assert not accepted(FIVE, vector % P)


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(1, 12), st.integers(8, 20), st.integers(2, 30), st.integers(2, 3))
def test_the_sum_of_honest_answers_is_the_plain_sum(
    data: st.DataObject, items: int, bits: int, chunk: int, shares: int
) -> None:
    encoding = ItemEncoding(ever_percent=20, ever_most=4, lately_most=1, fraction_bits=bits)
    circuit = ItemVectors(items=items, encoding=encoding, person=9, chunk=chunk)
    vdaf = Prio3(circuit, b"context", shares)
    totals = [circuit.field.vector(np.zeros(circuit.output_length, dtype=np.int64))] * shares
    expected = np.zeros(2 * items + 1, dtype=object)
    for measurement in data.draw(st.lists(sets_for(items), min_size=1, max_size=3)):
        nonce = os.urandom(16)
        public, parts = vdaf.shard(measurement, nonce, os.urandom(vdaf.randomness_bytes))
        outputs = [circuit.field.vector(output) for output in verify(vdaf, nonce, public, parts)]
        totals = [total + output for total, output in zip(totals, outputs, strict=True)]
        n, m = sum(measurement[:items]), sum(measurement[items:])
        weights = [encoding.ever_weight(n)] * items + [encoding.lately_weight(m)] * items + [9]
        expected += np.array([*measurement, 1], dtype=object) * weights
    assert vdaf.unshard([total.elements for total in totals]) == expected.tolist()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_bit_anywhere_is_refused(data: st.DataObject) -> None:
    circuit = SMALL[2]
    vdaf, nonce = Prio3(circuit, b"context"), os.urandom(16)
    public, shares = vdaf.shard([1, 0, 1, 0, 0, 1], nonce, os.urandom(vdaf.randomness_bytes))
    parts = [bytearray(part) for part in (public, *shares)]
    changed = data.draw(st.sampled_from(parts))
    bit = data.draw(st.integers(0, 8 * len(changed) - 1))
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidShareError):
        verify(vdaf, nonce, bytes(parts[0]), [bytes(part) for part in parts[1:]])


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


def whole_view(circuit: ItemVectors, measurement: list[int], seeds: Elements, joint: Elements, point: int) -> Elements:
    """Both servers' messages added up: all that they learn of one report beside their own shares."""
    vdaf = Prio3(circuit, b"", shares=1)
    vector = circuit.field.vector(circuit.encode(measurement))
    proof = vdaf._prove(vector, seeds, joint)
    return vdaf._query(vector, proof, joint, (random_elements(circuit, circuit.check_count).tolist(), point))


@settings(max_examples=20, deadline=None)
@given(st.data(), st.sampled_from([*SMALL, FIVE]))
def test_the_servers_see_the_same_of_every_two_sets(data: st.DataObject, circuit: ItemVectors) -> None:
    """For any two answers, each seed of one proof has just one seed of the other under which the views are equal."""
    one, other = (data.draw(sets_for(circuit.items)) for _ in range(2))
    joint, seeds = random_elements(circuit, circuit.joint_length), random_elements(circuit, circuit.arity)
    point = int(random_elements(circuit, 1)[0])
    seen = whole_view(circuit, one, seeds, joint, point)
    unblinded = whole_view(circuit, other, seeds, joint, point)
    assert seen[0] == unblinded[0] == 0
    first = int(circuit.field.lagrange(circuit.points, point)[0])
    shifted = (seeds + (seen[1:-1] - unblinded[1:-1]) * pow(first, -1, P)) % P
    assert (whole_view(circuit, other, shifted, joint, point) == seen).all()
    assert int(circuit.gadget(seen[1:-1].reshape(-1, 1))[0]) % P == seen[-1]
    if one != other:
        assert (seen != unblinded).any()
