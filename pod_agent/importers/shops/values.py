"""Values as shops' pages and mails hold them: texts, prices, moments, states of an order, and what is private."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import read_amount, read_day
from pod_agent.importers.reading import fold
from vocab.records import OrderStatus

__all__ = [
    "CENT",
    "currency_of",
    "decimal_of",
    "elements_of",
    "first_of",
    "left_behind",
    "mapping_of",
    "moment",
    "price",
    "status_of",
    "text_of",
    "to_cents",
]

CENT: Final = Decimal("0.01")
MAX_ADJUSTED: Final = 15
"""Amounts and quantities beyond this power of ten are none."""

LEAST_ADJUSTED: Final = -12
MAX_NESTED: Final = 40
MAX_NAME: Final = 100
SIGNS: Final = {
    "S$": "SGD", "SG$": "SGD", "$": "SGD", "RM": "MYR", "฿": "THB", "₱": "PHP", "RP": "IDR", "₫": "VND", "Đ": "VND",
}  # fmt: skip
CURRENCIES: Final = frozenset({"SGD", "MYR", "THB", "PHP", "IDR", "VND", "USD", "AUD", "HKD"})
LONG_FRACTION: Final = re.compile(r"-?\d{1,15}\.\d{1,30}", re.ASCII)
WITH_CURRENCY: Final = re.compile(
    r"(?P<sign>[-+]?)\s*(?P<before>SG\$|S\$|[A-Z]{2,3}|[$฿₱₫Đ])?\s*(?P<number>[-+]?[\d.,'\s]*\d)\s*(?P<after>[A-Z]{3}|[฿₱₫Đ])?",
    re.IGNORECASE,
)
STAMP: Final = re.compile(
    r"(?P<day>\d{1,2}[-/. ]+[^\W\d_]{3,12}[-/., ]+\d{4}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|[^\W\d_]{3,12} \d{1,2},? \d{4})"
    r"(?:[\sT,]+(?:at )?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[AP]M)?)?",
    re.IGNORECASE,
)
FIRST_SECOND, LAST_SECOND = 631_152_000, 4_102_444_800
"""1990 to 2100: numbers beyond are milliseconds, or no time."""

WORD: Final = re.compile(r"[^\W\d_]+")
NOT_YET: Final = frozenset(
    "awaiting be being fail failed in pending processing progress ready rejected request requested to".split()
)
"""Words beside *refund* or *cancel* that say it has not happened, as in *Return in progress*."""

DONE: Final = frozenset("collected complete completed delivered finished fulfilled received".split())
PRIVATE: Final = (
    ("delivery addresses", re.compile(r"address|postal|deliverysummary", re.IGNORECASE)),
    ("phone numbers", re.compile(r"phone|mobile|contactn", re.IGNORECASE)),
    ("e-mail addresses", re.compile(r"e-?mail", re.IGNORECASE)),
    ("loyalty numbers", re.compile(r"loyalty|linkpoint|member|pluscard", re.IGNORECASE)),
    ("customer numbers", re.compile(r"(buyer|customer|user)_?id", re.IGNORECASE)),
    ("names", re.compile(r"(customer|recipient|receiver|consignee|buyer|first|last|full)_?name", re.IGNORECASE)),
)


def text_of(value: object) -> str:
    """A text with white space folded, or a whole number as text; anything else is nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**40 else ""
    return fold(value) if isinstance(value, str) else ""


def mapping_of(value: object) -> Mapping[str, object]:
    """The value where it is a JSON object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def elements_of(value: object) -> Iterable[object]:
    """The elements where it is a JSON array, else none."""
    return value if isinstance(value, list) else ()


def first_of(mapping: Mapping[str, object], *names: str) -> object:
    """The first of these fields that is there and not empty, in any spelling (``lineTotal``, ``line_total``)."""
    for name in names:
        for spelled in (name, _snake(name)):
            value = mapping.get(spelled)
            if value is not None and value != "":
                return value
    return None


def decimal_of(value: object) -> Decimal | None:
    """The number in a JSON number or in a text such as ``1,234.50``; None for nothing. RowError for no number."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise RowError("bad_amount", "an amount is no number")
    if isinstance(value, str):
        return price(value)[0]
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or number.adjusted() > MAX_ADJUSTED:
        raise RowError("bad_amount", "an amount is no number of money")
    return number if number.adjusted() >= LEAST_ADJUSTED else Decimal(0)


