"""Statistics that add up bounded whole numbers: one of each person, or the values of a model update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from vocab.decoding import fields_of, integer_of, text_of
from vocab.errors import VocabularyError
from vocab.query import QuerySpec
from vocab.statistics.asking import MAX_LENGTH, normal_query, plain_query

__all__ = ["ModelUpdate", "Sum"]

MAX_CLIP = 2**31
MAX_TOTAL = 10_000_000
"""Greatest bound of one person's total, in whole units: sums over a billion people stay far inside the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Everyone's own total of one additive measure, a whole number from 0 to ``maximum`` (Prio3Sum).

    ``query`` has one measure, a period and filters, no dimensions. Totals are rounded to whole units of the measure
    (money: whole units of the home currency) and clipped, so one person moves the sum by at most ``maximum``.
    """

    name: ClassVar[str] = "sum"

    query: QuerySpec
    maximum: int

    def __post_init__(self) -> None:
        """Refuse another query, and a bound that is none."""
        plain_query(self.query, dimensions=0)
        if not 1 <= self.maximum <= MAX_TOTAL:
            raise VocabularyError(f"the greatest total of one person is a whole number from 1 to {MAX_TOTAL:,}")

    @property
    def length(self) -> int:
        """One number."""
        return 1

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the sum, squared."""
        return self.maximum**2

    def normal_form(self) -> dict[str, Any]:
        """What is asked; the bound is left out, for another bound asks the same again."""
        return normal_query(self.query)

    def to_json(self) -> dict[str, Any]:
        """The statistic's fields as plain JSON values."""
        return {"query": self.query.to_json(), "maximum": self.maximum}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Sum:
        """Decode a manifest's statistic; VocabularyError names what is wrong."""
        fields = fields_of(value, "Sum", {"query", "maximum"})
        return cls(query=QuerySpec.from_json(fields["query"]), maximum=integer_of(fields["maximum"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUpdate:
    """A clipped model update in a training round: ``length`` integers from 0 to ``2 * clip`` (Prio3SumVec).

    Value v of the update is sent as ``v + clip`` with v in units of ``2**-fraction_bits``. The proof bounds each value
    by ``clip``, so the L2 norm after centring by ``clip * sqrt(length)``, whoever sends it. With ``norm`` (same units)
    every agent also shrinks its own update to that L2 norm: then less noise hides a person, and a dishonest agent can
    move the sum by up to the greater bound. ``model`` names a model whose code ships with the agent.
    """

    name: ClassVar[str] = "update"

    model: str
    length: int
    clip: int
    fraction_bits: int
    norm: int | None = None

    def __post_init__(self) -> None:
        """Refuse bounds past which a sum over many people would wrap around the field."""
        if not (0 < self.length <= MAX_LENGTH and 0 < self.clip <= MAX_CLIP and 0 <= self.fraction_bits < 32):
            raise VocabularyError("a model update is too long or its values are not bounded")
        if self.norm is not None and not 0 < self.norm**2 <= self.length * self.clip**2:
            raise VocabularyError("the norm of a model update bounds nothing that its clip does not")

    @property
    def norm_squared(self) -> int:
        """The most that one agent's answer moves the sum, as squared L2 norm after centring."""
        return self.length * self.clip**2 if self.norm is None else self.norm**2

    def normal_form(self) -> None:
        """None: a round asks no question of its own, each one follows from the model that came before."""

    def to_json(self) -> dict[str, Any]:
        """The statistic's fields as plain JSON values."""
        return {
            "model": self.model,
            "length": self.length,
            "clip": self.clip,
            "fraction_bits": self.fraction_bits,
            **({} if self.norm is None else {"norm": self.norm}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ModelUpdate:
        """Decode a manifest's statistic; VocabularyError names what is wrong."""
        named = {"norm"} & set(value)
        fields = fields_of(value, "ModelUpdate", {"model", "length", "clip", "fraction_bits"} | named)
        return cls(
            model=text_of(fields["model"]),
            length=integer_of(fields["length"]),
            clip=integer_of(fields["clip"]),
            fraction_bits=integer_of(fields["fraction_bits"]),
            norm=integer_of(fields["norm"]) if named else None,
        )
