"""Privacy loss: what zero-concentrated differential privacy (zCDP) means as an epsilon that people know.

The ledger counts integers of micro-rho: millionths of rho of zCDP (Bun and Steinke 2016), which add up. Epsilon and
delta are for reading only.
"""

from __future__ import annotations

import math

from vocab.errors import VocabularyError

__all__ = ["DELTA", "epsilon", "micro_rho"]

DELTA = 1e-6
"""The chance that the epsilon shown does not hold, unless something else is said."""


def epsilon(micro_rho: int, delta: float = DELTA) -> float:
    """Smallest epsilon, to about nine digits, such that this zCDP loss implies (epsilon, delta)-DP.

    Canonne, Kamath and Steinke 2020, corollary 13: the minimum over orders alpha > 1 of
    ``alpha rho + ln(1 - 1/alpha) + (ln(1/delta) - ln(alpha)) / (alpha - 1)``; every order gives a valid bound. It is
    about half the textbook ``rho + 2 sqrt(rho ln(1/delta))``, counted in rho.
    """
    if micro_rho < 0 or not 0 < delta < 1:
        raise VocabularyError("privacy loss is not negative, and delta lies between 0 and 1")
    if micro_rho == 0:
        return 0.0
    rho = micro_rho / 1_000_000
    low, high = -12.0, 40.0  # ln(alpha - 1)
    ratio = (math.sqrt(5) - 1) / 2
    while high - low > 1e-9:  # golden section: one valley
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if _bound(left, rho, delta) < _bound(right, rho, delta):
            high = right
        else:
            low = left
    return max(0.0, _bound((low + high) / 2, rho, delta))


def micro_rho(epsilon_limit: float, delta: float = DELTA) -> int:
    """The zCDP loss that gives this epsilon at this delta, in micro-rho, rounded up to a whole one."""
    if not 0 <= epsilon_limit <= 100:
        raise VocabularyError("epsilon lies between 0 and 100")
    low, high = 0, 200_000_000
    while low < high:
        middle = (low + high) // 2
        if epsilon(middle, delta) >= epsilon_limit:
            high = middle
        else:
            low = middle + 1
    return low


def _bound(log_order: float, rho: float, delta: float) -> float:
    excess = math.exp(log_order)  # alpha - 1
    alpha = 1 + excess
    shrink = math.log(excess) - math.log(alpha)
    return alpha * rho + shrink + (-math.log(delta) - math.log(alpha)) / excess
