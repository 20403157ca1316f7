"""Reciprocal rank fusion: one order of what words and vectors find (Cormack, Clarke and Buettcher, SIGIR 2009)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["CONSTANT", "fuse"]

CONSTANT: Final = 60
"""The constant of the paper: how little the first places differ."""


def fuse(lists: Sequence[tuple[float, Sequence[int]]], lifts: Mapping[int, float] | None = None) -> dict[int, float]:
    """Scores of all that is in any list, best first: weight / (60 + rank) for each list, ranks from 1, and the lift.

    ``lists`` are pairs of a weight and numbers, best first; a lift counts for what is found anyhow. In a draw the lower
    number is first.
    """
    scores: dict[int, float] = {}
    for weight, ranked in lists:
        for rank, number in enumerate(ranked, 1):
            scores[number] = scores.get(number, 0.0) + weight / (CONSTANT + rank)
    for number, lift in (lifts or {}).items():
        if number in scores:
            scores[number] += lift
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
