"""When grants end, and renewing one: the notice that is shown first, and the end that a yes to it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from consent.budget import PERIOD, Charge, spent
from consent.errors import InvalidGrantError
from consent.grant import DEFAULT_DAYS, MAX_DAYS, GrantState, check_renewal
from consent.proof import digest
from consent.purposes import DATA, PURPOSES
from vocab.privacy import DELTA, epsilon
from vocab.times import utc_text
from vocab.wording import day_text, part_text

__all__ = ["Renewal", "end_of", "last_second", "renewal"]


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a yes would renew, in plain words, and until when."""

    grant: str
    until: datetime
    lines: tuple[str, ...]

    @property
    def notice(self) -> str:
        """Digest of what is shown, which a yes to it hands back."""
        return digest("\n".join(self.lines).encode())

    def to_json(self) -> dict[str, Any]:
        """The renewal as plain values."""
        return {"grant": self.grant, "until": utc_text(self.until), "lines": list(self.lines), "notice": self.notice}


def end_of(created: datetime, until: date | None, zone: ZoneInfo) -> datetime:
    """The end of a new grant: the end of this day, 90 days after it is given if there is none.

    InvalidGrantError for a day that is over or more than a year away.
    """
    if until is None:
        return created + timedelta(days=DEFAULT_DAYS)
    last = last_second(until, zone)
    if not created < last <= created + timedelta(days=MAX_DAYS):
        raise InvalidGrantError(f"a grant ends after today and within {MAX_DAYS} days")
    return last


def last_second(day: date, zone: ZoneInfo) -> datetime:
    """The end of a day where the person lives, in UTC."""
    return datetime.combine(day, time(23, 59, 59), zone).astimezone(UTC)


def _usual_day(today: date, end: date) -> date:
    """The last day that is offered: no later than a yes can reach."""
    usual = today + timedelta(days=DEFAULT_DAYS)
    if usual > end:
        return usual
    return min(end + timedelta(days=DEFAULT_DAYS), today + timedelta(days=MAX_DAYS - 1))


def renewal(
    state: GrantState, charges: Sequence[Charge], now: datetime, zone: ZoneInfo, until: date | None = None
) -> Renewal:
    """The notice for letting a grant last until the end of this day.

    If none is given, 90 days from today, or from its end where it lasts so long already.

    Raises the refusal of a grant that is over, InvalidGrantError for a day that is not later than its end or more than
    a year away.
    """
    grant, end = state.grant, state.ends(now)
    last = last_second(until or _usual_day(now.astimezone(zone).date(), end.astimezone(zone).date()), zone)
    so_far = spent(charges, now, PERIOD, grant=grant.identifier)
    limit = grant.max_micro_rho_period
    loss = f"Most privacy loss in 28 days: epsilon {epsilon(limit):.2f}, but for a chance of one in {1 / DELTA:,.0f}."
    lines = (
        f"You allowed {grant.controller} to {PURPOSES[grant.purpose].sentence}, until {_day(end, zone)}.",
        f"It uses {', '.join(DATA[term].title for term in sorted(grant.data))}.",
        f"What leaves goes in two parts that look random: one for {grant.controller}, one sealed for {grant.helper}.",
        f"They may publish only sums over at least {grant.min_batch} people.",
        f"{loss} Spent so far: {part_text(so_far, limit)} of it.",
        f"If you renew it, all this lasts until {_day(last, zone)}. Nothing else changes; withdraw any day you like.",
    )
    made = Renewal(grant.identifier, last, lines)
    check_renewal(state, now, last, made.notice)
    return made


def _day(when: datetime, zone: ZoneInfo) -> str:
    return day_text(when.astimezone(zone))
