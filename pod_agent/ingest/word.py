"""The person's word in the pod: ``settings/rules/rules.ttl`` and ``corrections/<yyyy-mm>.ttl``.

A correction lies in the document of the month of the record it is for, so the same corrections give the same documents.
Every change reads the document, changes it and writes it back under its ETag; where another device wrote meanwhile, it
is read again. What cannot be read is refused, never replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

import pyoxigraph as ox

from pod_agent.enrich.overlay import Correction
from pod_agent.enrich.rules import Rule, Rulebook
from pod_agent.errors import PodDamagedError
from pod_agent.ingest.manifest import digest
from pod_agent.pods.changing import change_resource
from pod_agent.pods.pod import Pod, Resource
from vocab import terms
from vocab.mapping import BASE
from vocab.records import IRI, TransactionKind
from vocab.taxonomy import CATEGORIES
from vocab.terms import curie
from vocab.turtle import HEADER, literal

__all__ = [
    "CORRECTIONS",
    "RULES",
    "change_corrections",
    "change_rules",
    "check_corrections",
    "check_rules",
    "read_corrections",
    "read_rulebook",
    "word_digests",
]

RULES: Final = "settings/rules/rules.ttl"
CORRECTIONS: Final = "corrections/"

_MONTH = re.compile(r"/(\d{4}-\d{2}|undated)(?:-[a-z]+)?\.ttl#")
_DOCUMENT = re.compile(r"corrections/(?:\d{4}-\d{2}|undated)\.ttl")
_KINDS: Final = {terms.PA + kind.value.capitalize(): kind for kind in TransactionKind}
_KIND_NAMES: Final = {kind: curie(iri) for iri, kind in _KINDS.items()}

State = TypeVar("State")
_Nodes = dict[str, dict[str, str]]


def read_rulebook(pod: Pod) -> Rulebook:
    """The rules in the pod; PodDamagedError where the document cannot be read."""
    resource = pod.read(RULES)
    return _rulebook(resource.content if resource else b"")


def change_rules(pod: Pod, change: Callable[[Rulebook], Rulebook]) -> tuple[Rulebook, Rulebook]:
    """Change the rules; returns them before and after. Nothing is written where nothing changes."""
    return _change(pod, RULES, _rulebook, _render_rules, change)


def read_corrections(pod: Pod) -> dict[IRI, Correction]:
    """Every correction in the pod by the IRI of its record."""
    found: dict[IRI, Correction] = {}
    for entry in pod.list(CORRECTIONS):
        if _DOCUMENT.fullmatch(entry.path) and (resource := pod.read(entry.path)) is not None:
            found.update(_corrections(resource.content))
    return found


def word_digests(pod: Pod) -> dict[str, str]:
    """Hex SHA-256 of every document of the person's word, by path."""
    paths = [RULES, *(entry.path for entry in pod.list(CORRECTIONS) if _DOCUMENT.fullmatch(entry.path))]
    return {path: digest(resource.content) for path in paths if (resource := pod.read(path)) is not None}


def change_corrections(pod: Pod, changes: Mapping[IRI, Correction | None]) -> None:
    """Enter corrections by the IRI of their record; None takes one back."""
    months: dict[str, dict[IRI, Correction | None]] = {}
    for iri, correction in changes.items():
        months.setdefault(_month(iri), {})[iri] = correction
    for path in sorted(months):
        _change(pod, path, _corrections, _render_corrections, _merging(months[path]))


def _merging(
    changes: Mapping[IRI, Correction | None],
) -> Callable[[dict[IRI, Correction]], dict[IRI, Correction]]:
    def merged(held: dict[IRI, Correction]) -> dict[IRI, Correction]:
        both: dict[IRI, Correction | None] = {**held, **changes}
        return {iri: correction for iri, correction in both.items() if correction is not None}

    return merged


def _change(
    pod: Pod,
    path: str,
    read: Callable[[bytes], State],
    render: Callable[[State], bytes],
    change: Callable[[State], State],
) -> tuple[State, State]:
    states: list[tuple[State, State]] = []

    def changed(resource: Resource | None) -> bytes | None:
        before = read(resource.content if resource else b"")
        states.append((before, change(before)))
        content = render(states[-1][1])
        return None if resource is None and content == render(read(b"")) else content

    change_resource(pod, path, changed)
    return states[-1]


