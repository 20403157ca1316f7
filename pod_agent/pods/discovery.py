"""From a WebID to what the agent needs: the identity provider and the storage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
import pyoxigraph as ox

from pod_agent.errors import PodAccessError, PodError, PodUnreachableError, UsageError
from pod_agent.pods.addresses import require_safe
from pod_agent.pods.session import open_client

__all__ = ["Profile", "discover", "is_public"]

_ISSUER = ox.NamedNode("http://www.w3.org/ns/solid/terms#oidcIssuer")
_STORAGE = ox.NamedNode("http://www.w3.org/ns/pim/space#storage")
_STORAGE_TYPE = "http://www.w3.org/ns/pim/space#Storage"
_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s\",;]+))*)")
_RELATION = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.IGNORECASE)
_MAX_REDIRECTS = 5
_MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What a WebID says in public; ``issuers`` and ``storages`` hold at least one IRI each, storages end in ``/``."""

    webid: str
    issuers: tuple[str, ...]
    storages: tuple[str, ...]


def discover(webid: str) -> Profile:
    """Read the WebID's profile, and walk up from it to the storage where the profile names none.

    UsageError where the WebID is no safe address, PodUnreachableError where nobody answers, PodError (its hint says
    what the owner of the profile can add) where there is no profile, no identity provider or no storage.
    """
    require_safe(webid, "the WebID")
    with open_client(webid) as client:
        response, address = _get(client, urldefrag(webid).url)
        issuers, storages = _statements(response, address, webid)
        if not issuers:
            raise PodError(
                f"{webid} names no identity provider",
                hint="Add a solid:oidcIssuer to the profile; the pod's provider tells how.",
            )
        if not storages:
            storages = _walk_up(client, address)
    if not storages:
        raise PodError(
            f"{webid} names no storage, and none lies above it",
            hint="Add a pim:storage to the profile, or give the address: pod-agent pod link WEBID --storage IRI",
        )
    return Profile(
        webid,
        tuple(_trusted(issuer, "identity provider") for issuer in issuers),
        tuple(_trusted(_as_container(storage), "storage") for storage in storages),
    )


def is_public(iri: str) -> bool:
    """Whether somebody who has not logged in may read this resource."""
    with open_client(iri) as client:
        return _send(client, "GET", iri).is_success


def _trusted(iri: str, what: str) -> str:
    try:
        return require_safe(iri, f"the profile's {what}")
    except UsageError as error:
        raise PodAccessError(str(error), hint=error.hint) from error


def _as_container(iri: str) -> str:
    return iri if iri.endswith("/") else iri + "/"


def _send(client: httpx.Client, method: str, address: str) -> httpx.Response:
    try:
        with client.stream(method, address, headers={"accept": "text/turtle"}) as response:
            body = b""
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > _MAX_BYTES:
                    raise PodError(f"{address} is too long for a profile", hint="Check the WebID.")
    except httpx.HTTPError as error:
        raise PodUnreachableError(f"{address} cannot be reached ({type(error).__name__})") from error
    if response.is_server_error:
        raise PodUnreachableError(f"{address} answers with {response.status_code}")
    return httpx.Response(response.status_code, headers=response.headers, content=body)


def _get(client: httpx.Client, address: str) -> tuple[httpx.Response, str]:
    """The profile document and the address at which it was found; a redirect must lead to a safe address."""
    for _ in range(_MAX_REDIRECTS):
        response = _send(client, "GET", address)
        if not response.has_redirect_location:
            break
        address = _trusted(urldefrag(urljoin(address, response.headers["location"])).url, "new address")
    if response.has_redirect_location:
        raise PodUnreachableError(f"{address} redirects without end")
    if not response.is_success:
        raise PodError(f"there is no public profile at {address} ({response.status_code})", hint="Check the WebID.")
    return response, address


def _statements(response: httpx.Response, address: str, webid: str) -> tuple[list[str], list[str]]:
    """Identity providers and storages that the document states of this WebID."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip()
    if media_type != "text/turtle":
        raise PodError(f"{address} gives {media_type or 'no media type'} and not text/turtle", hint="Check the WebID.")
    found: dict[ox.NamedNode, list[str]] = {_ISSUER: [], _STORAGE: []}
    try:
        for triple in ox.parse(response.content, format=ox.RdfFormat.TURTLE, base_iri=address):
            wanted = triple.subject == ox.NamedNode(webid) and triple.predicate in found
            if wanted and isinstance(triple.object, ox.NamedNode):
                found[triple.predicate].append(triple.object.value)
    except SyntaxError as error:
        raise PodError(f"{address} is not readable Turtle: {error}", hint="Check the WebID.") from error
    return found[_ISSUER], found[_STORAGE]


def _walk_up(client: httpx.Client, address: str) -> list[str]:
    """The nearest container above the address that calls itself a storage."""
    while True:
        response = _send(client, "HEAD", address)
        if _STORAGE_TYPE in _types(response.headers.get_list("link"), address):
            return [address]
        parts = urlsplit(address)
        if parts.path in {"", "/"}:
            return []
        parent = parts.path.rstrip("/").rpartition("/")[0] + "/"
        address = parts._replace(path=parent, query="").geturl()


def _types(headers: list[str], base: str) -> set[str]:
    """Targets of ``rel="type"`` in Link headers."""
    types = set()
    for target, parameters in _LINK.findall(", ".join(headers)):
        relation = _RELATION.search(parameters)
        if relation and "type" in (relation[1] or relation[2]).lower().split():
            types.add(urljoin(base, target))
    return types
