"""What a row of a statement means: its kind, the merchant's clean name, the category, the other side.

The rules are those of ``docs/reference/query.md``: PayNow to or from a private person, payments of card bills and
moves between own accounts are transfers; a credit from a shop is a refund in the shop's category.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace

from pod_agent.enrich.categories import category_of
from pod_agent.enrich.merchants import Merchant, clean_name, known_merchant, title
from pod_agent.enrich.wording import Way, Wording, original_amount, read_wording
from vocab.records import Transaction, TransactionKind

__all__ = ["Meaning", "classify", "meaning_of"]

BANKS = {"ocbc": "OCBC"}
BANK_ENTRIES = frozenset({Way.CASH, Way.INTEREST, Way.FEE, Way.CARD_BILL, Way.OWN_ACCOUNT, Way.DEPOSIT})
COMPANY_WORDS = frozenset("PTE LTD LLP LLC INC CORP LIMITED SDN BHD COMPANY ENTERPRISE TRADING SERVICES".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a description says together with the sign of its amount."""

    kind: TransactionKind
    merchant: str
    category: str
    counterparty: str | None = None


def classify(transaction: Transaction) -> Transaction:
    """The transaction with merchant, category, kind, counterparty and original amount told from its description.

    Pure: the same row always gets the same values; nothing else of the record changes.
    """
    text, original = original_amount(transaction.description, transaction.amount)
    bank = BANKS.get(transaction.source, transaction.source.upper())
    is_card = " card" in f" {transaction.account.lower()}"
    meaning = meaning_of(text, incoming=transaction.amount.minor > 0, bank=f"{bank} Card" if is_card else bank)
    return replace(
        transaction,
        kind=meaning.kind,
        merchant=meaning.merchant,
        category=meaning.category,
        counterparty=meaning.counterparty,
        original=original,
    )


@lru_cache(maxsize=10_000)
def meaning_of(text: str, *, incoming: bool, bank: str) -> Meaning:
    """What the text means for money that came in (``incoming``) or went out; ``bank`` names fees and interest."""
    wording = read_wording(text)
    way = wording.way
    if way in BANK_ENTRIES:
        return _bank_entry(way, incoming=incoming, bank=bank)
    if way is Way.PERSON or (way is Way.UNSAID and not wording.salary and not _is_company(wording.payee)):
        return _transfer(title(wording.payee, plain=True))
    if incoming and wording.salary:
        return _income(wording.payee)
    return _trade(wording, incoming=incoming)


def _bank_entry(way: Way, *, incoming: bool, bank: str) -> Meaning:
    """What a bank's own entry means."""
    if way is Way.CASH:
        return Meaning(kind=TransactionKind.CASH, merchant="", category="cash")
    if way is Way.INTEREST and incoming:
        return Meaning(kind=TransactionKind.INCOME, merchant=f"{bank} Interest", category="income")
    if way in {Way.FEE, Way.INTEREST}:
        return _charge(f"{bank} Fees", "fees", incoming=incoming, out=TransactionKind.FEE)
    return _transfer(None)


def _trade(wording: Wording, *, incoming: bool) -> Meaning:
    """A payment to a business, or money that came from one."""
    known = known_merchant(wording.payee)
    if known and known.category == "transfers":
        return _transfer(known.name)
    if known and known.category == "income":
        if incoming:
            return Meaning(kind=TransactionKind.INCOME, merchant=known.name, category="income")
        known = Merchant(known.name, "other")
    if known is None and incoming and wording.way in {Way.GIRO, Way.UNSAID}:
        return _income(wording.payee)
    if known is None:
        known = Merchant(clean_name(wording.payee), category_of(wording.payee, wording.note))
    return _charge(known.name, known.category, incoming=incoming, out=TransactionKind.SPEND)


def _charge(merchant: str, category: str, *, incoming: bool, out: TransactionKind) -> Meaning:
    return Meaning(kind=TransactionKind.REFUND if incoming else out, merchant=merchant, category=category)


def _income(payer: str) -> Meaning:
    """Income keeps the payer's name as registered, legal form included: it is an employer, not a shop."""
    known = _public_payer(payer)
    return Meaning(kind=TransactionKind.INCOME, merchant=known or title(payer, plain=True), category="income")


def _public_payer(payer: str) -> str | None:
    """The authority that a text names anywhere: the name of a scheme often stands before it."""
    words = payer.split()
    found = (known_merchant(" ".join(words[place:])) for place in range(len(words)))
    return next((known.name for known in found if known and known.category == "income"), None)


def _transfer(other: str | None) -> Meaning:
    return Meaning(kind=TransactionKind.TRANSFER, merchant="", category="transfers", counterparty=other or None)


def _is_company(payee: str) -> bool:
    words = payee.upper().replace(".", " ").split()
    return not COMPANY_WORDS.isdisjoint(words) or known_merchant(payee) is not None
