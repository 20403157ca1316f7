"""What a served pod holds: its containers listed once each, and documents fetched a few at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Self

from pod_agent.ingest.manifest import PATH as MANIFEST
from pod_agent.pods.mirror import Seen
from pod_agent.pods.mirrored import read_unless
from pod_agent.pods.pod import Entry, Pod, Resource

__all__ = ["Survey"]

PARTS: Final = (("imports/",), ("settings/", "corrections/", "feedback/", "data/"))
"""Containers that are kept in step, in this order: an import that is listed has all its documents in the pod."""
LANES: Final = 4
_BATCH: Final = 16


class Survey:
    """Looks at a pod with several requests at a time; close it, or use it in a ``with`` statement."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._pool = ThreadPoolExecutor(LANES)
        self.listed = 0

    def close(self) -> None:
        """End the threads; requests that wait are dropped."""
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def entries(self, known: Iterable[str] = ()) -> dict[str, Entry]:
        """The manifest and every document of the parts that are kept in step, by path.

        Containers of the documents that are ``known`` are listed without waiting for the lists above them.
        """
        top = {entry.path: entry for entry in self._pod.list("")}
        self.listed += 1
        found = {path: entry for path, entry in top.items() if path == MANIFEST}
        containers = {each for path in known for each in _above(path)}
        for parts in PARTS:
            there = [part for part in parts if part in top]
            level = sorted({*there, *(each for each in containers if each.startswith(tuple(there)))} if there else ())
            done = set[str]()
            while level:
                members = [entry for each in self._pool.map(self._members, level) for entry in each]
                self.listed += len(level)
                done.update(level)
                found.update((entry.path, entry) for entry in members if not entry.path.endswith("/"))
                level = sorted({entry.path for entry in members if entry.path.endswith("/")} - done)
        return found

    def fetch(self, paths: Sequence[str], seen: dict[str, Seen]) -> Iterator[tuple[str, Resource | None, bool]]:
        """Path, resource, and whether it is still what was seen: then its content is not fetched, and empty here."""
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            yield from self._pool.map(self._one, batch, [seen.get(path) for path in batch])

    def _members(self, container: str) -> list[Entry]:
        return list(self._pod.list(container))

    def _one(self, path: str, seen: Seen | None) -> tuple[str, Resource | None, bool]:
        known = Resource(b"", "", seen.etag) if seen is not None and seen.etag else None
        resource = read_unless(self._pod, path, known)
        return path, resource, resource is not None and resource is known


def _above(path: str) -> Iterator[str]:
    """Every container on the way to a document."""
    place = path.find("/")
    while place >= 0:
        yield path[: place + 1]
        place = path.find("/", place + 1)
