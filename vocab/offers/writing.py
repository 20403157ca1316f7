"""A catalogue as JSON-LD: one document, the same bytes for the same offers, whatever their order.

Numbers are texts or whole numbers, for a signed document holds no fractions (``vocab.decoding``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from vocab.offers.contracts import Card, Loan, Loyalty, Plan, Savings
from vocab.offers.names import CONTEXT
from vocab.offers.terms import Contract, Offer, Product
from vocab.records import Money

__all__ = ["catalogue_json", "offer_json"]


def catalogue_json(
    offers: Iterable[Offer], *, iri: str, publisher: str, published: date, serial: int
) -> dict[str, Any]:
    """The document without its signature; ``iri`` is its public address, of which offers are fragments."""
    ordered = sorted(offers, key=lambda offer: offer.name)
    return {
        "@context": CONTEXT,
        "@id": iri,
        "@type": "OfferCatalog",
        "name": publisher,
        "dateModified": published.isoformat(),
        "serial": serial,
        "itemListElement": [offer_json(offer, f"{iri}#{offer.name}") for offer in ordered],
    }


def offer_json(offer: Offer, iri: str) -> dict[str, Any]:
    """One offer under this IRI; what is not set is left out."""
    minimum = {"@type": "PriceSpecification", "minPrice": _text(offer.minimum), "priceCurrency": offer.currency}
    return _set(
        {
            "@id": iri,
            "@type": "Offer",
            "name": offer.title,
            "seller": {"@type": "Organization", "name": offer.seller},
            "category": list(offer.categories),
            "priceCurrency": offer.currency,
            "validFrom": offer.valid_from.isoformat(),
            "validThrough": offer.valid_through.isoformat(),
            "description": offer.conditions,
            "discountPercent": _text(offer.percent),
            "discountAmount": _text(offer.off),
            "discountCap": _text(offer.cap),
            "price": _text(offer.price),
            "eligibleTransactionVolume": minimum if offer.minimum else None,
            "usesPerPerson": offer.uses,
            "validOnDay": list(offer.days),
            "newCustomersOnly": offer.new_customers or None,
            "firstPurchaseOnly": offer.first_purchase or None,
            "absentDays": offer.absent_days,
            "availableAtOrFrom": [{"@type": "Place", "name": store} for store in offer.stores],
            "itemOffered": [_product(product) for product in offer.products],
            "code": offer.code,
            "test": offer.test,
            "arm": offer.arm,
            "terms": _contract(offer.terms),
        }
    )


def _product(product: Product) -> dict[str, Any]:
    named = {"gtin": product.gtin, "name": product.name, "productGroup": product.group, "section": product.section}
    return _set({"@type": "Product", **named})


def _contract(terms: Contract | None) -> dict[str, Any] | None:
    match terms:
        case Loyalty():
            return _loyalty(terms)
        case Card():
            return _card(terms)
        case Savings():
            return _savings(terms)
        case Loan():
            fields = {"principal": terms.amount, "ratePercent": terms.percent, "oneTimeFee": terms.fee}
            return _part("Loan", **fields, months=terms.months, flatRate=terms.flat or None)
        case Plan():
            return _part("Plan", monthlyPrice=terms.monthly, oneTimeFee=terms.fee, months=terms.months)
        case None:
            return None


def _loyalty(terms: Loyalty) -> dict[str, Any]:
    return _part(
        "Loyalty",
        pointsPerUnit=terms.per_unit,
        stamps=terms.stamps or None,
        expiresAfterMonths=terms.months,
        expiresAtMonthEnd=terms.month_end or None,
        reward=[_part("Reward", name=one.title, pointsNeeded=one.points, worth=one.worth) for one in terms.rewards],
        tier=[
            _part("LoyaltyTier", name=one.title, pointsNeeded=one.points, multiplier=one.multiplier)
            for one in terms.tiers
        ],
    )


def _card(terms: Card) -> dict[str, Any]:
    return _part(
        "Card",
        annualFee=terms.annual_fee,
        firstYearFree=terms.first_year_free or None,
        basePercent=terms.base or None,
        belowPercent=terms.below or None,
        minimumSpend=terms.minimum,
        monthlyCap=terms.cap,
        cashBack=[
            _part("CashBack", category=list(rate.categories), ratePercent=rate.percent, monthlyCap=rate.cap)
            for rate in terms.cash_back
        ],
    )


def _savings(terms: Savings) -> dict[str, Any]:
    return _part(
        "Savings",
        tier=[_part("SavingsTier", ratePercent=one.percent, upTo=one.up_to) for one in terms.tiers],
        bonus=[
            _part("Bonus", condition=one.condition, atLeast=one.least, ratePercent=one.percent, upTo=one.up_to)
            for one in terms.bonuses
        ],
    )


def _part(kind: str, **fields: object) -> dict[str, Any]:
    """A node of one of our own types."""
    shown = {name: _text(value) if isinstance(value, Money | Decimal) else value for name, value in fields.items()}
    return _set({"@type": f"pa:{kind}", **shown})


def _set(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value not in ([], "")}


def _text(number: Money | Decimal | None) -> str | None:
    if number is None:
        return None
    return format(number.amount if isinstance(number, Money) else number, "f")
