"""Offers out of a TOML file: one ``[[offer]]`` table each, every field checked, every fault told with its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from aggregator.errors import AggregatorError
from vocab.errors import VocabularyError
from vocab.offers import (
    Bonus,
    Card,
    CashBack,
    Contract,
    Loan,
    Loyalty,
    LoyaltyTier,
    Offer,
    Plan,
    Product,
    Reward,
    Savings,
    SavingsTier,
)
from vocab.offers.reading import MAX_BYTES, MAX_OFFERS
from vocab.records import Money

__all__ = ["InvalidOfferError", "offers_of", "read_offers"]

NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


class InvalidOfferError(AggregatorError):
    """An offer that agents would leave out."""

    code = "invalid_offer"
    hint = "Correct the field that is named; docs/reference/offers.md lists all of them."
    exit_status = 2
    http_status = 400


class _Table(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: only the fields that are listed."""


class _Reward(_Table):
    title: str
    points: int
    worth: Decimal | None = None


class _LoyaltyTier(_Table):
    title: str
    points: int
    multiplier: Decimal


class _Loyalty(_Table):
    rewards: list[_Reward]
    points_per_unit: Decimal | None = None
    stamps: bool = False
    expires_months: int | None = None
    expires_month_end: bool = False
    tiers: list[_LoyaltyTier] = []

    def made(self, currency: str) -> Loyalty:
        rewards = [Reward(title=r.title, points=r.points, worth=_some(r.worth, currency)) for r in self.rewards]
        tiers = [LoyaltyTier(title=t.title, points=t.points, multiplier=t.multiplier) for t in self.tiers]
        return Loyalty(
            per_unit=self.points_per_unit,
            stamps=self.stamps,
            months=self.expires_months,
            month_end=self.expires_month_end,
            rewards=tuple(rewards),
            tiers=tuple(tiers),
        )


class _CashBack(_Table):
    categories: list[str]
    percent: Decimal
    cap: Decimal | None = None


class _Card(_Table):
    annual_fee: Decimal
    first_year_free: bool = False
    base_percent: Decimal = Decimal(0)
    below_percent: Decimal = Decimal(0)
    minimum_spend: Decimal | None = None
    monthly_cap: Decimal | None = None
    cash_back: list[_CashBack] = []

    def made(self, currency: str) -> Card:
        rates = [
            CashBack(categories=tuple(rate.categories), percent=rate.percent, cap=_some(rate.cap, currency))
            for rate in self.cash_back
        ]
        return Card(
            annual_fee=_money(self.annual_fee, currency),
            first_year_free=self.first_year_free,
            base=self.base_percent,
            below=self.below_percent,
            minimum=_some(self.minimum_spend, currency),
            cap=_some(self.monthly_cap, currency),
            cash_back=tuple(rates),
        )


class _SavingsTier(_Table):
    percent: Decimal
    up_to: Decimal | None = None


class _Bonus(_Table):
    condition: str
    at_least: Decimal
    percent: Decimal
    up_to: Decimal | None = None


class _Savings(_Table):
    tiers: list[_SavingsTier]
    bonuses: list[_Bonus] = []

    def made(self, currency: str) -> Savings:
        tiers = [SavingsTier(percent=tier.percent, up_to=_some(tier.up_to, currency)) for tier in self.tiers]
        bonuses = [
            Bonus(
                condition=bonus.condition,
                least=_money(bonus.at_least, currency),
                percent=bonus.percent,
                up_to=_some(bonus.up_to, currency),
            )
            for bonus in self.bonuses
        ]
        return Savings(tiers=tuple(tiers), bonuses=tuple(bonuses))


class _Loan(_Table):
    amount: Decimal
    rate_percent: Decimal
    months: int
    flat: bool = False
    fee: Decimal | None = None

    def made(self, currency: str) -> Loan:
        return Loan(
            amount=_money(self.amount, currency),
            percent=self.rate_percent,
            months=self.months,
            flat=self.flat,
            fee=_some(self.fee, currency),
        )


class _Plan(_Table):
    monthly: Decimal
    commitment_months: int | None = None
    fee: Decimal | None = None

    def made(self, currency: str) -> Plan:
        return Plan(
            monthly=_money(self.monthly, currency), months=self.commitment_months, fee=_some(self.fee, currency)
        )


