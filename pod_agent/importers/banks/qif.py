"""QIF: the register of an account as Quicken and its followers write it, in constant memory.

The format says neither the order of day and month nor a currency. The order is told from the file as a whole: by a day
after the 12th, by dots or a year in front, or because the dates of every account rise or fall in one reading only.
Otherwise the file is refused: a wrong guess would move every payment to another month. Amounts are taken to be in the
person's home currency, ``SGD`` unless the importer is made with another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.interchange import ZERO, Account, Bookings, joined, read_money
from pod_agent.importers.banks.qif_dates import DateOrder, Evidence, read_day
from pod_agent.importers.faults import RowError
from pod_agent.importers.numbers import last_four
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped
from pod_agent.importers.reading import decode_head, fold, text_lines
from vocab.records import Transaction

__all__ = ["Qif"]

FORMAT: Final = "qif"
HEADER = re.compile(r"!(type|account|option|clear)\b", re.IGNORECASE)
REGISTERS: Final = {
    "bank": "Bank",
    "cash": "Cash",
    "ccard": "Card",
    "oth a": "Asset",
    "oth l": "Loan",
}
"""Types of a register of payments, with the word that people see."""

NUMBER: Final = re.compile(r"[\dXx*](?:[ -]?[\dXx*]){3,}")
INVESTMENT: Final = frozenset({"invst", "port"})
MAX_LINES: Final = 2000
"""Lines of one entry, splits included: one that has more was never ended."""


class Qif:
    """Reads QIF for a person who lives in ``zone``, with amounts in ``currency``."""

    name: ClassVar[str] = FORMAT
    endings: ClassVar[frozenset[str]] = frozenset({".qif"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo, currency: str = "SGD") -> None:
        self._zone = zone
        self._currency = currency

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of a first line such as ``!Type:Bank``."""
        lines = [line.strip() for line in decode_head(export.head).lstrip("\ufeff").splitlines()[:50]]
        first = next((line for line in lines if line), "")
        if HEADER.match(first):
            return Confidence(1, "QIF's first line")
        return Confidence(0, "its first line is not !Type: or !Account")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Transaction, Issue or Skipped for every entry of a register.

        RefusedExportError where the order of day and month cannot be told, before any row.
        """
        order = _order(export)
        reader = _Reader(export, self._zone, self._currency, order)
        for entry in _entries(export):
            yield from reader.row(entry)
        yield from reader.bookings.withheld()


@dataclass(slots=True)
class _Entry:
    """One entry: its first line, the section it stands in (lower case), its fields by letter."""

    line: int
    section: str
    fields: dict[str, str] = field(default_factory=dict)
    splits: list[str] = field(default_factory=list)
    lines: int = 0

    def add(self, text: str) -> None:
        """Take a line: of two with one letter the first counts, save for split categories and address lines."""
        self.lines += 1
        letter, value = text[0].upper(), text[1:].strip()
        if letter == "S":
            self.splits.append(value)
        else:
            self.fields.setdefault(letter, value)

    @property
    def raw(self) -> str:
        """The entry as it stood, as far as a report shows it."""
        return " ".join(letter + value for letter, value in self.fields.items())


def _entries(export: ExportFile) -> Iterator[_Entry]:
    """Entries in file order; those of the list of accounts have the section ``account``."""
    section = ""
    entry: _Entry | None = None
    for number, line in text_lines(export):
        text = line.strip("\ufeff \t\r\0")
        if not text:
            continue
        if text[0] in "!^":
            if entry is not None:
                yield entry
            entry = None
            if text[0] == "!":
                section = _section(text) or section
        else:
            if entry is None:
                entry = _Entry(number, section)
            entry.add(text)
            if entry.lines > MAX_LINES:
                raise RefusedExportError(f"an entry of {export.file} has more than {MAX_LINES:,} lines")
    if entry is not None:
        yield entry


def _section(text: str) -> str | None:
    """The section that a line opens; None for switches such as ``!Option:AutoSwitch``."""
    kind, _, value = text[1:].partition(":")
    if kind.lower() == "type":
        return fold(value).lower() or "unnamed"
    return "account" if kind.lower() == "account" else None


def _order(export: ExportFile) -> DateOrder:
    evidence = Evidence()
    section = ""
    for entry in _entries(export):
        if entry.section != section:
            section = entry.section
            evidence.new_account()
        if section in REGISTERS and "D" in entry.fields:
            evidence.add(entry.fields["D"])
    return evidence.order(export.file)


class _Reader:
    """Which account's register we are in."""

    def __init__(self, export: ExportFile, zone: ZoneInfo, currency: str, order: DateOrder) -> None:
        self.bookings = Bookings(export, zone)
        self._currency = currency
        self._order = order
        self._name = ""
        self._account: Account | None = None

    def row(self, entry: _Entry) -> Iterator[Row]:
        if entry.section == "account":
            self._name = fold(entry.fields.get("N", ""))
        elif entry.section in REGISTERS:
            yield self._booked(entry)
        else:
            reason = "investment" if entry.section in INVESTMENT else "not_a_payment"
            yield Skipped(line=entry.line, reason=reason)

    def _booked(self, entry: _Entry) -> Row:
        if entry.fields.get("P", "").strip().lower() == "opening balance":
            return Skipped(line=entry.line, reason="opening_balance")
        try:
            return self._transaction(entry) or Skipped(line=entry.line, reason=ZERO)
        except RowError as error:
            return error.issue(entry.line, fold(entry.raw))

    def _transaction(self, entry: _Entry) -> Transaction | None:
        fields = entry.fields
        day = read_day(fields.get("D", ""), self._order)
        text = fields.get("T") or fields.get("U") or ""
        if not text:
            raise RowError("no_amount", "the entry has no amount", "T")
        amount = read_money(text.replace("$", "").strip(), self._currency)
        if not amount.minor:
            return None
        self.bookings.addresses += "A" in fields
        return self.bookings.transaction(
            self._owner(entry.section),
            line=entry.line,
            day=day,
            amount=amount,
            text=joined(fold(fields.get("P", "")), fold(fields.get("M", ""))),
            reference=fold(fields.get("N", "")),
            hint=self.bookings.name(fields.get("L") or "; ".join(entry.splits)),
        )

    def _owner(self, section: str) -> Account:
        """The register's account: its name, of whose digits four at most are shown, or what kind it is."""
        if self._account is None or self._account.number != f"{section} {self._name}":
            kind = REGISTERS[section]
            shown = NUMBER.sub(lambda found: last_four(found[0]), self._name)[:60].strip()
            if not shown:
                shown = f"QIF {kind}"
            elif section == "ccard" and "card" not in shown.lower():
                shown = f"{shown} Card"
            self._account = Account(
                source=FORMAT, label=shown, number=f"{section} {self._name}", card=section == "ccard"
            )
        return self._account
