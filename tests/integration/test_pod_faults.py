"""Faults between the agent and a real Solid server: the same command, run again, ends what was begun.

Each case breaks one request or several on their way, then imports the same file again, and looks at all that is there.
"""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.login.auth import DPoPAuth
from tests.support.fault_proxy import Fault, Request, nth
from tests.support.faults import no_keyring, nursery, server, sources, tenant
from tests.support.nursery import Nursery
from tests.support.whole_pod import Sources, Tenant, assert_once, assert_whole, snapshot

__all__ = ["no_keyring", "nursery", "server", "sources", "tenant"]
pytestmark = pytest.mark.solid

WRITES = 5
"""Two months, the lines, the report and the manifest."""
REFUSALS = {
    401: "pod_access",
    403: "pod_access",
    409: "pod_conflict",
    412: "pod_conflict",
    413: "pod_full",
    423: "pod_unreachable",
    429: "pod_unreachable",
    500: "pod_unreachable",
    503: "pod_unreachable",
    507: "pod_full",
}


def made_up_for(tenant: Tenant, nursery: Nursery, home: Path, sources: Sources) -> None:
    """The same command again, without a fault, and everything is there."""
    tenant.server.proxy.play(None)
    report = nursery.run(home, "import", *sources.paths)
    assert report["read"] == report["written"] + report["duplicate"] == sources.rows, report
    assert_whole(tenant, home, sources)
    assert tenant.server.left_over() == []


