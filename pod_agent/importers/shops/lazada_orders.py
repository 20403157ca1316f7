"""Lazada: what the answers of its shop pages (``mtop``) say of a buyer's orders.

An answer is a flat set of blocks, each with a tag, an id and fields; an order's blocks find together by its number. The
list of orders says less than the page of one order; both name the order and its lines alike.

The price beside a product is that of one piece, or of the whole line, as the page likes. The reading whose sum agrees
with the total (less shipping, plus savings) is taken; where both or none agrees, the price is that of one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.shops.orders import ToldLine, ToldOrder, UnreadOrder, order_status
from pod_agent.importers.shops.values import (
    decimal_of,
    elements_of,
    first_of,
    left_behind,
    mapping_of,
    moment,
    price,
    status_of,
    text_of,
    to_cents,
)
from vocab.records import OrderStatus

__all__ = ["is_answer", "orders_in"]

SOURCE: Final = "lazada"
SHOP: Final = "Lazada"
DEEPEST: Final = 4
ZONES: Final = {
    "SGD": "Asia/Singapore", "MYR": "Asia/Kuala_Lumpur", "THB": "Asia/Bangkok", "PHP": "Asia/Manila",
    "IDR": "Asia/Jakarta", "VND": "Asia/Ho_Chi_Minh",
}  # fmt: skip
SAVINGS: Final = ("voucher", "promo", "discount", "saving", "coin", "rebate", "bonus", "subsidy", "off")
NOT_FEES: Final = ("subtotal", "sub total", "items", "merchandise", "gst", "tax", "vat")
KEPT_TAGS: Final = frozenset({"orderItem", "detailInfo", "orderInfo", "order", "totalSummary", "orderExtraSummary"})
Block = Mapping[str, object]


@dataclass(slots=True)
class _Blocks:
    """The blocks of one order."""

    number: str
    items: list[tuple[str, Block]] = field(default_factory=list)
    about: list[Block] = field(default_factory=list)
    sums: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Sums:
    """What an order comes to, as far as it is told."""

    total: Decimal | None = None
    shipping: Decimal | None = None
    discount: Decimal | None = None
    currency: str | None = None
    paid_with: str | None = None

    def amount(self, value: object) -> Decimal | None:
        """The number in a price; its currency is noted."""
        if not isinstance(value, str):
            return decimal_of(value)
        if not value.strip():
            return None
        number, currency = price(value)
        self.currency = self.currency or currency
        return number


def is_answer(value: object) -> bool:
    """Whether a decoded document is an answer about a buyer's orders."""
    blocks = _blocks_of(value)
    return any(mapping_of(block).get("tag") in {"orderItem", "detailInfo", "orderInfo"} for block in blocks.values())


def orders_in(value: object) -> Iterator[ToldOrder | UnreadOrder]:
    """Every order of an answer, in its order; nothing where it is an answer about something else."""
    if not is_answer(value):
        return
    blocks = _blocks_of(value)
    sellers = {
        text_of(first_of(fields, "sellerId", "id")): text_of(first_of(fields, "name", "sellerName", "shopName"))
        for tag, _, fields in _tagged(blocks)
        if tag == "sellerInfo"
    }
    private = left_behind({name: block for name, block in blocks.items() if not name.startswith("orderItem")})
    for number, order in enumerate(_orders(blocks)):
        told = _read(order, sellers)
        if not number:
            told.left = private
        yield told


def _blocks_of(value: object) -> Mapping[str, object]:
    """The set of blocks, which lies in ``data`` or in a ``data`` of that."""
    for _ in range(DEEPEST):
        found = mapping_of(value)
        if any(isinstance(block, Mapping) and "tag" in block and "fields" in block for block in found.values()):
            return found
        value = found.get("data") or found.get("module")
    return {}


def _tagged(blocks: Mapping[str, object]) -> Iterator[tuple[str, str, Block]]:
    """Tag, id and fields of every block."""
    for name, value in blocks.items():
        block = mapping_of(value)
        tag = text_of(block.get("tag")) or name.partition("_")[0]
        yield tag, text_of(block.get("id")) or name.partition("_")[2], mapping_of(block.get("fields"))


def _orders(blocks: Mapping[str, object]) -> list[_Blocks]:
    """The blocks of each order, found together by its number; those without one belong to the only order."""
    orders: dict[str, _Blocks] = {}
    loose: list[tuple[str, str, Block]] = []
    for tag, name, fields in _tagged(blocks):
        if tag not in KEPT_TAGS:
            continue
        number = text_of(first_of(fields, "tradeOrderId", "orderId", "orderNumber"))
        if number:
            _add(orders.setdefault(number, _Blocks(number)), tag, name, fields)
        else:
            loose.append((tag, name, fields))
    for tag, name, fields in loose:
        only = next(iter(orders.values())) if len(orders) == 1 else None
        order = orders.get(name) or orders.get(text_of(fields.get("groupId"))) or only
        if order is None and tag != "orderExtraSummary":
            order = orders.setdefault(name, _Blocks(name))
        if order is not None:
            _add(order, tag, name, fields)
    return list(orders.values())


def _add(order: _Blocks, tag: str, name: str, fields: Block) -> None:
    if tag == "orderItem":
        order.items.append((name, fields))
        return
    if tag in {"detailInfo", "orderInfo", "order"}:
        order.about.append(fields)
    if tag in {"totalSummary", "orderExtraSummary", "detailInfo"}:
        order.sums.append(fields)


