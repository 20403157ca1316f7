"""MT940 and MT942: statements and interim reports of SWIFT, as text with tags, in constant memory.

The file is read tag by tag, never as a whole, and nothing of it is logged: the mt-940 package keeps every row of a
file and logs what it cannot read, amounts and names included. It serves our tests as a second opinion.

``at`` is the entry date (the day of booking), which is printed without a year: it is that of the year in which it is
nearest to the value date. ``RC`` and ``RD`` reverse a credit and a debit. ``EC`` and ``ED`` are expected, not booked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.interchange import (
    ZERO,
    Account,
    Bookings,
    account_label,
    bank_of_bic,
    joined,
    read_money,
    source_name,
)
from pod_agent.importers.banks.mt940_text import Details, Tag, details, tags
from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped, Statement
from pod_agent.importers.reading import decode_head, fold
from vocab.records import Transaction

__all__ = ["Mt940"]

FORMAT: Final = "mt940"
FIRST = re.compile(r"^[ \t]*:(?:20|25|28C?|60[FM]|61|62[FM]|34F|13D?):", re.MULTILINE)
LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4}|[ ]{4})?[ ]*(?P<mark>[RE]?[CD])(?P<funds>[A-Z])?[ ]*"
    r"(?P<amount>\d{1,15}(?:[,.]\d{0,3})?)(?P<type>[A-Z][A-Z0-9]{3})?(?P<references>[^\n]*)(?P<more>(?:\n.*)*)$"
)
BALANCE = re.compile(r"(?P<mark>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})?(?P<amount>\d{1,15}(?:[,.]\d{0,3})?)\s*$")
FLOOR = re.compile(r"(?P<currency>[A-Z]{3})[CD ]?[\d,.]*")
CURRENCY_END = re.compile(r"(?<=\d)[A-Z]{3}$")
BEHIND = re.compile(r"(\S{1,16}) {2,}(\S.*)$")
NO_REFERENCE: Final = frozenset({"", "NONREF", "NOREF"})
PIVOT: Final = 80
"""Years written with two digits from here on are of the last century."""


class Mt940:
    """Reads MT940 and MT942 for a person who lives in ``zone``."""

    name: ClassVar[str] = FORMAT
    endings: ClassVar[frozenset[str]] = frozenset(
        {".sta", ".mt940", ".940", ".mt942", ".942", ".mt9", ".swi", ".fin", ".txt"}
    )
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of several tags at the start of lines; one alone may be anything."""
        found = {tag.strip() for tag in FIRST.findall(decode_head(export.head))}
        if len(found) > 1:
            return Confidence(0.9, "the tags of MT940")
        if found:
            return Confidence(0.3, "one tag of MT940")
        return Confidence(0, "it has no tags such as :20: and :61:")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Transaction, an Issue or a Skipped for every :61:, a Statement for every :62:."""
        return _Reader(export, self._zone).rows()


@dataclass(slots=True)
class _Row:
    """A statement line, and the information that follows it."""

    line: int
    text: str
    information: list[str] = field(default_factory=list)


class _Reader:
    """Where in a file we are: the bank, the account, the balances, the row that may still be told more of."""

    def __init__(self, export: ExportFile, zone: ZoneInfo) -> None:
        self._export = export
        self._bookings = Bookings(export, zone)
        self._bank: str | None = None
        self._number = ""
        self._account: Account | None = None
        self._currency = ""
        self._opening: Decimal | None = None
        self._row: _Row | None = None

    def rows(self) -> Iterator[Row]:
        known = 0
        for tag in tags(self._export):
            if tag.name == "bank":
                self._bank, self._account = bank_of_bic(tag.text) or self._bank, None
                continue
            known += 1
            if self._row is not None and _belongs(tag):
                self._row.information.append(tag.text)
                continue
            yield from self._finish_row()
            if tag.name == "61":
                self._row = _Row(tag.line, tag.text)
            else:
                yield from self._note(tag)
        yield from self._finish_row()
        yield from self._bookings.withheld()
        if not known:
            raise RefusedExportError(f"{self._export.file} has none of the tags of MT940, such as :20: and :61:")

    def _note(self, tag: Tag) -> Iterator[Row]:
        """Take what a tag says of the statement."""
        if tag.name == "20":
            self._number, self._account, self._currency, self._opening = "", None, "", None
        elif tag.name == "25":
            self._number, self._account = re.sub(r"\s", "", tag.text), None
        elif tag.name in {"60F", "60M"}:
            self._opening = self._balance(tag.text)
        elif tag.name in {"62F", "62M"}:
            closing = self._balance(tag.text)
            if closing is not None:
                yield Statement(
                    account=self._owner().label, currency=self._currency, closing=closing, opening=self._opening
                )
            self._opening = None
        elif tag.name == "34F" and not self._currency and (floor := FLOOR.match(tag.text)):
            self._currency = floor["currency"]

    def _balance(self, text: str) -> Decimal | None:
        """A printed balance; None where it is none: then there is nothing to reconcile with."""
        parts = BALANCE.match(text)
        if not parts:
            return None
        self._currency = parts["currency"] or self._currency
        try:
            amount = read_money(_point(parts["amount"]), self._currency).amount
        except RowError:
            return None
        return -amount if parts["mark"] == "D" else amount

    def _finish_row(self) -> Iterator[Row]:
        row, self._row = self._row, None
        if row is None:
            return
        try:
            yield self._transaction(row) or Skipped(line=row.line, reason=ZERO)
        except RowError as error:
            yield error.issue(row.line, fold(f":61:{row.text}"))

    def _transaction(self, row: _Row) -> Transaction | None:
        parts = LINE.match(row.text)
        if not parts:
            raise RowError("bad_line", "the statement line has not the parts of a :61:", "61")
        value_date = _value_date(parts["value"])
        day = _entry_date(parts["entry"], value_date) if parts["entry"] and parts["entry"].strip() else value_date
        amount = read_money(_point(parts["amount"]), self._currency)
        if not amount.minor:
            return None
        references, name = _references(parts["references"])
        told = details(row.information, parts["more"])
        reference = _reference(references, told)
        return self._bookings.transaction(
            self._owner(),
            line=row.line,
            day=day,
            amount=amount if parts["mark"] in {"C", "RD", "EC"} else -amount,
            text=joined(name, told.text) or reference,
            reference=reference,
            value_date=value_date if value_date != day else None,
            counterparty=self._bookings.name(told.name or name),
            hint=told.kind or None,
            provisional=parts["mark"].startswith("E"),
        )

    def _owner(self) -> Account:
        if self._account is None:
            number = CURRENCY_END.sub("", self._number)
            self._account = Account(
                source=source_name(self._bank, otherwise=FORMAT),
                label=account_label((self._bank or "").upper(), "", number.rpartition("/")[2] or number),
                number=number,
            )
        return self._account


def _belongs(tag: Tag) -> bool:
    """True for what tells more of the row before it; some banks write its information under a tag of the account."""
    return tag.name in {"86", "NS"} or (tag.name == "25" and re.match(r"\d{3}[?<>]\d\d", tag.text) is not None)


def _point(text: str) -> str:
    """The amount with a decimal point and two places, as MT940 leaves out what is zero."""
    whole, _, part = text.replace(",", ".").partition(".")
    return f"{whole}.{part:0<2}"


def _value_date(text: str) -> date:
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    year += 1900 if year >= PIVOT else 2000
    if month == 2 and day in {29, 30}:  # banks that count thirty days in every month have a 30 February
        return date(year, 3, 1) - timedelta(days=1)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise RowError("bad_date", "the value date is no day as YYMMDD", "61") from error


def _entry_date(text: str, value_date: date) -> date:
    """The day of booking in the year in which it is nearest to the value date."""
    days = [day for year in (-1, 0, 1) if (day := _day_or_none(value_date.year + year, text))]
    if not days:
        raise RowError("bad_date", "the entry date is no day as MMDD", "61")
    return min(days, key=lambda day: abs(day - value_date))


def _day_or_none(year: int, text: str) -> date | None:
    try:
        return date(year, int(text[:2]), int(text[2:]))
    except ValueError:
        return None


def _references(text: str) -> tuple[str, str]:
    """The references of a statement line, and the name that Dutch banks write behind them, after some spaces."""
    found = BEHIND.match(text)
    return (found[1], fold(found[2])) if found else (text, "")


def _reference(text: str, told: Details) -> str:
    """The bank's own reference, else the customer's, else that of the payment's order."""
    customer, _, bank = text.partition("//")
    candidates = (fold(bank), fold(customer), told.reference)
    return next((found for found in candidates if found.upper() not in NO_REFERENCE), "")
