"""MT940 and MT942: dates over New Year, reversals, balances, structured texts, and a second opinion."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

import mt940
import pytest

from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.mt940 import Mt940
from pod_agent.importers.protocol import Issue, Row, Skipped, Statement
from tests.support.rows import FIXTURES, SINGAPORE, BytesExport, check_golden, found, read_all
from tests.support.shared import shared
from vocab.records import Money, Transaction

FOLDER = FIXTURES / "mt940"
HEAD = ":20:S\n:25:12345678/1020304050\n:28C:1/1\n:60F:C260101EUR100,00\n"
TAIL = ":62F:C260131EUR10,00\n-\n"


@pytest.fixture
def silent_package() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def read(content: str | bytes) -> list[Row]:
    raw = content if isinstance(content, bytes) else content.encode()
    return list(Mt940(SINGAPORE).extract(BytesExport(raw, "statement.sta")))


def transactions(rows: Iterable[Row]) -> list[Transaction]:
    return [row for row in rows if isinstance(row, Transaction)]


def one(line: str, information: str = ":86:X") -> Transaction:
    (row,) = transactions(read(f"{HEAD}:61:{line}\n{information}\n{TAIL}"))
    return row


@pytest.mark.parametrize("name", ["statements.sta", "interim.942"])
def test_every_row_of_a_file_reads_as_its_golden_file(name: str) -> None:
    check_golden(read_all(FOLDER / name), (FOLDER / name).with_suffix(".expected.json"))


def test_the_agent_finds_a_statement_by_its_content() -> None:
    assert [importer.name for importer, _ in found(FOLDER / "statements.sta").exports] == ["mt940"]


@pytest.mark.parametrize(
    ("line", "day", "value_date"),
    [
        ("2601020102D4,50NMSCX", "2026-01-02", "None"),
        ("2512310102D4,50NMSCX", "2026-01-02", "2025-12-31"),
        ("2601021231D4,50NMSCX", "2025-12-31", "2026-01-02"),
        ("260102D4,50NMSCX", "2026-01-02", "None"),
        ("260102    D4,50NMSCX", "2026-01-02", "None"),
        ("2602300302D4,50NMSCX", "2026-03-02", "2026-02-28"),
        ("2402290229D4,50NMSCX", "2024-02-29", "None"),
        ("9912310103D4,50NMSCX", "2000-01-03", "1999-12-31"),
    ],
)
def test_the_day_of_booking_is_the_one_nearest_to_the_value_date(line: str, day: str, value_date: str) -> None:
    row = one(line)
    assert (f"{row.at:%Y-%m-%d}", str(row.value_date)) == (day, value_date)


@pytest.mark.parametrize(
    ("mark", "minor"),
    [
        ("C", 450),
        ("D", -450),
        ("RC", -450),
        ("RD", 450),
        ("CR", 450),
        ("DR", -450),
        ("RCR", -450),
        ("RDR", 450),
        ("EC", 450),
        ("ED", -450),
    ],
)
def test_marks_of_credit_debit_and_reversal_give_the_sign(mark: str, minor: int) -> None:
    row = one(f"2601020102{mark}4,5NMSCX")
    assert row.amount == Money(minor, "EUR")
    assert row.provisional == mark.startswith("E")


@pytest.mark.parametrize(
    ("amount", "minor"), [("4,5", 450), ("4,", 400), ("4", 400), ("000000004,05", 405), ("0,01", 1), ("4.50", 450)]
)
def test_amounts_leave_out_what_is_zero(amount: str, minor: int) -> None:
    assert one(f"2601020102C{amount}NMSCX").amount == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("26010XD4,50NMSC", "bad_line"),
        ("", "bad_line"),
        ("260102X4,50NMSC", "bad_line"),
        ("260102D,NMSC", "bad_line"),
        ("261302D4,50NMSC", "bad_date"),
        ("2601021302D4,50NMSC", "bad_date"),
        ("260102D4,505NMSC", "bad_amount"),
    ],
)
def test_a_bad_line_is_reported_and_the_next_one_is_read(line: str, code: str) -> None:
    rows = read(f"{HEAD}:61:{line}\n:86:SECRET\n:61:2601020102C1,00NMSC\n:86:X\n{TAIL}")
    assert [(row.line, row.code) for row in rows if isinstance(row, Issue)] == [(5, code)]
    assert "SECRET" not in str([row.detail for row in rows if isinstance(row, Issue)])
    assert len(transactions(rows)) == 1


def test_a_row_before_any_balance_has_no_currency() -> None:
    rows = read(":20:S\n:61:2601020102C1,00NMSC\n")
    assert [row.code for row in rows if isinstance(row, Issue)] == ["no_currency"]


def test_a_statement_takes_nothing_over_from_the_one_before() -> None:
    rows = read(HEAD + ":61:2601020102C1,00NMSC\n-\n:20:T\n:61:2601020102C1,00NMSC\n:62F:C260131EUR10,00\n-\n")
    assert [type(row) for row in rows] == [Transaction, Issue, Statement]
    assert [(row.account, row.opening) for row in rows if isinstance(row, Statement)] == [("Account", None)]


def test_fields_of_the_german_banks_are_one_text_without_the_other_sides_account() -> None:
    row = transactions(read_all(FOLDER / "statements.sta"))[0]
    assert row.description == "RED STOOL GMBH RED STOOL LAKSA TERMINAL 7"
    assert (row.counterparty, row.hint, row.reference) == ("RED STOOL GMBH", "KARTENZAHLUNG", "A1")


@pytest.mark.parametrize(
    ("information", "text"),
    [
        (":86:166?00GUTSCHRIFT?20RECHNUNG 4711?21DANKE?32KAUFMANN", "KAUFMANN RECHNUNG 4711 DANKE"),
        (":86:166?00GUTSCHRIFT?20" + "A" * 27 + "?21B", "A" * 27 + "B"),
        (":86:000>100987654321\n>20 HUUR>21 KANTOOR", "HUUR KANTOOR"),
        (":86:159?00RETOURE?20EREF+1?21MTLG:Grund", "Grund"),
        (":86:091", "091"),
        (":86:", "X"),
        (":86:A\n:86:B\n:86:C", "A B C"),
        (":86:" + "A" * 65 + "\nB", "A" * 65 + "B"),
        (":86:FIRST\nSECOND", "FIRST SECOND"),
        (":86:/EREF/1/REMI/USTD//Miete/NAME/HANS/", "HANS/ Miete"),
        (":86:PAID WITH 4111 1111 1111 1111", "PAID WITH *1111"),
    ],
)
def test_information_is_read_in_the_ways_banks_write_it(information: str, text: str) -> None:
    assert one("2601020102C1,00NMSCX", information).description == text


def test_codes_of_the_dutch_banks_name_the_payer_and_the_text() -> None:
    row = transactions(read_all(FOLDER / "statements.sta"))[-1]
    assert row.description == "TIONG AND SONS Gehalt Januar"
    assert (row.counterparty, row.hint, row.reference) == ("TIONG AND SONS", "SEPA OVERBOEKING", "G-1")


def test_each_statement_tells_its_balances_and_its_rows_lead_from_one_to_the_other() -> None:
    rows = read_all(FOLDER / "statements.sta")
    assert [(row.account, row.opening, row.closing) for row in rows if isinstance(row, Statement)] == [
        ("KOPI 4050", Decimal("100.00"), Decimal("99.00")),
        ("KOPI 7778", Decimal("-50.00"), Decimal("10.00")),
    ]
    first = [row.amount.amount for row in transactions(rows) if row.account == "KOPI 4050"]
    assert Decimal("100.00") + sum(first) == Decimal("99.00")


def test_a_statement_in_parts_tells_the_balances_of_each() -> None:
    parts = HEAD + ":62M:C260102EUR5,00\n-\n" + HEAD.replace(":60F:C260101EUR100", ":60M:C260102EUR5") + TAIL
    assert [(row.opening, row.closing) for row in read(parts) if isinstance(row, Statement)] == [
        (Decimal("100.00"), Decimal("5.00")),
        (Decimal("5.00"), Decimal("10.00")),
    ]


def test_two_equal_rows_are_two_records_and_a_note_of_nothing_is_skipped() -> None:
    rows = read_all(FOLDER / "statements.sta")
    equal = [row for row in transactions(rows) if row.amount.minor == -450]
    assert len({row.iri for row in equal}) == 2
    assert [row.reason for row in rows if isinstance(row, Skipped)] == ["zero_amount"]


def test_full_numbers_of_accounts_never_get_into_a_record() -> None:
    told = str(transactions(read_all(FOLDER / "statements.sta")) + transactions(read_all(FOLDER / "interim.942")))
    for number in ("1020304050", "DE89370400440532013000", "PL29114010810000267002001002"):
        assert number not in told


def test_a_banks_code_counts_between_statements_and_is_a_word_within_them() -> None:
    text = "KOPIDEFF\n940\n" + HEAD + ":61:2601020102C1,00NMSC\n:86:FIRST\nROSMALEN\nLAST\n" + TAIL
    assert [(row.source, row.description) for row in transactions(read(text))] == [("kopi", "FIRST ROSMALEN LAST")]


def test_the_bank_in_the_header_is_the_source() -> None:
    assert {row.source for row in transactions(read_all(FOLDER / "statements.sta"))} == {"kopi"}
    assert {row.source for row in transactions(read_all(FOLDER / "interim.942"))} == {"mt940"}


@pytest.mark.parametrize("content", ["", "-\n", "hello\n", ":XX:no\n", "\x00" * 50])
def test_what_has_no_tag_is_refused(content: str) -> None:
    with pytest.raises(RefusedExportError, match="none of the tags"):
        read(content)


def test_nothing_of_a_statement_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        read_all(FOLDER / "statements.sta")
    assert not caplog.records


def samples() -> list[Path]:
    return sorted(path for path in shared("samples/mt940").iterdir() if path.is_file())


@pytest.mark.usefixtures("silent_package")
def test_amounts_and_value_dates_are_those_that_the_mt_940_package_reads() -> None:
    """Signs are left out: the package takes a reversed credit for a credit, against the printed balances."""
    compared = 0
    for path in samples():
        text = path.read_text(encoding="utf-8")
        if text.count(":61:") == 0 or ":60" not in text:
            continue
        try:
            parsed = mt940.parse(text).transactions
        except RuntimeError:  # a line that the package cannot read stops it, and is logged
            continue
        theirs = [
            (abs(found.data["amount"].amount), str(found.data["date"]))
            for found in parsed
            if found.data.get("amount") and found.data["amount"].amount
        ]
        ours = [
            (abs(row.amount.amount), str(row.value_date or row.at.date()))
            for row in transactions(read(path.read_bytes()))
        ]
        assert ours == theirs, path.name
        compared += len(ours)
    assert compared > 100


def test_a_reversed_credit_is_what_the_printed_balances_need() -> None:
    rows = read(shared("samples/mt940/betterplace_sepa_mt9401.sta").read_bytes())
    place = next(place for place, row in enumerate(rows) if isinstance(row, Statement))
    statement = rows[place]
    assert isinstance(statement, Statement)
    assert statement.opening is not None
    assert statement.opening + sum(row.amount.amount for row in transactions(rows[:place])) == statement.closing


def test_every_row_of_other_projects_files_is_accounted_for() -> None:
    for path in samples():
        text = path.read_text(encoding="utf-8")
        if ":" not in text:
            continue
        try:
            rows = read(path.read_bytes())
        except RefusedExportError:
            assert ":61:" not in text
            continue
        assert sum(isinstance(row, Transaction | Issue | Skipped) for row in rows) == text.count(":61:"), path.name
