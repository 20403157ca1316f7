"""What lies in a server's data folder, read from its files: accounts, pods, address, version, sizes."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox

__all__ = ["Stored", "files", "is_passing", "open_roots", "pod_folders", "stored", "temporary_files"]

_INTERNAL = ".internal"
_PASSING = ((_INTERNAL, "tempFiles"), (_INTERNAL, "locks"))
_ACL = "http://www.w3.org/ns/auth/acl#"
_EVERYBODY = {
    ox.NamedNode("http://xmlns.com/foaf/0.1/Agent"),
    ox.NamedNode("http://www.w3.org/ns/solid/acp#PublicAgent"),
}
_RULES = (".acl", ".acr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a data folder holds. ``pods`` are their addresses; ``base_url`` and ``version`` are of the last start."""

    accounts: int
    pods: tuple[str, ...]
    base_url: str
    version: str


def stored(folder: Path) -> Stored:
    """Read a data folder; all is empty where there is none."""
    internal = folder / _INTERNAL
    accounts = [_account(path) for path in sorted((internal / "accounts" / "data").glob("*.json"))]
    return Stored(
        accounts=len(accounts),
        pods=tuple(sorted(str(pod["baseUrl"]) for account in accounts for pod in account.get("**pod**", {}).values())),
        base_url=_noted(internal / "setup" / "current-base-url$.json"),
        version=_noted(internal / "setup" / "current-server-version$.json"),
    )


def files(folder: Path) -> Iterator[Path]:
    """Every file below a folder that may change meanwhile, sorted within each container."""
    for place, containers, names in os.walk(folder):
        containers.sort()
        for name in sorted(names):
            yield Path(place, name)


def is_passing(path: Path) -> bool:
    """Whether a path within the data folder is a lock or half a document, which no copy should hold."""
    return path.parts[:2] in _PASSING


def temporary_files(folder: Path) -> int:
    """Documents that were being written when the server was killed, or are being written now."""
    return sum(1 for _ in files(folder / _INTERNAL / "tempFiles"))


def pod_folders(folder: Path, found: Stored) -> dict[str, Path]:
    """The folder of each pod, by its address."""
    base = urlsplit(found.base_url).path
    return {pod: folder / unquote(urlsplit(pod).path.removeprefix(base)) for pod in found.pods}


def open_roots(folder: Path, found: Stored) -> list[str]:
    """Pods whose list of top-level names anybody may read."""
    folders = pod_folders(folder, found).items()
    return [pod for pod, path in folders if any(_is_open(path / name) for name in _RULES)]


def _is_open(rules: Path) -> bool:
    with contextlib.suppress(OSError, SyntaxError):
        triples = [
            quad.triple for quad in ox.parse(rules.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri="pod:/.rules")
        ]
        return any(triple.object in _EVERYBODY for triple in triples)
    return False


def _account(path: Path) -> dict[str, Any]:
    found = _payload(path)
    return found if isinstance(found, dict) else {}


def _noted(path: Path) -> str:
    return str(_payload(path) or "")


def _payload(path: Path) -> object:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        return json.loads(path.read_bytes())["payload"]
    return None
