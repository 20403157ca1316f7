"""Money that moved, and what was ordered for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from vocab.records.base import IRI, Money, Record

__all__ = ["Order", "OrderLine", "OrderStatus", "Transaction", "TransactionKind"]


class TransactionKind(StrEnum):
    """What a movement of money was (``docs/reference/query.md``); each transaction has exactly one."""

    SPEND = "spend"
    REFUND = "refund"
    FEE = "fee"
    INCOME = "income"
    TRANSFER = "transfer"
    CASH = "cash"


class OrderStatus(StrEnum):
    """How far an order or a line of it has come."""

    PLACED = "placed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class Transaction(Record, frozen=True, kw_only=True, gc=False):
    """Money that moved on an account or a card: ``amount`` < 0 went out, > 0 came in, as billed.

    ``at`` is the start of the transaction date in the bank's zone. ``account`` is a label that shows at
    most the last four digits; ``card`` is True for a row of a card's statement. ``description`` is the bank's text
    with runs of white space folded. A pending row is ``provisional``; a row of a PDF statement, which yields
    to the row of the same day in a file, is so too, and of ``edition`` -1.

    ``mcc`` (ISO 18245, four digits), ``hint`` (the issuer's own category or payee, as it wrote it) and ``reference``
    (the bank's own id of the row) are there where the source states them.
    """

    type_name: ClassVar[str] = "transaction"

    account: str
    amount: Money
    description: str
    merchant: str
    category: str
    kind: TransactionKind
    value_date: date | None = None
    original: Money | None = None
    counterparty: str | None = None
    card: bool = False
    mcc: str | None = None
    hint: str | None = None
    reference: str | None = None


class Order(Record, frozen=True, kw_only=True, gc=False):
    """An order or a receipt of a shop; ``at`` is when it was placed, in the shop's zone.

    Orders tell what was bought; the money is counted from the bank and card. ``number`` is the shop's own.
    ``paid_with`` is the method as the shop words it, with at most the last four digits of a card. ``edition`` is the
    rank of the status: placed 0, delivered 1, cancelled and refunded 2.
    """

    type_name: ClassVar[str] = "order"

    shop: str
    number: str
    status: OrderStatus
    total: Money
    shipping: Money | None = None
    discount: Money | None = None
    place: str | None = None
    paid_with: str | None = None


class OrderLine(Record, frozen=True, kw_only=True, gc=False):
    """One product of an order; ``at``, ``shop`` and ``number`` are those of the order, ``order`` its IRI.

    ``line`` tells the lines of an order apart. ``section`` is the shop's own category, from the widest to the
    narrowest. ``total`` is what the line cost. Free gifts cost nothing.
    """

    type_name: ClassVar[str] = "order-line"

    order: IRI
    shop: str
    number: str
    line: str
    product: str
    quantity: Decimal
    unit_price: Money
    total: Money
    status: OrderStatus
    brand: str | None = None
    gtin: str | None = None
    sku: str | None = None
    seller: str | None = None
    section: tuple[str, ...] = ()
