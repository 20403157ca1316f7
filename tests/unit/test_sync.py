"""Two devices on one pod, and other programs between them: what is taken, what is mended, what is put back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pod_agent.ingest.manifest import load_manifest
from pod_agent.ingest.provenance import import_ids
from tests.support.devices import Device, remove_records, rename_tracks
from tests.support.exports import many_plays, spotify_json
from tests.support.memory_pod import MemoryPod

MONTHS = [
    *[(60 * place, place) for place in range(6)],
    *[(60_000 + 60 * place, place) for place in range(5)],
    *[(100_000 + 60 * place, place) for place in range(4)],
]
"""Plays of January, February and March."""


@pytest.fixture
def pod() -> MemoryPod:
    return MemoryPod()


@pytest.fixture
def devices(pod: MemoryPod, tmp_path: Path) -> Iterator[tuple[Device, Device]]:
    """A laptop that imported three months, and a second machine that has not looked yet."""
    laptop, other = Device(pod, tmp_path / "laptop"), Device(pod, tmp_path / "other")
    laptop.imports(spotify_json(tmp_path / "a.json", MONTHS))
    yield laptop, other
    laptop.close()
    other.close()


def _documents(pod: MemoryPod) -> list[str]:
    return sorted(path for path in pod.documents() if path.endswith(".ttl"))


def _is_a_rebuild(device: Device) -> bool:
    before = device.holds()
    device.syncing.rebuild()
    return before == device.holds()


def test_the_other_device_gets_everything_with_file_and_line(devices: tuple[Device, Device]) -> None:
    laptop, other = devices
    report = other.sync()
    assert (report.taken, report.refused, report.notes) == (5, {}, [])
    assert other.holds() == laptop.holds()
    assert len(other.iris()) == len(MONTHS)
    assert all(record.provenance is not None and record.provenance.line > 0 for record in other.holds().values())


def test_a_look_at_an_unchanged_pod_asks_for_no_document(devices: tuple[Device, Device], pod: MemoryPod) -> None:
    for device in devices:
        device.sync()
        pod.reads.clear()
        report = device.sync()
        assert (pod.reads, report.fetched, report.changed) == ([], 0, False)
        assert report.listed > 4


def test_one_changed_month_is_one_document(devices: tuple[Device, Device], pod: MemoryPod, tmp_path: Path) -> None:
    laptop, other = devices
    other.sync()
    laptop.imports(spotify_json(tmp_path / "b.json", [(100_500, 7)]))
    pod.reads.clear()
    assert other.sync().changed
    assert [path for path in pod.reads if path.startswith("data/")] == [_documents(pod)[2]]
    assert other.holds() == laptop.holds()


def test_a_pod_that_lists_no_dates_is_asked_document_by_document(tmp_path: Path) -> None:
    pod = MemoryPod(dated=False)
    laptop, other = Device(pod, tmp_path / "laptop"), Device(pod, tmp_path / "other")
    laptop.imports(spotify_json(tmp_path / "a.json", MONTHS))
    other.sync()
    pod.reads.clear()
    assert not other.sync().changed
    assert pod.reads == []
    remove_records(pod, _documents(pod)[0], [1])
    assert other.sync().records_removed == 1
    laptop.close()
    other.close()


def test_a_record_that_another_program_removed_is_gone(devices: tuple[Device, Device], pod: MemoryPod) -> None:
    laptop, other = devices
    other.sync()
    laptop.sync()
    gone = remove_records(pod, _documents(pod)[0], [2])
    report = other.sync()
    assert (report.merged, report.records_removed, report.repaired) == (1, 1, 0)
    assert report.notes == [f"Another program changed {_documents(pod)[0]}: records 1 removed. Taken over."]
    assert laptop.sync().taken == 1
    assert laptop.iris() == other.iris()
    assert not gone & other.iris()
    assert _is_a_rebuild(laptop)


def test_a_record_that_another_program_changed_is_read_anew(devices: tuple[Device, Device], pod: MemoryPod) -> None:
    laptop, other = devices
    rename_tracks(pod, _documents(pod)[0], "Renamed")
    assert laptop.sync().records_changed == 6
    other.sync()
    assert laptop.holds() == other.holds()
    assert sum(getattr(record, "title", "") == "Renamed" for record in other.holds().values()) == 6


def test_an_import_after_a_foreign_edit_keeps_the_edit(
    devices: tuple[Device, Device], pod: MemoryPod, tmp_path: Path
) -> None:
    laptop, _ = devices
    gone = remove_records(pod, _documents(pod)[0], [0])
    laptop.sync()
    laptop.imports(spotify_json(tmp_path / "b.json", [(500, 7)]))
    assert len(laptop.iris()) == len(MONTHS)
    assert not gone & laptop.iris()
    assert sum(entry.records for entry in load_manifest(pod).entries.values()) == len(MONTHS)
    assert _is_a_rebuild(laptop)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.5, 0.9])
def test_a_document_that_was_cut_short_is_mended(devices: tuple[Device, Device], pod: MemoryPod, part: float) -> None:
    laptop, other = devices
    before = pod.documents()
    path = _documents(pod)[1]
    pod.put(path, before[path][: int(len(before[path]) * part)])
    refused = other.sync()
    assert set(refused.refused) == {path}
    assert len(other.iris()) == len(MONTHS) - 5
    assert laptop.sync().repaired == 1
    assert pod.documents() == before
    assert not other.sync().refused
    assert other.holds() == laptop.holds()
    assert len(other.iris()) == len(MONTHS)


def test_a_document_cut_between_two_records_is_mended(devices: tuple[Device, Device], pod: MemoryPod) -> None:
    laptop, other = devices
    other.sync()
    before = pod.documents()
    path = _documents(pod)[1]
    content = before[path]
    pod.put(path, content[: content.rindex(b"\n\n<#") + 1])
    report = other.sync()
    assert (report.repaired, report.merged) == (1, 0)
    assert pod.documents() == before
    assert not laptop.sync().refused


def test_a_document_that_vanished_is_put_back(devices: tuple[Device, Device], pod: MemoryPod) -> None:
    _, other = devices
    other.sync()
    before = dict(pod.resources)
    for path in _documents(pod):
        pod.remove(path)
    report = other.sync()
    assert report.restored == 3
    assert "pod-agent imports undo" in report.notes[0]
    assert pod.documents() == {path: each.content for path, each in before.items() if path.startswith("data/")}
    assert not other.sync().changed


def test_what_another_device_undid_stays_gone(devices: tuple[Device, Device], pod: MemoryPod) -> None:
    laptop, other = devices
    other.sync()
    (import_id,) = import_ids(pod)
    laptop.undo(import_id)
    report = other.sync()
    assert (report.restored, report.repaired, report.removed) == (0, 0, 5)
    assert other.iris() == laptop.iris() == set()
    assert pod.documents("data/") == pod.documents("imports/") == {}


def test_what_is_kept_about_an_import_is_put_back(devices: tuple[Device, Device], pod: MemoryPod) -> None:
    _, other = devices
    other.sync()
    before = pod.documents("imports/")
    for path in before:
        pod.remove(path)
    assert other.sync().restored == len(before)
    assert pod.documents("imports/") == before


@pytest.mark.parametrize("fault", ["gone", "cut", "empty"])
def test_a_lost_manifest_is_made_anew(devices: tuple[Device, Device], pod: MemoryPod, fault: str) -> None:
    _, other = devices
    other.sync()
    before = pod.resources["manifest.ttl"].content
    pod.remove("manifest.ttl")
    if fault != "gone":
        pod.put("manifest.ttl", before[:200] if fault == "cut" else b"")
    report = other.sync()
    assert report.notes == ["The pod's manifest was lost or cut short. Made anew."]
    assert pod.resources["manifest.ttl"].content == before
    assert not other.sync().changed


@pytest.mark.parametrize("fault", ["gone", "damaged"])
def test_without_its_mirror_a_device_fetches_all_and_loses_nothing(
    devices: tuple[Device, Device], pod: MemoryPod, fault: str, tmp_path: Path
) -> None:
    _, other = devices
    other.sync()
    before = other.holds()
    other.close()
    for mirror in (tmp_path / "other" / "ingest").glob("mirror.sqlite*"):
        if fault == "gone":
            mirror.unlink()
        else:
            mirror.write_bytes(b"no mirror" * 1000)
    again = Device(pod, tmp_path / "other")
    again.syncing.refresh()
    assert again.holds() == before
    assert load_manifest(pod).entries
    again.close()


def test_many_plays_need_their_overflow_documents(tmp_path: Path, pod: MemoryPod) -> None:
    laptop, other = Device(pod, tmp_path / "laptop"), Device(pod, tmp_path / "other")
    laptop.imports(spotify_json(tmp_path / "a.json", many_plays(3100)))
    assert len(_documents(pod)) == 2
    other.sync()
    assert len(other.iris()) == 3100
    laptop.close()
    other.close()
