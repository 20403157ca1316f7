"""Days, times and parts as people read them, the same in previews, on pages and in messages; and names made alike."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

__all__ = ["HIDDEN", "day_text", "folded", "part_text", "time_text", "unhidden"]

HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""Characters that steer a terminal, turn text around or cannot be seen, and lone surrogates."""


def day_text(day: date) -> str:
    """``5 Oct 2026``."""
    return f"{day.day} {day:%b %Y}"


def time_text(at: datetime) -> str:
    """``5 Oct 2026, 14:03``, in the zone that the value carries."""
    return f"{at.day} {at:%b %Y, %H:%M}"


def part_text(part: float, whole: float) -> str:
    """``12 %``; never 0 % where there is something, never 100 % where something lacks."""
    percent = round(100 * part / whole) if whole else 100
    if percent == 0 and part:
        return "under 1 %"
    return "over 99 %" if percent == 100 and part < whole else f"{percent} %"


def folded(name: str) -> str:
    """A name for comparing: without regard to case and white space."""
    return " ".join(name.casefold().split())


def unhidden(text: str, instead: str = " ") -> str:
    """The text with ``instead`` for each character that steers or hides: names come from strangers."""
    return HIDDEN.sub(instead, text)
