"""The statistic of what goes together beyond what popularity explains: a second round about a published prior."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from vocab.decoding import canonical_json, fields_of, integer_of, list_of, text_of
from vocab.errors import VocabularyError
from vocab.item_pairs import DIAGONAL, PairVectors
from vocab.prior import ItemPrior
from vocab.query import QuerySpec
from vocab.statistics.asking import normal_query, plain_query, public_names

__all__ = ["MAX_ENTRIES", "CentredPairs", "prior_digest"]

MAX_ENTRIES = 272
"""A report grows with the square: so many items make 0.65 megabytes."""


def prior_digest(prior: ItemPrior) -> str:
    """SHA-256 of a prior's canonical JSON, in hexadecimal: which one a study is about."""
    return hashlib.sha256(canonical_json(prior.to_json())).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class CentredPairs:
    """How a person's items go together, beyond what a published prior lets expect of somebody with as many.

    ``query`` is as in ``ItemCounts``; ``items`` are those of the prior that take part, its most popular ones in its
    order; ``prior`` is its digest (``prior_digest``). The person's set becomes a vector of integers of norm at most
    ``2**fraction_bits`` (``vectors``), whose products are summed: 29 for each square and 41 for each two entries.
    """

    name: ClassVar[str] = "centred_pairs"

    query: QuerySpec
    items: tuple[str, ...]
    prior: str
    fraction_bits: int = PairVectors().fraction_bits

    def __post_init__(self) -> None:
        """Refuse another query, a digest that is none, and sizes that no server takes."""
        plain_query(self.query, dimensions=1)
        public_names(self.items, MAX_ENTRIES)
        if not re.fullmatch(r"[0-9a-f]{64}", self.prior):
            raise VocabularyError("the digest of a prior has 64 hexadecimal digits")
        if not 4 <= self.fraction_bits <= 16:
            raise VocabularyError("centred pairs have from 4 to 16 fraction bits")
        _ = self.vectors

    @classmethod
    def about(cls, prior: ItemPrior, query: QuerySpec, vectors: PairVectors | None = None) -> CentredPairs:
        """The second round about this prior, whose items the query counts."""
        vectors = vectors or PairVectors()
        items = tuple(prior.items[place] for place in vectors.places(prior))
        return cls(query=query, items=items, prior=prior_digest(prior), fraction_bits=vectors.fraction_bits)

    @property
    def vectors(self) -> PairVectors:
        """From a set of items to the person's vector."""
        return PairVectors(size=len(self.items), fraction_bits=self.fraction_bits)

    def fits(self, prior: ItemPrior) -> bool:
        """Whether this is the prior that the study is about, and its items are the ones that take part."""
        if prior_digest(prior) != self.prior or len(prior.items) < len(self.items):
            return False
        return self.items == tuple(prior.items[place] for place in self.vectors.places(prior))

    @property
    def length(self) -> int:
        """One number for each item, one for each pair."""
        return len(self.items) * (len(self.items) + 1) // 2

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the sum, as squared L2 norm; see docs/explanation/outer-product-proof.md."""
        return DIAGONAL**2 << 4 * self.fraction_bits

    def normal_form(self) -> dict[str, Any]:
        """What is asked, whatever the order of the items, the precision, and what is known already."""
        return {**normal_query(self.query), "dimensions": list(self.query.dimensions), "items": sorted(self.items)}

    def to_json(self) -> dict[str, Any]:
        """The statistic's fields as plain JSON values."""
        return {
            "query": self.query.to_json(),
            "items": list(self.items),
            "prior": self.prior,
            "fraction_bits": self.fraction_bits,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CentredPairs:
        """Decode a manifest's statistic; VocabularyError names what is wrong."""
        fields = fields_of(value, "CentredPairs", {"query", "items", "prior", "fraction_bits"})
        return cls(
            query=QuerySpec.from_json(fields["query"]),
            items=tuple(list_of(fields["items"], text_of)),
            prior=text_of(fields["prior"]),
            fraction_bits=integer_of(fields["fraction_bits"]),
        )
