"""Forecasts of weekly spending: four plain summaries of the weeks so far, weighed as they served most people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from pod_agent.errors import UsageError
from pod_agent.models.protocol import Array, Forecaster
from vocab.regression import absolute_moments, newton_step
from vocab.training import WEEKLY_SPENDING

__all__ = ["AHEAD", "FIRST", "MANY", "TIP", "WeeklySpending", "learned", "level_features", "usual_change", "windows_of"]

MANY, LATELY = 13, 4
HALF_LIFE = 8.0
"""In weeks: how fast a week counts less for the faded middle."""
MIDDLE, LOW = 0.45, 0.3
"""The shares of weeks below the faded middle and below a low week: a little below the median served most people."""
CUT = 4
"""One part in so many is cut off at either end before the mean of what is left is taken."""
AWAY = 3
"""After a week without spending, so many more and nobody expects any."""
AHEAD = 8
"""Weeks ahead that are learned together: what serves for one of them serves for all."""
FIRST = 13
"""So many weeks are known before the first week that is learned from."""
TIP = 0.1
"""In usual changes; below it an error counts as its square does, so that no weight is unbounded."""
LEAST_CHANGE = 0.1
"""Of the average week: who spends nearly the same each week would otherwise weigh without bound."""


class WeeklySpending(Forecaster):
    """The median of each of the next weeks: a weighted sum of four summaries of the weeks so far.

    Weights as in ``vocab.training.WEEKLY_SPENDING``; every one is of spending itself, so the model is the same in any
    currency and for any size of purse. The same number is forecast for each week ahead: rhythms within a month or a
    season did not help in a year of receipts (docs/decisions/0027).

    ``fit`` does not move the weights: alone, one person's weeks are too few (the same page has the figures). It learns
    what this person would add to the next pass of everybody's median regression, in units of the person's usual change
    from one week to the next, so that everybody counts alike.

    Learned: ``coef_`` (the 4 weights), ``moments_`` (14 numbers: see ``vocab.regression``; zeros where the history is
    shorter than 21 weeks or never changes), ``weeks_`` (how many windows they were learned from).
    """

    def __init__(self, *, start: Sequence[float] = WEEKLY_SPENDING.start) -> None:
        self.start = start

    def fit(self, history: Sequence[float]) -> Self:
        """Learn from the spending of whole weeks, oldest first."""
        self.coef_: Array = np.asarray(self.start, dtype=np.float64)
        rows, targets = windows_of(history)
        self.weeks_ = len(rows)
        self.moments_ = absolute_moments(rows, targets, self.coef_, tip=TIP)
        return self

    def forecast(self, history: Sequence[float], steps: int = 1) -> Array:
        """The next ``steps`` weeks, never below zero; of a short history its summaries are those of what there is."""
        if not hasattr(self, "coef_"):
            raise UsageError("the forecast has not been fitted")
        weeks = np.asarray(history, dtype=np.float64)
        level = float(level_features(weeks) @ self.coef_) if len(weeks) else 0.0
        return np.full(steps, max(0.0, level))


def level_features(weeks: Array) -> Array:
    """The four features of the weeks so far, at least one: their faded middle, and how far off three others are.

    Those are the mean of the middle half of the last 13, the mean of the last 4, and the week that is higher than three
    in ten of all. As differences they say little when the middle says it all, so less noise hides a person.

    All shrink for who has stopped, or is away: by a third with each week without spending after the first.
    """
    recent = np.sort(weeks[-MANY:])
    cut = len(recent) // CUT
    middle = _faded_middle(weeks)
    others = (
        float(recent[cut : len(recent) - cut].mean()),
        float(weeks[-LATELY:].mean()),
        float(np.quantile(weeks, LOW)),
    )
    return np.asarray([middle, *(other - middle for other in others)]) * _presence(weeks)


def _faded_middle(weeks: Array) -> float:
    """The quantile ``MIDDLE``, where a week counts half as much as one that is 8 weeks younger."""
    order = np.argsort(weeks)
    shares = (0.5 ** (np.arange(len(weeks))[::-1] / HALF_LIFE))[order]
    return float(np.interp(MIDDLE, (np.cumsum(shares) - shares / 2) / shares.sum(), weeks[order]))


def _presence(weeks: Array) -> float:
    """From 1, with spending in the last two weeks, to 0, with none in the last four."""
    spent = np.flatnonzero(weeks > 0)
    without = len(weeks) - 1 - spent[-1] if len(spent) else len(weeks)
    return float(np.clip(1 - (without - 1) / AWAY, 0, 1))


def usual_change(weeks: Array) -> float:
    """The mean absolute change from one week to the next, at least a tenth of the average week; 0 for no spending."""
    if len(weeks) < 2:
        return 0.0
    return max(float(np.abs(np.diff(weeks)).mean()), LEAST_CHANGE * float(np.abs(weeks).mean()))


def windows_of(history: Sequence[float] | Array) -> tuple[Array, Array]:
    """What is learned from: features (n, 4) before every week that has 13 before it and 8 from it on, and those (n, 8).

    In units of the usual change. A week without spending is a week like any other: zeros stay.
    """
    weeks = np.asarray(history, dtype=np.float64)
    unit = usual_change(weeks)
    ends = range(FIRST, len(weeks) - AHEAD + 1)
    if not unit or not ends or not np.isfinite(weeks).all():
        return np.empty((0, 4)), np.empty((0, AHEAD))
    rows = np.asarray([level_features(weeks[:end]) for end in ends])
    targets = np.asarray([weeks[end : end + AHEAD] for end in ends])
    return rows / unit, targets / unit


def learned(rows: Array, targets: Array, *, passes: int, tip: float = TIP) -> tuple[float, ...]:
    """The weights where one party holds all rows: what federated passes without noise come to.

    ``rows`` is (n, 4), ``targets`` (n, k), as ``windows_of`` gives them, maybe of many people.
    """
    weights = WEEKLY_SPENDING.start
    for _ in range(passes):
        mean = absolute_moments(rows, targets, np.asarray(weights), tip=tip)
        weights = newton_step(mean, weights, WEEKLY_SPENDING.start, noise=0.0)
    return weights
