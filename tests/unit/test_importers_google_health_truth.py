"""A whole made-up export against what its maker meant, from the rows alone."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import datetime
from decimal import Decimal

import pytest

from pod_agent.importers.protocol import Issue, Row, Sample
from tests.support.health import daily, instants, sleeps
from tests.support.rows import SINGAPORE, found
from tests.support.shared import shared
from vocab.records import Record

PACK = "qa/dev/exports/google_health"


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [row for importer, export in found(shared(PACK)).exports for row in importer.extract(export)]


def truth(name: str) -> list[dict[str, str]]:
    with shared(f"qa/dev/truth/{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def kept(records: list[Record]) -> list[Record]:
    """Of records of one fact the one of the highest edition."""
    best: dict[str, Record] = {}
    for record in records:
        if record.iri not in best or record.edition > best[record.iri].edition:
            best[record.iri] = record
    return list(best.values())


def test_no_row_is_at_fault(rows: list[Row]) -> None:
    assert not [row for row in rows if isinstance(row, Issue)]


def test_steps_by_recorder_and_local_day_are_the_truth_row_for_row(rows: list[Row]) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if isinstance(row, Sample) and row.measure == "steps" and row.tree == 0:
            counted[datetime.fromtimestamp(row.at, SINGAPORE).date().isoformat(), row.recorder] += int(row.value)
    expected = {(row["date"], row["recorder"]): int(row["steps"]) for row in truth("steps_by_recorder")}
    assert dict(counted) == expected


def test_the_json_tree_tells_the_steps_of_the_tracker_on_the_same_days(rows: list[Row]) -> None:
    twin: Counter[str] = Counter()
    for row in rows:
        if isinstance(row, Sample) and row.measure == "steps" and row.tree > 0:
            twin[datetime.fromtimestamp(row.at, SINGAPORE).date().isoformat()] += int(row.value)
    tracker = {row["date"]: int(row["steps"]) for row in truth("steps_by_recorder") if row["recorder"] == "Inspire 3"}
    assert dict(twin) == tracker


def test_resting_heart_rate_sleep_and_weight_are_the_truth_row_for_row(rows: list[Row]) -> None:
    beats = {row.at.date().isoformat(): row.value for row in daily(rows) if row.measure == "resting_heart_rate"}
    nights = {row.end.date().isoformat(): row.asleep for row in sleeps(list(kept(list(sleeps(rows))))) if row.is_main}
    weights: dict[str, Decimal] = {}
    for row in sorted(instants(rows), key=lambda row: row.at):
        weights[row.at.date().isoformat()] = row.value
    expected = truth("health_daily")
    assert len(expected) > 500
    for day in expected:
        at = day["date"]
        assert str(beats.get(at, "")) == day["resting_hr"], at
        assert str(nights.get(at, "")) == day["minutes_asleep"], at
        assert weights.get(at) == (Decimal(day["weight_kg"]) if day["weight_kg"] else None), at
    days = {day["date"] for day in expected}
    assert beats.keys() | nights.keys() | weights.keys() <= days


def test_every_row_of_every_file_is_accounted_for(rows: list[Row]) -> None:
    """Counted by csv and json, which the importers do not use for it."""
    counted = 0
    for _, export in found(shared(PACK)).exports:
        with export.open() as stream:
            text = stream.read().decode()
        if text.strip() != "no data":
            counted += len(json.loads(text)) if text.startswith("[") else len(list(csv.reader(text.splitlines()))) - 1
    assert len(rows) == counted
