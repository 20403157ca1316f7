"""The person's privacy budget: integers of micro-rho (zCDP), spent once and never given back within a window.

The windows roll: a budget that begins anew each month would allow any loss over the years. The defaults are the most
that anyone can have; a person may lower them. ``vocab.privacy`` tells what they mean as epsilon.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.errors import InvalidGrantError

__all__ = ["PERIOD", "YEAR", "Charge", "Limits", "spent", "within"]

PERIOD = timedelta(days=28)
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The privacy loss of one answer; ``study`` is the task id in hexadecimal, ``sha256`` the report's digest."""

    study: str
    grant: str
    controller: str
    micro_rho: int
    at: datetime
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most micro-rho a person spends: on one business in 28 days, on all in 28 days, on all in 365 days.

    At delta 1e-6 the defaults are epsilon 1 and 3 for 28 days, and rho 1 (epsilon 7.8) for a year. They cannot be
    raised.
    """

    business_period: int = 24_356
    period: int = 185_070
    year: int = 1_000_000

    def __post_init__(self) -> None:
        """InvalidGrantError for a limit above the default."""
        mine = (self.business_period, self.period, self.year)
        if any(not 0 <= value <= most for value, most in zip(mine, (24_356, 185_070, 1_000_000), strict=True)):
            raise InvalidGrantError("a limit of the privacy budget can be lowered, not raised")


def spent(
    charges: Iterable[Charge],
    now: datetime,
    window: timedelta,
    *,
    controller: str | None = None,
    grant: str | None = None,
) -> int:
    """Micro-rho charged in the window that ends now, to one business or under one grant if named.

    A charge dated after ``now`` counts as well: a clock that was set back gives nothing back.
    """
    return sum(
        charge.micro_rho
        for charge in charges
        if charge.at > now - window and controller in {None, charge.controller} and grant in {None, charge.grant}
    )


def within(charges: Iterable[Charge], limits: Limits, controller: str, micro_rho: int, now: datetime) -> bool:
    """Whether one more charge keeps all of the person's limits."""
    known = list(charges)
    return (
        spent(known, now, PERIOD, controller=controller) + micro_rho <= limits.business_period
        and spent(known, now, PERIOD) + micro_rho <= limits.period
        and spent(known, now, YEAR) + micro_rho <= limits.year
    )
