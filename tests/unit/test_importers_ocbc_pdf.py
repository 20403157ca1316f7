"""OCBC's PDF statements: signs by balances, years, several pages and cards, and agreement with the CSV."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.ocbc import OcbcCsv
from pod_agent.importers.banks.ocbc_pdf import OcbcPdf
from pod_agent.importers.protocol import Issue, Row, Statement, Withheld
from tests.support.ocbc_statements import card_statement, deposit_statement
from tests.support.pdf import pdf
from tests.support.rows import BytesExport, found
from vocab.records import Transaction
from vocab.shapes import check

pytest.importorskip("pdfplumber")

JANUARY = deposit_statement(
    [
        ("30 DEC", "31 DEC", ["NETS QR", "RED STOOL LAKSA"], "4.50", "", "995.50"),
        ("02 JAN", "02 JAN", ["FAST PAYMENT", "via PayNow-Mobile", "to ONG WEI"], "100.00", "", "895.50"),
        ("15 JAN", "16 JAN", ["GIRO - SALARY"], "", "2,000.00", "2,895.50"),
        ("15 JAN", "15 JAN", ["NETS QR", "RED STOOL LAKSA"], "4.50", "", "2,891.00"),
        ("15 JAN", "15 JAN", ["NETS QR", "RED STOOL LAKSA"], "4.50", "", "2,886.50"),
    ],
    opening="1,000.00",
    closing="2,886.50",
    period="30 DEC 2025 TO 31 JAN 2026",
)
CARDS = card_statement(
    [
        (
            "OCBC REWARDS CARD",
            "120.00",
            [
                ("28/12", "KOPI HOUSE SINGAPORE SGP", "6.40"),
                ("05/01", "PAYMENT BY GIRO", "(120.00)"),
                ("06/01", "BOOK SHOP SINGAPORE SGP", "31.20"),
                ("09/01", "BOOK SHOP SINGAPORE SGP", "( 31.20 )"),
            ],
            "6.40",
        ),
        ("OCBC 365 CREDIT CARD", "0.00", [("11/01", "GRAB RIDE", "1,012.10")], "1,012.10"),
    ],
    day="25-01-2026",
)


def read(content: bytes) -> list[Row]:
    return list(OcbcPdf().extract(BytesExport(content, "statement.pdf")))


def transactions(rows: list[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def reconciles(rows: list[Row], statement: Statement) -> bool:
    assert statement.opening is not None
    moved = sum(row.amount.amount for row in transactions(rows) if row.account == statement.account)
    return statement.opening + moved == statement.closing


def test_a_deposit_statement_reads_row_for_row() -> None:
    found = transactions(read(JANUARY))
    assert [(f"{row.at:%Y-%m-%d}", str(row.value_date), row.amount.minor, row.description) for row in found] == [
        ("2025-12-30", "2025-12-31", -450, "NETS QR RED STOOL LAKSA"),
        ("2026-01-02", "2026-01-02", -10000, "FAST PAYMENT via PayNow-Mobile to ONG WEI"),
        ("2026-01-15", "2026-01-16", 200000, "GIRO - SALARY"),
        ("2026-01-15", "2026-01-15", -450, "NETS QR RED STOOL LAKSA"),
        ("2026-01-15", "2026-01-15", -450, "NETS QR RED STOOL LAKSA"),
    ]


def test_every_record_is_valid_and_yields_to_the_csv() -> None:
    found = transactions(read(JANUARY)) + transactions(read(CARDS))
    for row in found:
        check(row)
        assert row.provisional
    assert len({row.iri for row in found}) == len(found) == 10


def test_a_deposit_statement_reconciles() -> None:
    rows = read(JANUARY)
    [statement] = [row for row in rows if isinstance(row, Statement)]
    assert statement == Statement(
        account="360 Account 8001", currency="SGD", closing=Decimal("2886.50"), opening=Decimal("1000.00")
    )
    assert reconciles(rows, statement)


def test_the_label_is_that_of_the_csv() -> None:
    head = "Account details for:,360 Account 512-345678-001\nTransaction History\n"
    header = "Transaction date,Value date,Description,Withdrawals(SGD),Deposits(SGD)\n"
    row = "30/12/2025,31/12/2025,NETS QR RED STOOL LAKSA,4.50,\n"
    [in_csv] = transactions(list(OcbcCsv().extract(BytesExport((head + header + row).encode()))))
    in_pdf = transactions(read(JANUARY))[0]
    assert (in_pdf.account, in_pdf.at, in_pdf.amount) == (in_csv.account, in_csv.at, in_csv.amount)
    assert in_pdf.iri == in_csv.iri


def test_several_cards_are_accounts_of_their_own_and_each_reconciles() -> None:
    rows = read(CARDS)
    statements = [row for row in rows if isinstance(row, Statement)]
    assert [(row.account, row.opening, row.closing) for row in statements] == [
        ("OCBC Rewards Card 3333", Decimal("-120.00"), Decimal("-6.40")),
        ("OCBC 365 Credit Card 3334", Decimal("0.00"), Decimal("-1012.10")),
    ]
    assert all(reconciles(rows, statement) for statement in statements)
    assert all(row.card for row in transactions(rows))


def test_a_card_row_of_december_in_a_statement_of_january_is_of_the_year_before() -> None:
    first, *_, last = transactions(read(CARDS))
    assert (f"{first.at:%Y-%m-%d}", f"{last.at:%Y-%m-%d}") == ("2025-12-28", "2026-01-11")


def test_money_in_parentheses_came_back() -> None:
    assert [row.amount.minor for row in transactions(read(CARDS))] == [-640, 12000, -3120, 3120, -101210]


def test_a_statement_of_many_pages_is_one() -> None:
    rows = [
        ("03 MAR", "03 MAR", ["NETS QR", f"STALL {number}"], "1.00", "", f"{100 - number}.00")
        for number in range(1, 31)
    ]
    found = read(deposit_statement(rows, opening="100.00", closing="70.00", period="1 MAR 2026 TO 31 MAR 2026"))
    [statement] = [row for row in found if isinstance(row, Statement)]
    assert len(transactions(found)) == 30
    assert reconciles(found, statement)
    assert transactions(found)[11].description == "NETS QR STALL 12"


def test_a_row_without_a_balance_beside_it_is_signed_by_its_column() -> None:
    rows = [
        ("03 MAR", "03 MAR", ["REFUND"], "", "5.00", ""),
        ("03 MAR", "03 MAR", ["NETS QR"], "1.00", "", "104.00"),
    ]
    found = read(deposit_statement(rows, opening="100.00", closing="104.00", period="1 MAR 2026 TO 31 MAR 2026"))
    assert [row.amount.minor for row in transactions(found)] == [500, -100]


def test_a_balance_that_does_not_follow_is_reported_and_the_rest_is_read() -> None:
    rows = [
        ("03 MAR", "03 MAR", ["NETS QR"], "1.00", "", "99.00"),
        ("04 MAR", "04 MAR", ["NETS QR"], "1.00", "", "97.50"),
        ("31 FEB", "04 MAR", ["NETS QR"], "1.00", "", "96.50"),
        ("05 MAR", "05 MAR", ["NETS QR"], "1.00", "", "96.50"),
    ]
    found = read(deposit_statement(rows, opening="100.00", closing="96.50", period="1 MAR 2026 TO 31 MAR 2026"))
    assert [row.code for row in found if isinstance(row, Issue)] == ["wrong_balance", "bad_date"]
    assert [row.amount.minor for row in transactions(found)] == [-100, -100]


def test_the_29th_of_february_is_of_the_leap_year() -> None:
    rows = [("29 FEB", "29 FEB", ["NETS QR"], "1.00", "", "99.00")]
    found = read(deposit_statement(rows, opening="100.00", closing="99.00", period="1 FEB 2028 TO 29 FEB 2028"))
    assert f"{transactions(found)[0].at:%Y-%m-%d}" == "2028-02-29"


def test_names_addresses_and_account_numbers_stay_behind() -> None:
    for content in (JANUARY, CARDS):
        rows = read(content)
        told = " ".join(f"{row.account} {row.description}" for row in transactions(rows))
        assert "TAN MEI" not in told
        assert "ALMOND" not in told
        assert "512345678001" not in told
        assert [row.what for row in rows if isinstance(row, Withheld)] == ["card and account numbers"]


def test_any_pdf_may_be_a_statement_until_it_is_read() -> None:
    named = OcbcPdf().identify(BytesExport(JANUARY, "OCBC_360_jan.pdf")).value
    plain = JANUARY.replace(b"OCBC", b"ABCD")
    assert named == OcbcPdf().identify(BytesExport(JANUARY, "jan.pdf")).value
    assert named > OcbcPdf().identify(BytesExport(plain, "jan.pdf")).value > 0


def test_a_pdf_of_anyone_is_read_only_where_the_person_names_it(tmp_path: Path) -> None:
    path = tmp_path / "menu.pdf"
    path.write_bytes(JANUARY.replace(b"OCBC", b"ABCD"))
    (tmp_path / "OCBC Jan.pdf").write_bytes(JANUARY)
    assert [importer.name for importer, _ in found(path).exports] == ["ocbc-pdf"]
    results = found(tmp_path)
    assert [export.file for _, export in results.exports] == [str(tmp_path / "OCBC Jan.pdf")]
    assert "name the file itself" in results.unopened[0].reason
    assert OcbcPdf().identify(BytesExport(b"hello")).value == 0


def test_a_pdf_that_does_not_name_the_bank_is_refused_with_what_to_do() -> None:
    with pytest.raises(RefusedExportError, match="no statement of OCBC") as refused:
        read(pdf([(40, 40, "Your electricity bill")]))
    assert "CSV" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("texts", "missing"),
    [
        ([(40, 40, "OCBC terms and conditions")], "the day of the statement"),
        ([(40, 40, "OCBC letter of 02 JAN 2026")], "an account or card"),
    ],
)
def test_a_letter_is_no_statement(texts: list[tuple[float, float, str]], missing: str) -> None:
    with pytest.raises(RefusedExportError, match=missing):
        read(pdf(texts))