def price(text: str) -> tuple[Decimal, str | None]:
    """The number and the currency, if it is told, of ``SGD6.00``, ``$10.00``, ``-RM 1,234.50`` or ``12,5 THB``."""
    stripped = fold(text).replace("\u2212", "-")
    if LONG_FRACTION.fullmatch(stripped):
        return Decimal(stripped), None
    found = WITH_CURRENCY.fullmatch(stripped)
    if not found or stripped.count("-") > 1:
        raise RowError("bad_amount", "an amount is not written as one")
    currency = currency_of(found["before"] or "") or currency_of(found["after"] or "")
    if (found["before"] or found["after"]) and currency is None:
        raise RowError("bad_currency", "the currency is not known")
    number = read_amount(found["number"].lstrip("+-"), "auto").number
    return (-number if "-" in (found["sign"], found["number"][0]) else number), currency


def currency_of(text: str) -> str | None:
    """The ISO 4217 code of a currency's sign or code; None where it is not one of a shop's."""
    sign = text.strip().upper()
    return sign if sign in CURRENCIES else SIGNS.get(sign)


def to_cents(number: Decimal) -> Decimal:
    """Rounded to two decimal places, half away from zero: pages compute with fractions of a cent."""
    if number.adjusted() > 2 * MAX_ADJUSTED - 10:
        raise RowError("bad_amount", "an amount is larger than any payment")
    return number.quantize(CENT, ROUND_HALF_UP)


def moment(value: object, zone: ZoneInfo) -> datetime:
    """The time in the shop's zone: seconds or milliseconds since 1970, ISO 8601, or words such as *Placed on ...*.

    A time without a zone is local. RowError where there is none.
    """
    try:
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            seconds = value if value < LAST_SECOND else value / 1000
            if not FIRST_SECOND <= seconds < LAST_SECOND:
                raise RowError("bad_date", "a time is not of these days")
            return datetime.fromtimestamp(int(seconds), UTC).astimezone(zone)
        text = text_of(value)
        if text.isdecimal() and text.isascii() and len(text) in {10, 13}:
            return moment(int(text), zone)
        return _within(_iso(text, zone) or _in_words(text, zone))
    except (ValueError, OverflowError) as error:
        raise RowError("bad_date", "a time is not one of the calendar") from error


def status_of(text: str) -> OrderStatus | None:
    """What the shop's words for a state mean; None where they tell nothing, such as *Paid*."""
    words = frozenset(WORD.findall(text.replace("_", " ").casefold()))
    if not words or "partial" in words or "partially" in words:
        return OrderStatus.DELIVERED if words & DONE else None
    yet = bool(words & NOT_YET)
    if not yet and any(word.startswith(("refund", "return")) for word in words):
        return OrderStatus.REFUNDED
    if not words & (NOT_YET - {"fail", "failed", "rejected", "to"}) and any(
        word.startswith(("cancel", "void", "fail", "reject")) for word in words
    ):
        return OrderStatus.CANCELLED
    if words & DONE and not words & {"be", "not", "ready", "out"}:
        return OrderStatus.DELIVERED
    return None


def left_behind(value: object) -> Counter[str]:
    """How many values of each kind of private data lie in an order: they are counted and never kept."""
    found: Counter[str] = Counter()
    found.update(_private(value, 0))
    return found


def _private(value: object, depth: int) -> Iterator[str]:
    if depth > MAX_NESTED:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            what = _what(str(name)[:MAX_NAME])
            if what is None:
                yield from _private(inner, depth + 1)
            elif inner not in (None, "", [], {}, False, 0):
                yield what
    elif isinstance(value, list):
        for inner in value:
            yield from _private(inner, depth + 1)


@lru_cache(maxsize=4096)
def _what(name: str) -> str | None:
    """Which kind of private data a field of this name holds, if any."""
    return next((what for what, pattern in PRIVATE if pattern.search(name)), None)


@lru_cache(maxsize=1024)
def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)


def _in_words(text: str, zone: ZoneInfo) -> datetime:
    found = STAMP.search(text)
    if not found:
        raise RowError("bad_date", "there is no date")
    day = read_day(found["day"], "dmy")
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"].upper() == "PM")
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)


def _within(at: datetime) -> datetime:
    if not FIRST_SECOND <= at.timestamp() < LAST_SECOND:
        raise RowError("bad_date", "a time is not of these days")
    return at.replace(microsecond=0)
