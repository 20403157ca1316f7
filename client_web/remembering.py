"""Results that take long, remembered until what they were computed from changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from flask import request

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["Remembered", "is_asked_for", "is_large", "stamp_of"]

T = TypeVar("T")

LARGE = 20_000
"""Records from which on long computations do not hold a page up."""


class Remembered:
    """The newest result of each name, with the stamp it was computed under; safe for several threads."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, Any]] = {}
        self._lock = threading.Lock()

    def has(self, name: str, stamp: object) -> bool:
        """Whether the result of this name is at hand."""
        with self._lock:
            return name in self._kept and self._kept[name][0] == stamp

    def found(self, name: str, stamp: object, default: T) -> T:
        """The result of this name where it is at hand."""
        with self._lock:
            kept, value = self._kept.get(name, (None, default))
            found: T = value if kept == stamp else default
            return found

    def of(self, name: str, stamp: object, compute: Callable[[], T]) -> T:
        """The result of this name, computed only where it is not at hand; errors are not remembered."""
        with self._lock:
            if name in self._kept and self._kept[name][0] == stamp:
                found: T = self._kept[name][1]
                return found
        found = compute()
        with self._lock:
            self._kept[name] = (stamp, found)
        return found


def stamp_of(agent: Agent) -> object:
    """What differs once the records, the day, the person's word, the inputs or the catalogue are others."""
    desk = agent.suggestions
    off = tuple(entry["input"] for entry in desk.inputs() if not entry["on"])
    return agent.today(), agent.index.edition, desk.feedback.said(), off, agent.offer_desk.offers()


def is_large(agent: Agent) -> bool:
    """Whether the pod is so large that long computations are done after the page is there."""
    return sum(item.records for item in agent.coverage()) >= LARGE


def is_asked_for() -> bool:
    """Whether this request wants the result at once, however long it takes."""
    return "now" in request.args or "HX-Request" in request.headers
