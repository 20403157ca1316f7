"""The period that an address names, and the one it is compared with."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_web.charts import Column, bar, columns, scale
from client_web.errors import BadAddressError
from client_web.formatting import minutes_text, money, size_text
from client_web.periods import CHOICES, months_between, read_period, shift_month

TODAY = date(2026, 11, 15)
HELD = (date(2025, 5, 16), date(2026, 11, 14))


def span(key: str = "", first: str = "", last: str = "", today: date = TODAY) -> tuple[str, str, str | None]:
    period = read_period(key, first, last, today=today, held=HELD)
    before = period.before()
    compared = f"{before.first} {before.last}" if before else None
    return f"{period.first} {period.last}", period.label, compared


@pytest.mark.parametrize(
    ("key", "days", "label", "compared"),
    [
        ("this-month", "2026-11-01 2026-11-15", "November 2026 so far", "2026-10-01 2026-10-15"),
        ("last-month", "2026-10-01 2026-10-31", "October 2026", "2026-09-01 2026-09-30"),
        ("last-3-months", "2026-08-01 2026-10-31", "3 months to October 2026", "2026-05-01 2026-07-31"),
        ("last-12-months", "2025-11-01 2026-10-31", "12 months to October 2026", "2024-11-01 2025-10-31"),
        ("this-year", "2026-01-01 2026-11-15", "2026 so far", "2025-01-01 2025-11-15"),
        ("all", "2025-05-16 2026-11-15", "All records", None),
        ("2026-02", "2026-02-01 2026-02-28", "February 2026", "2026-01-01 2026-01-31"),
        ("2026-11", "2026-11-01 2026-11-15", "November 2026 so far", "2026-10-01 2026-10-15"),
        ("", "2026-11-01 2026-11-15", "November 2026 so far", "2026-10-01 2026-10-15"),
    ],
)
def test_a_named_period_has_the_days_of_the_conventions(key: str, days: str, label: str, compared: str | None) -> None:
    assert span(key) == (days, label, compared)


def test_a_month_that_runs_to_the_31st_is_compared_with_the_whole_shorter_month() -> None:
    assert span("this-month", today=date(2026, 3, 30))[2] == "2026-02-01 2026-02-28"
    assert span("this-month", today=date(2026, 3, 31))[2] == "2026-02-01 2026-02-28"


def test_a_leap_day_is_compared_with_the_28th() -> None:
    assert span("this-year", today=date(2028, 2, 29))[2] == "2027-01-01 2027-02-28"


def test_without_a_name_the_newest_month_with_records_is_shown() -> None:
    assert span(today=date(2027, 3, 2))[0] == "2026-11-01 2026-11-30"


def test_days_that_are_named_are_compared_with_as_many_before() -> None:
    assert span(first="2026-10-05", last="2026-10-11") == (
        "2026-10-05 2026-10-11",
        "5 to 11 October 2026",
        "2026-09-28 2026-10-04",
    )


@pytest.mark.parametrize("key", ["yesterday", "2026-13", "0000-01", "2026-1", "' OR 1=1"])
def test_a_name_that_no_page_makes_is_refused(key: str) -> None:
    with pytest.raises(BadAddressError):
        span(key)


@given(
    st.sampled_from([key for key, _ in CHOICES if key != "all"]),
    st.dates(date(2001, 1, 1), date(2090, 1, 1)),
)
def test_the_period_before_ends_where_nothing_is_counted_twice(key: str, today: date) -> None:
    period = read_period(key, "", "", today=today, held=None)
    before = period.before()
    assert before
    assert before.first <= before.last < period.first <= period.last <= today


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_months_between_counts_every_month_once(first: date, more: int) -> None:
    last = shift_month(first, more)
    months = months_between(first, last)
    assert len(months) == more + 1
    assert months == sorted(set(months))
    assert (months[0], months[-1]) == (f"{first:%Y-%m}", f"{last:%Y-%m}")


@given(st.floats(0.01, 1e9))
def test_an_axis_reaches_above_the_largest_value_in_few_round_steps(largest: float) -> None:
    top, ticks = scale(largest)
    assert ticks[0] == 0
    assert len(ticks) <= 6
    assert top >= largest * (1 - 1e-9)
    assert top - ticks[-2] <= largest
    assert ticks[-1] == pytest.approx(top)


def test_a_chart_starts_at_zero_and_its_heights_are_in_proportion() -> None:
    def drawn(value: float) -> str:
        items = [Column(label="A", value=value, text="", href="/"), Column(label="B", value=200, text="", href="/")]
        return str(columns(items, title="T"))

    assert 'height="73.0"' in drawn(100)
    assert 'height="146.0"' in drawn(200)
    assert 'height="0.0"' in drawn(0)
    assert 'height="0.0"' in drawn(-5)
    assert str(columns([], title="T")) == ""


def test_a_chart_escapes_what_it_is_given() -> None:
    hostile = '"><script>alert(1)</script>'
    drawn = str(columns([Column(label=hostile, value=1, text=hostile, href=hostile)], title=hostile))
    assert "<script>" not in drawn
    assert 'width="100.0%"' in str(bar(7.0))


@pytest.mark.parametrize(
    ("amount", "text"),
    [(1234.5, "S$1,234.50"), (-3.2, "\u2212S$3.20"), (-0.001, "S$0.00"), (0, "S$0.00"), (None, "\u2013")],
)
def test_money_is_written_with_cents_and_a_real_minus_sign(amount: float | None, text: str) -> None:
    assert money(amount) == text


def test_minutes_and_sizes_are_written_in_fitting_units() -> None:
    assert [minutes_text(value) for value in (0, 59.6, 60, 725)] == ["0 min", "1 h 0 min", "1 h 0 min", "12 h 5 min"]
    assert [size_text(value) for value in (0, 999, 2318, 5_200_000)] == ["0 bytes", "999 bytes", "2.3 KB", "5.2 MB"]
