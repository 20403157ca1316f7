"""What one person adds to the knowledge of items: bounded for every set, and the same integers everywhere."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.priors import learn_pairs
from vocab.errors import VocabularyError
from vocab.item_pairs import PairVectors, expected, pairs_pay
from vocab.item_vectors import ItemEncoding
from vocab.prior import ItemPairs, ItemPrior

WEIGHTS = st.builds(
    ItemEncoding,
    fraction_bits=st.integers(12, 20),
    ever_percent=st.integers(5, 95),
    ever_most=st.integers(1, 400),
    lately_most=st.integers(1, 400),
)


def sets(seed: int, items: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    share = generator.random()
    ever = (generator.random(items) < share).astype(np.int64)
    return ever, ever * (generator.random(items) < generator.random())


def a_prior(items: int = 20) -> ItemPrior:
    shares = tuple(np.linspace(0.05, 0.9, items).tolist())
    return ItemPrior(
        dimension="category",
        items=tuple(f"item {number}" for number in range(items)),
        ever=shares,
        lately=shares,
        people=500,
        epsilon=1.0,
        delta=1e-5,
        released_at=datetime(2026, 1, 1, tzinfo=UTC),
        tasks=("0" * 64,),
    )


@given(WEIGHTS, st.integers(0, 2**32), st.integers(1, 300))
@settings(max_examples=60, deadline=None)
def test_no_two_sets_of_items_exceed_the_norm(weights: ItemEncoding, seed: int, items: int) -> None:
    ever, lately = sets(seed, items)
    vector = weights.encode(ever, lately)
    assert sum(int(value) ** 2 for value in vector) <= weights.norm_squared
    assert (vector[:items] > 0).tolist() == (ever > 0).tolist()


@given(WEIGHTS, st.integers(0, 400))
@settings(max_examples=60, deadline=None)
def test_a_weight_is_the_whole_part_of_its_root_to_the_last_unit(weights: ItemEncoding, count: int) -> None:
    exact = Fraction(weights.ever_percent << 2 * weights.fraction_bits, 100 * max(count, weights.ever_most))
    value = weights.ever_weight(count)
    assert value**2 <= exact < (value + 1) ** 2


def test_the_weights_of_the_first_study_are_these_numbers_on_every_machine() -> None:
    weights = ItemEncoding()
    assert [weights.ever_weight(n) for n in (1, 81, 82, 141, 300)] == [814, 814, 809, 617, 423]
    assert [weights.lately_weight(n) for n in (1, 36, 37, 75)] == [2442, 2442, 2409, 1692]


def test_withdrawing_a_person_changes_the_sum_by_exactly_what_they_added() -> None:
    generator = np.random.default_rng(0)
    ever = (generator.random((50, 30)) < 0.4).astype(np.int64)
    rows = ItemEncoding().encode_people(ever, ever * (generator.random((50, 30)) < 0.5))
    assert np.array_equal(rows.sum(0) - np.delete(rows, 7, axis=0).sum(0), rows[7])
    vectors, prior = PairVectors(size=12), a_prior(30)
    products = [vectors.products(vectors.encode(prior, row)) for row in ever]
    without = [row for place, row in enumerate(products) if place != 7]
    assert np.array_equal(np.sum(products, axis=0) - np.sum(without, axis=0), products[7])


@given(st.integers(0, 2**32), st.integers(2, 24), st.integers(4, 20))
@settings(max_examples=60, deadline=None)
def test_what_a_person_has_beyond_the_expected_never_exceeds_the_norm(seed: int, size: int, bits: int) -> None:
    vectors = PairVectors(size=size, fraction_bits=bits)
    vector = vectors.encode(a_prior(), sets(seed, 20)[0])
    assert len(vector) == min(size, 20)
    assert sum(int(value) ** 2 for value in vector) <= 4**bits
    assert all(-(1 << bits) <= value < 1 << bits or value == 1 << bits for value in vector.tolist())


def test_a_person_with_nothing_or_everything_adds_nothing_to_the_pairs() -> None:
    for had in (np.zeros(20, np.int64), np.ones(20, np.int64)):
        assert not PairVectors(size=8).encode(a_prior(), had).any()


@given(st.floats(0, 20), st.integers(2, 40))
@settings(max_examples=60, deadline=None)
def test_expected_chances_add_up_to_what_the_person_has(count: float, items: int) -> None:
    chances = expected(np.linspace(0.02, 0.9, items), count)
    assert chances.sum() == pytest.approx(min(max(count, 0.5), items - 0.5), abs=1e-6)
    assert (np.diff(chances) > 0).all()


def test_without_noise_the_matrix_of_pairs_is_the_central_one() -> None:
    generator = np.random.default_rng(1)
    prior, vectors = a_prior(40), PairVectors(size=40, fraction_bits=24)
    ever = (generator.random((300, 40)) < np.asarray(prior.ever)).astype(np.int64)
    total = np.sum([vectors.products(vectors.encode(prior, row)) for row in ever], axis=0)
    central = np.zeros((40, 40))
    for row in ever:
        beyond = row - expected(np.asarray(prior.ever), float(row.sum()))
        central += np.outer(beyond, beyond) / (beyond @ beyond)
    shared = vectors.matrix(total, 40)
    assert np.abs(shared / 300 - central / 300).max() < 1e-6
    learned = learn_pairs(prior, vectors, total.tolist(), noise_variance=0, epsilon=None, task="1" * 64).pairs
    assert learned is not None
    ridged = np.asarray(learned.directions).T * learned.strengths @ np.asarray(learned.directions)
    assert np.abs(ridged - central @ np.linalg.inv(central + 40 * np.eye(40))).max() < 1e-5


@pytest.mark.parametrize(
    ("ever", "lately"),
    [([2, 0], [0, 0]), ([1, 0], [1]), ([-1, 0], [0, 0]), ([math.nan, 0], [0, 0]), ([], [])],
)
def test_what_is_no_set_of_items_is_refused(ever: list[int], lately: list[int]) -> None:
    with pytest.raises(VocabularyError):
        ItemEncoding().encode(ever, lately)
    with pytest.raises(VocabularyError):
        PairVectors().encode(a_prior(), ever)


@pytest.mark.parametrize("fields", [{"fraction_bits": 7}, {"ever_percent": 0}, {"ever_most": 0}, {"lately_most": -1}])
def test_weights_that_count_nothing_are_refused(fields: dict[str, int]) -> None:
    with pytest.raises(VocabularyError):
        ItemEncoding(**fields)


def test_pairs_pay_only_where_public_numbers_say_so() -> None:
    assert pairs_pay(None, 1)
    assert pairs_pay(4.0, 2469)
    assert not pairs_pay(1.0, 2469)
    assert pairs_pay(1.0, 10_000)


def test_a_prior_survives_its_signed_form_to_the_last_digit() -> None:
    pairs = ItemPairs(directions=(tuple(np.linspace(-0.4, 1 / 3, 20).tolist()),), strengths=(0.123456789123,))
    prior = a_prior()
    again = ItemPrior.from_json({**prior.to_json(), "pairs": pairs.to_json()})
    assert again.pairs == pairs
    assert ItemPrior.from_json(again.to_json()) == again


@pytest.mark.parametrize(
    "change",
    [
        {"ever": [10**9] * 19},
        {"ever": [0] * 20},
        {"lately": [2 * 10**9] * 20},
        {"items": ["one"] * 20},
        {"people": 0},
        {"people": 10**10 + 1},
        {"epsilon": -1},
        {"epsilon": 0.5},
        {"delta": 0},
        {"dimension": "person"},
        {"tasks": ["short"]},
        {"released_at": "2026-01-01T00:00:00"},
        {"released_at": "yesterday"},
        {"released_at": "2026-01-01T08:00:00+08:00"},
        {"released_at": "2026-01-01T00:00:00.5Z"},
        {"pairs": {"directions": [[1]], "strengths": [1]}},
        {"pairs": {"directions": [], "strengths": [1]}},
        {"pairs": {"directions": [[1] * 20] * 21, "strengths": [1] * 21}},
        {"pairs": {"directions": [[1] * 20], "strengths": [-1]}},
        {"pairs": {"directions": [[1] * 20], "strengths": [10**9 + 1]}},
        {"more": 1},
    ],
)
def test_a_prior_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(VocabularyError):
        ItemPrior.from_json({**a_prior().to_json(), **change})
