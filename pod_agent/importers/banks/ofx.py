"""OFX and QFX: statements of bank accounts and cards, as SGML (1.x) or XML (2.x), in constant memory.

The two are read alike: a scan for ``<STMTTRN>`` blocks, and for the few elements around them that say whose they are.
No XML parser is used, so no entity that a file declares is ever expanded. Values may hold ``<`` and may be escaped
twice, as banks write them. Securities are skipped; the money that moves on an investment account is read.

An OFX file prints the closing balance alone. It serves only where it is the balance at the end of the list: a balance
of today beside a list of last spring is none of its rows'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.interchange import (
    ZERO,
    Account,
    Bookings,
    account_label,
    decimal_amount,
    joined,
    read_money,
    source_name,
)
from pod_agent.importers.banks.ofx_text import Mark, blocks, elements, pairs, plain_text
from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped, Statement
from pod_agent.importers.reading import decode_head, fold
from vocab.records import Money, Transaction

__all__ = ["Ofx"]

FORMAT: Final = "ofx"
START = re.compile(r"<OFX[\s>]", re.IGNORECASE)
HEADER = re.compile(r"^\s*OFXHEADER\s*:|<\?OFX\s", re.IGNORECASE)
DATE = re.compile(r"(?P<day>\d{8})(?P<time>\d{2}\d{0,4})?(\.\d*)?(?:\[(?P<offset>[^\]]*)\]?)?$")
ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(T.*)?$")
GREENWICH = re.compile(r"[+-]?0(\.0*)?(:.*)?$")
KINDS: Final = {
    "CHECKING": "Checking",
    "SAVINGS": "Savings",
    "MONEYMRKT": "Money Market",
    "CREDITLINE": "Credit Line",
    "CD": "Deposit",
}
SPEAKING: Final = frozenset({"ATM", "CASH", "CHECK", "DIRECTDEP", "DIV", "FEE", "INT", "SRVCHG", "XFER"})
"""Types of a row that say more than its sign and its text."""

USER_DAYS: Final = timedelta(days=60)
"""How long before its posting a payment may have been made: an earlier or later date is no date of the payment."""


_CONTAINERS: Final = frozenset(
    name
    for element in ("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "LEDGERBAL", "AVAILBAL", "SONRS")
    for name in (element, f"/{element}")
)


class Ofx:
    """Reads OFX and QFX for a person who lives in ``zone``."""

    name: ClassVar[str] = FORMAT
    endings: ClassVar[frozenset[str]] = frozenset({".ofx", ".qfx", ".qbo", ".aso"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of OFX's header or its root element."""
        head = decode_head(export.head)
        if HEADER.search(head[:2000]) or START.search(head):
            return Confidence(1 if START.search(head) else 0.7, "OFX's header")
        return Confidence(0, "it has neither OFX's header nor an element <OFX>")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Transaction, Issue or Skipped for every STMTTRN, a Skipped for every trade, Statements between."""
        return _Reader(export, self._zone).rows()


@dataclass(slots=True)
class _Holder:
    """What a statement says of itself, as far as it was read."""

    kind: str = ""
    currency: str = ""
    number: str = ""
    account_type: str = ""
    last_day: date | None = None
    balance: str | None = None
    balance_day: date | None = None


class _Reader:
    """Where in a file we are: the bank, the statement, the element that was opened last."""

    def __init__(self, export: ExportFile, zone: ZoneInfo) -> None:
        self._export = export
        self._zone = zone
        self._bookings = Bookings(export, zone)
        self._bank = ""
        self._holder = _Holder()
        self._account: Account | None = None
        self._within = ""
        self._refusal = ""
        self._statements = 0

    def rows(self) -> Iterator[Row]:
        for mark, line, text in blocks(self._export):
            if mark is Mark.ROW or mark is Mark.PENDING:
                yield self._row(line, text, pending=mark is Mark.PENDING)
            elif mark is Mark.TRADE:
                yield Skipped(line=line, reason="investment")
            else:
                yield from self._around(text)
        yield from self._finish_statement()
        yield from self._bookings.withheld()
        if self._refusal and not self._statements:
            raise RefusedExportError(
                f"{self._export.file} holds no statement: the bank refused to sign on ({self._refusal})"
            )

    def _row(self, line: int, text: str, *, pending: bool) -> Row:
        fields = elements(text)
        try:
            if "CORRECTACTION" in fields and fields["CORRECTACTION"].strip() == "DELETE":
                return Skipped(line=line, reason="correction")
            return self._transaction(line, fields, pending=pending) or Skipped(line=line, reason=ZERO)
        except RowError as error:
            return error.issue(line, fold(text))

    def _transaction(self, line: int, fields: dict[str, str], *, pending: bool) -> Transaction | None:
        account = self._account or self._new_account()
        posted, day = self._days(fields)
        currency = self._holder.currency
        if "CURRENCY" in fields:
            currency = fields.get("CURSYM", "").strip().upper()
        if "TRNAMT" not in fields:
            raise RowError("no_amount", "the row has no amount", "TRNAMT")
        amount = read_money(fields["TRNAMT"].strip(), currency)
        if not amount.minor:
            return None
        name = plain_text(fields.get("NAME") or fields.get("PAYEE") or "")
        text = joined(name, plain_text(fields.get("MEMO", "")))
        self._bookings.addresses += "ADDR1" in fields
        kind = fields.get("TRNTYPE", "").strip()
        return self._bookings.transaction(
            account,
            line=line,
            day=day,
            amount=amount,
            text=text or plain_text(fields.get("CHECKNUM", "")),
            reference=plain_text(fields.get("FITID", "")),
            value_date=posted if posted != day else None,
            original=_original(amount, fields) if "ORIGCURRENCY" in fields else None,
            mcc=_merchant_code(fields) if account.card else None,
            hint=kind if kind in SPEAKING else None,
            provisional=pending,
        )

    def _days(self, fields: dict[str, str]) -> tuple[date, date]:
        """The day of posting and that of the payment: where a row tells both, it belongs to the latter."""
        posted, made = fields.get("DTPOSTED", "").strip(), ""
        if "DTUSER" in fields:
            made = fields["DTUSER"].strip()
        if not posted:
            posted = fields.get("DTTRAN", "").strip() or made
        if not posted:
            raise RowError("no_date", "the row has no date", "DTPOSTED")
        day = _day(posted, self._zone)
        if not made or made == posted:
            return day, day
        try:
            other = _day(made, self._zone)
        except RowError:
            return day, day
        return day, other if timedelta() <= day - other <= USER_DAYS else day

    def _around(self, text: str) -> Iterator[Row]:
        """Take what stands between rows: which bank, whose account, what balance."""
        for name, value in pairs(text):
            if name in {"STMTRS", "CCSTMTRS", "INVSTMTRS"}:
                yield from self._finish_statement()
                self._holder = _Holder(kind=name)
                self._account = None
                self._statements += 1
            elif name in {"/STMTRS", "/CCSTMTRS", "/INVSTMTRS"}:
                yield from self._finish_statement()
            elif name in _CONTAINERS:
                self._within = name
            elif value := value.strip():
                self._note(name, value)

    def _note(self, name: str, value: str) -> None:
        holder = self._holder
        if name == "CURDEF":
            holder.currency = value.upper()
        elif name == "ORG" and not self._bank:
            self._bank = plain_text(value)
        elif name in {"ACCTID", "ACCTTYPE"} and self._within.endswith("ACCTFROM"):
            holder.number, holder.account_type = (
                (value, holder.account_type) if name == "ACCTID" else (holder.number, value.upper())
            )
            self._account = None
        elif name == "DTEND":
            holder.last_day = _day_or_none(value, self._zone)
        elif self._within == "LEDGERBAL" and name == "BALAMT":
            holder.balance = value
        elif self._within == "LEDGERBAL" and name == "DTASOF":
            holder.balance_day = _day_or_none(value, self._zone)
        elif self._within == "SONRS" and name == "SEVERITY" and value.upper() == "ERROR":
            self._refusal = "SEVERITY ERROR"

    def _new_account(self) -> Account:
        """Whose rows follow; without a number they are those of the format's own account."""
        holder = self._holder
        kind = {"CCSTMTRS": "Card", "INVSTMTRS": "Investment"}.get(holder.kind)
        self._account = Account(
            source=source_name(self._bank, otherwise=FORMAT),
            label=account_label(self._bank, kind or KINDS.get(holder.account_type, ""), holder.number),
            number=re.sub(r"[\s-]", "", holder.number),
            card=kind == "Card",
        )
        return self._account

    def _finish_statement(self) -> Iterator[Statement]:
        holder = self._holder
        printed, holder.balance = holder.balance, None
        if printed is None or holder.kind == "INVSTMTRS":
            return
        if holder.last_day and holder.balance_day and holder.balance_day > holder.last_day + timedelta(days=1):
            return
        account = self._account or self._new_account()
        try:
            closing = read_money(printed, holder.currency).amount
        except RowError:
            return
        yield Statement(account=account.label, currency=holder.currency, closing=closing)


