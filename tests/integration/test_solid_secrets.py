"""Where logins are kept: keyring or sealed file, older files taken over, one program at a time."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from pod_agent.errors import PassphraseError, PodAccessError
from pod_agent.pods.login.logins import BrowserLogin, ClientCredentials, Login
from pod_agent.pods.login.secrets import SecretStore
from pod_agent.sealing import PASSPHRASE, forget_passphrase
from tests.integration.test_solid_linking import DictKeyring

ANN, BEN = "https://pod.example/#a", "https://pod.example/#b"
CREDENTIALS = ClientCredentials(issuer="https://idp.example/", client_id="a", client_secret="canary-1")
BROWSER = BrowserLogin(
    issuer="https://idp.example/",
    client_id="b",
    webid=BEN,
    key='{"d": "canary-2"}',
    access_token="canary-3",
    refresh_token="canary-4",
    renew_at=1.0,
    expires_at=2.0,
)
PLAIN = {ANN: {"issuer": "https://idp.example/", "client_id": "a", "client_secret": "canary-1"}}


@pytest.fixture(autouse=True)
def no_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSPHRASE, raising=False)
    forget_passphrase()


def write_plain(home: Path) -> None:
    (home / "logins.json").write_text(json.dumps(PLAIN))
    (home / "logins.json").chmod(0o600)


def on_disk(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())


@pytest.mark.parametrize("login", [CREDENTIALS, BROWSER], ids=["credentials", "browser"])
def test_no_secret_is_shown_or_written_in_clear(tmp_path: Path, login: Login) -> None:
    store = SecretStore(tmp_path, None)
    store.keep(ANN, login)
    assert SecretStore(tmp_path, None).find(ANN) == login
    assert b"canary" not in on_disk(tmp_path)
    assert "canary" not in f"{login!r} {login}"


@pytest.mark.parametrize("keyring", [None, DictKeyring()], ids=["file", "keyring"])
def test_a_plain_file_of_former_versions_is_read_and_then_replaced(tmp_path: Path, keyring: DictKeyring | None) -> None:
    write_plain(tmp_path)
    store = SecretStore(tmp_path, keyring)
    assert store.find(ANN) == CREDENTIALS
    store.keep(BEN, BROWSER)
    assert not (tmp_path / "logins.json").exists()
    assert b"canary" not in on_disk(tmp_path)
    again = SecretStore(tmp_path, keyring)
    assert (again.find(ANN), again.find(BEN)) == (CREDENTIALS, BROWSER)


def test_a_plain_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    write_plain(tmp_path)
    (tmp_path / "logins.json").chmod(0o640)
    with pytest.raises(PodAccessError, match="other users"):
        SecretStore(tmp_path, None).find(ANN)


def test_a_keyring_takes_over_what_a_file_held(tmp_path: Path) -> None:
    SecretStore(tmp_path, None).keep(ANN, CREDENTIALS)
    keyring = DictKeyring()
    store = SecretStore(tmp_path, keyring)
    assert store.find(ANN) == CREDENTIALS
    store.keep(BEN, BROWSER)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logins.lock"]
    assert SecretStore(tmp_path, keyring).find(ANN) == CREDENTIALS


@pytest.mark.parametrize("keyring", [None, DictKeyring()], ids=["file", "keyring"])
def test_with_the_last_login_goes_the_place_where_it_was(tmp_path: Path, keyring: DictKeyring | None) -> None:
    store = SecretStore(tmp_path, keyring)
    store.keep(ANN, CREDENTIALS)
    assert store.forget(ANN)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logins.lock"]
    assert keyring is None or not keyring.kept


class LockedKeyring(DictKeyring):
    """A keyring that nobody unlocked."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"canary {service} {username}")


def test_a_locked_keyring_is_told(tmp_path: Path) -> None:
    with pytest.raises(PodAccessError, match="does not open") as caught:
        SecretStore(tmp_path, LockedKeyring()).keep(ANN, CREDENTIALS)
    assert "Unlock" in caught.value.hint
    assert "canary" not in str(caught.value)


def test_a_wrong_passphrase_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    SecretStore(tmp_path, None).keep(ANN, CREDENTIALS)
    before = on_disk(tmp_path)
    monkeypatch.setenv(PASSPHRASE, "open barley")
    with pytest.raises(PassphraseError):
        SecretStore(tmp_path, None).keep(BEN, BROWSER)
    assert on_disk(tmp_path) == before


def test_writers_of_two_logins_lose_none(tmp_path: Path) -> None:
    names = [f"https://pod.example/#{number}" for number in range(6)]
    start = threading.Barrier(len(names))

    def keep(name: str) -> None:
        store = SecretStore(tmp_path, None)
        start.wait()
        store.keep(name, CREDENTIALS)

    threads = [threading.Thread(target=keep, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = SecretStore(tmp_path, None)
    assert [store.find(name) for name in names] == [CREDENTIALS] * len(names)
