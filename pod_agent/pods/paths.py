"""Which paths a pod takes: one rule for folders and servers, so that documents can move between them unchanged."""

from __future__ import annotations

import re

from pod_agent.errors import UsageError

__all__ = ["check_container", "check_path", "is_name", "media_type_of"]

_NAME = re.compile(r"[a-z0-9_-][a-z0-9._-]{0,199}")
_RESERVED = (".acl", ".acr", ".meta")  # Solid servers keep these names for themselves

_MEDIA_TYPES = {
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".nq": "application/n-quads",
    ".nt": "application/n-triples",
    ".ttl": "text/turtle",
    ".txt": "text/plain",
}


def is_name(name: str) -> bool:
    """Whether this may be one segment of a path."""
    return _NAME.fullmatch(name) is not None and not name.endswith(_RESERVED)


def check_path(path: str, media_type: str | None = None) -> str:
    """The path of a resource as given; UsageError where no pod takes it or its name speaks of another media type."""
    if not all(is_name(segment) for segment in path.split("/")):
        raise UsageError(
            f"not a path of the pod: {path!r}",
            hint="Segments hold only a-z, 0-9, '.', '_' and '-', and do not begin with '.'.",
        )
    if media_type is not None and media_type != media_type_of(path):
        raise UsageError(
            f"{path} cannot hold {media_type}: its name says {media_type_of(path)}",
            hint="Choose the ending that belongs to the media type.",
        )
    return path


def check_container(path: str) -> str:
    """The path of a container as given: ``""`` or segments that each end in ``/``; UsageError otherwise."""
    if path:
        check_path(path.removesuffix("/"))
        if not path.endswith("/"):
            raise UsageError(f"not a container: {path!r}", hint="The path of a container ends in '/'.")
    return path


def media_type_of(path: str) -> str:
    """Media type that the ending stands for; ``application/octet-stream`` where the ending is not in the table."""
    dot = path.rfind(".")
    return _MEDIA_TYPES.get(path[dot:] if dot > path.rfind("/") else "", "application/octet-stream")
