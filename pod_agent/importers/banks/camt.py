"""CAMT.053, and CAMT.052 and .054: statements, reports and notifications of ISO 20022, in constant memory.

Versions .02 to .08 and later differ in few places, and their namespaces are not looked at. A collected booking
(``Ntry`` with several ``TxDtls``) gives one record for each payment where their amounts add up to the booking, and one
record for the booking otherwise. A notification (.054) may tell again what a statement books as one sum: import one of
the two.

A row is a day's of the account: ``at`` is the booking date, for a card's payment that of the payment where it is told.
The sign is that of ``CdtDbtInd`` also for a reversal, which books the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.camt_entry import Payment, payments
from pod_agent.importers.banks.interchange import (
    ZERO,
    Account,
    Bookings,
    account_label,
    bank_of_bic,
    read_money,
    source_name,
)
from pod_agent.importers.banks.xml_tree import Element, parts
from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped, Statement
from pod_agent.importers.reading import decode_head, fold

__all__ = ["Camt"]

FORMAT: Final = "camt"
ROOT = re.compile(r"<([\w.-]+:)?(BkToCstmrStmt|BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn)[\s>]")
NAMESPACE = re.compile(r"camt\.05[234]\.\d{3}\.\d\d")
STATEMENTS: Final = frozenset({"Stmt", "Rpt", "Ntfctn"})
PARTS: Final = frozenset({"Acct", "Bal", "Ntry"})
KINDS: Final = {"CACC": "Current", "CARD": "Card", "LOAN": "Loan", "SVGS": "Savings", "TRAN": "Current"}
OPENING: Final = ("OPBD", "PRCD")
CLOSING: Final = "CLBD"


class Camt:
    """Reads CAMT for a person who lives in ``zone``."""

    name: ClassVar[str] = FORMAT
    endings: ClassVar[frozenset[str]] = frozenset({".xml", ".camt", ".camt053", ".c52", ".c53", ".c54"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of the element that holds the statements, or of the namespace."""
        head = decode_head(export.head).lstrip("\ufeff \t\r\n")
        if ROOT.search(head) or (NAMESPACE.search(head) and head.startswith("<")):
            return Confidence(1, "the elements of CAMT.052, .053 or .054")
        return Confidence(0, "it has no element BkToCstmrStmt")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield Transactions, an Issue or a Skipped for every entry, a Statement where both balances are booked."""
        return _Reader(export, self._zone).rows()


@dataclass(slots=True)
class _Balances:
    """What a statement prints, in its currency."""

    currency: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None


class _Reader:
    """Whose statement we are in, and its balances."""

    def __init__(self, export: ExportFile, zone: ZoneInfo) -> None:
        self._export = export
        self._bookings = Bookings(export, zone)
        self._account = _account(None)
        self._currency = ""
        self._balances = _Balances()
        self._line = 0

    def rows(self) -> Iterator[Row]:
        statements = 0
        for part in parts(self._export, PARTS, STATEMENTS):
            if part.name == "Ntry":
                self._line = max(part.line, self._line + 1)
                yield from self._entry(part)
            elif part.name == "Acct":
                self._account, self._currency = _account(part), part.value("Ccy")
            elif part.name == "Bal":
                self._balance(part)
            elif part.name.startswith("/"):
                yield from self._statement()
            else:
                statements += 1
                self._account, self._currency, self._balances = _account(None), "", _Balances()
        yield from self._bookings.withheld()
        if not statements:
            raise RefusedExportError(f"{self._export.file} holds no statement, report or notification of CAMT")

    def _entry(self, entry: Element) -> Iterator[Row]:
        if entry.value("Sts/Cd", "Sts") == "INFO":
            yield Skipped(line=self._line, reason="information")
            return
        try:
            rows = [self._row(payment) for payment in payments(entry, self._currency) if payment.amount.minor]
        except RowError as error:
            raw = " ".join(f"{leaf.name}={leaf.text.strip()}" for leaf in entry.leaves())
            rows = [error.issue(self._line, fold(raw))]
        yield from rows or [Skipped(line=self._line, reason=ZERO)]

    def _row(self, payment: Payment) -> Row:
        return self._bookings.transaction(
            self._account,
            line=self._line,
            day=payment.day,
            amount=payment.amount,
            text=payment.text,
            reference=payment.reference,
            value_date=payment.value_date if payment.value_date != payment.day else None,
            original=payment.original,
            counterparty=self._bookings.name(payment.counterparty),
            mcc=payment.mcc,
            hint=payment.hint or None,
            provisional=payment.pending,
        )

    def _balance(self, balance: Element) -> None:
        """Keep an opening or closing balance; one that is no amount leaves nothing to reconcile with."""
        code = balance.value("Tp/CdOrPrtry/Cd")
        amount = balance.first("Amt")
        if amount is None or code not in {*OPENING, CLOSING}:
            return
        try:
            printed = read_money(amount.text.strip(), amount.attributes.get("Ccy", self._currency)).amount
        except RowError:
            return
        signed = -printed if balance.value("CdtDbtInd") == "DBIT" else printed
        balances = self._balances
        balances.currency = amount.attributes.get("Ccy", self._currency)
        if code == CLOSING:
            balances.closing = signed
        elif balances.opening is None or code == OPENING[0]:
            balances.opening = signed

    def _statement(self) -> Iterator[Statement]:
        balances = self._balances
        if balances.closing is not None:
            yield Statement(
                account=self._account.label,
                currency=balances.currency,
                closing=balances.closing,
                opening=balances.opening,
            )


def _account(account: Element | None) -> Account:
    """Whose rows follow: its number, and the bank by BIC or by name."""
    if account is None:
        return Account(source=FORMAT, label="CAMT Account", number="")
    number = re.sub(r"\s", "", account.value("Id/IBAN", "Id/Othr/Id"))
    bic = account.value("Svcr/FinInstnId/BICFI", "Svcr/FinInstnId/BIC")
    name = fold(account.value("Svcr/FinInstnId/Nm"))
    bank = bank_of_bic(bic)
    kind = KINDS.get(account.value("Tp/Cd"), "")
    return Account(
        source=source_name(bank, name, otherwise=FORMAT),
        label=account_label(name or (bank or "").upper(), kind, number),
        number=number,
        card=kind == "Card",
    )
