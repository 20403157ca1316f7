"""Offers matched to the person's own shops and categories, on this machine, each with its reason and records.

An offer for a shop where the person buys counts most; an offer of another shop counts if it lies in a category where
they buy often. Anything else is no match: no advertising. The saving is what the offer would have taken off the
person's own purchases of the last 90 days, computed from the records and never guessed. Loans are never pushed: they
are told only to a person who asks for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from pod_agent.features.inputs import FLOWS, HISTORY, RHYTHM, SHOP
from pod_agent.offers.bought import Bought, PurchaseHistory, is_product
from pod_agent.offers.eligibility import NOT_READ, why_not
from pod_agent.offers.finance import financial
from pod_agent.offers.loyalty import progress_of
from pod_agent.offers.match import CURRENCY, OfferIndex, OfferMatch, Unfit, named, shown
from pod_agent.offers.nudges import Nudges, nudged
from pod_agent.offers.plans import cheaper_plan
from pod_agent.offers.saving import can_be_counted, saved_on_lines, saved_on_purchases
from vocab.offers import Loyalty, Offer, OfferKind, Plan
from vocab.records import Money, OrderLine
from vocab.wording import folded

__all__ = ["Judge", "match_offers"]

SAVING_WINDOW: Final = timedelta(days=90)
RHYTHM_WINDOW: Final = timedelta(days=180)
MIN_CATEGORY_PURCHASES: Final = 3
RECENT_DAYS: Final = 60
USUAL_SAVING: Final = 2000
"""A saving of so many minor units in 90 days counts half of what the largest could."""
BANKS: Final = frozenset({OfferKind.CARD, OfferKind.SAVINGS, OfferKind.LOAN})
OWN: Final = {"often": 0.30, "saving": 0.25, "soon": 0.45}
NEW: Final = {"often": 0.10, "saving": 0.12, "soon": 0.15, "novel": 0.03}
"""What each part of a score can add, at a shop of the person's own and at a new one."""


def match_offers(
    offers: Iterable[Offer],
    index: OfferIndex,
    today: date,
    *,
    without: frozenset[str] = frozenset(),
    used: Mapping[str, int] | None = None,
    nudges: Nudges | None = None,
) -> list[OfferMatch]:
    """Offers that hold these days and fit what the person buys, best first; no loans.

    ``without`` names inputs that the person switched off, ``used`` how often an offer was used, by IRI.
    """
    judge = Judge(index, today, without=without, used=used or {}, nudges=nudges)
    found = (judge.judge(offer) for offer in offers if offer.kind is not OfferKind.LOAN)
    matches = [match for match in found if isinstance(match, OfferMatch)]
    return sorted(matches, key=lambda match: (-match.score, match.offer.iri))


