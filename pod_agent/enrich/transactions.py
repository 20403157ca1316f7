"""What a row of a statement means: its kind, the merchant's clean name, the category, the other side.

Evidence counts in this order: how the bank words the movement, the merchant category code, the issuer's own category,
the tables of merchants, general words, codes that many sorts of shop share, and a model that says how sure it is. What
nothing tells is *other*. The
person's own rules and corrections stand above all of it; they lie over the records (``overlay``).

PayNow to or from a private person, payments of card bills and moves between own accounts are transfers; a credit from a
shop is a refund in the shop's category (``docs/reference/query.md``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace

from pod_agent.enrich.categories import category_of
from pod_agent.enrich.codes import Judgement, by_code, by_hint
from pod_agent.enrich.guesses import guess
from pod_agent.enrich.merchants import clean_name, known_merchant, title
from pod_agent.enrich.wording import Way, Wording, original_amount, read_wording
from vocab.records import Transaction, TransactionKind

__all__ = ["Meaning", "bank_of", "classify", "is_card", "meaning_of", "read_meaning", "settle"]

BANKS = {"citi": "Citibank", "posb": "POSB", "standard-chartered": "Standard Chartered"}
FORMATS = frozenset("camt camt053 card csv generic json mastercard mt940 ofx qfx qif sql table".split())
"""Sources that are named after a format: they tell no bank."""
BANK_ENTRIES = frozenset({Way.CASH, Way.INTEREST, Way.FEE, Way.REWARD, Way.CARD_BILL, Way.OWN_ACCOUNT, Way.DEPOSIT})
COMPANY_WORDS = frozenset("PTE LTD LLP LLC INC CORP LIMITED SDN BHD COMPANY ENTERPRISE TRADING SERVICES GMBH".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a description says together with the sign of its amount."""

    kind: TransactionKind
    merchant: str
    category: str
    counterparty: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a row tells beside its text: which way the money went, the bank, what code and issuer say."""

    incoming: bool
    bank: str
    card: bool
    code: Judgement | None
    hint: Judgement | None
    hinted_payee: str

    def certain(self) -> Iterator[str]:
        """Categories that stand against a table of merchants, the strongest first."""
        return (each.category for each in (self.code, self.hint) if each is not None and each.certain)

    def vague(self) -> Iterator[str]:
        """Categories that count where nothing else tells."""
        return (each.category for each in (self.code, self.hint) if each is not None and not each.certain)


def classify(transaction: Transaction) -> Transaction:
    """The transaction with merchant, category, kind, counterparty and original amount told from its own fields.

    Pure: the same row always gets the same values; nothing else of the record changes.
    """
    text, original = original_amount(transaction.description, transaction.amount)
    meaning = _read(transaction, text)
    return replace(
        transaction,
        kind=meaning.kind,
        merchant=meaning.merchant,
        category=meaning.category,
        counterparty=meaning.counterparty or transaction.counterparty,
        original=transaction.original or original,
    )


def read_meaning(transaction: Transaction) -> Meaning:
    """What the row's own fields say, whatever meaning it has been given."""
    return _read(transaction, original_amount(transaction.description, transaction.amount)[0])


def _read(transaction: Transaction, text: str) -> Meaning:
    """What the row says, whose text without a foreign amount is ``text``."""
    card = is_card(transaction)
    return meaning_of(
        text,
        incoming=transaction.amount.minor > 0,
        bank=_bank(transaction.source, card=card),
        card=card,
        mcc=transaction.mcc,
        hint=transaction.hint,
    )


def bank_of(transaction: Transaction) -> str:
    """Whose fees and interest a row's are: *OCBC*, *DBS Card*; *Bank* where the source does not tell."""
    return _bank(transaction.source, card=is_card(transaction))


@lru_cache(maxsize=256)
def _bank(source: str, *, card: bool) -> str:
    bank = "Bank" if source in FORMATS else BANKS.get(source, source.replace("-", " ").upper())
    return f"{bank} Card" if card else bank


def is_card(transaction: Transaction) -> bool:
    """Whether the row is of a card's statement: as the importer says, or as the label of the account tells."""
    return transaction.card or " card" in f" {transaction.account.lower()}"


def meaning_of(
    text: str, *, incoming: bool, bank: str, card: bool = False, mcc: str | None = None, hint: str | None = None
) -> Meaning:
    """What the text means for money that came in (``incoming``) or went out; ``bank`` names fees and interest."""
    alike = _DIGITS.sub(_noughts, text)
    found = _meaning(alike, incoming=incoming, bank=bank, card=card, mcc=mcc, hint=hint)
    if alike != text and (_NOUGHTS in found.merchant or _NOUGHTS in (found.counterparty or "")):
        return _meaning(text, incoming=incoming, bank=bank, card=card, mcc=mcc, hint=hint)
    return found


