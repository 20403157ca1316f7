"""OfferMatch: an offer that fits, why, what it saves, and the records that say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol

from vocab.offers import Offer, OfferKind
from vocab.query import QuerySpec, Table
from vocab.records import IRI, Money, Record

__all__ = ["CURRENCY", "OfferIndex", "OfferMatch", "Unfit", "named", "shown"]

CURRENCY: Final = "SGD"
"""The currency of every total (docs/reference/query.md)."""


class OfferIndex(Protocol):
    """The part of the local index that matching needs."""

    @property
    def run(self) -> Callable[..., Table]:
        """Answer a query."""
        ...

    @property
    def records(self) -> Callable[[QuerySpec], tuple[Record, ...]]:
        """The records behind a query, oldest first."""
        ...

    @property
    def local_day(self) -> Callable[[datetime], date]:
        """The day of an instant in the person's zone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMatch:
    """An offer that fits, why, and the records that say so.

    ``score`` runs from 0 to 1 and is the sum of ``inputs``, pairs of an input's name and what it adds. ``known_shop``
    says that the person buys there already. ``saving`` is in the currency of totals, None where nothing can be
    computed; ``saving_basis`` says in words what it was computed on, ``steps`` how, one sentence each.
    """

    offer: Offer
    title: str
    score: float
    reason: str
    saving: Money | None
    saving_basis: str
    evidence: tuple[IRI, ...]
    known_shop: bool
    inputs: tuple[tuple[str, float], ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def kind(self) -> OfferKind:
        """What sort of offer it is."""
        return self.offer.kind

    def to_json(self) -> dict[str, Any]:
        """The form that outside programs read; money in major units."""
        return {
            "offer": self.offer.iri,
            "title": self.title,
            "score": round(self.score, 4),
            "reason": self.reason,
            "saving": None if self.saving is None else float(self.saving.amount),
            "evidence": list(self.evidence),
        }

    def explained(self) -> dict[str, Any]:
        """Everything that is said of it: the same, with its terms, inputs and steps."""
        return {
            **self.to_json(),
            "kind": self.kind.value,
            "seller": self.offer.seller,
            "valid_from": self.offer.valid_from.isoformat(),
            "valid_through": self.offer.valid_through.isoformat(),
            "code": self.offer.code,
            "test": self.offer.test,
            "arm": self.offer.arm,
            "conditions": self.offer.conditions,
            "saving_basis": self.saving_basis,
            "inputs": {name: round(value, 4) for name, value in self.inputs},
            "steps": list(self.steps),
        }


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why an offer is not shown, in one sentence."""

    offer: Offer
    reason: str


def named(category: str) -> str:
    """A category as people read it within a sentence."""
    return category.replace("-", " ")


def shown(money: Money) -> str:
    """``S$12.30``."""
    sign = "S$" if money.currency == CURRENCY else f"{money.currency} "
    return f"{'-' if money.minor < 0 else ''}{sign}{abs(money.amount):,.2f}"
