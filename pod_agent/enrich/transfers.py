"""Transfers between the person's own accounts: what left one account is found again where it arrived.

Two rows are the sides of one transfer where they stand on different accounts, show the same amount with opposite signs
within ``MAX_DAYS`` days, and both are worded as a move of money: a card's bill on the account and on the card, or a
transfer on both. Where two rows fit equally well none is chosen: the person is asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pod_agent.enrich.links import Link, Relation
from pod_agent.enrich.pairing import Choice, pair_nearest
from pod_agent.enrich.transactions import is_card
from pod_agent.enrich.wording import Way, read_wording
from vocab.records import IRI, Transaction, TransactionKind

__all__ = ["MAX_DAYS", "Transfers", "find_transfers"]

MAX_DAYS = 3
"""Days within which money arrives."""

_MOVES = frozenset({Way.OWN_ACCOUNT, Way.UNSAID, Way.PERSON, Way.DEPOSIT})


@dataclass(frozen=True, slots=True)
class Transfers:
    """``links`` from the row that went out to the row that came in; ``unsure`` rows have several equal partners."""

    links: tuple[Link, ...]
    unsure: tuple[IRI, ...]


def find_transfers(transactions: Iterable[Transaction]) -> Transfers:
    """Pair the sides of transfers among transactions whose kind is known."""
    amounts: dict[tuple[str, int], list[Transaction]] = defaultdict(list)
    for row in transactions:
        if row.kind is TransactionKind.TRANSFER and row.amount.minor:
            amounts[row.amount.currency, abs(row.amount.minor)].append(row)
    found = pair_nearest(
        (choice for rows in amounts.values() for choice in _choices(rows)),
        {row.iri: (row.source, row.account, row.at) for rows in amounts.values() for row in rows},
    )
    links = [Link(IRI(left), Relation.TRANSFER, IRI(right)) for left, right in found.pairs.items()]
    return Transfers(tuple(sorted(links)), tuple(sorted(IRI(name) for name in found.unsure)))


def _choices(rows: Sequence[Transaction]) -> Iterator[Choice]:
    for gone in rows:
        if gone.amount.minor > 0:
            continue
        for come in rows:
            days = abs((come.at.date() - gone.at.date()).days)
            if come.amount.minor > 0 and days <= MAX_DAYS and (far := _distance(gone, come)) is not None:
                yield Choice(2 * days + far, gone.iri, come.iri)


def _distance(gone: Transaction, come: Transaction) -> int | None:
    """0 where the wordings belong together, 1 where they can, None where they cannot."""
    if (gone.source, gone.account) == (come.source, come.account) or is_card(gone):
        return None
    left, came = _way(gone), _way(come)
    if is_card(come):  # a bill may also be paid by a transfer to the card's number
        return 0 if left is Way.CARD_BILL else 1
    if Way.CARD_BILL in {left, came}:
        return None
    if left is came is Way.PERSON and not _same_person(gone.counterparty or "", come.counterparty or ""):
        return None  # paid to one person, received from another: who pays oneself stands on both sides
    return 0 if left in _MOVES and came in _MOVES else 1


def _same_person(one: str, other: str) -> bool:
    """Whether two names can be of one person: banks cut them, each at its own length."""
    one, other = "".join(one.casefold().split()), "".join(other.casefold().split())
    return one.startswith(other) or other.startswith(one)


def _way(row: Transaction) -> Way:
    return read_wording(row.description, card=is_card(row), incoming=row.amount.minor > 0).way
