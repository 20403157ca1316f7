"""The pod protocol: what embedded and served pods both do, and what ``pod_agent.testing.check_pod`` verifies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NewType, Protocol, runtime_checkable

__all__ = ["TURTLE", "Comparing", "ETag", "Entry", "Pod", "Putting", "Resource"]

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
    """One member of a container: its path below the agent's container; containers end in ``/``.

    ``modified`` is when its content last changed, as the pod writes it, ``size`` its number of bytes; None where the
    pod's listing does not tell.
    """

    path: str
    modified: str | None = None
    size: int | None = None


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


@runtime_checkable
class Comparing(Protocol):
    """A pod that can say that a resource is still what is known, without sending it."""

    def read_unless(self, path: str, known: Resource) -> Resource | None:
        """Like ``Pod.read``; ``known`` itself where the pod still holds what has its ETag."""
        ...


@runtime_checkable
class Putting(Protocol):
    """A pod that takes several writes at once, each with fewer requests where nobody needs the new ETag."""

    def write_only(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> None:
        """Write as ``Pod.write`` does, without asking for the new ETag."""
        ...
