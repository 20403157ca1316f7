"""FairPrice: what the order service and the app's pages say of one order.

Amounts are those of the checkout, GST included. An item's quantity is what was delivered, once the order was; the
items that the store had none of cost nothing and count as cancelled. Times without a zone are Singapore's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.shops.orders import ToldLine, ToldOrder, UnreadOrder, order_status
from pod_agent.importers.shops.values import (
    currency_of,
    decimal_of,
    elements_of,
    first_of,
    left_behind,
    mapping_of,
    moment,
    status_of,
    text_of,
    to_cents,
)
from vocab.records import OrderStatus

__all__ = ["FIELDS", "WRAPPERS", "looks_like_an_order", "orders_in", "read_order"]

SOURCE: Final = "fairprice"
SHOP: Final = "FairPrice"
SINGAPORE: Final = ZoneInfo("Asia/Singapore")
DEEPEST_SECTION: Final = 12

WRAPPERS: Final = frozenset(
    {"data", "order", "orders", "result", "results", "response", "payload", "pageProps", "props"}
)
"""Fields behind which orders lie."""

NUMBERS: Final = ("id", "orderId", "orderNumber", "referenceNumber", "orderNo", "receiptNumber", "receiptNo")
DATES: Final = ("createdAt", "orderDate", "placedAt", "orderedAt", "transactionDate", "purchaseDate", "date")
ITEMS: Final = ("items", "orderItems", "lineItems", "products", "lines")
TOTALS: Final = (
    "total",
    "totalAmount",
    "grandTotal",
    "orderTotal",
    "invoiceAmount",
    "amountPaid",
    "payableAmount",
    "amount",
)
DELIVERY: Final = ("deliveryFee", "shippingFee", "shipping", "shippingAmount", "deliveryCharge", "deliveryCharges")
SERVICE: Final = ("serviceFee", "serviceCharge")
DISCOUNTS: Final = (
    "discount",
    "totalDiscount",
    "discountAmount",
    "totalSavings",
    "savings",
    "couponDiscount",
    "voucherDiscount",
)
STATES: Final = ("status", "orderStatus", "state")
STORES: Final = ("store", "storeName", "outlet", "branch", "storeInfo")
PAYMENTS: Final = ("payment", "payments", "paymentMethod", "paymentMode", "paidWith")
CURRENCIES: Final = ("currency", "currencyCode")
FIELDS: Final = frozenset(
    {
        *NUMBERS,
        *DATES,
        *ITEMS,
        *TOTALS,
        *DELIVERY,
        *SERVICE,
        *DISCOUNTS,
        *STATES,
        *STORES,
        *PAYMENTS,
        *CURRENCIES,
        "orderType",
    }
)
"""The fields of an order that are read, in one spelling."""

FOUR_DIGITS: Final = re.compile(r"\d{4}$")


def orders_in(value: object) -> Iterator[Mapping[str, object]]:
    """The orders in a decoded answer of the order service, in any of its wrappings; nothing in other answers."""
    waiting: list[tuple[object, bool]] = [(value, False)]
    while waiting:
        found, listed = waiting.pop()
        if isinstance(found, list):
            waiting.extend((element, listed) for element in reversed(found))
        elif isinstance(found, Mapping):
            if looks_like_an_order(found):
                yield found
            else:
                waiting.extend((found[name], True) for name in reversed(found) if name in WRAPPERS)


def looks_like_an_order(value: Mapping[str, object]) -> bool:
    """Whether an object is an order: it has a number, and items with a date or an order's own words for a quantity."""
    items = first_of(value, *ITEMS)
    if not isinstance(items, list) or first_of(value, *NUMBERS) is None:
        return False
    return first_of(value, *DATES) is not None or any("orderDetails" in mapping_of(item) for item in items[:1])


