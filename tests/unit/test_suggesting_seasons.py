"""What the coming weeks ask for, by the date and public names."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from pod_agent.suggesting.seasons import kept_in, season
from tests.support.suggestions import Alphabet

NAMES = ("HALLOWEEN", "TURKEY", "FIREWORKS", "Christmas", "PENCIL")


@pytest.mark.parametrize(
    ("today", "asked"),
    [
        (date(2017, 10, 1), "HALLOWEEN"),
        (date(2017, 11, 1), "TURKEY"),
        (date(2017, 7, 1), "FIREWORKS"),
        (date(2020, 12, 1), "Christmas"),
    ],
)
def test_what_is_named_like_a_feast_is_asked_for_before_it(today: date, asked: str) -> None:
    assert NAMES[int(season(NAMES, Alphabet(), today).argmax())] == asked


def test_over_the_year_nothing_is_asked_for_more_than_anything_else() -> None:
    year = [season(NAMES, Alphabet(), date(2017, month, 1)) for month in range(1, 13)]
    assert np.mean(year, axis=0) == pytest.approx(0, abs=1e-9)
    assert np.abs(year).max() <= 1


def test_a_month_comes_nearer_day_by_day() -> None:
    october = [season(NAMES, Alphabet(), date(2017, 9, day))[0] for day in (1, 5, 15, 30)]
    assert october == sorted(october)
    assert october[0] < 0 < october[-1]


@pytest.mark.parametrize(
    ("zone", "kept"),
    [
        ("America/New_York", True),
        ("America/Indiana/Knox", True),
        ("Asia/Singapore", False),
        ("America/Sao_Paulo", False),
        ("", False),
    ],
)
def test_only_where_these_feasts_are_kept(zone: str, kept: bool) -> None:
    assert kept_in(zone) is kept
