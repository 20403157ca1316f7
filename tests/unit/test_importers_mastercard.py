"""Mastercard Open Finance: lists, enriched transactions and reports, and what they hold that must stay behind."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.mastercard import MastercardOpenFinance
from pod_agent.importers.protocol import Issue, Row, Skipped, Withheld
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport, check_golden, read_all, records
from tests.support.shared import shared
from vocab.records import Transaction
from vocab.shapes import check

LIST = FIXTURES / "mastercard" / "list.json"
NOON = 1768478400
ENTRY: dict[str, Any] = {
    "id": 7,
    "amount": -5.5,
    "accountId": "5011880042",
    "customerId": "70011",
    "status": "active",
    "description": "CORNER SHOP",
    "transactionDate": NOON,
}


def read(content: object, zone: ZoneInfo = SINGAPORE) -> list[Row]:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(MastercardOpenFinance(zone).extract(BytesExport(text)))


def listed(*entries: object) -> dict[str, object]:
    return {"found": len(entries), "transactions": list(entries)}


def transactions(rows: list[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def test_every_row_of_a_list_reads_as_its_golden_file() -> None:
    check_golden(read_all(LIST), LIST.with_suffix(".expected.json"))


def test_a_pending_row_is_provisional_and_a_shadow_is_left_out() -> None:
    rows = read_all(LIST)
    assert [row.provisional for row in transactions(rows)] == [False, True, False]
    assert [(row.line, row.reason) for row in rows if isinstance(row, Skipped)] == [(3, "shadow")]


def test_noon_and_midnight_stand_for_their_day_in_every_zone() -> None:
    midnight = NOON - 12 * 3600
    for name in ("Pacific/Auckland", "America/Los_Angeles", "Asia/Singapore"):
        rows = read(listed(ENTRY, ENTRY | {"id": 8, "transactionDate": midnight}), ZoneInfo(name))
        assert {f"{row.at:%Y-%m-%d}" for row in transactions(rows)} == {"2026-01-15"}


def test_another_instant_is_of_the_persons_own_day() -> None:
    evening = NOON + 9 * 3600
    assert f"{transactions(read(listed(ENTRY | {'transactionDate': evening})))[0].at:%Y-%m-%d}" == "2026-01-16"


def test_a_payment_is_one_record_in_the_request_and_the_answer_of_the_enrichment() -> None:
    asked = {
        "externalAccountId": "5011880042",
        "externalTransactionId": "M-1",
        "accountType": "creditCard",
        "amount": -13.26,
        "description": "BLUE KETTLE",
        "transactionTimestamp": "2026-01-15T12:00:00Z",
    }
    answered = asked | {"transactionCategory": "Coffee Shops", "address": {"line1": "1 Elm St", "postalCode": "97205"}}
    [first], [second] = (transactions(read({"transactions": [each]})) for each in (asked, answered))
    assert first.iri == second.iri
    assert (first.edition, second.edition) == (0, 1)
    assert (second.hint, second.card, second.account) == ("Coffee Shops", True, "Open Finance card 0042")


def test_an_id_that_is_told_twice_is_one_record_and_rows_without_id_are_as_many_as_they_are() -> None:
    assert len({row.iri for row in transactions(read(listed(ENTRY, ENTRY)))}) == 1
    unnamed = {name: value for name, value in ENTRY.items() if name != "id"}
    assert len({row.iri for row in transactions(read(listed(unnamed, unnamed)))}) == 2


def test_the_merchants_code_is_taken_where_the_bank_gave_one() -> None:
    rows = read(listed(ENTRY | {"inputMerchantInformation": {"merchantCategoryCode": "5814", "line1": "1 Elm St"}}))
    assert transactions(rows)[0].mcc == "5814"
    assert Withheld(what="addresses", count=1) in rows


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "12"}, "bad_amount"),
        ({"amount": True}, "bad_amount"),
        ({"amount": None}, "bad_amount"),
        ({"amount": 1.005}, "bad_amount"),
        ({"amount": 1e300}, "bad_amount"),
        ({"transactionDate": None}, "bad_date"),
        ({"transactionDate": 1768478400000}, "bad_date"),
        ({"transactionDate": -5}, "bad_date"),
        ({"transactionDate": "soon"}, "bad_date"),
        ({"transactionDate": {}}, "bad_date"),
        ({"currencySymbol": "Dollars"}, "bad_currency"),
        ({"description": "X" * 4001}, "too_long"),
    ],
)
def test_a_bad_transaction_is_reported_and_the_next_is_read(change: dict[str, object], code: str) -> None:
    rows = read(listed(ENTRY | change, ENTRY))
    assert [(row.line, row.code) for row in rows if isinstance(row, Issue)] == [(1, code)]
    assert len(transactions(rows)) == 1


def test_what_is_no_object_is_reported() -> None:
    rows = read([ENTRY, 3, None, ENTRY | {"id": 9}])
    assert [(row.line, row.code) for row in rows if isinstance(row, Issue)] == [
        (2, "not_an_object"),
        (3, "not_an_object"),
    ]


def test_a_report_gives_its_accounts_and_leaves_the_person_behind() -> None:
    rows = read_all(shared("samples/mastercard_openbanking/TransactionsReportExample.json"))
    assert [(row.amount.minor, row.hint) for row in transactions(rows)] == [(-9900, "Transfer"), (19970, "Payment")]
    told = " ".join(map(repr, records(rows)))
    assert "Marple" not in told
    assert "1000075473" not in told
    assert Withheld(what="personal details", count=11) in rows


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(listed(ENTRY)).encode()[:-20],
        b'{"institutions": [{"accounts": [{"transactions": [{"postedDate": 1}]}',
    ],
)
def test_json_that_is_cut_off_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedExportError):
        read(content)


def test_every_record_is_valid_and_shows_four_digits_of_the_account() -> None:
    found = transactions(read_all(LIST))
    for row in found:
        check(row)
        assert row.account == "Open Finance account 0042"
    assert len(found) == 3


def test_other_json_is_left_alone() -> None:
    for content in (b"[]", b"{}", b'{"transactions": []}', b'[{"ts": "2026-01-01"}]'):
        assert MastercardOpenFinance(SINGAPORE).identify(BytesExport(content)).value == 0
