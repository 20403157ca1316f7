"""Numbers in words become digits, and words that are no numbers stay."""

from __future__ import annotations

import pytest

from pod_agent.assistant.rules.numerals import in_digits


@pytest.mark.parametrize(
    ("words", "digits"),
    [
        ("more than fifteen thousand steps", "more than 15000 steps"),
        ("between two and three hundred dollars", "between 200 and 300 dollars"),
        ("between two hundred and three hundred", "between 200 and 300"),
        ("the past fourteen days", "the past 14 days"),
        ("in twenty twenty six", "in 2026"),
        ("the twenty first of may", "the 21st of may"),
        ("the thirty second song", "the 32nd song"),
        ("two hundred and fifty dollars", "250 dollars"),
        ("twelve thousand five hundred steps", "12500 steps"),
        ("10 thousand steps", "10000 steps"),
        ("between thirty and fifty five dollars", "between 30 and 55 dollars"),
        ("two thousand twenty five", "2025"),
    ],
)
def test_numbers_in_words_are_digits(words: str, digits: str) -> None:
    assert in_digits(words) == digits


@pytest.mark.parametrize(
    "text", ["top five", "the last two weeks", "one of them", "a hundred dollars", "E0 on fifties"]
)
def test_small_numbers_and_other_words_stay(text: str) -> None:
    assert in_digits(text) == text
