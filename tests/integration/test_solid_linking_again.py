"""Linking a home again: the former login is ended once the new one works, and stays in force until then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pod_agent.config import load_settings
from pod_agent.errors import PodAccessError
from pod_agent.pods.linking import begin_link, finish_link, link_state
from pod_agent.pods.login.logins import BrowserLogin
from pod_agent.pods.login.secrets import SecretStore
from tests.support.strict_provider import StrictProvider
from tests.support.strict_server import Fault, StrictServer

REDIRECT = "http://127.0.0.1:9/callback"


@pytest.fixture
def server() -> Iterator[StrictServer]:
    with StrictServer(login=True) as running:
        yield running


@pytest.fixture
def provider(server: StrictServer) -> StrictProvider:
    return StrictProvider(server)


def log_in(provider: StrictProvider, home: Path, client: str = "") -> None:
    linking = begin_link(home, provider.webid, REDIRECT, client=client)
    finish_link(linking, provider.browse(linking.authorization_url), None)


def kept(home: Path, webid: str) -> BrowserLogin:
    login = SecretStore(home, None).find(webid)
    assert isinstance(login, BrowserLogin)
    return login


def test_a_new_login_takes_the_place_of_the_former_one(provider: StrictProvider, tmp_path: Path) -> None:
    log_in(provider, tmp_path)
    former = kept(tmp_path, provider.webid).refresh_token
    log_in(provider, tmp_path)
    assert list(provider.refresh_tokens) == [kept(tmp_path, provider.webid).refresh_token] != [former]
    assert link_state(tmp_path, None).answers


def test_a_new_login_that_fails_leaves_the_former_one(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    log_in(provider, tmp_path)
    former = kept(tmp_path, provider.webid)
    linking = begin_link(tmp_path, provider.webid, REDIRECT)
    answer = provider.browse(linking.authorization_url)
    server.faults = [Fault(status=403)] * 9
    with pytest.raises(PodAccessError, match="may not write") as caught:
        finish_link(linking, answer, None)
    assert "--storage" in caught.value.hint
    server.faults = []
    assert kept(tmp_path, provider.webid) == former
    assert list(provider.refresh_tokens) == [former.refresh_token]
    assert link_state(tmp_path, None).answers


def test_another_login_of_the_same_program_is_not_ended_with_one_that_failed(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    client = f"{server.address}client.jsonld"
    provider.clients[client] = {"redirect_uris": [REDIRECT]}
    for _ in range(2):
        log_in(provider, tmp_path, client)
    linking = begin_link(tmp_path, provider.webid, REDIRECT, client=client)
    answer = provider.browse(linking.authorization_url)
    server.faults = [Fault(status=403)] * 9
    with pytest.raises(PodAccessError):
        finish_link(linking, answer, None)
    assert provider.revoked == []  # a provider may end all logins of a program with one of them


def test_the_login_of_another_person_is_forgotten_with_the_link(
    server: StrictServer, provider: StrictProvider, tmp_path: Path
) -> None:
    log_in(provider, tmp_path)
    other = StrictProvider(server, "bob")
    log_in(other, tmp_path)
    assert SecretStore(tmp_path, None).find(provider.webid) is None
    assert kept(tmp_path, other.webid).webid == load_settings(tmp_path).webid
