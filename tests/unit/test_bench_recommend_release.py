"""The release of the benchmark is the door's: encoded, summed, noised by two servers, denoised."""

from __future__ import annotations

import numpy as np
import pytest

from bench.recommend.catalogue import day_after, public_catalogue
from bench.recommend.costs import leaves_nothing, shared_from_central, upload_bytes
from bench.recommend.protocol import Past, past
from bench.recommend.release import DELTA, Terms, noisy, pair_total, release, sets, total, variance_for
from tests.support.journeys import journey_of, made_tables
from vocab.item_pairs import PairVectors
from vocab.item_vectors import ItemEncoding
from vocab.privacy import epsilon
from vocab.study import Noise

ENCODING = ItemEncoding()


@pytest.fixture(scope="module")
def known() -> Past:
    return past(journey_of(made_tables()), 16, "category")


def test_the_sum_is_that_of_every_household_encoded_alone(known: Past) -> None:
    expected = np.zeros(2 * len(known.items), dtype=np.int64)
    for person in range(len(known.households)):
        mine = known.person == person
        ever, lately = np.zeros((2, len(known.items)), dtype=np.int64)
        ever[known.item[mine]] = 1
        lately[known.item[mine & (known.ago < 8)]] = 1
        expected += ENCODING.encode(ever, lately)
    everybody = np.arange(len(known.households))
    assert np.array_equal(total(known, ENCODING, everybody), expected)


def test_a_pod_that_leaves_takes_its_part_and_nothing_else(known: Past) -> None:
    assert leaves_nothing(known, ENCODING, 7)
    everybody = np.arange(len(known.households))
    assert total(known, ENCODING, everybody).any()
    assert not np.array_equal(total(known, ENCODING, everybody), total(known, ENCODING, everybody[1:]))


@pytest.mark.parametrize("wanted", [0.5, 1.0, 8.0])
def test_the_noise_costs_what_it_says(wanted: float) -> None:
    norm = ENCODING.norm_squared
    loss = Noise(variance_for(wanted, norm)).micro_rho(norm)
    assert epsilon(loss, DELTA) == pytest.approx(wanted, rel=1e-3)
    if wanted == 1:
        assert variance_for(1, norm) ** 0.5 / 2**14 == pytest.approx(4.045, rel=1e-3)


def test_both_servers_add_the_full_noise() -> None:
    drawn = noisy(np.zeros(50_000, dtype=np.int64), 10_000, np.random.default_rng(1))
    assert drawn.std() == pytest.approx(100 * 2**0.5, rel=0.02)


def test_without_noise_the_shares_are_those_of_the_households(known: Past) -> None:
    exact = release(known, Terms(epsilon=None))
    ever, lately = sets(known, np.arange(len(known.households)))
    assert exact.people == len(known.households)
    assert np.allclose(exact.ever, np.maximum(ever.sum(axis=0), 0.5) / exact.people, rtol=1e-12)
    assert np.allclose(exact.lately, np.maximum(lately.sum(axis=0), 0.5) / exact.people, rtol=1e-12)
    assert exact.epsilon is None


def test_without_noise_the_shared_matrix_is_the_central_one_to_a_millionth(known: Past) -> None:
    assert 0 < shared_from_central(known) <= 1e-6


def test_the_pairs_of_everybody_are_summed_as_each_adds_them(known: Past) -> None:
    prior, vectors = release(known, Terms(epsilon=1.0)), PairVectors()
    assert prior.pairs is None  # so few people at epsilon 1 do not pay for a second release
    ever, _lately = sets(known, np.arange(len(known.households)))
    expected = sum(vectors.products(vectors.encode(prior, row)) for row in ever)
    assert np.array_equal(pair_total(known, prior, vectors, np.arange(len(known.households))), expected)
    assert release(known, Terms(epsilon=None)).pairs is not None
    assert release(known, Terms(epsilon=8.0, times=1000)).pairs is not None


def test_a_seed_gives_the_same_release_again_and_another_one_does_not(known: Past) -> None:
    first, again, other = (release(known, Terms(epsilon=1.0, seed=seed)) for seed in (3, 3, 4))
    assert first == again
    assert first.ever != other.ever
    assert first.epsilon == 1.0


def test_fewer_pods_are_drawn_and_more_are_emulated(known: Past) -> None:
    half = release(known, Terms(epsilon=None, share=0.5))
    assert 0.2 * len(known.households) < half.people < 0.8 * len(known.households)
    exact = np.array(release(known, Terms(epsilon=None)).lately)

    def error(times: float) -> float:
        made = [release(known, Terms(epsilon=1.0, seed=seed, times=times)).lately for seed in range(5)]
        return float(np.mean([np.abs(np.log(np.array(lately) / exact)).mean() for lately in made]))

    assert error(1000) < error(1)


def test_later_purchases_do_not_reach_a_release() -> None:
    tables, cut = made_tables(), made_tables()
    cut["transactions"] = cut["transactions"][cut["transactions"]["week"] <= 12]
    made = [release(past(journey_of(one), 12, "category"), Terms(epsilon=1.0)) for one in (tables, cut)]
    assert made[0] == made[1]


def test_the_day_on_which_lists_are_made_is_not_moved_by_later_purchases() -> None:
    tables, cut = made_tables(), made_tables()
    cut["transactions"] = cut["transactions"][cut["transactions"]["week"] <= 12]
    made = [day_after(one, past(one, 12, "category")) for one in map(journey_of, (tables, cut))]
    assert made[0] == made[1] < day_after(journey_of(tables), past(journey_of(tables), 13, "category"))


def test_the_catalogue_describes_every_item_whoever_bought_it(known: Past) -> None:
    items = public_catalogue(journey_of(made_tables()), known)
    assert items.names == known.items
    assert items.texts[0] == "KIND 00. Department: GROCERY. Products: PLAIN"
    assert items.departments[-1] == "GROCERY"


def test_a_report_over_three_hundred_categories_is_small() -> None:
    assert 2 * 4 * 301 < upload_bytes("item_vectors", 301) < 700_000
    assert 4 * 272 * 273 // 2 < upload_bytes("centred_pairs", 272) < 700_000