def _read(order: _Blocks, sellers: Mapping[str, str]) -> ToldOrder | UnreadOrder:
    try:
        sums = _sums(order)
        about = {name: value for fields in reversed(order.about) for name, value in fields.items()}
        told = status_of(text_of(first_of(about, "status", "orderStatus")))
        lines = [_line_or_fault(name, fields, told, sums, sellers) for name, fields in order.items]
        read = [line for line in lines if isinstance(line, ToldLine)]
        status = order_status(told if told in _ENDED else None, [line.status for line in read])
        if not read and told is not None:
            status = told
        currency = sums.currency or "SGD"
        at = moment(
            first_of(about, "createdAt", "placedAt", "orderDate"), ZoneInfo(ZONES.get(currency, "Asia/Singapore"))
        )
        _choose_reading(read, sums)
        total = sums.total
        if total is None:
            total = sum((line.total for line in read), Decimal(0)) + (sums.shipping or 0) - (sums.discount or 0)
    except RowError as error:
        return UnreadOrder(fault=error, lines=len(order.items))
    return ToldOrder(
        source=SOURCE,
        shop=SHOP,
        number=order.number,
        at=at,
        status=status,
        currency=currency,
        total=total,
        lines=lines,
        shipping=sums.shipping,
        discount=sums.discount,
        paid_with=sums.paid_with,
    )


_ENDED: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.REFUNDED})


def _line_or_fault(
    name: str, fields: Block, order: OrderStatus | None, sums: _Sums, sellers: Mapping[str, str]
) -> ToldLine | RowError:
    try:
        return _line(name, fields, order, sums, sellers)
    except RowError as error:
        return error


def _line(name: str, fields: Block, order: OrderStatus | None, sums: _Sums, sellers: Mapping[str, str]) -> ToldLine:
    """The line, its price read as that of one piece."""
    quantity = decimal_of(first_of(fields, "quantity"))
    quantity = Decimal(1) if quantity is None else quantity
    cost = sums.amount(first_of(fields, "price", "salePrice"))
    if first_of(fields, "isFreeGift", "isFreeSample") is True or text_of(fields.get("itemType")).casefold() == "gift":
        cost = Decimal(0)
    if cost is None:
        raise RowError("bad_amount", "the line has no price", "price")
    return ToldLine(
        line=text_of(first_of(fields, "tradeOrderLineId")) or name,
        product=text_of(first_of(fields, "title", "name")),
        quantity=quantity,
        unit_price=cost,
        total=to_cents(cost * quantity),
        status=_line_status(fields, order),
        brand=text_of(first_of(fields, "brand", "brandName")) or None,
        sku=text_of(first_of(fields, "skuId", "sku")) or None,
        seller=text_of(first_of(fields, "sellerName")) or sellers.get(text_of(first_of(fields, "sellerId"))) or None,
    )


def _line_status(fields: Block, order: OrderStatus | None) -> OrderStatus:
    """The line's own state; a refund or cancellation that succeeded outweighs *Delivered*."""
    if order in _ENDED:
        return order
    told = status_of(text_of(first_of(fields, "status", "statusText", "deliveryStatus")))
    reversal = mapping_of(fields.get("reversible"))
    if text_of(reversal.get("status")).casefold() in {"success", "completed", "done"}:
        reversed_to = status_of(text_of(reversal.get("desc")))
        if reversed_to in _ENDED:
            return reversed_to
    return told or order or OrderStatus.PLACED


def _choose_reading(lines: list[ToldLine], sums: _Sums) -> None:
    """Take prices as those of whole lines where only so the sum agrees with the total."""
    if sums.total is None:
        return
    wanted = sums.total - (sums.shipping or 0) + (sums.discount or 0)
    live = [line for line in lines if line.status not in _ENDED]
    if any(sum(line.total for line in some) == wanted for some in (lines, live)):
        return
    if any(some and sum(line.unit_price for line in some) == wanted for some in (lines, live)):
        for line in lines:
            line.total = line.unit_price
            line.unit_price = to_cents(line.total / line.quantity) if line.quantity else line.total


def _sums(order: _Blocks) -> _Sums:
    """What the order comes to: the page of one order tells it best, the list tells the total alone."""
    sums = _Sums()
    for fields in order.sums:
        for entry in elements_of(fields.get("fees")):
            _fee(mapping_of(entry), sums)
        total = first_of(fields, "total", "value")
        if sums.total is None and total is not None:
            sums.total = sums.amount(total)
        sums.paid_with = sums.paid_with or _paid_with(fields.get("payments"))
    if sums.shipping is not None and sums.shipping < 0:
        sums.discount = (sums.discount or Decimal(0)) - sums.shipping
        sums.shipping = Decimal(0)
    return sums


def _fee(entry: Block, sums: _Sums) -> None:
    """Add a line of the summary to shipping or savings; parts of the products' own sum are none of both."""
    name = text_of(first_of(entry, "key", "title", "name")).casefold()
    if text_of(entry.get("value")).casefold() in {"free", "-"}:
        return
    amount = sums.amount(first_of(entry, "value", "amount"))
    if amount is None:
        return
    is_saving = amount < 0 or any(word in name for word in SAVINGS)
    if "shipping" in name or "delivery" in name:
        sums.shipping = (sums.shipping or Decimal(0)) + (-abs(amount) if is_saving else amount)
    elif name.startswith("total") or any(word in name for word in NOT_FEES):
        return
    elif is_saving:
        sums.discount = (sums.discount or Decimal(0)) + abs(amount)
    else:
        sums.shipping = (sums.shipping or Decimal(0)) + amount


def _paid_with(value: object) -> str | None:
    """How it was paid, with the last four digits of a card."""
    found = next(iter(elements_of(value)), value)
    if isinstance(found, Mapping):
        found = " ".join(filter(None, (text_of(first_of(found, "key", "method", "name")), text_of(found.get("desc")))))
    text = re.sub(r"[\d*xX][\d *xX-]{3,}(?=\d{4})", "", text_of(found))
    return re.sub(r"\d+(?=\d{4})", "", text).strip() or None
