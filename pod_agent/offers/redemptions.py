"""Which offers a person used, as a study over a public list of offers would count them: 0 or 1 for each, by arm.

Only offers count that this agent holds in its own catalogue: a name that a study makes up counts as 0 for everyone.
Of a test the arm counts that this device was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from pod_agent.enrich.merchants import public_chains
from pod_agent.offers.bought import Bought
from pod_agent.offers.eligibility import ruled_out
from pod_agent.offers.match import CURRENCY, OfferIndex
from pod_agent.offers.saving import saved_on_purchases
from vocab.errors import VocabularyError
from vocab.offers import Offer, OfferKind
from vocab.query import QuerySpec, Table
from vocab.wording import folded

__all__ = ["RedemptionIndex", "redeemed"]


class RedemptionIndex:
    """An index that answers, beside every other query, how often each offer was used: the dimension ``offer``.

    ``seen`` gives the offers that this device shows, ``used`` how often the person said in a period that one was used,
    by IRI. Only discounts are counted, of shops whose names studies may use: an offer of a pharmacy would tell of a
    person's health, one of a bank of their accounts.
    """

    def __init__(
        self, index: OfferIndex, seen: Callable[[], list[Offer]], used: Callable[[tuple[date, date]], Mapping[str, int]]
    ) -> None:
        self._index = index
        self._seen = seen
        self._used = used

    def run(self, spec: QuerySpec, *, evidence: bool = True) -> Table:
        """Answer a query; of offers one row for each that was used, with 1 and no evidence."""
        if "offer" not in spec.dimensions:
            return self._index.run(spec, evidence=evidence)
        if (spec.measures, spec.dimensions, spec.filters) != (("purchases",), ("offer",), ()) or spec.period is None:
            raise VocabularyError("offers are counted by purchases of named days, without filters")
        told = [offer for offer in self._seen() if _may_be_counted(offer)]
        names = sorted(redeemed(told, Bought(self._index, spec.period[1]), spec.period, self._used(spec.period)))
        rows = tuple((name, 1) for name in names)
        return Table(columns=("offer", "purchases"), rows=rows, evidence=((),) * len(rows))


def _may_be_counted(offer: Offer) -> bool:
    """A minimum of odd cents would ask for one person's purchase: only whole amounts are counted."""
    whole = offer.minimum is None or offer.minimum.minor % 100 == 0
    return whole and offer.seller in public_chains() and not offer.products


def redeemed(
    seen: Iterable[Offer], bought: Bought, period: tuple[date, date], used: Mapping[str, int]
) -> frozenset[str]:
    """Names of the discounts that were used: those that the person said so of, and those that a purchase fits.

    ``seen`` are the offers that this device shows, so of a test one arm. A purchase fits where it lies in the period
    and in the offer's days, at its seller, large enough, and under its conditions; whether the till took anything off
    is not known. ``used`` is by the offer's IRI.
    """
    return frozenset(
        offer.name
        for offer in seen
        if offer.kind is OfferKind.DISCOUNT
        and (used.get(offer.iri, 0) > 0 or _has_fitting_purchase(offer, bought, period))
    )


def _has_fitting_purchase(offer: Offer, bought: Bought, period: tuple[date, date]) -> bool:
    if offer.price or offer.currency != CURRENCY:
        return False
    first, last = max(offer.valid_from, period[0]), min(offer.valid_through, period[1])
    days = bought.days_at.get(folded(offer.seller), [])
    purchases = [
        purchase
        for purchase in bought.all_purchases_at(folded(offer.seller))
        if first <= purchase.day <= last
        and ruled_out(offer, [day for day in days if day < purchase.day], purchase.day) is None
    ]
    return bool(saved_on_purchases(offer, purchases)[1])
