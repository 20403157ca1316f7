"""Access rules as plain values, the same for WAC and ACP, and the documents that hold them as sets of triples."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pyoxigraph as ox

from pod_agent.errors import PodAccessError

__all__ = [
    "ACL",
    "AUTHENTICATED",
    "OWNING",
    "PUBLIC",
    "READ",
    "TYPE",
    "Graph",
    "Mode",
    "Party",
    "PartyKind",
    "Rule",
    "agent",
    "coined",
    "link",
    "modes_of",
    "objects",
    "read_graph",
    "statements_of",
    "subject_of",
    "turtle",
]

ACL: Final = "http://www.w3.org/ns/auth/acl#"
TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_MAX_TRIPLES = 5_000
_LABEL = re.compile(r"[^A-Za-z0-9]")

Graph = frozenset[ox.Triple]
"""A document of rules; its subjects are IRIs, never blank nodes."""


class Mode(StrEnum):
    """What may be done; write takes in append."""

    READ = "read"
    APPEND = "append"
    WRITE = "write"
    CONTROL = "control"


READ: Final = frozenset({Mode.READ})
OWNING: Final = frozenset({Mode.READ, Mode.WRITE, Mode.CONTROL})
_MODES = {ACL + mode.capitalize(): mode for mode in Mode}


class PartyKind(StrEnum):
    """Whom a rule is for."""

    AGENT = "agent"
    GROUP = "group"
    AUTHENTICATED = "authenticated"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """One agent by WebID, a group by its IRI, or, without an IRI, everybody who logged in anywhere, or the public."""

    kind: PartyKind
    iri: str = ""


PUBLIC: Final = Party(PartyKind.PUBLIC)
AUTHENTICATED: Final = Party(PartyKind.AUTHENTICATED)


def agent(webid: str) -> Party:
    """The party that is one WebID."""
    return Party(PartyKind.AGENT, webid)


@dataclass(frozen=True, slots=True)
class Rule:
    """That a party may do something with a resource, with what lies in it, or both.

    ``conditional`` marks a rule that holds in part of the cases only (for one application, say, or with exceptions):
    what it allows is then the most that it allows.
    """

    party: Party
    modes: frozenset[Mode]
    resource: bool
    members: bool
    conditional: bool = False


def read_graph(content: bytes, document: str) -> Graph:
    """The triples of a document of rules. Blank nodes get names within the document, which changes no rule.

    PodAccessError where it is not Turtle, or longer than rules that somebody can oversee.
    """
    try:
        dataset = ox.Dataset(ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=document))
    except SyntaxError as error:
        raise PodAccessError(f"the access rules at {document} cannot be read") from error
    if len(dataset) > _MAX_TRIPLES:
        raise PodAccessError(f"the access rules at {document} are too long")
    if any(isinstance(term, ox.BlankNode) for quad in dataset for term in (quad.subject, quad.object)):
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(
        ox.Triple(
            _named(quad.subject, document) if isinstance(quad.subject, ox.BlankNode) else quad.subject,
            quad.predicate,
            _named(quad.object, document) if isinstance(quad.object, ox.BlankNode) else quad.object,
        )
        for quad in dataset
    )


def turtle(graph: Graph) -> bytes:
    """The graph as Turtle, one statement a line, sorted: the same bytes for the same statements."""
    lines = [ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES) or b"" for triple in graph]
    return b"".join(sorted(lines))


def link(subject: str, predicate: str, value: str) -> ox.Triple:
    """A triple of three IRIs."""
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))


def statements_of(graph: Iterable[ox.Triple], subject: str) -> set[ox.Triple]:
    """All triples about a subject."""
    node = ox.NamedNode(subject)
    return {triple for triple in graph if triple.subject == node}


def subject_of(triple: ox.Triple) -> str:
    """IRI of a triple's subject."""
    return triple.subject.value if isinstance(triple.subject, ox.NamedNode) else ""


def objects(graph: Iterable[ox.Triple], subject: str, *predicates: str) -> set[str]:
    """IRIs that a subject has as values of these properties."""
    return {
        triple.object.value
        for triple in statements_of(graph, subject)
        if triple.predicate.value in predicates and isinstance(triple.object, ox.NamedNode)
    }


def modes_of(iris: Iterable[str]) -> frozenset[Mode]:
    """The modes among these IRIs."""
    return frozenset(_MODES[iri] for iri in iris if iri in _MODES)


def coined(document: str, kind: str, content: Iterable[object]) -> str:
    """A name within the document for something with this content; equal content gets an equal name."""
    text = "\n".join(sorted(str(part) for part in content))
    return f"{document}#{kind}-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


def _named(node: ox.BlankNode, document: str) -> ox.NamedNode:
    return ox.NamedNode(f"{document}#unnamed-{_LABEL.sub('', node.value)}")
