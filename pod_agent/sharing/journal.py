"""What this machine remembers of shares, so that none is forgotten: those half made, and the day each one ends.

One small file each, in ``sharing/`` of the agent's home; they name grants and times, nobody and nothing else. A lock
keeps two programs of one home from giving and ending shares at the same time.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pod_agent.storage import make_private_folder, remove_private, write_private
from vocab.errors import VocabularyError
from vocab.times import utc_moment, utc_text

__all__ = ["Journal"]


class Journal:
    """The files in ``folder``; nothing is made before something is noted."""

    def __init__(self, folder: Path) -> None:
        self._making = folder / "making"
        self._live = folder / "live"
        self._lock = folder / "lock"

    def begin(self, grant: str) -> None:
        """Note that a share is being made; on disk when this returns."""
        write_private(self._making / grant, b"")

    def finish(self, grant: str) -> None:
        """It is made, or all of it is gone again."""
        remove_private(self._making / grant)

    def unfinished(self) -> set[str]:
        """Shares that were begun and neither made nor taken away: their program died."""
        return _names(self._making)

    def keep(self, grant: str, until: datetime) -> None:
        """Note when a share has to be ended; that may be now."""
        write_private(self._live / grant, utc_text(until).encode())

    def forget(self, grant: str) -> None:
        """The share is over and its container is gone."""
        remove_private(self._live / grant)

    def live(self) -> set[str]:
        """Shares that this machine has to end some day."""
        return _names(self._live)

    def is_due(self, now: datetime) -> bool:
        """Whether something has to be ended or cleared away; asks nobody."""
        return bool(self.unfinished()) or any(_end(self._live / name) <= now for name in _names(self._live))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Held while a share is made or ended."""
        make_private_folder(self._lock.parent)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name[0] != "."} if folder.is_dir() else set()


def _end(path: Path) -> datetime:
    try:
        return utc_moment(path.read_text(encoding="ascii"))
    except (ValueError, VocabularyError, FileNotFoundError):
        return datetime.min.replace(tzinfo=UTC)  # to look once too often does no harm
