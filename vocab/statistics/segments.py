"""Predicates over a person's totals, in one normal form: how many people are in a segment.

A predicate is a tree of "and" and "or" whose leaves compare one total with a threshold of a public ladder. The normal
form has no group inside a group of the same kind, no group of one, no part twice, and all parts in the order of their
canonical JSON. Only that form is a manifest's: one question has one name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from vocab.decoding import canonical_json, fields_of, integer_of, list_of, text_of
from vocab.errors import VocabularyError
from vocab.query import QuerySpec
from vocab.statistics.asking import normal_query, plain_query

__all__ = ["LADDER", "MAX_DEPTH", "MAX_LEAVES", "Group", "Leaf", "Predicate", "Segment", "normal_predicate"]

LADDER = tuple(step * 10**power for power in range(6) for step in (1, 2, 5))
"""The thresholds there are, in whole units: 1, 2, 5, 10, 20, 50 and so on. One exact amount finds one person."""
MAX_DEPTH = 4
MAX_LEAVES = 12
COMPARISONS = ("at_least", "below")
GROUPS = ("and", "or")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """Whether one total of the person's, in whole units, is ``at_least`` or ``below`` a threshold of the ``LADDER``.

    ``query`` has one measure, a period and filters, no dimensions.
    """

    query: QuerySpec
    comparison: str
    threshold: int

    def __post_init__(self) -> None:
        """Refuse what is no feature of the public dictionary."""
        plain_query(self.query, dimensions=0)
        if self.comparison not in COMPARISONS:
            raise VocabularyError("a feature is compared by at_least or below")
        if self.threshold not in LADDER:
            raise VocabularyError(f"a threshold is one of {', '.join(map(str, LADDER))}")

    @property
    def depth(self) -> int:
        """Levels of the tree."""
        return 1

    @property
    def leaves(self) -> Iterator[Leaf]:
        """Itself."""
        yield self

    def holds(self, total: int) -> bool:
        """Whether a total, in whole units, fits."""
        return (total >= self.threshold) == (self.comparison == "at_least")

    def to_json(self) -> dict[str, Any]:
        """The leaf as plain JSON values, its filters in normal form."""
        return {"query": normal_query(self.query), "comparison": self.comparison, "threshold": self.threshold}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Leaf:
        """Decode a leaf."""
        fields = fields_of(value, None, {"query", "comparison", "threshold"})
        return cls(
            query=QuerySpec.from_json(fields["query"]),
            comparison=text_of(fields["comparison"]),
            threshold=integer_of(fields["threshold"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Several predicates of which all (``and``) or any (``or``) must hold."""

    kind: str
    parts: tuple[Predicate, ...]

    def __post_init__(self) -> None:
        """Refuse a group of another kind, or of nothing."""
        if self.kind not in GROUPS or not self.parts:
            raise VocabularyError("predicates are joined by and, or by or, and there is at least one")

    @property
    def depth(self) -> int:
        """Levels of the tree."""
        return 1 + max(part.depth for part in self.parts)

    @property
    def leaves(self) -> Iterator[Leaf]:
        """Every leaf, from left to right."""
        for part in self.parts:
            yield from part.leaves

    def to_json(self) -> dict[str, Any]:
        """The group as plain JSON values."""
        return {self.kind: [part.to_json() for part in self.parts]}


Predicate = Leaf | Group
"""A tree of groups over leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """How many people a predicate holds for: everyone answers, 1 or 0 (Prio3Count, norm 1).

    Only the normal form is taken (``normal_predicate`` makes it), at most ``MAX_DEPTH`` deep and with at most
    ``MAX_LEAVES`` leaves.
    """

    name: ClassVar[str] = "segment"

    predicate: Predicate

    def __post_init__(self) -> None:
        """Refuse a predicate that is too large or written in another way."""
        if self.predicate.depth > MAX_DEPTH or sum(1 for _ in self.predicate.leaves) > MAX_LEAVES:
            raise VocabularyError(f"a predicate is at most {MAX_DEPTH} levels deep and has at most {MAX_LEAVES} leaves")
        if normal_predicate(self.predicate) != self.predicate:
            raise VocabularyError("the predicate is not in normal form", hint="See docs/reference/statistics.md.")

    @property
    def length(self) -> int:
        """One number."""
        return 1

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the count."""
        return 1

    def normal_form(self) -> dict[str, Any]:
        """What is asked."""
        return {"predicate": self.predicate.to_json()}

    def to_json(self) -> dict[str, Any]:
        """The statistic's fields as plain JSON values."""
        return {"predicate": self.predicate.to_json()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Segment:
        """Decode a manifest's statistic; VocabularyError names what is wrong."""
        return cls(predicate=predicate_from_json(fields_of(value, "Segment", {"predicate"})["predicate"]))


def predicate_from_json(value: object, deepest: int = 2 * MAX_DEPTH) -> Predicate:
    """Decode a predicate in any form, at most ``deepest`` levels deep; VocabularyError names what is wrong."""
    if not isinstance(value, Mapping) or deepest < 1:
        raise VocabularyError("a predicate is an object, and not too deep")
    kind = next(iter(value), "")
    if kind not in GROUPS:
        return Leaf.from_json(value)
    parts = list_of(fields_of(value, None, {kind})[kind], lambda part: predicate_from_json(part, deepest - 1))
    return Group(kind=kind, parts=tuple(parts))


def normal_predicate(predicate: Predicate) -> Predicate:
    """The normal form of a predicate, which holds for the same totals."""
    if isinstance(predicate, Leaf):
        query = QuerySpec.from_json(normal_query(predicate.query))
        return Leaf(query=query, comparison=predicate.comparison, threshold=predicate.threshold)
    parts: dict[bytes, Predicate] = {}
    for part in map(normal_predicate, predicate.parts):
        inner = part.parts if isinstance(part, Group) and part.kind == predicate.kind else (part,)
        parts.update((canonical_json(each.to_json()), each) for each in inner)
    ordered = tuple(parts[key] for key in sorted(parts))
    return ordered[0] if len(ordered) == 1 else Group(kind=predicate.kind, parts=ordered)
