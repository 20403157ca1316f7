"""What the privacy budget still allows, in figures that pages and commands can put into words.

All windows roll: what was spent counts until it is 28 (or 365) days old, and then by itself no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from consent.budget import PERIOD, YEAR, Charge, Limits
from vocab.privacy import epsilon, micro_rho
from vocab.times import utc_text

__all__ = ["SMALL_EPSILON", "Allowance", "Allowances", "allowances"]

SMALL_EPSILON = 0.5
"""Epsilon, at delta 1e-6, of what is called a small question."""
SMALL = micro_rho(SMALL_EPSILON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One limit in micro-rho and how much of it is spent; ``business`` is a WebID, empty for all together.

    ``frees`` is when the oldest charge stops to count; None where nothing is spent. ``studies`` counts the charges.
    """

    business: str
    spent: int
    limit: int
    studies: int
    frees: datetime | None

    @property
    def left(self) -> int:
        """What is left, never less than nothing: a limit may have been lowered since."""
        return max(0, self.limit - self.spent)

    @property
    def small_questions(self) -> int:
        """How many small questions still fit."""
        return self.left // SMALL

    def to_json(self) -> dict[str, Any]:
        """The allowance as plain values."""
        return {
            "business": self.business,
            "spent_micro_rho": self.spent,
            "limit_micro_rho": self.limit,
            "left_micro_rho": self.left,
            "limit_epsilon": round(epsilon(self.limit), 4),
            "small_questions": self.small_questions,
            "studies": self.studies,
            "frees": "" if self.frees is None else utc_text(self.frees),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowances:
    """The budget of one person: of each business in 28 days, of all in 28 days, of all in 365 days.

    ``businesses`` has those to which something is charged, or that were named, in the order of their WebIDs.
    """

    businesses: tuple[Allowance, ...]
    period: Allowance
    year: Allowance

    def of(self, business: str) -> Allowance:
        """The tightest of what one business may still ask: no limit lets through more than another."""
        own = next((each for each in self.businesses if each.business == business), None)
        candidates = [each for each in (own, self.period, self.year) if each is not None]
        return min(candidates, key=lambda each: each.left)


def allowances(charges: Iterable[Charge], limits: Limits, now: datetime, named: Iterable[str] = ()) -> Allowances:
    """The budget as it stands ``now``; ``named`` are WebIDs of businesses to list even if nothing was spent on them."""
    known = list(charges)
    recent = {charge.controller for charge in known if charge.at > now - PERIOD}
    businesses = sorted(recent | set(named))
    return Allowances(
        businesses=tuple(_allowance(known, limits.business_period, now, PERIOD, name) for name in businesses),
        period=_allowance(known, limits.period, now, PERIOD),
        year=_allowance(known, limits.year, now, YEAR),
    )


def _allowance(charges: list[Charge], limit: int, now: datetime, window: timedelta, business: str = "") -> Allowance:
    counted = [each for each in charges if each.at > now - window and business in {"", each.controller}]
    return Allowance(
        business=business,
        spent=sum(each.micro_rho for each in counted),
        limit=limit,
        studies=len(counted),
        frees=min(each.at for each in counted) + window if counted else None,
    )
