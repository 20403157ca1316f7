"""What the checks of pods are written with: a container of a check's own, races, and ways to say what does not hold."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Self

from pod_agent.errors import AgentError, PodConflictError, UsageError
from pod_agent.pods.pod import Pod

__all__ = ["TURTLE_TEXT", "OpenPod", "Scratch", "conflict", "hold", "race", "refused"]

OpenPod = Callable[[], Pod]
"""Opens the pod under test; every call gives a new handle on the same container."""

TURTLE_TEXT = '<#a> <http://schema.org/name> "kopi-o kosong ☕ 咖啡 \'Ñandú\' \\"q\\"" .\n'.encode()


class Scratch:
    """A container of a check's own, emptied at the end."""

    def __init__(self, open_pod: OpenPod) -> None:
        self.pod = open_pod()
        self.folder = f"check-{secrets.token_hex(6)}/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._empty(self.folder)
        finally:
            self.pod.close()

    def path(self, name: str) -> str:
        """The path of a name in this container."""
        return self.folder + name

    def names(self, container: str) -> list[str]:
        """Members of a container below the check's own, as paths below it."""
        return [entry.path.removeprefix(self.folder) for entry in self.pod.list(self.path(container))]

    def content(self, name: str) -> bytes | None:
        """What a resource holds, None where there is none."""
        found = self.pod.read(self.path(name))
        return None if found is None else found.content

    def _empty(self, container: str) -> None:
        for entry in list(self.pod.list(container)):
            if entry.path.endswith("/"):
                self._empty(entry.path)
            else:
                self.pod.remove(entry.path)


def race(open_pod: OpenPod, calls: list[Callable[[Pod], object]]) -> list[bool]:
    """Which of the calls went through; all begin at the same moment, each with a handle of its own."""
    start = Barrier(len(calls))
    pods = [open_pod() for _ in calls]

    def run(pod: Pod, call: Callable[[Pod], object]) -> bool:
        start.wait()
        try:
            return call(pod) is not False
        except PodConflictError:
            return False
        finally:
            pod.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, pods, calls))


def hold(condition: bool, fact: str) -> None:  # noqa: FBT001 - reads like assert
    """AssertionError with the fact where it does not hold."""
    if not condition:
        raise AssertionError(f"does not hold: {fact}")


def conflict(call: Callable[[], object], what: str) -> None:
    """AssertionError where the call is not refused with PodConflictError."""
    refused(call, f"{what} as a conflict", PodConflictError)


def refused(call: Callable[[], object], what: str, kind: type[AgentError] = UsageError) -> None:
    """AssertionError where the call does not raise this kind of error."""
    try:
        call()
    except kind:
        return
    except AgentError as error:
        raise AssertionError(f"does not hold: {what} is refused (it ends with {error.code})") from error
    raise AssertionError(f"does not hold: {what} is refused")
