"""Mastercard Open Finance (US): the transactions of linked accounts as JSON.

Three shapes: the list of an account's transactions, what the enrichment service is asked and answers, and the
transactions report. All three give the same record of a payment where they name it by the same id. Amounts are signed;
days are told by an instant, which is noon or midnight (UTC) where the bank gave only the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import money
from pod_agent.importers.numbers import mask_numbers
from pod_agent.importers.protocol import Confidence, ExportFile, Issue, Row, Skipped, Withheld
from pod_agent.importers.reading import decode_head, fold, json_elements
from vocab.records import Money, Occurrences, Provenance, Transaction, TransactionKind, record_iri
from vocab.shapes import MAX_LENGTH

__all__ = ["MastercardOpenFinance"]

SOURCE = "mastercard"
CURRENCY = "USD"
MAX_REPORT = 32 << 20
NO_DESCRIPTION = "no description provided by institution"
FIRST_SECOND, LAST_SECOND = 0, 4_102_444_800
"""1970 to 2100: seconds beyond are milliseconds, or no time."""

SHAPES = (
    ("list", ('"transactions"', '"accountId"', '"customerId"', '"status"')),
    ("enriched", ('"transactions"', '"externalTransactionId"', '"externalAccountId"')),
    ("report", ('"institutions"', '"accounts"', '"transactions"', '"postedDate"')),
)


class _Entry(msgspec.Struct, kw_only=True):
    """One transaction in any of the shapes; the fields are named as in the API."""

    id: object = None
    uniqueTransactionId: object = None  # noqa: N815
    externalTransactionId: object = None  # noqa: N815
    accountId: object = None  # noqa: N815
    externalAccountId: object = None  # noqa: N815
    accountType: object = None  # noqa: N815
    status: object = None
    amount: object = None
    currencySymbol: object = None  # noqa: N815
    description: object = None
    memo: object = None
    transactionDate: object = None  # noqa: N815
    transactionTimestamp: object = None  # noqa: N815
    postedDate: object = None  # noqa: N815
    postedTimestamp: object = None  # noqa: N815
    categorization: object = None
    transactionCategory: object = None  # noqa: N815
    category: object = None
    inputMerchantInformation: object = None  # noqa: N815
    address: object = None


class _Account(msgspec.Struct, kw_only=True):
    id: object = None
    type: object = None
    currency: object = None
    transactions: list[_Entry] = []


class _Institution(msgspec.Struct, kw_only=True):
    accounts: list[_Account] = []


class _Report(msgspec.Struct, kw_only=True):
    institutions: list[_Institution] = []
    consumerDetails: dict[str, object] | None = None  # noqa: N815


class MastercardOpenFinance:
    """Reads the JSON of Mastercard Open Finance; an instant's day is that of the person's zone."""

    name: ClassVar[str] = "mastercard-open-finance"
    endings: ClassVar[frozenset[str]] = frozenset({".json"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of the fields that only this API has together."""
        shape = _shape(export)
        if shape is None:
            return Confidence(0, "it has no transactions with the fields of Mastercard Open Finance")
        return Confidence(0.95, f"transactions of Mastercard Open Finance ({shape})")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Transaction, an Issue or a Skipped for every transaction, then what was left behind."""
        return _Reader(export, self._zone).rows()


def _shape(export: ExportFile) -> str | None:
    head = decode_head(export.head)
    if head.lstrip("\ufeff \t\r\n")[:1] not in {"{", "["}:
        return None
    is_array = head.lstrip("\ufeff \t\r\n").startswith("[")
    for shape, words in SHAPES:
        if all(word in head for word in words if not (is_array and word == '"transactions"')):
            return "array" if is_array else shape
    return None


@dataclass(slots=True)
class _Reader:
    """Reads a file, and counts what it leaves behind."""

    export: ExportFile
    zone: ZoneInfo
    accounts: set[str] = field(default_factory=set)
    addresses: int = 0
    personal: int = 0
    seen: Occurrences = field(default_factory=Occurrences)

    def rows(self) -> Iterator[Row]:
        for line, element in enumerate(self._elements(), 1):
            if not isinstance(element, _Entry):
                yield Issue(line=line, code="not_an_object", detail="a transaction must be a JSON object")
            elif _text(element.status).casefold() == "shadow":
                yield Skipped(line=line, reason="shadow")
            else:
                try:
                    yield self._transaction(element, line)
                except RowError as error:
                    yield error.issue(line, _raw(element))
        for what, count in (
            ("account numbers", len(self.accounts)),
            ("addresses", self.addresses),
            ("personal details", self.personal),
        ):
            if count:
                yield Withheld(what=what, count=count)

    def _elements(self) -> Iterator[object]:
        shape = _shape(self.export)
        if shape == "report":
            return self._report()
        return json_elements(self.export, _Entry, "" if shape == "array" else "transactions")

    def _report(self) -> Iterator[object]:
        """The transactions of a report, each with its account's id: a report is one account's few months."""
        with self.export.open() as stream:
            content = stream.read(MAX_REPORT + 1)
        if len(content) > MAX_REPORT:
            raise RefusedExportError(f"{self.export.file} is larger than {MAX_REPORT >> 20} MiB: no report is")
        try:
            report = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Report)
        except (ValueError, RecursionError) as error:
            raise RefusedExportError(f"{self.export.file} is no whole transactions report") from error
        self.personal = len(report.consumerDetails or ())
        for institution in report.institutions:
            for account in institution.accounts:
                for entry in account.transactions:
                    entry.accountId, entry.accountType = account.id, account.type
                    entry.currencySymbol = entry.currencySymbol or account.currency
                    yield entry

    def _transaction(self, entry: _Entry, line: int) -> Transaction:
        number = _text(entry.accountId) or _text(entry.externalAccountId)
        is_card = _text(entry.accountType).casefold() in {"creditcard", "credit card"}
        day = self._day(entry, "transactionDate", "transactionTimestamp")
        posted = self._day(entry, "postedDate", "postedTimestamp")
        if day is None and posted is None:
            raise RowError("bad_date", "there is no transactionDate and no postedDate", "transactionDate")
        amount = _money(entry)
        reference = _text(entry.id) or _text(entry.externalTransactionId) or _text(entry.uniqueTransactionId)
        description = _description(entry)
        at = datetime.combine(day or posted or date.min, time(), self.zone)
        if reference:
            iri = record_iri(Transaction, SOURCE, at, (number, reference), Occurrences())
        else:
            key = (number, str(amount.minor), amount.currency, description)
            iri = record_iri(Transaction, SOURCE, at, key, self.seen)
        hint = _hint(entry)
        self._leave_behind(entry, number)
        return Transaction(
            iri=iri,
            source=SOURCE,
            at=at,
            provenance=Provenance(file=self.export.file, member=self.export.member, line=line),
            provisional=_text(entry.status).casefold() == "pending",
            edition=int(hint is not None),
            account=f"Open Finance {'card' if is_card else 'account'} {number[-4:]}".strip(),
            amount=amount,
            description=description,
            merchant="",
            category="other",
            kind=TransactionKind.SPEND if amount.minor < 0 else TransactionKind.INCOME,
            value_date=posted,
            card=is_card,
            mcc=_mcc(entry),
            hint=hint,
            reference=reference or None,
        )

    def _day(self, entry: _Entry, *names: str) -> date | None:
        """The local day of the first of these fields that is there."""
        for name in names:
            value = getattr(entry, name)
            if value is not None and value != "":
                return _day(value, self.zone, name)
        return None

    def _leave_behind(self, entry: _Entry, number: str) -> None:
        if len(number) > 4:
            self.accounts.add(number)
        places = (entry.address, entry.inputMerchantInformation, entry.categorization)
        self.addresses += any(
            isinstance(place, dict) and ("postalCode" in place or "line1" in place) for place in places
        )


def _day(value: object, zone: ZoneInfo, name: str) -> date:
    if isinstance(value, int | Decimal | float) and not isinstance(value, bool):
        if not FIRST_SECOND <= value < LAST_SECOND:
            raise RowError("bad_date", "a date is not a number of seconds since 1970", name)
        return _local_day(datetime.fromtimestamp(int(value), UTC), zone)
    text = _text(value).removesuffix(".0")
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise RowError("bad_date", "a date is not as the API writes it", name) from error
    if instant.tzinfo is None or len(text) <= 10:
        return instant.date()
    return _local_day(instant.astimezone(UTC), zone)


def _local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Noon and midnight (UTC) stand for a day alone: it is that day everywhere."""
    if instant.time() in {time(0), time(12)}:
        return instant.date()
    try:
        return instant.astimezone(zone).date()
    except OverflowError as error:
        raise RowError("bad_date", "a date is beyond the calendar") from error


