"""Renewing a browser login: in time, never twice with one token, by several programs, and its end said clearly."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import httpx
import pytest

from pod_agent.agent import Agent
from pod_agent.errors import LoginEndedError, PodUnreachableError
from pod_agent.pods.linking import begin_link, finish_link
from pod_agent.pods.login.auth import DPoPAuth
from pod_agent.pods.login.logins import BrowserLogin
from pod_agent.pods.login.secrets import SecretStore
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from pod_agent.synthetic.exports import write_exports
from pod_agent.synthetic.household import make_household
from tests.support.strict_provider import StrictProvider
from tests.support.strict_server import Fault, StrictServer

BODY = b"<#a> <#b> 1 .\n"
REDIRECT = "http://127.0.0.1:9/callback"
CHILD = """
import sys
from pathlib import Path
from pod_agent.config import load_settings
from pod_agent.pods.opening import open_pod

home, name = Path(sys.argv[1]), sys.argv[2]
pod = open_pod(load_settings(home), home, None)
print("ready", flush=True)
sys.stdin.readline()
for number in range(20):
    pod.write(f"{name}-{number}.ttl", b"", if_match=None)
pod.close()
"""


@pytest.fixture
def server() -> Iterator[StrictServer]:
    with StrictServer(login=True) as running:
        yield running


@pytest.fixture
def provider(server: StrictServer, tmp_path: Path) -> StrictProvider:
    """A provider at which the home of the test is logged in."""
    provider = StrictProvider(server)
    linking = begin_link(tmp_path, provider.webid, REDIRECT)
    finish_link(linking, provider.browse(linking.authorization_url), None)
    return provider


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def login_of(home: Path, provider: StrictProvider) -> BrowserLogin:
    login = SecretStore(home, None).find(provider.webid)
    assert isinstance(login, BrowserLogin)
    return login


def expire(home: Path, provider: StrictProvider) -> None:
    """Let the kept access token look old, as after a night."""
    login = login_of(home, provider)
    SecretStore(home, None).keep(provider.webid, dataclasses.replace(login, renew_at=0.0, expires_at=0.0))


@pytest.fixture
def open_pod(server: StrictServer, provider: StrictProvider, tmp_path: Path) -> Iterator[Callable[[], SolidPod]]:
    opened: list[SolidPod] = []

    def open_one(clock: HandClock | None = None) -> SolidPod:
        keeper = SecretStore(tmp_path, None).kept(provider.webid)
        login = login_of(tmp_path, provider)
        auth = DPoPAuth(login, clock, keeper=keeper) if clock else DPoPAuth(login, keeper=keeper)
        session = Session(open_client(server.address, auth, httpx.Timeout(5)), pause=lambda _: None)
        opened.append(SolidPod(server.address + "pod/pod-agent/", session))
        return opened[-1]

    yield open_one
    for pod in opened:
        pod.close()


def test_the_token_of_the_last_program_is_used_again(
    server: StrictServer, provider: StrictProvider, open_pod: Callable[..., SolidPod]
) -> None:
    for number in range(3):
        open_pod().write(f"{number}.ttl", BODY, if_match=None)
    assert (server.issued, provider.refreshed) == (1, 0)


def test_a_token_is_renewed_before_it_ends(
    provider: StrictProvider, open_pod: Callable[..., SolidPod], tmp_path: Path
) -> None:
    login = login_of(tmp_path, provider)
    clock = HandClock(login.expires_at - 31)
    pod = open_pod(clock)
    pod.read("a.ttl")
    assert provider.refreshed == 0
    clock.seconds = login.expires_at - 30
    pod.read("a.ttl")
    assert provider.refreshed == 1
    assert login_of(tmp_path, provider).refresh_token in provider.refresh_tokens


@pytest.mark.parametrize("rotates", [True, False])
def test_every_new_refresh_token_is_kept(
    provider: StrictProvider, open_pod: Callable[..., SolidPod], tmp_path: Path, rotates: bool
) -> None:
    provider.rotates = rotates
    for _ in range(3):
        expire(tmp_path, provider)
        assert open_pod().read("a.ttl") is None
    assert provider.refreshed == 3
    assert list(provider.refresh_tokens) == [login_of(tmp_path, provider).refresh_token]


def test_the_new_token_is_kept_before_it_is_used(
    server: StrictServer, provider: StrictProvider, open_pod: Callable[..., SolidPod], tmp_path: Path
) -> None:
    expire(tmp_path, provider)
    pod = open_pod()
    server.faults = [Fault(kind="closed")]
    with pytest.raises(PodUnreachableError):
        pod.write("a.ttl", BODY, if_match=None)
    assert open_pod().read("a.ttl") is None  # another program goes on with what this one got
    assert provider.refreshed == 1


def test_a_token_that_dies_early_is_renewed(
    server: StrictServer, provider: StrictProvider, open_pod: Callable[..., SolidPod]
) -> None:
    pod = open_pod()
    server.tokens.clear()
    pod.write("a.ttl", BODY, if_match=None)
    assert provider.refreshed == 1


@pytest.mark.parametrize("offset", [-300.0, 300.0])
def test_the_servers_clock_and_nonces_are_learnt(
    server: StrictServer, provider: StrictProvider, open_pod: Callable[..., SolidPod], tmp_path: Path, offset: float
) -> None:
    server.clock_offset, server.nonces = offset, True
    server.tokens = dict.fromkeys(server.tokens, server.now() + 600)
    pod = open_pod()
    pod.write("a.ttl", BODY, if_match=None)
    expire(tmp_path, provider)
    server.nonce = server.token_nonce = "another"
    server.clock_offset = -offset
    server.tokens.clear()
    assert pod.read("a.ttl") is not None
    assert provider.refreshed == 1
    assert server.replays == 0


def test_a_provider_that_fails_does_not_end_the_login(
    server: StrictServer, provider: StrictProvider, open_pod: Callable[..., SolidPod], tmp_path: Path
) -> None:
    expire(tmp_path, provider)
    pod = open_pod()
    server.token_faults = [Fault(status=503)] * 3
    with pytest.raises(PodUnreachableError):
        pod.read("a.ttl")
    assert pod.read("a.ttl") is None
    assert provider.refreshed == 1


def test_the_end_of_a_login_is_said_once_and_asked_for_once(
    server: StrictServer, provider: StrictProvider, open_pod: Callable[..., SolidPod], tmp_path: Path
) -> None:
    expire(tmp_path, provider)
    provider.refresh_tokens.clear()
    pod = open_pod()
    for _ in range(3):
        with pytest.raises(LoginEndedError, match="access to your pod is gone") as caught:
            pod.read("a.ttl")
        assert caught.value.hint == f"Log in again: pod-agent pod link {provider.webid}"
        assert caught.value.exit_status == 5
    assert server.requests.count(("POST", "/token")) == 2  # the login itself, and the one renewal


def test_a_new_login_is_taken_up_by_programs_that_run(
    provider: StrictProvider, open_pod: Callable[..., SolidPod], tmp_path: Path
) -> None:
    pod = open_pod()
    provider.refresh_tokens.clear()
    provider.server.tokens.clear()
    with pytest.raises(LoginEndedError):
        pod.read("a.ttl")
    linking = begin_link(tmp_path, provider.webid, REDIRECT)
    finish_link(linking, provider.browse(linking.authorization_url), None)
    assert pod.read("a.ttl") is None


def test_unlinking_ends_programs_that_run(
    provider: StrictProvider, open_pod: Callable[..., SolidPod], tmp_path: Path
) -> None:
    pod = open_pod()
    SecretStore(tmp_path, None).forget(provider.webid)
    provider.server.tokens.clear()
    with pytest.raises(LoginEndedError, match="keeps it no longer"):
        pod.read("a.ttl")


def test_threads_renew_once(
    provider: StrictProvider, open_pod: Callable[..., SolidPod], server: StrictServer, tmp_path: Path
) -> None:
    expire(tmp_path, provider)
    pods = [open_pod() for _ in range(3)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda n: pods[n % 3].write(f"{n}.ttl", BODY, if_match=None), range(12)))
    assert provider.refreshed == 1
    assert len([path for path in server.stored if path.startswith("/pod/pod-agent/")]) == 12


def test_two_processes_share_a_login_and_none_uses_up_the_others(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    server.uses = 8  # so that both have to renew again and again
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    ended = [child.communicate("\n", timeout=60) for child in children]
    assert [child.returncode for child in children] == [0, 0], ended
    assert len([path for path in server.stored if path.endswith("-19.ttl")]) == 2
    assert provider.refreshed >= 40 * 2 / server.uses - 2
    assert list(provider.refresh_tokens) == [login_of(tmp_path, provider).refresh_token]


def test_an_import_goes_on_when_tokens_end_in_the_middle(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    exports = tmp_path / "Downloads"
    write_exports(make_household(3), exports, date(2026, 9, 1), date(2026, 10, 31))
    server.uses = 20  # more than writes at once
    with Agent.open(tmp_path) as agent:
        report = agent.import_paths([exports])
        assert report.counts.written > 100
        assert sum(coverage.records for coverage in agent.coverage()) > 100
    assert provider.refreshed >= 3
    assert server.replays == 0
