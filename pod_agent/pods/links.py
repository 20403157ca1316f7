"""What a Solid server says of a resource in its Link headers (RFC 8288), and which access rules hold for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox

from pod_agent.errors import PodAccessError, PodError
from pod_agent.pods.addresses import origin
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.session import Session

__all__ = [
    "ACL",
    "STORAGE_DESCRIPTION",
    "STORAGE_TYPE",
    "TYPE",
    "AccessKind",
    "access_kind",
    "link_targets",
    "parent",
    "resolved",
]

ACL: Final = "acl"
"""Relation of a resource to its access rules: WAC section 3.1; ACP's resources are linked by the same name."""
TYPE: Final = "type"
STORAGE_DESCRIPTION: Final = "http://www.w3.org/ns/solid/terms#storageDescription"
"""Relation of a resource to the description of its storage: Solid Protocol section 4.1."""
STORAGE_TYPE: Final = "http://www.w3.org/ns/pim/space#Storage"

_ACP = "http://www.w3.org/ns/solid/acp#"
_ACP_TYPE = _ACP + "AccessControlResource"
_WAC = "http://www.w3.org/ns/auth/acl#"
_VALUE = r"(?:\"(?:[^\"\\]|\\.)*\"|[^\s\",;]*)"
_LINK = re.compile(rf"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+(?:\s*=\s*{_VALUE})?)*)")
_PARAMETER = re.compile(rf";\s*([\w!#$&+.^`|~*-]+)(?:\s*=\s*({_VALUE}))?")


class AccessKind(Enum):
    """The language of access rules that a server speaks."""

    WAC = "wac"
    ACP = "acp"


def link_targets(headers: Iterable[str], relation: str, base: str) -> tuple[str, ...]:
    """Targets of all Link headers with this relation, in order, resolved against ``base``, the address asked.

    Relations are compared without regard to case. A link that carries an ``anchor`` is about another resource and is
    left out.
    """
    found = []
    for target, text in _LINK.findall(", ".join(headers)):
        parameters: dict[str, str] = {}
        for name, value in _PARAMETER.findall(text):
            parameters.setdefault(name.lower(), value.strip('"'))
        if relation.lower() in parameters.get("rel", "").lower().split() and "anchor" not in parameters:
            found.append(resolved(base, target))
    return tuple(address for address in found if address)


def resolved(base: str, target: str) -> str:
    """The address that ``target`` means where ``base`` says it; "" where it means none."""
    try:
        return urljoin(base, target)
    except ValueError:  # such as brackets around what is no address
        return ""


def parent(iri: str) -> str | None:
    """The container that holds this resource, None above a server's root."""
    parts = urlsplit(iri)
    if parts.path in {"", "/"}:
        return None
    return parts._replace(path=parts.path.rstrip("/").rpartition("/")[0] + "/", query="", fragment="").geturl()


def access_kind(session: Session, iri: str) -> AccessKind:
    """Whether WAC or ACP rules hold for this resource, found out from what the server says and shows.

    Asks the rules' address for its type, then reads the rules, then those of the containers above, since a resource
    without rules of its own has those of a container; last it goes by the header that WAC servers send. The session
    must be allowed to control the resource: PodAccessError where it is not, PodError where the server tells neither.
    """
    sends_wac_allow = False
    place: str | None = iri
    while place is not None:
        try:
            response = session.send("HEAD", place)
            sends_wac_allow = sends_wac_allow or "wac-allow" in response.headers
            rules = link_targets(response.headers.get_list("link"), ACL, place)
            kinds = [_kind_of_rules(session, address) for address in rules if origin(address) == origin(iri)]
        except PodAccessError:
            if place == iri:
                raise
            break  # what lies above the person's storage is not theirs
        for kind in filter(None, kinds):
            return kind
        place = parent(place)
    if sends_wac_allow:
        return AccessKind.WAC
    raise PodError(
        f"the server does not say how access to {iri} is ruled",
        hint="The agent knows Web Access Control and Access Control Policies; choose a server with one of them.",
    )


def _kind_of_rules(session: Session, address: str) -> AccessKind | None:
    response = session.send("GET", address, {"accept": TURTLE})
    if _ACP_TYPE in link_targets(response.headers.get_list("link"), TYPE, address):
        return AccessKind.ACP
    if not response.is_success:
        return None
    try:
        triples = list(ox.parse(response.content, format=ox.RdfFormat.TURTLE, base_iri=address))
    except SyntaxError:
        return None
    for namespace, kind in ((_ACP, AccessKind.ACP), (_WAC, AccessKind.WAC)):  # ACP rules use terms of WAC too
        if any(triple.predicate.value.startswith(namespace) for triple in triples):
            return kind
    return None
