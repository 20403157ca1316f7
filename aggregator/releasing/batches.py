"""What is told of the size of a batch that noise protects: the study's minimum, which everyone knew before.

Anything that follows from the exact number, a rounded one included, would tell at some size whether one person took
part, and no noise is on it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import NormalDist

__all__ = ["most_people"]

SURE = NormalDist().inv_cdf(0.95)


def most_people(shown: Iterable[int | None], *, min_batch: int, variance: int, threshold: float) -> int:
    """The most people that a released histogram can come from, at 95 %; from what is published alone.

    ``shown`` are the noisy values of all cells, None for those withheld below ``threshold``; everyone is in one cell,
    so the values sum to the people plus noise of ``variance`` a cell. Never below ``min_batch``.
    """
    values = [threshold if value is None else value for value in shown]
    return max(min_batch, math.ceil(sum(values) + SURE * math.sqrt(variance * len(values))))
