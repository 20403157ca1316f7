"""Made-up strange purchases: what a detector tells from a person's own, so that nobody has to name strange ones.

Each is a copy of one of the person's purchases in which one, two or all of amount, shop and hour are changed. What is
strange in real life is not known; so a benchmark must judge by other changes than these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pod_agent.features.purchases import FEW, MINUTES_A_DAY, Purchases, relative_features
from pod_agent.models.anomaly_network import PurchaseNetwork
from pod_agent.models.protocol import Array
from vocab.training import PURCHASE_ANOMALY

__all__ = ["AMOUNT_FACTORS", "COPIES", "HOUR_SHIFT", "LEAST_BEFORE", "PurchaseLearner", "lessons", "make_strange"]

Integers = NDArray[np.int64]

AMOUNT_FACTORS = (3.0, 40.0)
"""Of the person's median for the category; the logarithm is drawn evenly between."""
HOUR_SHIFT = (300.0, 720.0)
"""Minutes, drawn evenly, to either side and within the same day."""
COPIES = 2
"""Strange ones for each ordinary one."""
WEEKS = 8
LEAST_BEFORE = 20
"""Purchases that must come before those learned from: who has fewer has no habits to go by."""
_AMOUNT, _SHOP, _HOUR = 1, 2, 4


def make_strange(history: Purchases, places: Integers, *, copies: int = COPIES) -> tuple[Purchases, Integers]:
    """Strange copies of the purchases at these places of a history, and the place that each was copied from.

    The draws follow from the history, so the same one gives the same copies. The hour changes only where it is known.
    """
    places = np.repeat(np.asarray(places, dtype=np.int64), copies)
    asked = history.take(places)
    draws = np.random.default_rng(int(history.minutes.sum()) % 2**32)
    count = len(places)
    which = draws.integers(1, 8, count)
    which = np.where(asked.timed | (which != _HOUR), which, _AMOUNT)
    factors = np.exp(draws.uniform(math.log(AMOUNT_FACTORS[0]), math.log(AMOUNT_FACTORS[1]), size=count))
    middle = _middles(history)[places]
    day = np.floor(asked.minutes / MINUTES_A_DAY) * MINUTES_A_DAY
    shift = draws.choice([-1.0, 1.0], count) * draws.uniform(*HOUR_SHIFT, size=count)
    moved = day + (asked.minutes - day + shift) % MINUTES_A_DAY
    nowhere = int(history.shops.max(initial=0)) + 1
    strange = replace(
        asked,
        amounts=np.where(which & _AMOUNT, np.round(middle * factors, 2), asked.amounts),
        shops=np.where(which & _SHOP, nowhere, asked.shops),
        minutes=np.where((which & _HOUR > 0) & asked.timed, moved, asked.minutes),
    )
    return strange, places


def _middles(history: Purchases) -> Array:
    """The median amount of the category of each purchase, or of all where the category has few."""
    middles = np.full(len(history), float(np.median(history.amounts)) if len(history) else 1.0)
    for group in np.unique(history.groups):
        alike = history.groups == group
        if alike.sum() >= FEW:
            middles[alike] = np.median(history.amounts[alike])
    return middles


def lessons(history: Purchases, places: Integers | None = None) -> tuple[Array, Array]:
    """Rows of the ordinary purchases at these places (by default of the last 8 weeks), and of strange copies of them.

    None of either where fewer than ``LEAST_BEFORE`` purchases came before.
    """
    if places is None:
        since = history.minutes[-1:].max(initial=0) - WEEKS * 7 * MINUTES_A_DAY
        places = np.flatnonzero(history.minutes > since)
    places = np.asarray(places, dtype=np.int64)
    places = places[places >= LEAST_BEFORE]
    strange, copied = make_strange(history, places)
    return relative_features(history, history.take(places)), relative_features(history, strange, without=copied)


class PurchaseLearner:
    """The local step of training the network on a person's own purchases, ordinary and made strange.

    Learned: ``coef_``; ``start`` is kept where there is nothing to learn from.
    """

    def __init__(self, *, start: Sequence[float] = PURCHASE_ANOMALY.start) -> None:
        self.start = start

    def fit(self, history: Purchases) -> Self:
        """Learn from the last 8 weeks of purchases that are oldest first."""
        rows, strange = lessons(history)
        self.coef_: Array = np.asarray(self.start, dtype=np.float64)
        if len(rows):
            self.coef_ = PurchaseNetwork(start=self.start).fit(rows, strange).coef_
        return self
