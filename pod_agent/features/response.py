"""Offers that somebody saw as numbers: what was bought and used before each, and nothing of the time after it.

The sixteen features are those of the recency, frequency and money of purchases, of discounts, of what the offer is for
and of offers before it. Their scales are public constants, read off what households commonly buy and rounded: no
average over the people who take part is ever taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from vocab.records import Transaction, TransactionKind
from vocab.training import OFFER_RESPONSE
from vocab.wording import folded

__all__ = ["BoughtLines", "SeenOffer", "bought_lines", "response_rows", "thing_code"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LATELY = 90
"""Days before the offer that count as lately."""
LONG_AGO = 365
"""Days since a purchase of somebody who never bought."""
LIMIT = 3.0
"""No feature is further from zero: one number more than any other must not carry a row."""

SCALES = (
    (1.5, 0.8),  # days since a purchase
    (3.4, 0.7),  # purchases
    (3.0, 0.7),  # purchases lately
    (6.4, 0.9),  # spending lately
    (3.5, 0.6),  # average purchase
    (5.0, 0.8),  # different things lately
    (0.5, 0.1),  # share with a discount
    (0.15, 0.05),  # depth of discounts
    (1.0, 1.1),  # coupons lately
    (0.02, 0.03),  # share with a coupon
    (3.8, 2.3),  # spending on what is offered
    (2.0, 1.3),  # purchases of what is offered
    (0.1, 0.3),  # offers used
    (0.05, 0.2),  # share of offers used
    (0.5, 0.5),  # offers seen
    (8.0, 2.0),  # size of the offer
)
"""What is usual of each feature after the first, and how far from it is far; counts and money as ln(1 + x)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtLines:
    """What one person bought, one value of each array for a line of a receipt, in any order.

    Attributes:
        days: the local day, counted as ``date.toordinal`` does.
        baskets: a code for each receipt.
        amounts: what was paid, in units of one currency.
        saved: what a discount took off, in the same units; 0 where none is known.
        coupons: whether a coupon was used.
        things: (n, k) codes of what the line is: for example its product, its shop and its category.
    """

    days: Integers
    baskets: Integers
    amounts: Floats
    saved: Floats
    coupons: NDArray[np.bool_]
    things: Integers

    def before(self, day: int) -> BoughtLines:
        """The lines of the days before this one."""
        return self._take(self.days < day)

    def since(self, day: int) -> BoughtLines:
        """The lines of this day and later."""
        return self._take(self.days >= day)

    def of(self, things: Integers) -> BoughtLines:
        """The lines of which one of the codes is among these."""
        return self._take(np.asarray(np.isin(self.things, things).any(axis=1)))

    def count(self) -> int:
        """How many receipts."""
        return len(np.unique(self.baskets))

    def _take(self, kept: NDArray[np.bool_]) -> BoughtLines:
        return BoughtLines(
            days=self.days[kept],
            baskets=self.baskets[kept],
            amounts=self.amounts[kept],
            saved=self.saved[kept],
            coupons=self.coupons[kept],
            things=self.things[kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenOffer:
    """An offer that the person saw from ``day`` on; ``uses`` are the days on which they used it.

    ``things`` are the codes of what it is for, as in ``BoughtLines``; ``size`` says of how many things it is.
    """

    day: int
    things: Integers
    size: int
    uses: tuple[int, ...] = ()


def thing_code(name: str) -> int:
    """The code of a shop, a category or a product by its name, the same on every machine and however it is written."""
    digest = hashlib.blake2b(folded(name).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def bought_lines(records: Iterable[Transaction], local_day: Callable[[datetime], date]) -> BoughtLines:
    """What was spent, a line for each purchase: its shop and its category are the things.

    ``local_day`` gives the person's day of an instant.

    A bank knows no discounts and no coupons: those stay at nothing.
    """
    spent = [record for record in records if record.kind is TransactionKind.SPEND]
    return BoughtLines(
        days=np.asarray([local_day(record.at).toordinal() for record in spent], dtype=np.int64),
        baskets=np.arange(len(spent)),
        amounts=np.asarray([-float(record.amount.amount) for record in spent], dtype=np.float64),
        saved=np.zeros(len(spent)),
        coupons=np.zeros(len(spent), dtype=np.bool_),
        things=np.asarray(
            [(thing_code(record.merchant), thing_code(record.category)) for record in spent], dtype=np.int64
        ).reshape(-1, 2),
    )


def response_rows(bought: BoughtLines, offers: Sequence[SeenOffer]) -> tuple[Floats, Floats]:
    """A row of 17 features for each offer, in the order given, and 1.0 where it was used, else 0.0.

    A row knows what was bought, seen and used on the days before the offer alone.
    """
    rows = [
        _row(bought.before(offer.day), offer, [each for each in offers if each.day < offer.day]) for offer in offers
    ]
    used = [float(bool(offer.uses)) for offer in offers]
    return np.asarray(rows).reshape(-1, len(OFFER_RESPONSE.features)), np.asarray(used)


def _row(past: BoughtLines, offer: SeenOffer, earlier: Sequence[SeenOffer]) -> Floats:
    recent, covered = past.since(offer.day - LATELY), past.of(offer.things)
    lines, visits, spent = len(recent.days), recent.count(), float(recent.amounts.sum())
    saved, coupons = float(recent.saved.sum()), int(recent.coupons.sum())
    uses = [sum(day < offer.day for day in each.uses) for each in earlier]
    values = (
        np.log1p(offer.day - past.days.max() if len(past.days) else LONG_AGO),
        np.log1p(past.count()),
        np.log1p(visits),
        np.log1p(max(spent, 0.0)),
        np.log1p(max(spent, 0.0) / max(visits, 1)),
        np.log1p(len(np.unique(recent.things[:, 0]))),
        float(((recent.saved > 0) | recent.coupons).sum()) / max(lines, 1),
        saved / max(spent + saved, 1.0),
        np.log1p(coupons),
        coupons / max(lines, 1),
        np.log1p(max(float(covered.amounts.sum()), 0.0)),
        np.log1p(covered.count()),
        np.log1p(sum(uses)),
        sum(each > 0 for each in uses) / max(len(uses), 1),
        np.log1p(len(earlier)),
        np.log1p(offer.size),
    )
    usual, far = np.transpose(SCALES)
    return np.concatenate([[1.0], np.clip((np.asarray(values, dtype=np.float64) - usual) / far, -LIMIT, LIMIT)])
