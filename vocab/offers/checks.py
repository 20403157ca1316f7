"""What holds for every value of an offer; each refusal names the field at fault."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import ClassVar, Final

from vocab.errors import VocabularyError
from vocab.taxonomy import CATEGORIES

__all__ = [
    "MAX_PARTS",
    "MAX_TEXT",
    "OfferError",
    "check_between",
    "check_categories",
    "check_code",
    "check_few",
    "check_percent",
    "check_text",
    "is_gtin",
]

MAX_TEXT: Final = 400
MAX_PARTS: Final = 50
"""Most stores, products, categories, tiers, rates or rewards of one offer."""
CODE: Final = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{1,14}[A-Z0-9])")
MAX_CODE_DIGITS: Final = 4
MAX_CODE_RUNS: Final = 4
_MARKUP: Final = re.compile(r"[<>]|://|www\.|\b(?:https?|javascript|data|mailto|tel):", re.IGNORECASE)


class OfferError(VocabularyError):
    """An offer that agents would leave out; the message begins with the field at fault."""

    code: ClassVar[str] = "invalid_offer"
    hint = "Correct the field that is named; docs/reference/offers.md lists all of them."


def check_text(field: str, text: str, *, most: int = MAX_TEXT) -> None:
    """OfferError for a text that is empty, too long, or could hide, link or run something."""
    if not text.strip():
        raise OfferError(f"{field}: there is no {field}")
    if len(text) > most or not text.isprintable():
        raise OfferError(f"{field}: it is too long or holds characters that cannot be shown")
    if _MARKUP.search(text):
        raise OfferError(f"{field}: it holds markup or an address; offers are plain text")


def check_few(field: str, parts: tuple[object, ...]) -> None:
    """OfferError for more than ``MAX_PARTS``."""
    if len(parts) > MAX_PARTS:
        raise OfferError(f"{field}: there are more than {MAX_PARTS}")


def check_percent(field: str, percent: Decimal, *, least: Decimal | int = Decimal("0.0001")) -> None:
    """OfferError for a percentage outside ``least`` to 100."""
    if not percent.is_finite() or percent < least:
        raise OfferError(f"{field}: {percent} is out of range")
    if percent > 100:
        raise OfferError(f"{field}: it is more than 100 %")


def check_between(field: str, number: Decimal | int, least: Decimal | int, most: int) -> None:
    """OfferError for a number outside both ends."""
    if not least <= number <= most:
        raise OfferError(f"{field}: it is out of range, which is {least} to {most}")


def check_categories(field: str, names: tuple[str, ...]) -> None:
    """OfferError for a name that is no category of the taxonomy, or stands there twice."""
    for name in names:
        if name not in CATEGORIES:
            raise OfferError(f"{field}: {name[:60]!r} is no category of the public taxonomy")
    if len(set(names)) != len(names):
        raise OfferError(f"{field}: none stands there twice")


def check_code(code: str) -> None:
    """A shared code is short, and of words and few digits; a serial number would tell whose it is."""
    if not CODE.fullmatch(code):
        raise OfferError("code: it has 3 to 16 capital letters, digits and dashes")
    runs = re.findall(r"[A-Z]+|[0-9]+", code)
    if sum(letter.isdigit() for letter in code) > MAX_CODE_DIGITS or len(runs) > MAX_CODE_RUNS:
        raise OfferError("code: it looks like one person's own; a code is the same for everyone, such as SAVE10")


def is_gtin(text: str) -> bool:
    """Whether the check digit fits (GS1 General Specifications, section 7.9)."""
    if not text.isascii() or not text.isdigit() or len(text) not in {8, 12, 13, 14}:
        return False
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return weighted % 10 == 0
