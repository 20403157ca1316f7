"""Rows of a running import wait in memory, and on disk where they are many: the same rows in the same order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pod_agent.ingest import staging as module
from pod_agent.ingest.staging import Payment, StagedRow, Staging

MAY, JUNE = (f"data/shop/order/2026/2026-0{month}.ttl" for month in (5, 6))


def row(number: int, file: int = 0) -> StagedRow:
    return StagedRow(f"n{number}", f" block {number} ·" * 10, file, number, Payment(0, -number, 739_000))


@pytest.fixture(params=[1 << 20, 400], ids=["in memory", "on disk"])
def staging(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Staging]:
    monkeypatch.setattr(module, "_IN_MEMORY", request.param)
    with contextlib.closing(Staging(tmp_path, ZoneInfo("Asia/Singapore"))) as opened:
        yield opened


def test_rows_come_back_by_month_in_the_order_they_came(staging: Staging) -> None:
    for number in range(40):
        staging.add(JUNE if number % 3 else MAY, row(number))
    assert staging.months() == [MAY, JUNE]
    assert list(staging.rows(MAY)) == [row(number) for number in range(0, 40, 3)]
    assert list(staging.rows(JUNE)) == [row(number) for number in range(40) if number % 3]
    assert list(staging.rows("data/shop/order/2026/2026-07.ttl")) == []


def test_rows_of_a_broken_file_go_and_those_of_the_next_with_its_number_stay(staging: Staging) -> None:
    for number in range(20):
        staging.add(MAY, row(number, file=0))
    for number in range(20, 40):
        staging.add(JUNE if number % 2 else MAY, row(number, file=1))
    staging.discard(1)
    assert staging.months() == [MAY]
    assert list(staging.rows(MAY)) == [row(number) for number in range(20)]
    staging.add(MAY, row(99, file=1))
    assert list(staging.rows(MAY)) == [*(row(number) for number in range(20)), row(99, file=1)]


def test_nothing_is_left_on_disk(staging: Staging, tmp_path: Path) -> None:
    for number in range(40):
        staging.add(MAY, row(number))
    staging.close()
    assert list(tmp_path.iterdir()) == []
