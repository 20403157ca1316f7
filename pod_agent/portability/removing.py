"""Removing a pod: every resource and container of the agent's, what stays and why, and the proof that it is gone."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

from pod_agent.errors import PodAccessError, PodConflictError, PodDamagedError
from pod_agent.ingest.layout import is_document, is_series
from pod_agent.ingest.manifest import clear_manifest
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.paths import is_name
from pod_agent.pods.pod import TURTLE, Pod
from pod_agent.pods.solid import SolidPod
from pod_agent.storage import remove_private

__all__ = ["Removed", "folder_of", "kind_of", "remove_pod"]

Advance = Callable[[int], None]
"""Told how many resources are removed so far."""

_WORKERS: Final = 4
_CONTAINS: Final = ox.NamedNode("http://www.w3.org/ns/ldp#contains")
_KINDS: Final = {
    "consent": "consent documents",
    "corrections": "corrections",
    "feedback": "feedback",
    "imports": "notes of imports",
    "settings": "settings",
    "shared": "shared copies",
}


@dataclass(slots=True)
class Removed:
    """What was removed from one place, by kind, and what stayed there and why."""

    place: str
    removed: Counter[str] = field(default_factory=Counter)
    stayed: list[str] = field(default_factory=list)

    @property
    def is_gone(self) -> bool:
        """Whether nothing stayed."""
        return not self.stayed

    def to_json(self) -> dict[str, Any]:
        """The place's entry in the documents of ``pod move --json`` and ``erase --json``."""
        return {"place": self.place, "removed": dict(sorted(self.removed.items())), "stayed": self.stayed}


def kind_of(path: str) -> str:
    """What a resource of the pod is, in words."""
    if is_document(path):
        return f"{path.split('/')[2].replace('-', ' ')} documents"
    if is_series(path):
        return "parts of series"
    return _KINDS.get(path.partition("/")[0], "other documents")


def folder_of(pod: Pod) -> Path | None:
    """The folder of a pod on this machine, None for a pod on a server."""
    return Path(unquote(urlsplit(pod.root).path)) if isinstance(pod, EmbeddedPod) else None


def remove_pod(pod: Pod, advance: Advance | None = None, container: str = "") -> Removed:
    """Remove everything below a container of the pod, by default its own, and the container itself, then look again.

    In a folder, links and files that no pod makes stay, and are told. PodUnreachableError where a server does not
    answer: what is removed by then is removed, and the next call goes on.
    """
    told = advance or (lambda _: None)
    if isinstance(pod, SolidPod):
        if not container:
            clear_manifest(pod)
        return _remove_served(pod, pod.root + container, told)
    folder = folder_of(pod)
    if folder is None:
        raise TypeError(f"no way is known to remove a {type(pod).__name__}")
    return _remove_folder(folder, folder / container, told)


def _remove_folder(root: Path, folder: Path, advance: Advance) -> Removed:
    done = Removed(str(folder))
    for parent, folders, files in os.walk(folder, topdown=False):  # links are not followed
        for name in sorted(files):
            path = Path(parent, name)
            if not path.is_symlink() and (is_name(name) or name == ".lock" or name.startswith(".tmp-")):
                remove_private(path)
                if is_name(name):
                    done.removed[kind_of(path.relative_to(root).as_posix())] += 1
                    advance(done.removed.total())
            else:
                done.stayed.append(f"{path} ({'a link' if path.is_symlink() else 'not made by a pod'})")
        done.stayed += [f"{Path(parent, name)} (a link)" for name in folders if Path(parent, name).is_symlink()]
        if not any(Path(parent).iterdir()):
            Path(parent).rmdir()
    if folder.exists() and not done.stayed:
        done.stayed.append(f"{folder} (something was written there meanwhile)")
    return done


def _remove_served(pod: SolidPod, container: str, advance: Advance) -> Removed:
    done = Removed(container)
    with ThreadPoolExecutor(_WORKERS) as workers:
        _empty(pod, container, done, advance, workers)
    there = _members(pod, container)
    if there is not None and not done.stayed:
        done.stayed = [f"{address} (written there meanwhile)" for address in there] or [f"{container} (empty)"]
    return done


def _empty(pod: SolidPod, container: str, done: Removed, advance: Advance, workers: ThreadPoolExecutor) -> None:
    """Remove what is below a container, then the container."""
    members = _members(pod, container)
    if members is None:
        return
    for address in members:
        if address.endswith("/"):
            _empty(pod, address, done, advance, workers)
    resources = [address for address in members if not address.endswith("/")]
    for address, problem in zip(resources, workers.map(partial(_delete, pod), resources), strict=True):
        if problem:
            done.stayed.append(f"{address} ({problem})")
        else:
            done.removed[kind_of(address.removeprefix(pod.root))] += 1
            advance(done.removed.total())
    problem = _delete(pod, container)
    if problem and not any(stayed.startswith(container) for stayed in done.stayed):
        done.stayed.append(f"{container} ({problem})")


def _delete(pod: SolidPod, address: str) -> str:
    """Remove a resource or an empty container; why it stays, empty where it is gone."""
    try:
        pod.session.send("DELETE", address)
    except PodAccessError:
        return "the server refuses to remove it"
    except PodConflictError:
        return "it is not empty, or was changed meanwhile"
    return ""


def _members(pod: SolidPod, container: str) -> list[str] | None:
    """Addresses of everything that the container lists below itself; None where there is no such container."""
    response = pod.session.send("GET", container, {"accept": TURTLE})
    if response.status_code == HTTPStatus.NOT_FOUND:
        return None
    return sorted(_listed(response.content, container))


def _listed(content: bytes, container: str) -> Iterator[str]:
    try:
        for triple in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=container):
            is_member = triple.predicate == _CONTAINS and isinstance(triple.object, ox.NamedNode)
            if is_member and triple.object.value.startswith(container) and triple.object.value != container:
                yield triple.object.value
    except SyntaxError as error:
        raise PodDamagedError(f"the list of {container} cannot be read") from error
