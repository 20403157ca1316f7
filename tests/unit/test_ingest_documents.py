"""Months in the pod: large ones, ones that other programs wrote to, and damaged ones."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pod_agent.errors import PodDamagedError
from pod_agent.ingest.layout import MAX_BYTES, MAX_RECORDS, cut, overflow_path, read_documents, rebuild_manifest
from pod_agent.ingest.manifest import PATH as MANIFEST
from pod_agent.ingest.manifest import load_manifest
from pod_agent.ingest.pipeline import Ingest
from tests.support.exports import many_plays, spotify_json
from tests.support.memory_pod import MemoryPod
from vocab.errors import VocabularyError
from vocab.records import Record

JANUARY = "data/spotify/listen/2026/2026-01.ttl"
MARK = "<../../../../x.ttl#note> <https://x.example/p> <https://x.example/o> ."


@pytest.fixture
def pod() -> MemoryPod:
    return MemoryPod()


@pytest.fixture
def ingest(pod: MemoryPod, tmp_path: Path) -> Ingest:
    return Ingest(pod, tmp_path / "home")


def _records(pod: MemoryPod) -> list[Record]:
    return [record for _, records in read_documents(pod) for record in records]


def test_overflow_documents_are_lettered() -> None:
    assert [overflow_path("a.ttl", number) for number in (0, 1, 25, 26, 27, 675, 676)] == [
        *("a.ttl", "a-b.ttl", "a-z.ttl", "a-ba.ttl", "a-bb.ttl", "a-zz.ttl", "a-baa.ttl"),
    ]


def test_a_month_is_cut_by_number_and_by_size() -> None:
    many = {f"{number:026d}": "x" for number in range(MAX_RECORDS + 1)}
    assert [len(run) for run in cut(many)] == [MAX_RECORDS, 1]
    large = {f"{number:026d}": "é" * (MAX_BYTES // 8) for number in range(8)}
    assert [len(run) for run in cut(large)] == [3, 3, 2]
    assert cut({}) == [{}]


def test_a_month_with_many_records_overflows_the_same_way_in_any_order(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    plays = many_plays(MAX_RECORDS + 500)
    ingest.run([spotify_json(tmp_path / "all.json", plays)])
    overflow = JANUARY.replace(".ttl", "-b.ttl")
    assert pod.writes[:2] == [overflow, JANUARY], "what leaves the first document is in the next one before"
    assert sorted(pod.documents()) == [overflow, JANUARY]
    assert b"<> rdfs:seeAlso <2026-01-b.ttl> ." in pod.resources[JANUARY].content
    assert pod.resources[overflow].content.count(b"\n<2026-01.ttl#") == 500
    records = _records(pod)
    assert len({record.iri for record in records}) == len(plays)
    assert all(record.iri.startswith(f"{JANUARY}#") for record in records)
    random.Random(1).shuffle(plays)
    other = MemoryPod()
    for number in range(4):
        part = spotify_json(tmp_path / f"{number}.json", sorted(plays[number * 1000 : number * 1000 + 1100]))
        Ingest(other, tmp_path / "other").run([part])
    assert other.documents() == pod.documents()


def test_what_another_program_added_survives_the_next_import(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    pod.put(JANUARY, pod.resources[JANUARY].content + f"\n{MARK}\n".encode())
    ingest.run([spotify_json(tmp_path / "b.json", many_plays(9))])
    assert MARK.encode() in pod.resources[JANUARY].content
    assert len(_records(pod)) == 9
    ingest.run([spotify_json(tmp_path / "c.json", many_plays(12))])
    assert pod.resources[JANUARY].content.count(MARK.encode()) == 1


def test_what_another_program_changed_in_a_record_stays(pod: MemoryPod, ingest: Ingest, tmp_path: Path) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    pod.put(JANUARY, pod.resources[JANUARY].content.replace(b'"Song 3"', b'"My song"'))
    ingest.run([spotify_json(tmp_path / "b.json", many_plays(9))])
    assert b'"My song"' in pod.resources[JANUARY].content
    assert b'"Song 3"' not in pod.resources[JANUARY].content


@pytest.mark.parametrize("left", [0, 100, 900, -2, -300])
def test_a_document_cut_short_is_refused_by_readers_and_repaired_by_the_same_import(
    left: int, pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    source = spotify_json(tmp_path / "a.json", many_plays(5))
    ingest.run([source])
    whole = pod.documents()
    pod.put(JANUARY, whole[JANUARY][:left])
    with pytest.raises(PodDamagedError):
        _records(pod)
    ingest.run([source])
    assert pod.documents() == whole
    assert len(_records(pod)) == 5


def test_a_document_cut_short_between_two_records_is_refused_as_well(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    content = pod.resources[JANUARY].content
    pod.put(JANUARY, content[: content.rindex(b"\n<#")])
    with pytest.raises(PodDamagedError, match="4 of the 5 records"):
        _records(pod)


def test_a_damaged_document_is_not_overwritten_by_an_import_that_lacks_its_records(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    pod.put(JANUARY, pod.resources[JANUARY].content[:900])
    before = pod.documents("")
    with pytest.raises(PodDamagedError, match="cut short or missing"):
        ingest.run([spotify_json(tmp_path / "b.json", [(7, 7)])])
    assert pod.documents("") == before


def test_a_document_that_vanished_is_told_and_comes_back_with_its_file(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    source = spotify_json(tmp_path / "a.json", many_plays(5))
    ingest.run([source])
    whole = pod.documents()
    pod.remove(JANUARY)
    with pytest.raises(PodDamagedError, match="lacks 1 documents"):
        _records(pod)
    ingest.run([source])
    assert pod.documents() == whole


@pytest.mark.parametrize("content", [b"", b"@prefix", b'<data/x.ttl> <https://w3id.org/pod-agent#sha256> "ab" .\n'])
def test_a_damaged_manifest_is_made_anew_from_the_documents(
    content: bytes, pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(5))])
    entries = load_manifest(pod).entries
    pod.put(MANIFEST, content)
    with pytest.raises(PodDamagedError):
        _records(pod)
    ingest.run([spotify_json(tmp_path / "b.json", [(50_000, 1)])])
    assert load_manifest(pod).entries == {**rebuild_manifest(pod)}
    assert entries.items() <= load_manifest(pod).entries.items()


def test_a_record_of_an_unknown_kind_stops_the_reader_and_is_named(
    pod: MemoryPod, ingest: Ingest, tmp_path: Path
) -> None:
    ingest.run([spotify_json(tmp_path / "a.json", many_plays(1))])
    content = pod.resources[JANUARY].content
    name = content.partition(b"<#")[2][:26].decode()
    pod.put(JANUARY, content.replace(b", pa:Listen", b", pa:Dance"))
    with pytest.raises((VocabularyError, PodDamagedError), match=name):
        _records(pod)
