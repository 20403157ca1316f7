"""Offers: what a business may publish, as typed terms and as linked data, the same for both sides.

``terms`` says what an offer may hold, ``writing`` makes the JSON-LD of a catalogue, ``reading`` takes it apart again.
A publisher reads its own catalogue by the same code as every agent, so it publishes nothing that
agents would leave out.
"""

from __future__ import annotations

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
from vocab.offers.terms import Contract, Offer, OfferKind, Product

__all__ = [
    "Bonus",
    "Card",
    "CashBack",
    "Contract",
    "Loan",
    "Loyalty",
    "LoyaltyTier",
    "Offer",
    "OfferError",
    "OfferKind",
    "Plan",
    "Product",
    "Reward",
    "Savings",
    "SavingsTier",
]
