"""The terms of an offer as typed values; what no agent would show cannot be made.

Days are local and included. Nothing in an offer can be addressed to one person: no links, no images, no markup, and a
code that looks like one person's alone is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from vocab.offers.checks import (
    OfferError,
    check_between,
    check_categories,
    check_code,
    check_few,
    check_percent,
    check_text,
    is_gtin,
)
from vocab.offers.contracts import Card, Loan, Loyalty, Plan, Savings
from vocab.products import GROUPS
from vocab.records import Money

__all__ = ["MAX_ARMS", "WEEKDAYS", "Contract", "Offer", "OfferKind", "Product"]

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAX_ARMS: Final = 4
"""Most arms of one test: a code tells its arm, so few arms keep what a redeemed code says small."""
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CURRENCY: Final = re.compile("[A-Z]{3}")

Contract = Loyalty | Card | Savings | Loan | Plan
"""What an offer may hold in the place of a discount."""


class OfferKind(StrEnum):
    """What sort of offer it is."""

    DISCOUNT = "discount"
    LOYALTY = "loyalty"
    CARD = "card"
    SAVINGS = "savings"
    LOAN = "loan"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What an offer is for: exactly one of a GTIN, a name, a kind of goods (``vocab.products``), a shop's section."""

    gtin: str | None = None
    name: str | None = None
    group: str | None = None
    section: str | None = None

    def __post_init__(self) -> None:
        """Refuse a product that is named in no way or in several."""
        named = [(item.name, getattr(self, item.name)) for item in fields(self) if getattr(self, item.name) is not None]
        if len(named) != 1:
            raise OfferError("products: each has exactly one of gtin, name, group and section")
        field, value = named[0]
        check_text(field, value, most=120)
        if field == "gtin" and not is_gtin(value):
            raise OfferError("gtin: it has 8, 12, 13 or 14 digits, of which the last checks the others")
        if field == "group" and value not in GROUPS:
            raise OfferError(f"group: {value!r} is no public kind of goods")

    @property
    def words(self) -> str:
        """The product as people read it."""
        if self.group is not None:
            return GROUPS[self.group].label
        return self.name or self.section or f"the product {self.gtin}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One schema:Offer of a public catalogue.

    ``percent`` (0 < percent <= 100) or ``off`` is the discount on one purchase, or on each of the ``products`` where
    there are some; ``price`` a fixed price. ``terms`` holds the rest of any other kind of offer. ``minimum`` is the
    smallest purchase it holds for, ``cap`` the most that one purchase can save, ``uses`` how often one person can use
    it. ``days`` are weekdays, none for all. ``new_customers``: nothing bought there before ``valid_from``;
    ``first_purchase``: nothing ever; ``absent_days``: nothing in so many days. ``code`` is the same for everyone.
    Offers of one ``test`` are its arms: each device sees one of them.
    """

    iri: str
    title: str
    seller: str
    valid_from: date
    valid_through: date
    categories: tuple[str, ...] = ()
    currency: str = "SGD"
    percent: Decimal | None = None
    off: Money | None = None
    price: Money | None = None
    minimum: Money | None = None
    cap: Money | None = None
    uses: int | None = None
    days: tuple[str, ...] = ()
    new_customers: bool = False
    first_purchase: bool = False
    absent_days: int | None = None
    stores: tuple[str, ...] = ()
    products: tuple[Product, ...] = ()
    code: str | None = None
    test: str | None = None
    arm: str | None = None
    conditions: str = ""
    terms: Contract | None = None

    def __post_init__(self) -> None:
        """Refuse what no agent would show; the message begins with the field."""
        self._check_texts()
        self._check_amounts()
        self._check_conditions()

    @property
    def name(self) -> str:
        """The offer's name in its catalogue."""
        return self.iri.partition("#")[2]

    @property
    def kind(self) -> OfferKind:
        """What sort of offer it is."""
        return OfferKind.DISCOUNT if self.terms is None else KINDS[type(self.terms)]

    @property
    def category(self) -> str | None:
        """The first category, if there is one."""
        return self.categories[0] if self.categories else None

    @property
    def once(self) -> bool:
        """Whether one person can use it a single time."""
        return self.most_uses == 1

    @property
    def most_uses(self) -> int | None:
        """How often one person can use it; None for as often as they like."""
        return 1 if self.first_purchase else self.uses

    def holds_on(self, day: date) -> bool:
        """Whether the offer can be used on this day."""
        return self.valid_from <= day <= self.valid_through and (not self.days or WEEKDAYS[day.weekday()] in self.days)

    def runs_on(self, day: date) -> bool:
        """Whether the offer has begun and not ended, whatever the weekday."""
        return self.valid_from <= day <= self.valid_through

    def saving_on(self, purchase: Money) -> Money:
        """What this offer takes off one purchase, rounded down; nothing below the minimum or in another currency."""
        nothing = Money(0, purchase.currency)
        if purchase.minor <= 0 or (
            self.minimum and (self.minimum.currency != purchase.currency or purchase < self.minimum)
        ):
            return nothing
        if self.percent is not None:
            saved = Money(int(purchase.minor * self.percent / 100), purchase.currency)
        elif self.off is not None and self.off.currency == purchase.currency:
            saved = min(self.off, purchase)
        else:
            return nothing
        return min(saved, self.cap) if self.cap and self.cap.currency == purchase.currency else saved

    def _check_texts(self) -> None:
        check_text("title", self.title)
        check_text("seller", self.seller, most=120)
        if self.conditions:
            check_text("conditions", self.conditions)
        for store in self.stores:
            check_text("stores", store, most=120)
        check_categories("categories", self.categories)
        if not CURRENCY.fullmatch(self.currency):
            raise OfferError("currency: it has three capital letters, such as SGD")
        for many in ("stores", "products", "categories"):
            check_few(many, getattr(self, many))

    def _check_amounts(self) -> None:
        for field, amount in _amounts(self):
            if amount.currency != self.currency:
                raise OfferError(f"{field}: it is in {amount.currency}, the offer in {self.currency}")
            check_between(field, amount.minor, 0, 10**11)
        for field in ("off", "price", "minimum", "cap"):
            amount = getattr(self, field)
            if amount is not None and amount.minor <= 0:
                raise OfferError(f"{field}: it is out of range")
        if self.percent is not None:
            check_percent("percent", self.percent)
        if (self.percent, self.off, self.price, self.terms) == (None, None, None, None):
            raise OfferError("percent: the offer has neither a discount nor a price")
        if sum(value is not None for value in (self.percent, self.off, self.price, self.terms)) > 1:
            raise OfferError("percent: an offer has one of a percentage, an amount off, a price and other terms")

    def _check_conditions(self) -> None:
        if self.valid_from > self.valid_through:
            raise OfferError("valid_through: the offer ends before it begins")
        if set(self.days) - set(WEEKDAYS) or len(set(self.days)) != len(self.days):
            raise OfferError("days: they are weekdays such as Monday, none twice")
        if self.uses is not None:
            check_between("uses", self.uses, 1, 1000)
        if self.absent_days is not None:
            check_between("absent_days", self.absent_days, 1, 3660)
        if self.code is not None:
            check_code(self.code)
        if (self.test is None) != (self.arm is None):
            raise OfferError("arm: a test has arms, and an arm is one of a test")
        for field in ("test", "arm"):
            value = getattr(self, field)
            if value is not None and not NAME.fullmatch(value):
                raise OfferError(f"{field}: a name of letters, digits, dots and dashes")
        if isinstance(self.terms, Plan) and not self.categories:
            raise OfferError("categories: a plan names the category in which it would stand")


KINDS: Final = {
    Loyalty: OfferKind.LOYALTY,
    Card: OfferKind.CARD,
    Savings: OfferKind.SAVINGS,
    Loan: OfferKind.LOAN,
    Plan: OfferKind.PLAN,
}
"""The kind of offer by its terms."""


def _amounts(part: object, field: str = "") -> Iterator[tuple[str, Money]]:
    """Every amount in a value and its parts, with the name of its field."""
    if isinstance(part, Money):
        yield field, part
    elif isinstance(part, tuple):
        for each in part:
            yield from _amounts(each, field)
    elif hasattr(part, "__dataclass_fields__"):
        for item in part.__dataclass_fields__:
            yield from _amounts(getattr(part, item), item)
