"""OCBC (Singapore): statements of deposit accounts and cards as PDF.

The CSV tells the same payments with more of their text. So each record of a PDF is provisional, has the account's
label as the CSV writes it, and yields to the CSV's record of that account, day and amount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.ocbc_pdf_layout import Entry, Section, read_layout, statement_day
from pod_agent.importers.banks.pdf_words import INSTALL, NO_READER, PDF, is_readable, pdf_lines
from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import money
from pod_agent.importers.numbers import mask_numbers
from pod_agent.importers.protocol import GUESS, Confidence, ExportFile, Issue, Row, Statement, Withheld
from pod_agent.importers.reading import fold
from vocab.records import Occurrences, Provenance, Transaction, TransactionKind, record_iri
from vocab.shapes import MAX_LENGTH

__all__ = ["OcbcPdf"]

SOURCE = "ocbc"
ZONE = ZoneInfo("Asia/Singapore")
CURRENCY = "SGD"
KEPT_CAPITALS = frozenset({"OCBC", "FRANK", "NXT", "INFINITY", "VOYAGE", "MYOWN", "HDB", "CPF"})
OCBC_NAME = re.compile(r"\bOCBC\b|Oversea-Chinese Banking", re.IGNORECASE)
OTHERS = "Of PDFs only OCBC's statements are read. Download a CSV, OFX or CAMT file from your bank instead."
NO_TEXT = "has no text: it is a scan. Take the statement as the bank's online banking gives it"


MARKS = (b"OCBC", b"PDFGen", b"pdfgen")
"""What the program that makes the statements writes into them, outside of what is packed."""

MOST_LOOKED_AT = 8 << 20


class OcbcPdf:
    """Reads the PDF statements of accounts and cards, as online banking gives them."""

    name: ClassVar[str] = "ocbc-pdf"
    endings: ClassVar[frozenset[str]] = frozenset({".pdf"})
    binary: ClassVar[bool] = True
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """By its name and raw bytes alone: a PDF that means harm is taken apart once, by ``extract``."""
        if PDF not in export.head[:1024]:
            return Confidence(0, "it is no PDF")
        if not is_readable():
            return Confidence(0, f"{NO_READER}: {INSTALL}")
        if OCBC_NAME.search((export.member or export.file).replace("_", " ")):
            return Confidence(0.3, "a PDF whose name is OCBC's")
        if _is_marked(export):
            return Confidence(0.3, "a PDF that was made by OCBC's program")
        return Confidence(GUESS, "a PDF, which may be a statement")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield a Transaction or an Issue for every row, then a Statement for every account or card.

        RefusedExportError for a PDF that is locked, scanned, damaged, or no statement of OCBC.
        """
        if PDF not in export.head[:1024]:
            raise RefusedExportError(f"{export.file} is no PDF")
        lines = pdf_lines(export)
        if not lines:
            raise RefusedExportError(f"{export.file} {NO_TEXT}.")
        if not any(OCBC_NAME.search(line.text) for line in lines):
            raise RefusedExportError(f"{export.file} is no statement of OCBC: it does not name the bank", hint=OTHERS)
        ends = statement_day(lines)
        sections = read_layout(lines, ends) if ends else []
        if not sections:
            what = "the day of the statement" if ends is None else "an account or card with a balance"
            raise RefusedExportError(f"{export.file} is no statement that can be read: {what} is missing")
        yield from _rows(sections, export)


def _is_marked(export: ExportFile) -> bool:
    """Whether a PDF's raw bytes name the bank or its program."""
    with export.open() as stream:
        content = stream.read(MOST_LOOKED_AT)
    return any(mark in content for mark in MARKS)


def _rows(sections: list[Section], export: ExportFile) -> Iterator[Row]:
    seen, cut = Occurrences(), 0
    found: list[tuple[int, Row]] = []
    for section in sections:
        for row in section.rows:
            if isinstance(row, Issue):
                found.append((row.line, row))
                continue
            text, count = mask_numbers(fold(" ".join(row.text)))
            cut += count
            provenance = Provenance(file=export.file, member=export.member, line=row.line)
            try:
                found.append((row.line, _transaction(section, row, text[:MAX_LENGTH], provenance, seen)))
            except RowError as error:
                found.append((row.line, error.issue(row.line, text)))
    yield from (row for _, row in sorted(found, key=lambda each: each[0]))
    for section in sections:
        if section.closing is not None:
            label = _label(section)
            yield Statement(account=label, currency=CURRENCY, closing=section.closing, opening=section.opening)
    yield Withheld(what="card and account numbers", count=len(sections) + cut)


def _transaction(
    section: Section, row: Entry, description: str, provenance: Provenance, seen: Occurrences
) -> Transaction:
    at = datetime(row.day.year, row.day.month, row.day.day, tzinfo=ZONE)
    amount = money(row.amount, CURRENCY)
    key = (section.number, str(amount.minor), CURRENCY, description)
    return Transaction(
        iri=record_iri(Transaction, SOURCE, at, key, seen),
        source=SOURCE,
        at=at,
        provenance=provenance,
        provisional=True,
        edition=-1,
        account=_label(section),
        amount=amount,
        description=description,
        merchant="",
        category="other",
        kind=TransactionKind.SPEND if amount.minor < 0 else TransactionKind.INCOME,
        value_date=row.value,
        card=section.is_card,
    )


def _label(section: Section) -> str:
    """The account's label as the CSV writes it: ``360 Account 8001``, where the statement prints capitals."""
    words = section.product.split() or ["OCBC"]
    return " ".join([*(word if word.upper() in KEPT_CAPITALS else word.capitalize() for word in words), _tail(section)])


def _tail(section: Section) -> str:
    return section.number[-4:]
