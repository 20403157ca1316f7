"""Documents as JSON-LD with our own context, pyld's answer to each kind of statement learnt once and used again.

How pyld compacts a statement depends on its predicate and on what kind of value it has, not on the other statements,
unless there are blank nodes or lists: such documents, which only other programs write, go through pyld as a whole. An
export of everything takes a twentieth of the time by that, and is the same document; a test compares the two.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import pyoxigraph as ox

from pod_agent.errors import PodDamagedError

__all__ = ["Compaction", "own_context"]

_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_NIL: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#nil")
_JSON: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON"
_NODE: Final = "urn:x:node"
_PROBE: Final = "urn:x:value"
_Form = tuple[str, Callable[[str], Any]]
"""The key of a statement, and what makes its value from the text of it."""


def own_context() -> dict[str, Any]:
    """The project's JSON-LD context, as it lies in the package."""
    text = files("vocab").joinpath("context.jsonld").read_text(encoding="utf-8")
    context: dict[str, Any] = json.loads(text)["@context"]
    return context


class Compaction:
    """Writes graphs with one context inside, so that nobody has to fetch anything to read them."""

    def __init__(self, context: dict[str, Any]) -> None:
        self._context = context
        self._spaces = tuple(sorted(_namespaces(context)))
        self._literal = cache(self._learn_literal)
        self._iri = cache(self._learn_iri)
        self._named = cache(self._learn_named)

    def document(self, quads: Iterable[ox.Quad]) -> bytes:
        """The graph as a JSON-LD document."""
        quads = list(dict.fromkeys(quads))
        shaped = self.by_pyld(quads) if any(map(_is_special, quads)) else self._shaped(quads)
        return msgspec.json.format(msgspec.json.encode(shaped), indent=1) + b"\n"

    def by_pyld(self, quads: Iterable[ox.Quad]) -> dict[str, Any]:
        """The graph as pyld makes it, statement by statement: slow, and right for whatever it holds."""
        from pyld import jsonld  # noqa: PLC0415 - only this format needs it

        triples = [_triple(quad) for quad in quads]
        expanded = jsonld.from_rdf({"@default": triples}, {"documentLoader": _refuse})
        options = {"documentLoader": _refuse, "graph": True, "skipExpansion": True}
        compact: dict[str, Any] = jsonld.compact(expanded, self._context, options)
        return compact

    def _shaped(self, quads: Iterable[ox.Quad]) -> dict[str, Any]:
        nodes: dict[str, dict[str, dict[str, list[Any]]]] = {}
        for quad in quads:
            predicate = quad.predicate.value
            key, value = self._statement(predicate, quad.object)
            subject: Any = quad.subject
            nodes.setdefault(subject.value, {}).setdefault(predicate, {}).setdefault(key, []).append(value)
        return {"@context": self._context, "@graph": [self._node(iri, nodes[iri]) for iri in sorted(nodes)]}

    def _node(self, iri: str, statements: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:
        node: dict[str, Any] = {"@id": self._short(iri)}
        for predicate in sorted(statements, key=lambda each: "" if each == _TYPE else each):
            for key, values in statements[predicate].items():
                node[key] = values[0] if len(values) == 1 else values
        return node

    def _statement(self, predicate: str, value: Any) -> tuple[str, Any]:
        if isinstance(value, ox.Literal):
            key, make = self._literal(predicate, value.datatype.value, value.language)
            return key, make(value.value)
        if predicate == _TYPE or value.value.startswith(self._spaces):
            return self._named(predicate, value.value)
        key, make = self._iri(predicate)
        return key, make(value.value)

    def _short(self, iri: str) -> str:
        if not iri.startswith(self._spaces):
            return iri
        (node,) = self.by_pyld([ox.Quad(ox.NamedNode(iri), ox.NamedNode(_PROBE), ox.Literal(""))])["@graph"]
        return str(node["@id"])

    def _learn_literal(self, predicate: str, datatype: str, language: str | None) -> _Form:
        literal = ox.Literal("", language=language) if language else ox.Literal("", datatype=ox.NamedNode(datatype))
        return _form(self._learn(predicate, literal), "@value")

    def _learn_iri(self, predicate: str) -> _Form:
        return _form(self._learn(predicate, ox.NamedNode(_PROBE)), "@id")

    def _learn_named(self, predicate: str, iri: str) -> tuple[str, Any]:
        return self._learn(predicate, ox.NamedNode(iri))

    def _learn(self, predicate: str, value: Any) -> tuple[str, Any]:
        quad = ox.Quad(ox.NamedNode(_NODE), ox.NamedNode(predicate), value)
        (node,) = self.by_pyld([quad])["@graph"]
        return next((key, shape) for key, shape in node.items() if key != "@id")


def _form(told: tuple[str, Any], place: str) -> _Form:
    key, shape = told
    return key, (lambda text: {**copy.copy(shape), place: text}) if isinstance(shape, dict) else str


def _namespaces(context: dict[str, Any]) -> Iterator[str]:
    """What the names begin with that the context may make shorter."""
    for definition in context.values():
        name = definition.get("@id", "") if isinstance(definition, dict) else definition
        prefix, _, rest = str(name).partition(":")
        if rest.startswith("//"):
            yield str(name)
        elif rest and isinstance(context.get(prefix), str):
            yield context[prefix] + rest


def _is_special(quad: ox.Quad) -> bool:
    """Whether pyld has to see the statement among the others: blank nodes, empty lists and JSON."""
    if isinstance(quad.object, ox.Literal) and quad.object.datatype.value == _JSON:
        return True
    return isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode) or quad.object == _NIL


def _triple(quad: ox.Quad) -> dict[str, dict[str, str]]:
    return {"subject": _term(quad.subject), "predicate": _term(quad.predicate), "object": _term(quad.object)}


def _term(term: Any) -> dict[str, str]:
    if isinstance(term, ox.NamedNode):
        return {"type": "IRI", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "blank node", "value": f"_:{term.value}"}
    found = {"type": "literal", "value": term.value, "datatype": term.datatype.value}
    return found if term.language is None else {**found, "language": term.language}


def _refuse(address: str, _options: object) -> Iterator[None]:
    raise PodDamagedError(f"a document asks for {address}, which nobody fetches")
