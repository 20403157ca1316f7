"""Numbers of cards and accounts in free text: kept to their last four characters."""

from __future__ import annotations

import re

__all__ = ["is_card", "is_iban", "last_four", "mask_numbers"]

_LONG = re.compile(r"\d{4}[ -]?\d{4}")
"""Every card number and IBAN has eight digits in a row: a text without is done at once."""

_CANDIDATE = re.compile(
    r"(?<![A-Za-z0-9])"
    r"(?:[A-Z]{2}\d\d[A-Z0-9]{11,30}|[A-Z]{2}\d\d(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?"
    r"|[2-6]\d{12,18}|[2-6]\d{3}(?:[ -]\d{4}){2,3}(?:[ -]?\d{1,4})?|3\d{3}[ -]\d{6}[ -]\d{5})"
    r"(?![A-Za-z0-9])"
)
_IBAN = re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def last_four(number: str) -> str:
    """The last four letters and digits of an account's number."""
    return re.sub(r"[^A-Za-z0-9]", "", number)[-4:]


def mask_numbers(text: str) -> tuple[str, int]:
    """The text with every card number and IBAN as ``*`` and its last four characters, and how many there were.

    Only what passes the number's own check (Luhn; ISO 7064 mod 97-10) is one: references of a bank stay whole.
    """
    if not _LONG.search(text):
        return text, 0
    count = 0

    def mask(found: re.Match[str]) -> str:
        nonlocal count
        masked = _mask(found[0])
        count += masked is not None
        return masked or found[0]

    return _CANDIDATE.sub(mask, text), count


def _mask(candidate: str) -> str | None:
    """The candidate with the number in it masked: other words and numbers may stand before and behind it."""
    parts = re.split("([ -])", candidate)
    words = range(0, len(parts), 2)
    for start, end in sorted(((a, b) for a in words for b in words if a <= b), key=lambda span: span[0] - span[1]):
        number = "".join(parts[start : end + 1 : 2])
        if is_card(number) or is_iban(number):
            return "".join([*parts[:start], f"*{number[-4:]}", *parts[end + 1 :]])
    return None


def is_card(number: str) -> bool:
    """True for 13 to 19 digits, not all alike, with a right check digit (ISO/IEC 7812-1)."""
    if not (number.isascii() and number.isdigit() and 13 <= len(number) <= 19) or len(set(number)) == 1:
        return False
    total = sum(int(digit) for digit in number[::-2]) + sum(_DOUBLED[int(digit)] for digit in number[-2::-2])
    return total % 10 == 0


def is_iban(number: str) -> bool:
    """True for 15 to 34 letters and digits with right check digits (ISO 13616)."""
    if not _IBAN.fullmatch(number):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
