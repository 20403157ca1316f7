"""A training round on the person's side: from weekly spending to a report, under the person's consent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np

from consent.codec import verify_study
from consent.gate import Permit
from pod_agent.federation.answer import Answered
from pod_agent.federation.report import SealedReport
from pod_agent.federation.studies import Offered
from pod_agent.models.forecast import WeeklySpending
from pod_agent.models.protocol import Array
from vocab.study import ModelUpdate, Study
from vocab.training import WEEKLY_SPENDING, RoundInstructions, model_terms
from vocab.vdaf.circuits import Measurement

__all__ = ["LEARNERS", "Contributor", "TrainingAnswer", "local_update", "quantise"]

LEARNERS: Mapping[str, type[WeeklySpending]] = {WEEKLY_SPENDING.name: WeeklySpending}
"""The code of each model in ``vocab.training.MODELS``."""


class Contributor(Protocol):
    """What sends a report for a study under a permit: ``pod_agent.federation.consents.Consents``."""

    def contribute(self, offered: Offered, measure: Callable[[Study], Measurement], /) -> tuple[SealedReport, Permit]:
        """Measure, ask the gate, send; raises the refusal."""
        ...


class TrainingAnswer:
    """Answers training rounds for one person; hand it to a ``FlowerNode``.

    ``history`` gives the spending of whole weeks, oldest first; it is called in the node's thread, once a round.
    The gate decides for every round and stands guard over the upload; ``Answered.check`` asks it once more.
    """

    def __init__(self, consents: Contributor, history: Callable[[], Sequence[float]]) -> None:
        self._consents = consents
        self._history = history

    def __call__(self, instructions: RoundInstructions) -> Answered:
        """Upload this person's update; a ConsentError where it may not leave, another ProjectError where it cannot."""
        study, key = verify_study(instructions.study.to_json(), instructions.proof)

        def measure(_study: Study) -> list[int]:
            return local_update(instructions.statistic, instructions.weights, self._history())

        report, permit = self._consents.contribute(Offered(study, key, None), measure)
        return Answered(report.report_id, permit.check)


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
