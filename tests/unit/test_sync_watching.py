"""Watching: hints, the clock, a server that goes away and comes back, and what the command says of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pod_agent.cli.main import main
from pod_agent.errors import PodAccessError, PodError, PodUnreachableError, UsageError
from pod_agent.ingest.syncing.sync_report import SyncReport
from pod_agent.ingest.syncing.watching import watch


class Hints:
    """Hints that a test gives by hand; ``ends`` makes the server refuse to go on."""

    def __init__(self, *, ends: bool = False) -> None:
        self.given = threading.Event()
        self.closed = False
        self._ends = ends

    def wait(self, seconds: float | None = None) -> frozenset[str]:
        if self._ends:
            raise PodAccessError("no longer")
        woken = self.given.wait(seconds)
        self.given.clear()
        return frozenset({"manifest.ttl"}) if woken else frozenset()

    def close(self) -> None:
        self.closed = True


class Syncs:
    """What each sync in turn does: a report, or an error."""

    def __init__(self, *outcomes: SyncReport | PodError | UsageError) -> None:
        self.left = list(outcomes)
        self.done = 0

    def __call__(self) -> SyncReport:
        self.done += 1
        outcome = self.left.pop(0) if self.left else SyncReport()
        if isinstance(outcome, SyncReport):
            return outcome
        raise outcome


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_SETTLE", "_FIRST_PAUSE", "_BUSY_PAUSE"):
        monkeypatch.setattr(f"pod_agent.ingest.syncing.watching.{name}", 0.01)


def test_a_hint_is_followed_by_a_sync_long_before_the_clock(stop: threading.Event) -> None:
    hints, syncs = Hints(), Syncs(SyncReport(taken=1), SyncReport(merged=1))
    outcomes = watch(syncs, lambda: hints, seconds=3600, stop=stop)
    assert next(outcomes) == SyncReport(taken=1)
    hints.given.set()
    assert next(outcomes) == SyncReport(merged=1)
    outcomes.close()  # type: ignore[attr-defined]
    assert hints.closed


def test_without_hints_the_clock_is_enough(stop: threading.Event) -> None:
    syncs = Syncs()
    outcomes = watch(syncs, lambda: None, seconds=0.01, stop=stop)
    assert [next(outcomes) for _ in range(3)] == [SyncReport()] * 3


def test_a_server_that_went_away_is_told_and_asked_again(stop: threading.Event) -> None:
    error = PodUnreachableError("no answer")
    outcomes = watch(Syncs(error, error, SyncReport(taken=1)), lambda: None, seconds=3600, stop=stop)
    assert [next(outcomes) for _ in range(3)] == [error, error, SyncReport(taken=1)]


def test_another_import_on_this_home_is_waited_for(stop: threading.Event) -> None:
    syncs = Syncs(UsageError("another import is running"), SyncReport(sent=1))
    assert next(watch(syncs, lambda: None, seconds=3600, stop=stop)) == SyncReport(sent=1)
    assert syncs.done == 2


def test_listening_that_ended_begins_again(stop: threading.Event) -> None:
    made: list[Hints] = []

    def listen() -> Hints:
        made.append(Hints(ends=not made))
        return made[-1]

    outcomes = watch(Syncs(), listen, seconds=0.01, stop=stop)
    for _ in range(3):
        next(outcomes)
    assert [each.closed for each in made] == [True, False]


def test_a_stop_ends_it(stop: threading.Event) -> None:
    outcomes = watch(Syncs(), lambda: None, seconds=3600, stop=stop)
    next(outcomes)
    stop.set()
    assert list(outcomes) == []


def test_sync_of_a_pod_on_this_machine_finds_everything_in_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(tmp_path / "home")]
    for command in (["init"], ["sync"]):
        with pytest.raises(SystemExit) as ended:
            main([*home, *command])
        assert ended.value.code == 0
    assert "Everything is in step" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*home, "sync", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert (found["taken"], found["refused"], found["notes"]) == (0, [], [])
