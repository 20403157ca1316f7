"""Days and times as people read them, the same in previews, on pages and in messages."""

from __future__ import annotations

from datetime import date, datetime

__all__ = ["day_text", "time_text"]


def day_text(day: date) -> str:
    """``5 Oct 2026``."""
    return f"{day.day} {day:%b %Y}"


def time_text(at: datetime) -> str:
    """``5 Oct 2026, 14:03``, in the zone that the value carries."""
    return f"{at.day} {at:%b %Y, %H:%M}"
