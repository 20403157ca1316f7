"""Fixtures of the tests that break a real server: one behind a proxy, a person on it, and agents in processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.fault_proxy import ProxiedServer
from tests.support.nursery import Nursery
from tests.support.solid_server import node_modules
from tests.support.whole_pod import Sources, Tenant, make_sources, open_tenant

__all__ = ["no_keyring", "nursery", "server", "sources", "tenant"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProxiedServer]:
    """A server as the agent installs it."""
    with ProxiedServer(node_modules(), tmp_path_factory.mktemp("proxied")) as running:
        yield running


@pytest.fixture(scope="session")
def tenant(server: ProxiedServer) -> Tenant:
    """A person on it."""
    return open_tenant(server)


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """What the agents import."""
    return make_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Agents in processes of their own."""
    with Nursery() as running:
        yield running


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person's own keyring is none of a test's business."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
