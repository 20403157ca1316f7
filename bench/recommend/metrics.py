"""Recall@10 and NDCG@10 of a list, and of the four questions that are asked of every model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.recommend.protocol import Future, Integers, Past

__all__ = [
    "LENGTH",
    "METRICS",
    "NOTHING",
    "QUESTIONS",
    "Floats",
    "Lists",
    "Quality",
    "measure",
    "ndcg",
    "recall",
    "top",
]

Floats = NDArray[np.float64]

LENGTH = 10
"""How many items are recommended."""

QUESTIONS = ("next", "win", "repeat", "novel")
"""The next basket; four weeks; of these what the household had bought before; and what it had not."""

METRICS = ("recall", "ndcg")

NOTHING = -1
"""Fills a list that has fewer items than it could."""

Quality = dict[tuple[str, str], Floats]
"""(question, metric) -> (U,) values, nan for households that are not scored or had nothing to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Item numbers, best first, for each person; each (U, 10).

    Attributes:
        all: of all items.
        old: of what the person ever bought.
        new: of what the person never bought.
    """

    all: Integers
    old: Integers
    new: Integers


def top(scores: NDArray[Any], length: int = LENGTH) -> Integers:
    """(n, length) positions of the largest scores in each row, best first; of equals the earlier one.

    Columns at minus infinity are no candidates; ``NOTHING`` stands where a row has too few.
    """
    rows, columns = scores.shape
    short = min(length, columns)
    cut = -np.partition(-scores, short - 1, axis=1)[:, short - 1]
    chosen = np.full((rows, length), NOTHING, dtype=np.int64)
    for number, row in enumerate(scores):
        near = np.flatnonzero((row >= cut[number]) & np.isfinite(row))
        best = near[np.argsort(-row[near], kind="stable")][:short]
        chosen[number, : len(best)] = best
    return chosen


def recall(lists: Integers, targets: NDArray[np.bool_]) -> Floats:
    """(n,) share of each row's targets that its list holds; nan without targets."""
    number = targets.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(number > 0, _hits(lists, targets).sum(axis=1) / number, np.nan))


def ndcg(lists: Integers, targets: NDArray[np.bool_]) -> Floats:
    """(n,) discounted hits over those of the best list there could be; nan without targets.

    Binary gains, discount ``1 / log2(place + 1)`` (Järvelin and Kekäläinen 2002).
    """
    discount = 1 / np.log2(np.arange(2, lists.shape[1] + 2))
    best = np.concatenate(([np.nan], np.cumsum(discount)))
    number = np.minimum(targets.sum(axis=1), lists.shape[1])
    return np.asarray((_hits(lists, targets) * discount).sum(axis=1) / best[number])


def measure(lists: Lists, known: Past, told: Future) -> Quality:
    """All metrics of all questions for one set of lists."""
    people = told.cohort
    ever = known.ever()[people].toarray() > 0
    window = told.all[people].toarray() > 0
    asked = {
        "next": (lists.all, told.first[people].toarray() > 0),
        "win": (lists.all, window),
        "repeat": (lists.old, window & ever),
        "novel": (lists.new, window & ~ever),
    }
    quality: Quality = {}
    for question, (chosen, targets) in asked.items():
        for metric, function in zip(METRICS, (recall, ndcg), strict=True):
            values = np.full(len(known.households), np.nan)
            values[people] = function(chosen[people], targets)
            quality[question, metric] = values
    return quality


def _hits(lists: Integers, targets: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.take_along_axis(targets, np.maximum(lists, 0), axis=1) & (lists >= 0)
