"""Rows that are payments, orders and lines of orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import Amount, account_and_number, money
from pod_agent.importers.numbers import mask_numbers
from pod_agent.importers.tables.fields import Cells
from vocab.records import (
    Money,
    Occurrences,
    Order,
    OrderLine,
    OrderStatus,
    Record,
    Transaction,
    TransactionKind,
    record_iri,
)
from vocab.rules import EDITIONS

__all__ = ["order", "order_lines", "transaction"]

OUT: Final = frozenset(
    "d dr db debit debit. debited out outgoing withdrawal payment expense spend - s soll lastschrift ausgabe af bij"
    " débit depense dépense cargo gasto uscita addebito saída despesa debet keluar 支出 支 借 出金".split()
) - {"bij"}
IN: Final = frozenset(
    "c cr credit credited in incoming deposit income refund + h haben gutschrift einnahme bij crédit recette abono"
    " ingreso entrata accredito crédito entrada receita kredit masuk 收入 收 贷 入金".split()
)
STATUSES: Final = (
    ("refund", OrderStatus.REFUNDED),
    ("return", OrderStatus.REFUNDED),
    ("cancel", OrderStatus.CANCELLED),
    ("storn", OrderStatus.CANCELLED),
    ("annul", OrderStatus.CANCELLED),
    ("deliver", OrderStatus.DELIVERED),
    ("complet", OrderStatus.DELIVERED),
    ("shipped", OrderStatus.DELIVERED),
    ("closed", OrderStatus.DELIVERED),
    ("geliefert", OrderStatus.DELIVERED),
    ("livr", OrderStatus.DELIVERED),
    ("entreg", OrderStatus.DELIVERED),
    ("consegn", OrderStatus.DELIVERED),
)


def transaction(row: Cells) -> Sequence[Record]:
    """A payment; its day is the bank's own."""
    at = row.start_of_day("date")
    amount = _signed(row)
    description, cut = _masked(row.text("description") or row.text("counterparty"))
    row.cut += cut
    label, number = _label(row.text("account") or row.source, row.source)
    mcc, category, reference, counterparty, value_date = _NOTHING if row.is_bare else _further(row)
    record = Transaction(
        iri=record_iri(
            Transaction, row.source, at, row.key(number, str(amount.minor), amount.currency, description), row.seen
        ),
        source=row.source,
        at=at,
        provenance=row.provenance,
        account=label,
        amount=amount,
        description=description,
        merchant="",
        category="other",
        kind=TransactionKind.SPEND if amount.minor < 0 else TransactionKind.INCOME,
        value_date=value_date,
        counterparty=counterparty,
        mcc=mcc,
        hint=category,
        reference=reference,
    )
    return (record,)


_NOTHING: Final = (None, None, None, None, None)


def _further(row: Cells) -> tuple[str | None, str | None, str | None, str | None, date | None]:
    """What only some tables tell of a payment: code and name of its kind, reference, other side, day of the value."""
    mcc = row.text("mcc")
    return (
        mcc.zfill(4) if mcc.isascii() and mcc.isdigit() and int(mcc) else None,
        row.text("category") or None,
        row.text("reference") or row.text("id") or None,
        row.text("counterparty") or None,
        row.day("value_date"),
    )


_masked = lru_cache(maxsize=4096)(mask_numbers)


@lru_cache(maxsize=256)
def _label(account: str, source: str) -> tuple[str, str]:
    return account_and_number(account, source)


def _signed(row: Cells) -> Money:
    amount = row.amount("amount")
    if amount is None:
        out, came = row.amount("debit"), row.amount("credit")
        sides = [(side, sign) for side, sign in ((out, -1), (came, 1)) if side is not None and side.number]
        if len(sides) != 1:
            raise RowError("no_amount", "exactly one of money out and money in must have an amount", "debit")
        side, sign = sides[0]
        return money(abs(side.number) * sign, _currency(row, side), "debit" if sign < 0 else "credit")
    return money(_with_direction(row, amount), _currency(row, amount), "amount")


def _with_direction(row: Cells, amount: Amount) -> Decimal:
    word = row.text("direction").casefold() if row.has("direction") else ""
    if word:
        if word in OUT or word in IN:
            return -abs(amount.number) if word in OUT else abs(amount.number)
        raise RowError("bad_direction", "a word that says neither money in nor money out", "direction")
    if amount.mark:
        return abs(amount.number) if amount.mark == "CR" else -abs(amount.number)
    return -amount.number if row.mapping.spend == "positive" else amount.number


