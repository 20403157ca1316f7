"""Cheaper alternatives to what the person pays month by month: for a phone, the internet, a subscription."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from pod_agent.features.inputs import HISTORY
from pod_agent.offers.bought import Bought, Purchase
from pod_agent.offers.flows import months_before
from pod_agent.offers.match import CURRENCY, OfferMatch, Unfit, named, shown
from vocab.offers import Offer, Plan
from vocab.records import IRI, Money

__all__ = ["Payment", "cheaper_plan", "monthly_payments"]

LEAST_MONTHS: Final = 3
SPREAD: Final = 2
"""The dearest of the last months costs at most so many times the cheapest: else it is no plan, but shopping."""
USUAL_SAVING: Final = 8000
"""A saving of so many minor units in a year counts half of what the largest could."""


@dataclass(frozen=True, slots=True)
class Payment:
    """What one company is paid each month: the median of the last three whole months, in minor units."""

    merchant: str
    monthly: int
    evidence: tuple[IRI, ...]


def monthly_payments(bought: Bought, category: str) -> list[Payment]:
    """Companies of this category paid about the same in each of the last three whole months, dearest first."""
    last = months_before(bought.today)[-LEAST_MONTHS:]
    paid = defaultdict[str, list[Purchase]](list)
    for purchase in bought.year:
        if purchase.category == category and purchase.minor is not None and purchase.day.isoformat()[:7] in last:
            paid[purchase.merchant].append(purchase)
    found = []
    for merchant, purchases in paid.items():
        months = defaultdict[str, int](int)
        for purchase in purchases:
            months[purchase.day.isoformat()[:7]] += purchase.minor or 0
        amounts = sorted(months.values())
        if len(amounts) == LEAST_MONTHS and amounts[-1] <= SPREAD * amounts[0]:
            found.append(Payment(merchant, amounts[LEAST_MONTHS // 2], tuple(each.iri for each in purchases)))
    return sorted(found, key=lambda payment: (-payment.monthly, payment.merchant))


def cheaper_plan(offer: Offer, plan: Plan, bought: Bought) -> OfferMatch | Unfit:
    """The plan beside the dearest company of its categories that the person pays each month."""
    if offer.currency != CURRENCY:
        return Unfit(offer, f"It is in {offer.currency}, your totals are in {CURRENCY}.")
    payments = [payment for category in offer.categories for payment in monthly_payments(bought, category)]
    if not payments:
        words = " or ".join(named(category) for category in offer.categories)
        return Unfit(offer, f"You pay nobody each month for {words}.")
    now = max(payments, key=lambda payment: payment.monthly)
    year = 12 * (now.monthly - plan.monthly.minor) - (plan.fee.minor if plan.fee else 0)
    if year <= 0:
        return Unfit(offer, f"You pay {now.merchant} {shown(Money(now.monthly, CURRENCY))} a month: it is not cheaper.")
    score = 0.2 + 0.5 * year / (year + USUAL_SAVING)
    fee = f" and {shown(plan.fee)} once" if plan.fee else ""
    bound = f" It binds you for {plan.months} months." if plan.months else ""
    return OfferMatch(
        offer=offer,
        title=offer.title,
        score=score,
        reason=f"You pay {now.merchant} {shown(Money(now.monthly, CURRENCY))} a month; this costs "
        f"{shown(plan.monthly)}{fee}, if it does the same for you.{bound}",
        saving=Money(year, CURRENCY),
        saving_basis="less in the first year than you pay now",
        evidence=now.evidence,
        known_shop=now.merchant.casefold() == offer.seller.casefold(),
        inputs=((HISTORY, score),),
        steps=(f"The median of the last {LEAST_MONTHS} whole months; your contract may end later.",),
    )
