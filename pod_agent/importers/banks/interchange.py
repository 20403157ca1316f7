"""What the formats that banks share have in common: amounts, plain dates, account labels, sources, transactions.

OFX, QIF, CAMT and MT940 are written by any bank. The source of a record, which is the unit of consent, is the bank
where the file names it in a form that makes a plain name (``dbs``, ``bank-of-ceylon``), and else the name of the
format. Dates are plain days: a record's ``at`` is the start of that day in the person's zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import money, plain_money
from pod_agent.importers.numbers import is_iban, last_four, mask_numbers
from pod_agent.importers.protocol import ExportFile, Withheld
from pod_agent.importers.reading import fold
from vocab.records import Money, Occurrences, Provenance, Transaction, TransactionKind, record_iri
from vocab.shapes import MAX_LENGTH

__all__ = [
    "ZERO",
    "Account",
    "Bookings",
    "account_label",
    "bank_of_bic",
    "day_start",
    "decimal_amount",
    "joined",
    "read_money",
    "source_name",
]

ZERO: Final = "zero_amount"
"""Reason to skip a row of 0.00, as banks use them for notes and for checks of a card: no money moved."""

MAX_REFERENCE: Final = 255
_SOURCE = re.compile(r"[a-z0-9-]{2,20}")
_OTHERS = frozenset(
    "apple fairprice fitbit google google-health health lazada mastercard redmart samsung spotify youtube".split()
)
"""Sources that are no bank: a consent to share a listening history must never cover a bank's rows."""

_BANKS: Final = {
    "chas": "chase",
    "citi": "citi",
    "dbss": "dbs",
    "hsbc": "hsbc",
    "ocbc": "ocbc",
    "scbl": "standard-chartered",
    "uovb": "uob",
}
"""Names of banks by the first four letters of their BIC, where people know them by another one."""

_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3,4})?")
_PLAIN = re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")
_POINT = re.compile(r"\d{0,3}(?:(?:,\d{3})*|(?:'\d{3})*|(?: \d{3})*)\.\d{1,10}|\d{1,3}(?:(?:'\d{3})+|(?:,\d{3}){2,4})")
_COMMA = re.compile(r"\d{1,15},(?:\d{1,2}|\d{4,10})?|\d{1,3}(?:(?:\.\d{3})+|(?: \d{3})+|(?:'\d{3})+),\d{0,10}")
_SIGNED = re.compile(r"(?P<before>[+-]?)(?P<amount>[\d.,' ]+)(?P<after>[+-]?)|\((?P<negative>[\d.,' ]+)\)")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose rows these are: ``number`` is the whole one and goes into keys of records only, ``label`` is shown."""

    source: str
    label: str
    number: str
    card: bool = False


class Bookings:
    """Makes the transactions of one file, and counts what it leaves behind of them."""

    def __init__(self, export: ExportFile, zone: ZoneInfo) -> None:
        self._file = export.file
        self._member = export.member
        self._zone = zone
        self._seen = Occurrences()
        self._numbers = 0
        self._account: Account | None = None
        self._own: tuple[str, ...] = ()
        self.addresses = 0

    def transaction(
        self,
        account: Account,
        *,
        line: int,
        day: date,
        amount: Money,
        text: str,
        reference: str | None = None,
        value_date: date | None = None,
        original: Money | None = None,
        counterparty: str | None = None,
        mcc: str | None = None,
        hint: str | None = None,
        provisional: bool = False,
    ) -> Transaction:
        """The transaction with its IRI; ``text`` and ``reference`` are folded already.

        Numbers of cards and accounts in its texts are cut to the last four digits.

        Its key is account, day, amount, currency and text: the bank's own reference is kept but names nothing,
        because banks use one reference for several rows and change references between downloads.
        """
        if account is not self._account:
            self._look_at(account)
        description, masked = mask_numbers(self._without_own(text))
        if len(description) > MAX_LENGTH:
            raise RowError("too_long", f"the text of the row is longer than {MAX_LENGTH:,} characters")
        self._numbers += masked
        at = day_start(day, self._zone)
        key = (account.number, str(amount.minor), amount.currency, description)
        return Transaction(
            iri=record_iri(Transaction, account.source, at, key, self._seen),
            source=account.source,
            at=at,
            provenance=Provenance(file=self._file, member=self._member, line=line),
            account=account.label,
            amount=amount,
            description=description,
            merchant="",
            category="other",
            kind=TransactionKind.SPEND if amount.minor < 0 else TransactionKind.INCOME,
            card=account.card,
            reference=self._reference(reference) if reference else None,
            value_date=value_date,
            original=original,
            counterparty=counterparty,
            mcc=mcc,
            hint=hint,
            provisional=provisional,
        )

    def name(self, text: str | None) -> str | None:
        """A name of a party, payee or category as it may be kept, None where there is none."""
        if not text:
            return None
        clean, masked = mask_numbers(fold(text))
        self._numbers += masked
        return clean[:MAX_LENGTH] or None

    def withheld(self) -> Iterator[Withheld]:
        """What was left behind, for the end of the file."""
        if self._numbers:
            yield Withheld(what="account and card numbers", count=self._numbers)
        if self.addresses:
            yield Withheld(what="addresses", count=self.addresses)

    def _look_at(self, account: Account) -> None:
        """Take note of how the account's number may stand in texts."""
        forms = {account.number, re.sub(r"\D", "", account.number)}
        self._account, self._own = account, tuple(form for form in forms if len(form) > 6)

    def _without_own(self, text: str) -> str:
        """The text without the account's own number, which some banks make their references of."""
        for number in self._own:
            if number in text:
                text = text.replace(number, f"*{number[-4:]}")
                self._numbers += 1
        return text

    def _reference(self, text: str) -> str | None:
        """A reference as it may be kept."""
        if is_iban(text):
            self._numbers += 1
            return f"*{text[-4:]}"
        return self._without_own(text)[:MAX_REFERENCE] or None


