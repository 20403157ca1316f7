"""Whether a bank's file adds up: only said where it can be checked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pod_agent.ingest.pipeline import Ingest
from tests.support.exports import ocbc_csv
from tests.support.memory_pod import MemoryPod

Rows = list[tuple[date, str, str]]
FIRST: Rows = [(date(2026, 10, 1), "NETS QR\nHUP LEE", "-1.80"), (date(2026, 10, 3), "NETS QR\nHUP LEE", "-2.20")]
LATER: Rows = [(date(2026, 10, 3), "NETS QR\nKOPI", "-1.00"), (date(2026, 10, 9), "GIRO\nSALARY ACME", "50.00")]
EARLIER: Rows = [(date(2026, 9, 1), "NETS QR\nHUP LEE", "-9.00")]


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    return Ingest(MemoryPod(), tmp_path / "home")


def _reconciled(ingest: Ingest, path: Path, rows: Rows, balance: str) -> bool | None:
    (file,) = ingest.run([ocbc_csv(path, rows, balance)]).files
    return file.reconciled


def test_the_first_file_of_an_account_proves_nothing(ingest: Ingest, tmp_path: Path) -> None:
    assert _reconciled(ingest, tmp_path / "a.csv", FIRST, "100.00") is None


def test_new_rows_that_lead_to_the_printed_balance_reconcile(ingest: Ingest, tmp_path: Path) -> None:
    _reconciled(ingest, tmp_path / "a.csv", FIRST, "100.00")
    assert _reconciled(ingest, tmp_path / "b.csv", [*FIRST, *LATER], "149.00") is True
    assert _reconciled(ingest, tmp_path / "c.csv", [*FIRST, *LATER], "149.00") is True


@pytest.mark.parametrize("balance", ["149.01", "148.99", "100.00"])
def test_a_cent_too_much_or_too_little_is_flagged(balance: str, ingest: Ingest, tmp_path: Path) -> None:
    _reconciled(ingest, tmp_path / "a.csv", FIRST, "100.00")
    assert _reconciled(ingest, tmp_path / "b.csv", [*FIRST, *LATER], balance) is False


def test_a_gap_between_two_files_is_flagged(ingest: Ingest, tmp_path: Path) -> None:
    _reconciled(ingest, tmp_path / "a.csv", FIRST, "100.00")
    assert _reconciled(ingest, tmp_path / "b.csv", LATER[1:], "149.00") is False


def test_nothing_is_claimed_of_two_periods_downloaded_on_one_day(ingest: Ingest, tmp_path: Path) -> None:
    _reconciled(ingest, tmp_path / "a.csv", FIRST, "149.00")
    assert _reconciled(ingest, tmp_path / "b.csv", LATER[1:], "149.00") is None


def test_nothing_is_claimed_of_files_that_reach_back(ingest: Ingest, tmp_path: Path) -> None:
    _reconciled(ingest, tmp_path / "a.csv", [*FIRST, *LATER], "149.00")
    assert _reconciled(ingest, tmp_path / "b.csv", EARLIER, "104.00") is None
    assert _reconciled(ingest, tmp_path / "d.csv", FIRST, "100.00") is None
    assert _reconciled(ingest, tmp_path / "c.csv", [(date(2026, 8, 1), "X", "-1.00"), *LATER], "149.00") is None


def test_files_of_one_import_reconcile_with_each_other(ingest: Ingest, tmp_path: Path) -> None:
    sources = [ocbc_csv(tmp_path / "a.csv", FIRST, "100.00"), ocbc_csv(tmp_path / "b.csv", [*FIRST, *LATER], "149.00")]
    assert [file.reconciled for file in ingest.run(sources).files] == [None, True]


def test_a_pod_on_another_machine_knows_the_balances(tmp_path: Path) -> None:
    pod = MemoryPod()
    Ingest(pod, tmp_path / "one").run([ocbc_csv(tmp_path / "a.csv", FIRST, "100.00")])
    other = Ingest(pod, tmp_path / "two")
    assert _reconciled(other, tmp_path / "b.csv", [*FIRST, *LATER], "149.00") is True
