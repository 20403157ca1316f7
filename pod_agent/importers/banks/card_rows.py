"""One row of an issuer's table to a Transaction, by the rules of its profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from zoneinfo import ZoneInfo

from pod_agent.importers.banks.card_profile import Header, Profile
from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import Amount, account_and_number, midnight, money, plain_money, read_amount, read_day
from pod_agent.importers.numbers import is_iban, mask_numbers
from pod_agent.importers.reading import fold
from vocab.records import Money, Occurrences, Provenance, Transaction, TransactionKind, record_iri
from vocab.shapes import MAX_LENGTH

__all__ = ["Account", "RowReader"]


@dataclass(slots=True)
class Account:
    """Whose rows they are, as the preamble tells it so far."""

    text: str = ""
    product: str = ""
    currency: str = ""


@dataclass(slots=True)
class RowReader:
    """Reads rows; remembers which accounts and how many card numbers it cut down to four digits."""

    profile: Profile
    zone: ZoneInfo
    order: str
    account: Account = field(default_factory=Account)
    cut_accounts: set[str] = field(default_factory=set)
    cut_texts: int = 0
    _labels: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    _seen: Occurrences = field(default_factory=Occurrences)

    FALLBACK: ClassVar[str] = "account"

    def transaction(self, cells: Sequence[str], header: Header, provenance: Provenance) -> Transaction:
        """The record; RowError where the row cannot be read."""
        text = header.value("description", cells) or header.first("otherwise", cells)
        parts = self._parts(text)
        day = self._day(parts.get("date") or header.first("date", cells), header, "date")
        posted, pending = self._posted(header.first("value_date", cells), header)
        if parts.get("date") and posted is None:
            posted = self._day(header.first("date", cells), header, "date")
        status = header.first("status", cells).casefold()
        amount = self._money(cells, header)
        description, cut = mask_numbers(fold(parts.get("description", text)))
        self.cut_texts += cut
        if len(description) > MAX_LENGTH:
            raise RowError("too_long", f"the description is longer than {MAX_LENGTH:,} characters")
        label, number = self._account(parts.get("number") or header.first("account", cells).strip("'\" "))
        at = midnight(day, self.zone)
        source = self.profile.source
        key = (number, str(amount.minor), amount.currency, description)
        return Transaction(
            iri=record_iri(Transaction, source, at, key, self._seen),
            source=source,
            at=at,
            provenance=provenance,
            provisional=pending or status in self.profile.rules.pending,
            account=label,
            amount=amount,
            description=description,
            merchant="",
            category="other",
            kind=TransactionKind.SPEND if amount.minor < 0 else TransactionKind.INCOME,
            value_date=posted,
            original=self._original(parts, cells, header, amount),
            card=self.profile.card,
            mcc=_mcc(header.first("mcc", cells)),
            hint=fold(header.first("hint", cells)) or None,
            reference=fold(parts.get("reference") or header.first("reference", cells)).strip("'") or None,
        )

    def _parts(self, text: str) -> dict[str, str]:
        """The fields that stand within the description."""
        pattern = self.profile.text
        found = pattern.match(text) if pattern else None
        return {name: value for name, value in found.groupdict().items() if value} if found else {}

    def _day(self, text: str, header: Header, field: str) -> date:
        try:
            return read_day(text, self.order)
        except RowError as error:
            error.column = header.name(field)
            raise

    def _posted(self, text: str, header: Header) -> tuple[date | None, bool]:
        """The posting date, and whether the row says there that it is pending."""
        if not text:
            return None, False
        if text.casefold() in self.profile.rules.pending:
            return None, True
        return self._day(text, header, "value_date"), False

    def _money(self, cells: Sequence[str], header: Header) -> Money:
        if header.places["debit"] or header.places["credit"]:
            out, into = header.first("debit", cells), header.first("credit", cells)
            if (out in NOTHING) == (into in NOTHING):
                raise RowError("no_amount", "exactly one of money out and money in must have an amount")
            name = "credit" if out in NOTHING else "debit"
            amount, _ = self._printed(into if name == "credit" else out, cells, header, name)
            # A minus in the column of money out only repeats what the column says.
            outgoing = name == "debit" or amount.minor < 0
        else:
            text = header.first("amount", cells)
            if not text:
                raise RowError("no_amount", "there is no amount", header.name("amount"))
            amount, mark = self._printed(text, cells, header, "amount")
            outgoing = self._is_outgoing(amount, mark, header.first("direction", cells))
        return -amount if outgoing == (amount.minor > 0) else amount

    def _is_outgoing(self, amount: Money, mark: str | None, direction: str) -> bool:
        rules = self.profile.rules
        word = direction.casefold()
        if mark or word in rules.incoming or word in rules.outgoing:
            return mark == "DR" or (mark is None and word in rules.outgoing)
        return amount.minor > 0 if rules.spend == "positive" else amount.minor < 0

    def _printed(self, text: str, cells: Sequence[str], header: Header, field: str) -> tuple[Money, str | None]:
        """The amount with the sign that it has in print, and the mark that stands with it."""
        if plain := plain_money(text, self._currency(cells, header)):
            return plain, None
        amount = self._amount(text, header, field)
        return money(amount.number, self._currency(cells, header, amount.currency), header.name("amount")), amount.mark

    def _currency(self, cells: Sequence[str], header: Header, printed: str | None = None) -> str:
        """The currency of a row: as its own column says, as is ``printed`` with the amount, or that of the table."""
        own = header.first("currency", cells).upper() or printed or header.currency
        return own or self.account.currency or self.profile.currency

    def _amount(self, text: str, header: Header, field: str) -> Amount:
        try:
            return read_amount(text, self.profile.rules.decimal)
        except RowError as error:
            error.column = header.name(field)
            raise

    def _original(self, parts: dict[str, str], cells: Sequence[str], header: Header, billed: Money) -> Money | None:
        """The amount in the shop's currency, with the sign of the billed one; None where it is that same currency."""
        text = parts.get("original_amount") or header.first("original_amount", cells)
        currency = (parts.get("original_currency") or header.first("original_currency", cells)).upper()
        if text in NOTHING or not currency or currency == billed.currency:
            return None
        amount = self._amount(text, header, "original_amount")
        number = abs(amount.number)
        return money(-number if billed.minor < 0 else number, currency, header.name("original_amount"))

    def _account(self, in_row: str) -> tuple[str, str]:
        told = (in_row, self.account.text, self.account.product)
        if told not in self._labels:
            self._labels[told] = self._label(in_row)
        return self._labels[told]

    def _label(self, in_row: str) -> tuple[str, str]:
        product = self.profile.account.product or self.account.product
        text = fold(in_row or self.account.text)
        if is_iban(text.replace(" ", "")):
            text = text.replace(" ", "")
            self.cut_accounts.add(text)
            return f"{product or self.FALLBACK} {text[-4:]}", text
        label, number = account_and_number(text, self.account.product or product)
        if sum(map(str.isdigit, number)) > 4:
            self.cut_accounts.add(number)
        if label.isdigit() or not label:
            label = f"{product or self.FALLBACK} {label}".strip()
        return label, number


NOTHING = frozenset({"", "-", "0", "0.0", "0.00", "0,00"})
"""An empty cell, and the zero that some banks print in the column that does not apply."""


def _mcc(text: str) -> str | None:
    return text if len(text) == 4 and text.isascii() and text.isdigit() else None
