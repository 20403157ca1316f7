"""Public offer catalogues: one signed JSON-LD document of schema:Offer, fetched whole, checked, kept for use offline.

Every agent sends the same bytes: no cookies, no validators, no credentials from the machine, and no address that could
carry a name (query, user). What the person buys therefore cannot be read from what is fetched. The context must lie in
the document itself, so nothing else is ever fetched for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import httpx

from consent.stores import Clock
from pod_agent.errors import AgentError, ServerUnreachableError, UsageError
from pod_agent.offers.documents import Document, open_document
from pod_agent.offers.secret import device_secret, due_since
from pod_agent.resting import Rest
from pod_agent.storage import write_private
from vocab.bounded import read_bounded
from vocab.offers import Offer
from vocab.offers.reading import MAX_BYTES, OfferFault

__all__ = ["REQUEST_HEADERS", "Catalogue", "CatalogueError", "Edition", "check_address"]

MAX_SECONDS = 60.0
"""Longest time that a catalogue may take; one that came a byte at a time would hold the agent up for ever."""
REQUEST_HEADERS = {"accept": "application/ld+json", "accept-encoding": "identity", "user-agent": "pod-agent"}
"""Sent by every agent, whoever the person is."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
KEPT: Final = "catalogue.json"
SEEN: Final = "seen.json"
FAILED: Final = "failed"


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

    ``stale`` says that the source gives nothing usable now, so that this is the kept copy. ``key`` is the Multikey of
    who signed it, None for a file without a signature; ``digest`` is the same for everyone who holds this edition.
    """

    offers: tuple[Offer, ...]
    faults: tuple[OfferFault, ...]
    fetched_at: datetime
    key: str | None = None
    serial: int = 0
    digest: str = ""
    stale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What this device saw of a source: the key that signs it, the highest number, and what had that number."""

    key: str
    serial: int
    digest: str


