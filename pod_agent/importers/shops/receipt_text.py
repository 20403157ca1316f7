"""Receipts as text: a till's lines and the mails of FairPrice and Lazada, as far as patterns can tell.

Items are kept only where their sum, with delivery and less savings, is the printed total; otherwise the order stands
without its lines. What is read is provisional: the shop's own JSON of an order says it better.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.reading import fold
from pod_agent.importers.shops.orders import ToldLine, ToldOrder, UnreadOrder
from pod_agent.importers.shops.values import moment, price, status_of, to_cents
from vocab.records import OrderStatus

__all__ = ["SHOP_WORDS", "read_receipt"]

SHOP_WORDS: Final = {"fairprice": "FairPrice", "lazada": "Lazada", "redmart": "Lazada"}
SINGAPORE: Final = ZoneInfo("Asia/Singapore")
ROUNDING: Final = Decimal("0.04")
"""Cash is rounded to five cents."""

MAX_LINES: Final = 5_000
MAX_LINE: Final = 300
AMOUNT: Final = r"-?\s?(?:SGD|S\$|\$|RM|MYR)?\s?-?\d[\d,]{0,11}\.\d{2}"
NUMBER: Final = re.compile(
    r"(?:order|receipt|invoice|transaction)\s*(?:number|num|no\.?|id|reference)?\s*[:#.]?\s*#?\s*(?P<number>(?=[A-Z-]*\d)[A-Z0-9-]{5,30})\b",
    re.IGNORECASE,
)
DATE: Final = re.compile(
    r"(?:placed on|order date|date(?:\s*/\s*time| of order| of purchase)?)\s*[:.]?\s*(?P<date>.*\d.*)", re.IGNORECASE
)
TOTAL: Final = re.compile(
    rf"(?:grand |order |net |final )?total(?: amount| paid| payable| due)?(?: \([^)]*\))?\s*:?\s*(?P<amount>{AMOUNT})",
    re.IGNORECASE,
)
PRICED: Final = re.compile(rf"(?P<name>.*?\S)\s*:?\s+(?P<amount>{AMOUNT})")
QUANTITY_BELOW: Final = re.compile(
    rf"(?P<quantity>\d{{1,4}}(?:\.\d{{1,3}})?)\s*(?:kg|pcs?)?\s*[x@]\s*(?P<unit>{AMOUNT})(?:\s+(?P<amount>{AMOUNT}))?",
    re.IGNORECASE,
)
TIMES_BEFORE: Final = re.compile(r"(?P<quantity>\d{1,3})\s*x\s+(?P<name>\S.*)", re.IGNORECASE)
TIMES_BEHIND: Final = re.compile(
    r"(?P<name>.*\S)\s+(?:x\s*|qty:?\s*|quantity:?\s*)(?P<quantity>\d{1,3})", re.IGNORECASE
)
QUANTITY_ALONE: Final = re.compile(r"(?:qty|quantity)\s*:?\s*(?P<quantity>\d{1,3})", re.IGNORECASE)
AMOUNT_ALONE: Final = re.compile(AMOUNT)
SUMMARY: Final = re.compile(
    r"\b(?:sub-?\s?total|total|gst|tax|change|cash|nets|visa|mastercard|amex|paid|payment|tendered|rounding|balance|points?)\b",
    re.IGNORECASE,
)
DELIVERY: Final = re.compile(r"\b(?:delivery|shipping|service fee)\b", re.IGNORECASE)
SAVINGS: Final = re.compile(r"\b(?:discount|voucher|savings?|promo\w*|rebate|coupon)\b", re.IGNORECASE)
CONFIRMS: Final = re.compile(r"\b(?:confirm\w*|placed|receipt|thank|received your order)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Item:
    """A product with its price, which may be that of one piece (``each``), of all, or of either (None)."""

    name: str
    quantity: Decimal
    amount: Decimal
    each: bool | None = None

    def total(self, *, each: bool) -> Decimal:
        is_each = each if self.each is None else self.each
        return to_cents(self.amount * self.quantity) if is_each else self.amount


@dataclass(slots=True)
class _Sheet:
    """What was found on a receipt so far."""

    items: list[_Item] = field(default_factory=list)
    name: str = ""
    total: Decimal | None = None
    delivery: Decimal | None = None
    savings: Decimal | None = None
    ended: bool = False


def read_receipt(
    text: str, *, shop_hint: str = "", subject: str = "", sent: datetime | None = None
) -> ToldOrder | UnreadOrder | None:
    """The order on a receipt; None where it is no receipt of a known shop.

    ``sent`` is when the mail was, which stands for the day of the order in its confirmation alone: later mails about an
    order are of other days.
    """
    shop = _shop(f"{shop_hint} {subject} {text[:4000]}")
    number = NUMBER.search(subject) or NUMBER.search(text)
    if shop is None or number is None:
        return None
    lines = [
        line for line in map(fold, text[: MAX_LINES * MAX_LINE].splitlines()[:MAX_LINES]) if 0 < len(line) <= MAX_LINE
    ]
    sheet = _read(lines)
    at = _placed(lines) or (
        sent.astimezone(SINGAPORE) if sent and CONFIRMS.search(f"{subject} {text[:2000]}") else None
    )
    if at is None or sheet.total is None:
        return None
    items = _fitting(sheet)
    status = status_of(subject) or (OrderStatus.DELIVERED if _is_till(shop, subject, lines) else OrderStatus.PLACED)
    return ToldOrder(
        source=shop.casefold(),
        shop=shop,
        number=number["number"],
        at=at.replace(microsecond=0),
        status=status,
        currency="SGD",
        total=sheet.total,
        lines=[_line(item, total, status) for item, total in items],
        shipping=sheet.delivery,
        discount=sheet.savings,
        provisional=True,
    )


def _shop(text: str) -> str | None:
    folded = text.casefold()
    return next((shop for word, shop in SHOP_WORDS.items() if word in folded), None)


def _is_till(shop: str, subject: str, lines: list[str]) -> bool:
    """A till's receipt is for what was taken home."""
    return shop == "FairPrice" and "receipt" in " ".join([subject, *lines[:12]]).casefold()


