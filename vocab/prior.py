"""What many people together know of items: the model that a release of item statistics becomes.

Everybody downloads the same one. It holds shares of people and, where it pays, directions in which items are bought
together; no person can be told from it beyond the privacy loss it names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vocab.decoding import fields_of, integer_of, list_of, text_of
from vocab.errors import VocabularyError
from vocab.times import utc_moment, utc_text

__all__ = ["PRIOR_DIMENSIONS", "ItemPairs", "ItemPrior"]

PRIOR_DIMENSIONS = frozenset({"category", "group", "merchant", "product"})
"""What the items of a prior may be.

``product`` is for measuring alone (bench/recommend): no public list names products, so no agent takes such a model.
"""
DIGITS = 9
UNIT = 1_000_000_000
"""Numbers are kept and signed as whole billionths."""
MAX_DIRECTIONS = 1024
MAX_VALUE = 1e6
MAX_PEOPLE = 10**10
"""More than there are."""
TASK = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPairs:
    """Which items are bought together beyond what their popularity explains.

    The symmetric matrix ``sum of strengths[k] directions[k] directions[k]^T``: entry (i, j) says how much having item
    i more than expected raises the expectation of item j. ``directions`` has one row for each direction, one number
    for each item; a strength is from 0, which says nothing, to 1.
    """

    directions: tuple[tuple[float, ...], ...]
    strengths: tuple[float, ...]

    def __post_init__(self) -> None:
        """Round to billionths; refuse what is no matrix."""
        object.__setattr__(self, "directions", tuple(_rounded(row) for row in self.directions))
        object.__setattr__(self, "strengths", _rounded(self.strengths))
        if len(self.directions) != len(self.strengths) or len(self.strengths) > MAX_DIRECTIONS:
            raise VocabularyError("the pairs have one strength for each direction")
        if not all(0 <= strength <= 1 for strength in self.strengths):
            raise VocabularyError("a strength lies between 0 and 1")

    def to_json(self) -> dict[str, Any]:
        """Whole billionths."""
        return {"directions": [_whole(row) for row in self.directions], "strengths": _whole(self.strengths)}

    @classmethod
    def from_json(cls, value: object) -> ItemPairs:
        """Decode; VocabularyError names what is wrong."""
        fields = fields_of(value, None, {"directions", "strengths"})
        return cls(directions=tuple(list_of(fields["directions"], _parts)), strengths=_parts(fields["strengths"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPrior:
    """How many people have each item of a public list, and what goes together; learned from one or two releases.

    ``ever`` is the share of people who had an item in the whole period, ``lately`` the share who had it in its last
    weeks, both over 0 and at most 1. ``people`` is the public number of reports, at most 10^10. ``epsilon`` at
    ``delta`` is what the releases cost each person, None where no noise was added. ``tasks`` are the ids of the studies
    behind it.
    """

    dimension: str
    items: tuple[str, ...]
    ever: tuple[float, ...]
    lately: tuple[float, ...]
    people: int
    epsilon: float | None
    delta: float
    released_at: datetime
    tasks: tuple[str, ...]
    pairs: ItemPairs | None = None

    def __post_init__(self) -> None:
        """Round to billionths and to whole seconds of UTC; refuse what no release can be."""
        for name in ("ever", "lately"):
            object.__setattr__(self, name, _rounded(getattr(self, name)))
        if self.dimension not in PRIOR_DIMENSIONS:
            raise VocabularyError(f"a prior is about one of {', '.join(sorted(PRIOR_DIMENSIONS))}")
        if not self.items or len(set(self.items)) != len(self.items):
            raise VocabularyError("the items of a prior are different names, at least one")
        if not len(self.items) == len(self.ever) == len(self.lately):
            raise VocabularyError("a prior has two shares for each item")
        if not all(0 < share <= 1 for share in (*self.ever, *self.lately)):
            raise VocabularyError("a share lies above 0 and is at most 1")
        if not 1 <= self.people <= MAX_PEOPLE or self.released_at.tzinfo is None:
            raise VocabularyError("a prior is learned from people there are, and released at a time with its zone")
        object.__setattr__(self, "released_at", self.released_at.astimezone(UTC).replace(microsecond=0))
        self._check_privacy()
        if self.pairs is not None:
            self._check_pairs(self.pairs)

    def _check_pairs(self, pairs: ItemPairs) -> None:
        if any(len(row) != len(self.items) for row in pairs.directions):
            raise VocabularyError("a direction has one number for each item")
        if len(pairs.strengths) > len(self.items):
            raise VocabularyError("there are no more directions than items")

    def _check_privacy(self) -> None:
        if self.epsilon is not None:
            object.__setattr__(self, "epsilon", _rounded([self.epsilon])[0])
        if not (self.epsilon is None or self.epsilon > 0) or not 0 < self.delta < 1:
            raise VocabularyError("a prior names the privacy loss of its releases")
        if not all(TASK.fullmatch(task) for task in self.tasks):
            raise VocabularyError("a task id is 64 hexadecimal digits")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values without fractions, ready to be signed."""
        return {
            "type": "ItemPrior",
            "dimension": self.dimension,
            "items": list(self.items),
            "ever": _whole(self.ever),
            "lately": _whole(self.lately),
            "people": self.people,
            "epsilon": None if self.epsilon is None else _whole([self.epsilon])[0],
            "delta": _whole([self.delta])[0],
            "released_at": utc_text(self.released_at),
            "tasks": list(self.tasks),
            "pairs": None if self.pairs is None else self.pairs.to_json(),
        }

    @classmethod
    def from_json(cls, value: object) -> ItemPrior:
        """Decode a prior that came from outside; VocabularyError names what is wrong."""
        fields = fields_of(value, "ItemPrior", set(cls.__slots__))
        return cls(
            dimension=text_of(fields["dimension"]),
            items=tuple(list_of(fields["items"], text_of)),
            ever=_parts(fields["ever"]),
            lately=_parts(fields["lately"]),
            people=integer_of(fields["people"]),
            epsilon=None if fields["epsilon"] is None else _part(fields["epsilon"]),
            delta=_part(fields["delta"]),
            released_at=utc_moment(text_of(fields["released_at"])),
            tasks=tuple(list_of(fields["tasks"], text_of)),
            pairs=None if fields["pairs"] is None else ItemPairs.from_json(fields["pairs"]),
        )


def _rounded(values: Sequence[float]) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values)
    if not all(abs(number) <= MAX_VALUE for number in numbers):  # false for nan too
        raise VocabularyError("a number of the prior is not usable")
    return tuple(round(number, DIGITS) for number in numbers)


def _whole(values: Sequence[float]) -> list[int]:
    return [round(value * UNIT) for value in values]


def _part(value: object) -> float:
    number: int = integer_of(value)
    if abs(number) > MAX_VALUE * UNIT:
        raise VocabularyError("a number of the prior is not usable")
    return number / UNIT


def _parts(value: object) -> tuple[float, ...]:
    return tuple(list_of(value, _part))