def _render_rules(rules: Rulebook) -> bytes:
    parts = [HEADER, _counted(len(rules))]
    for number, rule in enumerate(rules.rules, 1):
        parts.append(
            f"\n<#rule-{number}> a {curie(terms.RULE)} ;\n"
            f"  {curie(terms.PATTERN)} {literal(rule.pattern)} ;\n"
            f"  {curie(terms.MERCHANT)} {literal(rule.name)} ;\n"
            f"  {curie(terms.CATEGORY_OF)} category:{rule.category} .\n"
        )
    return "".join(parts).encode()


def _render_corrections(corrections: Mapping[IRI, Correction]) -> bytes:
    parts = [HEADER, _counted(len(corrections))]
    for iri in sorted(corrections):
        correction = corrections[iri]
        properties = [
            f"{curie(terms.CORRECTS)} <../{iri}>",
            f"{curie(terms.CATEGORY_OF)} category:{correction.category}",
        ]
        if correction.merchant is not None:
            properties.append(f"{curie(terms.MERCHANT)} {literal(correction.merchant)}")
        if correction.kind is not None:
            properties.append(f"{curie(terms.KIND)} {_KIND_NAMES[correction.kind]}")
        name = iri.partition("#")[2]
        parts.append(f"\n<#{name}> a {curie(terms.CORRECTION)} ;\n  " + " ;\n  ".join(properties) + " .\n")
    return "".join(parts).encode()


def _counted(number: int) -> str:
    """How many the document holds: servers keep half a document when a write is cut off."""
    return f"\n<> {curie(terms.RECORD_COUNT)} {number} .\n"


def check_rules(content: bytes, _path: str) -> None:
    """PodDamagedError where a document of rules cannot be read."""
    _rulebook(content)


def check_corrections(content: bytes, _path: str) -> None:
    """PodDamagedError where a document of corrections cannot be read."""
    _corrections(content)


def _rulebook(content: bytes) -> Rulebook:
    def rule(node: Mapping[str, str]) -> Rule:
        return Rule(node[terms.PATTERN], node.get(terms.MERCHANT, ""), _category(node))

    return Rulebook(_read(content, RULES, terms.RULE, rule))


def _corrections(content: bytes) -> dict[IRI, Correction]:
    def correction(node: Mapping[str, str]) -> Correction:
        return Correction(
            iri=IRI(node[terms.CORRECTS].removeprefix(BASE)),
            category=_category(node),
            merchant=node.get(terms.MERCHANT),
            kind=_KINDS[node[terms.KIND]] if terms.KIND in node else None,
        )

    return {each.iri: each for each in _read(content, f"{CORRECTIONS}month.ttl", terms.CORRECTION, correction)}


Item = TypeVar("Item")


def _read(content: bytes, path: str, kind: str, item: Callable[[Mapping[str, str]], Item]) -> Iterable[Item]:
    """What a document of ours holds of one class; other subjects are passed over."""
    try:
        nodes = _nodes(content, path)
        found = [item(nodes[name]) for name in sorted(nodes) if nodes[name].get(terms.TYPE) == kind]
        count = nodes[BASE + path][terms.RECORD_COUNT] if content else "0"
    except (SyntaxError, KeyError) as error:
        raise PodDamagedError(f"{path} cannot be read") from error
    if count != str(len(found)) or (content and not content.endswith(b".\n")):
        raise PodDamagedError(f"{path} is cut short")
    return found


def _nodes(content: bytes, path: str) -> _Nodes:
    nodes: _Nodes = {}
    for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
            nodes.setdefault(quad.subject.value, {})[quad.predicate.value] = quad.object.value
    return nodes


def _category(node: Mapping[str, str]) -> str:
    return {terms.concept(name): name for name in CATEGORIES}[node[terms.CATEGORY_OF]]


def _month(iri: IRI) -> str:
    found = _MONTH.search(iri)
    return f"{CORRECTIONS}{found[1] if found else 'undated'}.ttl"
