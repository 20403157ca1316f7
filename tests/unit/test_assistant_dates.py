"""The date grammar: every phrase of time to its period, with no word of it left over."""

from __future__ import annotations

from datetime import date

import pytest

from pod_agent.assistant.rules.dates import read_times
from pod_agent.assistant.rules.text import canonical, nearest

TODAY = date(2026, 5, 20)
"""A Wednesday."""

PERIODS = [
    ("today", "2026-05-20", "2026-05-20"),
    ("yesterday", "2026-05-19", "2026-05-19"),
    ("this week", "2026-05-18", "2026-05-20"),
    ("last week", "2026-05-11", "2026-05-17"),
    ("this month", "2026-05-01", "2026-05-20"),
    ("last month's", "2026-04-01", "2026-04-30"),
    ("this year", "2026-01-01", "2026-05-20"),
    ("last year", "2025-01-01", "2025-12-31"),
    ("in the past 10 days", "2026-05-11", "2026-05-20"),
    ("over the last 2 weeks", "2026-05-07", "2026-05-20"),
    ("last three months", "2026-02-01", "2026-04-30"),
    ("in the past week", "2026-05-14", "2026-05-20"),
    ("past month", "2026-04-21", "2026-05-20"),
    ("past year", "2025-05-21", "2026-05-20"),
    ("in 2025", "2025-01-01", "2025-12-31"),
    ("in the year 2026", "2026-01-01", "2026-05-20"),
    ("in June", "2025-06-01", "2025-06-30"),
    ("in May", "2026-05-01", "2026-05-20"),
    ("Feb 2024", "2024-02-01", "2024-02-29"),
    ("Q1", "2026-01-01", "2026-03-31"),
    ("in Q3", "2025-07-01", "2025-09-30"),
    ("third quarter of 2025", "2025-07-01", "2025-09-30"),
    ("last quarter", "2026-01-01", "2026-03-31"),
    ("since March", "2026-03-01", "2026-05-20"),
    ("since 2025", "2025-01-01", "2026-05-20"),
    ("until 31 March 2026", "0001-01-01", "2026-03-31"),
    ("before March 2026", "0001-01-01", "2026-02-28"),
    ("after 3 May 2026", "2026-05-04", "2026-05-20"),
    ("from November to February", "2025-11-01", "2026-02-28"),
    ("between 3 and 5 May 2026", "2026-05-03", "2026-05-05"),
    ("between 1 March and 30 April", "2026-03-01", "2026-04-30"),
    ("on 2026-04-09", "2026-04-09", "2026-04-09"),
    ("on 9/4/2026", "2026-04-09", "2026-04-09"),
    ("on April 9th", "2026-04-09", "2026-04-09"),
    ("on 9 Dec", "2025-12-09", "2025-12-09"),
    ("on Monday", "2026-05-18", "2026-05-18"),
    ("on Wednesday", "2026-05-20", "2026-05-20"),
    ("last Wednesday", "2026-05-13", "2026-05-13"),
    ("on Christmas Day", "2025-12-25", "2025-12-25"),
    ("on National Day 2024", "2024-08-09", "2024-08-09"),
    ("on New Year's Eve", "2025-12-31", "2025-12-31"),
    ("the first half of 2025", "2025-01-01", "2025-06-30"),
    ("second half of last year", "2025-07-01", "2025-12-31"),
    ("the second half of 2025 (July to December)", "2025-07-01", "2025-12-31"),
    ("the last quarter of 2025", "2025-10-01", "2025-12-31"),
    ("Q3 last year", "2025-07-01", "2025-09-30"),
    ("May last year", "2025-05-01", "2025-05-31"),
    ("2025 Q4", "2025-10-01", "2025-12-31"),
    ("the first three months of 2026", "2026-01-01", "2026-03-31"),
    ("the week of 6 May 2026", "2026-05-04", "2026-05-10"),
    ("the 3rd of March", "2026-03-03", "2026-03-03"),
    ("the fifth of April", "2026-04-05", "2026-04-05"),
    ("03/05/2026", "2026-05-03", "2026-05-03"),
    ("04/23/2026", "2026-04-23", "2026-04-23"),
    ("from 10 to 16 April 2026", "2026-04-10", "2026-04-16"),
    ("from January up to the end of March", "2026-01-01", "2026-03-31"),
    ("up to and including March 2026", "0001-01-01", "2026-03-31"),
    ("prior to March 2026", "0001-01-01", "2026-02-28"),
    ("in the course of last month", "2026-04-01", "2026-04-30"),
    ("the present year", "2026-01-01", "2026-05-20"),
    ("this year to date", "2026-01-01", "2026-05-20"),
    ("since the start of the year", "2026-01-01", "2026-05-20"),
    ("the month before last", "2026-03-01", "2026-03-31"),
    ("past fortnight", "2026-05-07", "2026-05-20"),
    ("10 days ago", "2026-05-10", "2026-05-10"),
]


@pytest.mark.parametrize(("phrase", "first", "last"), PERIODS)
def test_a_phrase_is_one_period_and_nothing_is_left_over(phrase: str, first: str, last: str) -> None:
    times = read_times(canonical(phrase), TODAY)
    assert (times.text, times.vague, times.broken) == ("P0", None, None)
    assert [tuple(day.isoformat() for day in period) for period in times.periods] == [(first, last)]


@pytest.mark.parametrize(
    "phrase",
    ["recently", "of late", "lately", "a few months ago", "last weekend", "during Hari Raya", "the past few months"],
)
def test_a_vague_time_is_no_period(phrase: str) -> None:
    times = read_times(canonical(phrase), TODAY)
    assert times.vague is not None
    assert times.periods == []


def test_a_day_that_does_not_exist_is_told_apart() -> None:
    assert read_times("on 31 february 2026", TODAY).broken is not None


def test_the_year_belongs_to_both_of_two_months() -> None:
    times = read_times(canonical("compare August and October 2025"), TODAY)
    assert [period[0] for period in times.periods] == [date(2025, 8, 1), date(2025, 10, 1)]


def test_a_range_keeps_its_two_ends() -> None:
    times = read_times(canonical("change from March to April"), TODAY)
    assert times.ends == [((date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 4, 30)))]


def test_control_characters_and_accents_fold_away() -> None:
    assert canonical("Caf\u00e9\u200b \u202eKopi S$1,200.50") == "cafe kopi $1200.50"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("grocries", "groceries"), ("spnd", "spend"), ("gr", None), ("petrol", None), ("xpend", None)],
)
def test_a_misspelling_is_corrected_only_when_one_word_is_near(word: str, expected: str | None) -> None:
    assert nearest(word, ["groceries", "spend", "spent", "transport"], shortest=4) == expected


def test_the_later_year_belongs_to_both_quarters() -> None:
    times = read_times(canonical("from Q1 to Q2 last year"), TODAY)
    assert times.periods == [(date(2025, 1, 1), date(2025, 6, 30))]