_NOUGHTS = "00000"
_DIGITS = re.compile(r"\d{5,}")


def _noughts(digits: re.Match[str]) -> str:
    """As many noughts: rows that differ in a reference alone are worked out once."""
    return "0" * len(digits[0])


@lru_cache(maxsize=20_000)
def _meaning(text: str, *, incoming: bool, bank: str, card: bool, mcc: str | None, hint: str | None) -> Meaning:
    known_hint = by_hint(hint)
    evidence = Evidence(
        incoming=incoming,
        bank=bank,
        card=card,
        code=by_code(mcc),
        hint=known_hint,
        hinted_payee=hint or "" if known_hint is None else "",
    )
    wording = read_wording(text, card=card, incoming=incoming)
    way = wording.way
    if way in BANK_ENTRIES:
        return _bank_entry(way, incoming=incoming, bank=bank)
    if way is Way.PERSON or (way is Way.UNSAID and not wording.salary and not _is_company(wording.payee)):
        return _transfer(title(wording.payee, plain=True))
    if incoming and wording.salary and not card:
        return _income(wording.payee)
    return _trade(wording, evidence)


def settle(category: str, name: str, *, incoming: bool) -> Meaning | None:
    """The meaning of a row of a merchant ``name`` and a category; None where the category cannot be that of the sign.

    Income does not go out, and cash does not come in from a machine.
    """
    if category == "transfers":
        return _transfer(name)
    if category == "cash":
        return None if incoming else Meaning(kind=TransactionKind.CASH, merchant="", category="cash")
    if category == "income":
        return Meaning(kind=TransactionKind.INCOME, merchant=name, category="income") if incoming else None
    return _charge(name, category, incoming=incoming)


def _bank_entry(way: Way, *, incoming: bool, bank: str) -> Meaning:
    """What a bank's own entry means."""
    if way is Way.CASH:
        return Meaning(kind=TransactionKind.CASH, merchant="", category="cash")
    if way in {Way.INTEREST, Way.REWARD} and incoming:
        name = f"{bank} {'Interest' if way is Way.INTEREST else 'Rewards'}"
        return Meaning(kind=TransactionKind.INCOME, merchant=name, category="income")
    if way in {Way.FEE, Way.INTEREST, Way.REWARD}:
        return _charge(f"{bank} Fees", "fees", incoming=incoming)
    return _transfer(None)


def _trade(wording: Wording, evidence: Evidence) -> Meaning:
    """A payment to a business, or money that came from one."""
    incoming = evidence.incoming
    known = known_merchant(wording.payee) or known_merchant(evidence.hinted_payee)
    name = known.name if known else clean_name(wording.payee)
    for category in evidence.certain():
        found = _evident(category, name, wording, evidence)
        if found is not None:
            return found
    if known is not None:
        return settle(known.category, known.name, incoming=incoming) or _charge(name, "other", incoming=incoming)
    if incoming and _is_income(wording, name):
        return _income(wording.payee)
    category = category_of(wording.payee, wording.note)
    if category == "other":
        guessed = guess(wording.payee)
        vague = [*evidence.vague(), *([guessed.category] if guessed else [])]
        weak = (_evident(each, name, wording, evidence) for each in vague)
        return next((found for found in weak if found), None) or _charge(name, "other", incoming=incoming)
    return _charge(name, category, incoming=incoming)


def _is_income(wording: Wording, name: str) -> bool:
    """Whether money from a business that no table knows is income: by GIRO or transfer, or a name alone."""
    if wording.way in {Way.GIRO, Way.UNSAID}:
        return True
    return wording.way is Way.PLAIN and bool(name) and category_of(wording.payee) == "other"


def _evident(category: str, name: str, wording: Wording, evidence: Evidence) -> Meaning | None:
    """The meaning by code or issuer; bank words get the bank's name where the text has none."""
    if category == "income" and evidence.incoming:
        return _income(wording.payee) if name else _bank_entry(Way.INTEREST, incoming=True, bank=evidence.bank)
    if category == "fees":
        return _bank_entry(Way.FEE, incoming=evidence.incoming, bank=evidence.bank)
    return settle(category, name, incoming=evidence.incoming)


def _charge(merchant: str, category: str, *, incoming: bool) -> Meaning:
    out = TransactionKind.FEE if category == "fees" else TransactionKind.SPEND
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
