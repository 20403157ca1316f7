"""Whatever a shop's page or a mail holds: nothing but rows and refusals comes out, and every record is valid."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.errors import RefusedExportError
from pod_agent.importers.protocol import Importer, Issue, Row
from pod_agent.importers.shops.fairprice import FairPriceOrders
from pod_agent.importers.shops.har import BrowserArchive
from pod_agent.importers.shops.lazada import LazadaOrders
from pod_agent.importers.shops.receipts import MailReceipts, TextReceipts
from tests.support.rows import BytesExport
from vocab.records import Order, OrderLine, Record
from vocab.shapes import check

ALL: tuple[Importer, ...] = (FairPriceOrders(), LazadaOrders(), BrowserArchive(), MailReceipts(), TextReceipts())
STARTS = (
    b"",
    b"[",
    b'{"data":{"orders":[',
    b"mtopjsonp1(",
    b'{"log":{"entries":[',
    b"From a 2026\nFrom: x@lazada.sg\n",
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(
        ["SGD1.00", "Refunded", "2026-01-01 10:00", "Placed on 18 Feb 2019  15:40:55", "1e400", 10**30, 1e300]
    )
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
amounts = st.sampled_from(["1.20", "-3", 4, 0.1, "SGD6.00", "$1,234.50", 2.999999]) | scalars
items = st.fixed_dictionaries(
    {"name": st.text(max_size=5)},
    optional={
        "id": scalars,
        "orderDetails": st.fixed_dictionaries(
            {},
            optional={
                "orderedQuantity": amounts,
                "deliveredQuantity": amounts,
                "unitPrice": amounts,
                "lineTotal": amounts,
            },
        ),
        "barcodes": values,
        "primaryCategory": values,
        "status": scalars,
        "brand": values,
    },
)
orders = st.fixed_dictionaries(
    {
        "id": st.integers(0, 99),
        "createdAt": st.just("2026-05-01 09:00:00") | scalars,
        "items": st.lists(items | values, max_size=4),
    },
    optional={
        "total": amounts,
        "deliveryFee": amounts,
        "discount": amounts,
        "status": scalars,
        "payment": values,
        "store": values,
    },
)
blocks = st.dictionaries(
    st.text(max_size=4),
    st.fixed_dictionaries(
        {
            "tag": st.sampled_from(["orderItem", "orderInfo", "detailInfo", "totalSummary", "sellerInfo"]),
            "fields": st.fixed_dictionaries(
                {"tradeOrderId": st.integers(1, 2) | scalars},
                optional={
                    "createdAt": scalars,
                    "price": amounts,
                    "quantity": amounts,
                    "total": amounts,
                    "status": scalars,
                    "title": st.text(max_size=4),
                    "fees": values,
                    "reversible": values,
                    "payments": values,
                },
            ),
        }
    ),
    max_size=6,
)


def rows_of(importer: Importer, content: bytes) -> list[Row]:
    export = BytesExport(content)
    importer.identify(export)
    try:
        return list(importer.extract(export))
    except RefusedExportError:
        return []


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=300) | values.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_raise_anything_but_a_refusal(start: bytes, content: bytes) -> None:
    for importer in ALL:
        rows_of(importer, start + content)


@settings(max_examples=150, deadline=None)
@given(st.lists(orders | values, max_size=4))
def test_every_order_and_line_of_fairprice_is_accounted_for_and_valid(told: list[Any]) -> None:
    if _finite(told):
        listed = [each for each in told if not isinstance(each, list | dict) or "items" in each]
        rows = rows_of(FairPriceOrders(), json.dumps({"data": {"orders": listed}}).encode())
        _all_valid(rows)
        wanted = sum(1 + _lines_in(each) for each in listed)
        assert sum(isinstance(row, Record | Issue) for row in rows) == wanted


@settings(max_examples=150, deadline=None)
@given(blocks)
def test_every_order_and_line_of_lazada_is_valid(told: dict[str, Any]) -> None:
    if _finite(told):
        _all_valid(rows_of(LazadaOrders(), json.dumps({"data": {"data": told}}).encode()))


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("aB 019.,$x:-\n") | st.characters(), max_size=200))
def test_every_receipt_that_is_read_is_valid(body: str) -> None:
    text = f"FairPrice\nReceipt no: 12345\nDate: 01/05/2026 10:00\n{body}\nTotal 5.00\n"
    _all_valid(rows_of(TextReceipts(), text.encode("utf-8", "replace")))


def _lines_in(order: object) -> int:
    items = order["items"] if isinstance(order, dict) else None
    return len(items) if isinstance(items, list) else 0


def _finite(value: object) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def _all_valid(rows: list[Row]) -> None:
    found = [row for row in rows if isinstance(row, Record)]
    for record in found:
        check(record)
    held = {record.iri for record in found if isinstance(record, Order)}
    assert all(line.order in held for line in found if isinstance(line, OrderLine))
    lines = [record.provenance.line for record in found if record.provenance]
    assert lines == sorted(lines)
