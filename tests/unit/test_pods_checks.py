"""``check_pod`` finds pods that break the protocol: each planted fault makes its check fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.pod import TURTLE, Entry, ETag, Resource
from pod_agent.testing import check_pod


class Unconditional(EmbeddedPod):
    """Writes whatever the ETag."""

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        held = self.read(path)
        return super().write(path, content, media_type=media_type, if_match=held.etag if held else if_match)


class Unlocked(EmbeddedPod):
    """Writers do not take turns."""

    @contextmanager
    def _locked(self) -> Iterator[None]:
        yield


class Unsorted(EmbeddedPod):
    """Lists in reverse."""

    def list(self, container: str) -> Iterator[Entry]:
        return iter(sorted(super().list(container), key=lambda entry: entry.path, reverse=True))


class Truncating(EmbeddedPod):
    """Keeps only the first 64 kB."""

    def write(self, path: str, content: bytes, *, media_type: str = TURTLE, if_match: ETag | None) -> ETag:
        return super().write(path, content[:65536], media_type=media_type, if_match=if_match)


class Translating(EmbeddedPod):
    """Reads as text."""

    def read(self, path: str) -> Resource | None:
        found = super().read(path)
        if found is None:
            return None
        return Resource(found.content.replace(b"\r\n", b"\n"), found.media_type, found.etag)


class Eager(EmbeddedPod):
    """Removes whatever the ETag."""

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        return super().remove(path) if if_match is None else self.remove(path)


class Boastful(EmbeddedPod):
    """Says that it removed what was not there."""

    def remove(self, path: str, *, if_match: ETag | None = None) -> bool:
        super().remove(path, if_match=if_match)
        return True


class Lenient(EmbeddedPod):
    """Takes names in capitals."""

    def read(self, path: str) -> Resource | None:
        return super().read(path.lower())


@pytest.mark.parametrize(
    ("pod", "fact"),
    [
        (Unconditional, "a second first write as a conflict is refused"),
        (Unlocked, "exactly one wins"),
        (Unsorted, "members are listed, sorted"),
        (Truncating, "a megabyte comes back whole"),
        (Translating, "d.json comes back byte for byte"),
        (Eager, "a removal with an old ETag as a conflict is refused"),
        (Boastful, "removing nothing gives False"),
        (Lenient, "reading 'A.ttl' is refused"),
    ],
)
def test_a_broken_pod_is_found(pod: type[EmbeddedPod], fact: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=fact):
        check_pod(lambda: pod(tmp_path / "pod"))
