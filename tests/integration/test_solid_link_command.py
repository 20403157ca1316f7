"""``pod-agent pod link|status|unlink`` against the login pages of a real Community Solid Server, without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.errors import LoginEndedError, LoginFailedError
from pod_agent.pods.linking import begin_link, finish_link
from pod_agent.pods.login.logins import BrowserLogin
from pod_agent.pods.login.secrets import SecretStore
from pod_agent.pods.opening import open_solid
from pod_agent.sealing import PASSPHRASE
from tests.support.solid_consent import LinkCommand, answer_login
from tests.support.solid_server import PodOwner, fresh_owner, running_server
from tests.support.strict_server import StrictServer

pytestmark = pytest.mark.solid
REDIRECT = "http://127.0.0.1:9/callback"


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv(PASSPHRASE, raising=False)


@pytest.fixture(scope="module")
def owner() -> PodOwner:
    return fresh_owner()


def run(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, Any]:
    with pytest.raises(SystemExit) as stopped:
        main(["--home", str(home), *arguments, "--json"])
    return int(str(stopped.value.code)), json.loads(capsys.readouterr().out)


def log_in(owner: PodOwner, home: Path, *, remember: bool = True) -> None:
    linking = begin_link(home, owner.webid, REDIRECT)
    finish_link(linking, answer_login(linking.authorization_url, owner, remember=remember), None)


def login_of(home: Path, owner: PodOwner) -> BrowserLogin:
    login = SecretStore(home, None).find(owner.webid)
    assert isinstance(login, BrowserLogin)
    return login


def test_a_person_links_looks_and_leaves(
    owner: PodOwner, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    with LinkCommand(tmp_path, owner.webid.removesuffix("#me"), "--json") as command:
        page = httpx.get(answer_login(command.address, owner), trust_env=False)
        assert "close this page" in page.text
        status, output, errors = command.finish()
    assert status == 0, errors
    told = {"webid": owner.webid, "pod": f"{owner.storage}pod-agent/", "until": None, "listing": "private"}
    assert json.loads(output) == told
    assert (tmp_path / "logins.sealed").read_bytes().startswith(b"pod-agent sealed 1 passphrase\n")

    status, state = run(capsys, tmp_path, "pod", "status")
    assert status == 0
    assert (state["webid"], state["login"], state["until"], state["answers"]) == (owner.webid, "browser", None, True)
    monkeypatch.setenv(PASSPHRASE, "open barley")
    status, told = run(capsys, tmp_path, "pod", "status")
    assert (status, told["error"]["code"]) == (2, "passphrase")
    monkeypatch.setenv(PASSPHRASE, "open sesame")

    login = login_of(tmp_path, owner)
    status, undone = run(capsys, tmp_path, "pod", "unlink")
    assert (status, undone["revoked"]) == (0, True)
    status, told = run(capsys, tmp_path, "pod", "status")
    assert (status, told["error"]["code"]) == (2, "not_initialised")
    assert not (tmp_path / "index.sqlite").exists()
    pod = open_solid(f"{owner.storage}pod-agent/", login)
    pod.session._client.auth._refused.add(login.access_token)  # type: ignore[union-attr]
    with pytest.raises(LoginEndedError):
        pod.read("a.ttl")
    pod.close()


def test_a_person_who_says_no_links_nothing(owner: PodOwner, tmp_path: Path) -> None:
    linking = begin_link(tmp_path, owner.webid, REDIRECT)
    with pytest.raises(LoginFailedError, match="did not allow"):
        finish_link(linking, answer_login(linking.authorization_url, owner, allow=False), None)
    assert not (tmp_path / "settings.toml").exists()


def test_the_provider_of_many_people_asks_who_it_is(owner: PodOwner, tmp_path: Path) -> None:
    linking = begin_link(tmp_path, running_server().address, REDIRECT)
    assert linking.profile is None
    assert finish_link(linking, answer_login(linking.authorization_url, owner), None).webid == owner.webid


def test_a_renewed_login_goes_on_working(owner: PodOwner, tmp_path: Path) -> None:
    log_in(owner, tmp_path)
    first = login_of(tmp_path, owner)
    assert first.refresh_token
    with Agent.open(tmp_path) as agent:
        agent.pod.session._client.auth._refused.add(first.access_token)  # type: ignore[attr-defined]
        etag = agent.pod.write("renewed.ttl", b"", if_match=None)
        assert agent.pod.remove("renewed.ttl", if_match=etag)
    second = login_of(tmp_path, owner)
    assert second.access_token != first.access_token


def test_a_login_that_is_not_to_be_remembered_says_when_it_ends(
    owner: PodOwner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_in(owner, tmp_path, remember=False)
    assert login_of(tmp_path, owner).refresh_token == ""
    status, state = run(capsys, tmp_path, "pod", "status")
    assert status == 0
    assert state["until"] is not None


def test_another_person_is_told_apart(owner: PodOwner, tmp_path: Path) -> None:
    linking = begin_link(tmp_path, owner.webid, REDIRECT)
    answer = answer_login(linking.authorization_url, fresh_owner())
    with pytest.raises(LoginFailedError, match="you logged in as"):
        finish_link(linking, answer, None)
    assert not (tmp_path / "settings.toml").exists()


def test_a_client_document_is_taken_by_a_real_provider(
    owner: PodOwner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StrictServer() as publisher:
        address = f"{publisher.address.replace('127.0.0.1', 'localhost')}client.jsonld"
        document = {
            "@context": ["https://www.w3.org/ns/solid/oidc-context.jsonld"],
            "client_id": address,
            "client_name": "pod-agent",
            "application_type": "native",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": "openid webid offline_access",
            "token_endpoint_auth_method": "none",
        }
        publisher.routes["/client.jsonld"] = lambda _path, _body: (200, document)
        monkeypatch.setenv("POD_AGENT_CLIENT_DOCUMENT", address)
        with LinkCommand(tmp_path, owner.webid, "--json") as command:
            httpx.get(answer_login(command.address, owner), trust_env=False)
            status, _, errors = command.finish()
        assert status == 0, errors
    assert login_of(tmp_path, owner).client_id == address
