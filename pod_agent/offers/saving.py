"""What an offer would have taken off the person's own purchases, exact to the cent, rounded down once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from pod_agent.offers.bought import Purchase
from pod_agent.offers.match import CURRENCY
from vocab.offers import Offer
from vocab.offers.terms import WEEKDAYS
from vocab.records import IRI, OrderLine

__all__ = ["can_be_counted", "saved_on_lines", "saved_on_purchases"]


def can_be_counted(offer: Offer) -> bool:
    """Whether the offer is a discount in the currency in which purchases are billed."""
    amounts = [amount for amount in (offer.off, offer.minimum, offer.cap) if amount is not None]
    return (offer.percent is not None or offer.off is not None) and all(a.currency == CURRENCY for a in amounts)


def saved_on_purchases(offer: Offer, purchases: Iterable[Purchase]) -> tuple[int, tuple[IRI, ...]]:
    """Minor units that the offer would have saved on these purchases, and the records of those that count.

    Of an offer that can be used so many times only the best purchases count, of equal ones the earliest. All of it is
    counted in whole parts of a minor unit, and rounded down once at the end.
    """
    parts = 1 if offer.percent is None else 100 * offer.percent.as_integer_ratio()[1]
    rate = None if offer.percent is None else offer.percent.as_integer_ratio()[0]
    off, cap = _minor(offer) * parts, offer.cap.minor * parts if offer.cap else None
    least = offer.minimum.minor if offer.minimum else 1
    found = []
    for purchase in purchases:
        if purchase.minor is None or purchase.minor < least or not _is_day(offer, purchase.day):
            continue
        saved = min(off, purchase.minor * parts) if rate is None else purchase.minor * rate
        saved = saved if cap is None else min(saved, cap)
        found.append((saved, purchase))
    if offer.most_uses is not None:
        found.sort(key=lambda pair: (-pair[0], pair[1].day, pair[1].iri))
        found = found[: offer.most_uses]
    minor = sum(saved for saved, _ in found) // parts
    return minor, tuple(purchase.iri for saved, purchase in found if saved)


def saved_on_lines(offer: Offer, lines: Iterable[OrderLine]) -> tuple[int, tuple[IRI, ...]]:
    """As ``saved_on_purchases`` for an offer of products: ``lines`` are those of these products.

    The discount is on each line in percent, or on each piece; ``price`` is what a piece costs; ``uses`` counts orders.
    """
    orders = defaultdict[IRI, list[tuple[Fraction, OrderLine]]](list)
    for line in lines:
        if line.total.currency == CURRENCY:
            saved = _off_line(offer, line)
            if saved > 0 and _is_day(offer, line.at.date()):
                orders[line.order].append((saved, line))
    totals = [(sum((saved for saved, _ in found), Fraction(0)), found) for found in orders.values()]
    totals = [(min(total, Fraction(offer.cap.minor)) if offer.cap else total, found) for total, found in totals]
    best = sorted(totals, key=lambda pair: (-pair[0], pair[1][0][1].at, pair[1][0][1].iri))[: offer.most_uses]
    records = tuple(line.iri for _, found in best for _, line in found)
    return int(sum((total for total, _ in best), Fraction(0))), records


def _is_day(offer: Offer, day: date) -> bool:
    return not offer.days or WEEKDAYS[day.weekday()] in offer.days


def _off_line(offer: Offer, line: OrderLine) -> Fraction:
    cost, pieces = Fraction(line.total.minor), Fraction(line.quantity)
    if offer.percent is not None:
        return cost * Fraction(offer.percent) / 100
    if offer.price is not None:
        return max(cost - offer.price.minor * pieces, Fraction(0))
    return min(_minor(offer) * pieces, cost)


def _minor(offer: Offer) -> int:
    return 0 if offer.off is None else offer.off.minor
