"""The forecast of weekly spending, its weekly series and its clipped update."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.errors import UsageError
from pod_agent.features.calendar import weekly_spending
from pod_agent.federation.training import local_update, quantise
from pod_agent.models.forecast import WeeklySpending
from vocab.query import QuerySpec, Table
from vocab.statistics import ModelUpdate
from vocab.training import WEEKLY_SPENDING

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


def test_fit_finds_the_ridge_optimum() -> None:
    history = [100.0 + 40 * (week % 3) + week for week in range(60)]
    model = WeeklySpending(ridge=0.3).fit(history)
    scaled = np.asarray(history) / np.mean(history)

    def loss(weights: np.ndarray) -> float:
        errors = [
            weights @ [1, scaled[t - 1], scaled[t - 4 : t].mean(), scaled[t - 8 : t].mean()] - scaled[t]
            for t in range(8, 60)
        ]
        return float(np.mean(np.square(errors)) + 0.3 * np.sum(np.square(weights - np.asarray(model.start))))

    best = loss(model.coef_)
    for place in range(4):
        for step in (-1e-3, 1e-3):
            moved = model.coef_.copy()
            moved[place] += step
            assert loss(moved) > best


def test_a_short_history_keeps_the_shared_weights_and_sends_zeros() -> None:
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=4, clip=100, fraction_bits=14)
    model = WeeklySpending(start=(0.5, 0.1, 0.2, 0.3)).fit([10.0] * 8)
    assert model.weeks_ == 0
    assert list(model.coef_) == [0.5, 0.1, 0.2, 0.3]
    assert local_update(statistic, (0.5, 0.1, 0.2, 0.3), []) == [0, 0, 0, 0]


def test_forecasting_before_fitting_is_an_error() -> None:
    with pytest.raises(UsageError):
        WeeklySpending().forecast([1.0])


def test_one_huge_week_moves_the_update_by_a_bounded_amount() -> None:
    usual, wedding = [50.0] * 40, [50.0] * 39 + [1e9]
    assert np.abs(WeeklySpending().fit(wedding).coef_ - WeeklySpending().fit(usual).coef_).max() < 0.1


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
