"""The quick text of a time is the standard library's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from vocab.records.base import time_text

ZONES = st.sampled_from(
    [UTC, ZoneInfo("Asia/Singapore"), ZoneInfo("America/New_York"), timezone(timedelta(hours=5, minutes=45))]
)


@given(st.datetimes(min_value=datetime(1, 1, 3), timezones=ZONES), st.sampled_from([0, 1]))  # noqa: DTZ001 - hypothesis adds the zone
def test_a_time_is_written_like_isoformat_does(at: datetime, fold: int) -> None:
    for time in (
        at.replace(fold=fold),
        at.replace(microsecond=0),
        at.replace(microsecond=at.microsecond // 1000 * 1000),
    ):
        assert time_text(time) == time.isoformat()
