"""What a release says about its own precision, and about the size of its batch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.releases import Release, draw_variance, make_release
from aggregator.releasing.batches import most_people
from bench.recommend.seeded_noise import discrete_gaussian
from tests.support.studies import histogram_study

NOW = datetime(2030, 1, 1, tzinfo=UTC)
TRIALS = 2_000


def release(values: list[int], *, reports: int, variance: int) -> Release:
    study = histogram_study(len(values) - 1, variance=variance, min_batch=100)
    return make_release(study, values, reports=reports, shares=(b"one", b"two"), published=NOW)


def noised(counts: Any, variance: int, random: np.random.Generator) -> Any:
    """Counts with the noise of both servers, drawn from a seed: three standard errors are missed now and then."""
    return counts + discrete_gaussian(variance, TRIALS, random) + discrete_gaussian(variance, TRIALS, random)


def coverage(people: int, share: float, variance: int) -> float:
    """How often the interval of a cell holds the number to expect; people spread around this share of their spending.

    Every trial draws a unit from each person and noise at both servers.
    """
    random = np.random.default_rng(11)
    own = random.beta(4 * share, 4 * (1 - share), people)
    counts = (random.random((TRIALS, people)) < own).sum(axis=1)
    cells = [noised(counts, variance, random), noised(people - counts, variance, random)]
    values = zip(*cells, strict=True)
    made = [release([int(one), int(other)], reports=people, variance=variance) for one, other in values]
    rows = [one.rows[0] for one in made]
    expected = float(own.sum())
    held = [row.low <= expected <= row.high for row in rows if row.low is not None and row.high is not None]
    assert len(held) > 0.99 * TRIALS  # one in a hundred runs withholds a row by chance
    return sum(held) / len(held)


@pytest.mark.parametrize(
    ("people", "share", "variance"),
    [(123, 0.5, 21), (199, 0.5, 21), (999, 0.25, 21), (500, 0.6, 21), (123, 0.9, 21), (199, 0.5, 0), (123, 0.3, 0)],
)
def test_intervals_hold_the_expected_number_at_least_as_often_as_they_say(
    people: int, share: float, variance: int
) -> None:
    """Within three standard errors, 1.5 points; an interval of the noise alone holds it 60 to 85 times in 100."""
    assert coverage(people, share, variance) > 0.935


def test_intervals_are_not_wider_than_they_must_be() -> None:
    """Where the batch is as large as its published size allows, people alike and the cell in the middle."""
    random = np.random.default_rng(5)
    counts = random.binomial(199, 0.5, TRIALS)
    cells = zip(noised(counts, 21, random), noised(199 - counts, 21, random), strict=True)
    rows = [release([int(one), int(other)], reports=199, variance=21).rows[0] for one, other in cells]
    held = np.mean([row.low <= 99.5 <= row.high for row in rows if row.low is not None and row.high is not None])
    assert held == pytest.approx(0.95, abs=0.02)


def test_an_interval_adds_the_variance_of_the_draw_to_that_of_the_noise() -> None:
    row = release([50, 60], reports=123, variance=18).rows[0]
    most = 125  # 50 + 60 and 1.645 standard deviations of the noise of two cells, 14
    half = 1.959964 * (2 * 18 + 50 * (1 - 50 / most)) ** 0.5
    assert row.low == pytest.approx(50 - half, abs=0.06)
    assert row.high == pytest.approx(50 + half, abs=0.06)


def test_without_noise_the_interval_is_that_of_the_draw_of_the_exact_number() -> None:
    row = release([60, 63], reports=123, variance=0).rows[0]
    half = 1.959964 * (60 * (1 - 60 / 123)) ** 0.5
    assert row.high == pytest.approx(60 + half, abs=0.06)


@pytest.mark.parametrize("value", [-9, 0, 100, 130])
def test_a_share_beyond_none_or_all_has_no_variance(value: int) -> None:
    assert draw_variance(value, 100) == 0


@pytest.mark.parametrize("reports", [100, 160, 199, 200, 999])
def test_an_interval_tells_no_more_of_the_batch_than_its_published_size(reports: int) -> None:
    assert release([90, 60], reports=reports, variance=18).rows == release([90, 60], reports=123, variance=18).rows


@given(st.lists(st.integers(0, 5_000), min_size=2, max_size=6), st.integers(1, 500))
def test_the_most_people_are_not_fewer_than_the_noisy_total_or_the_minimum(values: list[int], least: int) -> None:
    shown = [None if value < 25 else value for value in values]
    most = most_people(shown, min_batch=least, variance=42, threshold=25)
    assert most >= max(least, sum(values))
    assert most <= max(least, sum(values) + 25 * len(values) + 27)


@pytest.mark.parametrize("reports", [100, 199, 200, 5_000])
def test_a_published_size_is_no_function_of_the_reports(reports: int) -> None:
    made = release([90, 60], reports=reports, variance=18)
    assert (made.batch, made.batch_floor, made.reports) == ("100+", 100, None)
    assert made.most_people == release([90, 60], reports=100, variance=18).most_people
