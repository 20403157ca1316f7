"""Which process serves a folder: one at a time, and gone with it however it ends."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import msgspec

from pod_agent.errors import UsageError
from pod_agent.storage import remove_private, write_private

__all__ = ["Claim", "Presence", "presence"]

_NOTE = "running.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A server that runs: its process, its version, node's, and since when."""

    pid: int
    version: str
    node: str
    since: datetime


class Claim:
    """The right to serve a folder: a lock that the system gives back when its holder dies."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self._folder = folder
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> Self:
        """UsageError where another process serves the folder."""
        descriptor = _open(folder)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise UsageError(
                "a server runs from this folder already", hint="Look at it: pod-agent server status"
            ) from None
        remove_private(folder / _NOTE)  # of one that was killed
        return cls(folder, descriptor)

    def note(self, *, pid: int, version: str, node: str) -> None:
        """Tell others that the server answers now."""
        found = Presence(pid=pid, version=version, node=node, since=datetime.now(UTC))
        write_private(self._folder / _NOTE, msgspec.json.encode(found))

    def release(self) -> None:
        """Give the folder back."""
        remove_private(self._folder / _NOTE)
        os.close(self._descriptor)


def presence(folder: Path) -> Presence | None:
    """The server that runs from this folder; None where there is none, or none that answers yet."""
    if not (folder / "lock").exists() or not _is_held(folder):
        return None
    try:
        return msgspec.json.decode((folder / _NOTE).read_bytes(), type=Presence)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _is_held(folder: Path) -> bool:
    descriptor = _open(folder)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _open(folder: Path) -> int:
    return os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
