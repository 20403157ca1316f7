"""A training round on the person's side: from weekly spending to the integers of a clipped update."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pod_agent.models.forecast import WeeklySpending
from pod_agent.models.network import WeeklyNetwork
from pod_agent.models.protocol import Array
from vocab.statistics import ModelUpdate
from vocab.training import WEEKLY_NETWORK, WEEKLY_SPENDING, model_terms

__all__ = ["LEARNERS", "local_update", "quantise"]

Learner = type[WeeklySpending] | type[WeeklyNetwork]
LEARNERS: Mapping[str, Learner] = {WEEKLY_SPENDING.name: WeeklySpending, WEEKLY_NETWORK.name: WeeklyNetwork}
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
    """The update in units of ``2**-fraction_bits``: shrunk to the study's norm, truncated towards zero, clipped.

    Shrinking keeps the direction. Truncation and clipping never make a norm greater; that the integers stay within
    ``statistic.norm`` is checked in integers, so the bound on which the noise rests holds exactly.
    """
    scaled = np.asarray(update, dtype=np.float64) * 2.0**statistic.fraction_bits
    if not np.isfinite(scaled).all():
        return [0] * statistic.length  # a model that ran off teaches nobody
    length = math.hypot(*scaled)
    if statistic.norm is not None and length > statistic.norm:
        scaled *= statistic.norm / length
    units = [int(value) for value in np.clip(np.trunc(scaled), -statistic.clip, statistic.clip)]
    while sum(unit**2 for unit in units) > statistic.norm_squared:  # a rounding of the shrinking, if ever
        units = [int(unit * (1 - 2**-20)) for unit in units]
    return units