class Judge:
    """Says of one offer after the other whether it fits; the person's records are read once."""

    def __init__(
        self,
        index: OfferIndex,
        today: date,
        *,
        without: frozenset[str] = frozenset(),
        used: Mapping[str, int] | None = None,
        nudges: Nudges | None = None,
    ) -> None:
        self.bought = Bought(index, today)
        self._today = today
        self._without = without
        self._used = used or {}
        self._nudges = nudges

    def judge(self, offer: Offer) -> OfferMatch | Unfit:
        """The match with its reason, saving and records, or why there is none."""
        found = self._judged(offer)
        if self._nudges is None or isinstance(found, Unfit):
            return found
        return nudged(found, self._nudges(offer, self._without))

    def _judged(self, offer: Offer) -> OfferMatch | Unfit:
        reason = why_not(offer, self.bought, self._used, looks_back=HISTORY not in self._without)
        if reason is not None:
            return Unfit(offer, reason)
        if offer.kind in BANKS:
            return self._of_bank(offer)
        if HISTORY in self._without:
            return Unfit(offer, NOT_READ)
        if isinstance(offer.terms, Plan):
            return cheaper_plan(offer, offer.terms, self.bought)
        return self._of_products(offer) if offer.products else self._of_shop(offer)

    def _of_bank(self, offer: Offer) -> OfferMatch | Unfit:
        if FLOWS in self._without:
            return Unfit(offer, "You switched off that offers look at what moves on your accounts.")
        return financial(offer, self.bought)

    def _of_shop(self, offer: Offer) -> OfferMatch | Unfit:
        shop = self.bought.shops.get(folded(offer.seller))
        if shop is not None:
            return self._own(offer, shop)
        if offer.kind is OfferKind.LOYALTY or SHOP in self._without:
            return Unfit(offer, f"You bought nothing at {offer.seller} in the last year.")
        habits = [self.bought.categories.get(name) for name in offer.categories]
        usual = [habit for habit in habits if habit and len(habit.purchases) >= MIN_CATEGORY_PURCHASES]
        if not usual:
            return Unfit(offer, f"You buy neither at {offer.seller} nor often in its categories.")
        return self._new(offer, max(usual, key=lambda habit: len(habit.purchases)))

    def _own(self, offer: Offer, shop: PurchaseHistory) -> OfferMatch:
        saving, basis, steps = self._saving_here(offer, shop)
        return self._match(
            offer,
            shop,
            saving,
            basis,
            reason=f"You bought at {shop.name} {_times(len(shop.purchases))} since {shop.first:%B %Y}, "
            f"last on {_day(shop.last)}.",
            steps=steps,
            known=True,
        )

    def _new(self, offer: Offer, category: PurchaseHistory) -> OfferMatch:
        saving, basis = self._saving_elsewhere(offer, category)
        before = self.bought.days_at.get(folded(offer.seller))
        known = (
            f"You last bought at {offer.seller} in {before[-1]:%B %Y}" if before else f"{offer.seller} is new to you"
        )
        return self._match(
            offer,
            category,
            saving,
            basis,
            reason=f"{known}, but you bought in {named(category.name)} {_times(len(category.purchases))} since "
            f"{category.first:%B %Y}.",
            steps=(),
            known=False,
        )

    def _of_products(self, offer: Offer) -> OfferMatch | Unfit:
        """An offer of products: by the lines of orders, of this shop or, for a price, of any."""
        sections = SHOP not in self._without
        lines = [
            line
            for line in self.bought.lines
            if any(is_product(product, line, sections=sections) for product in offer.products)
        ]
        here = [line for line in lines if folded(line.shop) == folded(offer.seller)]
        used = here if offer.price is None else lines
        if not used:
            words = " or ".join(product.words for product in offer.products[:3])
            return Unfit(offer, f"You bought no {words} in the last year.")
        return self._product_match(offer, used, known=bool(here))

    def _product_match(self, offer: Offer, lines: list[OrderLine], *, known: bool) -> OfferMatch:
        recent = [line for line in lines if self.bought.index.local_day(line.at) > self._today - SAVING_WINDOW]
        minor, counted = saved_on_lines(offer, recent)
        habit = PurchaseHistory(name=offer.seller, purchases=tuple(self.bought.of_line(line) for line in lines))
        last = lines[-1]
        paid = f"{shown(last.total)} at {last.shop} on {_day(self.bought.index.local_day(last.at))}"
        here = "" if offer.price is None else f"; here a piece costs {shown(offer.price)}"
        return self._match(
            offer,
            habit,
            Money(minor, CURRENCY) if minor else None,
            f"saved on {_times(len(counted), 'line')} of your orders in the last 90 days"
            if minor
            else "nothing of your orders of the last 90 days would have been cheaper",
            reason=f"You bought {last.product} and the like {_times(len(lines))}, last for {paid}{here}.",
            steps=(f"{len(recent)} of these lines are of the last 90 days, {len(counted)} of them would cost less.",),
            known=known,
        )

    def _match(
        self,
        offer: Offer,
        habit: PurchaseHistory,
        saving: Money | None,
        basis: str,
        *,
        reason: str,
        steps: tuple[str, ...],
        known: bool,
    ) -> OfferMatch:
        """The match with its score: how often, how soon again, how much; half of it for a saving not reached."""
        weights = OWN if known else NEW
        half = 0.5 if saving is None and can_be_counted(offer) else 1.0
        worth = saving.minor / (saving.minor + USUAL_SAVING) if saving else 0.0
        often = 1 - math.exp(-len(habit.purchases) / 6)
        parts = [(HISTORY, half * (weights["often"] * often + weights["saving"] * worth))]
        if RHYTHM not in self._without:
            parts.append((RHYTHM, half * weights["soon"] * self._soon(offer, habit)))
        if not known and SHOP not in self._without:
            parts.append((SHOP, half * weights["novel"]))
        return OfferMatch(
            offer=offer,
            title=offer.title,
            score=math.fsum(value for _, value in parts),
            reason=reason,
            saving=saving,
            saving_basis=basis,
            evidence=habit.evidence,
            known_shop=known,
            inputs=tuple(parts),
            steps=steps,
        )

    def _soon(self, offer: Offer, habit: PurchaseHistory) -> float:
        """How likely a purchase is while the offer runs: the days of the last 180 on which there was one, as a rate."""
        days = habit.days_since(self._today - RHYTHM_WINDOW)
        left = min((offer.valid_through - self._today).days + 1, 30)
        recent: float = 0.5 ** ((self._today - habit.last).days / RECENT_DAYS)
        return 1 - math.exp(-days / RHYTHM_WINDOW.days * left * recent)

    def _saving_here(self, offer: Offer, shop: PurchaseHistory) -> tuple[Money | None, str, tuple[str, ...]]:
        """What the offer would have taken off this shop's purchases of the last 90 days."""
        if isinstance(offer.terms, Loyalty):
            return progress_of(offer, self.bought).worth_lately(SAVING_WINDOW)
        if not can_be_counted(offer):
            return None, "", ()
        recent = shop.since(self._today - SAVING_WINDOW + timedelta(days=1))
        minor, counted = saved_on_purchases(offer, recent)
        if not minor:
            return None, "no purchase of your last 90 days here was large enough", ()
        basis = (
            "saved on your largest purchase here in the last 90 days"
            if offer.once
            else f"saved on {len(counted)} of your purchases here in the last 90 days"
        )
        steps = (f"{len(recent)} purchases here in the last 90 days, {len(counted)} of them count.",)
        return Money(minor, CURRENCY), basis, steps

    def _saving_elsewhere(self, offer: Offer, category: PurchaseHistory) -> tuple[Money | None, str]:
        """What one purchase of the person's average size in this category would save."""
        if not can_be_counted(offer):
            return None, ""
        recent = [
            purchase.minor
            for purchase in category.since(self._today - SAVING_WINDOW + timedelta(days=1))
            if purchase.minor is not None
        ]
        average = (2 * sum(recent) + len(recent)) // (2 * len(recent)) if recent else 0
        saving = offer.saving_on(Money(average, CURRENCY))
        if not saving.minor:
            return None, f"your usual {named(category.name)} purchase is too small for it"
        return saving, f"saved on one {named(category.name)} purchase of your average size"


def _times(number: int, what: str = "") -> str:
    if what:
        return f"{number} {what}{'' if number == 1 else 's'}"
    return "once" if number == 1 else f"{number} times"


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
