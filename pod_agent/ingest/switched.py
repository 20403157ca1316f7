"""What the person switched off for good: lists of names in the pod's settings.

``settings/inputs/inputs.ttl`` holds inputs of suggestions, ``settings/answers.ttl`` the sources of records that answers
and search leave out. The same names give the same bytes; a list that was ever written stays, empty if need be.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Final

import pyoxigraph as ox

from pod_agent.errors import PodDamagedError
from pod_agent.pods.changing import change_resource
from pod_agent.pods.pod import Pod, Resource
from vocab import terms
from vocab.mapping import BASE
from vocab.terms import curie
from vocab.turtle import HEADER, literal

__all__ = ["ANSWERS", "INPUTS", "REMEDY", "check_switched", "nodes_of", "read_switched", "switch"]

INPUTS: Final = "settings/inputs/inputs.ttl"
ANSWERS: Final = "settings/answers.ttl"
REMEDY: Final = "Run: pod-agent sync. If that does not mend it, remove the document: its words are forgotten then."

_NAMES: Final[Mapping[str, re.Pattern[str]]] = {
    INPUTS: re.compile("[a-z][a-z0-9-]{0,39}"),
    ANSWERS: re.compile("[a-z0-9][a-z0-9._-]{0,99}"),
}


def read_switched(pod: Pod, path: str) -> frozenset[str]:
    """The names on a list; PodDamagedError where it cannot be read."""
    resource = pod.read(path)
    return _names(resource.content if resource else b"", path)


def switch(pod: Pod, path: str, *, off: Collection[str] = (), on: Collection[str] = ()) -> frozenset[str]:
    """Switch names of a list off and on; all that are off since."""
    states: list[frozenset[str]] = []

    def changed(resource: Resource | None) -> bytes | None:
        before = _names(resource.content if resource else b"", path)
        states.append((before | frozenset(off)) - frozenset(on))
        return None if resource is None and not states[-1] else _render(states[-1])

    change_resource(pod, path, changed)
    return states[-1]


def check_switched(content: bytes, path: str) -> None:
    """PodDamagedError where a list cannot be read."""
    _names(content, path)


def nodes_of(content: bytes, path: str, kind: str) -> dict[str, dict[str, list[str]]]:
    """What a document of ours holds of one class, by name; PodDamagedError where it is cut short or cannot be read."""
    nodes: dict[str, dict[str, list[str]]] = {}
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                node = nodes.setdefault(quad.subject.value, {})
                node.setdefault(quad.predicate.value, []).append(quad.object.value)
    except SyntaxError as error:
        raise PodDamagedError(f"{path} cannot be read", hint=REMEDY) from error
    found = {name: node for name, node in nodes.items() if kind in node.get(terms.TYPE, [])}
    count = nodes.get(BASE + path, {}).get(terms.RECORD_COUNT, ["0" if not content else ""])
    if count != [str(len(found))] or (content and not content.endswith(b".\n")):
        raise PodDamagedError(f"{path} is cut short", hint=REMEDY)
    return found


def _render(names: Iterable[str]) -> bytes:
    ordered = sorted(names)
    parts = [HEADER, f"\n<> {curie(terms.RECORD_COUNT)} {len(ordered)} .\n"]
    parts += [
        f"\n<#{name}> a {curie(terms.SWITCHED_OFF)} ;\n  {curie(terms.NAME)} {literal(name)} .\n" for name in ordered
    ]
    return "".join(parts).encode()


@lru_cache(maxsize=16)
def _names(content: bytes, path: str) -> frozenset[str]:
    """The names on a list; kept, for every question asks for them."""
    nodes = nodes_of(content, path, terms.SWITCHED_OFF)
    names = [name for node in nodes.values() for name in node.get(terms.NAME, [])]
    if len(names) != len(nodes) or not all(map(_NAMES[path].fullmatch, names)):
        raise PodDamagedError(f"{path} cannot be read", hint=REMEDY)
    return frozenset(names)
