"""Access Control Policies: rules as access controls, policies and matchers (https://solidproject.org/TR/acp).

A change never edits a policy or matcher in place, since others may rest on it: it writes a changed copy, links that,
and drops what nothing leads to any more.
"""

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
    Rule,
    agent,
    coined,
    link,
    modes_of,
    objects,
    statements_of,
    subject_of,
)

__all__ = ["add", "read", "remove"]

_ACP: Final = "http://www.w3.org/ns/solid/acp#"
_RESOURCE, _MEMBERS = _ACP + "accessControl", _ACP + "memberAccessControl"
_APPLY, _ALLOW, _DENY = _ACP + "apply", _ACP + "allow", _ACP + "deny"
_ALL, _ANY, _NONE = _ACP + "allOf", _ACP + "anyOf", _ACP + "noneOf"
_AGENT: Final = _ACP + "agent"
_CONDITIONS: Final = (_ACP + "client", _ACP + "issuer", _ACP + "vc")
_SPECIAL: Final = {_ACP + "PublicAgent": PUBLIC, _ACP + "AuthenticatedAgent": AUTHENTICATED}
_LINKS: Final = (_RESOURCE, _MEMBERS, _APPLY, _ALL, _ANY, _NONE)


def read(graph: Graph, target: str) -> tuple[Rule, ...]:
    """The rules for the resource and its members, sorted: the most that they allow, for denials count as conditions."""
    del target  # a document of ACP is about one resource
    scopes: dict[tuple[Party, frozenset[str], bool], set[str]] = {}
    for scope in (_RESOURCE, _MEMBERS):
        controls = _values(graph, scope)
        policies = {policy for control in controls for policy in objects(graph, control, _APPLY)}
        denied = any(objects(graph, policy, _DENY) for policy in policies)
        for policy in policies:
            allowed = frozenset(objects(graph, policy, _ALLOW))
            for party, conditional in _parties(graph, policy):
                scopes.setdefault((party, allowed, conditional or denied), set()).add(scope)
    found = {
        Rule(party, modes_of(allowed), _RESOURCE in where, _MEMBERS in where, conditional)
        for (party, allowed, conditional), where in scopes.items()
    }
    return tuple(sorted((rule for rule in found if rule.modes), key=repr))


def add(graph: Graph, document: str, target: str, rule: Rule) -> Graph:
    """The graph with one access control more."""
    iris = {party: iri for iri, party in _SPECIAL.items()}
    who = {(TYPE, _ACP + "Matcher"), (_AGENT, iris.get(rule.party, rule.party.iri))}
    matcher = coined(document, "matcher", who)
    what = {(TYPE, _ACP + "Policy"), (_ANY, matcher), *((_ALLOW, ACL + mode.capitalize()) for mode in rule.modes)}
    policy = coined(document, "policy", what)
    applied = {(TYPE, _ACP + "AccessControl"), (_APPLY, policy)}
    control = coined(document, "control", applied)
    scopes = [scope for scope, wanted in ((_RESOURCE, rule.resource), (_MEMBERS, rule.members)) if wanted]
    owner = _own_name(graph, document)
    whole = {(TYPE, _ACP + "AccessControlResource"), (_ACP + "resource", target)}
    whole |= {(scope, control) for scope in scopes}
    parts = {matcher: who, policy: what, control: applied, owner: whole}
    return graph | {link(name, predicate, value) for name, pairs in parts.items() for predicate, value in pairs}


def remove(graph: Graph, document: str, target: str, party: Party, *, resource: bool, members: bool) -> Graph:
    """The graph without what it allows this party on the resource, on its members, or both.

    What it allows others stays, and so does what it denies.
    """
    del target
    before = _reached(graph)
    for scope in [scope for scope, wanted in ((_RESOURCE, resource), (_MEMBERS, members)) if wanted]:
        for joint in [triple for triple in graph if triple.predicate.value == scope]:
            control = _value(joint)
            if not control:
                continue
            left, added = _control_without(graph, document, control, party)
            if left != control:
                graph = (graph - {joint}) | added
                graph |= {ox.Triple(joint.subject, joint.predicate, ox.NamedNode(left))} if left else set()
    gone = before - _reached(graph)
    return frozenset(triple for triple in graph if subject_of(triple) not in gone)


def _control_without(graph: Graph, document: str, control: str, party: Party) -> tuple[str, Graph]:
    """Name of the control that allows the party nothing, empty where nothing is left of it, and what it is made of."""
    kept: set[str] = set()
    added: Graph = frozenset()
    applied = objects(graph, control, _APPLY)
    for policy in applied:
        names, parts = _policy_without(graph, document, policy, party)
        kept |= names
        added |= parts
    if kept == applied:
        return control, frozenset()
    if not kept:
        return "", frozenset()
    name, own = _replaced(graph, document, control, {_APPLY: kept})
    return name, own | added


