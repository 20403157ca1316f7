"""Rows and totals of a release: intervals from known variances, and what is too small to show.

Withholding looks at noisy values only: a test of the true count would tell it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from aggregator.releasing.batches import most_people
from aggregator.releasing.documents import Marginal, Mean, Row
from vocab.study import Study

__all__ = ["CONFIDENCE", "Scale", "draw_variance", "marginals", "mean_of", "threshold_for"]

CONFIDENCE = 0.95
SMALL_CELL = 10
FALSE_PUBLICATION = 0.05
"""Chance that noise lifts any cell of a release by more than the part of the threshold that stands for noise."""
TWO_SIDED = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def draw_variance(value: int, people: int) -> float:
    """Variance of a cell by the draw of one unit from each person, ``N p (1 - p)`` with p = ``value`` / ``people``.

    From published numbers alone: ``value`` has its noise, ``people`` is the most that the published cells
    allow, so the variance is not understated. People differ, and that only makes it smaller. p is kept from 0 to 1.
    """
    share = min(max(value / people, 0.0), 1.0)
    return people * share * (1 - share)


def threshold_for(variance: float, rows: int) -> float:
    """Rows below are withheld: 10, plus what noise alone exceeds in no empty row of so many at 95 %."""
    if not variance:
        return 0.0
    return SMALL_CELL + math.sqrt(variance) * NormalDist().inv_cdf(1 - FALSE_PUBLICATION / rows)


@dataclass(frozen=True, slots=True)
class Scale:
    """How sure the numbers of one release are: variance of the noise, and of how many people one unit was drawn.

    ``people`` is 0 where nothing was drawn.
    """

    variance: float
    people: int = 0

    @classmethod
    def of_draws(cls, values: Sequence[int], floor: int, reports: int, variance: int) -> Scale:
        """Of a table in whose cells every person has one drawn unit; the exact ``reports`` count without noise only."""
        threshold = threshold_for(variance, len(values))
        shown = [None if value < threshold else value for value in values]
        bound = most_people(shown, min_batch=floor, variance=variance, threshold=threshold)
        return cls(variance, bound if variance else reports)

    def row(self, labels: tuple[str, ...], value: int, threshold: float, *, cells: int = 1) -> Row:
        """The row of the sum of so many cells; withheld below the threshold."""
        if value < threshold:
            return Row(labels=labels, value=None, low=None, high=None)
        drawn = draw_variance(value, self.people) if self.people else 0.0
        half = TWO_SIDED * math.sqrt(cells * self.variance + drawn)
        return Row(labels=labels, value=value, low=round(max(0.0, value - half), 1), high=round(value + half, 1))


def marginals(
    dimensions: tuple[str, ...], cells: Sequence[tuple[str, ...]], values: Sequence[int], scale: Scale
) -> tuple[Marginal, ...]:
    """The totals along every dimension of a table of two and more, from the noisy cells alone.

    They agree with the cells: all errors are independent and of one variance, so the least-squares estimate of a total
    is the sum of its cells (Gauss and Markov), and every dimension's totals add up to the same number. A total adds the
    variances of its cells and is withheld by a threshold of its own. It tells nothing beyond the noisy cells.
    """
    if len(dimensions) < 2:
        return ()
    found = []
    for place, dimension in enumerate(dimensions):
        totals: dict[str, list[int]] = {}
        for labels, value in zip(cells, values, strict=True):
            totals.setdefault(labels[place], []).append(value)
        rows = [
            scale.row((label,), sum(own), threshold_for(len(own) * scale.variance, len(totals)), cells=len(own))
            for label, own in totals.items()
        ]
        found.append(Marginal(dimension=dimension, rows=tuple(rows)))
    return tuple(found)


def mean_of(total: Row, study: Study, reports: int, maximum: int) -> Mean | None:
    """What one person comes to on average; None where the total is withheld."""
    if total.value is None or total.low is None or total.high is None:
        return None
    if study.noise.variance == 0:
        exact = total.value / reports
        return Mean(value=exact, low=exact, high=exact, fewest=reports, most=reports)
    most = sum(issuer.people for issuer in study.issuers) or None
    return Mean(
        value=None,
        low=round(total.low / most, 4) if most else 0.0,
        high=round(min(total.high / study.min_batch, maximum), 4),
        fewest=study.min_batch,
        most=most,
    )
