"""Public offer catalogues: one JSON-LD document of schema:Offer, fetched whole, checked and kept for use offline.

Every agent sends the same bytes: no cookies, no validators, no credentials from the machine, and no address that could
carry a name (query, user). What the person buys therefore cannot be read from what is fetched. The context must lie in
the document itself, so nothing else is ever fetched for it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import httpx

from pod_agent.errors import AgentError, ServerUnreachableError, UsageError
from pod_agent.offers.offer import Offer
from pod_agent.offers.reading import OfferFault, read_offers
from pod_agent.storage import write_private

__all__ = ["MAX_BYTES", "REQUEST_HEADERS", "Catalogue", "CatalogueError", "Edition", "check_address"]

MAX_BYTES = 4 * 1024 * 1024
MAX_SECONDS = 60.0
"""Longest time that a catalogue may take; one that came a byte at a time would hold the agent up for ever."""
REQUEST_HEADERS = {"accept": "application/ld+json", "accept-encoding": "identity", "user-agent": "pod-agent"}
"""Sent by every agent, whoever the person is."""
FRESH = timedelta(hours=24)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class CatalogueError(AgentError):
    """A catalogue that cannot be used as a whole."""

    code: ClassVar[str] = "catalogue_refused"
    hint = "Tell the publisher; the last catalogue that could be read stays in use where there is one."
    exit_status: ClassVar[int] = 3
    http_status: ClassVar[int] = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One state of a catalogue: its offers, and what could not be read.

    ``stale`` says that the source gives nothing usable now, so that this is the kept copy.
    """

    offers: tuple[Offer, ...]
    faults: tuple[OfferFault, ...]
    fetched_at: datetime
    stale: bool = False


class Catalogue:
    """The catalogue at an address or in a file, fetched at most once a day and kept in ``folder``.

    ``clock`` gives aware times; ``transport`` replaces the network in tests.
    """

    def __init__(
        self, source: str, folder: Path, *, clock: Clock = _now, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._source = source
        self._kept_at = folder / "catalogue.json"
        self._clock = clock
        self._transport = transport

    def load(self) -> tuple[Offer, ...]:
        """The offers of the newest edition that can be had; errors as ``edition``."""
        return self.edition().offers

    def edition(self, *, refresh: bool = False) -> Edition:
        """The newest edition, fetched again after a day or with ``refresh``.

        Without an answer the kept copy is used, however old, and marked stale. UsageError for an address that is not
        allowed, ServerUnreachableError or CatalogueError where there is no usable copy either.
        """
        now = self._clock()
        if "://" not in self._source:
            return _parsed(_read_file(Path(self._source)), now)
        check_address(self._source)
        kept = self._kept()
        if kept is not None and not refresh and timedelta(0) <= now - kept.fetched_at < FRESH:
            return kept
        try:
            content = _fetch(self._source, self._transport)
            edition = _parsed(content, now)
        except (ServerUnreachableError, CatalogueError):
            if kept is None:
                raise
            return replace(kept, stale=True)
        envelope = {"source": self._source, "fetched_at": now.isoformat(), "document": content.decode("utf-8")}
        write_private(self._kept_at, json.dumps(envelope).encode())
        return edition

    def _kept(self) -> Edition | None:
        """The kept copy, if it is whole and of this source; a damaged one counts as none, for it can be fetched."""
        try:
            envelope = json.loads(self._kept_at.read_bytes())
            if envelope["source"] != self._source:
                return None
            return _parsed(envelope["document"].encode(), datetime.fromisoformat(envelope["fetched_at"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, CatalogueError):
            return None


def check_address(source: str) -> None:
    """Refuse an address that could single out a person, or whose answer could be changed on the way."""
    try:
        parts = urlsplit(source)
        host = parts.hostname
    except ValueError as error:
        raise UsageError("the address of the catalogue cannot be read") from error
    if parts.query or parts.fragment or parts.username or parts.password:
        raise UsageError(
            "the address of a catalogue must be the same for everyone: no query, fragment or user name",
            hint="Use the plain address that the publisher prints.",
        )
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)):
        raise UsageError("a catalogue is fetched over https", hint="Use an https:// address or a file.")


def _fetch(source: str, transport: httpx.BaseTransport | None) -> bytes:
    content, begun = bytearray(), time.monotonic()
    try:
        with (
            httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=20) as client,
            client.stream("GET", httpx.URL(source), headers=REQUEST_HEADERS) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise ServerUnreachableError(f"the catalogue's server answered {response.status_code}")
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise CatalogueError(f"the catalogue is larger than {MAX_BYTES} bytes")
                if time.monotonic() - begun > MAX_SECONDS:
                    raise ServerUnreachableError("the catalogue's server takes too long")
    except httpx.HTTPError as error:
        raise ServerUnreachableError("the catalogue's server does not answer") from error
    return bytes(content)


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the catalogue file cannot be read: {path.name}") from error
    if len(content) > MAX_BYTES:
        raise CatalogueError(f"the catalogue is larger than {MAX_BYTES} bytes")
    return content


def _parsed(content: bytes, fetched_at: datetime) -> Edition:
    try:
        content.decode("utf-8")
        offers, faults = read_offers(content)
    except ValueError as error:
        raise CatalogueError(f"the catalogue cannot be read: {error}") from error
    return Edition(offers=offers, faults=faults, fetched_at=fetched_at)
