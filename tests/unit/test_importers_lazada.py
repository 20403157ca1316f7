"""Lazada orders: the list and the page of one order, in every way they are saved, and what their prices mean."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import Any

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.faults import RowError
from pod_agent.importers.protocol import Issue, Row
from pod_agent.importers.shops.lazada import LazadaOrders
from pod_agent.importers.shops.values import price
from tests.support.rows import FIXTURES, BytesExport, check_golden, read_all
from tests.support.shared import shared
from vocab.records import Money, Order, OrderLine, OrderStatus, Record
from vocab.shapes import check

ANSWERS = FIXTURES / "lazada" / "answers.js"
NUMBER = 712345678901239999


def block(tag: str, name: object, **fields: Any) -> dict[str, object]:
    return {f"{tag}_{name}": {"tag": tag, "id": str(name), "type": "biz", "fields": fields}}


def item(name: int, **fields: Any) -> dict[str, object]:
    told = {"title": "Desk Fan", "quantity": 2, "price": "SGD10.00", "status": "Delivered", "tradeOrderId": str(NUMBER)}
    return block("orderItem", name, **{**told, **fields})


def answer(*blocks: dict[str, object], kind: str = "orderlist") -> dict[str, object]:
    everything = {name: value for each in blocks for name, value in each.items()}
    return {"api": f"mtop.lazada.om.{kind}", "data": {"data": everything}, "ret": ["SUCCESS::OK"]}


def info(created: str = "Placed on 18 Feb 2019  15:40:55", **fields: Any) -> dict[str, object]:
    return block("orderInfo", NUMBER, createdAt=created, tradeOrderId=NUMBER, **fields)


def total(value: str) -> dict[str, object]:
    return block("orderExtraSummary", NUMBER, value=value)


def read(content: object) -> list[Row]:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(LazadaOrders().extract(BytesExport(text)))


def orders(rows: list[Row]) -> list[Order]:
    return [row for row in rows if isinstance(row, Order)]


def lines(rows: list[Row]) -> list[OrderLine]:
    return [row for row in rows if isinstance(row, OrderLine)]


def test_every_order_and_line_reads_as_its_golden_file() -> None:
    rows = read_all(ANSWERS)
    check_golden(rows, ANSWERS.with_suffix(".expected.json"))
    for row in rows:
        if isinstance(row, Record):
            check(row)


def test_every_order_and_line_of_the_development_person_is_told_as_it_was() -> None:
    rows = read_all(shared("qa/dev/exports/lazada"))
    with shared("qa/dev/truth/orders.csv").open(encoding="utf-8", newline="") as stream:
        truth = [row for row in csv.DictReader(stream) if row["shop"] == "Lazada"]
    assert sorted(
        (r["order_id"], r["placed_at"], r["date"], Decimal(r["total"]), r["status"]) for r in truth
    ) == sorted(
        (r.number, r.at.isoformat()[:19], str(r.at.date()), r.total.amount, r.status.value) for r in orders(rows)
    )
    with shared("qa/dev/truth/order_lines.csv").open(encoding="utf-8", newline="") as stream:
        told = [row for row in csv.DictReader(stream) if row["shop"] == "Lazada"]
    assert sorted(
        (r["order_id"], r["line_id"], r["product"], Decimal(r["qty"]), Decimal(r["unit_price"]),
         Decimal(r["line_total"]), r["status"])
        for r in told
    ) == sorted(
        (r.number, r.line, r.product, r.quantity, r.unit_price.amount, r.total.amount, r.status.value)
        for r in lines(rows)
    )  # fmt: skip


def test_the_list_and_the_page_of_an_order_tell_of_the_same_records() -> None:
    rows = read_all(ANSWERS)
    first, _, page = orders(rows)
    assert first.iri == page.iri
    assert (first.at, first.total, first.status, first.number) == (page.at, page.total, page.status, page.number)
    assert (page.shipping, page.discount) == (Money(149, "SGD"), Money(200, "SGD"))
    cable, gift, _, cable_again, gift_again = lines(rows)
    for one, other in ((cable, cable_again), (gift, gift_again)):
        assert (one.iri, one.product, one.quantity, one.unit_price, one.total, one.sku, one.seller) == (
            other.iri, other.product, other.quantity, other.unit_price, other.total, other.sku, other.seller,
        )  # fmt: skip


def test_two_spaces_and_no_zone_are_singapores_time() -> None:
    [order] = orders(read(answer(info(), item(1))))
    assert order.at.isoformat() == "2019-02-18T15:40:55+08:00"


def test_a_number_beyond_53_bits_stays_whole_as_number_and_as_text() -> None:
    [order] = orders(read(answer(info(), item(1, tradeOrderId=NUMBER), item(2))))
    assert order.number == str(NUMBER)


@pytest.mark.parametrize(
    "wrapped", ["%s", " mtopjsonp12(%s)", "mtopjsonp1(%s);\nmtopjsonp2(%s);\n", "[%s,\n%s]", "%s%s", "\ufeff%s\n\n%s"]
)
def test_answers_are_read_in_every_way_they_are_saved(wrapped: str) -> None:
    text = json.dumps(answer(info(), item(1, title='A {"brace"} \\')))
    content = wrapped.replace("%s", text).encode()
    assert LazadaOrders().identify(BytesExport(content)).value > 0.5
    found = read(content)
    assert [order.number for order in orders(found)] == [str(NUMBER)] * wrapped.count("%s")
    assert lines(found)[0].product == 'A {"brace"} \\'


def test_a_price_of_the_whole_line_is_known_by_the_total() -> None:
    [each] = lines(read(answer(info(), item(1), total("SGD20.00"))))
    assert (each.unit_price.minor, each.total.minor) == (1000, 2000)
    [whole] = lines(read(answer(info(), item(1), total("SGD10.00"))))
    assert (whole.unit_price.minor, whole.total.minor) == (500, 1000)
    [neither] = lines(read(answer(info(), item(1), total("SGD13.37"))))
    assert (neither.unit_price.minor, neither.total.minor) == (1000, 2000)


def test_shipping_and_savings_count_before_the_readings_are_compared() -> None:
    fees = [
        {"key": "Subtotal (1 Item)", "value": "$10.00"},
        {"key": "Shipping Fee", "value": "$3.49"},
        {"key": "Shipping Fee Promotion", "value": "-$1.49"},
        {"key": "Voucher Applied", "value": "-$4.00"},
        {"key": "GST (included)", "value": "$0.66"},
    ]
    page = answer(info(), item(1), block("totalSummary", 5, total="$8.00", fees=fees), kind="orderdetail")
    rows = read(page)
    [order], [line] = orders(rows), lines(rows)
    assert (order.total, order.shipping, order.discount) == tuple(Money(cents, "SGD") for cents in (800, 200, 400))
    assert line.total.amount == 10


def test_a_free_gift_costs_nothing() -> None:
    rows = read(answer(info(), item(1), item(2, isFreeGift=True, price="SGD99.00"), total("SGD20.00")))
    assert [line.total.amount for line in lines(rows)] == [20, 0]


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (["Delivered", "Refunded"], OrderStatus.DELIVERED),
        (["Refunded", "Cancelled"], OrderStatus.REFUNDED),
        (["Returned"], OrderStatus.REFUNDED),
        (["Cancelled", "Canceled"], OrderStatus.CANCELLED),
        (["Completed"], OrderStatus.DELIVERED),
        (["Delivered", "Shipped"], OrderStatus.PLACED),
        (["To Pay"], OrderStatus.PLACED),
        (["Failed Delivery"], OrderStatus.CANCELLED),
    ],
)
def test_an_order_is_what_its_lines_come_to(states: list[str], status: OrderStatus) -> None:
    rows = read(answer(info(status="Paid"), *(item(n, status=state) for n, state in enumerate(states))))
    [order] = orders(rows)
    assert order.status is status


def test_a_refund_that_succeeded_outweighs_delivered() -> None:
    done = {"status": "success", "step": 3, "desc": "Refund completed"}
    asked = {"status": "processing", "step": 1, "desc": "Refund requested"}
    rows = read(answer(info(), item(1, reversible=done), item(2, reversible=asked)))
    assert [line.status for line in lines(rows)] == [OrderStatus.REFUNDED, OrderStatus.DELIVERED]


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("SGD6.00", "6.00", "SGD"),
        ("$10.00", "10.00", None),
        ("1,234.50", "1234.50", None),
        ("-SGD2.00", "-2.00", "SGD"),
        ("- S$1.00", "-1.00", "SGD"),
        ("RM1,299.00", "1299.00", "MYR"),
        ("₱ 250.00", "250.00", "PHP"),
        ("฿99", "99", "THB"),
        ("Rp12.345", "12345", "IDR"),
        ("1.250.000 ₫", "1250000", "VND"),
    ],
)
def test_prices_are_read_in_the_shops_currencies(text: str, amount: str, currency: str | None) -> None:
    number, found = price(text)
    assert number == Decimal(amount)
    assert found == (currency or found)


@pytest.mark.parametrize("text", ["", "free", "1.2.3", "XYZ5.00", "--5", "5 or 6"])
def test_what_is_no_price_is_told_so(text: str) -> None:
    with pytest.raises(RowError):
        price(text)


def test_another_countrys_order_is_in_its_money_and_time() -> None:
    [order] = orders(read(answer(info(), item(1, price="฿120.00"), total("฿240.00"))))
    assert order.total.currency == "THB"
    assert order.at.isoformat() == "2019-02-18T15:40:55+07:00"


def test_an_order_without_a_date_is_an_issue_for_it_and_for_its_lines() -> None:
    rows = read(answer(item(1), item(2)))
    assert [(row.line, row.code) for row in rows if isinstance(row, Issue)] == [
        (1, "bad_date"),
        (1, "unread_order"),
        (1, "unread_order"),
    ]


def test_half_an_emoji_in_a_title_breaks_nothing() -> None:
    text = json.dumps(answer(info(), item(1, title="Lamp X"))).replace("Lamp X", "Lamp \\ud83d")
    assert lines(read(text.encode()))[0].product == "Lamp"


def test_where_it_was_delivered_is_not_kept() -> None:
    rows = read_all(ANSWERS)
    for word in ("Made Up", "90000001", "A Person", "5550001"):
        assert word not in repr(rows)


@pytest.mark.parametrize(
    "content", [b'mtopjsonp1({"a": 1', b"}", b'{"a": "b}', b"{" * 300, b'<p>{"a": 1}</p>', b'{"a" 1}']
)
def test_broken_answers_are_refused(content: bytes) -> None:
    with pytest.raises(RefusedExportError):
        read(content)
