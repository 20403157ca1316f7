"""Each peer against its definition, written out in loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chisquare, ks_2samp

from aggregator.noise import discrete_gaussian as opendp_gaussian
from bench.recommend import peers
from bench.recommend.protocol import Past, past
from bench.recommend.ranker import FEATURES, RankerSettings, ranker
from bench.recommend.seeded_noise import discrete_gaussian
from tests.support.journeys import journey_of, made_tables

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def known() -> Past:
    return past(journey_of(made_tables()), 16, "category")


def scores(fitted: peers.Score, known: Past) -> Floats:
    return np.asarray(fitted(np.arange(len(known.households))), dtype=np.float64)


def baskets_of(known: Past, person: int) -> list[set[int]]:
    """Oldest first."""
    found: list[set[int]] = [set() for _ in range(int(known.baskets[person]))]
    for who, item, rank in zip(known.person, known.item, known.rank, strict=True):
        if who == person:
            found[len(found) - 1 - int(rank)].add(int(item))
    return found


def ever(known: Past) -> Floats:
    return np.asarray(known.ever().toarray())


def test_popularity_and_frequency_count(known: Past) -> None:
    share = ever(known).mean(axis=0)
    assert np.allclose(scores(peers.popularity(known), known), share)
    plain = scores(peers.frequency(known), known)
    decayed = scores(peers.frequency(known, half=3), known)
    for person in range(len(known.households)):
        history = baskets_of(known, person)
        for item in range(len(known.items)):
            assert plain[person, item] == pytest.approx(sum(item in one for one in history), abs=1e-5)
            since = [len(history) - 1 - place for place, one in enumerate(history) if item in one]
            wanted = sum(0.5 ** (number / 3) for number in since)
            assert decayed[person, item] == pytest.approx(wanted, abs=1e-5)


def test_tifu_knn_is_decayed_groups_mixed_with_the_nearest(known: Past) -> None:
    groups, within, across, near, own = 3, 0.9, 0.7, 5, 0.6
    people, items = known.shape
    vectors = np.zeros((people, items))
    for person in range(people):
        history = baskets_of(known, person)[::-1]  # latest first
        size = math.ceil(len(history) / groups)
        parts = [history[start : start + size] for start in range(0, len(history), size)]
        for number, part in enumerate(parts):
            for place, basket in enumerate(part):
                for item in basket:
                    vectors[person, item] += across**number * within**place / size / len(parts)
    expected = np.zeros_like(vectors)
    for person in range(people):
        distance = ((vectors - vectors[person]) ** 2).sum(axis=1)
        distance[person] = np.inf
        nearest = np.argsort(distance, kind="stable")[:near]
        expected[person] = own * vectors[person] + (1 - own) * vectors[nearest].mean(axis=0)
    found = scores(peers.tifu_knn(known, groups=groups, within=within, across=across, near=near, own=own), known)
    assert np.allclose(found, expected, atol=1e-5)


def test_up_cf_weighs_shares_of_others_by_asymmetric_cosine(known: Past) -> None:
    recent, sharpness, asymmetry = 6, 3, 0.25
    people, items = known.shape
    shares = np.zeros((people, items))
    for person in range(people):
        history = baskets_of(known, person)[-recent:]
        for item in range(items):
            shares[person, item] = sum(item in one for one in history) / max(len(history), 1)
    sets = [set(np.flatnonzero(row)) for row in shares]
    expected = np.zeros_like(shares)
    for one in range(people):
        for other in range(people):
            alike = len(sets[one] & sets[other]) / (len(sets[one]) ** asymmetry * len(sets[other]) ** (1 - asymmetry))
            expected[one] += alike**sharpness * shares[other]
    found = scores(peers.up_cf(known, recent=recent, sharpness=sharpness, asymmetry=asymmetry), known)
    assert np.allclose(found, expected, atol=1e-5)


def test_item_knn_adds_cosines_of_what_was_bought(known: Past) -> None:
    table = ever(known)
    expected = np.zeros_like(table)
    common = np.flatnonzero(table.sum(axis=0) >= 2)
    for one in common:
        for other in common:
            if one != other:
                both = (table[:, one] * table[:, other]).sum()
                alike = both / (math.sqrt(table[:, one].sum() * table[:, other].sum()) + 10)
                expected[:, one] += table[:, other] * alike
    assert np.allclose(scores(peers.item_knn(known), known), expected, atol=1e-5)


def test_ease_is_the_ridge_regression_of_each_item_on_the_others(known: Past) -> None:
    table, ridge = ever(known), 7.0
    common = np.flatnonzero(table.sum(axis=0) >= 2)
    expected = np.zeros_like(table)
    for item in common:
        others = table[:, common[common != item]]
        weights = np.linalg.solve(others.T @ others + ridge * np.eye(others.shape[1]), others.T @ table[:, item])
        expected[:, item] = others @ weights
    assert np.allclose(scores(peers.ease(known, ridge=ridge), known), expected, atol=1e-5)


def test_every_peer_gives_the_same_scores_twice(known: Past) -> None:
    for name, fit in peers.PEERS.items():
        assert np.array_equal(scores(fit(known), known), scores(fit(known), known)), name


@pytest.mark.parametrize("stacked", [False, True])
def test_the_ranker_ranks_what_was_bought_often_above_what_was_not(known: Past, *, stacked: bool) -> None:
    settings = RankerSettings(trees=20, least=5)
    first, again = (scores(ranker(known, seeds=[3], settings=settings, stacked=stacked)[0], known) for _ in range(2))
    assert np.array_equal(first, again)
    counts = np.asarray(known.matrix().toarray())
    often, never = first[counts >= 8], first[counts == 0]
    assert len(often) > 20
    assert np.median(often) > np.median(never)
    assert len(FEATURES) == 45


def test_seeded_noise_has_the_law_of_the_servers_noise() -> None:
    variance, size = 9, 40_000
    drawn = discrete_gaussian(variance, size, np.random.default_rng(5))
    values = np.arange(-10, 11)
    law = np.exp(-(values**2) / (2 * variance))
    expected = law / np.exp(-(np.arange(-99, 100) ** 2) / (2 * variance)).sum() * size
    counts = np.array([(drawn == number).sum() for number in values])
    counts[0], counts[-1] = (drawn <= -10).sum(), (drawn >= 10).sum()
    expected[0] = expected[-1] = (size - expected[1:-1].sum()) / 2
    assert chisquare(counts, expected).pvalue > 1e-3
    servers = opendp_gaussian(variance, size).astype(np.int64)
    assert ks_2samp(drawn, servers).pvalue > 1e-9  # the servers' sampler takes no seed
    wide = discrete_gaussian(10**10, 20_000, np.random.default_rng(5))
    assert wide.std() == pytest.approx(10**5, rel=0.03)
    assert np.array_equal(wide, discrete_gaussian(10**10, 20_000, np.random.default_rng(5)))
    assert not discrete_gaussian(0, 3, np.random.default_rng(5)).any()
