"""A training round on the person's side: from weekly spending to the integers of a clipped update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pod_agent.models.forecast import WeeklySpending
from pod_agent.models.protocol import Array
from vocab.statistics import ModelUpdate
from vocab.training import WEEKLY_SPENDING, model_terms

__all__ = ["LEARNERS", "local_update", "quantise"]

LEARNERS: Mapping[str, type[WeeklySpending]] = {WEEKLY_SPENDING.name: WeeklySpending}
"""The code of each model in ``vocab.training.MODELS``."""


def local_update(statistic: ModelUpdate, weights: Sequence[float], history: Sequence[float]) -> list[int]:
    """What this person's weeks would change in the model: ``length`` integers from ``-clip`` to ``clip``.

    ``history`` is the spending of whole weeks, oldest first. Too short a history changes nothing, and a message of
    zeros is sent all the same, so that nobody sees who has little. UnknownNameError for a model that does not ship with
    this version.
    """
    fitted = LEARNERS[model_terms(statistic.model).name](start=tuple(weights)).fit(history)
    return quantise(fitted.coef_ - np.asarray(weights, dtype=np.float64), statistic)


def quantise(update: Sequence[float] | Array, statistic: ModelUpdate) -> list[int]:
    """The update in units of ``2**-fraction_bits``, truncated towards zero and clipped value by value.

    Truncation never makes a norm greater, so the bound ``clip * sqrt(length)`` on which the noise rests holds exactly.
    """
    scaled = np.trunc(np.asarray(update, dtype=np.float64) * 2.0**statistic.fraction_bits)
    return [int(value) for value in np.clip(scaled, -statistic.clip, statistic.clip)]
