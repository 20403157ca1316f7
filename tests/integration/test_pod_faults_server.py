"""A real Solid server that is killed or runs out of disk while it is written to, and two agents that write at once.

The stock storage of Community Solid Server keeps half of a document when it dies; the one that this project installs
keeps the old one. On both the same command, run again, makes the pod whole.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pod_agent.ingest.layout import read_documents
from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.exports import spotify_json
from tests.support.fault_proxy import Fault, ProxiedServer, Request, Script
from tests.support.faults import no_keyring, nursery, server, sources, tenant
from tests.support.nursery import Nursery
from tests.support.solid_server import node_modules
from tests.support.whole_pod import Sources, Tenant, assert_once, assert_whole, open_tenant, snapshot

__all__ = ["no_keyring", "nursery", "server", "sources", "tenant"]
pytestmark = pytest.mark.solid

MONTHS = 40
MOST_PAIRS = 20
"""Two agents write each of 40 months at the same time, five times over: 200 rounds."""


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenant]:
    """A person on a server with stock storage."""
    with ProxiedServer(node_modules(), tmp_path_factory.mktemp("stock"), is_atomic=False) as running:
        yield open_tenant(running)


@pytest.fixture(params=["atomic", "stock"])
def person(request: pytest.FixtureRequest) -> Tenant:
    """A person on each of the two."""
    name = "tenant" if request.param == "atomic" else "stock"
    found: Tenant = request.getfixturevalue(name)
    return found


def killing(server: ProxiedServer, wanted: Callable[[Request], bool], together: int) -> Script:
    """Let so many writes come half through, then kill the server, and with it what it was writing."""
    half_way = threading.Barrier(together, action=lambda: os.kill(server.pid or 0, signal.SIGKILL), timeout=60)
    seen: list[Request] = []

    def script(request: Request) -> Fault | None:
        if request.method != "PUT" or not wanted(request) or len(seen) == together:
            return None
        seen.append(request)
        return Fault("request", 0.6, act=lambda: (half_way.wait(), None)[1])

    return script


def restart(server: ProxiedServer) -> None:
    """Clear away what the kill left of the process, and start it again on the same pods."""
    server.stop()
    server.start()


def test_a_server_that_is_killed_in_the_middle_of_writes_is_made_up_for(
    person: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    """While the documents and the list of lines are on their way; on stock storage while the manifest is, too."""
    server, home = person.server, person.home(tmp_path / "home")
    server.proxy.play(None)
    assert nursery.run(home, "refresh") == {"records": 0}
    steps = [(3, lambda request: not is_manifest(request)), (1, is_manifest)]
    for together, wanted in steps[: 1 if server.is_atomic else 2]:
        server.proxy.play(killing(server, wanted, together))
        assert nursery.run(home, "import", *sources.paths)["error"] == "pod_unreachable"
        restart(server)
    report = nursery.run(home, "import", *sources.paths)
    assert report["read"] == report["written"] + report["duplicate"] == sources.rows
    assert_whole(person, home, sources)
    assert server.left_over() == []


def is_manifest(request: Request) -> bool:
    """Whether it is the manifest's write."""
    return "manifest" in request.path


def test_a_server_whose_disk_is_full_is_made_up_for(
    person: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    """No file of the server may grow beyond 20 kB, so that half of a document fits."""
    server, home = person.server, person.home(tmp_path / "home")
    server.proxy.play(None)
    assert server.pid is not None
    unlimited = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (20_000, unlimited[1]))
    try:
        outcome = nursery.run(home, "import", *sources.paths)
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, unlimited)
    assert outcome.get("status") == 5, outcome
    report = nursery.run(home, "import", *sources.paths)
    assert report["read"] == report["written"] + report["duplicate"] == sources.rows
    assert_whole(person, home, sources)
    for path in server.left_over():  # the server clears its temporary files away when it starts
        path.unlink()


@pytest.mark.timeout(900)
def test_two_agents_that_write_the_same_months_at_once_lose_and_double_nothing(tenant: Tenant, tmp_path: Path) -> None:
    tenant.server.proxy.play(None)
    months = [44_640 * month for month in range(MONTHS)]
    plays = {
        "one": [(month + minute, minute) for month in months for minute in (0, 9, 18)],
        "other": [(month + minute, minute) for month in months for minute in (9, 18, 27)],
    }
    exports = {name: spotify_json(tmp_path / f"{name}.json", held) for name, held in plays.items()}
    calm = EmbeddedPod(tmp_path / "calm" / "pod")
    Ingest(calm, tmp_path / "calm").run(list(exports.values()))
    expected = snapshot(calm).documents("data/")
    conflicts = 0
    for pair in range(MOST_PAIRS):
        root, together = tenant.fresh_root(), threading.Barrier(2, timeout=60)

        def run(name: str, root: str = root, together: Any = together, pair: int = pair) -> int:
            pod = tenant.open(root)
            together.wait()
            report = Ingest(pod, tmp_path / f"{name}-{pair}").run([exports[name]])
            pod.close()
            return report.counts.read

        tenant.server.proxy.play(None)
        with ThreadPoolExecutor(2) as agents:
            assert list(agents.map(run, plays)) == [3 * MONTHS, 3 * MONTHS]
        conflicts += tenant.server.proxy.count("PUT") - 2 * (MONTHS + 3)
        pod = tenant.open(root)
        copy = snapshot(pod)
        pod.close()
        assert copy.documents("data/") == expected
        assert len(assert_once(copy)) == 4 * MONTHS == sum(len(records) for _, records in read_documents(copy))
        shutil.rmtree(tmp_path / f"one-{pair}")
        if pair and conflicts > MONTHS:
            break
    assert conflicts > MONTHS, "the two hardly met"
