"""The forecast of weekly spending, its weekly series and its clipped update."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.errors import UsageError
from pod_agent.features.calendar import weekly_spending
from pod_agent.federation.training import LEARNERS, local_update, quantise
from pod_agent.models.forecast import SMALLEST_RESIDUAL, WeeklySpending, scaled_weeks, windows_of
from pod_agent.models.network import WeeklyNetwork
from pod_agent.models.protocol import Array
from vocab.query import QuerySpec, Table
from vocab.statistics import ModelUpdate
from vocab.training import WEEKLY_NETWORK, WEEKLY_SPENDING

MONDAY = date(2026, 9, 7)


class Days:
    """An index of made-up days that answers by the period, as the real one does."""

    def __init__(self, spend: dict[date, float]) -> None:
        self.spend = spend

    def run(self, spec: QuerySpec, /) -> Table:
        assert (spec.measures, spec.dimensions) == (("spend", "transactions"), ("day",))
        assert spec.period is not None
        rows = tuple(
            (day.isoformat(), value, 1)
            for day, value in sorted(self.spend.items())
            if spec.period[0] <= day <= spec.period[1]
        )
        return Table(("day", "spend", "transactions"), rows, ((),) * len(rows))


def days_from(first: date, count: int, value: float = 10.0) -> dict[date, float]:
    return {first + timedelta(days=offset): value for offset in range(count)}


def test_weeks_begin_on_monday_and_the_current_week_is_left_out() -> None:
    series = weekly_spending(Days(days_from(MONDAY, 24)), MONDAY + timedelta(days=23))
    assert (series.first, series.values) == (MONDAY, (70.0, 70.0, 70.0))


def test_weeks_covered_in_part_are_left_out() -> None:
    days = days_from(MONDAY + timedelta(days=2), 14)  # Wednesday to Tuesday
    series = weekly_spending(Days(days), MONDAY + timedelta(days=60))
    assert (series.first, series.values) == (MONDAY + timedelta(days=7), (70.0,))


def test_a_week_without_spending_in_between_counts_as_zero() -> None:
    days = {**days_from(MONDAY, 7, 1.11), **days_from(MONDAY + timedelta(days=14), 7)}
    series = weekly_spending(Days(days), MONDAY + timedelta(days=60))
    assert series.values == (7.77, 0.0, 70.0)


def test_only_the_last_weeks_asked_for_are_read() -> None:
    series = weekly_spending(Days(days_from(MONDAY, 70)), MONDAY + timedelta(days=70), weeks=4)
    assert (series.first, series.values) == (MONDAY + timedelta(days=42), (70.0,) * 4)


@pytest.mark.parametrize("days", [{}, days_from(MONDAY, 3), {MONDAY + timedelta(days=6): 5.0}])
def test_no_whole_week_makes_an_empty_series(days: dict[date, float]) -> None:
    assert weekly_spending(Days(days), MONDAY + timedelta(days=60)).values == ()


def test_a_steady_spender_is_forecast_exactly() -> None:
    model = WeeklySpending().fit([80.0] * 30)
    assert model.scale_ == 80.0
    assert model.forecast([80.0] * 30, steps=3) == pytest.approx([80.0] * 3)


def absolute_loss(model: WeeklySpending, history: list[float], weights: Array) -> float:
    """Mean absolute error with Huber's rounded tip, and the pull towards the shared weights."""
    scaled = np.asarray(history) / np.mean(history)
    errors = np.array(
        [
            weights @ [1, scaled[t - 1], scaled[t - 4 : t].mean(), scaled[t - 8 : t].mean()] - scaled[t]
            for t in range(8, len(history))
        ]
    )
    tip = SMALLEST_RESIDUAL
    huber = np.where(np.abs(errors) < tip, errors**2 / (2 * tip), np.abs(errors) - tip / 2)
    return float(huber.mean() + model.ridge / 2 * np.sum(np.square(weights - np.asarray(model.start))))


def test_fit_finds_the_least_absolute_error() -> None:
    history = [100.0 + 40 * (week % 3) + week for week in range(60)]
    model = WeeklySpending(ridge=0.3).fit(history)
    reached = absolute_loss(model, history, model.coef_)
    assert reached < absolute_loss(model, history, np.asarray(model.start)) - 0.01
    dice = np.random.default_rng(1)
    nearby = [model.coef_ + scale * dice.standard_normal(4) for scale in (0.003, 0.03, 0.3) for _ in range(200)]
    assert reached < min(absolute_loss(model, history, weights) for weights in nearby)


def test_the_median_is_learned_and_not_the_mean() -> None:
    history = [10.0 if week % 5 else 100.0 for week in range(400)]
    dice = np.random.default_rng(2)
    dice.shuffle(history)
    model = WeeklySpending(ridge=1e-6).fit(history)
    assert model.forecast(history)[0] == pytest.approx(10, abs=4)
    assert np.mean(history) == 28


@pytest.mark.parametrize("learner", [WeeklySpending, WeeklyNetwork])
def test_either_model_learns_a_rhythm_over_rounds(learner: type[WeeklySpending | WeeklyNetwork]) -> None:
    history = [100.0 if week % 4 else 400.0 for week in range(60)]
    weights = learner().start
    for _ in range(6):  # as many rounds, in each of which everybody is like this person
        weights = tuple(learner(start=weights).fit(history).coef_)

    def error(start: Sequence[float]) -> float:
        model = learner(start=start).fit([])
        model.scale_ = float(np.mean(history))
        return float(np.mean([abs(model.forecast(history[:week])[0] - history[week]) for week in range(40, 60)]))

    assert error(weights) < 0.7 * error(learner().start)


