"""What the person bought: read from the index once, then looked up by shop, category and product for every offer."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from pod_agent.enrich.products import group_of
from pod_agent.offers.flows import Flows, read_flows
from pod_agent.offers.match import CURRENCY, OfferIndex
from vocab.offers import Product
from vocab.query import QuerySpec
from vocab.records import IRI, OrderLine, Transaction
from vocab.wording import folded

__all__ = ["NEVER_OFFERED", "Bought", "Purchase", "PurchaseHistory", "is_product"]

LOOKS_BACK: Final = timedelta(days=365)
NEVER_OFFERED: Final = frozenset({"transfers", "cash", "income", "fees", "other"})
"""Categories in which nothing is bought, or which say nothing about what is."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase or refund of the person: ``minor`` is what it cost, None where billed in another currency."""

    day: date
    minor: int | None
    merchant: str
    category: str
    iri: IRI


@dataclass(frozen=True, kw_only=True)
class PurchaseHistory:
    """What the person bought at one shop or in one category in the last year, oldest first."""

    name: str
    purchases: tuple[Purchase, ...]

    @property
    def first(self) -> date:
        """Day of the oldest purchase."""
        return self.purchases[0].day

    @property
    def last(self) -> date:
        """Day of the newest purchase."""
        return self.purchases[-1].day

    @cached_property
    def evidence(self) -> tuple[IRI, ...]:
        """The records."""
        return tuple(purchase.iri for purchase in self.purchases)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The days of the purchases, each once, in order."""
        return tuple(dict.fromkeys(purchase.day for purchase in self.purchases))

    def since(self, first: date) -> tuple[Purchase, ...]:
        """Those from this day on."""
        return self.purchases[bisect_left(self.purchases, first, key=lambda purchase: purchase.day) :]

    def days_since(self, first: date) -> int:
        """On how many days from this one on something was bought."""
        return len(self.days) - bisect_left(self.days, first)


class Bought:
    """The person's purchases up to ``today``; whatever was asked for once is kept."""

    def __init__(self, index: OfferIndex, today: date) -> None:
        self.index = index
        self.today = today

    @cached_property
    def year(self) -> tuple[Purchase, ...]:
        """Purchases of the last 365 days, oldest first."""
        return tuple(self._read("purchases", self.today - LOOKS_BACK))

    @cached_property
    def refunds(self) -> tuple[Purchase, ...]:
        """Refunds that are held, oldest first; ``minor`` is what came back."""
        return tuple(self._read("refunds", date.min))

    @cached_property
    def all_purchases(self) -> tuple[Purchase, ...]:
        """Every purchase that is held, oldest first."""
        return tuple(self._read("purchases", date.min))

    @cached_property
    def shops(self) -> dict[str, PurchaseHistory]:
        """The last year by folded name of the shop."""
        return _habits((purchase.merchant, purchase) for purchase in self.year)

    @cached_property
    def categories(self) -> dict[str, PurchaseHistory]:
        """The last year by category, without those that say nothing."""
        return _habits(
            (purchase.category, purchase) for purchase in self.year if purchase.category not in NEVER_OFFERED
        )

    @cached_property
    def days_at(self) -> dict[str, list[date]]:
        """Every day on which something was bought or ordered at a shop, by its folded name, oldest first."""
        days = defaultdict[str, set[date]](set)
        for measure, place in (("purchases", "merchant"), ("orders", "shop")):
            spec = QuerySpec(measures=(measure,), dimensions=(place, "day"))
            for name, day, number in self.index.run(spec, evidence=False).rows:
                if name and number and date.fromisoformat(str(day)) <= self.today:
                    days[folded(str(name))].add(date.fromisoformat(str(day)))
        return {name: sorted(found) for name, found in days.items()}

    @cached_property
    def lines(self) -> tuple[OrderLine, ...]:
        """Products that were delivered in the last 365 days, oldest first."""
        spec = QuerySpec(measures=("items",), period=(self.today - LOOKS_BACK, self.today))
        return tuple(record for record in self.index.records(spec) if isinstance(record, OrderLine))

    @cached_property
    def flows(self) -> Flows:
        """The last twelve whole months."""
        return read_flows(self.index, self.today)

    @cached_property
    def by_month(self) -> dict[str, dict[str, int]]:
        """Purchases less refunds of the months of ``flows``, in minor units, by month and category."""
        found = {month: defaultdict[str, int](int) for month in self.flows.months}
        for purchase, sign in self._monthly:
            found[purchase.day.isoformat()[:7]][purchase.category] += sign * (purchase.minor or 0)
        return {month: dict(spent) for month, spent in found.items()}

    @cached_property
    def monthly_evidence(self) -> tuple[IRI, ...]:
        """The records behind ``by_month``."""
        return tuple(purchase.iri for purchase, _ in self._monthly)

    @cached_property
    def _monthly(self) -> list[tuple[Purchase, int]]:
        months = frozenset(self.flows.months)
        both = [*((each, 1) for each in self.all_purchases), *((each, -1) for each in self.refunds)]
        return [(each, sign) for each, sign in both if each.minor is not None and each.day.isoformat()[:7] in months]

    def all_purchases_at(self, shop: str) -> tuple[Purchase, ...]:
        """Every purchase that is held at the shop of this folded name, oldest first."""
        return self._by_shop[0].get(shop, ())

    def refunds_at(self, shop: str) -> tuple[Purchase, ...]:
        """Every refund that is held of the shop of this folded name, oldest first."""
        return self._by_shop[1].get(shop, ())

    def of_line(self, line: OrderLine) -> Purchase:
        """A line of an order as a purchase."""
        section = line.section[0] if line.section else ""
        return Purchase(self.index.local_day(line.at), line.total.minor, line.shop, section, line.iri)

    @cached_property
    def _by_shop(self) -> tuple[dict[str, tuple[Purchase, ...]], dict[str, tuple[Purchase, ...]]]:
        return _at_shops(self.all_purchases), _at_shops(self.refunds)

    def _read(self, measure: str, first: date) -> Iterator[Purchase]:
        spec = QuerySpec(measures=(measure,), period=(first, self.today))
        for record in self.index.records(spec):
            if isinstance(record, Transaction):
                priced = record.amount.currency == CURRENCY
                minor = abs(record.amount.minor) if priced else None
                day = self.index.local_day(record.at)
                yield Purchase(day, minor, record.merchant, record.category, record.iri)


