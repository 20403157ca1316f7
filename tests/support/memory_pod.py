"""Small pods that are real: one in memory that counts its writes, one that fails on the n-th write like servers do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from pod_agent.errors import PodAccessError, PodConflictError, PodError, PodUnreachableError
from pod_agent.pods.pod import TURTLE, Entry, ETag, Pod, Resource

__all__ = ["Fault", "FaultyPod", "MemoryPod"]


_START: Final = datetime(2026, 10, 1, 8, 0, 0, 500_000, UTC)


class MemoryPod:
    """A pod in memory; ETags count up, as a server's change with every write.

    It lists dates and sizes, unless it is told not to. ``reads`` are the paths of which bytes were asked for.
    """

    def __init__(self, *, dated: bool = True) -> None:
        self.resources: dict[str, Resource] = {}
        self.writes: list[str] = []
        self.reads: list[str] = []
        self._dated = dated
        self._dates: dict[str, str] = {}
        self._count = 0

    @property
    def root(self) -> str:
        return "https://pod.example/me/pod-agent/"

    def read(self, path: str) -> Resource | None:
        self.reads.append(path)
        return self.resources.get(path)

    def read_unless(self, path: str, known: Resource) -> Resource | None:
        held = self.resources.get(path)
        if held is not None and held.etag == known.etag:
            return known
        return self.read(path)

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        held = self.resources.get(path)
        if (held.etag if held else None) != if_match:
            raise PodConflictError(f"{path} changed")
        return self.put(path, content, media_type)

    def put(self, path: str, content: bytes, media_type: str = TURTLE) -> ETag:
        """Write whatever is there, as another program or a server's fault would."""
        self._count += 1
        self.writes.append(path)
        moment = _START + timedelta(milliseconds=self._count)
        self.resources[path] = Resource(content, media_type, ETag(f'"{round(moment.timestamp() * 1000)}-x"'))
        self._dates[path] = moment.isoformat(timespec="milliseconds")
        return self.resources[path].etag

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        held = self.resources.get(path)
        if held is None:
            return False
        if if_match is not None and held.etag != if_match:
            raise PodConflictError(f"{path} changed")
        del self.resources[path]
        return True

    def list(self, container: str) -> Iterator[Entry]:
        members = {
            container + rest.partition("/")[0] + ("/" if "/" in rest else "")
            for path in self.resources
            if path.startswith(container)
            for rest in [path.removeprefix(container)]
        }
        return (self._entry(path) for path in sorted(members))

    def close(self) -> None:
        pass

    def _entry(self, path: str) -> Entry:
        if not self._dated or path.endswith("/"):
            return Entry(path)
        return Entry(path, self._dates[path], len(self.resources[path].content))

    def documents(self, prefix: str = "data/") -> dict[str, bytes]:
        """The bytes of every resource below a prefix."""
        return {path: resource.content for path, resource in self.resources.items() if path.startswith(prefix)}


class Fault(StrEnum):
    """How a write fails."""

    SERVER_ERROR = "500"
    NO_ACCESS = "401"
    CONFLICT = "412"
    LOST_ANSWER = "written, but the answer is lost"
    CUT_OFF = "half of it written"


class FaultyPod:
    """A pod whose ``number``-th write (from 0) fails; all others go through to ``pod``."""

    def __init__(self, pod: Pod, number: int, fault: Fault, strike: Callable[[], None] | None = None) -> None:
        self._pod = pod
        self._left = number
        self._fault = fault
        self._strike = strike

    @property
    def root(self) -> str:
        return self._pod.root

    def read(self, path: str) -> Resource | None:
        return self._pod.read(path)

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        self._left -= 1
        if self._left != -1:
            return self._pod.write(path, content, media_type=media_type, if_match=if_match)
        if self._fault is Fault.LOST_ANSWER:
            self._pod.write(path, content, media_type=media_type, if_match=if_match)
        if self._fault is Fault.CUT_OFF:
            self._pod.write(path, content[: len(content) // 2], media_type=media_type, if_match=if_match)
        if self._strike is not None:
            self._strike()
        raise self._error(path)

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        return self._pod.remove(path, if_match=if_match)

    def list(self, container: str) -> Iterator[Entry]:
        return self._pod.list(container)

    def close(self) -> None:
        self._pod.close()

    def _error(self, path: str) -> PodError:
        if self._fault is Fault.NO_ACCESS:
            return PodAccessError(f"{path}: 401")
        if self._fault is Fault.CONFLICT:
            return PodConflictError(f"{path}: 412")
        return PodUnreachableError(f"{path}: {self._fault}")
