"""Whatever a health export holds: every row is accounted for, in its place, and nothing but a refusal is raised."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.errors import RefusedExportError
from pod_agent.importers.health.csv_tables import TABLES, Kind, Table
from pod_agent.importers.health.csv_tree import GoogleHealthCsv
from pod_agent.importers.health.files import JSON_STEMS
from pod_agent.importers.health.json_tree import GoogleHealthJson
from pod_agent.importers.protocol import Issue, Row, Sample, Skipped
from tests.support.health import BERLIN, health_importers
from tests.support.rows import BytesExport
from vocab.measures import MEASURES
from vocab.records import Record

stamps = st.sampled_from(
    ["2026-10-25T01:30:00Z", "2026-10-25T01:30:00.25Z", "2026-03-29 02:30:00", "2026-10-01", "10/25/26 02:30:00", ""]
)
cells = st.one_of(
    stamps,
    st.integers(-5, 70_000).map(str),
    st.floats(0, 300).map(str),
    st.sampled_from(["", "-1", "nan", "inf", "50.0", "Charge 6", '"a, b"', "Phone Health Connect", "+02:00", "x\0y"]),
    st.text(st.characters(exclude_characters='\r\n",', exclude_categories=["Cs"]), max_size=5),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | cells,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["bpm", "value", "minutes"]), inner),
    max_leaves=4,
)
NAMES = (
    "dateTime value date time weight bmi fat startTime endTime duration minutesAsleep levels activityName distance"
    " distanceUnit calories steps source mainSleep"
)
elements = st.dictionaries(st.sampled_from(NAMES.split()), json_values, max_size=8) | json_values


def header(table: Table) -> list[str]:
    return [table.time[0], *table.values[:1], *table.needs, *([table.minus] if table.minus else []), "data source"]


def line_of(row: Row) -> int:
    if isinstance(row, Sample | Issue | Skipped):
        return row.line
    assert isinstance(row, Record)
    assert row.provenance
    return row.provenance.line


def read(table: Table, rows: list[list[str]]) -> list[Row]:
    text = "\n".join(",".join(row) for row in [header(table), *rows]) + "\n"
    return list(GoogleHealthCsv(BERLIN).extract(BytesExport(text.encode(), f"{table.stem}.csv")))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(TABLES), st.data())
def test_every_row_of_a_table_is_accounted_for_in_its_place(table: Table, data: st.DataObject) -> None:
    width = len(header(table))
    rows = data.draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=6))
    found = read(table, rows)
    lines = [line_of(row) for row in found]
    assert lines == sorted(lines)
    assert sorted(set(lines)) == list(range(2, len(rows) + 2))
    if table.kind is not Kind.ACTIVE:
        assert len(lines) == len(rows)
    for row in found:
        if isinstance(row, Sample):
            assert MEASURES[row.measure].lowest <= row.value <= MEASURES[row.measure].highest


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(JSON_STEMS)), st.lists(elements, max_size=5))
def test_every_element_is_accounted_for_in_its_place(stem: str, values: list[object]) -> None:
    export = BytesExport(json.dumps(values).encode(), f"{stem}-2026-10-01.json")
    lines = [line_of(row) for row in GoogleHealthJson(BERLIN).extract(export)]
    assert lines == sorted(lines)
    assert sorted(set(lines)) == list(range(1, len(values) + 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 300)), max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_sample(rows: list[tuple[int, int]], random: Random) -> None:
    steps = next(table for table in TABLES if table.stem == "steps")
    lines = [[f"2026-10-{1 + at // 1440:02}T{at // 60 % 24:02}:{at % 60:02}:00Z", str(n), "Charge 6"] for at, n in rows]
    shuffled = sorted(lines, key=lambda _: random.random())
    one, other = read(steps, lines), read(steps, shuffled)
    assert sorted(row[1:] for row in one if isinstance(row, Sample)) == sorted(
        row[1:] for row in other if isinstance(row, Sample)
    )


STARTS = [b"", b"[", b"{", b"timestamp,steps,data source\n", b'{"dataPoints": [', b'{"sleep": [', b'[{"dateTime":']
FILES = ["steps_1.csv", "userexercises_1.csv", "weight.csv", "heart_rate-1.json", "sleep-1.json", "x.json"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(STARTS), st.sampled_from(FILES))
def test_no_bytes_raise_anything_but_a_refusal(content: bytes, start: bytes, name: str) -> None:
    export = BytesExport(start + content, name)
    for importer in health_importers(BERLIN):
        importer.identify(export)
        try:
            list(importer.extract(export))
        except RefusedExportError:
            continue


@pytest.mark.parametrize("content", [b'{"sleep": ' + b"[" * 5_000, b"[" * 5_000, b'{"a": 1' + b"0" * 6_000 + b"}"])
def test_deep_or_long_json_raises_nothing_but_a_refusal(content: bytes) -> None:
    for name in FILES:
        for importer in health_importers(BERLIN):
            try:
                list(importer.extract(BytesExport(content, name)))
            except RefusedExportError:
                continue