def test_the_network_starts_as_the_mean_of_eight_weeks_from_weights_that_everybody_knows() -> None:
    assert len(WEEKLY_NETWORK.start) == 161
    assert WEEKLY_NETWORK.start[:2] == (-0.162433, 0.310508)
    assert max(map(abs, WEEKLY_NETWORK.start)) <= 8**-0.5
    model = WeeklyNetwork().fit([])
    assert model.forecast([3.0, 1.0, 2.0, 2.0, 4.0, 2.0, 1.0, 1.0])[0] == pytest.approx(2)


def test_the_network_learns_the_same_from_the_same_weeks() -> None:
    history = [100.0 + 30 * (week % 3) for week in range(40)]
    first, again = (WeeklyNetwork().fit(history).coef_ for _ in range(2))
    assert first.tolist() == again.tolist()
    assert np.abs(first - WEEKLY_NETWORK.start).max() > 0.01


def test_a_short_history_keeps_the_shared_weights_and_sends_zeros() -> None:
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=4, clip=100, fraction_bits=14)
    model = WeeklySpending(start=(0.5, 0.1, 0.2, 0.3)).fit([10.0] * 8)
    assert model.weeks_ == 0
    assert list(model.coef_) == [0.5, 0.1, 0.2, 0.3]
    assert local_update(statistic, (0.5, 0.1, 0.2, 0.3), []) == [0, 0, 0, 0]


def test_forecasting_before_fitting_is_an_error() -> None:
    with pytest.raises(UsageError):
        WeeklySpending().forecast([1.0])


@pytest.mark.parametrize("learner", [WeeklySpending, WeeklyNetwork])
def test_one_huge_week_moves_the_update_no_further_than_the_norm(learner: type[WeeklySpending | WeeklyNetwork]) -> None:
    statistic = ModelUpdate(
        model=next(name for name, code in LEARNERS.items() if code is learner),
        length=len(learner().start),
        clip=1 << 13,
        fraction_bits=14,
        norm=1 << 13,
    )
    update = local_update(statistic, learner().start, [50.0] * 39 + [1e9])
    assert 0 < sum(value**2 for value in update) <= (1 << 13) ** 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.one_of(st.floats(-4, 4), st.floats(-1e6, 1e6)), min_size=4, max_size=4),
    st.integers(1, 1 << 16),
    st.integers(0, 20),
)
def test_quantising_never_makes_a_value_greater_and_stays_within_the_clip(
    update: list[float], clip: int, bits: int
) -> None:
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=4, clip=clip, fraction_bits=bits)
    units = quantise(update, statistic)
    for unit, value in zip(units, update, strict=True):
        assert abs(unit) <= min(clip, abs(value) * 2.0**bits)
        assert unit * value >= 0
        if abs(value) * 2.0**bits < clip:
            assert abs(value * 2.0**bits - unit) < 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-500, 5000), max_size=30))
def test_any_history_makes_an_update_that_the_study_allows(history: list[float]) -> None:
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=4, clip=1000, fraction_bits=14)
    update = local_update(statistic, WEEKLY_SPENDING.start, history)
    assert len(update) == 4
    assert max(map(abs, update)) <= 1000


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(st.floats(-4, 4), st.floats(-1e300, 1e300)), min_size=6, max_size=6),
    st.integers(1, 1 << 16),
    st.floats(0.001, 1),
)
def test_the_norm_of_what_leaves_is_never_above_the_studys(update: list[float], clip: int, share: float) -> None:
    norm = max(1, int(clip * 6**0.5 * share))
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=6, clip=clip, fraction_bits=8, norm=norm)
    units = quantise(update, statistic)
    assert sum(unit**2 for unit in units) <= norm**2
    assert max(map(abs, units)) <= clip


@pytest.mark.parametrize("wild", [float("nan"), float("inf")])
def test_an_update_that_ran_off_is_sent_as_nothing_learned(wild: float) -> None:
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=4, clip=100, fraction_bits=8)
    assert quantise([1.0, wild, 0.0, 0.0], statistic) == [0, 0, 0, 0]


@pytest.mark.parametrize("model", [WeeklySpending(), WeeklyNetwork(steps=3)], ids=["median", "network"])
def test_windows_of_several_people_are_learned_from_without_a_window_that_reaches_across(
    model: WeeklySpending | WeeklyNetwork,
) -> None:
    one, other = np.arange(10.0), 5 * np.ones(9)
    windows, targets = (np.concatenate(parts) for parts in zip(windows_of(one), windows_of(other), strict=True))
    assert windows.tolist() == [list(range(8)), list(range(1, 9)), [5.0] * 8]
    assert targets.tolist() == [8.0, 9.0, 5.0]
    learned = model.fit_windows(windows, targets)
    assert learned.weeks_ == 3
    together = learned.coef_
    history = [float(7 * week % 11) for week in range(30)]
    alone = model.fit(history).coef_
    assert np.array_equal(model.fit_windows(*windows_of(scaled_weeks(history)[0])).coef_, alone)
    assert not np.array_equal(together, alone)