class _Product(_Table):
    gtin: str | None = None
    name: str | None = None
    group: str | None = None
    section: str | None = None


class _Offer(_Table):
    name: str
    title: str
    seller: str
    valid_from: date
    valid_through: date
    category: str | None = None
    categories: list[str] = []
    currency: str = "SGD"
    percent: Decimal | None = None
    off: Decimal | None = None
    price: Decimal | None = None
    minimum: Decimal | None = None
    cap: Decimal | None = None
    once: bool = False
    uses: int | None = None
    days: list[str] = []
    new_customers: bool = False
    first_purchase: bool = False
    absent_days: int | None = None
    stores: list[str] = []
    products: list[_Product] = []
    code: str | None = None
    test: str | None = None
    arm: str | None = None
    conditions: str = ""
    loyalty: _Loyalty | None = None
    card: _Card | None = None
    savings: _Savings | None = None
    loan: _Loan | None = None
    plan: _Plan | None = None

    def made(self) -> Offer:
        """The offer of this table; its IRI is its name alone until the catalogue has an address."""
        if not NAME.fullmatch(self.name):
            raise InvalidOfferError("name: it has small letters, digits and dashes")
        if self.once and self.uses not in {None, 1}:
            raise InvalidOfferError("once: the offer has another number of uses as well")
        return Offer(
            iri=f"#{self.name}",
            title=self.title,
            seller=self.seller,
            valid_from=self.valid_from,
            valid_through=self.valid_through,
            categories=tuple([self.category] if self.category else []) + tuple(self.categories),
            currency=self.currency,
            percent=self.percent,
            off=_some(self.off, self.currency),
            price=_some(self.price, self.currency),
            minimum=_some(self.minimum, self.currency),
            cap=_some(self.cap, self.currency),
            uses=1 if self.once else self.uses,
            days=tuple(self.days),
            new_customers=self.new_customers,
            first_purchase=self.first_purchase,
            absent_days=self.absent_days,
            stores=tuple(self.stores),
            products=tuple(Product(gtin=p.gtin, name=p.name, group=p.group, section=p.section) for p in self.products),
            code=self.code,
            test=self.test,
            arm=self.arm,
            conditions=self.conditions,
            terms=self._contract(),
        )

    def _contract(self) -> Contract | None:
        said = [terms for terms in (self.loyalty, self.card, self.savings, self.loan, self.plan) if terms is not None]
        if len(said) > 1:
            raise InvalidOfferError("loyalty, card, savings, loan, plan: an offer has one of them")
        return said[0].made(self.currency) if said else None


def read_offers(path: Path) -> list[Offer]:
    """Offers from a TOML file; InvalidOfferError says which is wrong, in which field."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidOfferError(f"{path.name} is larger than {MAX_BYTES} bytes")
        document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidOfferError(f"{path.name} cannot be read: {error}") from error
    tables = document.get("offer")
    if not isinstance(tables, list) or set(document) != {"offer"} or not all(isinstance(one, dict) for one in tables):
        raise InvalidOfferError(f"{path.name} has one [[offer]] table for each offer, and nothing else")
    return offers_of(tables)


def offers_of(tables: list[Mapping[str, Any]]) -> list[Offer]:
    """The offers of these tables, in their order; all of them have different names."""
    if len(tables) > MAX_OFFERS:
        raise InvalidOfferError(f"there are more than {MAX_OFFERS} offers")
    offers = [_offer(number, table) for number, table in enumerate(tables, 1)]
    seen = set[str]()
    for offer in offers:
        if offer.name in seen:
            raise InvalidOfferError(f"two offers have the name {offer.name}")
        seen.add(offer.name)
    return offers


def _offer(number: int, table: Mapping[str, Any]) -> Offer:
    place = f"offer {number} ({table.get('name', 'without a name')})"
    try:
        return msgspec.convert(table, _Offer).made()
    except (msgspec.ValidationError, VocabularyError, InvalidOfferError) as error:
        raise InvalidOfferError(f"{place}: {error}") from error


def _money(amount: Decimal, currency: str) -> Money:
    return Money.of(amount, currency)


def _some(amount: Decimal | None, currency: str) -> Money | None:
    return None if amount is None else Money.of(amount, currency)
