"""Tables of issuers by profile: every layout that ships, pending rows, days and signs that cannot be told."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from decimal import Decimal

import pytest

from pod_agent.errors import MissingExtraError, RefusedExportError
from pod_agent.importers.banks.cards import CardTables
from pod_agent.importers.protocol import Issue, Row, Skipped, Statement, Withheld
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport, check_golden, read_all
from tests.support.shared import shared
from tests.support.xls import xls
from vocab.records import Money, Transaction
from vocab.shapes import check

CARDS = FIXTURES / "cards"
DBS = (CARDS / "dbs_card.csv").read_text(encoding="utf-8")
UOB: list[list[str | float]] = [
    ["United Overseas Bank Limited. Company Reg No. 193500026Z"],
    ["Account Number:", "4265000011112004", "SGD"],
    ["Account Type:", "ONE CARD VISA"],
    ["Statement Balance:"],
    ["Transaction Date", "Posting Date", "Description", "Foreign Currency Type", "Transaction Amount(Foreign)",
     "Local Currency Type", "Transaction Amount(Local)"],
    ["01 Feb 2026", "PENDING", "BUS/MRT                  SINGAPORE   SG ", "", "", "SGD", "1.59"],
    ["28 Jan 2026", "29 Jan 2026", "BLUE KETTLE      SG\nRef No: 12345678901234567890123", "", "", "SGD", 8.0],
    ["27 Jan 2026", "28 Jan 2026", "NIGHT TRAIN", "INR", "8563.00", "SGD", 126.72],
    ["26 Jan 2026", "27 Jan 2026", "PAYMENT AT AXS (12345678)", "", "", "SGD", "-290.88"],
]  # fmt: skip


def read(text: str | bytes) -> list[Row]:
    export = BytesExport(text if isinstance(text, bytes) else text.encode(), "table.csv")
    return list(CardTables(SINGAPORE).extract(export))


def transactions(rows: list[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def days(rows: list[Row]) -> list[str]:
    return [f"{row.at:%Y-%m-%d}" for row in transactions(rows)]


@pytest.mark.parametrize("name", ["dbs_card", "dbs_savings", "citi", "hsbc", "generic_german_cp1252"])
def test_every_row_of_a_table_reads_as_its_golden_file(name: str) -> None:
    rows = read_all(CARDS / f"{name}.csv")
    check_golden(rows, CARDS / f"{name}.expected.json")
    for row in transactions(rows):
        check(row)


def test_the_rows_of_the_card_are_the_truth_row_for_row() -> None:
    path = shared("qa/dev/exports/cards/dbs_mastercard.csv")
    with shared("qa/dev/truth/transactions.csv").open(newline="", encoding="utf-8") as stream:
        truth = Counter(
            (row["booking_date"], row["amount"], row["raw_description"], row["value_date"], row["status"] == "pending")
            for row in csv.DictReader(stream)
            if row["source"] == "dbs"
        )
    rows = read_all(path)
    found = transactions(rows)
    assert truth == Counter(
        (f"{row.at:%Y-%m-%d}", str(row.amount.amount), row.description, str(row.value_date), row.provisional)
        for row in found
    )
    assert {row.account for row in found} == {"DBS MasterCard World 9754"}
    assert len({row.iri for row in found}) == len(found) == sum(truth.values()) == 1002
    assert not [row for row in rows if isinstance(row, Issue | Skipped)]


def test_a_pending_row_is_provisional() -> None:
    assert [row.provisional for row in transactions(read(DBS))] == [True, False, False, False, False]


def test_two_equal_rides_on_one_day_are_two_records() -> None:
    rides = [row for row in transactions(read(DBS)) if "BUS/MRT" in row.description]
    assert len({row.iri for row in rides}) == 2


def test_account_and_card_numbers_show_four_digits_and_are_counted() -> None:
    rows = read(DBS)
    assert {row.account for row in transactions(rows)} == {"DBS Live Fresh Card 4455"}
    assert [row for row in rows if isinstance(row, Withheld)] == [Withheld(what="card and account numbers", count=1)]


def test_the_ledger_balance_of_an_account_is_told() -> None:
    assert [row for row in read_all(CARDS / "dbs_savings.csv") if isinstance(row, Statement)] == [
        Statement(account="POSB Savings Account 7890", currency="SGD", closing=Decimal("2310.40"))
    ]


def test_the_older_layout_of_an_account_takes_its_text_from_the_references() -> None:
    text = (
        "Account Details For:,POSB Savings Account 123-4-567890\n"
        "Transaction Date,Reference,Debit Amount,Credit Amount,Transaction Ref1,Transaction Ref2,Transaction Ref3\n"
        "05 Jan 2020,POS, 4.50, ,NETS,RED STOOL LAKSA,\n"
    )
    assert [(row.description, row.amount.minor) for row in transactions(read(text))] == [("NETS RED STOOL LAKSA", -450)]


def test_a_card_without_header_tells_the_day_of_purchase_in_its_text() -> None:
    rows = transactions(read_all(CARDS / "hsbc.csv"))
    assert [f"{row.at:%Y-%m-%d} {row.value_date}" for row in rows] == [
        "2026-01-20 2026-01-20",
        "2026-01-04 2026-01-06",
        "2026-01-04 2026-01-06",
    ]
    assert rows[2].original == Money(-856300, "INR")
    assert rows[2].description == "NIGHT TRAIN*Booking City HA IN"


def test_a_workbook_of_excel_97_is_read() -> None:
    pytest.importorskip("xlrd")
    rows = read(xls(UOB))
    found = transactions(rows)
    assert [(row.amount.minor, row.provisional, row.reference) for row in found] == [
        (-159, True, None),
        (-800, False, "12345678901234567890123"),
        (-12672, False, None),
        (29088, False, None),
    ]
    assert found[2].original == Money(-856300, "INR")
    assert {row.account for row in found} == {"ONE CARD VISA 2004"}


def test_the_workbooks_of_a_real_bank_are_read_whole() -> None:
    pytest.importorskip("xlrd")
    for name in ("uob_platinum_1.xls", "uob_solitaire.xls"):
        rows = read(shared(f"samples/cards_other_issuers/{name}").read_bytes())
        assert len(transactions(rows)) == 10
        assert not [row for row in rows if isinstance(row, Issue)]


def test_a_damaged_workbook_is_refused() -> None:
    pytest.importorskip("xlrd")
    whole = xls(UOB)
    for content in (whole[:700], whole[:512] + bytes(4096), whole[:512] + b"\xff" * 5000):
        export = BytesExport(content, "card.xls")
        assert CardTables(SINGAPORE).identify(export).value == 0
        with pytest.raises(RefusedExportError):
            list(CardTables(SINGAPORE).extract(export))


def test_a_workbook_without_its_reader_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlrd", None)
    with pytest.raises(MissingExtraError) as error:
        read(xls(UOB))
    assert error.value.hint == "pip install 'pod-agent[tables]'"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ('"31 Foo 2026","","X","","","Settled","1",""', "bad_date", "Transaction Date"),
        ('"1 Mar 2026","soon","X","","","Settled","1",""', "bad_date", "Transaction Posting Date"),
        ('"1 Mar 2026","","X","","","Settled","=1+1",""', "bad_amount", "Debit Amount"),
        ('"1 Mar 2026","","X","","","Settled","1.005",""', "bad_amount", "amount"),
        ('"1 Mar 2026","","X","","","Settled","",""', "no_amount", None),
        ('"1 Mar 2026","","X","","","Settled","1","2"', "no_amount", None),
        ('"1 Mar 2026","","' + "X" * 4001 + '","","","Settled","1",""', "too_long", None),
        ('"1 Mar 2026","","' + "X" * 200_000 + '","","","Settled","1",""', "wrong_columns", None),
        ('"1 Mar 2026","","X","","","Settled","99999999999999999",""', "bad_amount", "amount"),
    ],
)
def test_a_bad_row_is_reported_with_its_column_and_the_next_is_read(row: str, code: str, column: str | None) -> None:
    head = "\n".join(DBS.splitlines()[:7])
    good = '"02 Mar 2026","","RED STOOL","","","Settled","1.00",""'
    rows = read(f"{head}\n{row}\n{good}\n")
    [issue] = [each for each in rows if isinstance(each, Issue)]
    assert (issue.line, issue.code, issue.column) == (8, code, column)
    assert issue.raw == row[:200]
    assert len(transactions(rows)) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings_are_read_alike(encoding: str) -> None:
    rows = read(DBS.replace("TWO UNCLES", "DÉJÀ VU").encode(encoding))
    assert "DÉJÀ VU BOOKS SINGAPORE SGP" in {row.description for row in transactions(rows)}


def test_control_characters_and_formulas_in_a_text_do_no_harm() -> None:
    text = DBS.replace("RED STOOL LAKSA", "=HYPERLINK(1)\0\x1b[31m RED").replace("ODD DAY", "\x07")
    assert transactions(read(text))[0].description == "=HYPERLINK(1) [31m RED SINGAPORE SGP"


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    rows = read(DBS.replace('"BUS/MRT 771200345 SINGAPORE SGP"', '"BUS/MRT 771200345 SINGAPORE SGP', 1))
    assert [row.line for row in rows if isinstance(row, Issue)] == [9, 12]
    assert len(transactions(rows)) == 4
