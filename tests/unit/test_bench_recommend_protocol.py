"""What is known, what is to be told, and how lists are judged."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.recommend.intervals import pool, ratio, value
from bench.recommend.lists import make_lists
from bench.recommend.metrics import NOTHING, measure, ndcg, recall, top
from bench.recommend.protocol import Past, future, item_list, past
from tests.support.journeys import journey_of, made_tables, plain_tables


def same(one: Past, other: Past) -> bool:
    arrays = ("households", "baskets", "person", "item", "rank", "ago")
    return one.items == other.items and all(np.array_equal(getattr(one, n), getattr(other, n)) for n in arrays)


def test_a_purchase_knows_how_many_baskets_and_weeks_came_after_it() -> None:
    journey = journey_of(plain_tables([(7, 1, 1, [0, 1]), (7, 2, 2, [1]), (7, 4, 3, [2]), (9, 3, 4, [0])]))
    known = past(journey, 4, "category")
    assert known.households.tolist() == [7, 9]
    assert known.baskets.tolist() == [3, 1]
    found = sorted(
        zip(known.person.tolist(), known.item.tolist(), known.rank.tolist(), known.ago.tolist(), strict=True)
    )
    assert found == [(0, 0, 2, 3), (0, 1, 1, 2), (0, 1, 2, 3), (0, 2, 0, 0), (1, 0, 0, 1)]


def test_two_products_of_a_category_in_one_basket_are_one_purchase() -> None:
    tables = plain_tables([(7, 1, 1, [0, 1])])
    tables["products"].loc[1, "product_category"] = "C0"
    assert len(past(journey_of(tables), 1, "category").person) == 1
    assert len(past(journey_of(tables), 1, "product").person) == 2


@pytest.mark.parametrize("level", ["category", "product"])
def test_later_weeks_change_nothing_that_is_known(level: str) -> None:
    tables, changed = made_tables(), made_tables()
    later = changed["transactions"]["week"] > 12
    changed["transactions"].loc[later, "product_id"] = 3
    changed["transactions"].loc[later, "household_id"] = 77
    for other in (changed, {**tables, "transactions": tables["transactions"][~later]}):
        assert same(past(journey_of(tables), 12, level), past(journey_of(other), 12, level))  # type: ignore[arg-type]


def test_the_item_list_is_the_catalogue_whoever_bought() -> None:
    journey = journey_of(made_tables())
    names = item_list(journey, "category")
    assert "NEVER BOUGHT" in names
    assert "COUPON/MISC ITEMS" not in names
    assert set(item_list(journey, "product")) == {*range(28), 9002, 9003}


def test_going_back_within_what_is_known_is_the_cut_of_an_earlier_week() -> None:
    journey = journey_of(made_tables())
    known, earlier = past(journey, 18, "category"), past(journey, 14, "category")
    back = known.before(4)
    assert np.array_equal(known.households, earlier.households)
    assert same(back, earlier)
    assert back.week == 14


def test_the_targets_are_the_first_basket_and_four_weeks() -> None:
    bought = [(7, week, week, [0]) for week in range(1, 6)]
    bought += [(7, 6, 6, [1, 2]), (7, 7, 7, [3]), (7, 9, 9, [4]), (7, 10, 10, [5])]
    bought += [(8, 5, 20, [0]), (8, 6, 21, [0])]
    journey = journey_of(plain_tables(bought))
    known = past(journey, 5, "category")
    told = future(journey, known)
    assert told.first.toarray()[0].tolist() == [0, 1, 1, 0, 0, 0]
    assert told.all.toarray()[0].tolist() == [0, 1, 1, 1, 1, 0]
    assert told.cohort.tolist() == [0]  # household 8 has one basket only


def test_recall_and_ndcg_of_a_list_worked_out_by_hand() -> None:
    targets = np.zeros((2, 12), dtype=bool)
    targets[0, [0, 3, 11]] = True
    lists = np.array([[5, 3, 0, 1, 2, 4, 6, 7, 8, 9]] * 2)
    assert recall(lists, targets)[0] == pytest.approx(2 / 3)
    best = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(lists, targets)[0] == pytest.approx((1 / math.log2(3) + 1 / math.log2(4)) / best)
    assert math.isnan(recall(lists, targets)[1])
    assert math.isnan(ndcg(lists, targets)[1])


def test_more_targets_than_places_can_still_be_told_perfectly_by_ndcg() -> None:
    targets = np.ones((1, 12), dtype=bool)
    lists = np.arange(10)[None]
    assert ndcg(lists, targets)[0] == pytest.approx(1)
    assert recall(lists, targets)[0] == pytest.approx(10 / 12)


def test_of_equal_scores_the_earlier_item_comes_first_and_what_is_out_stays_out() -> None:
    scores = np.array([[1.0, 3.0, 1.0, 1.0, -np.inf], [-np.inf, -np.inf, 2.0, -np.inf, -np.inf]])
    assert top(scores, 3).tolist() == [[1, 0, 2], [2, NOTHING, NOTHING]]


def test_four_questions_are_asked_of_one_household() -> None:
    bought = [(7, week, week, [0, 1]) for week in range(1, 6)] + [(7, 6, 6, [1, 2]), (7, 8, 7, [3])]
    journey = journey_of(plain_tables(bought, products=20))
    known = past(journey, 5, "category")
    told = future(journey, known)
    order = np.arange(20, 0, -1.0)
    order[list(known.items).index("C3")] = 100
    order[list(known.items).index("C2")] = 10.5  # the tenth of what is new, the twelfth of all
    quality = measure(make_lists(known, lambda people: np.tile(order, (len(people), 1))), known, told)
    assert quality["repeat", "recall"].tolist() == [1.0]
    assert quality["novel", "recall"].tolist() == [1.0]
    assert quality["next", "recall"].tolist() == [0.5]
    assert quality["win", "recall"].tolist() == [2 / 3]


def test_a_model_compared_with_itself_has_ratio_one_without_doubt() -> None:
    names, values = [np.arange(50)], [np.random.default_rng(0).random(50)]
    found = ratio(pool(names, values), pool(names, values))
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_weeks_of_one_pod_are_no_new_evidence() -> None:
    names, values = np.arange(80), np.random.default_rng(0).random(80)
    once = value(pool([names], [values]))
    often = value(pool([names] * 4, [values] * 4))
    assert often.value == pytest.approx(values.mean())
    assert often.high - often.low == pytest.approx(once.high - once.low)


def test_a_pod_that_was_not_scored_in_a_week_counts_in_the_others() -> None:
    pooled = pool([np.array([1, 2]), np.array([2, 3])], [np.array([0.5, np.nan]), np.array([0.1, 0.3])])
    assert pooled.total.tolist() == [0.5, 0.1, 0.3]
    assert pooled.weeks.tolist() == [1, 1, 1]
    assert value(pooled).value == pytest.approx(0.3)
