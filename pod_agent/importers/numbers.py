"""Numbers of cards and accounts in free text: kept to their last four characters.

Importers use it on the texts of banks and shops, ``ingest.privacy`` once more on every text before it is written.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["is_card", "is_iban", "last_four", "mask_numbers"]

_GAP = "[ \\-\u00a0\u2010-\u2015]"
_LONG = re.compile(rf"\d(?:{_GAP}?\d){{7}}")
"""Every card number and IBAN has eight digits in a row, and a card number at least 13: others are done at once."""

_IBAN_START = re.compile(r"[A-Z]{2}\d\d", re.ASCII)

_DIGITS = re.compile(rf"(?<!\d)\d(?:{_GAP}?\d){{12,}}(?!\d)", re.ASCII)
_CANDIDATE = re.compile(
    rf"(?<![A-Za-z0-9])[A-Z]{{2}}\d\d(?:{_GAP}?[A-Z0-9]){{11,30}}(?![A-Za-z0-9])|{_DIGITS.pattern}", re.ASCII
)
_PARTS = re.compile(f"({_GAP})")
_IBAN = re.compile(r"[A-Z]{2}\d\d[A-Z0-9]{11,30}")
_ISSUED = re.compile(
    r"4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|(?:6011|6[245]\d\d|50\d\d|5[6-8]\d\d)\d{12,15}"
)
"""How the numbers of the schemes begin, and how long they are (ISO/IEC 7812-1)."""

_SAYS_CARD = re.compile(r"\b(?:CARDS?|VISA|MASTERCARD|MC|AMEX|CREDIT|CC|DEBIT)\b", re.IGNORECASE)
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def last_four(number: str) -> str:
    """The last four letters and digits of an account's number."""
    return re.sub(r"[^A-Za-z0-9]", "", number)[-4:]


@lru_cache(maxsize=1024)
def mask_numbers(text: str) -> tuple[str, int]:
    """The text with every card number and IBAN as ``*`` and its last four characters, and how many there were.

    A card number begins and is as long as a scheme issues them, and its check digit is right or the text speaks of a
    card; an IBAN has the right check digits. So the references of banks and shops stay whole. The last texts are kept:
    an importer and ``ingest.privacy`` ask for the same ones in turn.
    """
    letters = text.encode("ascii", "ignore")
    digits = len(letters) - len(letters.translate(None, b"0123456789"))
    if digits < 8 or (digits < 13 and not _IBAN_START.search(text)) or not _LONG.search(text):
        return text, 0
    count = 0
    says_card = _SAYS_CARD.search(text) is not None

    def mask(found: re.Match[str]) -> str:
        nonlocal count
        masked, numbers = _mask(found[0], says_card=says_card)
        count += numbers
        # Letters that begin no IBAN may stand right before the number of a card.
        return _DIGITS.sub(mask, masked) if found[0][0].isalpha() else masked

    return _CANDIDATE.sub(mask, text), count


def _mask(candidate: str, *, says_card: bool) -> tuple[str, int]:
    """The candidate with the numbers in it masked, and how many: other words may stand before and behind them."""
    parts = _PARTS.split(candidate)
    out, place, count = [], 0, 0
    while place < len(parts):
        end = _longest(parts, place, says_card=says_card)
        if end is None:
            out.append(parts[place])
            place += 1
        else:
            out.append(f"*{''.join(parts[place:end:2])[-4:]}")
            place = end
            count += 1
    return "".join(out), count


def _longest(parts: list[str], first: int, *, says_card: bool) -> int | None:
    """Where the longest number that begins with this part ends; None where none begins. Odd parts are gaps."""
    if first % 2:
        return None
    number, end = "", None
    for place in range(first, len(parts), 2):
        number += parts[place]
        if len(number) > _MOST:
            break
        if is_iban(number) or (_ISSUED.fullmatch(number) and (says_card or is_card(number))):
            end = place + 1
    return end


_MOST = 34


def is_card(number: str) -> bool:
    """True for digits as a scheme issues them, not all alike, with a right check digit (ISO/IEC 7812-1)."""
    if not (number.isascii() and _ISSUED.fullmatch(number)) or len(set(number)) == 1:
        return False
    total = sum(int(digit) for digit in number[::-2]) + sum(_DOUBLED[int(digit)] for digit in number[-2::-2])
    return total % 10 == 0


def is_iban(number: str) -> bool:
    """True for 15 to 34 letters and digits with right check digits (ISO 13616)."""
    if not _IBAN.fullmatch(number):
        return False
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
