"""OCBC (Singapore): the CSV of one account or card, as its online banking writes it since 2019.

A preamble names the account; a header line opens a block of rows, newest first. A card has no value date, and each
supplementary card opens a block of its own. Until 2023 the details of a row followed on rows of their own (``,,TEXT``);
today the description is one quoted cell of several lines. Both give the same text once white space is folded, so both
give the same records.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar
from zoneinfo import ZoneInfo

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import account_and_number, midnight, money, plain_money
from pod_agent.importers.numbers import mask_numbers
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Statement, Withheld
from pod_agent.importers.reading import decode_head, fields_of, fold, text_lines
from vocab.records import Money, Occurrences, Provenance, Transaction, TransactionKind, record_iri
from vocab.shapes import MAX_LENGTH

__all__ = ["OcbcCsv"]

SOURCE = "ocbc"
ZONE = ZoneInfo("Asia/Singapore")
HEADER = re.compile(
    r'^"?Transaction date"?,(?P<value>"?Value date"?,)?"?Description"?,'
    r'"?Withdrawals ?\((?P<currency>[A-Z]{3})\)"?,"?Deposits ?\((?P=currency)\)"?,*\s*$',
    re.IGNORECASE,
)
ACCOUNT = re.compile(r'^"?Account details for:?"?,\s*"?(?P<account>[^",]+)', re.IGNORECASE)
CARD = re.compile(r'^"?(main|supplementary)\b[\w ]*? card +(?P<account>[^",]+)', re.IGNORECASE)
LEDGER = re.compile(r'^"?Ledger balance"?,\s*"?(?:[A-Z]{3} )?(?P<amount>-?[\d,.]+)', re.IGNORECASE)
HISTORY = re.compile(r'"?transaction history"?,*\s*$', re.IGNORECASE)
PREAMBLE = re.compile(
    r'^"?(account details for|available balance|ledger balance|credit limit|credit left|transaction history)',
    re.IGNORECASE,
)
ROW_START = re.compile(r'^"?\d{1,2}/\d{1,2}/\d{4}"?,')
AMOUNT = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?$")
FIRST_OF_TWO = re.compile(r"\d{1,3}")
LAST_OF_TWO = re.compile(r"\d{3}(\.\d\d)?$")
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})$")
MAX_RECORD_LINES = 12
"""A quoted description spans two or three lines; one that spans more was never closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The rows under one header line: whose they are and which columns they have."""

    label: str
    number: str
    currency: str
    has_value_date: bool
    before_text: int
    """Number of columns before the description."""


class OcbcCsv:
    """Reads the CSV of accounts and cards, in the layout of 2019 and in that of 2026."""

    name: ClassVar[str] = "ocbc-csv"
    endings: ClassVar[frozenset[str]] = frozenset({".csv", ".txt"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of OCBC's header line; half sure of its preamble, so that missing columns are told of as such."""
        lines = decode_head(export.head).lstrip("\ufeff").splitlines()
        preamble = any(map(ACCOUNT.match, lines[:20])) and any(map(HISTORY.match, lines[:20]))
        if any(HEADER.match(line) for line in lines[:50]):
            return Confidence(1 if preamble else 0.8, "OCBC's columns")
        if preamble:
            return Confidence(0.5, "OCBC's preamble, without its columns")
        return Confidence(0, "it has no line 'Account details for:' and no columns Transaction date, Description, ...")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Transaction or an Issue for every row under a header, and a Statement for every ledger balance."""
        return _Reader(export).rows()


class _Reader:
    """Where in a file we are: the account, the block, and the row whose details may still follow."""

    def __init__(self, export: ExportFile) -> None:
        self._export = export
        self._seen = Occurrences()
        self._account = ""
        self._closing: Decimal | None = None
        self._block: _Block | None = None
        self._row: tuple[int, list[str]] | None = None
        self._headers = 0
        self._cut = 0

    def rows(self) -> Iterator[Row]:
        for line, text in _records(self._export):
            if not text[:1].isdigit() and (HEADER.match(text) or CARD.match(text) or PREAMBLE.match(text)):
                yield from self._finish_row()
                yield from self._preamble(text)
            elif self._block and text.strip():
                yield from self._row_or_details(line, text, self._block)
        yield from self._finish_row()
        yield from self._statement()
        if self._cut:
            yield Withheld(what="card and account numbers", count=self._cut)
        if not self._headers:
            raise RefusedExportError(
                f"{self._export.file} has OCBC's preamble but not its columns:"
                " Transaction date, Value date, Description, Withdrawals (SGD), Deposits (SGD)"
            )

    def _preamble(self, text: str) -> Iterator[Row]:
        if header := HEADER.match(text):
            label, number = account_and_number(self._account, "OCBC")
            has_value_date = header["value"] is not None
            self._block = _Block(
                label=label,
                number=number,
                currency=header["currency"].upper(),
                has_value_date=has_value_date,
                before_text=2 if has_value_date else 1,
            )
            self._headers += 1
            return
        owner, ledger = ACCOUNT.match(text) or CARD.match(text), LEDGER.match(text)
        if owner:
            yield from self._statement()
            self._account, self._block = fold(owner["account"]), None
        elif ledger:
            self._closing = _balance(ledger["amount"])

    def _statement(self) -> Iterator[Statement]:
        if self._closing is not None and self._block:
            yield Statement(account=self._block.label, currency=self._block.currency, closing=self._closing)
        self._closing = None

    def _row_or_details(self, line: int, text: str, block: _Block) -> Iterator[Row]:
        try:
            fields = [field.strip() for field in fields_of(text)]
        except csv.Error:
            yield from self._finish_row()
            fault = RowError("wrong_columns", "the row is not CSV, or one of its fields is too long")
            yield fault.issue(line, text)
            return
        if fields and fields[0]:
            yield from self._finish_row()
            self._row = (line, fields)
            return
        details = fields[block.before_text] if len(fields) > block.before_text else ""
        if any(fields[: block.before_text]) or any(fields[block.before_text + 1 :]):
            yield from self._finish_row()
            self._row = (line, fields)
        elif self._row:
            self._row[1][block.before_text : block.before_text + 1] = [
                " ".join([*self._row[1][block.before_text : block.before_text + 1], details])
            ]
        elif details:
            yield RowError("stray_details", "details that follow no row").issue(line, text)

    def _finish_row(self) -> tuple[Row, ...]:
        """The row that waits for its details, if one does."""
        if not (self._row and self._block):
            return ()
        line, fields = self._row
        self._row = None
        provenance = Provenance(file=self._export.file, member=self._export.member, line=line)
        try:
            record, cut = _transaction(fields, self._block, provenance, self._seen)
        except RowError as error:
            return (error.issue(line, ",".join(fields)),)
        self._cut += cut
        return (record,)


def _records(export: ExportFile) -> Iterator[tuple[int, str]]:
    """CSV records with the number of their first line; a quote that is never closed ends where the next row begins."""
    first, parts, quotes = 0, list[str](), 0
    for number, line in text_lines(export):
        if parts and (len(parts) == MAX_RECORD_LINES or _starts_anew(line)):
            yield first, "\n".join(parts)
            parts, quotes = [], 0
        quotes += line.count('"')
        if not parts and quotes % 2 == 0:
            yield number, line
            quotes = 0
            continue
        if not parts:
            first = number
        parts.append(line)
        if quotes % 2 == 0:
            yield first, "\n".join(parts)
            parts, quotes = [], 0
    if parts:
        yield first, "\n".join(parts)


def _starts_anew(line: str) -> bool:
    """True for a line that begins a row or a block, even where a quote is still open."""
    if line[:1].isdigit():
        return ROW_START.match(line) is not None
    return bool(ROW_START.match(line) or HEADER.match(line) or PREAMBLE.match(line))


def _transaction(
    fields: list[str], block: _Block, provenance: Provenance, seen: Occurrences
) -> tuple[Transaction, int]:
    """The record, and how many card numbers in its text were cut to four digits."""
    fields = _columns(fields, block)
    *days, text, withdrawal, deposit = fields
    day = _day(days[0], "Transaction date")
    value_date = _day(days[1], "Value date") if len(days) > 1 and days[1] else None
    if bool(withdrawal) == bool(deposit):
        raise RowError("no_amount", "exactly one of withdrawal and deposit must have an amount")
    amount = _money(withdrawal or deposit, block.currency)
    at = midnight(day, ZONE)
    description = fold(text)
    if len(description) > MAX_LENGTH:
        raise RowError("too_long", f"the description is longer than {MAX_LENGTH:,} characters")
    amount = -amount if withdrawal else amount
    key = (block.number, str(amount.minor), block.currency, description)
    shown, cut = mask_numbers(description)
    record = Transaction(
        iri=record_iri(Transaction, SOURCE, at, key, seen),
        source=SOURCE,
        at=at,
        provenance=provenance,
        account=block.label,
        amount=amount,
        description=shown,
        merchant="",
        category="other",
        kind=TransactionKind.SPEND if withdrawal else TransactionKind.INCOME,
        value_date=value_date,
        card=not block.has_value_date,
    )
    return record, cut


def _columns(fields: list[str], block: _Block) -> list[str]:
    """The fields, one per column: a last empty field may be missing, and the text may hold commas without quotes."""
    width = block.before_text + 3
    while len(fields) > width and not fields[-1] and AMOUNT.match(fields[-3]):
        fields = fields[:-1]
    if len(fields) == width - 1:
        return [*fields, ""]
    surplus = len(fields) - width
    if surplus < 0:
        raise RowError("wrong_columns", "the row has too few columns, or a quote that is never closed")
    if surplus == 0 and not _is_split_amount(fields[-2:]):
        return fields
    text = fields[block.before_text : -2]
    if surplus == 0 or _is_split_amount([text[-1], fields[-2] or fields[-1]]):
        raise RowError("wrong_columns", "the row has too many columns: an amount with a comma but without quotes")
    return [*fields[: block.before_text], ",".join(text), *fields[-2:]]


def _is_split_amount(parts: list[str]) -> bool:
    """True for ``1`` and ``500.00``: what is left of 1,500.00 when it lost its quotes."""
    return FIRST_OF_TWO.fullmatch(parts[0]) is not None and LAST_OF_TWO.match(parts[1]) is not None


@lru_cache(maxsize=4096)
def _day(text: str, column: str) -> date:
    parts = DAY.match(text)
    try:
        if parts:
            return date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        pass
    raise RowError("bad_date", "a date is not a day as DD/MM/YYYY", column)


def _money(text: str, currency: str) -> Money:
    return plain_money(text, currency) or money(_amount(text), currency)


def _amount(text: str) -> Decimal:
    if not AMOUNT.match(text.removeprefix("-")):
        raise RowError("bad_amount", "an amount is not a number as 1,234.56")
    return Decimal(text.replace(",", ""))


def _balance(text: str) -> Decimal | None:
    """The printed balance; None where it is no amount: then there is nothing to reconcile with."""
    try:
        return _amount(text)
    except RowError:
        return None
