"""Checks of measures: a change of unit and days with several recorders."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pod_agent.enrich.quality_days import Level, Series, Subject
from pod_agent.enrich.quality_measures import find_double_recorders, find_unit_change

START = date(2025, 1, 1)


def _subject(measure: str) -> Subject:
    return Subject("google-health", measure.replace("_", " "), Level.DAY_MEAN, measure)


def _values(before: float, after: float, change: int = 180, days: int = 360) -> Series:
    series = Series()
    for number in range(0, days, 3):
        value = (after if number >= change else before) * (1 + (number % 5) / 200)
        series.table.add((START + timedelta(days=number)).toordinal(), 1, value)
    return series


@pytest.mark.parametrize(
    ("measure", "before", "factor"),
    [
        ("weight", 71.0, 2.20462),
        ("weight", 156.0, 1 / 2.20462),
        ("distance", 5.2, 1000.0),
        ("distance", 8000.0, 1 / 1.609344),
        ("glucose", 5.4, 18.0156),
        ("energy_burned", 2200.0, 4.184),
    ],
)
def test_a_jump_by_the_factor_between_two_units_is_told_with_its_month(
    measure: str, before: float, factor: float
) -> None:
    (finding,) = find_unit_change(_subject(measure), _values(before, before * factor))
    assert finding.code == "unit_change"
    assert "from June 2025 on" in finding.text or "from July 2025 on" in finding.text


@pytest.mark.parametrize(
    ("measure", "before", "after"),
    [("weight", 71.0, 66.0), ("weight", 71.0, 120.0), ("distance", 5200.0, 9400.0), ("steps", 8000.0, 17637.0)],
)
def test_another_level_is_no_other_unit(measure: str, before: float, after: float) -> None:
    assert list(find_unit_change(_subject(measure), _values(before, after))) == []


def test_values_that_scatter_are_not_taken_for_another_unit() -> None:
    series = Series()
    for number in range(360):
        value = 5000.0 if (number // 30) % 2 else 3100.0
        series.table.add((START + timedelta(days=number)).toordinal(), 1, value)
    assert list(find_unit_change(_subject("distance"), series)) == []


def test_days_of_several_recorders_are_counted_and_the_recorders_named() -> None:
    series = Series()
    for number in range(10):
        day = (START + timedelta(days=number)).toordinal()
        series.table.add(day, 1, 8000.0, series.bit("Watch"))
        if number >= 7:
            series.table.add(day, 1, 7000.0, series.bit("Phone"))
        series.table.add(day, 1, 7000.0, series.bit(""))
    (finding,) = find_double_recorders(_subject("steps"), series)
    assert finding.count == 3
    assert "(Watch, Phone)" in finding.text
    assert "on 3 days of 10" in finding.text


def test_recorders_that_follow_each_other_are_no_double() -> None:
    series = Series()
    for number in range(10):
        series.table.add(
            (START + timedelta(days=number)).toordinal(), 1, 1.0, series.bit("Old" if number < 5 else "New")
        )
    assert list(find_double_recorders(_subject("steps"), series)) == []


def test_two_files_with_one_recorder_each_tell_the_double_together() -> None:
    one, other = Series(files={0}), Series(files={1})
    for series, name in ((one, "Watch"), (other, "Phone")):
        series.add_days({START.toordinal(): 1}, {START.toordinal(): 5.0}, name)
    one.merge(other)
    (finding,) = find_double_recorders(_subject("steps"), one)
    assert finding.count == 1
    assert one.files == {0, 1}
