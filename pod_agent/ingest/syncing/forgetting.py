"""Forget what this machine knows of a pod that it is no longer linked to."""

from __future__ import annotations

import shutil
from pathlib import Path

from pod_agent.storage import remove_private

__all__ = ["forget_known"]


def forget_known(home: Path) -> None:
    """Remove the index, the store of search and the copy of the pod; all are made again from the next pod."""
    for name in ("index.sqlite", "ingest/mirror.sqlite"):
        for ending in ("", "-wal", "-shm"):
            remove_private(home / (name + ending))
    shutil.rmtree(home / "search", ignore_errors=True)
