"""From noisy sums to shares: exact without noise, nearer to the truth than the raw counts with it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from aggregator.priors import denoised_shares, learn_pairs, learn_prior
from vocab.errors import VocabularyError
from vocab.item_pairs import DIAGONAL, PairVectors
from vocab.item_vectors import ItemEncoding
from vocab.prior import ItemPrior

ITEMS = 60
PEOPLE = 2000


def learned(values: list[int], variance: int, **changes: Any) -> ItemPrior:
    terms: dict[str, Any] = {
        "dimension": "category",
        "items": tuple(f"item {number}" for number in range(len(values) // 2)),
        "people": PEOPLE,
        "noise_variance": variance,
        "epsilon": 1.0 if variance else None,
        "delta": 1e-5,
        "released_at": datetime(2026, 1, 1, tzinfo=UTC),
        "tasks": ("0" * 64,),
    }
    return learn_prior(changes.pop("encoding", ItemEncoding()), values, **{**terms, **changes})


def households(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Who had what: loyal to some items, with a few that are only of the season."""
    generator = np.random.default_rng(seed)
    share = np.linspace(0.9, 0.02, ITEMS)
    ever = generator.random((PEOPLE, ITEMS)) < share
    lately = ever & (generator.random((PEOPLE, ITEMS)) < share**0.7 * generator.uniform(0.6, 1.0, ITEMS))
    return ever.astype(np.int64), lately.astype(np.int64)


def test_without_noise_the_shares_are_exact() -> None:
    ever, lately = households()
    prior = learned(ItemEncoding(ever_most=ITEMS, lately_most=ITEMS).encode_people(ever, lately).sum(0).tolist(), 0,
                    encoding=ItemEncoding(ever_most=ITEMS, lately_most=ITEMS))  # fmt: skip
    assert prior.ever == pytest.approx(ever.mean(0).tolist(), abs=1e-9)
    assert prior.lately == pytest.approx(np.maximum(lately.mean(0), 0.5 / PEOPLE).tolist(), abs=1e-9)


def test_with_noise_both_shares_lie_nearer_to_the_truth_than_the_raw_counts() -> None:
    ever, lately = households()
    exact = ItemEncoding().encode_people(ever, lately).sum(0)
    deviation = 5.7 * 2**14
    generator = np.random.default_rng(0)
    raw_errors, errors = np.zeros(2), np.zeros(2)
    for _ in range(20):
        noisy = np.rint(exact + generator.normal(0, deviation, 2 * ITEMS)).astype(int)
        prior = learned(noisy.tolist(), round(deviation**2))
        for part, (true, told) in enumerate(((ever, prior.ever), (lately, prior.lately))):
            truth = np.log(np.maximum(true.mean(0), 0.002))
            raw = np.maximum(ItemEncoding().people(noisy)[part] / PEOPLE, 0.002)
            raw_errors[part] += ((np.log(raw) - truth) ** 2).mean()
            errors[part] += ((np.log(np.asarray(told)) - truth) ** 2).mean()
    assert (errors < 0.7 * raw_errors).all()


def test_more_noise_moves_a_share_further_towards_what_is_foretold() -> None:
    counts = np.linspace(1500, 100, 30)
    outlier = counts.copy()
    outlier[10] = 500
    told = [
        denoised_shares(counts, outlier, noise=(noise, noise), people=PEOPLE)[1][10] for noise in (1.0, 60.0, 400.0)
    ]
    assert told[0] < told[1] < told[2]
    assert told[0] == pytest.approx(500 / PEOPLE, rel=0.05)
    assert told[2] > 1.2 * told[0]


def test_counts_below_zero_and_above_everyone_still_give_shares() -> None:
    values = [-(10**7), 10**8, 0, 10**7, -(10**8), 5, 10**6, 0]
    prior = learned(values, 10**10)
    assert all(0 < share < 1 for share in (*prior.ever, *prior.lately))


def test_the_order_of_items_does_not_matter() -> None:
    generator = np.random.default_rng(5)
    ever, lately = generator.uniform(50, 1500, 40), generator.uniform(20, 900, 40)
    order = generator.permutation(40)
    one = denoised_shares(ever, lately, noise=(100.0, 40.0), people=PEOPLE)
    other = denoised_shares(ever[order], lately[order], noise=(100.0, 40.0), people=PEOPLE)
    assert np.allclose(one[0][order], other[0], rtol=1e-9)
    assert np.allclose(one[1][order], other[1], rtol=1e-9)


@pytest.mark.parametrize(
    "changes", [{"people": 0}, {"people": -3}, {"noise_variance": -1}, {"items": ()}, {"items": ("a", "b", "c")}]
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(VocabularyError):
        learned([100, 200, 100, 200], 10, **changes)


def test_a_count_that_is_no_number_is_refused() -> None:
    with pytest.raises(VocabularyError, match="not a number"):
        denoised_shares(np.array([np.nan, 1.0]), np.ones(2), noise=(1.0, 1.0), people=5)


def test_of_pairs_only_directions_that_stand_out_of_the_noise_are_kept_and_their_size_is_put_right() -> None:
    prior = learned(ItemEncoding().encode_people(*households()).sum(0).tolist(), 0)
    vectors, generator = PairVectors(size=40, fraction_bits=10), np.random.default_rng(2)
    direction = np.sign(np.arange(40) - 19.5) / np.sqrt(40)
    deviation = 6.0  # eigenvalues of the noise alone reach 2 x 6 x sqrt(40) = 76
    strengths = []
    for _ in range(5):
        rows, columns = np.triu_indices(40, 1)
        noise = generator.normal(0, deviation * np.sqrt(2), 40)
        pairs = generator.normal(0, deviation, len(rows))
        sums = np.concatenate(
            [
                DIAGONAL * (300 * direction**2 + noise),
                41 * (300 * direction[rows] * direction[columns] + pairs),
            ]
        )
        told = learn_pairs(
            prior,
            vectors,
            np.rint(sums * 4.0**10).astype(np.int64).tolist(),
            noise_variance=round((DIAGONAL * 4.0**10 * deviation * np.sqrt(2)) ** 2),
            epsilon=4.0,
            task="1" * 64,
        ).pairs
        assert told is not None
        assert len(told.strengths) == 1
        found = np.asarray(told.directions[0])[vectors.places(prior)]
        assert abs(found @ direction) > 0.95
        strengths.append(40 / (1 - told.strengths[0]) - 40)  # strength = t / (t + 40)
    assert np.mean(strengths) == pytest.approx(300, abs=10)


def test_pairs_of_noise_alone_tell_nothing() -> None:
    prior = learned(ItemEncoding().encode_people(*households()).sum(0).tolist(), 0)
    generator = np.random.default_rng(4)
    deviation = DIAGONAL * 4.0**10 * 6.0 * np.sqrt(2)
    kept = itertools.count()
    for _ in range(3):
        sums = np.rint(generator.normal(0, deviation, 40 * 41 // 2)).astype(np.int64).tolist()
        told = learn_pairs(
            prior, PairVectors(size=40), sums, noise_variance=round(deviation**2), epsilon=4.0, task="1" * 64
        ).pairs
        assert told is not None
        for _ in told.strengths:
            next(kept)
    assert next(kept) <= 1
