"""Checks of changes: nobody overwrites what they have not read, and of several at once exactly one wins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from pod_agent.pods.pod import ETag, Pod
from pod_agent.testing.scratch import TURTLE_TEXT, OpenPod, Scratch, conflict, hold, race

__all__ = ["CHANGES"]

_WRITERS = 5


def _refuses_to_overwrite_unread(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("a.ttl"), TURTLE_TEXT, if_match=None)
        conflict(lambda: scratch.pod.write(scratch.path("a.ttl"), b"", if_match=None), "a second first write")
        hold(scratch.content("a.ttl") == TURTLE_TEXT, "a refused write changes nothing")


def _gives_the_etag_of_a_write(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        path = scratch.path("a.ttl")
        etag: ETag | None = None
        for body in (TURTLE_TEXT, b"# second\n", b"# third\n"):
            etag = scratch.pod.write(path, body, if_match=etag)
            found = scratch.pod.read(path)
            hold(found is not None and found.etag == etag, "reading gives the ETag that the write returned")


def _compares_etags(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        path = scratch.path("a.ttl")
        first = scratch.pod.write(path, TURTLE_TEXT, if_match=None)
        second = scratch.pod.write(path, b"# second\n", if_match=first)
        hold(first != second, "a change changes the ETag")
        conflict(lambda: scratch.pod.write(path, b"# stale\n", if_match=first), "a write with an old ETag")
        conflict(lambda: scratch.pod.remove(path, if_match=first), "a removal with an old ETag")
        hold(scratch.content("a.ttl") == b"# second\n", "refused writes and removals change nothing")
        hold(scratch.pod.remove(path, if_match=second) is True, "the right ETag removes")
        conflict(lambda: scratch.pod.write(path, b"# ghost\n", if_match=second), "a change of what was removed")
        hold(scratch.pod.read(path) is None, "a refused write makes nothing")


def _sees_changes_of_the_same_length(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        path = scratch.path("a.ttl")
        first = scratch.pod.write(path, b"# one\n", if_match=None)
        second = scratch.pod.write(path, b"# two\n", if_match=first)
        hold(first != second, "other content of the same length has another ETag")
        conflict(lambda: scratch.pod.write(path, b"# six\n", if_match=first), "a write with the ETag before")


def _refuses_etags_of_others(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("a.ttl"), TURTLE_TEXT, if_match=None)
        other = scratch.pod.write(scratch.path("b.ttl"), b"# other\n", if_match=None)
        conflict(lambda: scratch.pod.write(scratch.path("a.ttl"), b"", if_match=other), "another resource's ETag")
        conflict(lambda: scratch.pod.remove(scratch.path("a.ttl"), if_match=other), "a removal with it")
        hold(scratch.content("a.ttl") == TURTLE_TEXT, "both change nothing")


def _takes_the_same_bytes_again(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        path = scratch.path("a.ttl")
        first = scratch.pod.write(path, TURTLE_TEXT, if_match=None)
        second = scratch.pod.write(path, TURTLE_TEXT, if_match=first)
        third = scratch.pod.write(path, b"# third\n", if_match=second)
        hold(scratch.pod.remove(path, if_match=third) is True, "the ETag of a write that changed nothing can be used")


def _lets_one_of_several_make_it(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        for number in range(2):
            _race_to_write(open_pod, scratch, f"new-{number}.ttl", None)


def _lets_one_of_several_win(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        etag: ETag | None = scratch.pod.write(scratch.path("race.ttl"), TURTLE_TEXT, if_match=None)
        for _ in range(3):
            etag = _race_to_write(open_pod, scratch, "race.ttl", etag)


def _race_to_write(open_pod: OpenPod, scratch: Scratch, name: str, etag: ETag | None) -> ETag | None:
    path = scratch.path(name)
    bodies = [f"# writer {number} of {etag}\n".encode() for number in range(_WRITERS)]
    writes: list[Callable[[Pod], object]] = [partial(_write, path=path, body=body, etag=etag) for body in bodies]
    won = [body for body, went in zip(bodies, race(open_pod, writes), strict=True) if went]
    hold(len(won) == 1, f"of {_WRITERS} writers with one ETag exactly one wins (here {len(won)})")
    found = scratch.pod.read(path)
    hold(found is not None and found.content == won[0], "the winner's bytes are what is stored")
    return None if found is None else found.etag


def _lets_a_removal_or_a_write_win(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        path = scratch.path("a.ttl")
        for _ in range(2):
            etag = scratch.pod.write(path, TURTLE_TEXT, if_match=None)
            write = partial(_write, path=path, body=b"# kept\n", etag=etag)
            wrote, removed = race(open_pod, [write, partial(_remove, path=path, etag=etag)])
            # Community Solid Server looks whether there is a resource before it locks it: now and then a write that
            # comes second makes it anew and says that it changed it. The removal is undone then, the write never lost.
            hold(wrote or removed, "a write and a removal with one ETag are not both refused")
            hold(scratch.content("a.ttl") == (b"# kept\n" if wrote else None), "a write that went through is kept")
            scratch.pod.remove(path)


def _takes_writes_of_others_at_once(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        names = [f"n{number}/a.ttl" for number in range(_WRITERS)]
        writes: list[Callable[[Pod], object]] = [
            partial(_write, path=scratch.path(name), body=name.encode(), etag=None) for name in names
        ]
        hold(all(race(open_pod, writes)), "writers of different resources do not hinder one another")
        hold([scratch.content(name) for name in names] == [name.encode() for name in names], "each is stored")
        hold(scratch.names("") == [f"n{number}/" for number in range(_WRITERS)], "each container is listed")


def _shows_readers_whole_documents(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        path = scratch.path("a.ttl")
        bodies = [f"# {letter}\n".encode() * 100_000 for letter in "ab"]
        etag = scratch.pod.write(path, bodies[0], if_match=None)
        with ThreadPoolExecutor(2) as threads:
            readers = [threads.submit(_read_often, open_pod, path) for _ in range(2)]
            for number in range(1, 4):
                etag = scratch.pod.write(path, bodies[number % 2], if_match=etag)
            seen = set[bytes | None]().union(*(reader.result() for reader in readers))
        hold(seen <= set(bodies), "a reader sees the old document or the new one, whole")


def _read_often(open_pod: OpenPod, path: str) -> set[bytes | None]:
    pod = open_pod()
    try:
        found = [pod.read(path) for _ in range(6)]
    finally:
        pod.close()
    return {None if resource is None else resource.content for resource in found}


def _remove(pod: Pod, *, path: str, etag: ETag) -> bool:
    return pod.remove(path, if_match=etag)


def _write(pod: Pod, *, path: str, body: bytes, etag: ETag | None) -> ETag:
    return pod.write(path, body, if_match=etag)


CHANGES: dict[str, Callable[[OpenPod], None]] = {
    "refuses_to_overwrite_unread": _refuses_to_overwrite_unread,
    "gives_the_etag_of_a_write": _gives_the_etag_of_a_write,
    "compares_etags": _compares_etags,
    "sees_changes_of_the_same_length": _sees_changes_of_the_same_length,
    "refuses_etags_of_others": _refuses_etags_of_others,
    "takes_the_same_bytes_again": _takes_the_same_bytes_again,
    "lets_one_of_several_make_it": _lets_one_of_several_make_it,
    "lets_one_of_several_win": _lets_one_of_several_win,
    "lets_a_removal_or_a_write_win": _lets_a_removal_or_a_write_win,
    "takes_writes_of_others_at_once": _takes_writes_of_others_at_once,
    "shows_readers_whole_documents": _shows_readers_whole_documents,
}
