"""Hours of the day in a question: after 10 pm, before 6 am, between 8 and 11 pm."""

from __future__ import annotations

import re

from vocab.query import Filter

__all__ = ["take_hours"]

DAY = 24
NOON = 12
CLOCK = r"(?:(\d{1,2}) ?(am|pm)|(noon|midnight))"
BETWEEN = re.compile(rf"\b(?:between|from) (\d{{1,2}}) ?(am|pm)? (?:and|to|till|until|-) {CLOCK}")
NOON_TO = re.compile(rf"\b(?:between|from) (noon|midnight) (?:and|to|till|until) {CLOCK}")
AFTER = re.compile(r"\b(?:after|from|past) (?:(\d{1,2}) ?(am|pm)|(noon))(?: (?:on|onwards?))?\b")
BEFORE = re.compile(rf"\bbefore {CLOCK}\b")


def take_hours(text: str) -> tuple[str, list[Filter]]:
    """The text with marks in place of hours, and these as filters; the last hour is not included."""
    found: list[Filter] = []

    def add(match: re.Match[str], first: int | None, end: int | None) -> str:
        if first is None or end is None or first == end:
            return match[0]
        span = end - first if end > first else end + DAY - first
        found.append(Filter("hour", "in", tuple((first + number) % DAY for number in range(span))))
        return f" H{len(found) - 1} "

    def between(match: re.Match[str]) -> str:
        end = _hour(match[3], match[4], match[5])
        return add(match, _hour(match[1], match[2] or match[4], None), DAY if end == 0 else end)

    def whole(match: re.Match[str]) -> str:
        end = _hour(match[2], match[3], match[4])
        return add(match, _hour(None, None, match[1]), DAY if end == 0 else end)

    text = BETWEEN.sub(between, text)
    text = NOON_TO.sub(whole, text)
    text = AFTER.sub(lambda match: add(match, _hour(match[1], match[2], match[3]), DAY), text)
    return BEFORE.sub(lambda match: add(match, 0, _hour(match[1], match[2], match[3])), text), found


def _hour(number: str | None, half: str | None, word: str | None) -> int | None:
    """The hour from 0 to 23, None where it is none."""
    if word is not None:
        return NOON if word == "noon" else 0
    hour = int(number or 0)
    if not 1 <= hour <= NOON or half is None:
        return None
    return hour % NOON + (NOON if half == "pm" else 0)
