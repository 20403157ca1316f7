"""What every pod must do: checks for authors of pods, run by ``check_pod`` or one by one from ``POD_CHECKS``."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Self

from pod_agent.errors import AgentError, PodConflictError, PodError, UsageError
from pod_agent.pods.pod import TURTLE, ETag, Pod

__all__ = ["POD_CHECKS", "OpenPod", "check_pod"]

OpenPod = Callable[[], Pod]
"""Opens the pod under test; every call gives a new handle on the same container."""

_WRITERS = 5
_TURTLE = '<#a> <http://schema.org/name> "kopi-o kosong ☕ 咖啡 \'Ñandú\' \\"q\\"" .\n'.encode()
_BAD_PATHS = ("", "/a.ttl", "a//b.ttl", "../a.ttl", "a/../b.ttl", "a/./b.ttl", ".a.ttl", "a/", "A.ttl", "a b.ttl")
_MORE_BAD_PATHS = ("a%2e.ttl", "caf\u00e9.ttl", "a:b.ttl", "a\\b.ttl", "a\x00.ttl", "a.ttl\n", "a.ttl.acl", "a.meta")


def check_pod(open_pod: OpenPod) -> None:
    """Check that a pod keeps the protocol; documents of the checks are removed, empty containers stay."""
    for check in POD_CHECKS.values():
        check(open_pod)


def _reads_what_was_written(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        bodies = {"a.ttl": _TURTLE, "b.csv.gz": bytes(range(256)) * 4, "c.txt": b"", "d.json": b"{}\r\n", "e": b"\xff"}
        types = {"a.ttl": TURTLE, "b.csv.gz": "application/gzip", "c.txt": "text/plain", "d.json": "application/json"}
        for name, body in bodies.items():
            media_type = types.get(name, "application/octet-stream")
            etag = scratch.pod.write(scratch.path(name), body, media_type=media_type, if_match=None)
            found = scratch.pod.read(scratch.path(name))
            _hold(found is not None, f"{name} is there after it was written")
            if found is not None:
                _hold(found.content == body, f"{name} comes back byte for byte")
                _hold(found.media_type == media_type, f"{name} comes back as {media_type}")
                _hold(found.etag == etag, f"{name} has the ETag that its write returned")


def _keeps_a_megabyte(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        body = "".join(f'<#r{n}> <http://schema.org/price> "{n}.00" .\n' for n in range(25_000)).encode()
        scratch.pod.write(scratch.path("large.ttl"), body, if_match=None)
        _hold(_content(scratch, "large.ttl") == body, "a megabyte comes back whole")


def _makes_containers_on_the_way(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("x/y/z.ttl"), _TURTLE, if_match=None)
        scratch.pod.write(scratch.path("x/b.ttl"), _TURTLE, if_match=None)
        scratch.pod.write(scratch.path("x/a.ttl"), _TURTLE, if_match=None)
        _hold(scratch.names("") == ["x/"], "the container is listed")
        _hold(scratch.names("x/") == ["x/a.ttl", "x/b.ttl", "x/y/"], "members are listed, sorted, with their full path")
        _hold(scratch.folder in [entry.path for entry in scratch.pod.list("")], "the root lists its containers")


def _treats_what_is_missing_as_missing(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        _hold(scratch.pod.read(scratch.path("none.ttl")) is None, "a missing resource reads as None")
        _hold(scratch.pod.remove(scratch.path("none.ttl")) is False, "removing nothing gives False")
        _hold(scratch.pod.remove(scratch.path("none.ttl"), if_match=ETag('"x"')) is False, "with an ETag as well")
        _hold(scratch.names("none/") == [], "a missing container has no members")


def _removes(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("c/a.ttl"), _TURTLE, if_match=None)
        _hold(scratch.pod.remove(scratch.path("c/a.ttl")) is True, "removing a resource gives True")
        _hold(scratch.pod.read(scratch.path("c/a.ttl")) is None, "what was removed is gone")
        _hold(scratch.names("c/") == [], "a container that lost its last member is empty")
        scratch.pod.write(scratch.path("c/a.ttl"), b"", if_match=None)
        _hold(_content(scratch, "c/a.ttl") == b"", "the name can be used again")


def _refuses_to_overwrite_unread(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("a.ttl"), _TURTLE, if_match=None)
        _conflict(lambda: scratch.pod.write(scratch.path("a.ttl"), b"", if_match=None), "a second first write")
        _hold(_content(scratch, "a.ttl") == _TURTLE, "a refused write changes nothing")


def _compares_etags(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        path = scratch.path("a.ttl")
        first = scratch.pod.write(path, _TURTLE, if_match=None)
        second = scratch.pod.write(path, b"# second\n", if_match=first)
        _hold(first != second, "a change changes the ETag")
        _conflict(lambda: scratch.pod.write(path, b"# stale\n", if_match=first), "a write with an old ETag")
        _conflict(lambda: scratch.pod.remove(path, if_match=first), "a removal with an old ETag")
        _hold(_content(scratch, "a.ttl") == b"# second\n", "refused writes and removals change nothing")
        _hold(scratch.pod.remove(path, if_match=second) is True, "the right ETag removes")
        _conflict(lambda: scratch.pod.write(path, b"# ghost\n", if_match=second), "a change of what was removed")
        _hold(scratch.pod.read(path) is None, "a refused write makes nothing")


def _lets_one_of_several_win(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        path = scratch.path("race.ttl")
        etag: ETag | None = None
        for number in range(4):  # the first round races to make the resource, the others to change it
            bodies = [f"# round {number} writer {writer}\n".encode() for writer in range(_WRITERS)]
            won = _race(open_pod, path, bodies, etag)
            _hold(len(won) == 1, f"of {_WRITERS} writers with one ETag exactly one wins (here {len(won)})")
            found = scratch.pod.read(path)
            _hold(found is not None and found.content == won[0], "the winner's bytes are what is stored")
            etag = None if found is None else found.etag


def _keeps_a_name_for_one_kind(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("both/a.ttl"), _TURTLE, if_match=None)
        _hold(scratch.pod.read(scratch.path("both")) is None, "a container is no resource")
        write = scratch.pod.write
        _conflict(
            lambda: write(scratch.path("both"), b"x", media_type="application/octet-stream", if_match=None),
            "a resource with a container's name",
        )
        below = partial(write, scratch.path("both/a.ttl/b.ttl"), b"", if_match=None)
        _refused(below, "a container with a resource's name", PodError)  # servers differ in how they say it
        _hold(_content(scratch, "both/a.ttl") == _TURTLE, "the refused writes change nothing")


def _refuses_other_paths(open_pod: OpenPod) -> None:
    with _Scratch(open_pod) as scratch:
        for bad in (*_BAD_PATHS, *_MORE_BAD_PATHS):
            _refused(partial(scratch.pod.read, bad), f"reading {bad!r}")
            _refused(partial(scratch.pod.write, bad, b"", if_match=None), f"writing {bad!r}")
            _refused(partial(scratch.pod.remove, bad), f"removing {bad!r}")
        for bad in ("..", "../", "/", "a", "a//", "A/", "./"):
            _refused(partial(scratch.pod.list, bad), f"listing {bad!r}")
        _refused(
            lambda: scratch.pod.write(scratch.path("a.ttl"), b"{}", media_type="application/json", if_match=None),
            "a media type that the name does not say",
        )


POD_CHECKS: dict[str, Callable[[OpenPod], None]] = {
    "reads_what_was_written": _reads_what_was_written,
    "keeps_a_megabyte": _keeps_a_megabyte,
    "makes_containers_on_the_way": _makes_containers_on_the_way,
    "treats_what_is_missing_as_missing": _treats_what_is_missing_as_missing,
    "removes": _removes,
    "refuses_to_overwrite_unread": _refuses_to_overwrite_unread,
    "compares_etags": _compares_etags,
    "lets_one_of_several_win": _lets_one_of_several_win,
    "keeps_a_name_for_one_kind": _keeps_a_name_for_one_kind,
    "refuses_other_paths": _refuses_other_paths,
}
"""Each fact about pods and the function that checks it."""


class _Scratch:
    """A container of a check's own, emptied at the end."""

    def __init__(self, open_pod: OpenPod) -> None:
        self.pod = open_pod()
        self.folder = f"check-{secrets.token_hex(6)}/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._empty(self.folder)
        finally:
            self.pod.close()

    def path(self, name: str) -> str:
        return self.folder + name

    def names(self, container: str) -> list[str]:
        """Members of a container below the check's own, as paths below it."""
        return [entry.path.removeprefix(self.folder) for entry in self.pod.list(self.path(container))]

    def _empty(self, container: str) -> None:
        for entry in list(self.pod.list(container)):
            if entry.path.endswith("/"):
                self._empty(entry.path)
            else:
                self.pod.remove(entry.path)


