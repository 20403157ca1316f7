"""Keys of addresses, in the system's keyring and nowhere else."""

from __future__ import annotations

from typing import Final

from pod_agent.errors import UsageError
from pod_agent.pods.login.secrets import Keyring, system_keyring

__all__ = ["forget_key", "keep_key", "kept_key"]

_PLACE: Final = "pod-agent language model"


def kept_key(address: str) -> str | None:
    """The key of an address, None where there is none; UsageError where this machine has no keyring."""
    return _keyring().get_password(_PLACE, address)


def keep_key(address: str, key: str) -> None:
    """Keep a key; UsageError where it cannot be one, or there is no keyring."""
    if not key.isascii() or not key.isprintable() or not key.strip() or len(key) > 4_096:
        raise UsageError("this is no key", hint="Copy it as its server shows it: one line of letters and digits.")
    _keyring().set_password(_PLACE, address, key.strip())


def forget_key(address: str) -> None:
    """Remove the key of an address, if there is one."""
    keyring = system_keyring()
    if keyring is not None and keyring.get_password(_PLACE, address) is not None:
        keyring.delete_password(_PLACE, address)


def _keyring() -> Keyring:
    keyring = system_keyring()
    if keyring is None:
        raise UsageError(
            "this machine has no keyring that works, and a key is kept nowhere else",
            hint="Install one of the system's, or use an address that needs no key.",
        )
    return keyring
