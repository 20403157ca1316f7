"""Whatever a statement holds: every row is accounted for, and neither order nor overlap of files changes a record."""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.enrich.transactions import classify
from pod_agent.errors import RefusedExportError
from pod_agent.importers.banks.ocbc import OcbcCsv
from pod_agent.importers.built_in import built_in
from pod_agent.importers.protocol import Issue, Row, Skipped, Statement
from pod_agent.importers.spotify.extended import SpotifyHistory
from tests.support.rows import SINGAPORE, BytesExport
from vocab.records import Record, Transaction
from vocab.shapes import check
from vocab.taxonomy import CATEGORIES

HEADER = "Account details for:,360 Account 512-345678-001\nTransaction History\nTransaction date,Value date,"
NEW = HEADER + "Description,Withdrawals(SGD),Deposits(SGD)\n"
OLD = HEADER + "Description,Withdrawals (SGD),Deposits (SGD)\n"

Entry = tuple[date, str, str, int]
letters = st.sampled_from('AB c1*&-/.,"é\u202f')
texts = st.text(letters, min_size=1, max_size=30).filter(lambda text: text.strip(' \u202f,"'))
days = st.dates(date(2026, 1, 1), date(2026, 1, 5))
entries = st.lists(st.tuples(days, st.sampled_from(["NETS QR", "GIRO"]), texts, st.integers(1, 300_000)), max_size=12)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def new_layout(rows: list[Entry]) -> bytes:
    lines = [
        ",".join((f"{day:%d/%m/%Y}", "", quoted(kind + "\r\n" + text + "   "), quoted(f"{cents / 100:,.2f}"), ""))
        for day, kind, text, cents in rows
    ]
    return (NEW + "".join(line + "\r\n" for line in lines)).encode()


def old_layout(rows: list[Entry]) -> bytes:
    lines = [
        f'{day.day}/{day.month}/{day.year},,{kind},"{cents / 100:,.2f}",\r\n,,{quoted(text)}'
        for day, kind, text, cents in rows
    ]
    return (OLD + "".join(line + "\r\n" for line in lines)).encode()


def iris(content: bytes) -> set[str]:
    return {row.iri for row in OcbcCsv().extract(BytesExport(content)) if isinstance(row, Transaction)}


@settings(max_examples=60, deadline=None)
@given(entries)
def test_every_row_becomes_one_record_in_either_layout(rows: list[Entry]) -> None:
    new, old = iris(new_layout(rows)), iris(old_layout(rows))
    assert new == old
    assert len(new) == len(rows)


@settings(max_examples=40, deadline=None)
@given(entries, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_record(rows: list[Entry], random: Random) -> None:
    shuffled = sorted(rows, key=lambda _: random.random())
    assert iris(new_layout(shuffled)) == iris(new_layout(rows))


@settings(max_examples=40, deadline=None)
@given(entries, days, days)
def test_files_that_overlap_by_whole_days_give_the_union(rows: list[Entry], one: date, other: date) -> None:
    early, late = sorted((one, other))
    first = [row for row in rows if row[0] <= late]
    second = [row for row in rows if row[0] >= early - timedelta(days=1)]
    assert iris(new_layout(first)) | iris(new_layout(second)) == iris(new_layout(rows))


@settings(max_examples=120, deadline=None)
@given(st.text(st.sampled_from('0123/,"\n\r ASGD.xé\0'), max_size=200))
def test_no_text_stops_a_statement_and_every_record_is_valid(body: str) -> None:
    rows = list(OcbcCsv().extract(BytesExport((NEW + body).encode())))
    lines = [_line(row) for row in rows if not isinstance(row, Statement)]
    assert lines == sorted(set(lines))
    for row in rows:
        if isinstance(row, Transaction):
            found = classify(row)
            check(found)
            assert found.category in CATEGORIES


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"[", NEW.encode()]))
def test_no_bytes_raise_anything_but_a_refusal(content: bytes, head: bytes) -> None:
    export = BytesExport(head + content)
    for importer in built_in(SINGAPORE):
        importer.identify(export)
        try:
            list[Row](importer.extract(export))
        except RefusedExportError:
            continue


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "ts": st.sampled_from(["2026-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59Z"]) | json_values,
        "ms_played": st.integers(-5, 10**7) | json_values,
        "master_metadata_track_name": st.text(max_size=5) | json_values,
        "episode_name": json_values,
        "spotify_track_uri": json_values,
        "skipped": json_values,
    },
)


@settings(max_examples=50, deadline=None)
@given(st.lists(fields | json_values, max_size=5))
def test_every_element_is_accounted_for_in_its_place(elements: list[object]) -> None:
    rows = list(SpotifyHistory().extract(BytesExport(json.dumps(elements).encode())))
    assert [_line(row) for row in rows] == list(range(1, len(elements) + 1))


def _line(row: Row) -> int:
    if isinstance(row, Issue | Skipped):
        return row.line
    assert isinstance(row, Record)
    assert row.provenance is not None
    return row.provenance.line