def _race(open_pod: OpenPod, path: str, bodies: list[bytes], etag: ETag | None) -> list[bytes]:
    """Bodies of the writers that won; all begin at the same moment, each with a handle of its own."""
    start = Barrier(len(bodies))
    pods = [open_pod() for _ in bodies]

    def write(pod: Pod, body: bytes) -> bytes | None:
        start.wait()
        try:
            pod.write(path, body, if_match=etag)
        except PodConflictError:
            return None
        finally:
            pod.close()
        return body

    with ThreadPoolExecutor(len(bodies)) as threads:
        return [body for body in threads.map(write, pods, bodies) if body is not None]


def _content(scratch: _Scratch, name: str) -> bytes | None:
    found = scratch.pod.read(scratch.path(name))
    return None if found is None else found.content


def _hold(condition: bool, fact: str) -> None:  # noqa: FBT001 - reads like assert
    if not condition:
        raise AssertionError(f"does not hold: {fact}")


def _conflict(call: Callable[[], object], what: str) -> None:
    _refused(call, f"{what} as a conflict", PodConflictError)


def _refused(call: Callable[[], object], what: str, kind: type[AgentError] = UsageError) -> None:
    try:
        call()
    except kind:
        return
    raise AssertionError(f"does not hold: {what} is refused")
