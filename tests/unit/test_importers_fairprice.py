"""FairPrice orders: every shape they are saved in, what was delivered of them, and what must stay behind."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import Any

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import Issue, Row, Withheld
from pod_agent.importers.shops.fairprice import FairPriceOrders
from tests.support.rows import FIXTURES, BytesExport, check_golden, read_all
from tests.support.shared import shared
from vocab.records import Order, OrderLine, OrderStatus, Record
from vocab.shapes import check

ORDERS = FIXTURES / "fairprice" / "orders.json"
ITEM: dict[str, Any] = {"id": "1", "name": "Oat Milk 1L", "orderDetails": {"orderedQuantity": 2, "unitPrice": "4.50"}}
ORDER: dict[str, Any] = {"id": "77", "createdAt": "2026-05-01 09:00:00", "status": "Completed", "items": [ITEM]}


def read(content: object) -> list[Row]:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(FairPriceOrders().extract(BytesExport(text)))


def orders(rows: list[Row]) -> list[Order]:
    return [row for row in rows if isinstance(row, Order)]


def lines(rows: list[Row]) -> list[OrderLine]:
    return [row for row in rows if isinstance(row, OrderLine)]


def only(**changes: Any) -> Order:
    [order] = orders(read(ORDER | changes))
    return order


def only_line(item: dict[str, Any], **changes: Any) -> OrderLine:
    [line] = lines(read(ORDER | changes | {"items": [item]}))
    return line


def test_every_order_and_line_reads_as_its_golden_file() -> None:
    rows = read_all(ORDERS)
    check_golden(rows, ORDERS.with_suffix(".expected.json"))
    for row in rows:
        if isinstance(row, Record):
            check(row)


def test_every_order_and_line_of_the_development_person_is_told_as_it_was() -> None:
    rows = read_all(shared("qa/dev/exports/fairprice"))
    with shared("qa/dev/truth/orders.csv").open(encoding="utf-8", newline="") as stream:
        truth = [row for row in csv.DictReader(stream) if row["shop"] == "FairPrice"]
    assert sorted(
        (r["order_id"], r["placed_at"], r["date"], Decimal(r["total"]), r["status"]) for r in truth
    ) == sorted(
        (r.number, r.at.isoformat()[:19], str(r.at.date()), r.total.amount, r.status.value) for r in orders(rows)
    )
    with shared("qa/dev/truth/order_lines.csv").open(encoding="utf-8", newline="") as stream:
        told = [row for row in csv.DictReader(stream) if row["shop"] == "FairPrice"]
    assert sorted(
        (r["order_id"], r["line_id"], r["product"], r["category_path"], Decimal(r["qty"]), Decimal(r["unit_price"]),
         Decimal(r["line_total"]), r["barcode"], r["status"])
        for r in told
    ) == sorted(
        (r.number, r.line, r.product, " > ".join(r.section), r.quantity, r.unit_price.amount, r.total.amount, r.gtin,
         r.status.value)
        for r in lines(rows)
    )  # fmt: skip


def test_the_sample_order_is_read() -> None:
    [order] = orders(read_all(shared("samples/fairprice/order.json")))
    assert (order.number, order.total.amount) == ("75000001", Decimal("14.90"))


@pytest.mark.parametrize(
    "content",
    [
        ORDER,
        [ORDER],
        {"order": ORDER},
        {"orders": [ORDER]},
        {"data": {"order": ORDER}},
        {"data": {"orders": [ORDER], "pagination": {"total": 1}}},
        {"data": {"order": {"orders": [ORDER]}}},
        [{"data": {"order": ORDER}}],
    ],
    ids=str,
)
def test_an_order_is_the_same_in_every_wrapping(content: object) -> None:
    assert read(content) == read(ORDER)
    assert len(orders(read(content))) == 1


def test_answers_may_stand_one_after_another() -> None:
    text = json.dumps({"data": {"order": ORDER}}) + "\n" + json.dumps({"data": {"orders": [ORDER | {"id": "78"}]}})
    assert [(order.number, order.provenance and order.provenance.line) for order in orders(read(text.encode()))] == [
        ("77", 1),
        ("78", 2),
    ]


def test_products_of_the_shop_are_no_orders() -> None:
    product = {"data": {"product": [{"id": 1, "name": "Milk", "barcodes": ["8881234567890"], "final_price": 4.5}]}}
    assert read(product) == []
    assert FairPriceOrders().identify(BytesExport(json.dumps(product).encode())).value == 0


def test_a_time_without_a_zone_is_singapores_and_another_is_told_in_its_zone() -> None:
    assert only().at.isoformat() == "2026-05-01T09:00:00+08:00"
    assert only(createdAt="2026-04-30T17:00:00.250Z").at.isoformat() == "2026-05-01T01:00:00+08:00"
    assert only(createdAt=1777597200).at.isoformat() == "2026-05-01T09:00:00+08:00"
    assert only(createdAt=1777597200000).at.isoformat() == "2026-05-01T09:00:00+08:00"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Completed", OrderStatus.DELIVERED),
        ("DELIVERED", OrderStatus.DELIVERED),
        ("Collected", OrderStatus.DELIVERED),
        ("Ready to be collected", OrderStatus.PLACED),
        ("Out for delivery", OrderStatus.PLACED),
        ("PAYMENT_PENDING", OrderStatus.PLACED),
        ("Cancelled by customer", OrderStatus.CANCELLED),
        ("Cancellation requested", OrderStatus.PLACED),
        ("Payment failed", OrderStatus.CANCELLED),
        ("Refunded", OrderStatus.REFUNDED),
        ("Return in progress", OrderStatus.PLACED),
        ("Partially refunded", OrderStatus.PLACED),
    ],
)
def test_words_for_a_state_mean_what_they_say(words: str, status: OrderStatus) -> None:
    assert only(status=words).status is status


def test_a_receipt_of_a_till_was_taken_home() -> None:
    assert only(status=None, orderType="IN_STORE").status is OrderStatus.DELIVERED
    assert only(status=None).status is OrderStatus.PLACED


def test_a_missing_total_is_what_the_lines_come_to() -> None:
    assert only(deliveryFee="3.99", discount=2).total.amount == Decimal("10.99")
    assert only(deliveryFee="3.99", discount="-2.00").total.amount == Decimal("10.99")


def test_a_fraction_of_a_cent_is_rounded() -> None:
    details = {"orderedQuantity": 3, "unitPrice": 4.1, "lineTotal": 12.299999999999999}
    assert only_line(ITEM | {"orderDetails": details}).total.amount == Decimal("12.30")


def test_what_the_store_had_none_of_is_cancelled_and_what_came_back_is_refunded() -> None:
    details = {"orderedQuantity": 2, "deliveredQuantity": 0, "unitPrice": "1.00"}
    missing = only_line(ITEM | {"orderDetails": details})
    assert (missing.status, missing.quantity, missing.edition) == (OrderStatus.CANCELLED, Decimal(2), 2)
    assert only_line(ITEM | {"orderDetails": details}, status="Packing").status is OrderStatus.PLACED
    back = ITEM["orderDetails"] | {"refundedQuantity": 2}
    assert only_line(ITEM | {"orderDetails": back}).status is OrderStatus.REFUNDED
    part = ITEM["orderDetails"] | {"refundedQuantity": 1}
    assert only_line(ITEM | {"orderDetails": part}).status is OrderStatus.DELIVERED


def test_only_a_barcode_of_8_to_14_digits_is_one() -> None:
    assert only_line(ITEM | {"barcodes": ["12345678", "87654321"]}).gtin == "12345678"
    for code in ("1234567", "123456789012345", "12345-678", ""):
        assert only_line(ITEM | {"barcodes": [code]}).gtin is None


def test_lines_with_one_id_stay_apart() -> None:
    found = lines(read(ORDER | {"items": [ITEM, ITEM]}))
    assert len({line.iri for line in found}) == 2


def test_a_later_state_of_an_order_has_its_iri_and_a_higher_edition() -> None:
    early, late = only(status="Packing"), only(status="Completed")
    assert early.iri == late.iri
    assert (early.edition, late.edition) == (0, 1)


def test_of_a_card_only_the_last_four_digits_are_kept() -> None:
    assert (
        only(payment={"method": "Visa 4111111111111111", "maskedCard": "411111******1111"}).paid_with
        == "Visa 1111 1111"
    )
    assert only(paymentMethod="Card 4111 1111 1111 1234").paid_with == "Card 1234"


def test_addresses_and_numbers_of_people_are_counted_and_left_behind() -> None:
    private = {
        "customer": {"firstName": "Made", "email": "made@up.example", "phone": "91234567"},
        "deliveryAddress": {"street": "4 Nowhere Walk", "postalCode": "999999"},
        "loyaltyCard": "8887776665",
    }
    rows = read(ORDER | private)
    assert {(row.what, row.count) for row in rows if isinstance(row, Withheld)} == {
        ("delivery addresses", 1),
        ("e-mail addresses", 1),
        ("loyalty numbers", 1),
        ("names", 1),
        ("phone numbers", 1),
    }
    told = repr(rows)
    for word in ("Made", "91234567", "Nowhere", "999999", "8887776665"):
        assert word not in told


def test_a_line_that_cannot_be_read_leaves_the_others() -> None:
    rows = read(ORDER | {"items": [ITEM, 5, {"id": "3", "name": "No price"}, ITEM | {"id": "4"}]})
    assert [line.line for line in lines(rows)] == ["1", "4"]
    issues = [(row.code, row.column) for row in rows if isinstance(row, Issue)]
    assert issues == [("not_an_object", "items[2]"), ("bad_amount", "items[3]")]


@pytest.mark.parametrize(
    "content", [b'{"data": {"orders": [', b'{"id": 1}{', b"[1, 2", b"[" * 1000, b'{"id": ' + b"9" * 5000 + b"}"]
)
def test_broken_json_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedExportError):
        read(content)
