"""Files that print the balance before their rows, too: opening + rows = closing, statement by statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pod_agent.importers.protocol import Statement
from pod_agent.ingest.accounts import in_order
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import read_import
from pod_agent.ingest.report import FileReport
from pod_agent.ingest.report_turtle import report_from_turtle, report_to_turtle
from tests.support.exports import ocbc_csv
from tests.support.memory_pod import MemoryPod
from tests.support.ocbc_statements import deposit_statement

Row = tuple[str, str]
"""Day (``0102`` is 2 January) and the rest of a row of MT940, such as ``D1,80``."""


def _statement(opening: str, rows: list[Row], closing: str, account: str = "20304050") -> str:
    lines = [":20:STARTUMS", f":25:12345678/{account}EUR", ":28C:00001/001", f":60F:{opening}"]
    for number, (day, rest) in enumerate(rows):
        lines += [f":61:26{day}{rest}NMSCNONREF//R{number}", f":86:Kaffee {number}"]
    return "\r\n".join([*lines, f":62F:{closing}", "-"])


def _mt940(path: Path, *statements: str) -> Path:
    path.write_text("\r\n".join(statements) + "\r\n")
    return path


FIRST = _statement("C251231EUR100,", [("0102", "D1,80"), ("0103", "D2,20")], "C260103EUR96,")
SECOND = _statement("C260103EUR96,", [("0104", "C50,"), ("0105", "D6,01")], "C260105EUR139,99")
THIRD = _statement("C260105EUR139,99", [("0106", "D139,99")], "C260106EUR0,")


@pytest.fixture
def pod() -> MemoryPod:
    return MemoryPod()


@pytest.fixture
def ingest(pod: MemoryPod, tmp_path: Path) -> Ingest:
    return Ingest(pod, tmp_path / "home")


def _file(ingest: Ingest, path: Path) -> FileReport:
    (file,) = ingest.run([path]).files
    return file


def _codes(file: FileReport) -> set[str]:
    return {finding.code for finding in file.findings}


def test_one_statement_reconciles_by_itself(ingest: Ingest, tmp_path: Path) -> None:
    file = _file(ingest, _mt940(tmp_path / "a.sta", FIRST))
    assert file.reconciled is True
    assert file.to_json()["reconciliation"] == [
        {
            "account": file.closings[0].account,
            "currency": "EUR",
            "opening": "100.00",
            "rows": "-4.00",
            "closing": "96.00",
            "difference": "0.00",
        }
    ]


@pytest.mark.parametrize(
    "order", [(FIRST, SECOND, THIRD), (THIRD, SECOND, FIRST)], ids=["oldest first", "newest first"]
)
def test_a_chain_leads_from_the_first_opening_to_the_last_closing(
    order: tuple[str, ...], ingest: Ingest, tmp_path: Path
) -> None:
    file = _file(ingest, _mt940(tmp_path / "a.sta", *order))
    (entry,) = file.to_json()["reconciliation"]
    assert file.reconciled is True
    assert (entry["opening"], entry["rows"], entry["closing"]) == ("100.00", "-100.00", "0.00")


@pytest.mark.parametrize(("closing", "difference"), [("C260103EUR96,01", "0.01"), ("C260103EUR95,99", "-0.01")])
def test_a_cent_is_told_with_its_sign(closing: str, difference: str, ingest: Ingest, tmp_path: Path) -> None:
    wrong = FIRST.replace(":62F:C260103EUR96,", f":62F:{closing}")
    file = _file(ingest, _mt940(tmp_path / "a.sta", wrong))
    assert file.reconciled is False
    assert file.to_json()["reconciliation"][0]["difference"] == difference
    (finding,) = [each for each in file.findings if each.code == "not_reconciled"]
    assert f"0.01 EUR {'is missing' if difference == '0.01' else 'is too much'}" in finding.text


def test_a_statement_that_is_missing_in_the_middle_is_told(ingest: Ingest, tmp_path: Path) -> None:
    file = _file(ingest, _mt940(tmp_path / "a.sta", FIRST, THIRD))
    (finding,) = [each for each in file.findings if each.code == "not_reconciled"]
    assert file.reconciled is False
    assert file.to_json()["reconciliation"][0]["difference"] == "43.99"
    assert "1 statement does not open with what the one before closed with" in finding.text


def test_links_that_break_are_told_even_where_the_whole_adds_up(ingest: Ingest, tmp_path: Path) -> None:
    middle = SECOND.replace(":60F:C260103EUR96,", ":60F:C260103EUR95,")
    file = _file(ingest, _mt940(tmp_path / "a.sta", FIRST, middle, THIRD))
    assert file.closings[0].difference is not None
    assert file.closings[0].difference.minor == 0
    assert file.reconciled is False
    assert "not_reconciled" in _codes(file)


def test_rejected_rows_are_named_as_the_likely_cause(ingest: Ingest, tmp_path: Path) -> None:
    broken = FIRST.replace(":61:260102D1,80", ":61:260132D1,80")
    file = _file(ingest, _mt940(tmp_path / "a.sta", broken))
    assert (file.counts.rejected, file.reconciled) == (1, False)
    (finding,) = [each for each in file.findings if each.code == "not_reconciled"]
    assert "1 row of the file that could not be read is the likely cause" in finding.text


def test_pending_rows_are_not_in_a_printed_balance(ingest: Ingest, tmp_path: Path) -> None:
    pending = FIRST.replace(":62F:", ":61:260103ED7,77NMSCNONREF//P\r\n:86:Kaffee\r\n:62F:")
    assert _file(ingest, _mt940(tmp_path / "a.sta", pending)).reconciled is True


def test_balances_tell_the_order_of_statements_where_the_rows_do_not() -> None:
    amounts = [("100", "90"), ("90", "70"), ("70", "75")]
    chain = [Statement(account="A", currency="EUR", opening=Decimal(a), closing=Decimal(b)) for a, b in amounts]
    for falls in (True, False):
        assert in_order(chain, falls=falls) == chain
        assert in_order(chain[::-1], falls=falls) == chain


def test_the_rows_tell_the_order_of_statements_where_the_balances_do_not() -> None:
    apart = [Statement(account="A", currency="EUR", closing=Decimal(number)) for number in (1, 2)]
    assert in_order(apart, falls=False) == apart
    assert in_order(apart, falls=True) == apart[::-1]


def test_accounts_of_one_file_are_told_apart(ingest: Ingest, tmp_path: Path) -> None:
    other = _statement("C251231EUR5,", [("0102", "D1,00")], "C260102EUR3,", account="99990001")
    file = _file(ingest, _mt940(tmp_path / "a.sta", FIRST, other))
    assert [closing.holds for closing in file.closings] == [True, False]
    assert file.reconciled is False


def test_a_pdf_statement_reconciles_though_its_rows_are_provisional(ingest: Ingest, tmp_path: Path) -> None:
    rows = [("02 OCT", "02 OCT", ["NETS QR", "HUP LEE"], "1.80", "", "98.20")]
    for closing, expected in (("98.20", True), ("98.30", False)):
        path = tmp_path / f"{closing}.pdf"
        path.write_bytes(deposit_statement(rows, opening="100.00", closing=closing, period="1 OCT 2026 TO 31 OCT 2026"))
        (file,) = ingest.run([path], dry_run=True).files
        assert file.reconciled is expected


def test_the_pod_keeps_balances_and_findings(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    wrong = FIRST.replace(":62F:C260103EUR96,", ":62F:C260103EUR90,")
    report = ingest.run([_mt940(tmp_path / "a.sta", wrong, THIRD)])
    assert report.import_id
    kept = read_import(pod, report.import_id)
    assert kept.files[0].closings == report.files[0].closings
    assert kept.files[0].findings == report.files[0].findings
    assert kept.warnings == report.warnings == 1


def test_findings_of_several_files_are_kept_with_the_import(ingest: Ingest, tmp_path: Path) -> None:
    report = ingest.run([_mt940(tmp_path / "a.sta", FIRST, THIRD)])
    assert report.files[0].findings
    together = replace(report, findings=report.findings + report.files[0].findings, documents=())
    assert report_from_turtle(report_to_turtle(together)) == together


def test_after_an_undo_the_balance_is_reached_from_the_import_before(ingest: Ingest, tmp_path: Path) -> None:
    rows = [(date(2026, 10, day), f"SHOP {day}", "-1.00") for day in range(1, 10)]
    ingest.run([ocbc_csv(tmp_path / "a.csv", rows[:3], "97.00")])
    second = ingest.run([ocbc_csv(tmp_path / "b.csv", rows[:6], "94.00")])
    assert second.files[0].reconciled is True
    assert second.import_id
    ingest.undo(second.import_id)
    again = _file(ingest, ocbc_csv(tmp_path / "c.csv", rows, "91.00"))
    (entry,) = again.to_json()["reconciliation"]
    assert again.reconciled is True
    assert (entry["opening"], entry["rows"], entry["closing"]) == ("97.00", "-6.00", "91.00")
