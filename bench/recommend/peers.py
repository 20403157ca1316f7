"""The peers: what others would recommend who see everybody's purchases in the clear.

Each peer is fitted on a ``Past`` and gives back a function that scores people, a block at a time. Parameters were
chosen on week 45 only. Models of pairs see items of at least ``COMMON`` households: below that a pair is chance, and
the catalogue of products has too many of them for a matrix. Everything runs on one thread and gives the same numbers
twice.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bench.recommend.protocol import Integers, Past

__all__ = ["COMMON", "PEERS", "Fit", "Score", "als", "ease", "frequency", "item_knn", "popularity", "tifu_knn", "up_cf"]

Scores = NDArray[Any]
Score = Callable[[Integers], Scores]
"""People in, one row of scores for all items each out."""
Fit = Callable[[Past], Score]

COMMON: dict[str, int] = {"category": 10, "product": 40}
TIE = 1e-6
"""Popularity times this decides where a model gives two items the same score."""


def popularity(known: Past) -> Score:
    """How many households ever bought it: the same list for everybody."""
    share = _share(known)
    return lambda people: np.tile(share, (len(people), 1))


def frequency(known: Past, *, half: float | None = None) -> Score:
    """In how many of the household's own baskets it was; with ``half``, a basket counts half after so many others."""
    counts = known.matrix(None if half is None else 0.5 ** (known.rank / half))
    share = _share(known)
    return lambda people: counts[people].toarray() + TIE * share


def tifu_knn(
    known: Past, *, groups: int = 7, within: float = 0.9, across: float = 0.7, near: int = 300, own: float = 0.5
) -> Score:
    """TIFU-KNN: own baskets, decayed twice, mixed with the mean of the nearest households.

    Hu, He, Gao and Zhang 2020, "Modeling personalized item frequency information for next-basket recommendation":
    ``groups`` groups of baskets; ``within`` and ``across`` decay; ``near`` neighbours by Euclidean distance;
    ``own`` is the weight of the household's own vector.
    """
    baskets = known.baskets[known.person]
    size = np.ceil(baskets / groups)
    group, place = known.rank // size, known.rank % size
    vectors = known.matrix(within**place * across**group / (size * np.ceil(baskets / size)))
    near = min(near, len(known.households) - 1)
    norms = np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel()
    share = _share(known)

    def score(people: Integers) -> Scores:
        mine = vectors[people]
        distance = norms[None, :] - 2 * (mine @ vectors.T).toarray()
        distance[np.arange(len(people)), people] = np.inf
        nearest = np.argpartition(distance, near - 1, axis=1)[:, :near] if near else np.empty((len(people), 0), int)
        shape = len(people), len(known.households)
        rows = np.repeat(np.arange(len(people)), near)
        mean = csr_matrix((np.full(rows.size, 1 / max(near, 1)), (rows, nearest.ravel())), shape=shape)
        return np.asarray((own * mine + (1 - own) * (mean @ vectors)).toarray() + TIE * share)

    return score


def up_cf(known: Past, *, recent: int = 100, sharpness: float = 20, asymmetry: float = 0.25) -> Score:
    """UP-CF: other households' shares of baskets, weighted by how alike their recent items are.

    Faggioli, Polato and Aiolli 2020, "Recency aware collaborative filtering for next basket recommendation": shares
    over the last ``recent`` baskets, asymmetric cosine with exponent ``asymmetry``, to the power ``sharpness``.
    """
    used = np.maximum(np.minimum(known.baskets, recent), 1)
    shares = known.matrix(1 / used[known.person], which=known.rank < recent)
    sets = (shares > 0).astype(np.float64)
    sizes = np.maximum(np.asarray(sets.sum(axis=1)).ravel(), 1)
    share = _share(known)

    def score(people: Integers) -> Scores:
        both = (sets[people] @ sets.T).toarray()
        alike = both / (sizes[people][:, None] ** asymmetry * sizes[None, :] ** (1 - asymmetry))
        return np.asarray(alike**sharpness @ shares) + TIE * share

    return score


def item_knn(known: Past, *, near: int = 200, shrink: float = 10) -> Score:
    """ItemKNN: cosine of two items over households, the ``near`` most alike of each (Sarwar et al. 2001)."""
    common, pairs = _pairs(known)
    norm = np.sqrt(np.diag(pairs))
    alike = pairs / (norm[:, None] * norm[None, :] + shrink)
    np.fill_diagonal(alike, 0)
    if near < len(alike):
        least = np.partition(alike, -near, axis=0)[-near]
        alike = np.where(alike >= least, alike, 0)
    return _linear(known, common, alike)


def ease(known: Past, *, ridge: float = 1000) -> Score:
    """EASE: the linear model of each item by all others (Steck 2019, "Embarrassingly shallow autoencoders")."""
    common, pairs = _pairs(known)
    return _linear(known, common, ease_weights(pairs, ridge))


def ease_weights(pairs: Scores, ridge: float) -> Scores:
    """(I, I) weights with a zero diagonal: minus the inverse of the ridged matrix, each column over its diagonal."""
    inverse = np.linalg.inv(pairs + ridge * np.eye(len(pairs)))
    weights = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0)
    return np.asarray(weights)


def als(known: Past, *, factors: int = 16, ridge: float = 20, seed: int = 0) -> Score:
    """Matrix factors of what was ever bought, by implicit's alternating least squares (Hu, Koren, Volinsky 2008)."""
    from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415 - optional
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with scikit-learn

    common = _common(known)
    table = known.ever()[:, common].astype(np.float32)
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        model = AlternatingLeastSquares(
            factors=factors, regularization=ridge, iterations=15, num_threads=1, random_state=seed
        )
        model.fit(table, show_progress=False)
    share = _share(known)

    def score(people: Integers) -> Scores:
        block = np.tile(TIE * share, (len(people), 1))
        block[:, common] += model.user_factors[people] @ model.item_factors.T
        return block

    return score


PEERS: dict[str, Fit] = {
    "popularity": popularity,
    "personal frequency": frequency,
    "personal frequency, decayed": lambda known: frequency(known, half=20),
    "TIFU-KNN": tifu_knn,
    "UP-CF": up_cf,
    "ItemKNN": item_knn,
    "EASE": ease,
    "implicit ALS": als,
}


def _share(known: Past) -> Scores:
    return np.asarray(known.ever().sum(axis=0)).ravel() / max(len(known.households), 1)


def _common(known: Past) -> Integers:
    least = min(COMMON[known.level], max(1, len(known.households) // 20))
    return np.flatnonzero(known.ever().getnnz(axis=0) >= least).astype(np.int64)


def _pairs(known: Past) -> tuple[Integers, Scores]:
    """The common items, and how many households bought both of each two of them."""
    common = _common(known)
    table = known.ever()[:, common]
    return common, (table.T @ table).toarray()


def _linear(known: Past, common: Integers, weights: Scores) -> Score:
    """Score what is common by its weights from what the person has; the rest by how popular it is."""
    table = known.ever()[:, common]
    share = _share(known)

    def score(people: Integers) -> Scores:
        block = np.tile(TIE * share, (len(people), 1))
        block[:, common] += table[people] @ weights
        return block

    return score
