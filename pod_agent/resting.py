"""Rest: after a failure a server is left alone for an hour.

A server that never answers would else be asked each time the person looks at something, and learn of every look.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pod_agent.storage import write_private

__all__ = ["PAUSE", "Rest"]

PAUSE: Final = timedelta(hours=1)


class Rest:
    """When asking failed last, kept in the file at ``path``; times are aware."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, at: datetime) -> None:
        """Asking failed at this moment."""
        write_private(self._path, at.astimezone(UTC).isoformat().encode())

    def lasts(self, at: datetime) -> bool:
        """Whether asking failed less than ``PAUSE`` ago; a note that cannot be read, or of the future, is none."""
        try:
            failed = datetime.fromisoformat(self._path.read_text(encoding="ascii"))
            return timedelta(0) <= at - failed < PAUSE
        except (OSError, ValueError, TypeError):
            return False
