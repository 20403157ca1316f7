"""The person's signed papers as they lie in the pod: grants, events, receipts and the log, byte for byte.

Nothing is written anew, so every signature that holds in the pod holds in the copy too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from consent.errors import NoGrantError
from consent.grant import IDENTIFIER
from consent.stores import Documents

__all__ = ["MODELS", "grant_names", "grant_papers", "log_papers", "names_below"]

LOG = "consent/log/"
STUDIES: Final = "consent/grants/"
MODELS: Final = "consent/models/"


def grant_papers(documents: Documents, identifier: str) -> dict[str, bytes]:
    """Every paper of one grant by its path: the grant, its events, its receipts; NoGrantError where there is none."""
    known = [folder for folder in (STUDIES, MODELS) if identifier in names_below(documents, folder)]
    if not known:
        raise NoGrantError("there is no such grant", hint="Run: pod-agent grants list")
    receipts = [name for name in documents.names("consent/receipts/") if name.startswith(identifier)]
    below = _below(documents, f"{known[0]}{identifier}/")
    paths = [f"{known[0]}{identifier}.ttl", *below, *(f"consent/receipts/{name}" for name in receipts)]
    return {path: documents.read(path) or b"" for path in paths}


def grant_names(documents: Documents) -> list[str]:
    """Identifiers of every grant, for studies and for language models elsewhere."""
    return [*names_below(documents, STUDIES), *names_below(documents, MODELS)]


def names_below(documents: Documents, folder: str) -> list[str]:
    """Identifiers of the grants in one folder."""
    names = (name.removesuffix(".ttl") for name in documents.names(folder) if name.endswith(".ttl"))
    return [name for name in names if IDENTIFIER.fullmatch(name)]


def log_papers(documents: Documents) -> dict[str, bytes]:
    """Every entry of the log by its path."""
    return {path: documents.read(path) or b"" for path in _below(documents, LOG)}


def _below(documents: Documents, container: str) -> Iterator[str]:
    for name in documents.names(container):
        if name.endswith("/"):
            yield from _below(documents, container + name)
        else:
            yield container + name
