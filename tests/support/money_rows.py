"""Made-up transactions and orders for the tests of meaning."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from pod_agent.enrich.transactions import classify
from vocab.records import IRI, Money, Order, OrderStatus, Transaction, TransactionKind

__all__ = ["FIRST", "ZONE", "bought", "paid"]

ZONE = ZoneInfo("Asia/Singapore")
FIRST = date(2026, 3, 2)

_numbers = count()
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def _name(number: int) -> str:
    letters = ""
    while number:
        number, digit = divmod(number, 32)
        letters = _LETTERS[digit] + letters
    return letters.rjust(26, "a")


def paid(
    text: str,
    amount: str,
    *,
    day: int = 0,
    account: str = "360 Account 4321",
    source: str = "ocbc",
    card: bool = False,
    mcc: str | None = None,
    hint: str | None = None,
) -> Transaction:
    """A transaction ``day`` days after ``FIRST`` with the meaning that its own fields give it."""
    at = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), ZONE)
    return classify(
        Transaction(
            iri=IRI(f"data/{source}/transaction/{at:%Y}/{at:%Y-%m}.ttl#{_name(next(_numbers))}"),
            source=source,
            at=at,
            account=account,
            amount=Money.of(Decimal(amount), "SGD"),
            description=text,
            merchant="",
            category="other",
            kind=TransactionKind.SPEND,
            card=card,
            mcc=mcc,
            hint=hint,
        )
    )


def bought(
    shop: str,
    total: str,
    *,
    day: int = 0,
    hour: int = 12,
    status: OrderStatus = OrderStatus.DELIVERED,
    paid_with: str | None = None,
) -> Order:
    """An order placed ``day`` days after ``FIRST``."""
    at = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), ZONE) + timedelta(hours=hour)
    number = _name(next(_numbers))
    return Order(
        iri=IRI(f"data/{shop.lower()}/order/{at:%Y}/{at:%Y-%m}.ttl#{number}"),
        source=shop.lower(),
        at=at,
        shop=shop,
        number=number,
        status=status,
        total=Money.of(Decimal(total), "SGD"),
        paid_with=paid_with,
    )
