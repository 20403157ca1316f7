"""Lists of concepts for other programs to look up: the categories."""

from __future__ import annotations

from collections.abc import Iterable

from vocab import terms
from vocab.mapping.values import concept_curie
from vocab.terms import curie
from vocab.turtle import literal

__all__ = ["category_scheme"]


def category_scheme(slugs: Iterable[str]) -> bytes:
    """The categories as a SKOS concept scheme, Turtle."""
    scheme = f"<{terms.CATEGORY}>"
    lines = [f"@prefix {name}: <{terms.PREFIXES[name]}> .\n" for name in ("category", "skos")]
    lines.append(f"\n{scheme} a {curie(terms.CONCEPT_SCHEME)} .\n")
    for slug in sorted(slugs):
        label = slug.replace("-", " ")
        lines.append(
            f"\n{concept_curie(slug)} a {curie(terms.CONCEPT)} ;\n"
            f"  {curie(terms.IN_SCHEME)} {scheme} ;\n"
            f"  {curie(terms.NOTATION)} {literal(slug)} ;\n"
            f"  {curie(terms.PREF_LABEL)} {literal(label)}@en .\n"
        )
    return "".join(lines).encode()
