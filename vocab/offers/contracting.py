"""Reading the terms of an offer that is more than a discount."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from vocab.offers.checks import OfferError
from vocab.offers.contracts import (
    Bonus,
    Card,
    CashBack,
    Loan,
    Loyalty,
    LoyaltyTier,
    Plan,
    Reward,
    Savings,
    SavingsTier,
)
from vocab.offers.nodes import Node
from vocab.offers.terms import Contract
from vocab.terms import CATEGORY, PA

__all__ = ["read_contract"]


def read_contract(offer: Node, currency: str) -> Contract | None:
    """The terms that the offer leads to; None for a discount. Parts come in an order of their own values."""
    node = offer.linked("terms", "terms")
    if not node.name:
        return None
    readers = [READERS[kind.removeprefix(PA)] for kind in node.kinds if kind.removeprefix(PA) in READERS]
    if len(readers) != 1:
        raise OfferError(f"terms: their type is one of {', '.join(READERS)}")
    return readers[0](node, currency)


def _loyalty(node: Node, currency: str) -> Loyalty:
    rewards = [
        Reward(
            title=part.required("rewards", "name"),
            points=_whole(part, "rewards", "pointsNeeded"),
            worth=part.money("rewards", "worth", currency),
        )
        for part in node.parts("rewards", "reward")
    ]
    tiers = [
        LoyaltyTier(
            title=part.required("tiers", "name"),
            points=_whole(part, "tiers", "pointsNeeded"),
            multiplier=part.some("tiers", "multiplier"),
        )
        for part in node.parts("tiers", "tier")
    ]
    return Loyalty(
        per_unit=node.number("points_per_unit", "pointsPerUnit"),
        stamps=node.truth("stamps", "stamps"),
        months=node.integer("expires_months", "expiresAfterMonths"),
        month_end=node.truth("expires_month_end", "expiresAtMonthEnd"),
        rewards=tuple(sorted(rewards, key=lambda reward: (reward.points, reward.title))),
        tiers=tuple(sorted(tiers, key=lambda tier: (tier.points, tier.title))),
    )


def _card(node: Node, currency: str) -> Card:
    rates = [
        CashBack(
            categories=tuple(sorted(name.removeprefix(CATEGORY) for name in part.texts("cash_back", "category"))),
            percent=part.some("cash_back", "ratePercent"),
            cap=part.money("cash_back", "monthlyCap", currency),
        )
        for part in node.parts("cash_back", "cashBack")
    ]
    return Card(
        annual_fee=node.amount("annual_fee", "annualFee", currency),
        first_year_free=node.truth("first_year_free", "firstYearFree"),
        base=node.number("base_percent", "basePercent") or Decimal(0),
        below=node.number("below_percent", "belowPercent") or Decimal(0),
        minimum=node.money("minimum_spend", "minimumSpend", currency),
        cap=node.money("monthly_cap", "monthlyCap", currency),
        cash_back=tuple(sorted(rates, key=lambda rate: rate.categories)),
    )


def _savings(node: Node, currency: str) -> Savings:
    tiers = [
        SavingsTier(
            percent=part.some("tiers", "ratePercent"),
            up_to=part.money("tiers", "upTo", currency),
        )
        for part in node.parts("tiers", "tier")
    ]
    bonuses = [
        Bonus(
            condition=part.required("bonuses", "condition"),
            least=part.amount("bonuses", "atLeast", currency),
            percent=part.some("bonuses", "ratePercent"),
            up_to=part.money("bonuses", "upTo", currency),
        )
        for part in node.parts("bonuses", "bonus")
    ]
    return Savings(
        tiers=tuple(sorted(tiers, key=lambda tier: (tier.up_to is None, tier.up_to.minor if tier.up_to else 0))),
        bonuses=tuple(sorted(bonuses, key=lambda bonus: (bonus.condition, bonus.least.minor, bonus.percent))),
    )


def _loan(node: Node, currency: str) -> Loan:
    return Loan(
        amount=node.amount("amount", "principal", currency),
        percent=node.some("rate_percent", "ratePercent"),
        months=_whole(node, "months", "months"),
        flat=node.truth("flat", "flatRate"),
        fee=node.money("fee", "oneTimeFee", currency),
    )


def _plan(node: Node, currency: str) -> Plan:
    return Plan(
        monthly=node.amount("monthly", "monthlyPrice", currency),
        months=node.integer("commitment_months", "months"),
        fee=node.money("fee", "oneTimeFee", currency),
    )


def _whole(node: Node, field: str, prop: str) -> int:
    number = node.integer(field, prop)
    if number is None:
        raise OfferError(f"{field}: there is no {prop}")
    return number


READERS: dict[str, Callable[[Node, str], Contract]] = {
    "Loyalty": _loyalty,
    "Card": _card,
    "Savings": _savings,
    "Loan": _loan,
    "Plan": _plan,
}
"""Reader of each type of terms."""
