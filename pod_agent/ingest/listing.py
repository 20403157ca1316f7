"""A pod that is asked only for what it has: each container is listed once, and what its list lacks is not requested.

For planning alone: a resource that another program adds later is missed here, and found when its write is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from pod_agent.pods.pod import TURTLE, Entry, ETag, Pod, Resource

__all__ = ["ListedPod"]


class ListedPod:
    """The pod behind it, for as long as one plan is made."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._members: dict[str, set[str]] = {}

    @property
    def root(self) -> str:
        """As the pod says."""
        return self._pod.root

    def read(self, path: str) -> Resource | None:
        """The resource, or None where the list of its container does not name it."""
        container = path[: path.rfind("/") + 1]
        if container not in self._members:
            self._members[container] = {entry.path for entry in self._pod.list(container)}
        return self._pod.read(path) if path in self._members[container] else None

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        """As the pod does."""
        self._members.pop(path[: path.rfind("/") + 1], None)
        return self._pod.write(path, content, media_type=media_type, if_match=if_match)

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        """As the pod does."""
        return self._pod.remove(path, if_match=if_match)

    def list(self, container: str) -> Iterator[Entry]:
        """As the pod does."""
        return self._pod.list(container)

    def close(self) -> None:
        """The pod stays open: whoever opened it closes it."""
