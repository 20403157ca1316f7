"""Offer: what a business puts in its public catalogue, as one typed value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vocab.records import Money

__all__ = ["Offer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One schema:Offer of a public catalogue.

    ``percent`` (0 < percent <= 100) or ``off`` is the discount on one purchase, ``price`` a fixed price; at least one
    is set. ``minimum`` is the smallest purchase it holds for, ``cap`` the most that one purchase can save, ``once``
    says that it can be used a single time. ``category`` is a name of the public taxonomy; both days are included.
    """

    iri: str
    title: str
    seller: str
    valid_from: date
    valid_through: date
    category: str | None = None
    percent: Decimal | None = None
    off: Money | None = None
    price: Money | None = None
    minimum: Money | None = None
    cap: Money | None = None
    once: bool = False
    conditions: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the offer can be used on this day."""
        return self.valid_from <= day <= self.valid_through

    def saving_on(self, purchase: Money) -> Money:
        """What this offer takes off one purchase, in its currency; nothing below the minimum or in another currency."""
        nothing = Money(0, purchase.currency)
        if self.minimum and (self.minimum.currency != purchase.currency or purchase < self.minimum):
            return nothing
        if self.percent is not None:
            saved = Money(int(purchase.minor * self.percent / 100), purchase.currency)
        elif self.off is not None and self.off.currency == purchase.currency:
            saved = min(self.off, purchase)
        else:
            return nothing
        return min(saved, self.cap) if self.cap and self.cap.currency == purchase.currency else saved
