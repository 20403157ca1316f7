"""Changing a document that other programs may be changing at the same time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pod_agent.errors import PodConflictError
from pod_agent.pods.pod import Pod, Resource

__all__ = ["change_resource"]

ATTEMPTS: Final = 5


def change_resource(pod: Pod, path: str, change: Callable[[Resource | None], bytes | None]) -> None:
    """Read a resource, change it and write it back under its ETag; once more from the start where it changed meanwhile.

    ``change`` is given the resource, or None where there is none yet, and returns the new content, or None for nothing
    to write. PodConflictError where others keep writing it.
    """
    for _ in range(ATTEMPTS):
        held = pod.read(path)
        content = change(held)
        if content is None or (held is not None and held.content == content):
            return
        try:
            pod.write(path, content, if_match=held.etag if held else None)
        except PodConflictError:
            continue
        return
    raise PodConflictError(f"other programs keep writing {path}")
