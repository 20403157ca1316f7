"""The pod protocol: what embedded and served pods both do, and what ``pod_agent.testing.check_pod`` verifies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NewType, Protocol

__all__ = ["TURTLE", "ETag", "Entry", "Pod", "Resource"]

ETag = NewType("ETag", str)
TURTLE = "text/turtle"


@dataclass(frozen=True, slots=True)
class Resource:
    """Bytes of one resource as they are stored, with the ETag to make the next write conditional."""

    content: bytes
    media_type: str
    etag: ETag


@dataclass(frozen=True, slots=True)
class Entry:
    """One member of a container: its path below the agent's container; containers end in ``/``."""

    path: str


class Pod(Protocol):
    """The agent's own container in a Solid pod.

    Paths are relative to that container, for example ``data/ocbc/transaction/2026/2026-10.ttl``; their segments hold
    only ``[a-z0-9._-]``. Every call raises PodUnreachableError, PodAccessError or PodDamagedError where that is what
    happened.
    """

    @property
    def root(self) -> str:
        """Absolute IRI of the agent's container, with ``/`` at its end."""
        ...

    def read(self, path: str) -> Resource | None:
        """The resource, or None where there is none."""
        ...

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        """Write the whole resource and return its new ETag.

        ``if_match`` is the ETag that was read; None says that there must be no resource yet. PodConflictError where
        the pod holds something else, and then nothing is changed. Containers on the way are made.
        """
        ...

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        """Remove a resource; False where there was none. PodConflictError if it changed."""
        ...

    def list(self, container: str) -> Iterator[Entry]:
        """Members of a container (path with ``/`` at its end, ``""`` for the root), sorted; none if it is missing."""
        ...

    def close(self) -> None:
        """Release connections."""
        ...