def read_order(value: object) -> ToldOrder | UnreadOrder:
    """What an element of a list of orders says; one that cannot be read is its fault."""
    if not isinstance(value, Mapping):
        return UnreadOrder(fault=RowError("not_an_object", "an order must be a JSON object"))
    found = first_of(value, *ITEMS)
    items = list(elements_of(found))
    left = left_behind(value)
    try:
        at = moment(first_of(value, *DATES), SINGAPORE)
        state = status_of(text_of(first_of(value, *STATES)))
        if state is None and _is_in_store(value):
            state = OrderStatus.DELIVERED
        lines = [_line_or_fault(item, state) for item in items]
        read = [line for line in lines if isinstance(line, ToldLine)]
        state = order_status(state, [line.status for line in read])
        shipping = _sum(_amount(value, DELIVERY), _amount(value, SERVICE))
        discount = _amount(value, DISCOUNTS)
        discount = None if discount is None else abs(discount)
        total = _amount(value, TOTALS)
        if total is None:
            total = _come_to(read, state) + (shipping or 0) - (discount or 0)
    except RowError as error:
        return UnreadOrder(fault=error, lines=len(items), left=left)
    return ToldOrder(
        source=SOURCE,
        shop=SHOP,
        number=text_of(first_of(value, *NUMBERS)),
        at=at,
        status=state,
        currency=currency_of(text_of(first_of(value, *CURRENCIES))) or "SGD",
        total=total,
        lines=lines,
        shipping=shipping,
        discount=discount,
        place=_name(first_of(value, *STORES)),
        paid_with=_paid_with(first_of(value, *PAYMENTS)),
        left=left,
    )


def _line_or_fault(item: object, order: OrderStatus | None) -> ToldLine | RowError:
    if not isinstance(item, Mapping):
        return RowError("not_an_object", "a line must be a JSON object")
    try:
        return _line(item, order)
    except RowError as error:
        return error


def _line(item: Mapping[str, object], order: OrderStatus | None) -> ToldLine:
    details = {**item, **mapping_of(first_of(item, "orderDetails"))}
    ordered = _number(details, "orderedQuantity", "quantity", "qty")
    delivered = _number(details, "deliveredQuantity", "fulfilledQuantity")
    status = _line_status(details, order, ordered, delivered)
    quantity = delivered if status is OrderStatus.DELIVERED and delivered is not None else ordered
    if quantity is None:
        quantity = delivered if delivered is not None else Decimal(1)
    total = _amount(details, ("lineTotal", "totalPrice", "subtotal", "lineAmount", "total", "amount"))
    unit = _amount(details, ("unitPrice", "sellingPrice", "finalPrice", "price"))
    if unit is None:
        unit = _listed_price(details)
    if unit is None:
        if total is None:
            raise RowError("bad_amount", "the line has no price", "unitPrice")
        unit = to_cents(total / quantity) if quantity else total
    if total is None:
        total = to_cents(unit * quantity)
    return ToldLine(
        line=text_of(first_of(item, "id", "itemId", "orderItemId", "lineId")),
        product=text_of(first_of(item, "name", "productName", "description", "title")),
        quantity=quantity,
        unit_price=unit,
        total=total,
        status=status,
        brand=_name(first_of(item, "brand")),
        gtin=_barcode(item),
        sku=text_of(first_of(item, "sku", "productId", "clientItemId")) or None,
        section=_section(first_of(item, "primaryCategory", "category")),
    )


