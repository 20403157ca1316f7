"""A process that moves the pod of a home into another folder, and kills itself at a chosen point.

``python -m tests.support.move_child HOME TARGET POINT [--remove-old]``, with POINT as in ``import_child``, or the name
of a step: ``before-switch``, ``after-switch``, ``before-note``, ``after-note``, ``removing-N``. TARGET stands for a
server.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pod_agent import storage
from pod_agent.config import Settings, save_settings
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.login.secrets import Keyring
from pod_agent.pods.opening import EMBEDDED
from pod_agent.pods.pod import Pod
from pod_agent.portability import moving, removing
from tests.support.import_child import DyingPod

__all__ = ["folder_server", "link_folder", "main"]

WEBID = "https://alice.example/profile/card#me"


def link_folder(home: Path, folder: Path) -> None:
    """What linking with a server leaves behind before a move: here a folder takes the server's place."""
    save_settings(
        moving.target_home(home), pod=folder.resolve().as_uri() + "/", webid=WEBID, issuer="https://id.example/"
    )


def folder_server(folder: Path, make: Callable[[Path], Pod] = EmbeddedPod) -> moving.Opening:
    """Opens the folder where settings name a server."""

    def opening(settings: Settings, home: Path, keyring: Keyring | None) -> Pod:
        return EmbeddedPod(home / "pod") if settings.pod == EMBEDDED else make(folder)

    return opening


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying(act: Callable[..., Any], when: str) -> Callable[..., Any]:
    def acted(*arguments: Any, **options: Any) -> Any:
        if when == "before":
            _die()
        act(*arguments, **options)
        return _die()

    return acted


def main(home: Path, folder: Path, point: str, *, remove_old: bool) -> None:
    """Move and die at ``point``."""
    when, _, step = point.partition("-")
    make: Callable[[Path], Pod] = EmbeddedPod
    if step == "switch":
        moving.save_settings = _dying(save_settings, when)  # type: ignore[attr-defined]
    elif step == "note":
        moving.note_copy = _dying(moving.note_copy, when)  # type: ignore[attr-defined]
    elif when == "removing":
        left, remove = [int(step)], storage.remove_private

        def remove_some(path: Path) -> bool:
            left[0] -= 1
            if left[0] < 0:
                _die()
            return remove(path)

        removing.remove_private = remove_some  # type: ignore[attr-defined]
    else:
        make = lambda place: DyingPod(place, point)  # noqa: E731 - one line
    moving.move(home, embedded=False, keyring=None, remove_old=remove_old, opening=folder_server(folder, make))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], remove_old="--remove-old" in sys.argv)
