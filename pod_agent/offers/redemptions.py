"""Which offers a person used, as a study over a public list of offers would count them: 0 or 1 for each, by arm.

The list can only be of offers that this agent holds in its own catalogue, so a study cannot make up names. What is
counted is computed from the offers that this device was shown, and says nothing of what they cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pod_agent.offers.bought import Bought, folded
from pod_agent.offers.match import CURRENCY
from pod_agent.offers.saving import saved_on_purchases
from vocab.offers import Offer, OfferError, OfferKind

__all__ = ["check_offer_names", "redeemed", "redemption_counts"]


def check_offer_names(names: Iterable[str], held: Iterable[Offer]) -> None:
    """OfferError unless every name is that of an offer of the catalogue that is held here, and of one catalogue."""
    known = {offer.name for offer in held}
    unknown = sorted(set(names) - known)
    if unknown:
        raise OfferError(f"offers: {unknown[0][:64]!r} is not in the catalogue that this agent holds")


def redeemed(
    seen: Iterable[Offer], bought: Bought, period: tuple[date, date], used: Mapping[str, int]
) -> frozenset[str]:
    """Names of the offers that were used: those that the person said so of, and discounts that a purchase fits.

    ``seen`` are the offers that this device shows, so of a test one arm. A purchase fits where it lies in the period
    and in the offer's days, at its seller, large enough, and under its conditions; whether the till took anything off
    is not known. ``used`` is by the offer's IRI.
    """
    return frozenset(
        offer.name for offer in seen if used.get(offer.iri, 0) > 0 or _has_fitting_purchase(offer, bought, period)
    )


def redemption_counts(names: Iterable[str], counted: frozenset[str]) -> tuple[int, ...]:
    """One number for each name of the list, 1 for what was used; the same form for everyone."""
    return tuple(int(name in counted) for name in names)


def _has_fitting_purchase(offer: Offer, bought: Bought, period: tuple[date, date]) -> bool:
    if offer.kind is not OfferKind.DISCOUNT or offer.products or offer.price or offer.currency != CURRENCY:
        return False
    first, last = max(offer.valid_from, period[0]), min(offer.valid_through, period[1])
    days = bought.days_at.get(folded(offer.seller), [])
    purchases = [
        purchase
        for purchase in bought.all_purchases_at(folded(offer.seller))
        if first <= purchase.day <= last and _allowed(offer, purchase.day, days)
    ]
    return bool(saved_on_purchases(offer, purchases)[1])


def _allowed(offer: Offer, day: date, days: list[date]) -> bool:
    """Whether the days on which the person bought there before rule a purchase of this day out."""
    before = [each for each in days if each < day]
    if offer.first_purchase and before:
        return False
    if offer.new_customers and before and before[0] < offer.valid_from:
        return False
    return not (offer.absent_days is not None and before and (day - before[-1]).days < offer.absent_days)