def _currency(row: Cells, amount: Amount) -> str:
    told = row.text("currency").upper() if row.has("currency") else ""
    code = told or amount.currency or row.constants.get("currency", "")
    if not code:
        raise RowError("no_currency", "nothing says the currency", "currency")
    return _SIGNS.get(code, code)


_SIGNS: Final = {"€": "EUR", "£": "GBP", "S$": "SGD", "US$": "USD", "RM": "MYR", "RP": "IDR", "A$": "AUD", "HK$": "HKD"}


def order(row: Cells) -> Sequence[Record]:
    """An order as a whole."""
    return (_order(row, row.text("number", needed=True), "total"),)


def _order(row: Cells, number: str, total: str) -> Order:
    at, status, shop = row.moment("date")[0], _status(row), row.text("shop") or row.source
    paid = row.amount(total)
    if paid is None:
        raise RowError("no_total", "the row has no total", total)
    return Order(
        iri=record_iri(Order, row.source, at, (shop, number), _Once()),
        source=row.source,
        at=at,
        provenance=row.provenance,
        edition=EDITIONS[status],
        shop=shop,
        number=number,
        status=status,
        total=money(paid.number, _currency(row, paid), total),
        shipping=_extra(row, "shipping"),
        discount=_extra(row, "discount"),
        paid_with=_last_four(row.text("paid_with")) or None,
    )


def order_lines(row: Cells) -> Sequence[Record]:
    """A line of an order, and the order itself where a column tells its total and the row is its first."""
    at, shop, product = row.moment("date")[0], row.text("shop") or row.source, row.text("product", needed=True)
    number = row.text("number") or f"{at:%Y-%m-%d}"
    status, quantity = _status(row), row.number("quantity")
    quantity = Decimal(1) if quantity is None else quantity
    unit_price, total, currency = _prices(row, quantity)
    code = row.text("sku") or row.text("gtin")
    iri = record_iri(OrderLine, row.source, at, row.key(shop, number, product, code), row.seen)
    gtin = row.text("gtin")
    line = OrderLine(
        iri=iri,
        source=row.source,
        at=at,
        provenance=row.provenance,
        edition=EDITIONS[status],
        order=record_iri(Order, row.source, at, (shop, number), _Once()),
        shop=shop,
        number=number,
        line=iri.rpartition("#")[2],
        product=product,
        quantity=quantity,
        unit_price=money(unit_price, currency, "unit_price"),
        total=money(total, currency, "total"),
        status=status,
        brand=row.text("brand") or None,
        gtin=gtin if gtin.isascii() and gtin.isdigit() and 8 <= len(gtin) <= 14 else None,
        sku=row.text("sku") or None,
        section=tuple(part.strip() for part in row.text("section").split(">") if part.strip()),
    )
    is_first = row.has("order_total") and number != row.last_order
    if not is_first:
        return (line,)
    whole = _order(row, number, "order_total")
    row.last_order = number
    return whole, line


def _prices(row: Cells, quantity: Decimal) -> tuple[Decimal, Decimal, str]:
    """Unit price, total and currency; one follows from the other where a column is missing."""
    unit, total = row.amount("unit_price"), row.amount("total")
    told = total or unit
    if told is None:
        raise RowError("no_total", "the row has neither a total nor a price", "total")
    currency = _currency(row, told)
    if unit is None and total is not None:
        each = total.number / quantity if quantity else total.number
        return each.quantize(Decimal("0.01")), total.number, currency
    price = unit.number if unit else Decimal(0)
    return price, total.number if total else (price * quantity).quantize(Decimal("0.01")), currency


def _extra(row: Cells, field: str) -> Money | None:
    found = row.amount(field)
    return money(abs(found.number), _currency(row, found), field) if found else None


def _status(row: Cells) -> OrderStatus:
    told = row.text("status").casefold()
    return next((status for word, status in STATUSES if word in told), OrderStatus.PLACED)


def _last_four(text: str) -> str:
    return account_and_number(text, "")[0] if text else ""


class _Once(Occurrences):
    """An order is told by each of its rows: equal keys are one order."""

    def number(self, digest: bytes) -> int:  # noqa: ARG002 - as Occurrences
        return 0
