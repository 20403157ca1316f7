"""Where logins to pods are kept: the system's keyring, or a file for this user alone where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol

from pod_agent.errors import PodAccessError
from pod_agent.pods.auth import ClientCredentials
from pod_agent.storage import write_private

__all__ = ["Keyring", "SecretStore", "system_keyring"]

_PLACE = "pod-agent"


class Keyring(Protocol):
    """The part of a keyring backend that is used."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored text, None where there is none."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a text."""
        ...


def system_keyring() -> Keyring | None:
    """The system's keyring, None where this machine has none that works."""
    import keyring  # noqa: PLC0415 - its import asks the desktop, which commands without a server need not do

    backend = keyring.get_keyring()
    return backend if backend.priority >= 1 else None


class SecretStore:
    """Logins by WebID, for one home folder. ``keyring`` None keeps them in ``home/logins.json`` (0600)."""

    def __init__(self, home: Path, keyring: Keyring | None) -> None:
        self._home = home.resolve()
        self._keyring = keyring

    def keep(self, webid: str, credentials: ClientCredentials) -> None:
        """Store a login in place of an older one."""
        logins = self._read()
        logins[webid] = {
            "issuer": credentials.issuer,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        self._write(logins)

    def find(self, webid: str) -> ClientCredentials | None:
        """The login of this WebID, None where none is kept."""
        found = self._read().get(webid)
        return None if found is None else ClientCredentials(**found)

    def forget(self, webid: str) -> bool:
        """Remove a login; False where there was none."""
        logins = self._read()
        found = logins.pop(webid, None)
        if found is not None:
            self._write(logins)
        return found is not None

    @property
    def _file(self) -> Path:
        return self._home / "logins.json"

    def _read(self) -> dict[str, dict[str, str]]:
        if self._keyring is not None:
            text = self._keyring.get_password(_PLACE, str(self._home))
        elif self._file.exists():
            self._require_private()
            text = self._file.read_text(encoding="utf-8")
        else:
            text = None
        logins: dict[str, dict[str, str]] = json.loads(text) if text else {}
        return logins

    def _write(self, logins: dict[str, dict[str, str]]) -> None:
        text = json.dumps(logins, sort_keys=True)
        if self._keyring is not None:
            self._keyring.set_password(_PLACE, str(self._home), text)
        else:
            write_private(self._file, text.encode())

    def _require_private(self) -> None:
        mode = self._file.stat().st_mode & 0o077
        if mode:
            raise PodAccessError(
                f"{self._file} can be read by other users of this machine", hint=f"Run: chmod 600 {self._file}"
            )
