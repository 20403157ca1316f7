"""Records that belong together: the two sides of a transfer, a refund and its purchase, an order and its payment."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from vocab.records import IRI

__all__ = ["Link", "Relation"]


class Relation(StrEnum):
    """What a record is to the other one of a link."""

    TRANSFER = "transfer"
    """Money that left one own account, and the same money where it arrived."""
    REFUND_OF = "refund-of"
    """Money that came back, and the purchase it was paid for."""
    PAID_BY = "paid-by"
    """An order, and the transaction that paid it."""


class Link(NamedTuple):
    """One record that belongs to another."""

    iri: IRI
    relation: Relation
    other: IRI
