"""What the person said of the columns of tables: one document for each mapping, ``settings/mappings/<name>.ttl``.

The same mapping always gives the same document. It holds names of columns and fields, never a value of a table, a path
or an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec
import pyoxigraph as ox

from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.importers.tables.mapping import ColumnMapping
from pod_agent.ingest.layout import is_crowded
from pod_agent.pods.changing import change_resource
from pod_agent.pods.pod import Pod
from vocab import terms
from vocab.mapping import BASE
from vocab.terms import curie
from vocab.turtle import HEADER, literal

__all__ = ["MAPPINGS", "forget_mapping", "keep_mapping", "parse_mapping", "read_mappings"]

MAPPINGS: Final = "settings/mappings/"
_DOCUMENT: Final = re.compile(r"settings/mappings/[a-z0-9][a-z0-9-]{0,39}\.ttl")
_TABLES: Final = (("columns", terms.COLUMN), ("constants", terms.CONSTANT), ("units", terms.COLUMN_UNIT))
_PLAIN: Final = (
    ("name", terms.LABEL),
    ("target", terms.RECORD_TYPE),
    ("order", terms.DATE_ORDER),
    ("decimal", terms.DECIMAL_MARK),
    ("spend", terms.SPEND_SIGN),
    ("zone", terms.ZONE),
)


def read_mappings(pod: Pod) -> tuple[ColumnMapping, ...]:
    """Every mapping in the pod by name; PodDamagedError where a document cannot be read."""
    paths = sorted(entry.path for entry in pod.list(MAPPINGS) if _DOCUMENT.fullmatch(entry.path))
    found = ((path, pod.read(path)) for path in paths)
    return tuple(parse_mapping(resource.content, path) for path, resource in found if resource is not None)


def keep_mapping(pod: Pod, mapping: ColumnMapping) -> None:
    """Write a mapping, over one of the same name if there is one; UsageError where rows cannot be read by it."""
    path = f"{MAPPINGS}{mapping.check().name}.ttl"
    content = _render(mapping)
    held = [entry.path for entry in pod.list(MAPPINGS)]
    if path not in held and is_crowded(held, MAPPINGS):
        raise UsageError(f"there are {len(held)} mappings already", hint="Forget some: pod-agent tables remove NAME")
    change_resource(pod, path, lambda _: content)


def forget_mapping(pod: Pod, name: str) -> None:
    """Remove a mapping; the records that were read by it stay. UsageError where there is none."""
    path = f"{MAPPINGS}{name}.ttl"
    held = pod.read(path) if _DOCUMENT.fullmatch(path) else None
    if held is None:
        raise UsageError(f"there is no mapping {name!r}", hint="Run: pod-agent tables list")
    pod.remove(path, if_match=held.etag)


def _render(mapping: ColumnMapping) -> bytes:
    plain = [f"{curie(term)} {literal(getattr(mapping, name))}" for name, term in _PLAIN]
    plain += [f"{curie(terms.HEADER_NAME)} {literal(name)}" for name in sorted(mapping.header)]
    fields: dict[str, list[str]] = {}
    for attribute, term in _TABLES:
        for field, value in getattr(mapping, attribute).items():
            fields.setdefault(field, []).append(f"{curie(term)} {literal(value)}")
    parts = [HEADER, f"\n<> a {curie(terms.COLUMN_MAPPING)} ;\n  " + " ;\n  ".join(plain)]
    parts.append(f" ;\n  {curie(terms.RECORD_COUNT)} {len(fields)} .\n")
    for field in sorted(fields):
        told = [f"{curie(terms.FIELD)} {literal(field)}", *fields[field]]
        parts.append(f"\n<#{field}> a {curie(terms.MAPPED_FIELD)} ;\n  " + " ;\n  ".join(told) + " .\n")
    return "".join(parts).encode()


def parse_mapping(content: bytes, path: str) -> ColumnMapping:
    """The mapping in a document; PodDamagedError where it cannot be read."""
    nodes: dict[str, dict[str, list[str]]] = {}
    try:
        for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                node = nodes.setdefault(quad.subject.value, {})
                node.setdefault(quad.predicate.value, []).append(quad.object.value)
        whole = nodes.pop(BASE + path)
        fields = [node for node in nodes.values() if node.get(terms.TYPE) == [terms.MAPPED_FIELD]]
        if whole[terms.RECORD_COUNT] != [str(len(fields))]:
            raise PodDamagedError(f"{path} is cut short")
        values: dict[str, object] = {name: whole[term][0] for name, term in _PLAIN}
        values["header"] = sorted(whole.get(terms.HEADER_NAME, []))
        values |= {attribute: _table(fields, term) for attribute, term in _TABLES}
        return msgspec.convert(values, ColumnMapping).check()
    except (SyntaxError, KeyError, msgspec.ValidationError, UsageError) as error:
        raise PodDamagedError(f"{path} cannot be read") from error


def _table(fields: list[dict[str, list[str]]], term: str) -> Mapping[str, str]:
    return {node[terms.FIELD][0]: node[term][0] for node in fields if term in node}
