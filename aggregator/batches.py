"""What is told of the size of a batch: a step of 1, 2, 5, 10, 20, 50... and never the exact number.

An exact number would tell whether one person took part, and no noise is on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, takewhile

__all__ = ["batch_floor", "most_people"]

STEPS = (1, 2, 5)


def batch_floor(reports: int, min_batch: int) -> int:
    """What is published of the number of reports: the minimum, or the largest step not above it if that is more."""
    return max(min_batch, *takewhile(lambda step: step <= reports, _ladder()))


def most_people(floor: int) -> int:
    """The most people that a batch published as ``floor`` or more can have: one below the next step."""
    return next(step for step in _ladder() if step > floor) - 1


def _ladder() -> Iterator[int]:
    return (step * 10**power for power in count() for step in STEPS)
