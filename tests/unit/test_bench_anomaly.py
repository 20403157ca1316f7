"""The benchmark of strange purchases: what it injects, what it hides, and how it counts."""

from __future__ import annotations

import inspect
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from bench.anomaly import protocol, training
from bench.anomaly.protocol import KINDS, Household, figures, households, judged_baskets, learned_baskets, precision
from bench.anomaly.spread import spread
from pod_agent.features.purchases import FEATURES, Purchases, relative_features
from pod_agent.federation.training import local_update, quantise
from pod_agent.models import strange
from pod_agent.models.anomaly import Surprise
from pod_agent.models.anomaly_network import log_odds
from pod_agent.models.strange import PurchaseLearner, lessons
from vocab.training import PURCHASE_ANOMALY, next_weights


def table(zone: str = "America/New_York", count: int = 6) -> pd.DataFrame:
    """Baskets of a year as the benches read them: every third day at 18:00 of New York, in stores of one's own."""
    draws = np.random.default_rng(4)
    rows = []
    for name in range(count):
        for number in range(120):
            at = (pd.Timestamp("2017-01-02 18:00") + pd.Timedelta(days=3 * number)).tz_localize("America/New_York")
            week, store = 1 + 3 * number // 7, 10 * name + number % 3
            rows.append((name, name * 1000 + number, store, week, at, 10 * draws.lognormal()))
    columns = ["household_id", "basket_id", "store_id", "week", "at", "paid"]
    made = pd.DataFrame(rows, columns=columns)
    made["at"] = made["at"].dt.tz_convert(zone)
    return made


@pytest.fixture(scope="module")
def people() -> list[Household]:
    return households(table())


def test_hours_are_those_of_the_stores_and_utc_would_be_another_time_of_day(people: list[Household]) -> None:
    assert set(people[0].baskets.minutes % 1440 / 60) == {18.0}
    assert set(households(table("UTC"))[0].baskets.minutes % 1440 / 60) == {22.0, 23.0}


def test_baskets_of_which_nothing_was_paid_and_households_with_few_are_left_out() -> None:
    made = table()
    made.loc[made["household_id"] == 0, "paid"] = 0.0
    few = (made["household_id"] == 1) & (made["week"] <= 33)
    made = made.drop(made[few].index[19:])
    assert [one.name for one in households(made)] == [2, 3, 4, 5]


def test_no_number_of_items_reaches_a_model() -> None:
    assert {field.name for field in fields(Purchases)} == {"minutes", "timed", "amounts", "shops", "groups"}
    assert not [name for name in FEATURES if "item" in name or "quantity" in name or "line" in name]


def test_what_is_injected_to_judge_is_not_what_is_made_up_to_learn_from() -> None:
    assert strange.AMOUNT_FACTORS not in (protocol.AMOUNT, protocol.MIX)
    assert strange.HOUR_SHIFT != protocol.NIGHT
    taken = inspect.getsource(protocol)
    assert "AMOUNT_FACTORS" not in taken
    assert "make_strange(" not in taken


def test_one_in_fifty_is_copied_and_changed_as_its_kind_says() -> None:
    people = households(table(count=20))
    judged = judged_baskets(people, 3)
    ordinary = int((~judged.strange).sum())
    assert judged.strange.sum() == round(0.02 * ordinary)
    assert ordinary == sum(((one.weeks >= 42) & (one.weeks < 54)).sum() for one in people)
    hours = judged.raw[:, 1]
    nightly = np.isin(judged.kinds, ["time", "mix"])
    assert ((hours[nightly] >= 2) & (hours[nightly] < 5)).all()
    assert set(hours[~nightly]) == {18.0}
    new = judged.rows[:, FEATURES.index("new shop")] == 1
    assert new.tolist() == np.isin(judged.kinds, ["merchant", "mix"]).tolist()
    for kind, (low, high) in (("amount", protocol.AMOUNT), ("mix", protocol.MIX)):
        for place in np.flatnonzero(judged.kinds == kind):
            one = people[judged.owners[place]]
            ninth = np.quantile(one.baskets.amounts[one.weeks < 34], 0.9)
            assert low - 0.01 <= judged.raw[place, 0] / ninth <= high + 0.01


def test_the_same_seed_judges_by_the_same_baskets(people: list[Household]) -> None:
    first, again, other = (judged_baskets(people, seed) for seed in (1, 1, 2))
    assert first.rows.tolist() == again.rows.tolist()
    assert first.raw.tolist() != other.raw.tolist()


