"""Whether the person may use an offer by its own conditions, computed from their purchases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from pod_agent.offers.bought import Bought
from vocab.offers import Offer
from vocab.wording import day_text, folded

__all__ = ["NOT_READ", "ruled_out", "why_not"]

NOT_READ: Final = "You switched off that offers look at what you bought."


def why_not(offer: Offer, bought: Bought, used: Mapping[str, int], *, looks_back: bool = True) -> str | None:
    """Why the person cannot use the offer now, in a sentence; None where they can.

    ``used`` says how often they used it already, by the offer's IRI, where they said so. Without ``looks_back`` their
    purchases are not read, and what depends on them does not fit.
    """
    today = bought.today
    if not offer.runs_on(today):
        ended = offer.valid_through < today
        return f"It ended on {day_text(offer.valid_through)}." if ended else _begins(offer)
    if not any(offer.holds_on(today + timedelta(days=ahead)) for ahead in range(7)):
        return "No day is left on which it holds."
    if offer.most_uses is not None and used.get(offer.iri, 0) >= offer.most_uses:
        return "You used it as often as one person can."
    if not (offer.first_purchase or offer.new_customers or offer.absent_days is not None):
        return None
    if not looks_back:
        return NOT_READ
    return ruled_out(offer, bought.days_at.get(folded(offer.seller), []), today)


def ruled_out(offer: Offer, days: Sequence[date], at: date) -> str | None:
    """Why the days on which the person bought there, oldest first, rule the offer out on a day; None where not."""
    if offer.first_purchase and days:
        return f"It is for a first purchase, and you bought at {offer.seller} on {day_text(days[0])}."
    if offer.new_customers and days and days[0] < offer.valid_from:
        return f"It is for new customers, and you bought at {offer.seller} on {day_text(days[0])}."
    if offer.absent_days is not None and days and (at - days[-1]).days < offer.absent_days:
        return (
            f"It is for people who bought nothing there for {offer.absent_days} days, and you did on "
            f"{day_text(days[-1])}."
        )
    return None


def _begins(offer: Offer) -> str:
    return f"It begins on {day_text(offer.valid_from)}."
