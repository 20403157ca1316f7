"""Rows, bars and bands of the pages: every kind of record has a row, and a picture says what its figures say."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from client_web.bands import WEEKS_SHOWN, band
from client_web.remembering import Remembered
from client_web.rows import record_row
from client_web.wishing import parts_of, score_bar
from pod_agent.index.showing import shown
from pod_agent.models.outlook import Outlook, WeekAhead
from tests.support.full_records import FULL
from tests.support.households import SINGAPORE
from vocab.records import Record

MONDAY = date(2026, 10, 5)


@pytest.mark.parametrize("record", FULL, ids=lambda record: record.type_name)
def test_every_kind_of_record_has_a_row(record: Record) -> None:
    row = record_row(shown(record, "https://pod.example/", SINGAPORE))
    assert row.when
    assert row.href.startswith("/record?iri=https%3A%2F%2Fpod.example%2F")
    assert "1970" not in row.when


def test_parts_are_told_largest_first_and_what_takes_away_has_a_minus() -> None:
    parts = parts_of((("rhythm", 0.1), ("history", 0.5), ("shared", -0.04), ("text", 0.001)))
    told = {part.name: part.text for part in parts}
    assert list(told.items()) == [("history", "50"), ("rhythm", "10"), ("shared", "\N{MINUS SIGN}4")]


def test_a_bar_is_as_long_as_its_score_beside_the_best() -> None:
    drawn = score_bar((("rhythm", 0.1), ("history", 0.3), ("shared", -0.1)), best=0.8)
    widths = re.findall(r'class="part-(\w+)" x="([\d.]+)%" width="([\d.]+)%"', drawn)
    assert widths == [("history", "0.00", "37.50"), ("rhythm", "37.50", "12.50")]


def outlook(weeks: int, low: float | None, high: float | None) -> Outlook:
    ahead = [MONDAY + timedelta(weeks=weeks + number) for number in range(2)]
    return Outlook(
        first=MONDAY,
        known=tuple(float(100 + number) for number in range(weeks)),
        ahead=tuple(WeekAhead(monday=day, expected=200.0, low=low, high=high) for day in ahead),
    )


def test_the_band_reaches_from_low_to_high_and_is_left_out_where_there_is_none() -> None:
    drawn = str(band(outlook(8, 100.0, 300.0)))
    [points] = re.findall(r'class="range" points="([^"]+)"', drawn)
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert heights[0] == heights[1] == pytest.approx(0.0)
    assert heights[2] == heights[3] == pytest.approx(100 * 200 / 300, abs=0.01)
    assert 'class="range"' not in str(band(outlook(8, None, None)))


def test_no_more_weeks_are_drawn_than_fit() -> None:
    [points] = re.findall(r'class="known" points="([^"]+)"', str(band(outlook(200, 100.0, 300.0))))
    assert len(points.split()) == WEEKS_SHOWN


def test_a_result_is_computed_again_once_its_stamp_is_another() -> None:
    remembered, counted = Remembered(), iter(range(10))
    assert [remembered.of("x", stamp, lambda: next(counted)) for stamp in (1, 1, 2, 2, 1)] == [0, 0, 1, 1, 2]
    assert remembered.has("x", 1)
    assert not remembered.has("x", 2)
    assert remembered.found("y", 1, "nothing") == "nothing"