class Catalogue:
    """The catalogue at an address or in a file, fetched at most once a day and kept in ``folder``.

    ``key`` is the publisher's Multikey where the person set one; otherwise the first key that is seen stays. ``clock``
    gives aware times; ``transport`` replaces the network in tests.
    """

    def __init__(
        self,
        source: str,
        folder: Path,
        *,
        key: str = "",
        clock: Clock = _now,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._source = source
        self._folder = folder
        self._rest = Rest(folder / FAILED)
        self._key = key
        self._clock = clock
        self._transport = transport

    def load(self) -> tuple[Offer, ...]:
        """The offers of the newest edition that can be had; errors as ``edition``."""
        return self.edition().offers

    def edition(self, *, refresh: bool = False) -> Edition:
        """The newest edition, fetched again once its daily moment has passed, or with ``refresh``.

        Without a usable answer the kept copy is used, however old, and marked stale; the next try is an hour later.
        UsageError for an address that is not allowed, ServerUnreachableError or CatalogueError where there is no usable
        copy either.
        """
        now = self._clock()
        if "://" not in self._source:
            return _edition(_opened(_read_file(Path(self._source))), now)
        check_address(self._source)
        kept = self._kept()
        if kept is not None and not refresh and self._is_fresh(kept, now):
            return kept
        if kept is not None and not refresh and self._rest.lasts(now):
            return replace(kept, stale=True)
        try:
            content = _fetch(self._source, self._transport)
            document = _opened(content)
            self._check(document)
        except (ServerUnreachableError, CatalogueError):
            if kept is None:
                raise
            self._rest.begin(now)
            return replace(kept, stale=True)
        self._keep(content, document, now)
        return _edition(document, now)

    def held(self) -> Edition | None:
        """What is here already, without asking anyone; None where that is nothing."""
        if "://" in self._source:
            return self._kept()
        try:
            return self.edition()
        except (CatalogueError, UsageError):
            return None

    def _is_fresh(self, kept: Edition, now: datetime) -> bool:
        return due_since(now, device_secret(self._folder)) <= kept.fetched_at <= now

    def _check(self, document: Document) -> None:
        """CatalogueError unless the publisher signed it, and it is no older than what was seen before."""
        if document.key is None:
            raise CatalogueError(
                "the catalogue is not signed", hint="Without a signature it can be used from a file only."
            )
        seen = self._seen()
        expected = self._key or (seen.key if seen else document.key)
        if document.key != expected:
            raise CatalogueError(
                "the catalogue is signed by another key than before",
                hint="If the publisher tells of a new key, and not only this address, set it as catalogue_key.",
            )
        if seen is None or seen.key != document.key:
            return
        if document.serial < seen.serial:
            raise CatalogueError("the catalogue is older than one that was seen before")
        if document.serial == seen.serial and document.digest != seen.digest:
            raise CatalogueError("two different catalogues have the same number: not everyone gets the same one")

    def _keep(self, content: bytes, document: Document, now: datetime) -> None:
        """Note the number before the copy: after a crash in between an older catalogue is refused all the same."""
        seen = {"key": document.key, "serial": document.serial, "digest": document.digest}
        write_private(self._folder / SEEN, json.dumps({**self._notes(), self._source: seen}).encode())
        envelope = {"source": self._source, "fetched_at": now.isoformat(), "document": content.decode("utf-8")}
        write_private(self._folder / KEPT, json.dumps(envelope).encode())

    def _seen(self) -> _Seen | None:
        """What was seen of this source; None where nothing was, CatalogueError where the note cannot be read."""
        try:
            note = self._notes().get(self._source)
            return None if note is None else _Seen(**note)
        except TypeError as error:
            raise _unreadable() from error

    def _notes(self) -> dict[str, dict[str, Any]]:
        try:
            notes = json.loads((self._folder / SEEN).read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise _unreadable() from error
        if not isinstance(notes, dict):
            raise _unreadable()
        return notes

    def _kept(self) -> Edition | None:
        """The kept copy, if it is whole and of this source; a damaged one counts as none, for it can be fetched."""
        try:
            envelope = json.loads((self._folder / KEPT).read_bytes())
            if envelope["source"] != self._source:
                return None
            document = _opened(envelope["document"].encode())
            if self._key and document.key != self._key:
                return None
            return _edition(document, datetime.fromisoformat(envelope["fetched_at"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, CatalogueError):
            return None


def _unreadable() -> CatalogueError:
    return CatalogueError(
        "the note on who publishes the catalogue cannot be read",
        hint=f"Remove {SEEN} in the folder catalogue of the home to trust the publisher anew.",
    )


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
    try:
        with (
            httpx.Client(transport=transport, trust_env=False, follow_redirects=False, timeout=20) as client,
            client.stream("GET", httpx.URL(source), headers=REQUEST_HEADERS) as response,
        ):
            if response.status_code != httpx.codes.OK:
                status = response.status_code
                wrong = "Correct the address of the catalogue (POD_AGENT_CATALOGUE); nothing of it is there."
                hint = wrong if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE} else None
                raise ServerUnreachableError(f"the catalogue's server answered {status}", hint=hint)
            return _body(response)
    except httpx.HTTPError as error:
        raise ServerUnreachableError("the catalogue's server does not answer") from error


def _body(response: httpx.Response) -> bytes:
    try:
        return read_bounded(response.iter_bytes(), most=MAX_BYTES, seconds=MAX_SECONDS)
    except TimeoutError as error:
        raise ServerUnreachableError("the catalogue's server takes too long") from error
    except ValueError as error:
        raise CatalogueError(f"the catalogue is larger than {MAX_BYTES} bytes") from error


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the catalogue file cannot be read: {path.name}") from error
    if len(content) > MAX_BYTES:
        raise CatalogueError(f"the catalogue is larger than {MAX_BYTES} bytes")
    return content


def _opened(content: bytes) -> Document:
    try:
        return open_document(content)
    except ValueError as error:
        raise CatalogueError(f"the catalogue cannot be read: {error}") from error


def _edition(document: Document, fetched_at: datetime) -> Edition:
    return Edition(
        offers=document.offers,
        faults=document.faults,
        fetched_at=fetched_at,
        key=document.key,
        serial=document.serial,
        digest=document.digest,
    )
