"""What draws say about a privacy claim: bounds whose chance of a false alarm is chosen, not hoped for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, binom, chi2

__all__ = [
    "Verdict",
    "area_under_curve",
    "chi_square",
    "clopper_pearson",
    "gaussian_law",
    "greatest_power",
    "one_run_epsilon",
    "right_guesses",
    "summed_law",
    "two_worlds",
]

Numbers = NDArray[np.float64]
LEAST_EXPECTED = 20
"""Values expected less often than this are tested together."""


def gaussian_law(variance: float) -> tuple[NDArray[np.int64], Numbers]:
    """The discrete Gaussian in closed form: integers from -12 to 12 standard deviations, and their probabilities."""
    reach = math.ceil(12 * math.sqrt(variance)) + 2
    values = np.arange(-reach, reach + 1)
    weights = np.exp(-(values.astype(np.float64) ** 2) / (2 * variance))
    return values, weights / weights.sum()


def summed_law(variance: float, terms: int) -> tuple[NDArray[np.int64], Numbers]:
    """The sum of so many independent discrete Gaussians, by exact convolution."""
    values, one = gaussian_law(variance)
    total = one
    for _ in range(terms - 1):
        total = np.convolve(total, one)
    reach = terms * int(values[-1])
    return np.arange(-reach, reach + 1), total


def chi_square(draws: ArrayLike, values: NDArray[np.int64], probabilities: Numbers) -> float:
    """How likely draws from this law would fit it as badly as these (Pearson); a value outside the law gives 0."""
    found = np.asarray(draws, dtype=np.int64)
    if found.min() < values[0] or found.max() > values[-1]:
        return 0.0
    counts = np.bincount(found - values[0], minlength=len(values))
    observed, expected = [0.0], [0.0]
    for count, share in zip(counts.tolist(), (probabilities * len(found)).tolist(), strict=True):
        if expected[-1] >= LEAST_EXPECTED:
            observed.append(0.0)
            expected.append(0.0)
        observed[-1] += count
        expected[-1] += share
    observed[-2:], expected[-2:] = [sum(observed[-2:])], [sum(expected[-2:])]
    statistic = sum((seen - wanted) ** 2 / wanted for seen, wanted in zip(observed, expected, strict=True))
    return float(chi2.sf(statistic, len(expected) - 1))


def clopper_pearson(hits: int, trials: int, alpha: float) -> tuple[float, float]:
    """Below and above which a probability does not lie, each with a chance of error of at most ``alpha``."""
    low = float(beta.ppf(alpha, hits, trials - hits + 1)) if hits else 0.0
    high = float(beta.isf(alpha, hits + 1, trials - hits)) if hits < trials else 1.0
    return low, high


def greatest_power(variance: float, shift: int, false_positive: float) -> float:
    """The best chance to see a shift in one draw at this rate of false positives (Neyman and Pearson).

    Likelihood ratios of a discrete Gaussian rise with the value, so the best tests are tails, mixed by a coin.
    """
    values, probabilities = gaussian_law(variance)
    tails = np.concatenate([np.cumsum(probabilities[::-1])[::-1], [0.0]])  # P(x >= value)
    places = np.clip(np.arange(len(tails)) - shift, 0, len(tails) - 1)
    del values
    return float(np.interp(false_positive, tails[::-1], tails[places][::-1]))


@dataclass(frozen=True)
class Verdict:
    """What two worlds told: the most false positives, the fewest true ones, and the most true ones by the claim."""

    false_positive: float
    true_positive: float
    allowed: float

    @property
    def fires(self) -> bool:
        """Whether the claim is refuted."""
        return self.true_positive > self.allowed

    def epsilon(self, delta: float = 0.0) -> float:
        """The least epsilon that explains what was seen."""
        return max(0.0, math.log(max(self.true_positive - delta, 1e-300) / self.false_positive))


def two_worlds(without: ArrayLike, with_them: ArrayLike, *, variance: float, shift: int, alpha: float) -> Verdict:
    """Audit the claim that two answers that differ by ``shift`` carry discrete Gaussian noise of this variance.

    The threshold lies between the worlds and is fixed before the draws are seen; a claim that holds is refuted with
    a chance of at most ``2 * alpha``.
    """
    threshold = math.ceil(shift / 2)
    none, some = np.asarray(without) >= threshold, np.asarray(with_them) >= threshold
    high = clopper_pearson(int(none.sum()), len(none), alpha)[1]
    low = clopper_pearson(int(some.sum()), len(some), alpha)[0]
    return Verdict(high, low, greatest_power(variance, shift, high))


def right_guesses(law: tuple[NDArray[np.int64], Numbers]) -> float:
    """How often the sign of 1 or -1 plus noise of this law tells which of the two it was; zeros are guessed."""
    values, probabilities = law
    return float(probabilities[values > -1].sum() + probabilities[values == -1].sum() / 2)


def one_run_epsilon(right: int, guesses: int, canaries: int, *, delta: float, alpha: float = 0.05) -> float:
    """Lower bound on epsilon from one run in which each canary was in or out by a coin (Steinke, Nasr, Jagielski 2023).

    ``right`` of ``guesses`` were right; theorem 5.2 gives the chance of as many under (epsilon, delta)-DP.
    """
    low, high = 0.0, 20.0
    if _chance(right, guesses, canaries, low, delta) >= alpha:
        return 0.0
    while high - low > 1e-6:
        middle = (low + high) / 2
        if _chance(right, guesses, canaries, middle, delta) < alpha:
            low = middle
        else:
            high = middle
    return low


def _chance(right: int, guesses: int, canaries: int, epsilon: float, delta: float) -> float:
    share = 1 / (1 + math.exp(-epsilon))
    chance = float(binom.sf(right - 1, guesses, share))
    below = np.cumsum(binom.pmf(np.arange(right - 1, -1, -1), guesses, share))
    slack = float((below / np.arange(1, right + 1)).max()) if right else 0.0
    return min(1.0, chance + 2 * canaries * delta * slack)


def area_under_curve(inside: Sequence[float] | Numbers, outside: Sequence[float] | Numbers) -> float:
    """The chance that a score from inside is greater than one from outside; ties count half."""
    ins, outs = np.asarray(inside)[:, None], np.asarray(outside)[None, :]
    return float((ins > outs).mean() + (ins == outs).mean() / 2)