def _money(entry: _Entry) -> Money:
    value = entry.amount
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        raise RowError("bad_amount", "the amount is no number", "amount")
    currency = _text(entry.currencySymbol).upper() or CURRENCY
    currency = CURRENCY if currency == "$" else currency
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation as error:
        raise RowError("bad_amount", "the amount is no number", "amount") from error
    if not number.is_finite():
        raise RowError("bad_amount", "the amount is no number", "amount")
    return money(number, currency, "amount")


def _description(entry: _Entry) -> str:
    text = fold(_text(entry.description))
    if not text or text.casefold() == NO_DESCRIPTION:
        text = fold(_text(entry.memo))
    text, _ = mask_numbers(text)
    if len(text) > MAX_LENGTH:
        raise RowError("too_long", f"the description is longer than {MAX_LENGTH:,} characters", "description")
    return text


def _hint(entry: _Entry) -> str | None:
    """The category the service gave, or else the payee as it standardised it."""
    categorization = entry.categorization if isinstance(entry.categorization, dict) else {}
    told = (
        entry.transactionCategory, categorization.get("category"), entry.category,
        categorization.get("normalizedPayeeName"),
    )  # fmt: skip
    return next((text for text in (fold(_text(each))[:MAX_LENGTH] for each in told) if text), None)


def _mcc(entry: _Entry) -> str | None:
    merchant = entry.inputMerchantInformation if isinstance(entry.inputMerchantInformation, dict) else {}
    text = _text(merchant.get("merchantCategoryCode"))
    return text if len(text) == 4 and text.isascii() and text.isdigit() else None


def _raw(entry: _Entry) -> str:
    """The fields that the entry has, for people, cut short."""
    return str({name: value for name, value in msgspec.structs.asdict(entry).items() if value is not None})


def _text(value: object) -> str:
    """A text or a whole number as text; anything else is nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
