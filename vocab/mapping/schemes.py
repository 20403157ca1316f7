"""Lists of concepts for other programs to look up: categories, kinds of goods, and what devices measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vocab import terms
from vocab.mapping.values import concept_curie
from vocab.measures import Measure
from vocab.products import Group
from vocab.terms import curie
from vocab.turtle import literal

__all__ = ["category_scheme", "group_scheme", "measure_scheme"]


def category_scheme(slugs: Iterable[str]) -> bytes:
    """The categories as a SKOS concept scheme, Turtle."""
    lines = _opening(terms.CATEGORY, "category", "skos")
    lines.extend(_concept(concept_curie(slug), terms.CATEGORY, slug, slug.replace("-", " ")) for slug in sorted(slugs))
    return "".join(lines).encode()


def group_scheme(groups: Mapping[str, Group]) -> bytes:
    """The kinds of goods as a SKOS concept scheme, Turtle: each with its text and its class of COICOP 2018."""
    lines = _opening(terms.GROUP, "skos")
    for name, each in sorted(groups.items()):
        more = (
            f"{curie(terms.NOTATION)} {literal(each.coicop)}^^<{terms.COICOP}>",
            f"{curie(terms.SKOS + 'definition')} {literal(each.text)}@en",
        )
        lines.append(_concept(f"<{terms.GROUP}{name}>", terms.GROUP, name, each.label, *more))
    return "".join(lines).encode()


def measure_scheme(measures: Mapping[str, Measure]) -> bytes:
    """The measures as a SKOS concept scheme, Turtle: each with its unit, and LOINC's name for it if there is one."""
    lines = _opening(terms.MEASURE, "measure", "pa", "qudt", "skos", "unit")
    for name, measure in sorted(measures.items()):
        more = [f"{curie(terms.QUDT_UNIT)} {curie(measure.unit_iri)}"]
        if measure.loinc:
            more.append(f"{curie(terms.EXACT_MATCH)} <{terms.LOINC}{measure.loinc}>")
        lines.append(_concept(curie(terms.MEASURE + name), terms.MEASURE, name, name.replace("_", " "), *more))
    return "".join(lines).encode()


def _opening(scheme: str, *prefixes: str) -> list[str]:
    lines = [f"@prefix {name}: <{terms.PREFIXES[name]}> .\n" for name in prefixes]
    return [*lines, f"\n<{scheme}> a {curie(terms.CONCEPT_SCHEME)} .\n"]


def _concept(concept: str, scheme: str, notation: str, label: str, *more: str) -> str:
    return (
        (
            f"\n{concept} a {curie(terms.CONCEPT)} ;\n"
            f"  {curie(terms.IN_SCHEME)} <{scheme}> ;\n"
            f"  {curie(terms.NOTATION)} {literal(notation)} ;\n"
            f"  {curie(terms.PREF_LABEL)} {literal(label)}@en"
        )
        + "".join(f" ;\n  {part}" for part in more)
        + " .\n"
    )
