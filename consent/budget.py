"""The person's privacy budget: integers of micro-rho (zCDP), spent once and never given back within a window.

The windows roll: a budget that begins anew each month would allow any loss over the years. The defaults are the most
that anyone can have; a person may lower them. ``vocab.privacy`` tells what they mean as epsilon.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from consent.errors import InvalidGrantError
from vocab.errors import VocabularyError
from vocab.privacy import micro_rho

__all__ = ["PERIOD", "YEAR", "Charge", "Limits", "spent", "within"]

PERIOD = timedelta(days=28)
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The privacy loss of one answer; ``study`` is the task id in hexadecimal, ``sha256`` the report's digest.

    ``question`` is ``Study.question``: what was asked, whatever else the study said; empty in a training round.
    """

    study: str
    grant: str
    controller: str
    micro_rho: int
    at: datetime
    sha256: str
    question: str = ""


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
        if any(not 0 <= getattr(self, limit.name) <= limit.default for limit in fields(self)):
            raise InvalidGrantError(
                "a limit of the privacy budget can be lowered, not raised",
                hint="The most is epsilon 1 for one business and 3 for all together, in 28 days.",
            )

    @classmethod
    def from_epsilons(cls, *, business: str = "", total: str = "", year: str = "") -> Limits:
        """Limits as a person writes them: epsilons at delta 1e-6, such as ``0.5``; empty is the default.

        ``business`` is for one business and ``total`` for all together in 28 days, ``year`` for all in 365; 0 lets
        nothing leave. VocabularyError for text that is no number from 0 to 100, InvalidGrantError above the default.
        """
        texts = {"business_period": business, "period": total, "year": year}
        return cls(**{name: micro_rho(_epsilon(text)) for name, text in texts.items() if text.strip()})


def _epsilon(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:  # which is false for nan as well
        raise VocabularyError(
            "a limit of the privacy budget is an epsilon", hint='Write a number from 0 to 1, such as "0.5".'
        )
    return value


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
