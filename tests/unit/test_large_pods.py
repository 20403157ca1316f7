"""Years of imports: no container gets more members than servers can list, and what older homes hold is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import InvalidGrantError
from consent.grants import Grants
from pod_agent.errors import UsageError
from pod_agent.importers.tables.mapping import ColumnMapping
from pod_agent.ingest.former import former_path
from pod_agent.ingest.known import known_path
from pod_agent.ingest.layout import (
    MAX_DOCUMENTS,
    MAX_MEMBERS,
    MAX_RECORDS,
    cut,
    is_document,
    is_series,
    overflow_path,
    series_path,
    superseded_path,
)
from pod_agent.ingest.mappings import MAPPINGS, keep_mapping
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import import_ids, lines_path, next_id, read_import, read_provenance, report_path
from pod_agent.pods.pod import Entry
from tests.support.consents import Key, MemoryDocuments, MemoryMarks, grant_for
from tests.support.exports import many_plays, spotify_json
from tests.support.memory_pod import MemoryPod

IMPORTS = 2000
KEPT = (report_path, lines_path, known_path, former_path)


class ListedPod(MemoryPod):
    """A pod of names alone, which lists its containers quickly."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, set[str]] = {}

    def add(self, path: str) -> None:
        """Let there be a resource, and its containers."""
        while path:
            container = path.rstrip("/").rpartition("/")[0]
            container += "/" * bool(container)
            self.members.setdefault(container, set()).add(path)
            path = container

    def list(self, container: str) -> Iterator[Entry]:
        return iter([Entry(path) for path in sorted(self.members.get(container, ()))])

    def largest(self) -> int:
        """Most members of a container."""
        return max(len(members) for members in self.members.values())


def test_two_thousand_imports_within_ten_years_keep_containers_small() -> None:
    """First one an hour, for six weeks, then two a week; each keeps four resources."""
    pod = ListedPod()
    made: list[str] = []
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(IMPORTS):
        now += timedelta(hours=1 if number < IMPORTS // 2 else 84)
        made.append(next_id(pod, now))
        pod.add(report_path(made[-1]))
    assert import_ids(pod) == made == sorted(set(made))
    assert 100 < pod.largest() * len(KEPT) <= MAX_MEMBERS


def test_parts_of_a_series_that_two_thousand_imports_bring_keep_containers_small() -> None:
    held: set[str] = set()
    for number in range(IMPORTS):
        path = series_path("google-health", "steps", f"2026-{number % 12 + 1:02d}", f"{number:06d}", held)
        assert is_series(path)
        assert path not in held
        held.add(path)
    containers = Counter(path.rpartition("/")[0] for path in held)
    assert max(containers.values()) < MAX_MEMBERS
    assert min(containers) == "data/google-health/series/steps/2026"
    assert len(containers) == 5


def test_a_year_of_full_months_keeps_its_container_small() -> None:
    first = [f"data/kafka/transaction/2026/2026-{month:02d}.ttl" for month in range(1, 13)]
    paths = {overflow_path(path, number) for path in first for number in range(MAX_DOCUMENTS)}
    assert all(is_document(path) for path in paths)
    assert len(paths | {superseded_path(path) for path in first}) < MAX_MEMBERS


@pytest.mark.parametrize("records", [MAX_RECORDS, MAX_RECORDS + 1, 53_999, 54_001, 120_000])
def test_a_month_has_few_documents_however_many_records_it_has(records: int) -> None:
    blocks = {f"{number:026d}": " a schema:ListenAction ." for number in range(records)}
    runs = cut(blocks)
    assert len(runs) <= MAX_DOCUMENTS
    assert {name: text for run in runs for name, text in run.items()} == blocks
    assert (max(map(len, runs)) <= MAX_RECORDS) == (records < 54_000)


@given(st.lists(st.integers(1, 4_000), max_size=100), st.sampled_from([0, 1, 45]))
@settings(max_examples=15, deadline=None)
def test_no_record_is_lost_where_a_month_is_cut(sizes: list[int], large: int) -> None:
    sizes = [*sizes, *[900_000] * large]
    blocks = {f"{number:026d}": "x" * size for number, size in enumerate(sizes)}
    runs = cut(blocks)
    assert len(runs) <= MAX_DOCUMENTS
    assert [name for run in runs for name in run] == sorted(blocks)


def test_an_import_that_finds_the_container_of_its_month_full_goes_to_the_next(tmp_path: Path) -> None:
    pod = MemoryPod()
    now = datetime(2026, 12, 30, 8, tzinfo=UTC)
    for number in range(120):
        for path in KEPT:
            pod.put(path(f"20261201t000000z-{number:04x}"), b"")
    ingest = Ingest(pod, tmp_path, clock=lambda: now)
    report = ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    assert report.import_id == "20270101t000000z-0000"
    assert read_import(pod, report.import_id).started == now
    assert len(list(pod.list("imports/2026/2026-12/"))) < MAX_MEMBERS
    assert [entry.path for entry in pod.list("imports/2027/2027-01/")] == [
        lines_path(report.import_id),
        report_path(report.import_id),
    ]


def test_imports_of_older_homes_are_read_and_undone(tmp_path: Path) -> None:
    pod = MemoryPod()
    ingest = Ingest(pod, tmp_path)
    first = ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))]).import_id or ""
    for path in list(pod.documents("imports/")):
        resource = pod.resources.pop(path)
        pod.put("imports/" + path.rpartition("/")[2], resource.content, resource.media_type)
    assert import_ids(pod) == [first]
    assert read_import(pod, first).counts.written == len(list(read_provenance(pod))) == 5
    assert ingest.undo(first).removed == 5
    assert pod.documents("imports/") == pod.documents("data/") == {}


def test_a_grant_that_would_crowd_its_container_is_refused() -> None:
    documents = MemoryDocuments()
    for number in range(249):
        documents.create(f"consent/grants/{number}.ttl", b"")
        documents.create(f"consent/grants/{number}/events/1.ttl", b"")
    with pytest.raises(InvalidGrantError, match="as many grants"):
        Grants(documents, MemoryMarks(), Key()).add(grant_for())


def test_a_mapping_that_would_crowd_its_container_is_refused() -> None:
    pod = MemoryPod()
    mapping = ColumnMapping(
        name="one-more", target="transaction", columns={"date": "Date", "amount": "Amount", "currency": "Currency"}
    )
    for number in range(480):
        pod.put(f"{MAPPINGS}m{number}.ttl", b"")
    with pytest.raises(UsageError, match="480 mappings"):
        keep_mapping(pod, mapping)
    assert pod.read(f"{MAPPINGS}one-more.ttl") is None
