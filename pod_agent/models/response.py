"""Who would use an offer: logistic regression over the offers that a person saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from pod_agent.errors import UsageError
from pod_agent.models.protocol import Array
from vocab.training import OFFER_RESPONSE

__all__ = ["OfferResponse"]

Lesson = tuple[Array, Array]


class OfferResponse:
    """The chance that a person uses an offer, by a logistic function that is linear in its features.

    Features as in ``vocab.training.OFFER_RESPONSE``, made by ``pod_agent.features.response``. ``fit`` adds to the
    weights that everybody shares the slope of the log likelihood of this person's offers: what one pass of gradient
    ascent over all people takes from them. Somebody who saw no offer leaves the weights as they are.

    Learned: ``coef_`` (17 weights), ``offers_`` (how many offers were learned from).
    """

    def __init__(self, *, start: Sequence[float] = OFFER_RESPONSE.start) -> None:
        self.start = start

    def fit(self, lesson: Lesson) -> Self:
        """Learn from rows (n, 17) and whether each offer was used (n, 1.0 or 0.0)."""
        rows, used = lesson
        start = np.asarray(self.start, dtype=np.float64)
        if len(rows) != len(used) or (len(rows) and rows.shape[1] != len(start)):
            raise UsageError("an offer has 17 features and either was used or not")
        self.offers_ = len(rows)
        self.coef_: Array = start
        if self.offers_:
            self.coef_ = start + (used - _chance(rows, start)) @ rows
        return self

    def chance(self, rows: Array) -> Array:
        """How likely each offer is used, 0 to 1, by the shared weights."""
        return _chance(rows, np.asarray(self.start, dtype=np.float64))


def _chance(rows: Array, weights: Array) -> Array:
    chances: Array = 1 / (1 + np.exp(-np.clip(rows @ weights, -50, 50)))
    return chances
