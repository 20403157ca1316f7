"""Copying a pod into another, resource by resource, until a pass over both finds them the same.

Documents are relative, so they are copied byte for byte. What another program wrote with the old address in full gets
the new one. Signed consent documents name nothing of the pod and are never touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pod_agent.errors import PodConflictError, PodDamagedError
from pod_agent.ingest.layout import walk
from pod_agent.ingest.manifest import PATH as MANIFEST
from pod_agent.ingest.manifest import digest
from pod_agent.pods.paths import media_type_of
from pod_agent.pods.pod import Pod
from pod_agent.portability.selection import Selection, selected

__all__ = ["Copied", "copy_pod", "fingerprint", "inventory"]

PASSES: Final = 6
"""How often both pods are gone through, should another device keep writing to the old one."""

_WORKERS: Final = 4
_SIGNED: Final = "consent/"

Advance = Callable[[int, int], None]
"""Told how many resources of a pass are done, and how many there are."""


@dataclass(slots=True)
class Copied:
    """A copy that was compared: hex SHA-256 by path as it lies in the new pod, and what it took.

    ``written`` counts resources that were written now, ``renamed`` those in which the old address stood in full.
    """

    digests: dict[str, str] = field(default_factory=dict)
    size: int = 0
    written: int = 0
    removed: int = 0
    renamed: int = 0


def copy_pod(source: Pod, target: Pod, advance: Advance | None = None) -> Copied:
    """Make ``target`` hold what ``source`` holds, but for shared copies, and nothing else; compared byte for byte.

    The manifest comes last in each pass. What is in ``target`` is written over and removed: whoever calls made sure
    that it may be. PodConflictError where the pods do not come to rest; any PodError leaves a part behind that the
    next call goes on from.
    """
    done = Copied()
    for number in range(PASSES):
        changed = _pass(source, target, done, advance or (lambda *_: None), compare_all=number > 0)
        if number and not changed:
            return done
    raise PodConflictError(
        "the pod keeps changing while it is copied", hint="End what writes to it on your other devices, then try again."
    )


def inventory(pod: Pod) -> dict[str, str]:
    """Hex SHA-256 of every resource of a pod by path, but for shared copies."""
    paths = sorted(selected(pod, Selection()))
    with ThreadPoolExecutor(_WORKERS) as workers:
        found = workers.map(pod.read, paths)
        return {path: digest(each.content) for path, each in zip(paths, found, strict=True) if each is not None}


def fingerprint(digests: dict[str, str]) -> str:
    """One hex SHA-256 for an inventory."""
    lines = "".join(f"{digests[path]} {path}\n" for path in sorted(digests))
    return hashlib.sha256(lines.encode()).hexdigest()


class _One(NamedTuple):
    path: str
    sha256: str
    size: int
    is_new: bool
    is_renamed: bool


def _pass(source: Pod, target: Pod, done: Copied, advance: Advance, *, compare_all: bool) -> int:
    """Go through both pods once; how many resources of the new one had to be changed."""
    paths = sorted(selected(source, Selection()), key=lambda path: (path == MANIFEST, path))
    there = set(walk(target, ""))
    before = done.written + done.removed
    done.digests, done.size, done.renamed = {}, 0, 0

    def one(path: str) -> _One:
        resource = source.read(path)
        if resource is None:
            raise PodDamagedError(f"{path} vanished while the pod was copied", hint="Try again.")
        content = _renamed(path, resource.content, source.root, target.root)
        held = target.read(path) if path in there or compare_all else None
        is_there = held is not None and held.content == content
        if not is_there:
            target.write(path, content, media_type=media_type_of(path), if_match=held.etag if held else None)
        return _One(path, digest(content), len(content), not is_there, content != resource.content)

    def note(results: Iterable[_One]) -> None:
        for each in results:
            done.digests[each.path] = each.sha256
            done.size += each.size
            done.written += each.is_new
            done.renamed += each.is_renamed
            advance(len(done.digests), len(paths))

    body = [path for path in paths if path != MANIFEST]
    with ThreadPoolExecutor(_WORKERS) as workers:
        note(workers.map(one, body))
    for path in sorted(there - set(paths)):
        done.removed += target.remove(path)
    note(map(one, paths[len(body) :]))
    return done.written + done.removed - before


def _renamed(path: str, content: bytes, old: str, new: str) -> bytes:
    if not path.endswith(".ttl") or path.startswith(_SIGNED):
        return content
    return content.replace(b"<" + old.encode(), b"<" + new.encode())
