"""Subscriptions: charges of one merchant that come again every month or every year.

What counts as one is written in ``docs/reference/query.md``: same merchant, same rhythm, category ``subscriptions``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Any

from pod_agent.index.local import LocalIndex
from vocab.query import Filter, QuerySpec
from vocab.records import IRI, Money, Transaction, TransactionKind

__all__ = ["Cadence", "PriceChange", "Subscription", "find_subscriptions", "subscriptions_of"]

CATEGORY = "subscriptions"


class Cadence(StrEnum):
    """How often a subscription is charged."""

    MONTHLY = "monthly"
    YEARLY = "yearly"


_DAYS = {Cadence.MONTHLY: (24, 38), Cadence.YEARLY: (350, 380)}
"""Days between two charges, both included: months differ in length, and charges wait for working days."""

_ACTIVE_DAYS = {Cadence.MONTHLY: 38, Cadence.YEARLY: 372}


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """A new price from ``day`` on, in the currency of the charge."""

    day: date
    before: Money
    after: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription: ``amount`` is the latest charge as billed, ``charges`` its records, oldest first."""

    merchant: str
    cadence: Cadence
    amount: Money
    first: date
    last: date
    active: bool
    price_changes: tuple[PriceChange, ...]
    charges: tuple[IRI, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, as ``pod-agent subscriptions --json`` prints them."""
        return {
            "merchant": self.merchant,
            "cadence": self.cadence.value,
            "amount": str(self.amount.amount),
            "currency": self.amount.currency,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "active": self.active,
            "price_changes": [
                {
                    "day": change.day.isoformat(),
                    "before": str(change.before.amount),
                    "after": str(change.after.amount),
                    "currency": change.after.currency,
                }
                for change in self.price_changes
            ],
            "charges": list(self.charges),
        }


def subscriptions_of(
    index: LocalIndex, today: date, absolute: Callable[[Iterable[IRI]], tuple[IRI, ...]]
) -> list[Subscription]:
    """The subscriptions among the charges of the index, whose records are named as ``absolute`` names them."""
    spec = QuerySpec(measures=("transactions",), filters=(Filter("category", "eq", CATEGORY),))
    found = find_subscriptions((each for each in index.records(spec) if isinstance(each, Transaction)), today)
    return [replace(each, charges=absolute(each.charges)) for each in found]


def find_subscriptions(transactions: Iterable[Transaction], today: date) -> list[Subscription]:
    """The subscriptions among transactions up to today, by name; those that ended are there, not ``active``."""
    charges: dict[str, list[Transaction]] = defaultdict(list)
    for record in transactions:
        spent = record.category == CATEGORY and record.kind is TransactionKind.SPEND
        if spent and record.merchant and record.at.date() <= today:
            charges[record.merchant].append(record)
    found = (_subscription(name, sorted(rows, key=_order), today) for name, rows in charges.items())
    return sorted((each for each in found if each), key=lambda each: each.merchant.casefold())


def _order(record: Transaction) -> tuple[date, str]:
    return record.at.date(), record.iri


def _subscription(merchant: str, rows: list[Transaction], today: date) -> Subscription | None:
    days = [record.at.date() for record in rows]
    cadence = _cadence(days)
    if cadence is None:
        return None
    return Subscription(
        merchant=merchant,
        cadence=cadence,
        amount=-rows[-1].amount,
        first=days[0],
        last=days[-1],
        active=(today - days[-1]).days <= _ACTIVE_DAYS[cadence],
        price_changes=tuple(_price_changes(rows)),
        charges=tuple(record.iri for record in rows),
    )


def _cadence(days: list[date]) -> Cadence | None:
    """The rhythm of most of the gaps; a pause or a month with two charges does not break it."""
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    if not gaps:
        return None
    middle = median(gaps)
    return next((cadence for cadence, (least, most) in _DAYS.items() if least <= middle <= most), None)


def _price_changes(rows: list[Transaction]) -> Iterable[PriceChange]:
    for earlier, later in pairwise(rows):
        before, after = _price(earlier), _price(later)
        if before != after and before.currency == after.currency:
            yield PriceChange(day=later.at.date(), before=before, after=after)


def _price(record: Transaction) -> Money:
    """What the merchant charged, in its own currency: the rate of the day is no change of price."""
    charged = record.original or record.amount
    return Money(abs(charged.minor), charged.currency)