def _line_status(
    details: Mapping[str, object], order: OrderStatus | None, ordered: Decimal | None, delivered: Decimal | None
) -> OrderStatus:
    """The line's own state; what was ordered and not delivered counts as cancelled."""
    if order in {OrderStatus.CANCELLED, OrderStatus.REFUNDED}:
        return order
    refunded = _number(details, "refundedQuantity", "returnedQuantity") or Decimal(0)
    is_whole = bool(refunded) and refunded >= (delivered if delivered is not None else ordered or 0)
    if is_whole or first_of(details, "isRefunded", "refunded") is True:
        return OrderStatus.REFUNDED
    if first_of(details, "isCancelled", "cancelled") is True:
        return OrderStatus.CANCELLED
    told = status_of(text_of(first_of(details, "status", "itemStatus", "state")))
    if told not in {OrderStatus.CANCELLED, OrderStatus.REFUNDED}:
        is_missing = order is OrderStatus.DELIVERED and delivered == 0 and ordered
        told = OrderStatus.CANCELLED if is_missing else order or told
    return told or OrderStatus.PLACED


def _listed_price(details: Mapping[str, object]) -> Decimal | None:
    """The price on the shelf less what was taken off each piece."""
    listed = _amount(details, ("mrp", "listPrice"))
    return None if listed is None else max(listed - abs(_amount(details, ("discount",)) or Decimal(0)), Decimal(0))


def _come_to(lines: list[ToldLine], order: OrderStatus) -> Decimal:
    gone = {OrderStatus.CANCELLED} if order is not OrderStatus.CANCELLED else set()
    return sum((line.total for line in lines if line.status not in gone), Decimal(0))


def _amount(mapping: Mapping[str, object], names: tuple[str, ...]) -> Decimal | None:
    for name in names:
        value = first_of(mapping, name)
        if isinstance(value, Mapping):
            value = first_of(value, "amount", "value")
        if value is not None and not isinstance(value, list | Mapping | bool):
            try:
                return decimal_of(value)
            except RowError as error:
                raise RowError(error.code, str(error), name) from error
    return None


def _number(mapping: Mapping[str, object], *names: str) -> Decimal | None:
    try:
        return decimal_of(first_of(mapping, *names))
    except RowError as error:
        raise RowError("bad_quantity", "a quantity is no number", names[0]) from error


def _sum(*amounts: Decimal | None) -> Decimal | None:
    told = [amount for amount in amounts if amount is not None]
    return sum(told, Decimal(0)) if told else None


def _is_in_store(value: Mapping[str, object]) -> bool:
    """A receipt of a till has no state: what is on it was taken home."""
    kind = text_of(first_of(value, "orderType", "type")).casefold().replace("-", "_").replace(" ", "_")
    return kind in {"in_store", "instore", "store", "offline", "pos"}


def _name(value: object) -> str | None:
    return text_of(first_of(value, "name", "storeName") if isinstance(value, Mapping) else value) or None


def _barcode(item: Mapping[str, object]) -> str | None:
    codes = first_of(item, "barcodes", "barcode", "gtin", "ean")
    return text_of(codes[0] if isinstance(codes, list) and codes else codes) or None


def _section(value: object) -> tuple[str, ...]:
    """The names of a category and of those it lies in, the widest first."""
    names: list[str] = []
    while isinstance(value, Mapping) and len(names) < DEEPEST_SECTION:
        name = text_of(first_of(value, "name"))
        if name:
            names.append(name)
        value = first_of(value, "parentCategory", "parent")
    if isinstance(value, str) and not names:
        names = [part for part in map(text_of, value.split(">")) if part][::-1]
    return tuple(reversed(names))


def _paid_with(value: object) -> str | None:
    """The method and the last four digits of the card."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, Mapping):
        return _without_numbers(text_of(value)) or None
    method = _without_numbers(text_of(first_of(value, "method", "type", "name", "mode", "brand", "paymentMethod")))
    digits = FOUR_DIGITS.search(text_of(first_of(value, "maskedCard", "cardNumber", "last4", "lastFour", "card")))
    return " ".join(part for part in (method, digits[0] if digits else "") if part) or None


def _without_numbers(text: str) -> str:
    """The text with every longer number cut to its last four digits."""
    return re.sub(r"\d+(?=\d{4})", "", re.sub(r"[\dxX*][\d *xX-]{2,}(?=\d{4})", "", text)).strip()
