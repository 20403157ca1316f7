"""Every local file is written here: atomic, private (0600 in folders of 0700), one place to seal at rest."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path
from typing import Final

from pod_agent.errors import LocalStateError

__all__ = ["make_private_folder", "remove_private", "write_private"]

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def make_private_folder(path: Path) -> Path:
    """Make the folder and its missing parents, readable by this user alone. FileExistsError if a file is in the way."""
    missing = []
    folder = path
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for folder in reversed(missing):  # mkdir(parents=True) would leave the parents open to everyone
        folder.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(folder.parent)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Replace the file's content at once or not at all; survives a crash at any point.

    The new bytes are on disk before the name points at them, and the name is on disk before this returns.
    LocalStateError where the disk has no room for them.
    """
    try:
        _write(path, content)
    except OSError as error:
        if error.errno in _FULL:
            raise LocalStateError(f"{path.parent} has no room: {error.strerror}") from error
        raise


def _write(path: Path, content: bytes) -> None:
    make_private_folder(path.parent)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    _sync_folder(path.parent)


def remove_private(path: Path) -> bool:
    """Remove the file for good; False where there was none."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open folders; its rename is durable by itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