def _policy_without(graph: Graph, document: str, policy: str, party: Party) -> tuple[set[str], Graph]:
    """Names of the policies that are left of one, and what they are made of; what it denies is denied as before."""
    if not objects(graph, policy, _ALLOW):
        return {policy}, frozenset()
    changed: dict[str, set[str]] = {}
    added: Graph = frozenset()
    for relation in (_ANY, _ALL):
        matchers = objects(graph, policy, relation)
        left = {matcher: _matcher_without(graph, document, matcher, party) for matcher in matchers}
        kept = {name for name, _ in left.values() if name}
        if kept == matchers:
            continue
        if not kept or (relation == _ALL and len(kept) < len(matchers)):
            return _denials(graph, document, policy)  # nobody fits it any more
        changed[relation] = kept
        added = added.union(*(parts for _, parts in left.values()))
    if not changed:
        return {policy}, frozenset()
    name, own = _replaced(graph, document, policy, {**changed, _DENY: set()})
    names, denials = _denials(graph, document, policy)
    return {name, *names}, own | added | denials


def _denials(graph: Graph, document: str, policy: str) -> tuple[set[str], Graph]:
    """A policy that denies what this one denies and allows nothing; none where it denies nothing."""
    if not objects(graph, policy, _DENY):
        return set(), frozenset()
    name, own = _replaced(graph, document, policy, {_ALLOW: set()})
    return {name}, own


def _matcher_without(graph: Graph, document: str, matcher: str, party: Party) -> tuple[str, Graph]:
    """A matcher that does not name the party; none where it named nobody else, for without names it fits everybody."""
    agents = {iri: _special(iri) for iri in objects(graph, matcher, _AGENT)}
    kept = {iri for iri, named in agents.items() if named != party}
    if len(kept) == len(agents):
        return matcher, frozenset()
    return _replaced(graph, document, matcher, {_AGENT: kept}) if kept else ("", frozenset())


def _replaced(graph: Graph, document: str, name: str, values: dict[str, set[str]]) -> tuple[str, Graph]:
    """A copy of a node, under a name of its own, with other values of these properties."""
    pairs = {
        (triple.predicate, triple.object)
        for triple in statements_of(graph, name)
        if triple.predicate.value not in values
    }
    pairs |= {(ox.NamedNode(key), ox.NamedNode(value)) for key, found in values.items() for value in found}
    subject = coined(document, "rule", pairs)
    return subject, frozenset(ox.Triple(ox.NamedNode(subject), predicate, value) for predicate, value in pairs)


def _parties(graph: Graph, policy: str) -> set[tuple[Party, bool]]:
    """Whom a policy can be for, and whether that holds under conditions only."""
    anyone, everyone = objects(graph, policy, _ANY), objects(graph, policy, _ALL)
    conditional = bool(objects(graph, policy, _NONE)) or (bool(anyone) and bool(everyone)) or len(everyone) > 1
    found = set()
    for matcher in anyone or everyone:
        limited = conditional or bool(objects(graph, matcher, *_CONDITIONS))
        agents = {_special(iri) for iri in objects(graph, matcher, _AGENT)}
        if not agents and objects(graph, matcher, *_CONDITIONS):
            agents = {AUTHENTICATED}  # an application or a provider says that somebody logged in, not who
        found |= {(party, limited) for party in agents}
    return found


def _special(iri: str) -> Party:
    return _SPECIAL.get(iri) or agent(iri)


def _own_name(graph: Graph, document: str) -> str:
    kind = ox.NamedNode(_ACP + "AccessControlResource")
    names = {subject_of(triple) for triple in graph if triple.object == kind and triple.predicate.value == TYPE}
    return min(names, default=document)


def _values(graph: Graph, predicate: str) -> set[str]:
    return {_value(triple) for triple in graph if triple.predicate.value == predicate} - {""}


def _value(triple: ox.Triple) -> str:
    return triple.object.value if isinstance(triple.object, ox.NamedNode) else ""


def _reached(graph: Graph) -> set[str]:
    """Every node that the rules lead to."""
    found: set[str] = set()
    left = _values(graph, _RESOURCE) | _values(graph, _MEMBERS)
    while left:
        found |= left
        left = {value for name in left for value in objects(graph, name, *_LINKS)} - found
    return found
