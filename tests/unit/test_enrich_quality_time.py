"""Checks over time: gaps, shifts and zones are told where they are, and nowhere else."""

from __future__ import annotations

import random
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from pod_agent.enrich.quality_days import Level, Series, Subject
from pod_agent.enrich.quality_findings import Severity
from pod_agent.enrich.quality_time import find_gaps, find_shift, find_zone

SINGAPORE = ZoneInfo("Asia/Singapore")
START = date(2024, 1, 1)
ACCOUNT = Subject("ocbc", "payments of 360", Level.SUM, is_account=True)
PLAYS = Subject("spotify", "plays", Level.COUNT)
STEPS = Subject("google-health", "steps", Level.DAY_TOTAL, "steps")


def _series(days: dict[int, float], count: int = 1) -> Series:
    """A total for each day, counted from the start."""
    series = Series()
    for number, total in days.items():
        series.table.add((START + timedelta(days=number)).toordinal(), count, total)
    return series


def _except(*gaps: range, days: int = 400) -> dict[int, float]:
    return {number: 1.0 for number in range(days) if not any(number in gap for gap in gaps)}


def test_a_missing_month_of_an_account_is_a_warning_with_its_days() -> None:
    (finding,) = find_gaps(ACCOUNT, _series(_except(range(31, 62))))
    assert (finding.code, finding.severity, finding.count) == ("date_gap", Severity.WARNING, 1)
    assert "from 1 Feb 2024 to 2 Mar 2024 (31 days)" in finding.text
    assert "A statement may be missing" in finding.text


def test_a_pause_in_listening_is_a_note() -> None:
    (finding,) = find_gaps(PLAYS, _series(_except(range(31, 62))))
    assert finding.severity is Severity.NOTE


def test_the_three_longest_gaps_are_told_and_all_are_counted() -> None:
    gaps = [range(20, 30), range(60, 80), range(100, 115), range(200, 212)]
    (finding,) = find_gaps(PLAYS, _series(_except(*gaps)))
    assert finding.count == 4
    assert "(20 days)" in finding.text
    assert "(10 days)" not in finding.text
    assert "the longest of 4 such gaps" in finding.text


def test_a_weekly_rhythm_has_no_gaps_of_a_week() -> None:
    assert list(find_gaps(ACCOUNT, _series(dict.fromkeys(range(0, 400, 7), 1.0)))) == []


def test_two_weeks_are_no_gap_in_a_weekly_rhythm_and_five_are_one() -> None:
    weeks = [week for week in range(60) if week not in {20, 21}]
    assert list(find_gaps(PLAYS, _series(dict.fromkeys([7 * week for week in weeks], 1.0)))) == []
    weeks = [week for week in weeks if week not in {22, 23, 24}]
    assert [each.count for each in find_gaps(PLAYS, _series(dict.fromkeys([7 * week for week in weeks], 1.0)))] == [1]


def test_an_even_history_and_a_short_one_have_no_gaps() -> None:
    assert list(find_gaps(PLAYS, _series(_except()))) == []
    assert list(find_gaps(PLAYS, _series({0: 1.0, 90: 1.0, 180: 1.0}))) == []


@pytest.mark.parametrize("factor", [2.5, 0.3])
def test_a_shift_is_told_with_the_month_in_which_it_begins(factor: float) -> None:
    dice = random.Random(1)
    days = {number: dice.uniform(80, 120) * (factor if number >= 366 else 1) for number in range(730)}
    (finding,) = find_shift(ACCOUNT, _series(days))
    assert finding.code == "level_shift"
    assert "since January 2025" in finding.text


def test_a_history_that_only_varies_has_no_shift() -> None:
    for seed in range(20):
        dice = random.Random(seed)
        days = {number: dice.expovariate(1 / 100) for number in range(900)}
        assert list(find_shift(ACCOUNT, _series(days))) == [], seed


def test_a_single_odd_month_is_no_shift() -> None:
    days = {number: 100.0 * (5 if 366 <= number < 397 else 1) + number % 13 for number in range(730)}
    assert list(find_shift(ACCOUNT, _series(days))) == []


def test_cut_months_at_both_ends_are_left_out() -> None:
    days = {number: 100.0 + number % 7 for number in range(25, 366 + 3)}
    assert list(find_shift(PLAYS, _series(days))) == []


def test_a_day_that_two_recorders_tell_is_no_higher_level() -> None:
    series = Series()
    for number in range(730):
        series.table.add((START + timedelta(days=number)).toordinal(), 1, 8000.0 + number % 9, series.bit("watch"))
        if number >= 366:
            series.table.add((START + timedelta(days=number)).toordinal(), 1, 8000.0, series.bit("phone"))
    assert list(find_shift(STEPS, series)) == []


def _daily(hours_utc: range) -> Series:
    series = _series(dict.fromkeys(range(100), 0.0))
    for hour in hours_utc:
        series.hours[hour % 24] += 60
    return series


def test_nights_without_plays_are_as_it_should_be() -> None:
    assert list(find_zone(PLAYS, _daily(range(-1, 15)), SINGAPORE)) == []


def test_quiet_afternoons_and_busy_nights_hint_at_another_zone() -> None:
    (finding,) = find_zone(PLAYS, _daily(range(12, 28)), SINGAPORE)
    assert (finding.code, finding.severity) == ("time_zone", Severity.WARNING)
    assert "Asia/Singapore" in finding.text
    assert list(find_zone(PLAYS, _daily(range(12, 28)), ZoneInfo("America/New_York"))) == []


def test_few_plays_and_plays_around_the_clock_say_nothing_of_a_zone() -> None:
    few = _daily(range(12, 28))
    few.hours = [count // 10 for count in few.hours]
    assert list(find_zone(PLAYS, few, SINGAPORE)) == []
    assert list(find_zone(PLAYS, _daily(range(24)), SINGAPORE)) == []
