"""A sync or an import that dies at any step: the next one ends where an undisturbed one does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pod_agent.errors import PodUnreachableError
from pod_agent.ingest.layout import read_documents
from pod_agent.pods.mirror import Mirror, Standing
from pod_agent.pods.pod import TURTLE, Entry, ETag, Resource
from tests.support.devices import Device, foreign, remove_records
from tests.support.exports import spotify_json
from tests.support.memory_pod import MemoryPod
from vocab.mapping import from_turtle

PLAYS = [(60 * place + 43_200 * month, place) for month in range(4) for place in range(4)]


class _DyingError(BaseException):
    """The process is killed here."""


class DyingPod(MemoryPod):
    """A pod whose caller dies at its ``left``-th request, before it or, with ``after``, when it was carried out."""

    left = -1
    after = False

    def _tick(self, *, done: bool) -> None:
        if done == self.after:
            self.left -= 1
            if self.left == 0:
                raise _DyingError

    def read(self, path: str) -> Resource | None:
        self._tick(done=False)
        found = super().read(path)
        self._tick(done=True)
        return found

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        self._tick(done=False)
        etag = super().write(path, content, media_type=media_type, if_match=if_match)
        self._tick(done=True)
        return etag

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        self._tick(done=False)
        removed = super().remove(path, if_match=if_match)
        self._tick(done=True)
        return removed

    def list(self, container: str) -> Iterator[Entry]:
        self._tick(done=False)
        return super().list(container)


class DyingMirror(Mirror):
    """A mirror whose process dies right after its ``left``-th change."""

    left = -1

    def put(
        self, path: str, resource: Resource, *, modified: str | None = None, standing: Standing = Standing.NEW
    ) -> None:
        super().put(path, resource, modified=modified, standing=standing)
        self.left -= 1
        if self.left == 0:
            raise _DyingError


def _damage(pod: MemoryPod) -> set[str]:
    """An edit, a cut and a removal by another program; the records it removed."""
    first, second, third, *_ = sorted(path for path in pod.resources if path.startswith("data/"))
    gone = remove_records(pod, first, [1])
    pod.put(second, pod.resources[second].content[:200])
    pod.remove(third)
    return gone


def _start(pod: MemoryPod, folder: Path) -> tuple[Device, set[str]]:
    device = Device(pod, folder / "home")
    device.imports(spotify_json(folder / "a.json", PLAYS))
    return device, device.iris()


def _is_in_step(pod: MemoryPod, device: Device) -> bool:
    in_pod = {record.iri: record for _, records in read_documents(pod) for record in records}
    return device.iris() == set(in_pod) and not device.sync().changed


@pytest.mark.parametrize("after", [False, True])
def test_a_sync_that_dies_at_any_request_is_made_up_for(after: bool, tmp_path: Path) -> None:
    for number in range(1, 60):
        pod = DyingPod()
        pod.after = after
        folder = tmp_path / str(number)
        folder.mkdir()
        device, before = _start(pod, folder)
        gone = _damage(pod)
        pod.left = number
        try:
            device.sync()
        except _DyingError:
            survived = False
        else:
            survived = True
        device.close()
        pod.left = -1
        again = Device(pod, folder / "home")
        again.sync()
        assert again.iris() == before - gone, number
        assert _is_in_step(pod, again), number
        again.close()
        if survived:
            assert number > 5
            return
    pytest.fail("no sync came to its end")


@pytest.mark.parametrize("number", range(1, 6))
def test_a_sync_that_dies_before_the_index_is_made_up_for(number: int, tmp_path: Path) -> None:
    pod = MemoryPod()
    device, before = _start(pod, tmp_path)
    gone = _damage(pod)
    device.close()
    dying = Device(pod, tmp_path / "home")
    dying.syncing._mirror.__class__ = DyingMirror
    dying.syncing._mirror.left = number  # type: ignore[attr-defined]
    try:
        dying.sync()
    except _DyingError:
        survived = False
    else:
        survived = True
    assert survived == (number > 4)
    dying.close()
    again = Device(pod, tmp_path / "home")
    again.sync()
    assert again.iris() == before - gone
    assert _is_in_step(pod, again)
    again.close()


class WatchedPod(MemoryPod):
    """A pod at which somebody looks right before its ``left``-th change."""

    left = -1
    look: Callable[[], object] | None = None

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        self._tick()
        return super().write(path, content, media_type=media_type, if_match=if_match)

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        self._tick()
        return super().remove(path, if_match=if_match)

    def _tick(self) -> None:
        self.left -= 1
        if self.left == 0 and self.look is not None:
            self.look()


@pytest.mark.parametrize("number", range(1, 12))
def test_another_device_that_looks_during_an_undo_puts_nothing_back(number: int, tmp_path: Path) -> None:
    pod = WatchedPod()
    laptop, before = _start(pod, tmp_path)
    report = laptop.imports(spotify_json(tmp_path / "b.json", [*PLAYS, (500, 9), (200_000, 1), (250_000, 2)]))
    other = Device(pod, tmp_path / "other")
    other.sync()
    pod.look, pod.left = other.sync, number
    laptop.undo(report.import_id or "")
    for device in (other, laptop, other, laptop):
        device.sync()
    assert laptop.iris() == other.iris() == before
    assert _is_in_step(pod, laptop)
    assert _is_in_step(pod, other)
    assert len({path for path in pod.documents("imports/") if path.endswith(".ttl")}) == 1
    laptop.close()
    other.close()


class RivalPod(MemoryPod):
    """A pod in which another program removes a record just before a month is written."""

    rival: str = ""
    gone: frozenset[str] = frozenset()

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        if path == self.rival and if_match is not None:
            self.rival = ""
            records = from_turtle(self.resources[path].content, path)
            self.gone = frozenset({records[0].iri})
            self.put(path, foreign(records[1:], path))
        return super().write(path, content, media_type=media_type, if_match=if_match)


def test_a_record_that_another_program_removes_during_an_import_stays_gone(tmp_path: Path) -> None:
    pod = RivalPod()
    device, before = _start(pod, tmp_path)
    pod.rival = min(path for path in pod.resources if path.startswith("data/"))
    device.imports(spotify_json(tmp_path / "b.json", [(500, 9)]))
    assert len(pod.gone) == 1
    assert before - device.iris() == pod.gone
    assert len(device.iris()) == len(before)
    assert _is_in_step(pod, device)
    device.close()


def test_a_pod_that_does_not_answer_leaves_the_home_as_it_was(tmp_path: Path) -> None:
    pod = DyingPod()
    device, before = _start(pod, tmp_path)

    class Away(MemoryPod):
        def list(self, container: str) -> Iterator[Entry]:
            raise PodUnreachableError(f"no answer about {container}")

    device.close()
    away = Device(Away(), tmp_path / "home")
    with pytest.raises(PodUnreachableError):
        away.sync()
    assert away.iris() == before
    away.close()