@lru_cache(maxsize=4096)
def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The start of the day in the zone; RowError for a day on which the zone had no whole minutes, before 1906."""
    try:
        at = datetime(day.year, day.month, day.day, tzinfo=zone)
        offset = at.utcoffset()
    except (ValueError, OverflowError):
        offset = None
    if offset is None or offset % _MINUTE or not 1900 <= day.year <= 2199:
        raise RowError("bad_date", "the date is out of range")
    return at


def decimal_amount(text: str) -> Decimal:
    """The amount in a text with decimal point or comma; RowError where it is none, or could be read in two ways.

    ``1,234.56``, ``1.234,56``, ``1'234.56`` and ``12,5`` are read. ``1,234`` may be either of two amounts: refused.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    parts = _SIGNED.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " ").strip())
    if parts and not (parts["before"] and parts["after"]):
        digits = (parts["amount"] or parts["negative"]).strip()
        negative = "-" in (parts["before"] or "") + (parts["after"] or "") or parts["negative"] is not None
        if _PLAIN.fullmatch(digits) or _POINT.fullmatch(digits):
            value = Decimal(re.sub(r"[,' ]", "", digits))
            return -value if negative else value
        if _COMMA.fullmatch(digits):
            value = Decimal(re.sub(r"[.' ]", "", digits).replace(",", ".").rstrip("."))
            return -value if negative else value
    raise RowError("bad_amount", "the amount is not a number, or could be read in two ways")


def read_money(text: str, currency: str) -> Money:
    """The amount as money; RowError where it is none, too large or too fine for the currency."""
    if not _CURRENCY.fullmatch(currency):
        raise RowError("no_currency", "neither the row nor its statement says a currency")
    plain = plain_money(text, currency)
    return money(decimal_amount(text), currency) if plain is None else plain


def source_name(*names: str | None, otherwise: str) -> str:
    """The first of the names (of a bank) that makes a plain name of 2 to 20 letters, else ``otherwise``."""
    for name in names:
        plain = re.sub(r"[^a-z0-9]+", "-", (name or "").lower()).strip("-")
        plain = re.sub(r"-(co-)?(pte-)?(ltd|limited|plc|inc|ag|nv|sa|corp|com)$", "", plain)
        if _SOURCE.fullmatch(plain) and not plain.isdigit() and plain not in _OTHERS and not re.search(r"\d{5}", plain):
            return plain
    return otherwise


def bank_of_bic(code: str | None) -> str | None:
    """The name of the bank in a BIC: the one people know, or the bank's four letters; None where it is no BIC."""
    if not code or not _BIC.fullmatch(code.strip().upper()):
        return None
    letters = code.strip()[:4].lower()
    return _BANKS.get(letters, letters)


def account_label(bank: str | None, kind: str, number: str) -> str:
    """What people see of an account: bank, kind and the last four characters of its number."""
    name = re.sub(r"\d{5,}", "", fold(bank or ""))[:40].strip()
    return " ".join(part for part in (name, kind or ("" if name else "Account"), last_four(number)) if part)


def joined(name: str, note: str) -> str:
    """Name and note as one text; one of them alone where it holds what the other says."""
    if not name or note.startswith(name):
        return note
    return name if not note or note in name else f"{name} {note}"
