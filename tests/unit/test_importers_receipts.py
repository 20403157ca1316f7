"""Receipts by mail and as text: what patterns can tell, what they leave, and mails that mean harm."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pod_agent.importers.protocol import Issue, Row, Skipped, Withheld
from pod_agent.importers.shops.receipts import MailReceipts, TextReceipts
from tests.support.rows import FIXTURES, BytesExport, check_golden, read_all
from vocab.records import Order, OrderLine, OrderStatus, Record
from vocab.shapes import check

MAILBOX = FIXTURES / "receipts" / "mailbox.mbox"
TILL = FIXTURES / "receipts" / "till.txt"
HEADERS = (
    "From: FairPrice <receipt@fairprice.example>\nTo: me@home.example\nSubject: {subject}\n"
    "Date: Fri, 06 Mar 2026 23:30:00 +0000\n"
)
RECEIPT = "Order number: 88100050\nOrder date: 05 Mar 2026 09:15\n2 x Green Tea 500ml  $3.00\nBread  $2.90\n"


def mail(body: str, subject: str = "Your FairPrice e-receipt", headers: str = "") -> bytes:
    return (HEADERS.format(subject=subject) + headers + "\n" + body).encode()


def read(content: bytes) -> list[Row]:
    return list(MailReceipts().extract(BytesExport(content)))


def order(rows: list[Row]) -> Order:
    [found] = [row for row in rows if isinstance(row, Order)]
    return found


def lines(rows: list[Row]) -> list[tuple[str, Decimal, Decimal, Decimal]]:
    return [(r.product, r.quantity, r.unit_price.amount, r.total.amount) for r in rows if isinstance(r, OrderLine)]


@pytest.mark.parametrize("path", [MAILBOX, TILL], ids=lambda path: path.name)
def test_every_receipt_reads_as_its_golden_file(path: object) -> None:
    assert path in {MAILBOX, TILL}
    source = MAILBOX if path == MAILBOX else TILL
    rows = read_all(source)
    check_golden(rows, source.with_name(f"{source.name}.expected.json"))
    for row in rows:
        if isinstance(row, Record):
            check(row)
            assert row.provisional


def test_a_price_beside_a_quantity_is_of_all_or_of_one_by_the_total() -> None:
    tea = ("Green Tea 500ml", Decimal(2))
    assert lines(read(mail(RECEIPT + "Total $5.90\n")))[0] == (*tea, Decimal("1.50"), Decimal(3))
    assert lines(read(mail(RECEIPT + "Total $8.90\n")))[0] == (*tea, Decimal(3), Decimal(6))


def test_where_no_sum_fits_the_order_stands_without_lines() -> None:
    rows = read(mail(RECEIPT + "Total $99.00\n"))
    assert order(rows).total.amount == 99
    assert lines(rows) == []


def test_delivery_and_savings_count_and_gst_does_not() -> None:
    rows = read(
        mail(RECEIPT + "Subtotal $5.90\nDelivery fee $3.99\nVoucher -$2.00\nTotal (incl. GST): $7.89\nGST $0.65\n")
    )
    found = order(rows)
    assert found.shipping is not None
    assert found.discount is not None
    assert (found.shipping.minor, found.discount.minor) == (399, 200)
    assert len(lines(rows)) == 2


def test_the_day_of_the_order_is_the_one_told_or_else_that_of_its_confirmation() -> None:
    assert order(read(mail(RECEIPT + "Total $5.90"))).at.isoformat() == "2026-03-05T09:15:00+08:00"
    undated = "Order number: 88100050\nTotal $5.90"
    assert order(read(mail(undated))).at.isoformat() == "2026-03-07T07:30:00+08:00"
    [late, _] = read(mail(undated, subject="Your FairPrice order is on its way"))
    assert late == Skipped(line=1, reason="no_receipt")


@pytest.mark.parametrize(
    ("subject", "status"),
    [
        ("Your FairPrice e-receipt", OrderStatus.DELIVERED),
        ("FairPrice order confirmed", OrderStatus.PLACED),
        ("FairPrice order cancelled", OrderStatus.CANCELLED),
        ("FairPrice order refunded", OrderStatus.REFUNDED),
    ],
)
def test_the_subject_tells_the_state(subject: str, status: OrderStatus) -> None:
    assert order(read(mail(RECEIPT + "Total $5.90", subject=subject))).status is status


def test_a_subject_in_another_encoding_is_read() -> None:
    subject = "=?utf-8?B?WW91ciBGYWlyUHJpY2UgcmVmdW5kIPCfkpo=?="
    assert order(read(mail(RECEIPT + "Total $5.90", subject=subject))).status is OrderStatus.REFUNDED


def test_addresses_of_mails_are_counted_and_left_behind() -> None:
    rows = read(mail(RECEIPT + "Total $5.90\nDeliver to me@home.example"))
    assert Withheld(what="e-mail addresses", count=2) in rows
    assert "@" not in repr([row for row in rows if isinstance(row, Record)])


def test_a_mail_that_names_no_shop_is_not_wanted() -> None:
    content = b"From: a@b.example\nSubject: Hello\nDate: Fri, 06 Mar 2026 23:30:00 +0000\n\nOrder 123456 Total $5.90\n"
    assert MailReceipts().identify(BytesExport(content)).value == 0
    assert read(content)[0] == Skipped(line=1, reason="no_receipt")
    assert TextReceipts().identify(BytesExport(TILL.read_bytes().replace(b"FairPrice", b"Corner"))).value == 0


def nested(depth: int) -> str:
    opened = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return opened + "Content-Type: text/plain\n\ndeep\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("MIME-Version: 1.0\n" + nested(2000), ""),
        ('Content-Type: text/plain; charset="no-such-charset"\n', RECEIPT),
        ("Content-Type: text/plain; charset*=utf-8''%ff\n", RECEIPT),
        ("Content-Type: ///;;;\nContent-Transfer-Encoding: uuencode\n", "begin 666 x\n???\nend\n"),
        ("Content-Type: text/html\n", "<" * 100_000 + "<!" * 1000 + "&#99999999999;" * 100),
        ("Content-Transfer-Encoding: base64\n", "===@@@"),
        ("Subject: =?x?b?????=\nDate: nonsense\n", "Order 12345 \0 total"),
        ("", "Order number: 12345\nDate: 99/99/9999\nTotal $5.90"),
        ("", "Order number: 12345\nTotal $" + "9" * 5000 + ".00"),
    ],
    ids=range(9),
)
def test_a_mail_that_means_harm_is_a_row_and_no_fault(headers: str, body: str) -> None:
    rows = [row for row in read(mail(body, headers=headers)) if not isinstance(row, Withheld)]
    assert all(isinstance(row, Issue | Skipped | Record) for row in rows)
    assert rows


def test_a_mail_of_many_megabytes_is_read_as_far_as_it_matters() -> None:
    filling = ("x" * 70 + "\n") * 200_000
    rows = read(mail(RECEIPT + "Total $5.90\n" + filling))
    assert order(rows).total.amount == Decimal("5.90")


def test_a_line_that_begins_with_from_within_a_mail_ends_it_only_after_a_blank_one() -> None:
    body = "We wrote\nFrom the shop in 2026\n\nFrom all of us\n\n" + RECEIPT + "Total $5.90\n"
    box = b"From shop@x.example Fri Mar  6 10:00:00 2026\n" + mail(body)
    assert len([row for row in read(box + b"\n" + box) if isinstance(row, Order)]) == 2
