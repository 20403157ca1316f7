"""Hours of the day in a question: after 10 pm, before 6 am, between 8 and 11 pm, from 6 to 9 o'clock in the morning."""

from __future__ import annotations

import re

from pod_agent.assistant.rules.dates import NUMBERS
from vocab.query import Filter

__all__ = ["take_hours"]

DAY = 24
NOON = 12
HALF = r"(am|pm|in the morning|in the evening|in the afternoon|at night|of the morning|of the evening)"
NUMBER = rf"\d{{1,2}}|{'|'.join(NUMBERS)}"
TIME = rf"(?:({NUMBER})(?:(?:[ :.]|(?<=\b0\d))(00))?(?: ?oclock)?(?: ?{HALF})?|(noon|midday|midnight))"
"""Four groups: the number, its two noughts, the half of the day, or a word."""
AND = r"(?: ?- ?| ?(?:and|to|till|until|til|through)(?: before)? )"
BETWEEN = re.compile(
    rf"\b(?:(?:in )?(?:between|from) (?:the hours of )?)?{TIME}{AND}{TIME}(?! ?(?:\d|%|(?:\d*|four|fif|six"
    rf"|seven|eigh|nin|ten|eleven|twelf)(?:th|st|nd|rd)\b))"
)
JOINED = re.compile(rf"\b{TIME} {TIME}(?!\w)")
AFTER = re.compile(
    rf"\b(?:after|from|past|later than|starting (?:at|from)|since) {TIME}(?: (?:on|onwards?|or later))?(?!\w)"
)
BEFORE = re.compile(rf"\b(?:before|until|till|up to|earlier than|by) {TIME}(?!\w)")
MORNING = frozenset({"am", "in the morning", "of the morning"})


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
        half, later = match[3], match[7]
        if match[1] and not (match[2] or half or match[6] or later or "oclock" in match[0] or match[8]):
            return match[0]
        end = _hour(match[5], match[6], later, match[8], None)
        other = later or ("pm" if match[8] == "midnight" else None)
        first = _hour(match[1], match[2], half, match[4], other)
        if first is not None and end is not None and match[1] and half is None and later == "pm" and first > end:
            first = _hour(match[1], match[2], "am", match[4], None)
        return add(match, first, DAY if end == 0 else end)

    text = BETWEEN.sub(between, re.sub(r"\b12 (?=midnight|noon)", "", text))
    text = JOINED.sub(lambda match: between(match) if match[3] and match[7] else match[0], text)
    text = AFTER.sub(lambda match: add(match, _said(match), DAY) if match[4] != "midnight" else match[0], text)
    return BEFORE.sub(lambda match: add(match, 0, _said(match)) if match[4] != "midnight" else match[0], text), found


def _said(match: re.Match[str]) -> int | None:
    return _hour(match[1], match[2], match[3], match[4], None)


def _hour(number: str | None, noughts: str | None, half: str | None, word: str | None, other: str | None) -> int | None:
    """The hour from 0 to 23, None where it is none; ``other`` is the half of the day that stands at the later hour."""
    if word is not None:
        return 0 if word == "midnight" else NOON
    hour, half = NUMBERS.get(number or "") or int(number or 0), half or other
    if half is None:
        return hour if noughts is not None and hour < DAY else None
    if not 1 <= hour <= NOON:
        return None
    return hour % NOON + (0 if half in MORNING else NOON)