def test_a_copy_is_described_without_the_basket_it_was_copied_from(people: list[Household]) -> None:
    baskets = people[0].baskets
    later = baskets.take(np.asarray([100]))
    moved = Purchases(
        minutes=later.minutes + 30,
        timed=later.timed,
        amounts=later.amounts,
        shops=later.shops,
        groups=later.groups,
    )
    pause = FEATURES.index("pause before it")
    with_it = relative_features(baskets, moved)[0, pause]
    without = relative_features(baskets, moved, without=np.asarray([100]))[0, pause]
    assert with_it < -0.5 < without  # half an hour after its own original would give it away


def test_what_is_learned_from_ends_before_what_is_judged(people: list[Household]) -> None:
    history, places = learned_baskets(people[0])
    assert len(history) == (people[0].weeks < 42).sum()
    assert set(people[0].weeks[places]) == set(range(34, 42))


def test_several_injections_are_each_the_one_of_their_seed() -> None:
    people = households(table(count=20))
    found = spread(people, 3, 2, 42)
    judged = judged_baskets(people, 4)
    alone = precision(Surprise().fit(judged.rows).score(judged.rows), judged.strange)
    rule, forest = (found[name]["each"] for name in ("rule, no training", "isolation forest"))
    assert found["seeds"] == [3, 4]
    assert rule[1] == pytest.approx(alone, abs=1e-4)
    assert found["rule / isolation forest"]["least"] == pytest.approx(min(np.divide(rule, forest)), abs=1e-3)


def test_precision_is_that_of_scikit_learn_and_counts_weigh_households() -> None:
    draws = np.random.default_rng(0)
    scores, hits = draws.integers(0, 30, 500) / 10.0, draws.random(500) < 0.1
    assert precision(scores, hits) == pytest.approx(average_precision_score(hits, scores))
    counts = draws.integers(0, 4, 500)
    repeated = average_precision_score(np.repeat(hits, counts), np.repeat(scores, counts))
    assert precision(scores, hits, counts) == pytest.approx(repeated)


def test_perfect_scores_give_perfect_figures() -> None:
    people = households(table(count=20))
    judged = judged_baskets(people, 3)
    weights = np.ones((5, len(people)), dtype=np.int64)
    found = figures(judged.strange.astype(float), judged, weights)
    assert found["pr_auc"] == 1
    assert found["recall_at_1_percent"] == 1
    assert set(found["kinds"]) == set(KINDS)
    assert found["interval"] == [1, 1]


def test_the_bench_takes_the_steps_that_agents_take_and_sums_what_they_would_send(people: list[Household]) -> None:
    learned = [learned_baskets(one)[0] for one in people[:3]]
    own = [lessons(history) for history in learned]
    start = np.asarray(PURCHASE_ANOMALY.start)
    together = training.Pupils(own).updates(start)
    for place, history in enumerate(learned):
        alone = PurchaseLearner().fit(history).coef_ - start
        assert np.abs(alone).max() > 0.001
        assert together[place] == pytest.approx(alone, abs=1e-9)
        sent = local_update(training.STATISTIC, PURCHASE_ANOMALY.start, history)
        assert np.abs(np.subtract(quantise(together[place], training.STATISTIC), sent)).max() <= 1


def test_who_has_little_sends_zeros(people: list[Household]) -> None:
    few = people[0].baskets.take(slice(0, 20))
    assert set(local_update(training.STATISTIC, PURCHASE_ANOMALY.start, few)) == {0}
    none = few.take(slice(0, 0))
    assert set(local_update(training.STATISTIC, PURCHASE_ANOMALY.start, none)) == {0}


def test_the_model_starts_as_the_rule() -> None:
    from pod_agent.models.anomaly import Surprise  # noqa: PLC0415

    rows = np.random.default_rng(1).normal(size=(9, len(FEATURES)))
    rule = Surprise().fit(rows).score(rows)
    assert log_odds(np.asarray(PURCHASE_ANOMALY.start), rows) == pytest.approx(rule)
    assert len(PURCHASE_ANOMALY.start) == 390


def test_momentum_repeats_half_of_the_last_step_and_the_first_round_has_none() -> None:
    statistic, start = training.STATISTIC, PURCHASE_ANOMALY.start
    values = [1 << 14, *[0] * (len(start) - 1)]
    first = next_weights(statistic, values, 1, start, variance=0)
    assert first[0] - start[0] == pytest.approx(PURCHASE_ANOMALY.rate)
    second = next_weights(statistic, values, 1, first, variance=0, previous=start)
    assert second[0] - first[0] == pytest.approx(1.5 * PURCHASE_ANOMALY.rate)
    assert second[1:] == first[1:] == start[1:]
