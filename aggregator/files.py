"""Files of the businesses' side: published ones, replaced at once or not at all, and private logs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

__all__ = ["open_log", "replace_file"]


def replace_file(path: Path, content: bytes) -> None:
    """Write the whole file; whoever opens it sees the old content or the new, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def open_log(path: Path, *, fresh: bool = False) -> IO[bytes]:
    """A log that only its owner may read, also if it was open to others before; ``fresh`` empties it."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if fresh else os.O_APPEND), 0o600)
    os.fchmod(log, 0o600)
    return os.fdopen(log, "wb")
