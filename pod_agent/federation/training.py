"""A training round on the person's side: from weekly spending to the integers of a clipped update."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from pod_agent.features.calendar import weekly_spending
from pod_agent.features.purchases import Purchases, purchases_of
from pod_agent.features.response import SeenOffer, bought_lines, response_rows
from pod_agent.index.local import LocalIndex
from pod_agent.models.forecast import WeeklySpending
from pod_agent.models.network import WeeklyNetwork
from pod_agent.models.protocol import Array
from pod_agent.models.response import OfferResponse
from pod_agent.models.strange import PurchaseLearner
from vocab.query import QuerySpec
from vocab.records import Transaction
from vocab.statistics import ModelUpdate
from vocab.training import OFFER_RESPONSE, PURCHASE_ANOMALY, WEEKLY_NETWORK, WEEKLY_SPENDING, model_terms

__all__ = ["LEARNERS", "Lessons", "lessons_of", "local_update", "quantise"]

Learner = type[WeeklySpending] | type[WeeklyNetwork] | type[OfferResponse] | type[PurchaseLearner]
Lessons = Callable[[str], Any]
"""What the model of this name learns from on this machine: what the ``fit`` of its learner takes."""

LEARNERS: Mapping[str, Learner] = {
    WEEKLY_SPENDING.name: WeeklySpending,
    WEEKLY_NETWORK.name: WeeklyNetwork,
    OFFER_RESPONSE.name: OfferResponse,
    PURCHASE_ANOMALY.name: PurchaseLearner,
}
"""The code of each model in ``vocab.training.MODELS``."""


def lessons_of(
    index: LocalIndex, today: Callable[[], date], offers: Callable[[], Sequence[SeenOffer]] = tuple
) -> Lessons:
    """What each model learns from, read from the index when a round asks for it.

    ``offers`` gives the offers that the person saw and used; who saw none teaches nothing of offers.
    """

    def lesson(model: str) -> Any:
        if model == OFFER_RESPONSE.name:
            return _offers(index, offers())
        return _SOURCES.get(model, _weeks)(index, today())

    return lesson


def _offers(index: LocalIndex, seen: Sequence[SeenOffer]) -> tuple[Array, Array]:
    """A row for each offer, from what was bought before it, and whether it was used."""
    spec = QuerySpec(measures=("purchases",))
    records = [record for record in index.records(spec) if isinstance(record, Transaction)] if seen else []
    return response_rows(bought_lines(records, index.local_day), seen)


def _weeks(index: LocalIndex, today: date) -> Sequence[float]:
    """The spending of whole weeks, oldest first."""
    return weekly_spending(index, today).values


def _purchases(index: LocalIndex, today: date) -> Purchases:
    """All purchases up to today, on the clocks of the banks."""
    records = index.records(QuerySpec(measures=("purchases",)))
    bought = (each for each in records if isinstance(each, Transaction) and each.at.date() <= today)
    return purchases_of(bought)[1]


_SOURCES: Mapping[str, Callable[[LocalIndex, date], Any]] = {PURCHASE_ANOMALY.name: _purchases}
"""What else than the spending of whole weeks a model learns from."""


def local_update(statistic: ModelUpdate, weights: Sequence[float], history: Any) -> list[int]:
    """What this person's records would change in the model: ``length`` integers from ``-clip`` to ``clip``.

    ``history`` is what the model learns from: see ``lessons_of``. Too short a history changes nothing, and a message of
    zeros is sent all the same, so that nobody sees who has little. UnknownNameError for a model that does not ship with
    this version.
    """
    fitted = LEARNERS[model_terms(statistic.model).name](start=tuple(weights)).fit(history)
    if isinstance(fitted, WeeklySpending):
        return quantise(fitted.moments_, statistic)
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
