"""The last look at every text before it is kept: full card numbers go, and network addresses where they mean nothing.

Importers leave private fields behind by themselves. This is for what people and banks type into free text: a card
number in a payment's text, an address in a comment. The last four digits of a card number stay, because they tell the
person which card it was.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec

from vocab.records import Order, OrderLine, Post, Record, Search, Transaction

__all__ = ["ADDRESSES", "CARDS", "mask_addresses", "mask_cards", "scrub"]

CARDS: Final = "full card numbers"
ADDRESSES: Final = "IP addresses"

_FIELDS: Final[dict[type[Record], tuple[str, ...]]] = {
    Transaction: ("account", "description", "merchant", "counterparty", "hint", "reference"),
    Order: ("shop", "number", "place", "paid_with"),
    OrderLine: ("shop", "number", "line", "product", "brand", "seller"),
    Post: ("text", "about"),
    Search: ("text",),
}
"""Fields of free text, by class; a value may be None."""

_WITH_ADDRESSES: Final = frozenset({Post, Search})

_SHORTEST: Final = 13
_LONGEST: Final = 19
_SEPARATOR: Final = "[ \\-\u00a0\u2010-\u2015]"
_CANDIDATE: Final = re.compile(rf"\d(?:{_SEPARATOR}?\d){{{_SHORTEST - 1},}}")
_GROUP: Final = re.compile(r"\d+")
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_IPV4: Final = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)")
_IPV6: Final = re.compile(r"(?<![\w:])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*(?![\w:])", re.IGNORECASE)


def scrub(record: Record, found: Counter[str]) -> Record:
    """The record without what must not be kept; what was taken out is counted in ``found``."""
    kind = type(record)
    changes: dict[str, str] = {}
    for name in _FIELDS.get(kind, ()):
        text = getattr(record, name)
        if text:
            clean, cards = mask_cards(text)
            addresses = 0
            if kind in _WITH_ADDRESSES:
                clean, addresses = mask_addresses(clean)
            if cards or addresses:
                changes[name] = clean
                found.update({label: number for label, number in ((CARDS, cards), (ADDRESSES, addresses)) if number})
    return msgspec.structs.replace(record, **changes) if changes else record


def mask_cards(text: str) -> tuple[str, int]:
    """The text with only the last four digits of every card number in it, and how many there were.

    A card number is 13 to 19 digits, perhaps with single spaces or dashes between groups, whose check digit is right.
    """
    if not _CANDIDATE.search(text):
        return text, 0
    parts: list[str] = []
    end = 0
    for begin, stop, digits in _cards(text):
        parts += [text[end:begin], "xxxx", digits[-4:]]
        end = stop
    return "".join([*parts, text[end:]]), len(parts) // 3


def _cards(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and digits of every card number, from left to right, none within another."""
    for run in _CANDIDATE.finditer(text):
        groups = [(match.start(), match.end()) for match in _GROUP.finditer(text, run.start(), run.end())]
        first = 0
        while first < len(groups):
            found = _longest(text, groups, first)
            if found is None:
                first += 1
                continue
            last, digits = found
            yield groups[first][0], groups[last][1], digits
            first = last + 1


def _longest(text: str, groups: list[tuple[int, int]], first: int) -> tuple[int, str] | None:
    """The last group and the digits of the longest card number that begins with this group."""
    digits, best = "", None
    for last in range(first, len(groups)):
        digits += text[slice(*groups[last])]
        if len(digits) > _LONGEST:
            break
        if len(digits) >= _SHORTEST and _check_digit_is_right(digits):
            best = (last, digits)
    return best


def _check_digit_is_right(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        total += _DOUBLED[int(digit)] if place % 2 else int(digit)
    return total % 10 == 0


def mask_addresses(text: str) -> tuple[str, int]:
    """The text without IPv4 and IPv6 addresses, and how many there were."""
    if "." not in text and ":" not in text:
        return text, 0
    count = 0

    def masked(match: re.Match[str]) -> str:
        nonlocal count
        try:
            ipaddress.ip_address(match.group().rstrip("."))
        except ValueError:
            return match.group()
        count += 1
        return "[IP address]"

    return _IPV6.sub(masked, _IPV4.sub(masked, text)), count
