"""Intervals of what is computed from released numbers: differences and shares.

A released number varies by both servers' noise, whose variance is published, and of a histogram also by the draw of one
unit from each person (``draw_variance``). The noise of two cells, and of two releases, is independent. The draws of two
cells of one histogram are not: who falls in one does not fall in the other, so their covariance is ``-N p q``. People
differ in their shares, which only makes these variances smaller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from aggregator.asking.holdings import Held, Line
from aggregator.releases import draw_variance
from aggregator.releasing.rows import TWO_SIDED
from vocab.statistics import Histogram

__all__ = ["Spread", "difference", "share_of", "variance"]

SURE_WHOLE = 4.0
"""A share is told where its whole is so many standard deviations of its noise above zero."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def apart(self) -> bool:
        """Whether zero lies outside the interval; without any variance, whether the value is not zero."""
        return not self.low <= 0 <= self.high


def variance(held: Held, line: Line) -> float:
    """Variance of a released number, by noise and draw."""
    drawn = 0.0
    if held.release.statistic == Histogram.name and line.row.value is not None:
        drawn = draw_variance(line.row.value, held.release.most_people)
    return line.cells * held.release.noise_variance + drawn


def difference(first: tuple[Held, Line], second: tuple[Held, Line]) -> Spread | None:
    """The first number less the second, of two different cells or releases; None where one is withheld."""
    (held, line), (other, line_of_other) = first, second
    if line.row.value is None or line_of_other.row.value is None:
        return None
    spread = variance(held, line) + variance(other, line_of_other)
    if held.release.id == other.release.id and held.release.statistic == Histogram.name:
        people = held.release.most_people
        spread += 2 * max(line.row.value, 0) * max(line_of_other.row.value, 0) / people
    return _spread(float(line.row.value - line_of_other.row.value), spread)


def share_of(held: Held, line: Line, whole: list[Line]) -> Spread | None:
    """A cell in per cent of the shown cells of its table; None where too little is shown to divide by.

    By the delta method for part over part plus rest, whose errors are independent; the draw is binomial given how many
    are in the whole.
    """
    shown = [one for one in whole if one.row.value is not None]
    total = sum(one.row.value or 0 for one in shown)
    noise = held.release.noise_variance
    cells = sum(one.cells for one in shown)
    if line.row.value is None or total <= 0 or total < SURE_WHOLE * math.sqrt(cells * noise):
        return None
    part = line.row.value / total
    spread = ((1 - part) ** 2 * line.cells + part**2 * (cells - line.cells)) * noise / total**2
    if held.release.statistic == Histogram.name:
        spread += part * (1 - part) / total
    found = _spread(100 * part, 100**2 * spread)
    return Spread(found.value, max(0.0, found.low), min(100.0, found.high))


def _spread(value: float, spread: float) -> Spread:
    half = TWO_SIDED * math.sqrt(spread)
    return Spread(value, value - half, value + half)
