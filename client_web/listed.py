"""What the page of records can list: the measures it knows, and the fields that narrow them."""

from __future__ import annotations

__all__ = ["FIELDS", "MONEY", "MUSIC"]

MONEY = {
    "transactions": "All transactions",
    "spend": "Spending",
    "purchases": "Purchases",
    "income": "Income",
    "refunds": "Refunds",
    "fees": "Fees",
    "cash": "Cash withdrawn",
    "transfers_out": "Transfers out",
    "transfers_in": "Transfers in",
}
MUSIC = {"plays": "Plays", "listening_minutes": "Everything listened to", "podcast_minutes": "Podcasts"}
FIELDS = ("category", "merchant", "account", "source", "artist", "album", "track", "podcast")
