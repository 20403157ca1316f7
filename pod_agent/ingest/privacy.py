"""The last look at every text before it is kept: full card numbers go, and network addresses where they mean nothing.

Importers leave private fields behind by themselves. This is for what people and banks type into free text: a card
number in a payment's text, an address in a comment. The last four digits of a card number stay, because they tell the
person which card it was.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from typing import Final

import msgspec

from pod_agent.importers.numbers import mask_numbers
from vocab.records import Order, OrderLine, Post, Record, Search, Transaction

__all__ = ["ADDRESSES", "CARDS", "mask_addresses", "scrub"]

CARDS: Final = "numbers of cards and accounts"
ADDRESSES: Final = "IP addresses"

_FIELDS: Final[dict[type[Record], tuple[str, ...]]] = {
    Transaction: ("account", "description", "merchant", "counterparty", "hint", "reference"),
    Order: ("shop", "place", "paid_with"),
    OrderLine: ("shop", "product", "brand", "seller"),
    Post: ("text", "about"),
    Search: ("text",),
}
"""Fields of free text, by class; a value may be None. Every tenth number of an order looks like a card's: they stay."""

_WITH_ADDRESSES: Final = frozenset({Post, Search})

_IPV4: Final = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)")
_IPV6: Final = re.compile(r"(?<![\w:])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*(?![\w:])", re.IGNORECASE)


def scrub(record: Record, found: Counter[str]) -> Record:
    """The record without what must not be kept; what was taken out is counted in ``found``."""
    kind = type(record)
    changes: dict[str, str] = {}
    for name in _FIELDS.get(kind, ()):
        text = getattr(record, name)
        if text:
            clean, cards = mask_numbers(text)
            addresses = 0
            if kind in _WITH_ADDRESSES:
                clean, addresses = mask_addresses(clean)
            if cards or addresses:
                changes[name] = clean
                found.update({label: number for label, number in ((CARDS, cards), (ADDRESSES, addresses)) if number})
    return msgspec.structs.replace(record, **changes) if changes else record


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
