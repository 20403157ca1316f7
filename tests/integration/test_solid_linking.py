"""Linking a pod on a real Community Solid Server, and opening it from then on."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import pytest

from pod_agent.config import Settings, load_settings
from pod_agent.errors import NotInitialisedError, PodAccessError, PodUnreachableError, UsageError
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.hosting.server import Account
from pod_agent.pods.login.auth import ClientCredentials
from pod_agent.pods.login.secrets import SecretStore
from pod_agent.pods.opening import EMBEDDED, link, open_pod
from pod_agent.pods.webid.discovery import discover
from tests.support.solid_server import PASSWORD, PodOwner, fresh_owner, running_server

BODY = b"<#a> <#b> 1 .\n"


class DictKeyring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(scope="module")
def owner() -> PodOwner:
    return fresh_owner()


@pytest.mark.solid
def test_a_linked_pod_is_opened_from_the_settings(owner: PodOwner, tmp_path: Path) -> None:
    settings = link(discover(owner.webid), owner.credentials, home=tmp_path, keyring=None)
    assert settings == load_settings(tmp_path)
    assert (settings.pod, settings.webid) == (owner.storage + "pod-agent/", owner.webid)
    pod = open_pod(load_settings(tmp_path), tmp_path, None)
    assert list(pod.list("")) == []
    etag = pod.write("data/a.ttl", BODY, if_match=None)
    assert pod.remove("data/a.ttl", if_match=etag)
    pod.close()
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("logins.sealed", "logins.key")} == {0o600}
    assert owner.credentials.client_secret.encode() not in (tmp_path / "logins.sealed").read_bytes()
    assert owner.credentials.client_secret not in (tmp_path / "settings.toml").read_text()


@pytest.mark.solid
def test_a_keyring_keeps_the_secret_off_the_disk(owner: PodOwner, tmp_path: Path) -> None:
    keyring = DictKeyring()
    link(discover(owner.webid), owner.credentials, home=tmp_path, keyring=keyring)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logins.lock", "settings.toml"]
    pod = open_pod(load_settings(tmp_path), tmp_path, keyring)
    assert pod.read("none.ttl") is None
    pod.close()


@pytest.mark.solid
def test_a_wrong_secret_links_nothing(owner: PodOwner, tmp_path: Path) -> None:
    wrong = dataclasses.replace(owner.credentials, client_secret="wrong")
    with pytest.raises(PodAccessError, match="refuses the login"):
        link(discover(owner.webid), wrong, home=tmp_path, keyring=None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.solid
def test_anothers_storage_links_nothing(owner: PodOwner, tmp_path: Path) -> None:
    with pytest.raises(PodAccessError, match="may not write"):
        link(discover(owner.webid), owner.credentials, home=tmp_path, keyring=None, storage=fresh_owner().storage)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.solid
def test_another_identity_provider_gets_no_login(owner: PodOwner, tmp_path: Path) -> None:
    other = dataclasses.replace(owner.credentials, issuer="https://idp.example/")
    with pytest.raises(UsageError, match="does not name"):
        link(discover(owner.webid), other, home=tmp_path, keyring=None)


@pytest.mark.solid
def test_a_container_that_anyone_may_read_is_not_linked(tmp_path: Path) -> None:
    owner = fresh_owner()
    pod = owner.open()
    pod.write("a.ttl", BODY, if_match=None)
    rules = f"""@prefix acl: <http://www.w3.org/ns/auth/acl#>.
        <#owner> a acl:Authorization; acl:agent <{owner.webid}>; acl:accessTo <./>; acl:default <./>;
            acl:mode acl:Read, acl:Write, acl:Control.
        <#all> a acl:Authorization; acl:agentClass <http://xmlns.com/foaf/0.1/Agent>; acl:accessTo <./>;
            acl:default <./>; acl:mode acl:Read."""
    changed = pod.session._client.put(pod.root + ".acl", content=rules, headers={"content-type": "text/turtle"})
    assert changed.is_success
    with pytest.raises(PodAccessError, match="anyone may read"):
        link(discover(owner.webid), owner.credentials, home=tmp_path, keyring=None)
    assert list(tmp_path.iterdir()) == []
    assert [entry.path for entry in pod.list("")] == ["a.ttl"]
    pod.close()


@pytest.mark.solid
def test_a_login_that_was_deleted_at_the_server_is_no_access() -> None:
    owner = fresh_owner()
    with Account(running_server().address) as account:
        account.log_in(owner.email, owner.password)
        listed = account._ask("GET", f"{running_server().address}.account/", None)["controls"]["account"]
        found = account._ask("GET", listed["clientCredentials"], None)["clientCredentials"]
        [resource] = found.values()
        account._client.delete(resource).raise_for_status()
    pod = owner.open()
    with pytest.raises(PodAccessError, match="refuses the login"):
        pod.read("a.ttl")
    pod.close()


@pytest.mark.solid
def test_a_wrong_password_is_no_access(owner: PodOwner) -> None:
    with Account(running_server().address) as account, pytest.raises(PodAccessError, match="account asks") as caught:
        account.log_in(owner.email, PASSWORD + "!")
    assert "password" in caught.value.hint


def test_an_account_is_asked_for_at_a_safe_address_only() -> None:
    with pytest.raises(UsageError, match="without encryption"):
        Account("http://pod.example/")
    with Account("http://127.0.0.1:9/") as account, pytest.raises(PodUnreachableError):
        account.log_in("ann@example.test", PASSWORD)


def test_no_pod_and_no_login_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(NotInitialisedError):
        open_pod(Settings(), tmp_path, None)
    with pytest.raises(PodAccessError, match="no login") as caught:
        open_pod(Settings(pod="https://pod.example/pod-agent/", webid="https://pod.example/#me"), tmp_path, None)
    assert "pod link" in caught.value.hint


def test_the_embedded_pod_is_opened_from_the_settings(tmp_path: Path) -> None:
    pod = open_pod(Settings(pod=EMBEDDED), tmp_path, None)
    assert isinstance(pod, EmbeddedPod)
    assert pod.root == (tmp_path.resolve() / "pod").as_uri() + "/"


@pytest.mark.parametrize("keyring", [None, DictKeyring()], ids=["file", "keyring"])
def test_logins_are_kept_by_webid_and_forgotten(tmp_path: Path, keyring: DictKeyring | None) -> None:
    store = SecretStore(tmp_path, keyring)
    logins = {
        webid: ClientCredentials(issuer="https://idp.example/", client_id=webid[-1], client_secret="s" + webid[-1])
        for webid in ("https://pod.example/#a", "https://pod.example/#b")
    }
    for webid, credentials in logins.items():
        store.keep(webid, credentials)
    assert {webid: SecretStore(tmp_path, keyring).find(webid) for webid in logins} == logins
    assert store.forget("https://pod.example/#a")
    assert not store.forget("https://pod.example/#a")
    assert store.find("https://pod.example/#a") is None
    assert store.find("https://pod.example/#b") == logins["https://pod.example/#b"]
