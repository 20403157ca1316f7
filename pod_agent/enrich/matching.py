"""Orders and the transactions that paid them, so that money counts once and what was bought is known.

An order belongs to a transaction of exactly its total, from a day before to a week after it was placed (cards are
charged when a parcel leaves), whose text names the shop. One to one, the likeliest means of payment first, then the
nearest days. What an order says of its payment is heeded: cash leaves no transaction, NETS no row on a credit card, and
a card no row on another card.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from pod_agent.enrich.links import Link, Relation
from pod_agent.enrich.merchants import known_merchant, tokens
from pod_agent.enrich.wording import read_wording
from vocab.records import Order, OrderStatus, Transaction, TransactionKind

__all__ = ["DAYS_AFTER", "DAYS_BEFORE", "match_orders"]

DAYS_BEFORE = 1
DAYS_AFTER = 7

ALIASES = {"fairprice": ("FAIRPRICE", "NTUC"), "lazada": ("LAZADA", "REDMART"), "redmart": ("REDMART", "LAZADA")}
"""First words under which a shop's own payments stand in statements, beside its name."""


def match_orders(orders: Iterable[Order], transactions: Iterable[Transaction], zone: ZoneInfo) -> tuple[Link, ...]:
    """Links from orders to the purchases that paid them; cancelled orders and those paid otherwise have none.

    The day of an order is that in ``zone``, the person's.
    """
    amounts: dict[tuple[str, int], list[Transaction]] = defaultdict(list)
    for row in transactions:
        if row.kind is TransactionKind.SPEND:
            amounts[row.amount.currency, -row.amount.minor].append(row)
    edges: list[_Edge] = []
    for order in orders:
        if order.total.minor > 0 and order.status is not OrderStatus.CANCELLED:
            edges.extend(_edges(order, amounts.get((order.total.currency, order.total.minor), ()), zone))
    edges.sort(key=lambda edge: (*edge[:3], edge[3].iri, edge[4].iri))
    taken: set[str] = set()
    links: list[Link] = []
    for *_, order, row in edges:
        if order.iri not in taken and row.iri not in taken:
            taken.update((order.iri, row.iri))
            links.append(Link(order.iri, Relation.PAID_BY, row.iri))
    return tuple(sorted(links))


_Edge = tuple[int, int, str, Order, Transaction]
"""How unlikely the means of payment is, days between, when the order was placed, and the two sides."""


def _edges(order: Order, rows: Sequence[Transaction], zone: ZoneInfo) -> Iterator[_Edge]:
    placed = order.at.astimezone(zone).date()
    for row in rows:
        days = (row.at.date() - placed).days
        if not -DAYS_BEFORE <= days <= DAYS_AFTER or not _names(row, order.shop):
            continue
        unlikely = _unlikely(order.paid_with or "", row)
        if unlikely is not None:
            yield unlikely, abs(days), order.at.isoformat(), order, row


_CASH = re.compile(r"\b(?:cash|cod)\b(?! ?card)", re.IGNORECASE)
_NETS = re.compile(r"\bnets\b", re.IGNORECASE)
_CARD = re.compile(r"\b(?:visa|master ?card|amex|american express|credit|debit|card)\b", re.IGNORECASE)
_LAST_FOUR = re.compile(r"(?<!\d)(\d{4})$")


def _unlikely(paid_with: str, row: Transaction) -> int | None:
    """0 where the row is of the means that the order names, 1 where it may be, None where it cannot."""
    if _CASH.search(paid_with):
        return None
    if _NETS.search(paid_with):
        return None if row.card else 0
    if not row.card:
        return None if _CARD.search(paid_with) and _NETS.search(row.description) else 1
    told, held = _LAST_FOUR.search(paid_with), _LAST_FOUR.search(row.account)
    if told and held:
        return 0 if told[1] == held[1] else None
    return 0 if _CARD.search(paid_with) else 1


def _names(row: Transaction, shop: str) -> bool:
    """Whether the transaction is at this shop: by its clean name, or by a word of its text."""
    return row.merchant.casefold() == shop.casefold() or _text_names(row.description, shop)


@lru_cache(maxsize=20_000)
def _text_names(text: str, shop: str) -> bool:
    payee = read_wording(text).payee
    known = known_merchant(payee)
    if known is not None and known.name.casefold() == shop.casefold():
        return True
    words = tokens(payee)
    own = tokens(shop)
    if not own:
        return False
    starts = ALIASES.get(shop.casefold(), ()) or (own[0],)
    return any(word.startswith(start) for word in words for start in starts if len(start) > 2 or word == start)
