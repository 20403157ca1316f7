"""How each offer stands: drafted, coming, running or ended.

Drafts lie beside the published catalogue, unsigned and unserved; publishing ends them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from aggregator.catalogue.publishing import catalogue_document, published_offers
from aggregator.config import LeaderConfig
from aggregator.files import replace_file
from vocab.offers import Offer
from vocab.offers.reading import read_offers

__all__ = ["DRAFT", "STATES", "Standing", "keep_draft", "standing"]

DRAFT: Final = "catalogue-draft.jsonld"
STATES: Final = ("drafted", "coming", "running", "ended")


@dataclass(frozen=True, slots=True)
class Standing:
    """An offer and how it stands, one of ``STATES``."""

    offer: Offer
    state: str

    def to_json(self) -> dict[str, Any]:
        """Plain values, as ``pod-aggregator catalogue --json`` prints them."""
        return {
            "name": self.offer.name,
            "title": self.offer.title,
            "kind": self.offer.kind.value,
            "state": self.state,
            "valid_from": self.offer.valid_from.isoformat(),
            "valid_through": self.offer.valid_through.isoformat(),
            "test": self.offer.test,
            "arm": self.offer.arm,
        }


def keep_draft(
    home: Path, config: LeaderConfig, offers: Iterable[Offer], now: datetime, *, check_only: bool = False
) -> None:
    """Keep these offers as drafts; with ``check_only`` only InvalidOfferError where agents would leave one out."""
    content = catalogue_document(
        offers, iri=f"{config.url}catalogue", publisher=config.controller, published=now.date()
    )
    if not check_only:
        replace_file(home / DRAFT, content)


def standing(home: Path, today: date) -> list[Standing]:
    """Every offer that is published or drafted, in the order of states and names.

    A draft of a published offer of the same terms is none.
    """
    published = published_offers(home)
    offers = () if published is None else published.offers
    found = [Standing(offer, _state(offer, today)) for offer in offers]
    found += [Standing(offer, "drafted") for offer in _drafts(home) if offer not in offers]
    return sorted(found, key=lambda each: (STATES.index(each.state), each.offer.name))


def _state(offer: Offer, today: date) -> str:
    if today < offer.valid_from:
        return "coming"
    return "running" if today <= offer.valid_through else "ended"


def _drafts(home: Path) -> tuple[Offer, ...]:
    """The drafts; none where there is no file of them, or it cannot be read: they can be drafted again."""
    try:
        return read_offers((home / DRAFT).read_bytes())[0]
    except (FileNotFoundError, ValueError):
        return ()
