"""Refunds: which purchase the money was paid for that came back.

The purchase is the latest one, at most ``MAX_DAYS`` days before, at the same merchant; one of exactly the same amount
goes before all others, and no purchase gives back more than was paid for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pod_agent.enrich.links import Link, Relation
from vocab.records import IRI, Transaction, TransactionKind

__all__ = ["MAX_DAYS", "find_refunds"]

MAX_DAYS = 120
"""Days within which shops and card schemes take goods back and settle disputes."""

_PAID = frozenset({TransactionKind.SPEND, TransactionKind.FEE})


def find_refunds(transactions: Iterable[Transaction]) -> tuple[Link, ...]:
    """Links from refunds to purchases; each refund has at most one, a purchase may have several."""
    shops: dict[tuple[str, str], list[Transaction]] = defaultdict(list)
    for row in transactions:
        if row.merchant and (row.kind in _PAID or row.kind is TransactionKind.REFUND):
            shops[row.merchant, row.amount.currency].append(row)
    links: list[Link] = []
    for rows in shops.values():
        links.extend(_links(sorted(rows, key=lambda row: (row.at.date(), row.kind is TransactionKind.REFUND, row.iri))))
    return tuple(sorted(links))


def _links(rows: Sequence[Transaction]) -> Iterable[Link]:
    """The links of one shop's rows, oldest first."""
    left: dict[IRI, int] = {}
    paid: list[Transaction] = []
    for row in rows:
        if row.kind is not TransactionKind.REFUND:
            paid.append(row)
            left[row.iri] = -row.amount.minor
            continue
        back = row.amount.minor
        recent = [each for each in reversed(paid) if (row.at.date() - each.at.date()).days <= MAX_DAYS]
        whole = (each for each in recent if -each.amount.minor == back and left[each.iri] == back)
        part = (each for each in recent if left[each.iri] >= back)
        chosen = next(whole, None) or next(part, None)
        if chosen is not None:
            left[chosen.iri] -= back
            yield Link(row.iri, Relation.REFUND_OF, chosen.iri)
