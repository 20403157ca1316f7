"""Two linked homes as a person has them, and a server that is stopped and started while one of them watches."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Event, Timer

import pytest

from pod_agent.agent import Agent
from pod_agent.errors import PodUnreachableError
from pod_agent.ingest.syncing.sync_report import SyncReport
from pod_agent.ingest.syncing.watching import watch
from pod_agent.pods.hosting.server import Account, SolidServer
from pod_agent.pods.opening import open_solid
from tests.support.devices import Device
from tests.support.exports import ocbc_csv, spotify_json
from tests.support.solid_server import PASSWORD, PodOwner, fresh_owner, node_modules
from vocab.query import QuerySpec

pytestmark = pytest.mark.solid

ROWS = [(date(2026, 10, 1), "NETS QR\nHUP LEE", "-1.80"), (date(2026, 10, 9), "NETS QR\nHUP LEE", "-2.20")]
SPENT = QuerySpec(measures=("spend",), dimensions=("category",))


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def _link(owner: PodOwner, home: Path) -> Agent:
    login = owner.credentials
    return Agent.link(home, owner.webid, login.client_id, login.client_secret, storage=owner.storage)


def test_the_other_home_gets_records_lines_and_the_persons_word(tmp_path: Path) -> None:
    owner = fresh_owner()
    with _link(owner, tmp_path / "laptop") as laptop, _link(owner, tmp_path / "other") as other:
        laptop.import_paths([ocbc_csv(tmp_path / "a.csv", ROWS)])
        other.sync()
        iris = laptop.query(SPENT).evidence[0]
        laptop.correct(iris[0], "health")
        report = other.sync()
        assert (report.taken, report.refused) == (1, {})
        assert other.query(SPENT) == laptop.query(SPENT)
        assert [row[0] for row in other.query(SPENT).rows] == ["health"]
        shown = other.show(iris)
        assert shown == laptop.show(iris)
        assert all(each["file"].endswith("a.csv") and each["line"] > 0 for each in shown)

        other.undo_import(other.imports()[0]["import_id"])
        laptop.sync()
        assert laptop.coverage() == other.coverage() == ()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SolidServer]:
    """A server of the test's own, which it may stop."""
    with SolidServer(node_modules(), tmp_path / "server") as running:
        yield running


def test_a_watch_outlives_a_restart_of_the_server(
    server: SolidServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pod_agent.ingest.syncing.watching._FIRST_PAUSE", 0.5)
    name = f"person-{secrets.token_hex(4)}"
    with Account(server.address) as account:
        account.register(f"{name}@example.test", PASSWORD)
        webid, storage = account.create_pod(name)
        login = account.create_credentials("tests", webid)
    root = storage + "pod-agent/"
    stop = Event()
    with (
        closing(open_solid(root, login)) as pod,
        closing(open_solid(root, login)) as other_pod,
        closing(Device(pod, tmp_path / "laptop")) as laptop,
        closing(Device(other_pod, tmp_path / "other")) as other,
    ):
        laptop.imports(spotify_json(tmp_path / "a.json", [(0, 1), (60, 2)]))
        outcomes = watch(other.sync, other.syncing.listen, seconds=1.0, stop=stop)
        assert isinstance(next(outcomes), SyncReport)
        server.stop()
        while isinstance(outcome := next(outcomes), SyncReport):  # until it is noticed
            continue
        assert isinstance(outcome, PodUnreachableError)
        starting = Timer(0.0, server.start)
        starting.start()
        while not isinstance(next(outcomes), SyncReport):
            continue
        starting.join()
        laptop.imports(spotify_json(tmp_path / "b.json", [(120, 3)]))
        while not (isinstance(outcome := next(outcomes), SyncReport) and outcome.changed):
            continue
        stop.set()
        assert other.holds() == laptop.holds()
        assert len(other.iris()) == 3
