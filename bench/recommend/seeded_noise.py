"""The servers' noise, drawn from a seed: the same law as OpenDP's sampler, so that a benchmark can be run again.

Never for a real release: those draw from the operating system (``aggregator.noise``).
"""

from __future__ import annotations

import math

import numpy as np

from bench.recommend.protocol import Integers

__all__ = ["discrete_gaussian"]


def discrete_gaussian(variance: int, size: int, generator: np.random.Generator) -> Integers:
    """``size`` integers with P(x) proportional to ``exp(-x**2 / (2 * variance))``; zeros for variance 0.

    Canonne, Kamath and Steinke 2020, algorithm 3: a discrete Laplace draw of scale t = floor(sqrt(variance)) + 1, the
    difference of two geometric ones, is kept with probability ``exp(-(abs(x) - variance / t)**2 / (2 variance))``.
    """
    drawn = np.zeros(size, dtype=np.int64)
    if variance == 0:
        return drawn
    scale = math.isqrt(variance) + 1
    stop = -math.expm1(-1 / scale)
    filled = 0
    while filled < size:
        number = 2 * (size - filled) + 16
        tried = generator.geometric(stop, number) - generator.geometric(stop, number)
        keep = generator.random(number) < np.exp(-((np.abs(tried) - variance / scale) ** 2) / (2 * variance))
        kept = tried[keep][: size - filled]
        drawn[filled : filled + len(kept)] = kept
        filled += len(kept)
    return drawn
