"""The forecast of weekly spending, its weekly series and its clipped update."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import QuantileRegressor

from pod_agent.errors import UsageError
from pod_agent.features.calendar import weekly_spending
from pod_agent.federation.training import LEARNERS, local_update, quantise
from pod_agent.models.forecast import WeeklySpending, learned, level_features, windows_of
from pod_agent.models.network import WeeklyNetwork, scaled_weeks
from pod_agent.models.network import windows_of as eight_weeks
from vocab.query import QuerySpec, Table
from vocab.regression import newton_step
from vocab.statistics import ModelUpdate
from vocab.training import MODELS, WEEKLY_NETWORK, WEEKLY_SPENDING

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
    assert model.forecast([80.0] * 30, steps=3) == pytest.approx([80.0] * 3)
    assert np.abs(model.moments_[10:]).max() < 1e-12  # nothing is left to learn


def test_the_forecast_starts_as_a_weighted_mean_of_four_plain_ones() -> None:
    weeks = [float(7 * week % 50) for week in range(31)]
    low = sorted(weeks)[9]  # three tenths of the way through 31
    half = np.mean(sorted(weeks[-13:])[3:10])
    others = half + np.mean(weeks[-4:]) + low
    plain = 0.4 * faded_middle(weeks) + 0.2 * others
    assert WeeklySpending().fit([]).forecast(weeks)[0] == pytest.approx(plain)


def faded_middle(weeks: list[float]) -> float:
    """Between the two weeks around 45 % of all that weeks count, each counted at the middle of its own share."""
    counts = sorted((week, 0.5 ** (age / 8)) for age, week in enumerate(reversed(weeks)))
    total, before = sum(count for _, count in counts), 0.0
    below = (0.0, 0.0)
    for week, count in counts:
        middle = (before + count / 2) / total
        if middle >= 0.45:
            return float(below[1] + (week - below[1]) * (0.45 - below[0]) / (middle - below[0]))
        before, below = before + count, (middle, week)
    raise AssertionError


@pytest.mark.parametrize(("without", "left"), [(0, 1), (1, 1), (2, 2 / 3), (3, 1 / 3), (4, 0), (9, 0)])
def test_less_is_expected_with_each_week_without_spending_after_the_first(without: int, left: float) -> None:
    weeks = [80.0] * 30 + [0.0] * without
    middle = level_features(np.asarray(weeks))[0]
    assert middle == pytest.approx(80 * left)
    assert WeeklySpending().fit([]).forecast(weeks)[0] <= 80 * left + 1e-9


@pytest.mark.parametrize("known", range(1, 14))
def test_a_short_history_is_forecast_within_its_weeks(known: int) -> None:
    weeks = [float(20 + 11 * week % 31) for week in range(known)]
    assert min(weeks) <= WeeklySpending().fit([]).forecast(weeks)[0] <= max(weeks)


def test_the_forecast_of_another_currency_is_the_same_in_that_currency() -> None:
    weeks = [float(10 + 7 * week % 50) for week in range(30)]
    one, other = (WeeklySpending().fit([scale * week for week in weeks]) for scale in (1.0, 137.0))
    assert other.moments_ == pytest.approx(one.moments_)
    assert other.forecast([137.0 * week for week in weeks])[0] == pytest.approx(137 * one.forecast(weeks)[0])


def people(count: int, seed: int = 1) -> list[list[float]]:
    dice = np.random.default_rng(seed)
    return [
        (dice.lognormal(4, 1) * dice.lognormal(0, 0.6, 44) * (dice.random(44) < 0.8)).tolist() for _ in range(count)
    ]


def test_passes_of_federated_sums_without_noise_are_those_of_one_party_with_all_weeks() -> None:
    histories = people(12)
    windows = [windows_of(history) for history in histories]
    rows, targets = (np.concatenate(parts) for parts in zip(*windows, strict=True))
    weights = WEEKLY_SPENDING.start
    for _ in range(4):
        sums = np.sum([WeeklySpending(start=weights).fit(history).moments_ for history in histories], axis=0)
        weights = newton_step(sums / len(histories), weights, WEEKLY_SPENDING.start, noise=0.0)
    assert weights == pytest.approx(learned(rows, targets, passes=4), abs=1e-9)
    assert np.abs(np.subtract(weights, WEEKLY_SPENDING.start)).max() > 0.05


def test_the_passes_come_to_the_least_absolute_error_of_a_linear_program() -> None:
    dice = np.random.default_rng(5)
    rows = dice.normal(size=(120, 4)) * (1, 2, 0.5, 1)
    targets = (rows @ (1.3, -0.2, 0.4, 0.0) + dice.standard_t(2, 120))[:, None]
    found = learned(rows, targets, passes=500, tip=1e-7)
    exact = QuantileRegressor(quantile=0.5, alpha=0, fit_intercept=False).fit(rows, targets[:, 0]).coef_
    assert np.abs(targets[:, 0] - rows @ found).sum() == pytest.approx(np.abs(targets[:, 0] - rows @ exact).sum())
    assert found == pytest.approx(exact, abs=1e-3)


def test_rounds_learn_the_median_and_not_the_mean() -> None:
    history = [10.0 if week % 5 else 100.0 for week in range(60)]
    np.random.default_rng(2).shuffle(history)
    rows, targets = windows_of(history)
    weights = learned(rows, targets, passes=20)
    ahead = WeeklySpending(start=weights).fit([]).forecast(history)[0]
    assert ahead == pytest.approx(10, abs=2)
    assert np.mean(history) == 28


def test_weeks_without_spending_are_learned_from_as_zeros() -> None:
    history = [0.0, 0.0, 90.0] * 14
    _, targets = windows_of(history)
    assert (targets == 0).mean() == pytest.approx(2 / 3, abs=0.03)
    assert WeeklySpending().fit([0.0] * 30).forecast([0.0] * 30)[0] == 0
    model = WeeklySpending().fit([0.0] * 30)
    assert not model.moments_.any()


def test_no_window_knows_the_weeks_that_it_is_to_forecast() -> None:
    history = people(1)[0]
    changed = [*history[:30], *[999.0] * 14]
    known, unknown = windows_of(history)[0], windows_of(changed)[0]
    scale = known[:18, 0] / unknown[:18, 0]
    assert known[:18] == pytest.approx(unknown[:18] * scale[:, None])  # in other units, and else the same
    assert len(np.unique(np.round(scale, 9))) == 1


def test_weights_are_moved_by_no_more_than_one_whatever_the_sum_says() -> None:
    wild = np.asarray([1e-9] * 10 + [1e9] * 4)
    moved = np.subtract(
        newton_step(wild, WEEKLY_SPENDING.start, WEEKLY_SPENDING.start, noise=0.0), WEEKLY_SPENDING.start
    )
    assert np.linalg.norm(moved) <= 1 + 1e-9


def test_a_sum_of_nothing_or_of_noise_alone_leaves_the_model_near_where_it_starts() -> None:
    start = WEEKLY_SPENDING.start
    assert newton_step(np.zeros(14), start, start, noise=0.0) == start
    dice = np.random.default_rng(3)
    moved = [np.subtract(newton_step(dice.normal(0, 0.01, 14), start, start, noise=0.01), start) for _ in range(50)]
    assert float(np.mean(np.abs(moved))) < 0.1


def test_the_network_learns_a_rhythm_over_rounds() -> None:
    history = [100.0 if week % 4 else 400.0 for week in range(60)]
    weights = WeeklyNetwork().start
    for _ in range(6):  # as many rounds, in each of which everybody is like this person
        weights = tuple(WeeklyNetwork(start=weights).fit(history).coef_)

    def error(start: Sequence[float]) -> float:
        model = WeeklyNetwork(start=start).fit([])
        model.scale_ = float(np.mean(history))
        return float(np.mean([abs(model.forecast(history[:week])[0] - history[week]) for week in range(40, 60)]))

    assert error(weights) < 0.7 * error(WeeklyNetwork().start)


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


@pytest.mark.parametrize("weeks", [0, 1, 8, 20])
def test_a_short_history_keeps_the_shared_weights_and_sends_zeros(weeks: int) -> None:
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=14, clip=100, fraction_bits=14)
    history = [float(10 + week) for week in range(weeks)]
    model = WeeklySpending(start=(0.5, 0.1, 0.2, 0.3)).fit(history)
    assert model.weeks_ == 0
    assert list(model.coef_) == [0.5, 0.1, 0.2, 0.3]
    assert local_update(statistic, (0.5, 0.1, 0.2, 0.3), history) == [0] * 14


def test_forecasting_before_fitting_is_an_error() -> None:
    with pytest.raises(UsageError):
        WeeklySpending().forecast([1.0])


@pytest.mark.parametrize("learner", [WeeklySpending, WeeklyNetwork])
def test_one_huge_week_moves_the_update_no_further_than_the_norm(learner: type[WeeklySpending | WeeklyNetwork]) -> None:
    statistic = ModelUpdate(
        model=next(name for name, code in LEARNERS.items() if code is learner),
        length=MODELS[next(name for name, code in LEARNERS.items() if code is learner)].length,
        clip=1 << 13,
        fraction_bits=14,
        norm=1 << 13,
    )
    history = people(1)[0]
    usual, update = (local_update(statistic, learner().start, weeks) for weeks in (history, [*history[:-1], 1e9]))
    assert usual != update
    for sent in (usual, update):
        assert sum(value**2 for value in sent) <= (1 << 13) ** 2


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
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=14, clip=1000, fraction_bits=14, norm=1500)
    update = local_update(statistic, WEEKLY_SPENDING.start, history)
    assert len(update) == 14
    assert max(map(abs, update)) <= 1000
    assert sum(value**2 for value in update) <= 1500**2


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


def test_windows_of_several_people_are_learned_from_without_a_window_that_reaches_across() -> None:
    model = WeeklyNetwork(steps=3)
    one, other = np.arange(10.0), 5 * np.ones(9)
    windows, targets = (np.concatenate(parts) for parts in zip(eight_weeks(one), eight_weeks(other), strict=True))
    assert windows.tolist() == [list(range(8)), list(range(1, 9)), [5.0] * 8]
    assert targets.tolist() == [8.0, 9.0, 5.0]
    learned = model.fit_windows(windows, targets)
    assert learned.weeks_ == 3
    together = learned.coef_
    history = [float(7 * week % 11) for week in range(30)]
    alone = model.fit(history).coef_
    assert np.array_equal(model.fit_windows(*eight_weeks(scaled_weeks(history)[0])).coef_, alone)
    assert not np.array_equal(together, alone)
