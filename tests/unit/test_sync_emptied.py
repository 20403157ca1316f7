"""A pod that is empty all at once, and listings that show less than there is: neither is taken for a removal."""

from __future__ import annotations

import gzip
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pod_agent.errors import LocalStateError, PodEmptiedError, PodUnreachableError
from pod_agent.ingest.manifest import PATH, clear_manifest
from pod_agent.pods.mirror import Mirror
from pod_agent.pods.pod import Entry
from tests.support.devices import Device
from tests.support.exports import spotify_json
from tests.support.memory_pod import MemoryPod

PLAYS = [(60 * place + 43_200 * month, place) for month in range(3) for place in range(3)]


class HidingPod(MemoryPod):
    """A pod that leaves members of some containers out of its listings."""

    hidden: tuple[str, ...] = ()
    failing = ""

    def list(self, container: str) -> Iterator[Entry]:
        if self.failing and container == self.failing:
            raise PodUnreachableError("the server answers 500")
        return (entry for entry in super().list(container) if not entry.path.startswith(self.hidden or ("?",)))


@pytest.fixture
def pod() -> HidingPod:
    return HidingPod()


@pytest.fixture
def device(pod: HidingPod, tmp_path: Path) -> Iterator[Device]:
    device = Device(pod, tmp_path / "home")
    device.imports(spotify_json(tmp_path / "a.json", PLAYS))
    pod.put("settings/note.ttl", b"<> <#a> <#b> .\n")
    device.sync()
    yield device
    device.close()


def test_a_pod_that_is_empty_all_at_once_is_told_and_nothing_here_is_given_up(device: Device, pod: HidingPod) -> None:
    before, there = device.holds(), dict(pod.resources)
    pod.resources.clear()
    for _ in range(2):
        with pytest.raises(PodEmptiedError) as error:
            device.sync()
        assert "--put-back" in error.value.hint
    assert (device.holds(), pod.resources) == (before, {})
    assert device.syncing.rebuild() == len(PLAYS)
    assert device.holds() == before
    pod.resources.update(there)
    assert not device.sync().changed


def test_what_was_in_an_emptied_pod_is_put_back_when_asked_for(device: Device, pod: HidingPod) -> None:
    before = {path: resource.content for path, resource in pod.resources.items()}
    pod.resources.clear()
    report = device.syncing.run(put_back=True)
    assert {path: resource.content for path, resource in pod.resources.items()} == before
    assert report.restored == len(before) - 1
    assert sum("manifest" in note for note in report.notes) == 1
    assert not device.sync().changed


def test_a_pod_that_another_device_erases_gets_nothing_back(device: Device, pod: HidingPod) -> None:
    """Erasing goes container by container, with the manifest last: this device looks after each removal."""
    clear_manifest(pod)
    for path in sorted(pod.resources, key=lambda path: (path == PATH, path)):
        pod.remove(path)
        held = set(pod.resources)
        device.sync()
        assert set(pod.resources) == held
    assert device.iris() == set()


@pytest.mark.parametrize(
    "hidden", ["data/", "data/spotify/listen/2026/", "data/spotify/", "settings/", "imports/", PATH]
)
def test_what_a_listing_hides_stays_in_the_pod_and_here(hidden: str, device: Device, pod: HidingPod) -> None:
    before, there = device.holds(), dict(pod.resources)
    pod.hidden = (hidden,)
    device.sync()
    assert pod.resources == there
    assert device.iris() == set(before)
    pod.hidden = ()
    device.sync()
    assert (device.holds(), pod.resources) == (before, there)


@pytest.mark.parametrize("container", ["imports/", "data/spotify/", "data/spotify/listen/2026/"])
def test_one_container_that_is_not_listed_ends_the_sync_before_anything_is_judged(
    container: str, device: Device, pod: HidingPod
) -> None:
    before = device.holds()
    pod.remove(min(path for path in pod.resources if path.startswith("data/")))
    there, pod.failing = dict(pod.resources), container
    for _ in range(2):
        with pytest.raises(PodUnreachableError):
            device.sync()
        assert (device.holds(), pod.resources) == (before, there)
    pod.failing = ""
    assert device.sync().restored == 1
    assert device.holds() == before


def test_a_document_of_no_bytes_is_a_write_that_was_cut_whatever_its_kind(device: Device, pod: HidingPod) -> None:
    before, there = device.holds(), {path: each.content for path, each in pod.resources.items()}
    for path in set(there) - {PATH}:
        pod.put(path, b"", pod.resources[path].media_type)
    assert device.sync().repaired == len(there) - 1
    assert {path: each.content for path, each in pod.resources.items()} == there
    assert device.holds() == before


def test_a_disk_that_fills_up_during_a_sync_is_told(device: Device, pod: HidingPod) -> None:
    before = device.holds()
    connection = device.syncing._mirror._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    pod.put("settings/noise.csv.gz", gzip.compress(random.Random(1).randbytes(1 << 20)), "application/gzip")
    with pytest.raises(LocalStateError, match="full"):
        device.sync()
    connection.execute("PRAGMA max_page_count = 1000000")
    device.sync()
    assert device.holds() == before
    assert not device.sync().changed


def test_a_mirror_that_cannot_be_written_keeps_what_it_holds(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    path = device.home / "ingest" / "mirror.sqlite"
    size = path.stat().st_size

    def full(*_: object, **__: object) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(LocalStateError, match="disk is full"):
        Mirror(path, device.pod.root)
    assert path.stat().st_size == size
