"""The checks of an import on made-up records: what they find, of which file, and that they find it once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pod_agent.enrich.quality import FileChecks, ImportChecks
from pod_agent.enrich.quality_findings import Finding, share_text
from pod_agent.enrich.quality_rows import Twins, find_impossible, find_rejected
from vocab.records import (
    IRI,
    DailyMeasure,
    Listen,
    Medium,
    Money,
    Record,
    Transaction,
    TransactionKind,
)

SINGAPORE = ZoneInfo("Asia/Singapore")
TODAY = date(2026, 11, 20)
NONE = IRI("data/x/y/2026/2026-01.ttl#x")


def _paid(day: date, minor: int = -500, text: str = "HUP LEE", **fields: object) -> Transaction:
    return Transaction(
        iri=NONE,
        source="ocbc",
        at=datetime(day.year, day.month, day.day, tzinfo=SINGAPORE),
        account="360 1001",
        amount=Money(minor, "SGD"),
        description=text,
        merchant=str(fields.get("merchant", "Hup Lee")),
        category=str(fields.get("category", "eating-out")),
        kind=TransactionKind.SPEND if minor < 0 else TransactionKind.INCOME,
        provisional=bool(fields.get("provisional")),
    )


def _played(number: int, track: str | None = "spotify:track:1") -> Listen:
    at = datetime(2026, 1, 1, 2, tzinfo=UTC) + timedelta(days=number % 90, minutes=number // 90)
    return Listen(
        iri=NONE, source="spotify", at=at, played_ms=1000, medium=Medium.MUSIC, title="A", artist="B", track=track
    )


def _weighed(day: date, recorder: str) -> DailyMeasure:
    return DailyMeasure(
        iri=NONE,
        source="google-health",
        at=datetime(day.year, day.month, day.day, tzinfo=SINGAPORE),
        measure="weight",
        value=Decimal("70.5"),
        recorder=recorder,
    )


def _found(*files: Iterable[Record]) -> dict[int | None, dict[str, Finding]]:
    checks = ImportChecks(SINGAPORE)
    for number, records in enumerate(files):
        file = FileChecks(number, "made", TODAY)
        for record in records:
            file.take(record)
        checks.add(number, file)
    return {number: {each.code: each for each in found} for number, found in checks.findings().items()}


def _days(number: int) -> list[date]:
    return [date(2026, 1, 1) + timedelta(days=step) for step in range(number)]


def test_ordinary_rows_have_no_findings() -> None:
    rows = [_paid(day, -500 - place, f"SHOP {place}") for place, day in enumerate(_days(60))]
    assert _found(rows, [_played(number) for number in range(200)]) in ({0: {}, 1: {}}, {0: {}, 1: {}, None: {}})


def test_fields_that_lack_in_more_than_a_tenth_of_the_rows_are_told_by_share() -> None:
    rows = [
        _paid(day, -place - 1, merchant="" if place < 15 else "X", category="other" if place < 6 else "cash")
        for place, day in enumerate(_days(60))
    ]
    finding = _found(rows)[0]["missing_field"]
    assert finding.text == "15 of 60 purchases (25 %) name no merchant."
    assert finding.count == 15


def test_what_lacks_in_provisional_rows_says_nothing() -> None:
    rows = [_paid(day, -place - 1, merchant="", provisional=True) for place, day in enumerate(_days(60))]
    assert _found(rows) == {0: {}}


def test_what_several_files_tell_is_told_of_the_import() -> None:
    halves = [_played(number, None) for number in range(100)]
    found = _found(halves[:50], halves[50:])
    assert found[0] == found[1] == {}
    assert found[None]["missing_field"].count == 100


def test_a_gap_between_two_files_of_a_month_each_is_told_of_the_import() -> None:
    found = _found(
        [_paid(day, -place - 1) for place, day in enumerate(_days(31))],
        [_paid(day + timedelta(days=90), -place - 1) for place, day in enumerate(_days(31))],
    )
    assert found[0] == found[1] == {}
    assert "1 Feb 2026 to 31 Mar 2026 (59 days)" in found[None]["date_gap"].text


def test_days_that_are_still_to_come_are_counted_and_tomorrow_is_none_of_them() -> None:
    rows = [*map(_paid, _days(5)), _paid(date(2026, 11, 21)), _paid(date(2026, 11, 22)), _paid(date(2027, 3, 1))]
    assert _found(rows)[0]["future_date"].count == 2


def test_an_account_that_only_receives_is_suspected() -> None:
    rows = [_paid(day, 500 + place) for place, day in enumerate(_days(20))]
    assert _found(rows)[0]["one_sign"].count == 20
    assert "one_sign" not in _found(rows[:-1])[0]
    assert "one_sign" not in _found([*rows, _paid(date(2026, 2, 1), -1)])[0]


def test_a_file_that_holds_everything_twice_is_told_across_batches() -> None:
    rows = [_paid(day, -place - 1) for place, day in enumerate(_days(300) * 5)]
    finding = _found([*rows, *rows])[0]["equal_rows"]
    assert finding.count == len(rows)
    assert "everything twice" in finding.text
    assert "equal_rows" not in _found(rows)[0]


def test_a_weight_from_two_scales_is_told_once() -> None:
    found = _found([_weighed(day, name) for day in _days(4) for name in ("Scale", "App")])
    assert found[0]["double_recorder"].count == 4


def test_samples_are_checked_like_records() -> None:
    checks, file = ImportChecks(SINGAPORE), FileChecks(0, "google-health", TODAY)
    start = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    days = [day for day in range(90) if not 40 <= day < 60]
    for recorder in ("Watch", "Phone"):
        at = np.array([start + day * 86_400 + hour * 3600 for day in days for hour in range(24)])
        file.take_samples(["steps"] * len(at), at, np.ones(len(at)), [recorder] * len(at))
    checks.add(0, file)
    found = {each.code: each for each in checks.findings()[0]}
    assert "10 Feb 2026 to 1 Mar 2026 (20 days)" in found["date_gap"].text
    assert found["double_recorder"].count == 70


def test_twins_are_not_counted_where_the_table_would_be_too_full() -> None:
    twins = Twins()
    for _ in range(2):
        for start in range(0, Twins.MOST, 50_000):
            twins.add(list(range(start, start + 50_000)))
    assert list(twins.findings()) == []


def test_hardly_any_row_passes_for_a_twin_by_chance() -> None:
    twins = Twins()
    for number in range(100):
        twins.add([hash((number, place, "text")) for place in range(1000)])
    assert twins.count < 100


@pytest.mark.parametrize(("read", "rejected", "told"), [(100, 1, False), (100, 2, True), (0, 0, False), (5, 5, True)])
def test_more_than_one_rejected_row_in_a_hundred_is_told(read: int, rejected: int, told: bool) -> None:
    assert bool(list(find_rejected(read, rejected, {"bad_date": rejected}))) is told


def test_impossible_values_are_warned_of_and_marks_of_devices_noted() -> None:
    assert [(each.severity.value, each.count) for each in find_impossible(3, 7)] == [("warning", 3), ("note", 7)]


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1, 1000, "less than 1 %"), (999, 1000, "more than 99 %"), (1, 4, "25 %"), (3, 3, "100 %")],
)
def test_shares_are_never_rounded_to_none_or_all(part: int, whole: int, text: str) -> None:
    assert share_text(part, whole) == text
