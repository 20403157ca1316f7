"""Tables of cards and accounts from many issuers, each told by a TOML profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import ClassVar
from zoneinfo import ZoneInfo

from pod_agent.errors import MissingExtraError, RefusedExportError
from pod_agent.importers.banks.card_profile import Header, Profile, profiles
from pod_agent.importers.banks.card_rows import RowReader
from pod_agent.importers.banks.card_tables import XLS, TableRow, csv_rows, xls_rows
from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import account_and_number, day_order, read_amount
from pod_agent.importers.protocol import Confidence, ExportFile, Row, Skipped, Statement, Withheld
from pod_agent.importers.reading import decode_head, fold
from vocab.records import Provenance

__all__ = ["CardTables"]

DELIMITERS = ",;\t|"
FIRST_ROWS = 60
"""A preamble is shorter than this."""

FIRST_BYTES = 1 << 14
SHAPED_ROWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A profile that reads the file, how surely, and what the file itself says."""

    profile: Profile
    delimiter: str
    confidence: float


class CardTables:
    """Reads every table that a profile describes; rows with local days are in the profile's zone or the person's."""

    name: ClassVar[str] = "cards"
    endings: ClassVar[frozenset[str]] = frozenset({".csv", ".txt", ".tsv", ".xls"})
    binary: ClassVar[bool] = True
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo, known: Sequence[Profile] | None = None) -> None:
        self._zone = zone
        self._known = profiles() if known is None else tuple(known)

    def identify(self, export: ExportFile) -> Confidence:
        """As sure as the profile whose header, or shape of the first rows, fits."""
        try:
            found = self._match(export)
        except MissingExtraError as error:
            return Confidence(0.1, f"a workbook of Excel 97; {error}")
        except RefusedExportError as error:
            return Confidence(0, str(error))
        if found is None:
            return Confidence(0, "its columns are those of no bank or card issuer that is known, or it has no currency")
        return Confidence(found.confidence, f"the columns of {found.profile.title}")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Transaction, an Issue or a Skipped for every row under the header, then what was left behind.

        RefusedExportError where the order of day and month, or the sign of money out, cannot be told.
        """
        found = self._match(export)
        if found is None:
            raise RefusedExportError(f"{export.file} has no columns of a bank or card issuer that is known")
        return _Reader(export, found, self._zone).rows()

    def _match(self, export: ExportFile) -> _Match | None:
        if export.head.startswith(XLS):
            matches = self._matches(list(islice(xls_rows(export), FIRST_ROWS)), "xls", self._known)
            return max(matches, key=lambda match: match.confidence, default=None)
        if (
            b"\0" in export.head[:4]
            and not export.head.startswith((b"\xff\xfe", b"\xfe\xff"))
            and _is_blob(export.head)
        ):
            return None
        text = " ".join(decode_head(export.head[:FIRST_BYTES]).split()).casefold()
        known = [profile for profile in self._known if profile.format == "csv" and profile.may_fit(text)]
        matches = []
        for delimiter in DELIMITERS if known else "":
            if delimiter.encode() in export.head:
                matches += self._matches(list(islice(csv_rows(export, delimiter), FIRST_ROWS)), delimiter, known)
        return max(matches, key=lambda match: match.confidence, default=None)

    @staticmethod
    def _matches(rows: list[TableRow], delimiter: str, known: Sequence[Profile]) -> list[_Match]:
        wanted = "xls" if delimiter == "xls" else "csv"
        return [
            _Match(profile=profile, delimiter=delimiter, confidence=profile.recognise.confidence)
            for profile in known
            if profile.format == wanted and _fits(profile, rows)
        ]


def _is_blob(head: bytes) -> bool:
    """True for bytes that are neither UTF-8 nor UTF-16 text."""
    return head[::2].count(0) * 3 < len(head) and head[1::2].count(0) * 3 < len(head)


def _fits(profile: Profile, rows: list[TableRow]) -> bool:
    texts = [[cell.strip(" \ufeff") for cell in row.cells] for row in rows if row.cells and any(row.cells)]
    if profile.recognise.shape:
        return bool(texts) and all(profile.fits_shape(cells) for cells in texts[:SHAPED_ROWS])
    preamble = profile.recognise.preamble.casefold()
    if preamble and not any(preamble in " ".join(cells).casefold() for cells in texts):
        return False
    for index, cells in enumerate(texts):
        if header := profile.header(cells):
            return bool(
                profile.currency or header.currency or header.places["currency"] or _has_currency(profile, texts, index)
            )
    return False


def _has_currency(profile: Profile, texts: list[list[str]], index: int) -> bool:
    """True where the first amount below the header carries a code, as in ``SGD 12.30``."""
    header = profile.header(texts[index])
    for cells in ([*cells, *[""] * 99] for cells in texts[index + 1 : index + 2]):
        for name in ("amount", "debit", "credit"):
            try:
                if header and read_amount(header.first(name, cells), profile.rules.decimal).currency:
                    return True
            except RowError:
                continue
    return False


class _Reader:
    """Where in a table we are: the header in force and the account whose rows follow."""

    def __init__(self, export: ExportFile, match: _Match, zone: ZoneInfo) -> None:
        self._export = export
        self._profile = match.profile
        self._delimiter = match.delimiter
        self._header = match.profile.without_header if match.profile.recognise.shape else None
        self._width = self._header.width if self._header else 1
        self._closing: Decimal | None = None
        zone = ZoneInfo(match.profile.zone) if match.profile.zone else zone
        self._row_reader = RowReader(match.profile, zone, match.profile.rules.order)

    def rows(self) -> Iterator[Row]:
        self._settle()
        for row in self._table():
            if row.cells is None:
                yield RowError("wrong_columns", "the row is not CSV").issue(row.line, row.raw)
                continue
            cells = self._cells(row)
            if any(cells) and (cells[0][:1].isdigit() or not self._is_preamble(cells)):
                yield from self._row(row, cells)
        yield from self._statement()
        reader = self._row_reader
        if reader.cut_accounts or reader.cut_texts:
            yield Withheld(what="card and account numbers", count=len(reader.cut_accounts) + reader.cut_texts)

    def _cells(self, row: TableRow) -> list[str]:
        """The cells without spaces around them, as many as the header has."""
        cells = [cell.strip() for cell in row.cells or ()]
        cells += [""] * (self._width - len(cells))
        return cells

    def _table(self) -> Iterator[TableRow]:
        return xls_rows(self._export) if self._delimiter == "xls" else csv_rows(self._export, self._delimiter)

    def _is_preamble(self, cells: list[str]) -> bool:
        """Take a header or a line that tells of the account; True also for what stands above the first header."""
        if self._header and any(map(str.isdigit, self._header.first("date", cells))):
            return False
        if header := self._profile.header(cells):
            self._header, self._width = header, header.width
            return True
        places, account = self._profile.account, self._row_reader.account
        name = fold(cells[0]).rstrip(":").strip().casefold()
        after = [cell for cell in cells[1:] if cell]
        if name in places.beside and after:
            account.text = after[0]
            account.currency = next((cell for cell in after[1:] if len(cell) == 3 and cell.isupper()), account.currency)
        elif name in places.product_beside and after:
            account.product = fold(after[0])
        elif name in places.balance_beside and after:
            self._take_balance(after[0])
        else:
            return self._header is None
        return True

    def _take_balance(self, text: str) -> None:
        try:
            balance = read_amount(text, self._profile.rules.decimal)
        except RowError:
            return  # no amount: then there is nothing to reconcile with
        self._closing = -abs(balance.number) if balance.mark == "DR" else balance.number
        self._row_reader.account.currency = balance.currency or self._row_reader.account.currency

    def _row(self, row: TableRow, cells: list[str]) -> Iterator[Row]:
        header, rules = self._header, self._profile.rules
        if header is None:
            return
        if rules.footer and fold(next(filter(None, cells))).casefold().startswith(rules.footer):
            yield Skipped(line=row.line, reason="footer")
        elif rules.left_out and header.first("status", cells).casefold() in rules.left_out:
            yield Skipped(line=row.line, reason="not_carried_out")
        else:
            provenance = Provenance(file=self._export.file, member=self._export.member, line=row.line)
            try:
                yield self._row_reader.transaction(cells, header, provenance)
            except RowError as error:
                yield error.issue(row.line, row.raw)

    def _statement(self) -> Iterator[Statement]:
        account = self._row_reader.account
        if self._closing is not None and account.text:
            label, _ = account_and_number(fold(account.text), account.product or self._profile.account.product)
            currency = account.currency or self._profile.currency
            yield Statement(account=label, currency=currency, closing=self._closing)

    def _settle(self) -> None:
        """Read the table once for what no single row can say: the order of day and month, and signs."""
        rules = self._profile.rules
        if rules.order != "told" and rules.spend != "signed":
            return
        told, signed = self._evidence()
        if rules.order == "told":
            self._row_reader.order = self._order(told)
        if not signed and rules.spend == "signed":
            raise RefusedExportError(
                f"{self._export.file} has amounts without any sign: they could be money out or money in",
                hint="Map its columns, or write a profile that says which: docs/how-to/add-a-card-issuer.md.",
            )

    def _evidence(self) -> tuple[set[str], bool]:
        """What the days prove of their order, and whether anything tells money out from money in."""
        told, signed, any_row = set[str](), False, False
        header = self._header
        for row in self._table():
            cells = self._cells(row)
            if not cells[0][:1].isdigit() and (found := self._profile.header(cells)):
                header, self._width = found, found.width
            elif header and any(cells):
                any_row = True
                told |= {day_order(header.first(name, cells)) or "" for name in ("date", "value_date")}
                signed = signed or self._is_signed(header, cells)
        return told, signed or not any_row

    def _is_signed(self, header: Header, cells: list[str]) -> bool:
        if header.places["debit"] or header.places["credit"]:
            return True
        rules = self._profile.rules
        if header.first("direction", cells).casefold() in (*rules.incoming, *rules.outgoing):
            return True
        try:
            return read_amount(header.first("amount", cells), rules.decimal).is_signed
        except RowError:
            return False

    def _order(self, told: set[str]) -> str:
        if {"dmy", "mdy"} <= told:
            why = "some only read as day/month/year, others only as month/day/year"
        elif "either" in told and not told & {"dmy", "mdy"}:
            why = "no day is after the 12th, so they read as day/month/year and as month/day/year"
        else:
            return "mdy" if "mdy" in told else "dmy"
        raise RefusedExportError(
            f"the dates of {self._export.file} cannot be told: {why}",
            hint="Download a longer period, or write a profile that says which: docs/how-to/add-a-card-issuer.md.",
        )
