"""A process that imports into an embedded pod and kills itself at a chosen point.

``python -m tests.support.import_child HOME SOURCE POINT``, with POINT a number of writes that go through before the
kill, ``cut-N`` for half a write, ``done-N`` for a write that went through before the kill, or ``staging``.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from pod_agent.ingest.pipeline import Ingest
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.pod import TURTLE, ETag

__all__ = ["DyingPod", "main"]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_reading(_text: str, _rows: int) -> None:
    _die()


class DyingPod(EmbeddedPod):
    """An embedded pod whose process is killed in the middle of a write."""

    def __init__(self, folder: Path, point: str) -> None:
        super().__init__(folder)
        self._how, _, number = point.rpartition("-")
        self._left = int(number)
        self._place = folder

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        self._left -= 1
        if self._left == -1:
            if self._how == "cut":  # as a server without atomic writes leaves it
                target = self._place / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content[: len(content) // 2])
            if self._how == "done":
                super().write(path, content, media_type=media_type, if_match=if_match)
            _die()
        return super().write(path, content, media_type=media_type, if_match=if_match)


def main(home: Path, source: Path, point: str) -> None:
    """Import ``source`` and die at ``point``."""
    if point == "staging":
        Ingest(EmbeddedPod(home / "pod"), home).run([source], progress=_die_reading)
    else:
        Ingest(DyingPod(home / "pod", point), home).run([source])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
