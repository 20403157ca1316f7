"""OCBC's CSV: two layouts, accounts and cards, encodings, and every kind of bad row."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from pod_agent.enrich.transactions import classify
from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.ocbc import OcbcCsv
from pod_agent.importers.protocol import Issue, Row, Statement, Withheld
from tests.support.rows import FIXTURES, BytesExport, check_golden, read_all, records
from tests.support.shared import shared
from vocab.records import Transaction

OCBC = FIXTURES / "ocbc"
HEAD = (
    "Account details for:,360 Account 512-345678-001\r\nLedger Balance,100.00\r\n\r\nTransaction History\r\n"
    "Transaction date,Value date,Description,Withdrawals(SGD),Deposits(SGD)\r\n"
)
GOOD = '02/03/2026,02/03/2026,"NETS QR\r\nRED STOOL LAKSA",4.50,\r\n'


def read(text: str | bytes) -> list[Row]:
    return list(OcbcCsv().extract(BytesExport(text if isinstance(text, bytes) else text.encode())))


def transactions(rows: list[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def issues(rows: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.code) for row in rows if isinstance(row, Issue)]


@pytest.mark.parametrize("name", ["account_2026", "account_2019", "card"])
def test_every_row_of_a_statement_reads_as_its_golden_file(name: str) -> None:
    rows = [classify(row) if isinstance(row, Transaction) else row for row in read_all(OCBC / f"{name}.csv")]
    check_golden(rows, OCBC / f"{name}.expected.json")


def test_both_layouts_of_the_same_rows_give_the_same_records() -> None:
    new = {row.iri for row in records(read_all(OCBC / "account_2026.csv"))}
    old = {row.iri for row in records(read_all(OCBC / "account_2019.csv"))}
    assert new == old
    assert len(new) == 7


def test_two_equal_coffees_on_one_day_are_two_records() -> None:
    rows = transactions(read(HEAD + GOOD + GOOD))
    assert len({row.iri for row in rows}) == 2


def test_a_row_and_its_continuation_lines_are_one_row_with_the_first_line() -> None:
    rows = read(HEAD + "02/03/2026,02/03/2026,NETS QR,4.50,\r\n,,RED STOOL LAKSA\r\n,,NEX\r\n" + GOOD)
    found = transactions(rows)
    assert [row.description for row in found] == ["NETS QR RED STOOL LAKSA NEX", "NETS QR RED STOOL LAKSA"]
    assert [row.provenance.line for row in found if row.provenance] == [6, 9]


def test_the_closing_balance_is_told_once() -> None:
    assert [row for row in read(HEAD + GOOD) if isinstance(row, Statement)] == [
        Statement(account="360 Account 8001", currency="SGD", closing=Decimal("100.00"))
    ]


@pytest.mark.parametrize("balance", ['"1.2.3"', "-", '"n/a"'])
def test_a_balance_that_is_no_amount_leaves_nothing_to_reconcile(balance: str) -> None:
    rows = read(HEAD.replace("100.00", balance) + GOOD)
    assert len(transactions(rows)) == 1
    assert not [row for row in rows if isinstance(row, Statement)]


def test_an_account_shows_its_last_four_digits_alone() -> None:
    for row in transactions(read(HEAD + GOOD)) + transactions(read_all(OCBC / "card.csv")):
        assert sum(character.isdigit() for character in row.account.removeprefix("360")) == 4


def test_the_full_account_number_tells_records_of_two_accounts_apart() -> None:
    other = HEAD.replace("512-345678-001", "513-345678-001")
    mine, others = transactions(read(HEAD + GOOD)), transactions(read(other + GOOD))
    assert mine[0].account == others[0].account
    assert mine[0].iri != others[0].iri


def test_a_supplementary_card_is_an_account_of_its_own() -> None:
    found = Counter(row.account for row in transactions(read_all(OCBC / "card.csv")))
    assert found == {"OCBC Rewards Card 3333": 4, "OCBC Rewards Card 4444": 1}


def test_the_name_of_a_card_s_holder_is_left_out(tmp_path: Path) -> None:
    text = (OCBC / "card.csv").read_text()
    named = tmp_path / "card.csv"
    named.write_text(text.replace("4444\n", "4444 JANE LEE\n"))
    assert named.read_text() != text
    assert [row.iri for row in transactions(read_all(named))] == [
        row.iri for row in transactions(read_all(OCBC / "card.csv"))
    ]
    assert {row.account for row in transactions(read_all(named))} == {
        "OCBC Rewards Card 3333",
        "OCBC Rewards Card 4444",
    }


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("31/02/2026,31/02/2026,X,1.00,", "bad_date"),
        ("2026-03-02,02/03/2026,X,1.00,", "bad_date"),
        ("02/03/2026,soon,X,1.00,", "bad_date"),
        ("02/03/2026,02/03/2026,X,,", "no_amount"),
        ("02/03/2026,02/03/2026,X,1.00,2.00", "no_amount"),
        ("02/03/2026,02/03/2026,X,1.0.0,", "bad_amount"),
        ("02/03/2026,02/03/2026,X,1e3,", "bad_amount"),
        ("02/03/2026,02/03/2026,X,1.005,", "bad_amount"),
        ('02/03/2026,02/03/2026,X,"1,23",', "bad_amount"),
        ("02/03/2026,02/03/2026,X", "wrong_columns"),
        ("02/03/2026,02/03/2026,X,1,500.00,", "wrong_columns"),
        ('02/03/2026,02/03/2026,"NETS QR,1.00,', "wrong_columns"),
        ("02/03/2026,02/03/2026," + "X" * 4001 + ",1.00,", "too_long"),
        ("02/03/2026,02/03/2026," + "X" * 200_000 + ",1.00,", "wrong_columns"),
        ("see our new rates,,,,", "bad_date"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_the_next_one_is_read(row: str, code: str) -> None:
    rows = read(HEAD + GOOD + row + "\r\n" + GOOD)
    assert issues(rows) == [(8, code)]
    assert len(transactions(rows)) == 2


def test_a_bad_row_is_kept_as_it_stood_with_its_column_at_fault() -> None:
    [issue] = [row for row in read(HEAD + "02/03/2026,soon,X,1.00,\r\n") if isinstance(row, Issue)]
    assert (issue.column, issue.raw) == ("Value date", "02/03/2026,soon,X,1.00,")


def test_a_row_of_a_card_says_so_and_one_of_an_account_does_not() -> None:
    assert {row.card for row in transactions(read_all(OCBC / "card.csv"))} == {True}
    assert {row.card for row in transactions(read_all(OCBC / "account_2026.csv"))} == {False}


def test_a_card_number_in_a_text_is_cut_to_four_digits_and_a_reference_is_not() -> None:
    row = "02/03/2026,02/03/2026,BILL PAYMENT 4111 1111 1111 1111 REF 1234567890123456,4.50,\r\n"
    rows = read(HEAD + row)
    assert transactions(rows)[0].description == "BILL PAYMENT *1111 REF 1234567890123456"
    assert Withheld(what="card and account numbers", count=1) in rows


def test_details_that_follow_no_row_are_reported() -> None:
    assert issues(read(HEAD + ",,LOST DETAILS\r\n" + GOOD)) == [(6, "stray_details")]


def test_no_issue_repeats_what_the_row_says() -> None:
    rows = read(HEAD + "31/02/2026,31/02/2026,SECRET SHOP,77.77,\r\n02/03/2026,02/03/2026,SECRET SHOP,77.7.7,\r\n")
    told = " ".join(row.detail for row in rows if isinstance(row, Issue))
    assert told
    assert "SECRET" not in told
    assert "77" not in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_of_bank_files_are_read_alike(encoding: str) -> None:
    text = HEAD + '02/03/2026,02/03/2026,"NETS QR\r\nCAFÉ DÉJÀ VU",4.50,\r\n'
    assert [row.description for row in transactions(read(text.encode(encoding)))] == ["NETS QR CAFÉ DÉJÀ VU"]


def test_a_description_may_hold_commas_without_quotes() -> None:
    found = transactions(read(HEAD + "02/03/2026,02/03/2026,BLUE DOOR, THE CAFE,4.50,\r\n"))
    assert [row.description for row in found] == ["BLUE DOOR,THE CAFE"]


def test_the_preamble_without_the_columns_is_refused_by_name() -> None:
    with pytest.raises(RefusedExportError, match="Transaction date, Value date, Description"):
        read(HEAD.replace("Value date,Description", "Details") + GOOD)


def test_read_equals_an_independent_count_of_the_rows() -> None:
    path = shared("qa/dev/exports/ocbc/TransactionHistory_360.csv")
    with path.open(newline="", encoding="utf-8") as stream:
        counted = sum(1 for row in csv.reader(stream) if row and row[0][:2].isdigit())
    assert len([row for row in read_all(path) if not isinstance(row, Statement | Withheld)]) == counted == 773


def test_the_old_and_the_new_layout_of_a_real_sized_account_agree() -> None:
    new = {row.iri for row in records(read_all(shared("qa/dev/exports/ocbc")))}
    assert new == {row.iri for row in records(read_all(shared("qa/dev/exports_alt/ocbc")))}
    assert len(new) == 773


def test_the_account_reconciles_to_the_cent() -> None:
    rows = read_all(shared("qa/dev/exports/ocbc"))
    opening = Decimal("3997.73")
    closing = next(row.closing for row in rows if isinstance(row, Statement))
    assert opening + sum(row.amount.amount for row in transactions(rows)) == closing
