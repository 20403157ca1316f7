"""Made-up studies and made-up answers of every statistic, for simulations and measurements; nobody is behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from math import isqrt

import numpy as np

from aggregator.errors import UnsupportedStatisticError
from vocab.query import QuerySpec
from vocab.statistics import (
    CentredPairs,
    CoPurchase,
    Histogram,
    ItemCounts,
    ItemVectors,
    ModelUpdate,
    Rfm,
    Segment,
    Statistic,
    Sum,
)
from vocab.statistics.segments import LADDER, Group, Leaf, normal_predicate
from vocab.vdaf.circuits import Measurement

__all__ = ["SAMPLES", "plain_sum", "sample_measurement", "sample_statistic"]

PERIOD = (date(2026, 1, 1), date(2026, 3, 31))
MEAN_ITEMS = 10
CLIP = 2**12
BITS = 14


def sample_statistic(name: str, size: int) -> Statistic:
    """A statistic of this name (``SAMPLES``) that is about ``size`` large.

    ``size`` is the number of cells, of items or of parameters, the greatest total of a sum, the leaves of a predicate.
    UnsupportedStatisticError for another name, VocabularyError for a size that the statistic does not have.
    """
    if name not in SAMPLES:
        raise UnsupportedStatisticError(f"{name} is not in the catalogue")
    return SAMPLES[name](size)


def sample_measurement(statistic: Statistic, rng: np.random.Generator) -> Measurement:
    """What one made-up person answers, as ``make_report`` takes it."""
    answer: Measurement
    match statistic:
        case Histogram(length=length) | Rfm(length=length):
            answer = int(rng.integers(length))
        case Sum(maximum=maximum):
            answer = int(rng.integers(maximum + 1))
        case Segment():
            answer = int(rng.integers(2))
        case ItemCounts(length=length, max_weight=most):
            answer = _set_of(length, int(rng.integers(most + 1)), rng)
        case ItemVectors(items=items):
            answer = _two_sets(len(items), min(len(items), int(rng.poisson(MEAN_ITEMS))), rng)
        case CentredPairs(items=items, fraction_bits=bits):
            vector = rng.normal(size=len(items))
            scale = (1 << bits) / np.linalg.norm(vector) * rng.uniform(0.9, 0.999)
            answer = [int(value) for value in np.trunc(vector * scale)]
        case CoPurchase(items=items):
            answer = _set_of(len(items), min(len(items), int(rng.poisson(MEAN_ITEMS))), rng)
        case ModelUpdate(length=length, clip=clip):
            answer = [int(value) for value in rng.integers(-clip, clip + 1, length)]
    return answer


def plain_sum(statistic: Statistic, measurements: Iterable[Measurement]) -> list[int]:
    """What the two servers must come to without noise: the ``length`` sums over all answers."""
    total = np.zeros(statistic.length, dtype=object)
    for measurement in measurements:
        total += _vector(statistic, measurement)
    return [int(value) for value in total]


def _vector(statistic: Statistic, measurement: Measurement) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    if isinstance(measurement, int):
        if isinstance(statistic, Sum | Segment):
            return np.array([measurement], dtype=object)
        one = np.zeros(statistic.length, dtype=object)
        one[measurement] = 1
        return one
    values = np.array([int(value) for value in measurement], dtype=object)
    if isinstance(statistic, CentredPairs):
        return statistic.vectors.products(values.astype(np.int64)).astype(object)
    if isinstance(statistic, ItemVectors):
        ever, lately = np.split(values, 2)
        return np.concatenate([statistic.encoding.encode(ever, lately), [statistic.person]])
    if not isinstance(statistic, CoPurchase):
        return values
    together = np.outer(values, values)[np.triu_indices(len(values), 1)]
    pair, popularity, diagonal = _weights(int(values.sum()), statistic.fraction_bits)
    return np.concatenate([values * popularity, values * diagonal, together * pair])


def _weights(items: int, bits: int) -> tuple[int, int, int]:
    """Of a pair, an item and the diagonal for a set of so many items; see ``vocab.vdaf.co_purchase``."""
    if not items:
        return 0, 0, 0
    unit = 4**bits
    return (
        isqrt(14 * unit // (10 * items**2)),
        isqrt(3 * unit // (10 * items)),
        isqrt(7 * unit // (10 * items**2)),
    )


def _set_of(length: int, count: int, rng: np.random.Generator) -> list[int]:
    chosen = np.zeros(length, dtype=int)
    chosen[rng.choice(length, count, replace=False)] = 1
    return [int(value) for value in chosen]


def _two_sets(length: int, count: int, rng: np.random.Generator) -> list[int]:
    """So many items that were ever had, and about half of them lately."""
    ever = np.array(_set_of(length, count, rng))
    return [int(value) for value in (*ever, *(ever * rng.integers(2, size=length)))]


def _names(size: int) -> tuple[str, ...]:
    return tuple(f"item {number}" for number in range(size))


def _spend(*dimensions: str, measure: str = "spend") -> QuerySpec:
    return QuerySpec(measures=(measure,), dimensions=dimensions, period=PERIOD)


def _segment(size: int) -> Segment:
    leaves = [Leaf(query=_spend(), comparison="at_least", threshold=step) for step in LADDER[: max(1, size)]]
    return Segment(predicate=normal_predicate(Group(kind="or", parts=tuple(leaves))))


def _rfm(size: int) -> Rfm:
    """The smallest of the grids 3x3, 5x5 and 5x5x5 with at least ``size`` cells."""
    edges = (7, 14, 28, 56) if size > 9 else (14, 56)
    money = (50, 100, 200, 500) if size > 25 else ()
    return Rfm(query=_spend(measure="purchases"), recency=edges, frequency=tuple(e // 2 for e in edges), money=money)


SAMPLES: Mapping[str, Callable[[int], Statistic]] = {
    Histogram.name: lambda size: Histogram(
        query=_spend("category"), cells=tuple((f"cell {number}",) for number in range(size - 1))
    ),
    Sum.name: lambda size: Sum(query=_spend(), maximum=size),
    Segment.name: _segment,
    Rfm.name: _rfm,
    ItemCounts.name: lambda size: ItemCounts(
        query=_spend("category"), items=_names(size), max_weight=min(size, MEAN_ITEMS)
    ),
    ItemVectors.name: lambda size: ItemVectors(query=_spend("category"), items=_names(size)),
    CoPurchase.name: lambda size: CoPurchase(query=_spend("category"), items=_names(size)),
    CentredPairs.name: lambda size: CentredPairs(query=_spend("category"), items=_names(size), prior="00" * 32),
    ModelUpdate.name: lambda size: ModelUpdate(model="simulated", length=size, clip=CLIP, fraction_bits=BITS),
}
"""A maker for each statistic of the catalogue, by its name; the names in it are no public ones."""
