"""Records to Turtle and back; a table for each kind of record says which properties its fields become.

Text is written by template and read with pyoxigraph: a graph library in the path of an import costs 18 to 80 times
as much. Properties stand in a fixed order and only where they say something, so that a document keeps its bytes when
a kind of record gets a new field.
"""

from __future__ import annotations

from vocab.mapping.blocks import block, edition_of, is_provisional
from vocab.mapping.documents import from_turtle, parse, to_turtle, triples
from vocab.mapping.properties import BASE
from vocab.mapping.schemes import category_scheme, group_scheme, measure_scheme

__all__ = [
    "BASE",
    "block",
    "category_scheme",
    "edition_of",
    "from_turtle",
    "group_scheme",
    "is_provisional",
    "measure_scheme",
    "parse",
    "to_turtle",
    "triples",
]