def is_product(product: Product, line: OrderLine, *, sections: bool) -> bool:
    """Whether a line of an order is of this product; ``sections`` says whether the shop's own may be looked at."""
    if product.gtin is not None:
        return line.gtin is not None and line.gtin.zfill(14) == product.gtin.zfill(14)
    if product.name is not None:
        words = re.findall(r"\w+", line.product.casefold())
        return all(any(word.startswith(part) for word in words) for part in product.name.casefold().split())
    if product.group is not None:
        return group_of(line.product, line.section if sections else ()) == product.group
    wanted = folded(product.section or "")
    return sections and any(folded(level) == wanted for level in line.section)


def _at_shops(purchases: Iterable[Purchase]) -> dict[str, tuple[Purchase, ...]]:
    groups = defaultdict[str, list[Purchase]](list)
    for purchase in purchases:
        groups[folded(purchase.merchant)].append(purchase)
    return {shop: tuple(found) for shop, found in groups.items()}


def _habits(named: Iterable[tuple[str, Purchase]]) -> dict[str, PurchaseHistory]:
    groups = defaultdict[str, list[tuple[str, Purchase]]](list)
    for name, purchase in named:
        if name:
            groups[folded(name)].append((name, purchase))
    return {
        key: PurchaseHistory(name=found[-1][0], purchases=tuple(purchase for _, purchase in found))
        for key, found in groups.items()
    }
