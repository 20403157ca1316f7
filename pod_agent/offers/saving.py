"""What an offer would have taken off the person's own purchases, exact to the cent, rounded down once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from pod_agent.offers.bought import Purchase
from pod_agent.offers.match import CURRENCY
from vocab.offers import Offer
from vocab.offers.terms import WEEKDAYS
from vocab.records import IRI, OrderLine

__all__ = ["can_be_counted", "saved_on_lines", "saved_on_purchases", "taken_off"]


def can_be_counted(offer: Offer) -> bool:
    """Whether the offer is a discount in the currency in which purchases are billed."""
    amounts = [amount for amount in (offer.off, offer.minimum, offer.cap) if amount is not None]
    return (offer.percent is not None or offer.off is not None) and all(a.currency == CURRENCY for a in amounts)


def taken_off(offer: Offer, minor: Decimal | int) -> Fraction:
    """What the offer takes off one purchase, in minor units, before rounding; weekdays are not looked at."""
    cost = Fraction(minor)
    if cost <= 0 or (offer.minimum is not None and cost < offer.minimum.minor):
        return Fraction(0)
    off = cost * Fraction(offer.percent) / 100 if offer.percent is not None else Fraction(_minor(offer))
    off = min(off, cost)
    return min(off, Fraction(offer.cap.minor)) if offer.cap is not None else off


def saved_on_purchases(offer: Offer, purchases: Iterable[Purchase]) -> tuple[int, tuple[IRI, ...]]:
    """Minor units that the offer would have saved on these purchases, and the records of those that count.

    Of an offer that can be used so many times only the best purchases count, of equal ones the earliest.
    """
    found = [
        (taken_off(offer, purchase.minor), purchase)
        for purchase in purchases
        if purchase.minor is not None and (not offer.days or WEEKDAYS[purchase.day.weekday()] in offer.days)
    ]
    best = sorted((pair for pair in found if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].day, pair[1].iri))
    used = best[: offer.most_uses]
    return int(sum((saved for saved, _ in used), Fraction(0))), tuple(purchase.iri for _, purchase in used)


def saved_on_lines(offer: Offer, lines: Iterable[OrderLine]) -> tuple[int, tuple[IRI, ...]]:
    """As ``saved_on_purchases`` for an offer of products: ``lines`` are those of these products.

    The discount is on each line in percent, or on each piece; ``price`` is what a piece costs; ``uses`` counts orders.
    """
    orders = defaultdict[IRI, list[tuple[Fraction, OrderLine]]](list)
    for line in lines:
        if line.total.currency == CURRENCY:
            saved = _off_line(offer, line)
            if saved > 0 and (not offer.days or WEEKDAYS[line.at.date().weekday()] in offer.days):
                orders[line.order].append((saved, line))
    totals = [(sum((saved for saved, _ in found), Fraction(0)), found) for found in orders.values()]
    totals = [(min(total, Fraction(offer.cap.minor)) if offer.cap else total, found) for total, found in totals]
    best = sorted(totals, key=lambda pair: (-pair[0], pair[1][0][1].at, pair[1][0][1].iri))[: offer.most_uses]
    records = tuple(line.iri for _, found in best for _, line in found)
    return int(sum((total for total, _ in best), Fraction(0))), records


def _off_line(offer: Offer, line: OrderLine) -> Fraction:
    cost, pieces = Fraction(line.total.minor), Fraction(line.quantity)
    if offer.percent is not None:
        return cost * Fraction(offer.percent) / 100
    if offer.price is not None:
        return max(cost - offer.price.minor * pieces, Fraction(0))
    return min(_minor(offer) * pieces, cost)


def _minor(offer: Offer) -> int:
    return 0 if offer.off is None else offer.off.minor