@lru_cache(maxsize=4096)
def _day(text: str, zone: ZoneInfo) -> date:
    """The day of a date and time as the bank wrote it: its own day, in its own zone.

    Only midnight in the person's zone that was turned into UTC (``20251231160000[0:GMT]``) is turned back.
    """
    parts = DATE.match(text)
    try:
        if not parts:
            iso = ISO.match(text)
            return date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else _no_day()
        digits = parts["day"]
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if parts["offset"] and parts["time"] and GREENWICH.match(parts["offset"]):
            time = parts["time"].ljust(6, "0")
            at = datetime(day.year, day.month, day.day, int(time[:2]), int(time[2:4]), int(time[4:6]), tzinfo=UTC)
            local = at.astimezone(zone)
            return local.date() if (local.hour, local.minute, local.second) == (0, 0, 0) else day
    except (ValueError, OverflowError) as error:
        raise RowError("bad_date", "the date is no day as YYYYMMDD", "DTPOSTED") from error
    return day


def _no_day() -> date:
    raise ValueError


def _day_or_none(text: str, zone: ZoneInfo) -> date | None:
    try:
        return _day(text, zone)
    except RowError:
        return None


def _merchant_code(fields: dict[str, str]) -> str | None:
    """The four digits that banks put where the format has a code of industry; they are those of ISO 18245."""
    code = fields.get("SIC", "").strip()
    return code if re.fullmatch(r"\d{4}", code) else None


def _original(amount: Money, fields: dict[str, str]) -> Money | None:
    """What the payment was before the bank converted it, where its rate is fine enough to tell to the cent."""
    currency = fields.get("CURSYM", "").strip().upper()
    if currency == amount.currency:
        return None
    try:
        rate = decimal_amount(fields.get("CURRATE", "").strip())
        if rate <= 0:
            return None
        step = Decimal(1).scaleb(int(rate.as_tuple().exponent)) / 2
        exact = amount.amount / rate
        original = read_money(str(exact.quantize(Decimal("0.01"))), currency)
        return original if abs(exact) * step / rate < Decimal("0.005") else None
    except (RowError, ArithmeticError):
        return None
