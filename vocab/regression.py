"""Regression from sums: what one person adds to the normal equations of a weighted least-squares step, and the step.

Both sides need it: the agent packs the equations of its own rows, the aggregator solves the sum. With the weights
``1 / |residual|`` a step is one pass of iteratively reweighted least squares (Schlossmacher 1973), whose fixed point is
the least absolute error, the median regression of Koenker and Bassett (1978). Since sums of equations are the equations
of all rows together, many people's passes are the passes of one party that holds every row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["GRAM_SHARE", "absolute_moments", "equations_length", "newton_step"]

Floats = NDArray[np.float64]

GRAM_SHARE = 0.3
"""How much of an update's length the matrix may take: it counts less than the moments, because it changes less."""

PULL = 6.0
"""Towards the public start, in standard deviations of the noise on a value of the matrix: noise alone moves little."""

LONGEST_STEP = 1.0
"""A pass moves the weights no further, whatever noise or a dishonest agent makes of the sum."""

SMALLEST_EIGENVALUE = 1e-10
"""Relative to the largest; along directions below it, in which nobody's rows differ, the weights stay."""


def equations_length(features: int) -> int:
    """How many numbers the equations of so many features are: half a symmetric matrix, and one moment for each."""
    return features * (features + 1) // 2 + features


def absolute_moments(rows: Floats, targets: Floats, weights: Floats, *, tip: float) -> Floats:
    """The equations of one pass towards the least absolute error, as one vector: the mean over all targets.

    ``rows`` is (n, d). ``targets`` is (n, k): k targets share a row. ``weights`` is where the pass begins, so the
    moments are those of the residuals, and zero where nothing is left to learn. Below ``tip`` an error counts as its
    square does (Huber's function), which bounds every weight by ``1 / tip``. Zeros where there is no row.

    First comes ``GRAM_SHARE`` times the upper half of the matrix, row by row, off the diagonal times the root of two,
    so that the length of the vector is that of the matrix; then the d moments.
    """
    count, features = rows.shape
    if not count:
        return np.zeros(equations_length(features))
    residuals = targets - (rows @ weights)[:, None]
    shares = 1 / np.maximum(np.abs(residuals), tip)
    gram = (rows.T * shares.mean(axis=1)) @ rows / count
    moments = (shares * residuals).mean(axis=1) @ rows / count
    return np.concatenate([GRAM_SHARE * gram[np.triu_indices(features)] * _roots(features), moments])


def newton_step(
    mean: Sequence[float] | Floats, weights: Sequence[float], start: Sequence[float], *, noise: float
) -> tuple[float, ...]:
    """The weights after one pass, from the mean of everybody's equations.

    ``noise`` is the standard deviation of the noise on each number of the mean: a public number, zero where none was
    added. The more there is, the stronger the weights are held near ``start`` (ridge regression towards it).
    """
    values, current = np.asarray(mean, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    features = len(current)
    upper = np.triu_indices(features)
    gram = np.zeros((features, features))
    gram[upper] = values[: len(upper[0])] / _roots(features) / GRAM_SHARE
    gram += np.triu(gram, 1).T
    pull = PULL * noise / GRAM_SHARE
    slope = values[len(upper[0]) :] + pull * (np.asarray(start) - current)
    sizes, directions = np.linalg.eigh(gram)
    sizes = np.maximum(sizes, 0) + pull  # a matrix of squares has no negative ones: those are noise
    kept = sizes > max(float(sizes.max()), 0.0) * SMALLEST_EIGENVALUE
    along = directions.T @ slope
    moved = directions @ np.where(kept, along / np.where(kept, sizes, 1.0), 0.0)
    moved *= min(1.0, LONGEST_STEP / max(float(np.linalg.norm(moved)), 1e-300))
    return tuple(float(value) for value in current + moved)


def _roots(features: int) -> Floats:
    row, column = np.triu_indices(features)
    return np.where(row == column, 1.0, np.sqrt(2.0))
