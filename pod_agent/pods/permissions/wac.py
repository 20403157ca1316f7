"""Web Access Control: rules in a document of authorisations (https://solidproject.org/TR/wac)."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from pod_agent.pods.permissions.rules import (
    ACL,
    AUTHENTICATED,
    PUBLIC,
    TYPE,
    Graph,
    Party,
    PartyKind,
    Rule,
    coined,
    link,
    modes_of,
    objects,
    statements_of,
    subject_of,
)

__all__ = ["add", "read", "remove"]

_EVERYBODY: Final = "http://xmlns.com/foaf/0.1/Agent"
_LOGGED_IN: Final = ACL + "AuthenticatedAgent"
_AGENT, _CLASS, _GROUP = ACL + "agent", ACL + "agentClass", ACL + "agentGroup"
_RESOURCE: Final = ACL + "accessTo"
_MEMBERS: Final = (ACL + "default", ACL + "defaultForNew")  # the second is what older servers wrote
_MODE: Final = ACL + "mode"
_PARTIES: Final = (_AGENT, _CLASS, _GROUP)


def read(graph: Graph, target: str) -> tuple[Rule, ...]:
    """The rules for a resource and its members, sorted; those of others that the document may hold are left out."""
    found = set()
    for subject in _authorisations(graph):
        resource = target in objects(graph, subject, _RESOURCE)
        members = target in objects(graph, subject, *_MEMBERS)
        modes = modes_of(objects(graph, subject, _MODE))
        if modes and (resource or members):
            conditional = bool(objects(graph, subject, ACL + "origin"))
            parties = {_party(triple) for triple in statements_of(graph, subject)} - {None}
            found |= {Rule(party, modes, resource, members, conditional) for party in parties if party is not None}
    return tuple(sorted(found, key=repr))


def add(graph: Graph, document: str, target: str, rule: Rule) -> Graph:
    """The graph with one authorisation more."""
    pairs = {(TYPE, ACL + "Authorization"), _name(rule.party)}
    pairs |= {(_MODE, ACL + mode.capitalize()) for mode in rule.modes}
    pairs |= {(_RESOURCE, target)} if rule.resource else set()
    pairs |= {(_MEMBERS[0], target)} if rule.members else set()
    subject = coined(document, "rule", pairs)
    return graph | {link(subject, predicate, value) for predicate, value in pairs}


def remove(graph: Graph, document: str, target: str, party: Party, *, resource: bool, members: bool) -> Graph:
    """The graph without what it allows this party on the resource, on its members, or both.

    What an authorisation allows others, or the same party elsewhere, stays.
    """
    scopes = {(_RESOURCE, target)} if resource else set()
    scopes |= {(predicate, target) for predicate in _MEMBERS} if members else set()
    for subject in _authorisations(graph):
        own = statements_of(graph, subject)
        named = {triple for triple in own if _party(triple) == party}
        touched = {triple for triple in own if _pair(triple) in scopes}
        if not named or not touched:
            continue
        graph -= named
        if not any(_party(triple) for triple in own - named):
            graph -= own
        graph |= _copy(document, (own - touched) - {triple for triple in own - named if _party(triple)})
    return graph


def _copy(document: str, own: set[ox.Triple]) -> Graph:
    """What an authorisation still allows, under a name of its own; nothing where it is about no resource any more."""
    if not any(triple.predicate.value in {_RESOURCE, *_MEMBERS} for triple in own):
        return frozenset()
    subject = ox.NamedNode(coined(document, "rule", (_pair(triple) for triple in own)))
    return frozenset(ox.Triple(subject, triple.predicate, triple.object) for triple in own)


def _authorisations(graph: Graph) -> list[str]:
    """Whatever has a mode: a server may take for a rule what lacks the type."""
    return sorted({subject_of(triple) for triple in graph if triple.predicate.value == _MODE})


def _party(triple: ox.Triple) -> Party | None:
    predicate, value = _pair(triple)
    if predicate not in _PARTIES:
        return None
    if value == _EVERYBODY:
        return PUBLIC
    if value == _LOGGED_IN:
        return AUTHENTICATED
    return Party(PartyKind.AGENT if predicate == _AGENT else PartyKind.GROUP, value)


def _name(party: Party) -> tuple[str, str]:
    if party == PUBLIC:
        return _CLASS, _EVERYBODY
    if party == AUTHENTICATED:
        return _CLASS, _LOGGED_IN
    return (_AGENT if party.kind is PartyKind.AGENT else _GROUP), party.iri


def _pair(triple: ox.Triple) -> tuple[str, str]:
    return triple.predicate.value, triple.object.value if isinstance(triple.object, ox.NamedNode) else ""
