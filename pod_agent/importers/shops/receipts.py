"""Receipts that shops send by mail, or that were saved as text: FairPrice's e-receipts and Lazada's confirmations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Confidence, ExportFile, Issue, Row, Skipped, Withheld
from pod_agent.importers.reading import decode_head
from pod_agent.importers.shops.mail_messages import Mail, mails
from pod_agent.importers.shops.orders import ToldOrder, UnreadOrder, order_rows
from pod_agent.importers.shops.receipt_text import SHOP_WORDS, read_receipt
from vocab.records import Provenance

__all__ = ["MailReceipts", "TextReceipts"]

MAX_TEXT: Final = 1 << 20
HEADER: Final = re.compile(r"(?:From |[A-Za-z][A-Za-z0-9-]{1,60}: )")
TILL_LINE: Final = re.compile(r"^\s*\d+(?:\.\d+)?\s*(?:kg)?\s*[xX@]\s*\$?\d+\.\d\d", re.MULTILINE)
TOTAL_LINE: Final = re.compile(r"^\s*(?:grand |net )?total\b.*\d\.\d\d\s*$", re.IGNORECASE | re.MULTILINE)


class MailReceipts:
    """Reads mails one by one; of those that hold a receipt an Order, and its OrderLines where they can be told."""

    name: ClassVar[str] = "mail-receipts"
    endings: ClassVar[frozenset[str]] = frozenset({".eml", ".mbox"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of a mailbox; of a single mail where it names one of the shops."""
        head = decode_head(export.head)
        if not HEADER.match(head) or not re.search(r"^(?:From|Subject|Date): ", head, re.MULTILINE):
            return Confidence(0, "it does not start as a mail")
        if head.startswith("From "):
            return Confidence(0.6, "a mailbox, which may hold receipts")
        if any(word in head.casefold() for word in SHOP_WORDS):
            return Confidence(0.7, "a mail that names a shop")
        return Confidence(0, "a mail that names none of the shops")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield an Order and its lines, an Issue or a Skipped (``no_receipt``) for every mail, numbered from 1."""
        addresses = 0
        for line, mail in enumerate(mails(export), 1):
            addresses += mail.addresses
            place = Provenance(file=export.file, member=export.member, line=line)
            if mail.fault:
                yield Issue(line=line, code="bad_mail", detail="the mail is not built as mails are")
            else:
                yield from _rows(_receipt(mail), place)
        if addresses:
            yield Withheld(what="e-mail addresses", count=addresses)


class TextReceipts:
    """Reads one receipt of a till that was saved as text."""

    name: ClassVar[str] = "text-receipt"
    endings: ClassVar[frozenset[str]] = frozenset({".txt"})
    binary: ClassVar[bool] = False
    wrong_downloads: ClassVar[Mapping[str, str]] = {}

    def identify(self, export: ExportFile) -> Confidence:
        """Sure of a shop's name, a total, and a quantity times a price on a line of its own."""
        head = decode_head(export.head)
        if not any(word in head.casefold() for word in SHOP_WORDS) or head.lstrip("\ufeff \t\r\n")[:1] in {
            "{",
            "[",
            "<",
        }:
            return Confidence(0, "it names none of the shops")
        if TILL_LINE.search(head) and TOTAL_LINE.search(head):
            return Confidence(0.8, "a receipt with quantities, prices and a total")
        return Confidence(0, "it has no quantities and total of a receipt")

    def extract(self, export: ExportFile) -> Iterator[Row]:
        """Yield an Order and its lines, or a Skipped (``no_receipt``)."""
        with export.open() as stream:
            content = stream.read(MAX_TEXT)
        told = _receipt(Mail(text=content.decode("utf-8", "replace")))
        yield from _rows(told, Provenance(file=export.file, member=export.member, line=1))


def _receipt(mail: Mail) -> ToldOrder | UnreadOrder | None:
    try:
        return read_receipt(mail.text, shop_hint=mail.domain, subject=mail.subject, sent=mail.sent)
    except RowError as error:
        return UnreadOrder(fault=error)
    except OverflowError:
        return UnreadOrder(fault=RowError("bad_date", "a time is beyond the calendar"))


def _rows(told: ToldOrder | UnreadOrder | None, place: Provenance) -> Iterator[Row]:
    if told is None:
        yield Skipped(line=place.line, reason="no_receipt")
    else:
        yield from order_rows(told, place)
