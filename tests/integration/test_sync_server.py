"""Two homes and other programs on one real Community Solid Server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from pod_agent.errors import PodError
from pod_agent.ingest.syncing.sync_report import SyncReport
from pod_agent.ingest.syncing.watching import watch
from pod_agent.pods.login.auth import DPoPAuth
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from tests.support.devices import Device, foreign
from tests.support.exports import Play, spotify_json
from tests.support.solid_server import PodOwner, fresh_owner
from vocab.mapping import from_turtle

pytestmark = pytest.mark.solid

PLAYS: Final[list[Play]] = [(60 * place + 43_200 * month, place) for month in range(6) for place in range(20)]
"""A hundred and twenty plays in four months."""
TRIES: Final = 20


class Wire:
    """What a device asks of the server, seen where requests leave."""

    def __init__(self, owner: PodOwner) -> None:
        self.sent: list[tuple[str, str]] = []
        root = owner.storage + "pod-agent/"
        client = open_client(root, DPoPAuth(owner.credentials))
        client.event_hooks = {"request": [self._note]}
        self._path = urlsplit(root).path
        self.pod = SolidPod(root, Session(client))

    def documents(self) -> list[str]:
        """Methods and paths of the requests for documents."""
        found = [(method, path.removeprefix(self._path)) for method, path in self.sent if path.startswith(self._path)]
        return [f"{method} {path}" for method, path in found if path and not path.endswith("/")]

    def _note(self, request: httpx.Request) -> None:
        self.sent.append((request.method, request.url.path))


@contextmanager
def _device(wire: Wire, home: Path) -> Iterator[Device]:
    with closing(wire.pod), closing(Device(wire.pod, home)) as device:
        yield device


@pytest.fixture
def owner() -> PodOwner:
    return fresh_owner()


def _document(pod: SolidPod, number: int) -> str:
    containers = [entry.path for entry in pod.list("data/spotify/listen/")]
    return [entry.path for container in containers for entry in pod.list(container)][number]


def _contents(pod: SolidPod, *paths: str) -> dict[str, bytes]:
    return {path: resource.content for path in paths if (resource := pod.read(path)) is not None}


def test_two_homes_stay_in_step(owner: PodOwner, tmp_path: Path) -> None:
    wire, other_wire = Wire(owner), Wire(owner)
    with _device(wire, tmp_path / "laptop") as laptop, _device(other_wire, tmp_path / "other") as other:
        laptop.imports(spotify_json(tmp_path / "a.json", PLAYS))
        assert other.sync().taken == 6  # four months, the report and its lines
        assert other.holds() == laptop.holds()
        assert len(other.iris()) == len(PLAYS)

        for device, seen in ((laptop, wire), (other, other_wire)):
            seen.sent.clear()
            assert not device.sync().changed
            assert seen.documents() == []

        laptop.imports(spotify_json(tmp_path / "b.json", [(43_700, 77)]))
        other_wire.sent.clear()
        other.sync()
        assert len([each for each in other_wire.documents() if " data/" in each]) == 1
        assert other.holds() == laptop.holds()


def test_what_other_programs_did_is_taken_mended_or_put_back(owner: PodOwner, tmp_path: Path) -> None:
    with _device(Wire(owner), tmp_path / "laptop") as laptop, _device(Wire(owner), tmp_path / "other") as other:
        laptop.imports(spotify_json(tmp_path / "a.json", PLAYS))
        other.sync()
        pod = owner.open()
        edited, cut, dropped = (_document(pod, number) for number in (0, 1, 2))
        before = _contents(pod, cut, dropped)
        resource = pod.read(edited)
        assert resource is not None
        records = from_turtle(resource.content, edited)
        pod.write(edited, foreign(records[1:], edited), if_match=resource.etag)
        resource = pod.read(cut)
        assert resource is not None
        pod.write(cut, resource.content[: len(resource.content) // 2], if_match=resource.etag)
        pod.remove(dropped)

        report = other.sync()
        assert (report.merged, report.records_removed, report.repaired, report.restored) == (1, 1, 1, 1)
        assert _contents(pod, cut, dropped) == before
        pod.close()
        assert laptop.sync().taken == 1
        assert laptop.iris() == other.iris() == {record.iri for record in other.holds().values()}
        assert len(laptop.iris()) == len(PLAYS) - 1
        assert records[0].iri not in laptop.iris()
        held = laptop.holds()
        laptop.syncing.rebuild()
        assert laptop.holds() == held


def test_a_watch_hears_of_the_other_device(owner: PodOwner, tmp_path: Path) -> None:
    with _device(Wire(owner), tmp_path / "laptop") as laptop, _device(Wire(owner), tmp_path / "other") as other:
        laptop.imports(spotify_json(tmp_path / "a.json", PLAYS[:20]))
        stop = Event()
        outcomes = watch(other.sync, other.syncing.listen, seconds=120.0, stop=stop)
        assert _changed(outcomes)
        next(outcomes)  # listening begins: what came before it is looked for once more
        laptop.imports(spotify_json(tmp_path / "b.json", [(90, 99)]))
        assert _changed(outcomes)
        stop.set()
        outcomes.close()  # type: ignore[attr-defined]
        assert other.holds() == laptop.holds()


def _changed(outcomes: Iterator[SyncReport | PodError]) -> bool:
    """Whether one of the next syncs changes something."""
    for _ in range(TRIES):
        outcome = next(outcomes)
        assert isinstance(outcome, SyncReport)
        if outcome.changed:
            return True
    return False
