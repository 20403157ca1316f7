"""What consent needs from the outside, as small protocols: the pod's documents and this machine's own memory.

``Documents`` is the pod, which other devices and the pod's operator can write to. ``Marks`` is this machine, which
works without a network: a withdrawal is marked here first and stands from then on, whatever the pod says.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Clock", "Documents", "Head", "Marks"]

Clock = Callable[[], datetime]
"""This moment in UTC, in whole seconds."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of the log that is known here: its number and its digest."""

    sequence: int
    digest: str


class Documents(Protocol):
    """Immutable documents in the pod, by path; only a torn one is ever replaced.

    Every call raises PodOfflineError where the pod does not answer.
    """

    def read(self, path: str) -> bytes | None:
        """The document, or None where there is none."""
        ...

    def create(self, path: str, content: bytes) -> bool:
        """Write the document, durably, unless there is one; False where there is."""
        ...

    def replace(self, path: str, torn: bytes, content: bytes) -> bool:
        """Write the document over one that holds exactly ``torn``, the beginning of one; False where it does not."""
        ...

    def names(self, container: str) -> list[str]:
        """Names of the members of a container (its path ends in ``/``), sorted; those of containers end in ``/``."""
        ...


class Marks(Protocol):
    """What this machine remembers by itself, durably."""

    def head(self) -> Head | None:
        """The last entry of the log that was written or seen here."""
        ...

    def keep_head(self, head: Head) -> None:
        """Remember the head."""
        ...

    def withdrawn(self, grant: str) -> bool:
        """Whether the grant was withdrawn on this machine; cheap enough to ask between two pieces of an upload."""
        ...

    def all_withdrawn(self) -> dict[str, datetime]:
        """Every grant withdrawn on this machine, and when."""
        ...

    def mark_withdrawn(self, grant: str, at: datetime) -> None:
        """Remember the withdrawal; keeps the first time where there is one."""
        ...

    def shared(self) -> AbstractContextManager[None]:
        """Held while bytes leave; many at a time, also from several processes."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Held while the log is written; waits until no bytes leave, and keeps others from beginning."""
        ...
