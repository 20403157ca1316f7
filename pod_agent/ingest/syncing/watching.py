"""Keeping in step until told to stop: a sync at the start, when the pod says that something changed, and by the clock.

What a server sends is a hint and may get lost; the clock is what can be relied on.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from pod_agent.errors import PodError, UsageError
from pod_agent.ingest.syncing.sync_report import SyncReport

__all__ = ["Listening", "watch"]

_SETTLE: Final = 2.0
"""Seconds from a hint to the sync: what is written comes in several documents, the manifest last."""
_FIRST_PAUSE: Final = 5.0
_LONGEST_PAUSE: Final = 300.0
_BUSY_PAUSE: Final = 5.0


class Listening(Protocol):
    """Hints that come by themselves, as ``pod_agent.pods.notify`` gives them."""

    def wait(self, seconds: float | None = None) -> frozenset[str]:
        """What may have changed, as soon as there is something; nothing after so many seconds."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


def watch(
    sync: Callable[[], SyncReport],
    listen: Callable[[], Listening | None],
    *,
    seconds: float,
    stop: threading.Event,
) -> Iterator[SyncReport | PodError]:
    """What each sync did, or why it could not be done, until ``stop`` is set.

    A sync follows every hint, and at least every ``seconds``. Where the pod does not answer, or another import holds
    the home, it is tried again after a pause that grows.
    """
    hints: Listening | None = None
    failures = 0
    try:
        while not stop.is_set():
            try:
                report = sync()
            except UsageError:  # an import runs on this home
                stop.wait(_BUSY_PAUSE)
                continue
            except PodError as error:
                failures += 1
                yield error
                stop.wait(min(_FIRST_PAUSE * 2 ** (failures - 1), _LONGEST_PAUSE))
                continue
            failures = 0
            yield report
            if hints is None:
                with contextlib.suppress(PodError):
                    hints = listen()
            hints = _wait(hints, seconds, stop)
    finally:
        if hints is not None:
            hints.close()


def _wait(hints: Listening | None, seconds: float, stop: threading.Event) -> Listening | None:
    """Wait for a hint or the clock; the hints, None where they ended."""
    if hints is None:
        stop.wait(seconds)
        return None
    try:
        if hints.wait(seconds):
            stop.wait(min(_SETTLE, seconds))
            hints.wait(0)  # what came meanwhile belongs to the same change
    except PodError:
        hints.close()
        return None
    return hints