def test_an_import_makes_as_many_writes_as_are_broken_below(
    tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    home = tenant.home(tmp_path / "home")
    tenant.server.proxy.play(None)
    report = nursery.run(home, "import", *sources.paths)
    assert report["written"] == report["read"] == sources.rows
    assert tenant.server.proxy.count("PUT") == WRITES
    assert_whole(tenant, home, sources)


MOMENTS = {
    "before the first write": ("PUT", 0, "request", 0.0),
    "in the head of the first write": ("PUT", 0, "request", 0.02),
    **{f"in the body of write {number}": ("PUT", number, "request", 0.6) for number in range(WRITES)},
    **{f"when write {number} is done": ("PUT", number, "response", 0.0) for number in range(WRITES)},
    "after the manifest": ("HEAD", 0, "request", 0.0),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_agent_that_is_killed_in_a_write_is_made_up_for(
    moment: str, tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    home = tenant.home(tmp_path / "home")
    method, number, kind, part = MOMENTS[moment]
    kill = Fault("request" if kind == "request" else "response", part, act=lambda: os.kill(nursery.pid, signal.SIGKILL))
    tenant.server.proxy.play(nth(method, number, kill))
    assert nursery.run(home, "import", *sources.paths) == {"killed": signal.SIGKILL}
    made_up_for(tenant, nursery, home, sources)


def test_an_agent_that_is_killed_while_it_fills_its_index_is_made_up_for(
    tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    """Once the manifest is written, each request is for the index; the agent is killed at one after the other."""
    home = tenant.home(tmp_path / "home")
    proxy = tenant.server.proxy
    kill = Fault("response", act=lambda: os.kill(nursery.pid, signal.SIGKILL))

    def after_writing(request: Request) -> Fault | None:
        return kill if request.method == "GET" and proxy.seen[request.number - 2].method == "HEAD" else None

    proxy.play(after_writing)
    assert nursery.run(home, "import", *sources.paths) == {"killed": signal.SIGKILL}
    killed = 0
    for number in range(0, 40, 3):
        proxy.play(nth("GET", number, kill))
        if "killed" not in nursery.run(home, "import", *sources.paths):
            break
        killed += 1
    assert killed > 3
    made_up_for(tenant, nursery, home, sources)


def test_every_refusal_has_its_error_and_nothing_is_lost(
    tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    home = tenant.home(tmp_path / "home")
    for status, code in REFUSALS.items():
        tenant.server.proxy.play(
            lambda request, status=status: Fault("answer", status=status) if request.method == "PUT" else None  # type: ignore[misc]
        )
        outcome = nursery.run(home, "import", *sources.paths)
        assert (outcome["error"], outcome["status"], bool(outcome["hint"])) == (code, 5, True), status
    made_up_for(tenant, nursery, home, sources)


def test_refusals_that_pass_are_not_even_told(
    tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    """Each write is refused once: by a condition that does not hold, a lock, too many requests, a pause."""
    home = tenant.home(tmp_path / "home")
    faults = [Fault("answer", status=412), Fault("answer", status=423), Fault("answer", status=503)]
    faults += [Fault("answer", status=429, headers=(("retry-after", "1"),)), Fault("answer", status=409)]
    tenant.server.proxy.play(
        lambda request: faults.pop() if request.method == "PUT" and request.of_method % 2 == 0 and faults else None
    )
    report = nursery.run(home, "import", *sources.paths)
    assert report.get("written") == sources.rows, report
    assert faults == []
    assert_whole(tenant, home, sources)


@pytest.mark.parametrize("kind", ["request", "response"])
def test_connections_that_are_cut_anywhere_lose_nothing(
    kind: str, tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    """Before the request, in its head, in its body, before its last byte; likewise its answer."""
    home = tenant.home(tmp_path / "home")
    for number, part in enumerate((0.0, 0.01, 0.05, 0.3, 0.7, 0.9999)):
        fault = Fault("request" if kind == "request" else "response", part)
        tenant.server.proxy.play(nth("PUT", number % 2, fault))
        outcome = nursery.run(home, "import", *sources.paths)
        assert outcome.get("error") == "pod_unreachable" or outcome["read"] == sources.rows, outcome
    made_up_for(tenant, nursery, home, sources)


def test_reads_that_are_cut_are_read_again(tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path) -> None:
    home = tenant.home(tmp_path / "home")
    tenant.server.proxy.play(
        lambda request: Fault("response", 0.9) if request.method == "GET" and request.of_method % 3 == 0 else None
    )
    report = nursery.run(home, "import", *sources.paths)
    assert report.get("written") == sources.rows, report
    assert_whole(tenant, home, sources)


def test_uploads_that_stall_longer_than_the_servers_locks_are_made_up_for(
    tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    home = tenant.home(tmp_path / "home")
    tenant.server.proxy.play(lambda request: Fault("stall", 0.5, seconds=6.5) if request.method == "PUT" else None)
    outcome = nursery.run(home, "import", *sources.paths)
    assert "error" not in outcome or outcome["error"] == "pod_unreachable", outcome
    for path in tenant.server.left_over():  # what a lock that expired leaves lies there until the server's next start
        path.unlink()
    made_up_for(tenant, nursery, home, sources)


def test_a_full_disk_under_the_agent_is_told_and_made_up_for(
    tenant: Tenant, nursery: Nursery, sources: Sources, tmp_path: Path
) -> None:
    """Files may grow to one size after the other, so that the index, the staging area and the journal fill up."""
    home = tenant.home(tmp_path / "home")
    tenant.server.proxy.play(None)
    limits = (1, 5_000, 20_000, 50_000, 100_000, 200_000, 400_000)
    outcomes = [nursery.run(home, "import", *sources.paths, file_limit=limit) for limit in limits]
    told = [outcome.get("error") for outcome in outcomes if "error" in outcome]
    assert len(told) > 3
    assert set(told) == {"local_state"}, outcomes
    made_up_for(tenant, nursery, home, sources)


@pytest.mark.parametrize("minutes", [-12, 7])
def test_a_clock_that_is_off_by_minutes_does_no_harm(
    minutes: int, tenant: Tenant, sources: Sources, tmp_path: Path
) -> None:
    tenant.server.proxy.play(None)
    pod = tenant.open(tenant.fresh_root(), DPoPAuth(tenant.credentials, lambda: time.time() + 60 * minutes))
    now = datetime.fromtimestamp(time.time() + 60 * minutes, UTC).replace(microsecond=0)
    first, last = (Ingest(pod, tmp_path / "home", clock=lambda: now).run(sources.paths) for _ in range(2))
    assert first.counts.written == last.counts.duplicate == sources.rows
    assert len(assert_once(snapshot(pod))) == sources.rows
    pod.close()
