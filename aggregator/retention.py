"""How long reports lie at the servers: until they are summed or given up, and at most a week after a study's end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vocab.study import Study

__all__ = ["KEPT", "expired", "utc_now"]

KEPT = timedelta(days=7)
"""After this long past its end a study is collected no more, and both servers erase what they hold of its reports."""


def utc_now() -> datetime:
    """The time by the machine's clock."""
    return datetime.now(UTC)


def expired(study: Study, now: datetime) -> bool:
    """Whether nothing of the reports to this study may be left."""
    return now >= study.closes + KEPT
