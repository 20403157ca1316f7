"""Edits that are easily taken for something else: new documents, records that come back, writes cut at a good place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pod_agent.ingest.manifest import load_manifest
from pod_agent.ingest.pipeline import Ingest
from tests.support.devices import Device, foreign, remove_records
from tests.support.exports import many_plays, spotify_json
from tests.support.memory_pod import MemoryPod
from vocab.mapping import from_turtle


@pytest.fixture
def pod() -> MemoryPod:
    return MemoryPod()


@pytest.fixture
def device(pod: MemoryPod, tmp_path: Path) -> Iterator[Device]:
    """A device that imported six plays of one month."""
    found = Device(pod, tmp_path / "home")
    found.imports(spotify_json(tmp_path / "a.json", many_plays(6)))
    yield found
    found.close()


def _month(pod: MemoryPod) -> str:
    (path,) = pod.documents()
    return path


def _elsewhere(tmp_path: Path, plays: list[tuple[int, int]]) -> dict[str, bytes]:
    """The documents that an import of these plays makes in another pod."""
    pod = MemoryPod()
    Ingest(pod, tmp_path / "elsewhere").run([spotify_json(tmp_path / "elsewhere.json", plays)])
    return pod.documents()


def test_a_document_that_another_program_made_is_entered_at_the_second_look(
    device: Device, pod: MemoryPod, tmp_path: Path
) -> None:
    ((path, content),) = _elsewhere(tmp_path, [(60_000, 1)]).items()
    pod.put(path, foreign(from_turtle(content, path), path))
    assert device.sync().records_added == 1
    assert len(device.iris()) == 7
    assert path not in load_manifest(pod).entries
    device.sync()
    assert load_manifest(pod).entries[path].records == 1
    pod.remove(path)
    assert device.sync().restored == 1


def test_a_record_that_comes_back_has_its_line_again(device: Device, pod: MemoryPod) -> None:
    before = device.holds()
    content = pod.documents()[_month(pod)]
    remove_records(pod, _month(pod), [3])
    device.sync()
    assert len(device.iris()) == 5
    pod.put(_month(pod), content)
    device.sync()
    assert device.holds() == before


def test_a_larger_edition_that_was_cut_between_two_records_loses_nothing(
    device: Device, pod: MemoryPod, tmp_path: Path
) -> None:
    (larger,) = _elsewhere(tmp_path, [*many_plays(6), *[(minute, 9) for minute in range(100, 140)]]).values()
    before, path = device.iris(), _month(pod)
    parts = larger.split(b"\n\n<#")
    kept = b"\n\n<#".join(parts[:-20]) + b"\n"
    assert len(parts) == 47
    pod.put(path, kept)
    report = device.sync()
    assert (report.repaired, report.merged) == (1, 0)
    assert device.iris() >= before | {record.iri for record in from_turtle(kept, path)}
    assert not device.sync().refused
    assert sum(entry.records for entry in load_manifest(pod).entries.values()) == len(device.iris())
