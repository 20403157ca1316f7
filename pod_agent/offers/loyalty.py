"""Progress in loyalty programmes by their published rule, from the person's own purchases, on this machine.

Points lie in lots, one for each purchase, each with its last day. A refund takes points back from the newest lots, by
the tier of its own day. What the person redeemed is not known here: the count is what the rule gives.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby, takewhile
from typing import Any

from pod_agent.offers.bought import Bought
from pod_agent.offers.match import CURRENCY
from vocab.offers import Loyalty, LoyaltyTier, Offer, Reward
from vocab.records import IRI, Money
from vocab.wording import day_text, folded

__all__ = ["Lot", "Progress", "last_day", "progress_of"]

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Lot:
    """Points of one purchase: when they were earned, how many are left, the last day on which they count."""

    earned: date
    points: int
    ends: date | None
    iri: IRI


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the person is in a programme today; ``lots`` are those that still count, oldest first.

    ``expired`` are points that ended, ``tier`` the one that the next purchase has.
    """

    offer: Offer
    today: date
    lots: tuple[Lot, ...]
    expired: int
    tier: LoyaltyTier | None
    evidence: tuple[IRI, ...]

    @property
    def points(self) -> int:
        """Points or stamps that count today."""
        return sum(lot.points for lot in self.lots)

    @property
    def rule(self) -> Loyalty:
        """The programme's rule."""
        if not isinstance(self.offer.terms, Loyalty):
            raise TypeError("the offer is no loyalty programme")
        return self.offer.terms

    @property
    def reached(self) -> tuple[Reward, ...]:
        """Rewards that the points are enough for, one at a time."""
        return tuple(reward for reward in self.rule.rewards if reward.points <= self.points)

    @property
    def next_reward(self) -> Reward | None:
        """The first reward that the points are not enough for."""
        return next((reward for reward in self.rule.rewards if reward.points > self.points), None)

    @property
    def next_end(self) -> tuple[date, int] | None:
        """The next day after which points are lost, and how many."""
        ends = [lot.ends for lot in self.lots if lot.ends is not None]
        if not ends:
            return None
        first = min(ends)
        return first, sum(lot.points for lot in self.lots if lot.ends == first)

    @property
    def sentence(self) -> str:
        """Where the person stands, in plain words."""
        unit = "stamp" if self.rule.stamps else "point"
        said = [f"You have {_many(self.points, unit)} at {self.offer.seller}."]
        if self.reached:
            said.append(f"Enough for: {self.reached[-1].title}.")
        if self.next_reward is not None:
            missing = self.next_reward.points - self.points
            said.append(f"{_many(missing, unit)} more for: {self.next_reward.title}.")
        if self.next_end is not None:
            said.append(f"{_many(self.next_end[1], unit)} will be lost after {day_text(self.next_end[0])}.")
        return " ".join(said)

    def worth_lately(self, window: timedelta) -> tuple[Money | None, str, tuple[str, ...]]:
        """What the points of these last days are worth by the best reward whose worth is said, in words too."""
        rates = [Fraction(reward.worth.minor, reward.points) for reward in self.rule.rewards if reward.worth]
        earned = sum(lot.points for lot in self.lots if lot.earned > self.today - window)
        minor = int(earned * max(rates, default=Fraction(0)))
        if not minor or self.offer.currency != CURRENCY:
            return None, "", (self.sentence,)
        unit = "stamps" if self.rule.stamps else "points"
        basis = f"the worth of the {unit} of your purchases here in the last {window.days} days"
        return Money(minor, CURRENCY), basis, (self.sentence,)

    def to_json(self) -> dict[str, Any]:
        """Plain values, as ``pod-agent offers loyalty --json`` prints them."""
        following, end = self.next_reward, self.next_end
        return {
            "offer": self.offer.iri,
            "title": self.offer.title,
            "seller": self.offer.seller,
            "unit": "stamps" if self.rule.stamps else "points",
            "points": self.points,
            "expired": self.expired,
            "tier": None if self.tier is None else self.tier.title,
            "reached": [reward.title for reward in self.reached],
            "next": None
            if following is None
            else {"title": following.title, "points": following.points, "missing": following.points - self.points},
            "ends": None if end is None else {"day": end[0].isoformat(), "points": end[1]},
            "sentence": self.sentence,
            "evidence": list(self.evidence),
        }


def progress_of(offer: Offer, bought: Bought) -> Progress:
    """The person's progress by the rule of this programme, from its first day to today."""
    rule = offer.terms
    if not isinstance(rule, Loyalty):
        raise TypeError("the offer is no loyalty programme")
    shop = folded(offer.seller)
    events = [(purchase.day, 0, purchase) for purchase in bought.all_purchases_at(shop)]
    events += [(refund.day, 1, refund) for refund in bought.refunds_at(shop)]
    lots: list[Lot] = []
    used: list[IRI] = []
    ordered = sorted(events, key=lambda each: (each[0], each[1], each[2].iri))
    for day, found in groupby(ordered, key=lambda each: each[0]):
        tier = _tier(rule, lots, day)
        for _, is_refund, entry in found:
            if not offer.valid_from <= day <= bought.today or entry.minor is None:
                continue
            points = _points(offer, rule, entry.minor, tier)
            if is_refund:
                lots = _taken_back(lots, points, day)
            elif offer.holds_on(day):
                lots.append(Lot(day, points, last_day(rule, day), entry.iri))
            used.append(entry.iri)
    live = tuple(lot for lot in lots if lot.points and _counts(lot, bought.today))
    return Progress(
        offer=offer,
        today=bought.today,
        lots=live,
        expired=sum(lot.points for lot in lots if not _counts(lot, bought.today)),
        tier=_tier(rule, lots, bought.today),
        evidence=tuple(used),
    )


def last_day(rule: Loyalty, earned: date) -> date | None:
    """The last day on which points of this day count; a day that a month lacks is its last one. None: they stay."""
    if rule.months is None:
        return None
    number = earned.year * 12 + earned.month - 1 + rule.months
    year, month = number // 12, number % 12 + 1
    length = monthrange(year, month)[1]
    return date(year, month, length if rule.month_end else min(earned.day, length))


def _points(offer: Offer, rule: Loyalty, minor: int, tier: LoyaltyTier | None) -> int:
    """Points of a purchase, or of what came back: by the tier of that day, rounded down once."""
    if offer.minimum is not None and minor < offer.minimum.minor:
        return 0
    if rule.per_unit is None:
        return 1
    rate = Fraction(rule.per_unit) * (Fraction(tier.multiplier) if tier else 1) / 100
    return minor * rate.numerator // rate.denominator


def _tier(rule: Loyalty, lots: list[Lot], day: date) -> LoyaltyTier | None:
    """The highest tier that the points earned in the 365 days before this day reach."""
    if not rule.tiers:
        return None
    newest = takewhile(lambda lot: lot.earned >= day - YEAR, reversed(lots))
    earned = sum(lot.points for lot in newest if lot.earned < day)
    return next((tier for tier in reversed(rule.tiers) if tier.points <= earned), None)


def _taken_back(lots: list[Lot], points: int, day: date) -> list[Lot]:
    """The lots without so many points, newest first; never below none, and what ended before stays ended."""
    left = list(lots)
    for place in reversed(range(len(left))):
        lot = left[place]
        if _counts(lot, day):
            taken = min(points, lot.points)
            left[place] = replace(lot, points=lot.points - taken)
            points -= taken
    return left


def _counts(lot: Lot, day: date) -> bool:
    return lot.ends is None or lot.ends >= day


def _many(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"
