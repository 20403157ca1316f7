"""The person's private type index: where their own apps find which kinds of record (Solid Type Indexes).

An app that the person logs in to reads the index and learns that this pod holds, say, transactions, and in which
container. Only the agent's container is named, no source and no month. The pointer to the index may be public, as for
everybody; the index itself is written only after a request without a login was refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urldefrag

import pyoxigraph as ox

from pod_agent.errors import PodAccessError, PodConflictError, PodError, PodUnreachableError
from pod_agent.pods.addresses import origin, require_safe
from pod_agent.pods.links import parent
from pod_agent.pods.permissions.access import Access
from pod_agent.pods.pod import TURTLE
from pod_agent.pods.session import Session
from pod_agent.pods.webid.patches import Statement, patch, read_statements
from pod_agent.pods.webid.public import is_public

__all__ = ["TypeIndex"]

_SOLID: Final = "http://www.w3.org/ns/solid/terms#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_POINTER = _SOLID + "privateTypeIndex"
_PREFERENCES = "http://www.w3.org/ns/pim/space#preferencesFile"
_REGISTRATION = _SOLID + "TypeRegistration"
_FOR_CLASS = _SOLID + "forClass"
_CONTAINER = _SOLID + "instanceContainer"
_KINDS = {_SOLID + "TypeIndex", _SOLID + "UnlistedDocument"}
_OURS = "#pod-agent-"
_NEW = "settings/privateTypeIndex.ttl"
_EMPTY = "".join(f"<> <{_TYPE}> <{kind}> .\n" for kind in sorted(_KINDS)).encode()


@dataclass(frozen=True, slots=True)
class _Found:
    """The index that the person's documents point to, and the document where a pointer belongs."""

    index: str | None
    pointing: str


class TypeIndex:
    """Registrations of the agent's container ``root`` in the private type index of ``webid``.

    ``session`` carries that person's login. Registrations of others are read past and never changed.
    """

    def __init__(self, session: Session, webid: str, root: str) -> None:
        self._session = session
        self._webid = webid
        self._root = root

    def register(self, classes: Iterable[str]) -> tuple[str, ...]:
        """Register these classes of records, and make the index where there is none; the classes that were missing.

        May be repeated. PodAccessError where the index is open to the public or lies on another server; PodError
        where the profile cannot be changed: its hint has the line that the person can add.
        """
        wanted = dict.fromkeys(classes)
        found = self._find()
        index = found.index or self._create()
        self._require_private(index, own=found.index is None)
        if found.index is None:
            self._point(found.pointing, index)
        there = self._registered(index)
        missing = tuple(iri for iri in wanted if iri not in there)
        patch(self._session, index, insert=[each for iri in missing for each in self._statements(index, iri)])
        return missing

    def registered(self) -> frozenset[str]:
        """Classes that are registered with this container, by the agent."""
        index = self._find().index
        return frozenset(self._registered(index)) if index is not None else frozenset()

    def unregister(self) -> int:
        """Take the agent's own registrations of this container away; how many there were. The index itself stays."""
        index = self._find().index
        if index is None:
            return 0
        gone = self._registered(index)
        patch(self._session, index, delete=[each for triples in gone.values() for each in _iris(triples)])
        return len(gone)

    def _find(self) -> _Found:
        """From the profile, or the preferences that it names: there the pointer is as private as the index."""
        profile = urldefrag(self._webid).url
        document = profile
        pointers = self._named(profile, _POINTER)
        for preferences in self._named(profile, _PREFERENCES)[:1]:
            if self._is_near(preferences):
                document = preferences
                pointers += self._named(preferences, _POINTER)
        for index in pointers:
            require_safe(index, "the private type index")
            if not self._is_near(index):
                raise PodAccessError(
                    f"the private type index lies on another server: {index}",
                    hint="The agent shows your login to your own pod alone; correct the pointer in your profile.",
                )
            return _Found(urldefrag(index).url, document)
        return _Found(None, document)

    def _named(self, document: str, predicate: str) -> list[str]:
        triples = read_statements(self._session, document) or []
        me, wanted = ox.NamedNode(self._webid), ox.NamedNode(predicate)
        objects = [triple.object for triple in triples if (triple.subject, triple.predicate) == (me, wanted)]
        return [each.value for each in objects if isinstance(each, ox.NamedNode)]

    def _is_near(self, address: str) -> bool:
        return origin(address) in {origin(self._root), origin(self._webid)}

    def _create(self) -> str:
        """A new index, or the one that an attempt before this one made and did not get to name."""
        index = (parent(self._root) or self._root) + _NEW
        try:
            self._session.send("PUT", index, {"content-type": TURTLE, "if-none-match": "*"}, _EMPTY)
        except PodConflictError:
            triples = read_statements(self._session, index) or []
            kinds = {triple.object.value for triple in triples if isinstance(triple.object, ox.NamedNode)}
            if not kinds >= _KINDS:
                raise PodError(
                    f"{index} is there, but is no type index", hint="Rename it with your pod's own pages."
                ) from None
        return index

    def _require_private(self, index: str, *, own: bool) -> None:
        if not is_public(index):
            return
        if own:
            Access(self._session, self._webid).close(index)
            if not is_public(index):
                return
        raise PodAccessError(
            f"anyone may read the type index {index}", hint="Make it private with your pod's own pages, then try again."
        )

    def _point(self, document: str, index: str) -> None:
        statement = (self._webid, _POINTER, index)
        if read_statements(self._session, document) is None:
            raise self._no_pointer(document, index)
        try:
            patch(self._session, document, insert=[statement])
        except PodUnreachableError:
            raise
        except PodError as error:
            raise self._no_pointer(document, index) from error

    def _no_pointer(self, document: str, index: str) -> PodError:
        return PodError(
            f"the agent may not write to {document}, where the type index would be named",
            hint=f"Add this line there, then try again: <{self._webid}> <{_POINTER}> <{index}> .",
        )

    def _registered(self, index: str) -> dict[str, list[ox.Triple]]:
        """The agent's own registrations of this container, by class."""
        triples = read_statements(self._session, index) or []
        by_subject: dict[str, list[ox.Triple]] = {}
        for triple in triples:
            if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(index + _OURS):
                by_subject.setdefault(triple.subject.value, []).append(triple)
        return {
            triple.object.value: found
            for subject, found in by_subject.items()
            for triple in found
            if triple.predicate.value == _FOR_CLASS
            and isinstance(triple.object, ox.NamedNode)
            and subject == self._subject(index, triple.object.value)
        }

    def _subject(self, index: str, class_iri: str) -> str:
        digest = hashlib.blake2b(f"{class_iri} {self._root}".encode(), digest_size=8).hexdigest()
        return index + _OURS + digest

    def _statements(self, index: str, class_iri: str) -> list[Statement]:
        subject = self._subject(index, class_iri)
        return [
            (subject, _TYPE, _REGISTRATION),
            (subject, _FOR_CLASS, class_iri),
            (subject, _CONTAINER, self._root),
        ]


def _iris(triples: Iterable[ox.Triple]) -> list[Statement]:
    """The statements between IRIs; the agent writes no others."""
    return [
        (triple.subject.value, triple.predicate.value, triple.object.value)
        for triple in triples
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode)
    ]
