"""A served pod with its mirror at hand: reads cost no bytes where nothing changed, and what was written is known here.

What is read and differs is handed on but not accepted: whether it is an edit or damage is for a sync to judge.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Final

from pod_agent.errors import PodError
from pod_agent.pods.mirror import Mirror
from pod_agent.pods.paths import check_container
from pod_agent.pods.pod import TURTLE, Comparing, Entry, ETag, Pod, Putting, Resource

__all__ = ["MirrorView", "MirroredPod", "base_of", "mirrored", "read_unless"]


_NO_ETAG: Final = ETag("")
"""Stands for the ETag of what was written and not asked for since."""


def read_unless(pod: Pod, path: str, known: Resource | None) -> Resource | None:
    """The resource, fetched only where it is not what is ``known``, as far as the pod can tell the two apart."""
    if known is not None and isinstance(pod, Comparing):
        return pod.read_unless(path, known)
    return pod.read(path)


class MirroredPod:
    """``pod`` with its mirror; both are closed by whoever opened them."""

    def __init__(self, pod: Pod, mirror: Mirror) -> None:
        self._pod = pod
        self.mirror = mirror
        self._undated = set[str]()

    @property
    def root(self) -> str:
        """IRI of the agent's container."""
        return self._pod.root

    def read(self, path: str) -> Resource | None:
        """The resource as the pod holds it now; its bytes come from the mirror where they are the same."""
        known = self.mirror.read(path)
        if known is not None and known.etag:
            return read_unless(self._pod, path, known)
        resource = self._pod.read(path)
        if resource is not None and known is not None and resource.content == known.content:
            self.mirror.note_etag(path, resource.etag)
        return resource

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        """Write the whole resource; what is written is accepted."""
        etag = self._pod.write(path, content, media_type=media_type, if_match=if_match)
        self.mirror.put(path, Resource(content, media_type, etag))
        return etag

    def note_written(self) -> None:
        """Learn the dates of what ``write_only`` wrote from the listings, so that the next sync need not fetch it."""
        paths, self._undated = self._undated, set()
        dates: dict[str, str | None] = {}
        for container in sorted({path[: path.rfind("/") + 1] for path in paths}):
            for entry in self._pod.list(container):
                seen = self.mirror.get(entry.path) if entry.path in paths else None
                if seen is not None and not seen.etag and entry.size == seen.size:
                    dates[entry.path] = entry.modified
        self.mirror.note_dates(dates)

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        """Remove a resource, also from the mirror."""
        removed = self._pod.remove(path, if_match=if_match)
        self.mirror.forget(path)
        return removed

    def list(self, container: str) -> Iterator[Entry]:
        """Members of a container, as the pod lists them."""
        return self._pod.list(container)

    def close(self) -> None:
        """Nothing: pod and mirror belong to whoever opened them."""


class PuttingMirroredPod(MirroredPod):
    """The same of a pod that takes several writes at once."""

    def __init__(self, pod: Pod, mirror: Mirror, putting: Putting) -> None:
        super().__init__(pod, mirror)
        self._putting = putting

    def write_only(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> None:
        """Write without asking for the new ETag; what is written is accepted."""
        self._putting.write_only(path, content, media_type=media_type, if_match=if_match)
        self.mirror.put(path, Resource(content, media_type, _NO_ETAG))
        self._undated.add(path)


def mirrored(pod: Pod, mirror: Mirror) -> MirroredPod:
    """The pod with its mirror; it takes several writes at once where the pod does."""
    return PuttingMirroredPod(pod, mirror, pod) if isinstance(pod, Putting) else MirroredPod(pod, mirror)


def base_of(pod: Pod, path: str, etag: ETag | None) -> bytes | None:
    """The bytes that were read under this ETag, where the pod has a mirror and the mirror has them."""
    held = pod.mirror.read(path) if isinstance(pod, MirroredPod) else None
    return held.content if held is not None and held.etag == etag else None


class MirrorView:
    """What was accepted, as a pod that can be read without a request and that takes no change."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._paths = sorted(mirror.seen())

    @property
    def root(self) -> str:
        """IRI of the agent's container."""
        return self._mirror.root

    def read(self, path: str) -> Resource | None:
        """The resource as it was accepted."""
        return self._mirror.read(path)

    def list(self, container: str) -> Iterator[Entry]:
        """Members of a container among what was accepted when this view was made."""
        check_container(container)
        below = (path.removeprefix(container) for path in self._paths if path.startswith(container))
        names = {name + slash for rest in below for name, slash, _ in [rest.partition("/")]}
        return iter([Entry(container + name) for name in sorted(names)])

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:  # noqa: ARG002 - the protocol's
        """PodError: a view takes no change."""
        raise PodError(f"{path} cannot be written to a copy of the pod")

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:  # noqa: ARG002 - the protocol's
        """PodError: a view takes no change."""
        raise PodError(f"{path} cannot be removed from a copy of the pod")

    def paths(self) -> builtins.list[str]:
        """Every path, sorted."""
        return [*self._paths]

    def close(self) -> None:
        """Nothing: the mirror belongs to whoever opened it."""