def _placed(lines: list[str]) -> datetime | None:
    """The first time that is told as that of the order."""
    for line in lines:
        found = DATE.search(line)
        if found:
            try:
                return moment(found["date"], SINGAPORE)
            except RowError:
                continue
    return None


def _read(lines: list[str]) -> _Sheet:
    sheet = _Sheet()
    for line in lines:
        total = TOTAL.fullmatch(line)
        if total:
            sheet.total, sheet.ended = price(total["amount"])[0], True
        elif not _below(line, sheet):
            _priced(line, sheet)
    return sheet


def _below(line: str, sheet: _Sheet) -> bool:
    """A line that belongs to the product above it: its quantity, or its price."""
    below, alone = QUANTITY_BELOW.fullmatch(line), QUANTITY_ALONE.fullmatch(line)
    if below:
        _quantity_below(below, sheet)
    elif alone and sheet.items:
        sheet.items[-1].quantity = Decimal(alone["quantity"])
        sheet.items[-1].each = None
    elif AMOUNT_ALONE.fullmatch(line) and sheet.name and not sheet.ended:
        sheet.items.append(_Item(sheet.name, Decimal(1), price(line)[0]))
    else:
        return False
    sheet.name = ""
    return True


def _quantity_below(found: re.Match[str], sheet: _Sheet) -> None:
    quantity, unit = Decimal(found["quantity"]), price(found["unit"])[0]
    if sheet.name:
        sheet.items.append(_Item(sheet.name, quantity, unit, each=True))
    elif sheet.items and to_cents(unit * quantity) == sheet.items[-1].amount:
        sheet.items[-1] = _Item(sheet.items[-1].name, quantity, unit, each=True)


def _priced(line: str, sheet: _Sheet) -> None:
    """A name with a price behind it: a product, delivery, savings or another sum; or a name alone."""
    found = PRICED.fullmatch(line)
    if not found:
        sheet.name = "" if SUMMARY.search(line) else line
        return
    name, amount = found["name"], price(found["amount"])[0]
    sheet.name = ""
    if DELIVERY.search(name):
        sheet.delivery = (sheet.delivery or Decimal(0)) + amount
    elif SUMMARY.search(name):
        sheet.ended = sheet.ended or "total" in name.casefold()
    elif SAVINGS.search(name):
        sheet.savings = (sheet.savings or Decimal(0)) + abs(amount)
    elif not sheet.ended and amount >= 0:
        times = TIMES_BEFORE.fullmatch(name) or TIMES_BEHIND.fullmatch(name)
        quantity = Decimal(times["quantity"]) if times else Decimal(1)
        sheet.items.append(_Item(times["name"] if times else name, quantity, amount))


def _fitting(sheet: _Sheet) -> list[tuple[_Item, Decimal]]:
    """The items with what each cost, in the reading whose sum is the total; none where no reading is."""
    wanted = (sheet.total or Decimal(0)) - (sheet.delivery or 0) + (sheet.savings or 0)
    for each in (False, True):
        found = [(item, item.total(each=each)) for item in sheet.items]
        if found and abs(sum(total for _, total in found) - wanted) <= ROUNDING:
            return found
    return []


def _line(item: _Item, total: Decimal, status: OrderStatus) -> ToldLine:
    unit = to_cents(total / item.quantity) if item.quantity else item.amount
    return ToldLine(
        product=item.name,
        quantity=item.quantity,
        unit_price=item.amount if item.each else unit,
        total=total,
        status=status,
    )
