"""What is derived from the whole index, made once for each version of it: names, and the days that are covered."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from pod_agent.index.entities import Coverage, Entities
from pod_agent.index.local import LocalIndex

__all__ = ["coverage_of", "entities_of", "remembered"]

Derived = TypeVar("Derived")

_KNOWN: WeakKeyDictionary[LocalIndex, tuple[tuple[int, int], dict[Callable[..., Any], Any]]] = WeakKeyDictionary()
_LOCK = RLock()


def remembered(index: LocalIndex, made: Callable[[LocalIndex], Derived]) -> Derived:
    """What ``made`` makes of the index; made anew after a change, by this process or another.

    It is shared, so nobody may change it, and it must not hold the index. Safe to share between threads.
    """
    with _LOCK:
        version = index.version()
        known = _KNOWN.get(index)
        if known is None or known[0] != version:
            known = (version, {})
            _KNOWN[index] = known
        if made not in known[1]:
            known[1][made] = made(index)
        return cast("Derived", known[1][made])


def entities_of(index: LocalIndex) -> Entities:
    """Every name that the records hold, by kind."""
    return remembered(index, _entities)


def coverage_of(index: LocalIndex) -> tuple[Coverage, ...]:
    """First and last local day with a record, and their number, per source and kind of record."""
    return remembered(index, _coverage)


def _entities(index: LocalIndex) -> Entities:
    return index.entities()


def _coverage(index: LocalIndex) -> tuple[Coverage, ...]:
    return index.coverage()
