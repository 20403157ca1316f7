"""Checks of containers and names: one rule for all pods, so that documents move between them unchanged."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pod_agent.errors import PodError
from pod_agent.testing.scratch import TURTLE_TEXT, OpenPod, Scratch, conflict, hold, refused

__all__ = ["NAMES"]

_BYTES = "application/octet-stream"
_BAD_PATHS = ("", "/a.ttl", "a//b.ttl", "../a.ttl", "a/../b.ttl", "a/./b.ttl", ".a.ttl", "a/", "A.ttl", "a b.ttl")
_MORE_BAD_PATHS = ("a%2e.ttl", "caf\u00e9.ttl", "a:b.ttl", "a\\b.ttl", "a\x00.ttl", "a.ttl\n", "a.ttl.acl", "a.meta")
_GOOD_NAMES = ("0", "-a", "_a", "a..b", "acl", "2026-10", "n" * 196)


def _has_a_root(open_pod: OpenPod) -> None:
    pod = open_pod()
    try:
        hold("://" in pod.root and pod.root.endswith("/"), "the root is an absolute IRI with a slash at its end")
    finally:
        pod.close()


def _makes_containers_on_the_way(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("x/y/z.ttl"), TURTLE_TEXT, if_match=None)
        scratch.pod.write(scratch.path("x/b.ttl"), TURTLE_TEXT, if_match=None)
        scratch.pod.write(scratch.path("x/a.ttl"), TURTLE_TEXT, if_match=None)
        hold(scratch.names("") == ["x/"], "the container is listed")
        hold(scratch.names("x/") == ["x/a.ttl", "x/b.ttl", "x/y/"], "members are listed, sorted, with their full path")
        hold(scratch.folder in [entry.path for entry in scratch.pod.list("")], "the root lists its containers")


def _reaches_deep(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        path = "a/b/c/d/e/f/g/h.ttl"
        scratch.pod.write(scratch.path(path), TURTLE_TEXT, if_match=None)
        hold(scratch.content(path) == TURTLE_TEXT, "a document seven containers deep comes back")
        hold(scratch.names("a/b/c/d/e/f/") == ["a/b/c/d/e/f/g/"], "the container above it lists the next")


def _lists_every_member(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        names = [f"m{number:03}.ttl" for number in range(12)]
        for name in reversed(names):
            scratch.pod.write(scratch.path(name), b"", if_match=None)
        hold(scratch.names("") == names, "twelve members are listed, sorted")


def _takes_every_name_of_the_rule(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        for name in _GOOD_NAMES:
            scratch.pod.write(scratch.path(f"{name}.ttl"), TURTLE_TEXT, if_match=None)
            hold(scratch.content(f"{name}.ttl") == TURTLE_TEXT, f"{name[:12]!r} can be a name")
        hold(scratch.names("") == sorted(f"{name}.ttl" for name in _GOOD_NAMES), "all names are listed as they are")


def _tells_like_names_apart(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        names = ["a", "a-b", "ab", "a-/a"]
        for name in names:
            scratch.pod.write(scratch.path(name), name.encode(), media_type=_BYTES, if_match=None)
        hold([scratch.content(name) for name in names] == [name.encode() for name in names], "each keeps its own")
        hold(scratch.names("") == sorted(["a", "a-b", "ab", "a-/"]), "each is listed once")


def _keeps_a_name_for_one_kind(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        scratch.pod.write(scratch.path("both/a.ttl"), TURTLE_TEXT, if_match=None)
        hold(scratch.pod.read(scratch.path("both")) is None, "a container is no resource")
        write = scratch.pod.write
        conflict(
            lambda: write(scratch.path("both"), b"x", media_type=_BYTES, if_match=None),
            "a resource with a container's name",
        )
        below = partial(write, scratch.path("both/a.ttl/b.ttl"), b"", if_match=None)
        refused(below, "a container with a resource's name", PodError)  # servers differ in how they say it
        hold(scratch.content("both/a.ttl") == TURTLE_TEXT, "the refused writes change nothing")


def _refuses_other_paths(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        for bad in (*_BAD_PATHS, *_MORE_BAD_PATHS):
            refused(partial(scratch.pod.read, bad), f"reading {bad!r}")
            refused(partial(scratch.pod.write, bad, b"", if_match=None), f"writing {bad!r}")
            refused(partial(scratch.pod.remove, bad), f"removing {bad!r}")
        for bad in ("..", "../", "/", "a", "a//", "A/", "./"):
            refused(partial(scratch.pod.list, bad), f"listing {bad!r}")


def _refuses_a_type_that_the_name_does_not_say(open_pod: OpenPod) -> None:
    with Scratch(open_pod) as scratch:
        write = partial(scratch.pod.write, scratch.path("a.ttl"), b"{}", media_type="application/json", if_match=None)
        refused(write, "a media type that the name does not say")
        hold(scratch.names("") == [], "a refused write makes nothing")


NAMES: dict[str, Callable[[OpenPod], None]] = {
    "has_a_root": _has_a_root,
    "makes_containers_on_the_way": _makes_containers_on_the_way,
    "reaches_deep": _reaches_deep,
    "lists_every_member": _lists_every_member,
    "takes_every_name_of_the_rule": _takes_every_name_of_the_rule,
    "tells_like_names_apart": _tells_like_names_apart,
    "keeps_a_name_for_one_kind": _keeps_a_name_for_one_kind,
    "refuses_other_paths": _refuses_other_paths,
    "refuses_a_type_that_the_name_does_not_say": _refuses_a_type_that_the_name_does_not_say,
}
