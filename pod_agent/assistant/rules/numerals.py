"""Numbers in words, in digits: fifteen thousand, twenty-five, the twenty-first, twenty twenty-six."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["in_digits"]

ONES = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
TEENS = {
    word: number
    for number, word in enumerate("thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), 13)
}
TENS = {
    word: number
    for number, word in zip(
        range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True
    )
}
UNITS = {"hundred": 100, "thousand": 1000}
ORDINALS = {
    word: number for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth".split(), 1)
}
SUFFIXES = {1: "st", 2: "nd", 3: "rd"}
CENTURY = 2000


def _either(*words: str) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    one, ten = _either(*list(ONES)[:9]), _either(*TENS)
    below = rf"(?:(?:{ten})(?:[ -](?:{one}))?|{_either(*TEENS)}|{_either(*ONES)})"
    number = rf"(?:\d+|{below})"
    return (
        re.compile(rf"\btwenty[ -](?P<year>(?:{ten})(?:[ -](?:{one}))?|{_either(*TEENS)})\b(?! (?:hundred|thousand))"),
        re.compile(rf"\b(?P<tens>{ten})[ -](?P<ordinal>{_either(*ORDINALS)})\b"),
        re.compile(
            rf"\b(?:{number} thousand(?:(?: and)? {number} hundred)?(?:(?: and)? {below})?"
            rf"|{number} hundred(?:(?: and)? {below}\b(?! (?:hundred|thousand)))?"
            rf"|(?:{ten})(?:[ -](?:{one}))?|{_either(*TEENS)})\b"
        ),
    )


def in_digits(text: str) -> str:
    """Numbers from thirteen on in digits, and years and days of the month; one to twelve stay, they are words too.

    "Two and three hundred" are two hundred and three hundred.
    """
    if not re.search(rf"\b(?:{_either(*TEENS, *TENS, *UNITS)})\b", text):
        return text
    text = re.sub(
        rf"\b({_either(*ONES)}) (and|AND|to|or) (?=(?:{_either(*ONES)}) (hundred|thousand)\b)", r"\1 \3 \2 ", text
    )
    year, day, number = _patterns()
    text = year.sub(lambda match: str(CENTURY + _of(match["year"])), text)
    text = day.sub(lambda match: _day(TENS[match["tens"]] + ORDINALS[match["ordinal"]]), text)
    return number.sub(lambda match: str(_of(match[0])), text)


def _day(number: int) -> str:
    return f"{number}{SUFFIXES.get(number % 10, 'th')}"


def _of(words: str) -> int:
    known = {**ONES, **TEENS, **TENS}
    total = part = 0
    for word in re.findall(r"\w+", words):
        if word == "thousand":
            total, part = total + part * UNITS[word], 0
        elif word == "hundred":
            part *= UNITS[word]
        elif word != "and":
            part += int(word) if word.isdigit() else known[word]
    return total + part
