"""Reading what everybody may read, without a login: profiles, and what a server says of its resources.

Nothing that is read here is trusted with more than its own place: a public address that points to this machine or into
a private network is not followed, since services there believe whoever can reach them. (A name that resolves to such
an address is not found out; a login goes nowhere before the person saw the addresses.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self
from urllib.parse import urldefrag

import httpx

from pod_agent.errors import PodAccessError, PodError, PodUnreachableError, UsageError
from pod_agent.pods.addresses import is_inside, require_safe
from pod_agent.pods.links import resolved
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.session import open_client
from vocab.bounded import read_bounded

__all__ = ["MAX_BYTES", "Page", "PublicReader", "is_public", "trusted"]

MAX_BYTES: Final = 2_000_000
"""Largest public document that is read."""

_MAX_REDIRECTS = 5
_MAX_SECONDS = 60.0  # for one document, however slowly it comes
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_CLOSED = {401, 403, 404, 410}
_DEFAULT_HEADERS = {"accept": TURTLE}


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: ``address`` is where it was found after redirects, ``links`` are its Link headers as they came."""

    address: str
    status: int
    media_type: str
    content: bytes
    links: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether the server gave the document."""
        return httpx.codes.is_success(self.status)


class PublicReader:
    """Reads public documents; use it in a ``with`` block. ``address`` is the first one it will be asked for."""

    def __init__(self, address: str) -> None:
        self._client = open_client(address, timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, address: str, accept: str = TURTLE) -> Page:
        """The document, redirects followed; any status but a server's own failure is for the caller to judge.

        PodUnreachableError where nobody answers or redirects do not end, PodAccessError where a redirect leads to an
        unsafe address, PodError where the document is too long.
        """
        address = urldefrag(address).url
        for _ in range(_MAX_REDIRECTS):
            response = self._send("GET", address, {"accept": accept})
            if not response.has_redirect_location:
                return _page(response, address)
            target = resolved(address, response.headers["location"])
            address = urldefrag(trusted(target, "new address", told_by=address)).url
        raise PodUnreachableError(f"{address} redirects without end")

    def head(self, address: str) -> Page:
        """What the server says of a resource, at this very address."""
        return _page(self._send("HEAD", address, _DEFAULT_HEADERS), address)

    def _send(self, method: str, address: str, headers: Mapping[str, str]) -> httpx.Response:
        try:
            with self._client.stream(method, address, headers=headers) as response:
                body = _body(response, address)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise PodUnreachableError(f"{address} cannot be reached ({type(error).__name__})") from error
        if response.is_server_error or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise PodUnreachableError(f"{address} answers with {response.status_code}")
        response.headers.pop("content-encoding", None)  # the body is plain by now, though it was asked for so
        return httpx.Response(response.status_code, headers=response.headers, content=body)


def _body(response: httpx.Response, address: str) -> bytes:
    try:
        return read_bounded(response.iter_bytes(), most=MAX_BYTES, seconds=_MAX_SECONDS)
    except TimeoutError as error:
        raise PodUnreachableError(f"{address} does not end its answer") from error
    except ValueError as error:
        raise PodError(f"{address} is too long for a profile", hint="Check the WebID.") from error


def is_public(iri: str) -> bool:
    """Whether somebody who has not logged in may read this resource.

    PodUnreachableError where the answer does not tell: only a refusal counts as closed.
    """
    with PublicReader(iri) as reader:
        status = reader._send("GET", iri, _DEFAULT_HEADERS).status_code  # noqa: SLF001 - redirects are not followed
    if httpx.codes.is_success(status):
        return True
    if status in _CLOSED:
        return False
    raise PodUnreachableError(f"{iri} answers with {status}, so nobody can tell whether it is private")


def trusted(iri: str, what: str, *, told_by: str) -> str:
    """The address that a document or server at ``told_by`` names; PodAccessError where it must not be followed."""
    try:
        require_safe(iri, f"the profile's {what}")
    except UsageError as error:
        raise PodAccessError(str(error), hint=error.hint) from error
    if is_inside(iri) and not is_inside(told_by):
        raise PodAccessError(
            f"the profile's {what} lies on this machine or in a private network: {iri}",
            hint="Give that address yourself if it is yours.",
        )
    return iri


def _page(response: httpx.Response, address: str) -> Page:
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Page(address, response.status_code, media_type, response.content, tuple(response.headers.get_list("link")))
