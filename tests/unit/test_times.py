"""Times in documents have one form; any other is refused, with the same error everywhere."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vocab.errors import VocabularyError
from vocab.times import utc_moment, utc_text


def test_a_moment_is_written_and_read_in_one_form() -> None:
    moment = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert utc_text(moment) == "2026-11-21T08:00:00Z"
    assert utc_moment(utc_text(moment)) == moment


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-21", "2026-11-21T08:00:00", "2026-11-21T08:00:00+00:00", "2026-1-1T8:0:0Z", "2026-13-01T00:00:00Z"],
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(VocabularyError, match="a time is written like"):
        utc_moment(text)
