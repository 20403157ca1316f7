"""The terms of offers that are more than a discount: loyalty programmes, cards, savings, loans and plans.

Percentages are decimals of 100, amounts are money in the offer's own currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final

from vocab.offers.checks import OfferError, check_between, check_categories, check_few, check_percent, check_text
from vocab.records import Money

__all__ = ["Bonus", "Card", "CashBack", "Loan", "Loyalty", "LoyaltyTier", "Plan", "Reward", "Savings", "SavingsTier"]

MAX_MONTHS: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """What so many points or stamps give: ``worth`` is what it would cost otherwise, if that is said."""

    title: str
    points: int
    worth: Money | None = None

    def __post_init__(self) -> None:
        """Refuse a reward for nothing."""
        check_text("reward", self.title)
        check_between("reward", self.points, 1, 10**9)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyTier:
    """From so many points earned in the twelve months before a purchase on, its points are multiplied."""

    title: str
    points: int
    multiplier: Decimal

    def __post_init__(self) -> None:
        """Refuse a tier that everyone has or that takes points away."""
        check_text("tier", self.title)
        check_between("tier", self.points, 1, 10**9)
        check_between("tier", self.multiplier, 1, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loyalty:
    """A programme's published rule.

    Each purchase of at least the offer's ``minimum`` earns ``per_unit`` points for each whole unit of money, rounded
    down once, or one stamp where ``stamps``. Points end ``months`` months after the purchase, on that day, or with
    the last day of that month where ``month_end``; without ``months`` they stay.
    """

    per_unit: Decimal | None = None
    stamps: bool = False
    months: int | None = None
    month_end: bool = False
    rewards: tuple[Reward, ...] = ()
    tiers: tuple[LoyaltyTier, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a rule that earns nothing or earns twice."""
        if self.stamps == (self.per_unit is not None):
            raise OfferError("points_per_unit: a programme has either points or stamps")
        if self.per_unit is not None:
            check_between("points_per_unit", self.per_unit, Decimal("0.001"), 1000)
        if self.months is not None:
            check_between("expires_months", self.months, 1, MAX_MONTHS)
        elif self.month_end:
            raise OfferError("expires_month_end: points that stay have no end")
        if not self.rewards:
            raise OfferError("rewards: a programme names at least one reward")
        check_few("rewards", self.rewards)
        check_few("tiers", self.tiers)
        if self.stamps and self.tiers:
            raise OfferError("tiers: stamps have no tiers")


@dataclass(frozen=True, slots=True, kw_only=True)
class CashBack:
    """A rate in percent for purchases of these categories, at most ``cap`` a month."""

    categories: tuple[str, ...]
    percent: Decimal
    cap: Money | None = None

    def __post_init__(self) -> None:
        """Refuse a rate for nothing."""
        if not self.categories:
            raise OfferError("cash_back: each rate names its categories")
        check_categories("cash_back", self.categories)
        check_percent("cash_back", self.percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card: what a year costs, and what it pays back in a month.

    In a month with purchases of at least ``minimum`` in all, each category with a rate in ``cash_back`` earns it up to
    its cap, everything else ``base``; in other months everything earns ``below``. ``cap`` is the most of a month.
    """

    annual_fee: Money
    first_year_free: bool = False
    base: Decimal = Decimal(0)
    below: Decimal = Decimal(0)
    minimum: Money | None = None
    cap: Money | None = None
    cash_back: tuple[CashBack, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two rates for one category, and rates that mean nothing."""
        check_percent("base_percent", self.base, least=0)
        check_percent("below_percent", self.below, least=0)
        check_few("cash_back", self.cash_back)
        named = [category for rate in self.cash_back for category in rate.categories]
        if len(set(named)) != len(named):
            raise OfferError("cash_back: a category has one rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavingsTier:
    """The part of a balance above the tier before, up to ``up_to`` (None: all of it), earns ``percent`` a year."""

    percent: Decimal
    up_to: Money | None = None

    def __post_init__(self) -> None:
        """Refuse a rate that means nothing."""
        check_percent("tiers", self.percent, least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """A rate added in months that meet a condition, on the balance up to ``up_to``.

    ``condition`` is ``salary`` (credited), ``spend`` (net) or ``growth`` (of the balance): at least ``least`` of it.
    """

    CONDITIONS: ClassVar[tuple[str, ...]] = ("salary", "spend", "growth")

    condition: str
    least: Money
    percent: Decimal
    up_to: Money | None = None

    def __post_init__(self) -> None:
        """Refuse a condition that is not in the list."""
        if self.condition not in self.CONDITIONS:
            raise OfferError(f"bonuses: the condition is one of {', '.join(self.CONDITIONS)}")
        check_percent("bonuses", self.percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """A savings account: interest in percent a year by parts of the balance, and what conditions add to it."""

    tiers: tuple[SavingsTier, ...]
    bonuses: tuple[Bonus, ...] = ()

    def __post_init__(self) -> None:
        """Refuse tiers that do not rise."""
        if not self.tiers:
            raise OfferError("tiers: a savings account has at least one rate")
        check_few("tiers", self.tiers)
        check_few("bonuses", self.bonuses)
        ends = [tier.up_to for tier in self.tiers]
        amounts = [end.minor for end in ends if end is not None]
        if None in ends[:-1] or amounts != sorted(set(amounts)):
            raise OfferError("tiers: they rise, and only the last has no upper end")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """A loan paid back in equal monthly instalments.

    ``percent`` is the rate of a year: of what is still owed, or of the whole sum all the time where ``flat``.
    ``fee`` is paid once.
    """

    amount: Money
    percent: Decimal
    months: int
    flat: bool = False
    fee: Money | None = None

    def __post_init__(self) -> None:
        """Refuse a loan that is never paid back."""
        check_percent("rate_percent", self.percent, least=0)
        check_between("months", self.months, 1, MAX_MONTHS)
        if self.amount.minor <= 0:
            raise OfferError("amount: a loan is of more than nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A subscription or contract: what a month costs, for at least ``months`` months, and ``fee`` once."""

    monthly: Money
    months: int | None = None
    fee: Money | None = None

    def __post_init__(self) -> None:
        """Refuse a commitment without end."""
        if self.months is not None:
            check_between("commitment_months", self.months, 1, MAX_MONTHS)
