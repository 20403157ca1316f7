"""Statistics over a public list of items: how many people have each, ever and lately, and which together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar

from vocab.decoding import fields_of, integer_of, list_of, text_of
from vocab.errors import VocabularyError
from vocab.item_vectors import LATELY_WEEKS, ItemEncoding
from vocab.query import QuerySpec
from vocab.statistics.asking import MAX_LENGTH, normal_query, plain_query, public_names

__all__ = ["FRACTION_BITS", "LATELY_DAYS", "MAX_PAIRED_ITEMS", "CoPurchase", "ItemCounts", "ItemVectors"]

FRACTION_BITS = 14
"""Fraction bits at which the encoding costs a recommender nothing that can be measured."""
MAX_PAIRED_ITEMS = 320
"""A co-purchase report grows with the square: so many items make 0.8 megabytes."""
MAX_VECTOR_ITEMS = 1_000
LATELY_DAYS = 7 * LATELY_WEEKS
PERSON_BITS = 4
"""How much smaller what counts people is than the norm of two sets: the noise on their number is then sixteenfold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCounts:
    """Which items of a public list a person has, at most ``max_weight`` of them (Prio3MultihotCountVec).

    ``query`` has one measure, a period, filters and one dimension whose public names the ``items`` are; a person has an
    item where the measure is above zero for it. The agent of someone who has more picks ``max_weight`` of them at
    random. One person moves ``max_weight`` counts by 1: L2 norm sqrt(max_weight).
    """

    name: ClassVar[str] = "item_counts"

    query: QuerySpec
    items: tuple[str, ...]
    max_weight: int

    def __post_init__(self) -> None:
        """Refuse another query, and bounds that are none."""
        plain_query(self.query, dimensions=1)
        public_names(self.items, MAX_LENGTH)
        if not 1 <= self.max_weight <= len(self.items):
            raise VocabularyError("a person has from 1 to all of the items")

    @property
    def length(self) -> int:
        """One number for each item."""
        return len(self.items)

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the counts, as squared L2 norm."""
        return self.max_weight

    def normal_form(self) -> dict[str, Any]:
        """What is asked, whatever the order of the items; how many of them count is left out."""
        return {**normal_query(self.query), "dimensions": list(self.query.dimensions), "items": sorted(self.items)}

    def to_json(self) -> dict[str, Any]:
        """The statistic's fields as plain JSON values."""
        return {"query": self.query.to_json(), "items": list(self.items), "max_weight": self.max_weight}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ItemCounts:
        """Decode a manifest's statistic; VocabularyError names what is wrong."""
        fields = fields_of(value, "ItemCounts", {"query", "items", "max_weight"})
        return cls(
            query=QuerySpec.from_json(fields["query"]),
            items=tuple(list_of(fields["items"], text_of)),
            max_weight=integer_of(fields["max_weight"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoPurchase:
    """Which items of a public list a person has, and which together, as one vector of bounded norm.

    ``query`` is as in ``ItemCounts``. The vector is a public function of the set of items alone
    (``vocab.vdaf.co_purchase``), in units of ``2**-fraction_bits``, truncated towards zero: popularity, diagonal, then
    pairs row by row. Its L2 norm is at most ``2**fraction_bits`` for every set, so nothing is clipped.
    """

    name: ClassVar[str] = "co_purchase"

    query: QuerySpec
    items: tuple[str, ...]
    fraction_bits: int = FRACTION_BITS

    def __post_init__(self) -> None:
        """Refuse another query, and sizes that no server takes."""
        plain_query(self.query, dimensions=1)
        public_names(self.items, MAX_PAIRED_ITEMS)
        if not 8 <= self.fraction_bits <= 24:
            raise VocabularyError("a co-purchase vector has from 8 to 24 fraction bits")

    @property
    def length(self) -> int:
        """Two numbers for each item, one for each pair."""
        return len(self.items) * (len(self.items) + 3) // 2

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the sum, as squared L2 norm."""
        return 1 << 2 * self.fraction_bits

    def normal_form(self) -> dict[str, Any]:
        """What is asked, whatever the order of the items and the precision."""
        return {**normal_query(self.query), "dimensions": list(self.query.dimensions), "items": sorted(self.items)}

    def to_json(self) -> dict[str, Any]:
        """The statistic's fields as plain JSON values."""
        return {"query": self.query.to_json(), "items": list(self.items), "fraction_bits": self.fraction_bits}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CoPurchase:
        """Decode a manifest's statistic; VocabularyError names what is wrong."""
        fields = fields_of(value, "CoPurchase", {"query", "items", "fraction_bits"})
        return cls(
            query=QuerySpec.from_json(fields["query"]),
            items=tuple(list_of(fields["items"], text_of)),
            fraction_bits=integer_of(fields["fraction_bits"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemVectors:
    """Which items of a public list a person ever had and which lately, as two weighted vectors of bounded norm.

    ``query`` is as in ``ItemCounts``; what is above zero in its period, or in the last ``lately_days`` of it, was ever
    had, the latter also lately. The vectors are a public function of the two sets (``encoding``), in units of
    ``2**-fraction_bits``. One value more, ``person``, is the same for everyone: its sum, with the same noise, is all
    that tells how many people there are.
    """

    name: ClassVar[str] = "item_vectors"

    query: QuerySpec
    items: tuple[str, ...]
    lately_days: int = LATELY_DAYS
    ever_percent: int = ItemEncoding().ever_percent
    ever_most: int = ItemEncoding().ever_most
    lately_most: int = ItemEncoding().lately_most
    fraction_bits: int = FRACTION_BITS

    def __post_init__(self) -> None:
        """Refuse another query, days that are not in it, and sizes that no server takes."""
        plain_query(self.query, dimensions=1)
        public_names(self.items, MAX_VECTOR_ITEMS)
        first, last = self.query.period or (date.max, date.min)
        if not 1 <= self.lately_days <= (last - first).days + 1:
            raise VocabularyError("the days that count as lately are the last of the period, at least one")
        _ = self.encoding

    @property
    def encoding(self) -> ItemEncoding:
        """The weights of the two sets."""
        return ItemEncoding(
            fraction_bits=self.fraction_bits,
            ever_percent=self.ever_percent,
            ever_most=self.ever_most,
            lately_most=self.lately_most,
        )

    @property
    def lately(self) -> QuerySpec:
        """The query over the last ``lately_days`` of the period."""
        first, last = self.query.period or (date.max, date.min)
        return replace(self.query, period=(max(first, last - timedelta(days=self.lately_days - 1)), last))

    @property
    def person(self) -> int:
        """What each person adds to the value that counts people."""
        return 1 << self.fraction_bits - PERSON_BITS

    @property
    def length(self) -> int:
        """Two numbers for each item, and one that counts the people."""
        return 2 * len(self.items) + 1

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the sum, as squared L2 norm."""
        return self.encoding.norm_squared + self.person**2

    def normal_form(self) -> dict[str, Any]:
        """What is asked, whatever the order of the items, their weights and the precision."""
        return {
            **normal_query(self.query),
            "dimensions": list(self.query.dimensions),
            "items": sorted(self.items),
            "lately_days": self.lately_days,
        }

    def to_json(self) -> dict[str, Any]:
        """The statistic's fields as plain JSON values."""
        return {
            "query": self.query.to_json(),
            "items": list(self.items),
            "lately_days": self.lately_days,
            **self.encoding.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ItemVectors:
        """Decode a manifest's statistic; VocabularyError names what is wrong."""
        numbers = {"lately_days", *ItemEncoding().to_json()}
        fields = fields_of(value, "ItemVectors", {"query", "items", *numbers})
        return cls(
            query=QuerySpec.from_json(fields["query"]),
            items=tuple(list_of(fields["items"], text_of)),
            **{name: integer_of(fields[name]) for name in numbers},
        )
