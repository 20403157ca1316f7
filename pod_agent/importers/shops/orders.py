"""An order as a shop tells it, and the records it becomes: one Order and one OrderLine for each of its lines.

The IRI of an order is made of its number and its day, so that a list of orders, the page of one order and a mail about
it tell of one and the same. What a shop's words mean is read elsewhere (``fairprice_orders``, ``lazada_orders``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Final

from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import money
from pod_agent.importers.protocol import Issue, Row
from pod_agent.importers.shops.values import to_cents
from vocab.records import Money, Occurrences, Order, OrderLine, OrderStatus, Provenance, record_iri
from vocab.records.base import MINOR_DIGITS
from vocab.rules import EDITIONS, MAX_LENGTH

__all__ = ["ToldLine", "ToldOrder", "UnreadOrder", "order_rows", "order_status"]

MAX_QUANTITY: Final = 10**9
MAX_SECTION: Final = MAX_LENGTH // 2
GTIN_DIGITS: Final = range(8, 15)


@dataclass(slots=True, kw_only=True)
class ToldLine:
    """One product of an order as the shop tells it; ``line`` is the shop's id of it, if any."""

    product: str
    quantity: Decimal
    unit_price: Decimal
    total: Decimal
    status: OrderStatus
    line: str = ""
    brand: str | None = None
    gtin: str | None = None
    sku: str | None = None
    seller: str | None = None
    section: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class ToldOrder:
    """An order as the shop tells it; a line that could not be read stands as its fault. ``left`` was left behind."""

    source: str
    shop: str
    number: str
    at: datetime
    status: OrderStatus
    currency: str
    total: Decimal
    lines: list[ToldLine | RowError]
    shipping: Decimal | None = None
    discount: Decimal | None = None
    place: str | None = None
    paid_with: str | None = None
    provisional: bool = False
    left: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, kw_only=True)
class UnreadOrder:
    """An order that cannot be read, with how many lines it had."""

    fault: RowError
    lines: int = 0
    left: Counter[str] = field(default_factory=Counter)


def order_status(told: OrderStatus | None, lines: list[OrderStatus]) -> OrderStatus:
    """The state of an order: what the shop says of the whole, or else what its lines come to.

    It is refunded or cancelled where all its lines are, and delivered where all the others were.
    """
    if told is not None or not lines:
        return told or OrderStatus.PLACED
    left = {status for status in lines if status is not OrderStatus.CANCELLED}
    if not left:
        return OrderStatus.CANCELLED
    if left == {OrderStatus.REFUNDED}:
        return OrderStatus.REFUNDED
    return OrderStatus.PLACED if OrderStatus.PLACED in left else OrderStatus.DELIVERED


def order_rows(told: ToldOrder | UnreadOrder, place: Provenance) -> Iterator[Row]:
    """The order and its lines, all with the order's place; an Issue for each of them that cannot be read.

    The column of a line's Issue is its place in the order, from 1: ``items[2]``.
    """
    if isinstance(told, UnreadOrder):
        yield from _unread(told.fault, told.lines, place)
        return
    try:
        order = _order(told, place)
    except RowError as error:
        yield from _unread(error, len(told.lines), place)
        return
    yield order
    seen = Occurrences()
    for position, line in enumerate(told.lines, 1):
        try:
            if isinstance(line, RowError):
                raise line
            yield _line(line, order, position, seen)
        except RowError as error:
            detail = f"{error} ({error.column})" if error.column else str(error)
            yield Issue(line=place.line, code=error.code, detail=detail, column=f"items[{position}]")


def _unread(fault: RowError, lines: int, place: Provenance) -> Iterator[Issue]:
    yield Issue(line=place.line, code=fault.code, detail=str(fault), column=fault.column)
    for position in range(1, lines + 1):
        detail = "the order of this line cannot be read"
        yield Issue(line=place.line, code="unread_order", detail=detail, column=f"items[{position}]")


def _order(told: ToldOrder, place: Provenance) -> Order:
    if not told.number:
        raise RowError("no_number", "the order has no number", "id")
    _check_length(told.number, "id")
    midnight = datetime.combine(told.at.date(), time(), told.at.tzinfo)
    return Order(
        iri=record_iri(Order, told.source, midnight, (told.number,), Occurrences()),
        source=told.source,
        at=told.at,
        provenance=place,
        provisional=told.provisional,
        edition=EDITIONS[told.status],
        shop=told.shop,
        number=told.number,
        status=told.status,
        total=_money(told.total, told.currency, "total"),
        shipping=_optional(told.shipping, told.currency, "shipping"),
        discount=_optional(told.discount, told.currency, "discount"),
        place=_short(told.place),
        paid_with=_short(told.paid_with),
    )


def _line(told: ToldLine, order: Order, position: int, seen: Occurrences) -> OrderLine:
    if not told.product:
        raise RowError("no_product", "the line names no product")
    if not 0 <= told.quantity <= MAX_QUANTITY:
        raise RowError("bad_quantity", "the quantity is none")
    name = told.line or str(position)
    _check_length(told.product, "name")
    _check_length(name, "id")
    midnight = datetime.combine(order.at.date(), time(), order.at.tzinfo)
    return OrderLine(
        iri=record_iri(OrderLine, order.source, midnight, (order.number, name), seen),
        source=order.source,
        at=order.at,
        provenance=order.provenance,
        provisional=order.provisional,
        edition=EDITIONS[told.status],
        order=order.iri,
        shop=order.shop,
        number=order.number,
        line=name,
        product=told.product,
        quantity=told.quantity,
        unit_price=_optional(told.unit_price, order.total.currency, "unitPrice") or Money(0, order.total.currency),
        total=_money(told.total, order.total.currency, "lineTotal"),
        status=told.status,
        brand=_short(told.brand),
        gtin=_gtin(told.gtin),
        sku=_short(told.sku),
        seller=_short(told.seller),
        section=_section(told.section),
    )


def _money(number: Decimal, currency: str, column: str) -> Money:
    """Rounded to the currency's minor unit: pages compute with fractions of a cent."""
    if MINOR_DIGITS.get(currency, 2) == 0:
        number = to_cents(number).to_integral_value()
    return money(to_cents(number), currency, column)


def _optional(number: Decimal | None, currency: str, column: str) -> Money | None:
    if number is None:
        return None
    if number < 0:
        raise RowError("bad_amount", "a price is below 0", column)
    return _money(number, currency, column)


def _check_length(text: str, column: str) -> None:
    if len(text) > MAX_LENGTH:
        raise RowError("too_long", f"a text is longer than {MAX_LENGTH:,} characters", column)


def _short(text: str | None) -> str | None:
    return text[:MAX_LENGTH] if text else None


def _gtin(text: str | None) -> str | None:
    return text if text and text.isascii() and text.isdigit() and len(text) in GTIN_DIGITS else None


def _section(names: tuple[str, ...]) -> tuple[str, ...]:
    return names if sum(map(len, names)) <= MAX_SECTION else ()
