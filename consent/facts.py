"""Reading and writing signed documents statement by statement: what all kinds of them have in common.

Every reader takes the fields out, writes them again and compares with ``same``, so that a document with one statement
more, one fewer or another form of the same value is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from pyoxigraph import Literal, NamedNode, Triple

from consent import terms
from consent.errors import BadSignatureError
from consent.proof import SignedGraph
from consent.terms import TYPE
from vocab.errors import VocabularyError
from vocab.times import utc_moment, utc_text

__all__ = ["Facts", "is_a", "same", "signed", "subject_of", "when"]


class Facts:
    """Reads single values out of a signed graph; BadSignatureError where one is missing or doubled."""

    def __init__(self, graph: SignedGraph) -> None:
        self._objects: dict[tuple[str, str], list[str]] = {}
        for triple in graph.statements:
            subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
            if isinstance(triple.object, NamedNode | Literal):
                self._objects.setdefault((subject, triple.predicate.value), []).append(triple.object.value)

    def one(self, subject: str, predicate: str) -> str:
        """The only value."""
        values = self._objects.get((subject, predicate), [])
        if len(values) != 1:
            raise BadSignatureError("a signed document does not have the form it must have")
        return values[0]

    def all(self, subject: str, predicate: str) -> frozenset[str]:
        """Every value."""
        return frozenset(self._objects.get((subject, predicate), []))

    def integer(self, subject: str, predicate: str) -> int:
        """The only value, an integer that is not negative."""
        text = self.one(subject, predicate)
        if not (text.isascii() and text.isdecimal()) or len(text) > 18:
            raise BadSignatureError("a number in a signed document is not a whole number")
        return int(text)

    def time(self, subject: str, predicate: str) -> datetime:
        """The only value, a time."""
        return when(self.one(subject, predicate))


def when(text: str) -> datetime:
    """A time in the one form that signed documents use."""
    try:
        return utc_moment(text)
    except VocabularyError as error:
        raise BadSignatureError("a time in a signed document has another form") from error


def signed(subject: str, pairs: Iterable[tuple[str, str | int | datetime | NamedNode]]) -> Iterator[Triple]:
    """Statements about one subject: text, integers and times become literals, names stay names."""
    for predicate, value in pairs:
        yield Triple(NamedNode(subject), NamedNode(predicate), _term(value))


def is_a(kind: str) -> Callable[[Triple], bool]:
    """Whether a statement says that something is of this kind."""
    return lambda triple: triple.predicate.value == TYPE and triple.object == NamedNode(kind)


def subject_of(graph: SignedGraph, fits: Callable[[Triple], bool]) -> str:
    """The subject of the only statement that fits; BadSignatureError where there is none or several."""
    found = [triple.subject for triple in graph.statements if fits(triple)]
    if len(found) != 1 or not isinstance(found[0], NamedNode):
        raise BadSignatureError("a signed document does not have the form it must have")
    return found[0].value


def same(graph: SignedGraph, statements: Iterable[Triple]) -> None:
    """BadSignatureError unless the document says exactly this."""
    if graph.statements != frozenset(statements):
        raise BadSignatureError("a signed document says more, or less, than its form allows")


def _term(value: str | int | datetime | NamedNode) -> NamedNode | Literal:
    if isinstance(value, NamedNode):
        return value
    if isinstance(value, datetime):
        return Literal(utc_text(value), datatype=NamedNode(terms.DATE_TIME))
    if isinstance(value, int):
        return Literal(str(value), datatype=NamedNode(terms.INTEGER))
    return Literal(value)
