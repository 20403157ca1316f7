"""Secrets at rest where the system has no keyring: a file sealed by a passphrase, or by a key that lies beside it.

ChaCha20-Poly1305 (RFC 8439); the key comes from a passphrase by scrypt (RFC 7914), or is 32 random bytes in a file.
A key in a file beside what it seals keeps secrets out of copies of that one file; it does not keep out who can read
the whole home folder. ``SealedFile.place`` says so.
"""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from pod_agent.errors import LocalStateError, PassphraseError
from pod_agent.storage import remove_private, write_private

__all__ = ["PASSPHRASE", "SealedFile", "forget_passphrase", "stretched"]

PASSPHRASE = "POD_AGENT_PASSPHRASE"  # noqa: S105 - its name
"""The environment variable that holds the passphrase."""

_HEADER = b"pod-agent sealed 1 "
_BY_PASSPHRASE = _HEADER + b"passphrase\n"
_BY_KEY = _HEADER + b"key-file\n"
_SALT = 16
_NONCE = 12
_TRIES = 3
_COST = 2**15  # of scrypt with r 8 and p 3
_typed: dict[str, str] = {}  # the answer of the terminal, which is asked once a process


class SealedFile:
    """One file whose content nobody reads without the key; ``key_path`` is where a random key lies if there is one."""

    def __init__(self, path: Path, key_path: Path) -> None:
        self._path = path
        self._key_path = key_path

    def read(self) -> bytes | None:
        """What was sealed, None where there is no file.

        PassphraseError where the passphrase is missing or wrong, LocalStateError where file or key are damaged.
        """
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return None
        head, salt, nonce, body = _parts(sealed, self._path)
        try:
            return ChaCha20Poly1305(self._key(head, salt)).decrypt(nonce, body, head + salt)
        except InvalidTag:
            if head == _BY_KEY:
                raise self._damaged() from None
            _typed.clear()
            raise PassphraseError(f"the passphrase does not open {self._path.name}") from None

    def write(self, content: bytes) -> None:
        """Seal and store: by the passphrase in force, by a new one that a terminal gives, else by a random key."""
        head, salt = self._way()
        nonce = secrets.token_bytes(_NONCE)
        body = ChaCha20Poly1305(self._key(head, salt)).encrypt(nonce, content, head + salt)
        write_private(self._path, head + salt + nonce + body)
        if head == _BY_PASSPHRASE:
            remove_private(self._key_path)

    def remove(self) -> bool:
        """Remove the file and its key; False where there was none."""
        there = remove_private(self._path)
        return remove_private(self._key_path) or there

    def environment(self) -> dict[str, str]:
        """What a child process needs in its environment to read the file: the passphrase, if a terminal gives it."""
        if self._head() == _BY_PASSPHRASE and not os.environ.get(PASSPHRASE) and (_typed or _on_terminal()):
            return {PASSPHRASE: _passphrase(self._path.name)}
        return {}

    def place(self) -> str:
        """How the content is kept, for people."""
        if self._head() == _BY_PASSPHRASE:
            return f"{self._path.name}, sealed by your passphrase"
        return (
            f"{self._path.name}, sealed by a key that lies beside it: who can read this home folder can use the login"
        )

    def _head(self) -> bytes | None:
        try:
            sealed = self._path.read_bytes()
        except FileNotFoundError:
            return None
        return _parts(sealed, self._path)[0]

    def _way(self) -> tuple[bytes, bytes]:
        """Header and salt of the next writing; the same passphrase keeps its salt, so that it is stretched once."""
        held = self._head()
        if held == _BY_PASSPHRASE:
            return held, _parts(self._path.read_bytes(), self._path)[1]
        if os.environ.get(PASSPHRASE) or (held is None and _new_passphrase()):
            return _BY_PASSPHRASE, secrets.token_bytes(_SALT)
        if not self._key_path.exists():
            write_private(self._key_path, secrets.token_bytes(32))
        return _BY_KEY, secrets.token_bytes(_SALT)

    def _key(self, head: bytes, salt: bytes) -> bytes:
        if head == _BY_PASSPHRASE:
            return stretched(_passphrase(self._path.name), salt)
        try:
            key = self._key_path.read_bytes()
        except FileNotFoundError:
            raise self._damaged() from None
        if len(key) != 32:
            raise self._damaged()
        return key

    def _damaged(self) -> LocalStateError:
        return LocalStateError(
            f"{self._path.name} cannot be opened with {self._key_path.name}",
            hint=f"Remove {self._path}, then link the pod again: pod-agent pod link WEBID",
        )


def forget_passphrase() -> None:
    """Ask the terminal again next time."""
    _typed.clear()
    stretched.cache_clear()


def _parts(sealed: bytes, path: Path) -> tuple[bytes, bytes, bytes, bytes]:
    """Header, salt, nonce and sealed content."""
    for head in (_BY_PASSPHRASE, _BY_KEY):
        rest = sealed.removeprefix(head)
        if len(rest) < len(sealed) and len(rest) >= _SALT + _NONCE + 16:
            return head, rest[:_SALT], rest[_SALT : _SALT + _NONCE], rest[_SALT + _NONCE :]
    raise LocalStateError(
        f"{path.name} is damaged, or was written by a newer version",
        hint=f"Install the newest version; if that does not help, remove {path} and link the pod again.",
    )


@lru_cache(maxsize=4)
def stretched(passphrase: str, salt: bytes) -> bytes:
    """A key of 32 bytes from a passphrase; every guess costs 32 MB and about a third of a second."""
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=3).derive(passphrase.encode())


def _passphrase(name: str) -> str:
    found = os.environ.get(PASSPHRASE) or _typed.get("")
    if not found and _on_terminal():
        found = _typed[""] = getpass.getpass(f"Passphrase for {name}: ")
    if not found:
        raise PassphraseError(f"{name} is sealed by a passphrase, and none was given")
    return found


def _new_passphrase() -> bool:
    """Whether the person chose a passphrase; nobody is asked where there is no terminal."""
    if not _on_terminal():
        return False
    question = "Choose a passphrase for your login (empty: a key in a file): "
    for _ in range(_TRIES):
        first = getpass.getpass(question)
        if not first or getpass.getpass("Once more: ") == first:
            _typed[""] = first
            return bool(first)
        question = "The two differ. Choose a passphrase (empty: a key in a file): "
    raise PassphraseError("the two passphrases differ")


def _on_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
