"""The properties of one subject, as they were read from a document."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from vocab import terms
from vocab.terms import curie

__all__ = ["BASE", "Properties", "Term"]

BASE: Final = "http://pod.invalid/"
"""Stands for the agent's container while a document is parsed: documents do not name the pod they lie in."""

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


class Properties:
    """The properties of one subject; reading one takes it out, so what is left at the end is foreign."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.values: dict[str, list[Term]] = {}

    def add(self, predicate: str, value: Term) -> None:
        """Note one more value."""
        self.values.setdefault(predicate, []).append(value)

    def classes(self) -> list[str]:
        """IRIs of the classes that the subject is said to be of."""
        return [value.value for value in self.values.get(terms.TYPE, []) if isinstance(value, ox.NamedNode)]

    def drop_classes(self, *classes: str) -> None:
        """Take these classes out; others stay, as foreign triples."""
        types = self.values.get(terms.TYPE, [])
        self.values[terms.TYPE] = [
            value for value in types if not (isinstance(value, ox.NamedNode) and value.value in classes)
        ]

    def single(self, predicate: str) -> ox.NamedNode | ox.Literal | None:
        """The only value of a property, None where there is none; ValueError where there are several."""
        values = self.values.pop(predicate, None)
        if values is None:
            return None
        value = values[0]
        if len(values) > 1 or not isinstance(value, (ox.NamedNode, ox.Literal)):
            raise _not_single(predicate)
        return value

    def text(self, predicate: str) -> str | None:
        """The only value of a property as text; ValueError where it is an IRI."""
        value = self.single(predicate)
        if isinstance(value, ox.NamedNode):
            raise _not_single(predicate)
        return None if value is None else value.value

    def iri(self, predicate: str) -> str | None:
        """The only value of a property as an IRI; ValueError where it is a text."""
        value = self.single(predicate)
        if isinstance(value, ox.Literal):
            raise _not_single(predicate)
        return None if value is None else value.value


def _not_single(predicate: str) -> ValueError:
    return ValueError(f"has no single {curie(predicate)}")
