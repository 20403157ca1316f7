"""The other bank's card as its online banking writes it: DBS's CSV of 2026, with rows that are still pending."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from pod_agent.synthetic.household import Household
from pod_agent.synthetic.money import Movement, second_card_movements

__all__ = ["PENDING_DAYS", "second_card_csv"]

PENDING_DAYS = 2
"""Purchases of so many last days are not settled yet."""

ONLINE = ("GRAB", "FOODPANDA", "SHOPEE", "LAZADA", "FAIRPRICE ONLINE", "KLOOK")
COLUMNS = (
    "Transaction Date", "Transaction Posting Date", "Transaction Description", "Transaction Type", "Payment Type",
    "Transaction Status", "Debit Amount", "Credit Amount",
)  # fmt: skip


def second_card_csv(person: Household, first: date, last: date) -> bytes:
    """DBS's CSV of the card, newest row first; cells beyond a line's own are empty, as DBS writes them."""
    head = (
        ("Card Transaction Details For:", f"DBS MasterCard World {person.second_card}"),
        ("Transactions as at:", f"{last:%d %b %Y}"),
        ("",),
        ("Credit Limit:", "SGD 15000"),
        ("Available Limit:", "SGD 12500"),
        ("",),
    )
    lines = [_quoted(cells) + "," * (len(COLUMNS) - len(cells)) for cells in head]
    moves = list(second_card_movements(person, first, last))
    lines += [_quoted(COLUMNS), *(_quoted(cells) for cells in _rows(reversed(moves), last))]
    return ("\n".join(lines) + "\n").encode()


def _rows(moves: Iterator[Movement], last: date) -> Iterator[tuple[str, ...]]:
    for move in moves:
        text = " ".join(" ".join(move.lines).split())
        is_pending = move.kind == "spend" and (last - move.day).days < PENDING_DAYS
        posted = min(last, move.day + timedelta(days=1))
        amount = f"{abs(move.cents) / 100:g}" if abs(move.cents) < 10**6 else f"{abs(move.cents) / 100:.2f}"
        yield (
            f"{move.day:%d %b %Y}",
            f"{posted:%d %b %Y}",
            text,
            "" if is_pending else "PAYMENT" if move.kind == "transfer" else "PURCHASE",
            "Others"
            if move.kind == "transfer"
            else "Online/In-App Payment"
            if text.startswith(ONLINE)
            else "Contactless",
            "Pending" if is_pending else "Settled",
            amount if move.cents < 0 else "",
            "" if move.cents < 0 else amount,
        )


def _quoted(cells: tuple[str, ...]) -> str:
    return ",".join(f'"{cell}"' for cell in cells)
