"""The statistics that a study may ask for: a closed catalogue whose code ships with the agent.

Each bounds what one person can add to the sum (``norm_squared``), which is what the noise and its cost rest on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from vocab.decoding import fields_of, integer_of, list_of, text_of
from vocab.errors import VocabularyError
from vocab.query import QuerySpec

__all__ = ["Histogram", "ModelUpdate", "Statistic", "statistic_from_json", "statistic_to_json"]

MAX_CLIP = 2**31
MAX_LENGTH = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """One unit per person, in exactly one of the cells that ``query`` spans (Prio3Histogram, L2 norm 1).

    ``query`` has one additive money or count measure. The agent draws one unit of that measure (one dollar of
    spending) at random and reports the cell in which it lies: the sum over many people is the average of their
    distributions. ``cells`` lists the public labels, one tuple per cell in the order of ``query.dimensions``; one more
    cell, the last, stands for a unit that lies in none of them and for nothing to report, so that everybody sends.
    """

    name: ClassVar[str] = "histogram"

    query: QuerySpec
    cells: tuple[tuple[str, ...], ...]

    @property
    def length(self) -> int:
        """Number of cells on the wire, the last of them for none of the cells."""
        return len(self.cells) + 1

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the sum, as squared L2 norm: one unit in one cell."""
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUpdate:
    """A clipped model update in a training round: ``length`` integers from 0 to ``2 * clip`` (Prio3SumVec).

    Value v of the update is sent as ``v + clip`` with v in units of ``2**-fraction_bits``; L2 norm after centring is at
    most ``clip * sqrt(length)``. ``model`` names a model whose code ships with the agent.
    """

    name: ClassVar[str] = "update"

    model: str
    length: int
    clip: int
    fraction_bits: int

    def __post_init__(self) -> None:
        """Refuse bounds past which a sum over many people would wrap around the field."""
        if not (0 < self.length <= MAX_LENGTH and 0 < self.clip <= MAX_CLIP and 0 <= self.fraction_bits < 32):
            raise VocabularyError("a model update is too long or its values are not bounded")

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the sum, as squared L2 norm after centring."""
        return self.length * self.clip**2


Statistic = Histogram | ModelUpdate
"""Any statistic of the catalogue."""


def statistic_to_json(statistic: Statistic) -> dict[str, Any]:
    """The statistic as plain JSON values; ``statistic_from_json`` reads it back."""
    if isinstance(statistic, Histogram):
        return {
            "type": "Histogram",
            "query": statistic.query.to_json(),
            "cells": [list(labels) for labels in statistic.cells],
        }
    return {
        "type": "ModelUpdate",
        "model": statistic.model,
        "length": statistic.length,
        "clip": statistic.clip,
        "fraction_bits": statistic.fraction_bits,
    }


def statistic_from_json(value: object) -> Statistic:
    """Decode a statistic of the catalogue; VocabularyError for anything else."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "Histogram":
        fields = fields_of(value, kind, {"query", "cells"})
        cells = list_of(fields["cells"], lambda labels: tuple(list_of(labels, text_of)))
        return Histogram(query=QuerySpec.from_json(fields["query"]), cells=tuple(cells))
    if kind == "ModelUpdate":
        fields = fields_of(value, kind, {"model", "length", "clip", "fraction_bits"})
        return ModelUpdate(
            model=text_of(fields["model"]),
            length=integer_of(fields["length"]),
            clip=integer_of(fields["clip"]),
            fraction_bits=integer_of(fields["fraction_bits"]),
        )
    raise VocabularyError("the statistic is not in the catalogue", hint="Update pod-agent, or leave this study out.")
