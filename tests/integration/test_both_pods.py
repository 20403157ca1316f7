"""The same import into a folder and onto a real Solid server, by the command line as a person would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.ingest.layout import walk
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from tests.support.solid_server import PodOwner, fresh_owner

ENVIRONMENT = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
"""The person's own keyring is none of a test's business."""


def pod_agent(home: Path, *arguments: str) -> Any:
    command = [sys.executable, "-m", "pod_agent", "--home", str(home), *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def owner() -> PodOwner:
    return fresh_owner()


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory, owner: PodOwner) -> tuple[Path, Path]:
    """The same exports imported into an embedded pod and into a linked one."""
    folder = tmp_path_factory.mktemp("both")
    first, last, services = date(2026, 8, 15), date(2026, 10, 31), ("ocbc", "dbs", "spotify", "fairprice", "lazada")
    exports = write_exports(make_household(11), folder / "exports", first, last, services=services)
    embedded, linked = folder / "embedded", folder / "linked"
    pod_agent(embedded, "init")
    login = ["--client-id", owner.credentials.client_id, "--client-secret", owner.credentials.client_secret]
    pod_agent(linked, "pod", "link", owner.webid, *login, "--storage", owner.storage)
    reports = [pod_agent(home, "import", *map(str, exports)) for home in (embedded, linked)]
    assert reports[0]["totals"] == reports[1]["totals"]
    assert reports[0]["totals"]["written"] > 100
    return embedded, linked


def documents(agent: Agent) -> dict[str, bytes]:
    found = {path: agent.pod.read(path) for path in walk(agent.pod, "data/")}
    return {path: resource.content for path, resource in found.items() if resource is not None}


def test_both_pods_hold_the_same_bytes(homes: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", ENVIRONMENT["PYTHON_KEYRING_BACKEND"])
    with Agent.open(homes[0]) as embedded, Agent.open(homes[1]) as linked:
        assert linked.pod.root.startswith("http://localhost:")
        assert documents(embedded) == documents(linked) != {}


def test_both_give_the_same_figures_each_with_its_own_addresses(homes: tuple[Path, Path], owner: PodOwner) -> None:
    embedded, linked = (pod_agent(home, "spend", "--by", "category") for home in homes)
    assert embedded["rows"] == linked["rows"]
    assert linked["evidence"][0][0].startswith(owner.storage + "pod-agent/data/ocbc/")
    assert embedded["evidence"][0][0].startswith("file://")


def test_importing_again_onto_the_server_writes_nothing(homes: tuple[Path, Path]) -> None:
    report = pod_agent(homes[1], "import", str(homes[1].parent / "exports"))
    assert report["import_id"] is None
    assert report["totals"]["duplicate"] == report["totals"]["read"]


def test_a_lost_index_is_rebuilt_from_the_server(homes: tuple[Path, Path]) -> None:
    before = pod_agent(homes[1], "trends")
    for path in homes[1].glob("index.sqlite*"):
        path.unlink()
    assert pod_agent(homes[1], "index", "rebuild")["records"] > 100
    assert pod_agent(homes[1], "trends") == before
