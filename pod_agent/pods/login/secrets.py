"""Where logins to pods are kept: the system's keyring, or a sealed file where there is none."""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from pod_agent.errors import PodAccessError, PodUnreachableError
from pod_agent.pods.login.logins import Login, login_from_json, login_to_json
from pod_agent.sealing import SealedFile
from pod_agent.storage import make_private_folder, remove_private

__all__ = ["KeptLogin", "Keyring", "SecretStore", "system_keyring"]

_PLACE = "pod-agent"
_LOCK_SECONDS = 120.0  # longer than a renewal takes at a slow identity provider


class Keyring(Protocol):
    """The part of a keyring backend that is used."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored text, None where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a text."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove a text that is stored."""
        ...


def system_keyring() -> Keyring | None:
    """The system's keyring, None where this machine has none that works."""
    import keyring  # noqa: PLC0415 - its import asks the desktop, which commands without a server need not do

    backend = keyring.get_keyring()
    return backend if backend.priority >= 1 else None


class SecretStore:
    """Logins by WebID, for one home folder; ``keyring`` None keeps them in a sealed file of the home.

    A file that was written before there was a keyring, or before files were sealed, is read and then replaced.
    """

    def __init__(self, home: Path, keyring: Keyring | None) -> None:
        self._home = home.resolve()
        self._keyring = keyring
        self._sealed = SealedFile(self._home / "logins.sealed", self._home / "logins.key")
        self._plain = self._home / "logins.json"
        self._thread = threading.RLock()
        self._depth = 0

    def keep(self, webid: str, login: Login) -> None:
        """Store a login in place of an older one; on disk, or in the keyring, when this returns."""
        with self.exclusive():
            self._write({**self._read(), webid: login_to_json(login)})

    def find(self, webid: str) -> Login | None:
        """The login of this WebID, None where none is kept."""
        found = self._read().get(webid)
        return None if found is None else login_from_json(found)

    def forget(self, webid: str) -> bool:
        """Remove a login; False where there was none. With the last one goes the place where they were kept."""
        with self.exclusive():
            logins = self._read()
            found = logins.pop(webid, None)
            if found is not None:
                self._write(logins)
            return found is not None

    def kept(self, webid: str) -> KeptLogin:
        """The login of one WebID, for programs that renew it."""
        return KeptLogin(self, webid)

    def place(self) -> str:
        """Where logins are kept, for people."""
        return self._sealed.place() if self._keyring is None else f"the system's keyring ({_name(self._keyring)})"

    def environment(self) -> dict[str, str]:
        """What to add to the environment of a child process that has no terminal but shall find the login."""
        return self._sealed.environment() if self._keyring is None else {}

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Held by one program at a time, also between processes; PodUnreachableError where another never lets go."""
        with self._thread:
            self._depth += 1
            try:
                if self._depth > 1:
                    yield
                else:
                    with _locked(make_private_folder(self._home) / "logins.lock"):
                        yield
            finally:
                self._depth -= 1

    def _read(self) -> dict[str, dict[str, Any]]:
        text: str | bytes | None = None
        if self._keyring is not None:
            with _keyring_errors():
                text = self._keyring.get_password(_PLACE, str(self._home))
        text = text or self._sealed.read() or self._older()
        logins: dict[str, dict[str, Any]] = json.loads(text) if text else {}
        return logins

    def _older(self) -> bytes | None:
        """The plain file of former versions."""
        if not self._plain.exists():
            return None
        if self._plain.stat().st_mode & 0o077:
            raise PodAccessError(
                f"{self._plain} can be read by other users of this machine", hint=f"Run: chmod 600 {self._plain}"
            )
        return self._plain.read_bytes()

    def _write(self, logins: dict[str, dict[str, Any]]) -> None:
        text = json.dumps(logins, sort_keys=True)
        if self._keyring is None and logins:
            self._sealed.write(text.encode())
        else:
            self._put(self._keyring, text if logins else "")
            self._sealed.remove()
        remove_private(self._plain)

    def _put(self, keyring: Keyring | None, text: str) -> None:
        if keyring is None:
            return
        with _keyring_errors():
            if text:
                keyring.set_password(_PLACE, str(self._home), text)
            elif keyring.get_password(_PLACE, str(self._home)) is not None:
                keyring.delete_password(_PLACE, str(self._home))


class KeptLogin:
    """One login of a store, as ``DPoPAuth`` keeps it up to date."""

    def __init__(self, store: SecretStore, webid: str) -> None:
        self._store = store
        self._webid = webid
        self.exclusive = store.exclusive

    def read(self) -> Login | None:
        """The login as it is kept now."""
        return self._store.find(self._webid)

    def write(self, login: Login) -> None:
        """Keep this login in its place."""
        self._store.keep(self._webid, login)


def _name(keyring: Keyring) -> str:
    return str(getattr(keyring, "name", type(keyring).__name__))


@contextmanager
def _keyring_errors() -> Iterator[None]:
    from keyring.errors import KeyringError  # noqa: PLC0415 - only where there is a keyring

    try:
        yield
    except KeyringError as error:
        raise PodAccessError(
            f"the system's keyring does not open ({type(error).__name__})", hint="Unlock it, then try again."
        ) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + _LOCK_SECONDS
        while not _got(descriptor):
            if time.monotonic() > deadline:
                raise PodUnreachableError("another program of yours keeps the logins locked", hint="End it, try again.")
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)  # lets go of the lock, as the end of the process does


def _got(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
