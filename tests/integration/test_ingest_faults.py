"""Pods that fail in the middle of an import: a clear error, nothing lost, and the next run completes it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pod_agent.errors import PodAccessError, PodConflictError, PodError, PodUnreachableError
from pod_agent.ingest.layout import read_documents
from pod_agent.ingest.manifest import load_manifest
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import import_ids, read_provenance
from pod_agent.pods.pod import TURTLE, ETag
from tests.support.exports import many_plays, ocbc_csv, spotify_json
from tests.support.memory_pod import Fault, FaultyPod, MemoryPod

WRITES = 5
"""Two months, the lines, the report and the manifest."""


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    plays = [*many_plays(5), *[(60_000 + minute, track) for minute, track in many_plays(4)]]
    return [spotify_json(tmp_path / "a.json", plays)]


@pytest.fixture
def undisturbed(sources: list[Path], tmp_path: Path) -> dict[str, bytes]:
    pod = MemoryPod()
    Ingest(pod, tmp_path / "undisturbed").run(sources)
    assert len(pod.writes) == WRITES
    return {**pod.documents(), **pod.documents("manifest")}


@pytest.mark.parametrize("number", range(WRITES))
@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.NO_ACCESS, Fault.LOST_ANSWER, Fault.CUT_OFF])
def test_a_write_that_fails_is_told_and_made_up_for(
    fault: Fault, number: int, sources: list[Path], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    pod = MemoryPod()
    with pytest.raises(PodError) as raised:
        Ingest(FaultyPod(pod, number, fault), tmp_path / "home").run(sources)
    assert type(raised.value) is (PodAccessError if fault is Fault.NO_ACCESS else PodUnreachableError)
    assert (raised.value.code, bool(raised.value.hint), raised.value.exit_status) == (raised.value.code, True, 5)
    ingest = Ingest(pod, tmp_path / "home")
    report = ingest.run(sources)
    assert {**pod.documents(), **pod.documents("manifest")} == undisturbed
    assert report.counts.duplicate == report.counts.read == 9
    assert set(report.documents) == set(pod.documents())
    assert len(list(read_provenance(pod))) == 9
    assert len(import_ids(pod)) == 1
    pod.writes.clear()
    assert ingest.recover() == ()
    assert pod.writes == []


@pytest.mark.parametrize("number", range(WRITES))
def test_one_conflict_is_settled_without_an_error(
    number: int, sources: list[Path], undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    pod = MemoryPod()
    Ingest(FaultyPod(pod, number, Fault.CONFLICT), tmp_path / "home").run(sources)
    assert {**pod.documents(), **pod.documents("manifest")} == undisturbed


class _BusyPod(MemoryPod):
    """A pod in which another agent writes the same month just before we do, up to ``times`` times."""

    def __init__(self, other: dict[str, bytes], times: int) -> None:
        super().__init__()
        self._other = other
        self._times = times

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        if path in self._other and self._times:
            self._times -= 1
            self.put(path, self._other[path])
        return super().write(path, content, media_type=media_type, if_match=if_match)


def test_what_another_agent_wrote_meanwhile_is_joined(sources: list[Path], tmp_path: Path) -> None:
    theirs = MemoryPod()
    Ingest(theirs, tmp_path / "theirs").run([spotify_json(tmp_path / "b.json", [(7, 7), (5, 1)])])
    pod = _BusyPod(theirs.documents(), times=1)
    ingest = Ingest(pod, tmp_path / "home")
    ingest.run(sources)
    assert sum(len(records) for _, records in read_documents(pod)) == 10
    everything = MemoryPod()
    Ingest(everything, tmp_path / "both").run([tmp_path / "b.json", *sources])
    assert pod.documents() == everything.documents()


def test_a_pod_that_never_stops_changing_gives_a_clear_error_and_loses_nothing(
    sources: list[Path], tmp_path: Path
) -> None:
    theirs = MemoryPod()
    Ingest(theirs, tmp_path / "theirs").run([spotify_json(tmp_path / "b.json", [(7, 7)])])
    pod = _BusyPod(theirs.documents(), times=50)
    ingest = Ingest(pod, tmp_path / "home")
    with pytest.raises(PodConflictError):
        ingest.run(sources)
    pod._times = 0
    ingest.recover()
    assert sum(len(records) for _, records in read_documents(pod)) == 10


def test_a_recovered_import_reconciles_like_an_undisturbed_one(tmp_path: Path) -> None:
    rows = [(date(2026, 10, 1), "NETS QR\nHUP LEE", "-1.80"), (date(2026, 10, 9), "NETS QR\nHUP LEE", "-2.20")]
    pod = MemoryPod()
    first = ocbc_csv(tmp_path / "a.csv", rows[:1], "100.00")
    with pytest.raises(PodError):
        Ingest(FaultyPod(pod, 0, Fault.CUT_OFF), tmp_path / "home").run([first])
    (file,) = Ingest(pod, tmp_path / "home").run([ocbc_csv(tmp_path / "b.csv", rows, "97.80")]).files
    assert (file.counts.written, file.counts.duplicate, file.reconciled) == (1, 1, True)
    assert [entry.records for entry in load_manifest(pod).entries.values()] == [2]


def test_another_pod_does_not_get_what_was_meant_for_this_one(sources: list[Path], tmp_path: Path) -> None:
    class Elsewhere(MemoryPod):
        @property
        def root(self) -> str:
            return "https://elsewhere.example/pod-agent/"

    pod, elsewhere = MemoryPod(), Elsewhere()
    with pytest.raises(PodUnreachableError):
        Ingest(FaultyPod(pod, 1, Fault.SERVER_ERROR), tmp_path / "home").run(sources)
    assert Ingest(elsewhere, tmp_path / "home").recover() == ()
    assert elsewhere.resources == {}
    assert len(Ingest(pod, tmp_path / "home").recover()) == 2
