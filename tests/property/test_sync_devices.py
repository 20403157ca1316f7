"""Two devices and a foreign editor in any order: both end alike, and only what somebody removed on purpose is gone."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pod_agent.errors import PodDamagedError, PodEmptiedError
from pod_agent.ingest.layout import is_document, read_documents
from pod_agent.ingest.manifest import PATH as MANIFEST
from pod_agent.ingest.pipeline import Ingest
from pod_agent.ingest.provenance import import_ids
from pod_agent.ingest.syncing.sync_report import SyncReport
from tests.support.devices import Device, remove_records
from tests.support.exports import Play, spotify_json
from tests.support.memory_pod import MemoryPod
from vocab.errors import VocabularyError

plays = st.lists(st.tuples(st.sampled_from([0, 1, 2, 50_000, 50_001]), st.integers(0, 2)), min_size=1, max_size=5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("import"), st.booleans(), plays),
        st.tuples(st.just("sync"), st.booleans(), st.none()),
        st.tuples(st.just("undo"), st.booleans(), st.integers(0, 3)),
        st.tuples(st.just("edit"), st.integers(0, 3), st.lists(st.integers(0, 4), min_size=1, max_size=2)),
        st.tuples(st.just("cut"), st.integers(0, 9), st.floats(0, 0.99)),
        st.tuples(st.just("drop"), st.integers(0, 9), st.none()),
        st.tuples(st.just("lose"), st.none(), st.none()),
    ),
    min_size=2,
    max_size=9,
)


class _Life:
    """What happens to a pod, and what ought to be in it."""

    def __init__(self, folder: str, *, dated: bool) -> None:
        self.pod = MemoryPod(dated=dated)
        self.folder = Path(folder)
        self.devices = [Device(self.pod, self.folder / name) for name in ("laptop", "desktop")]
        self.wanted: set[str] = set()
        self.count = 0

    def imports(self, device: Device, rows: list[Play]) -> None:
        self.count += 1
        path = spotify_json(self.folder / f"{self.count}.json", sorted(rows))
        look(device)
        with contextlib.suppress(PodDamagedError):  # told to the person: this device never saw what is damaged
            device.imports(path)
            self.wanted |= self._alone(path)

    def _alone(self, path: Path) -> set[str]:
        """The records of a file, imported where nothing else is."""
        pod = MemoryPod()
        Ingest(pod, self.folder / f"alone-{self.count}").run([path])
        return {record.iri for _, records in read_documents(pod) for record in records}

    def undo(self, device: Device, number: int) -> None:
        look(device)
        found = import_ids(self.pod)
        if found:
            device.undo(found[number % len(found)])
            self.wanted = device.iris()

    def edit(self, number: int, places: list[int]) -> None:
        path = self._document(number, is_document)
        if path is not None:
            with contextlib.suppress(VocabularyError):  # it was cut: no program can edit it
                self.wanted -= remove_records(self.pod, path, places)

    def cut(self, number: int, part: float) -> None:
        path = self._document(number, lambda _: True)
        if path is not None and not self._is_last(path):
            resource = self.pod.resources[path]
            self.pod.put(path, resource.content[: int(len(resource.content) * part)], resource.media_type)

    def drop(self, number: int) -> None:
        self.settle()  # an edit that no device saw goes with its document: then the edition before it comes back
        path = self._document(number, lambda _: True)
        if path is not None and not self._is_last(path):
            self.pod.remove(path)

    def _is_last(self, path: str) -> bool:
        """Whether this is the manifest of an empty pod: without it, undone or lost, only the person knows."""
        return path == MANIFEST and not any(map(is_document, self.pod.resources))

    def settle(self) -> None:
        """Every device looks until none finds anything; a bounded number of times."""
        for _ in range(5):
            looks = [look(device).changed for device in self.devices]
            if not any(looks):
                return

    def _document(self, number: int, wanted: Any) -> str | None:
        found = [path for path in sorted(self.pod.resources) if wanted(path)]
        return found[number % len(found)] if found else None


def look(device: Device) -> SyncReport:
    """A sync; of an emptied pod the person says that its server lost it."""
    try:
        return device.sync()
    except PodEmptiedError:
        return device.syncing.run(put_back=True)


def _do(life: _Life, what: str, which: Any, value: Any) -> None:
    if what == "import":
        life.imports(life.devices[which], value)
    elif what == "sync":
        look(life.devices[which])
    elif what == "undo":
        life.settle()
        life.undo(life.devices[which], value)
    elif what == "edit":
        life.edit(which, value)
    elif what == "cut":
        life.cut(which, value)
    elif what == "lose":
        life.settle()
        life.pod.resources.clear()
    else:
        life.drop(which)


@given(steps, st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_both_devices_end_alike_and_nothing_is_lost(script: list[tuple[Any, ...]], dated: bool, settled: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        life = _Life(folder, dated=dated)
        for step in script:
            if settled:
                life.settle()
            _do(life, *step)
        life.settle()
        laptop, desktop = life.devices
        assert laptop.iris() == desktop.iris() == life.wanted
        held = laptop.holds()
        assert held == desktop.holds()
        in_pod = [record.iri for _, records in read_documents(life.pod) for record in records]
        assert sorted(in_pod) == sorted(life.wanted)
        for device in life.devices:
            assert not device.sync().changed
            device.syncing.rebuild()
            assert device.holds() == held
            device.close()
