"""What a profile document states: people, their identity providers, storages and further documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urldefrag

import pyoxigraph as ox

from pod_agent.errors import PodError
from pod_agent.pods.links import link_targets, resolved
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.webid.public import Page

__all__ = ["ACCEPT", "ISSUER", "STORAGE", "ProfileDocument", "is_linked_data", "linked_documents"]

ISSUER: Final = "http://www.w3.org/ns/solid/terms#oidcIssuer"
"""Solid-OIDC section 5: the identity providers that may speak for a WebID."""
STORAGE: Final = "http://www.w3.org/ns/pim/space#storage"
"""Solid WebID Profile section 4: a root of the person's storage."""
ACCEPT: Final = f"{TURTLE}, application/ld+json;q=0.9, application/n-triples;q=0.8, text/html;q=0.3"

_FOAF = "http://xmlns.com/foaf/0.1/"
_TOPICS = {_FOAF + "primaryTopic", _FOAF + "maker"}
_PEOPLE = {_FOAF + "Person", _FOAF + "Agent", "http://schema.org/Person", "https://schema.org/Person"}
_FURTHER = {
    "http://www.w3.org/2000/01/rdf-schema#seeAlso",
    _FOAF + "isPrimaryTopicOf",
    "http://www.w3.org/ns/pim/space#preferencesFile",
}
_FORMATS = {
    TURTLE: ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
}
_HTML = {"text/html", "application/xhtml+xml"}
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class ProfileDocument:
    """The statements of one document about people; PodError where it is no linked data or cannot be read.

    JSON-LD is read with the context it carries; one that lies on another server is not fetched.
    """

    def __init__(self, page: Page) -> None:
        self.address = page.address
        media_type = page.media_type
        if media_type not in _FORMATS:
            raise PodError(
                f"{page.address} gives {media_type or 'no media type'} and not {TURTLE}", hint="Check the WebID."
            )
        try:
            parsed = ox.parse(page.content, format=_FORMATS[media_type], base_iri=page.address)
            self._triples = list(_named(parsed))
        except SyntaxError as error:
            raise _unreadable(page, error) from error

    def named_by(self, webid: str, predicate: str) -> list[str]:
        """IRIs that the document states of this WebID by this predicate, in order, each once."""
        return _once(value for subject, used, value in self._triples if (subject, used) == (webid, predicate))

    def of_type(self, class_iri: str) -> list[str]:
        """IRIs that the document says are of this class."""
        return _once(subject for subject, used, value in self._triples if (used, value) == (_TYPE, class_iri))

    def further(self, webid: str) -> list[str]:
        """Documents that this one names as more about this WebID (Solid WebID Profile, extended profile documents)."""
        found = (value for subject, used, value in self._triples if subject == webid and used in _FURTHER)
        return [iri for iri in _once(urldefrag(iri).url for iri in found) if iri != self.address]

    def people(self) -> list[str]:
        """The WebIDs that this document may be about, the likeliest kind only.

        First who has an identity provider here; of several the one that the document calls its topic. Where nobody
        has, its topics; where it names none, the people that it describes.
        """
        with_issuer = _once(subject for subject, used, _ in self._triples if used == ISSUER)
        topics = _once(value for subject, used, value in self._triples if used in _TOPICS and subject == self.address)
        both = [iri for iri in with_issuer if iri in topics]
        if with_issuer:
            return both if len(both) == 1 else with_issuer
        described = [iri for kind in sorted(_PEOPLE) for iri in self.of_type(kind)]
        return topics or _once(iri for iri in described if urldefrag(iri).url == self.address)


def is_linked_data(page: Page) -> bool:
    """Whether the page is in a form that a ProfileDocument reads."""
    return page.media_type in _FORMATS


def linked_documents(page: Page) -> list[str]:
    """Linked data that a page for people names as its other form: in Link headers, and in ``link`` tags of HTML."""
    found = [
        target
        for relation in ("describedby", "alternate")
        for target in link_targets(page.links, relation, page.address)
    ]
    if page.media_type in _HTML:
        parser = _Links()
        parser.feed(page.content.decode(errors="replace"))
        found += [resolved(page.address, target) for target in parser.targets]
    return [iri for iri in _once(urldefrag(iri).url for iri in found) if iri not in {"", page.address}]


class _Links(HTMLParser):
    """Collects ``<link rel="describedby|alternate|meta" type="(linked data)" href="...">``."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        relations = set(given.get("rel", "").lower().split())
        media_type = given.get("type", "").partition(";")[0].strip().lower()
        wanted = relations & {"describedby", "alternate", "meta"} and media_type in _FORMATS
        if tag == "link" and wanted and given.get("href"):
            self.targets.append(given["href"])


def _named(parsed: Iterable[ox.Quad]) -> Iterator[tuple[str, str, str]]:
    """The statements between IRIs."""
    for quad in parsed:
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
            yield quad.subject.value, quad.predicate.value, quad.object.value


def _once(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(found))


def _unreadable(page: Page, error: SyntaxError) -> PodError:
    if "remote context" in str(error):
        return PodError(
            f"{page.address} is JSON-LD whose context lies on another server, which is not asked",
            hint="Serve the profile as Turtle too, or put the context into the document.",
        )
    name = "JSON-LD" if page.media_type == "application/ld+json" else "Turtle"
    return PodError(f"{page.address} is not readable {name}: {error}", hint="Check the WebID.")
