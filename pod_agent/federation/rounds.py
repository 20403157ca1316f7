"""Training rounds through the same door as studies: a round is a study, its update a report under a permit."""

from __future__ import annotations

from consent.errors import BadSignatureError
from pod_agent.federation.answer import Answer, Answered
from pod_agent.federation.consents import Consents
from pod_agent.federation.training import Lessons, local_update
from vocab.training import RoundInstructions

__all__ = ["round_answer"]


def round_answer(consents: Consents, lessons: Lessons) -> Answer:
    """How a node answers a round: the update is computed here, permitted, PUT in two shares; Flower gets its name.

    ``lessons`` gives what a model learns from. What Flower brings is not signed, so the round must be
    one of the studies that the aggregator signed and lists; BadSignatureError where it is not.
    """

    def answer(instructions: RoundInstructions) -> Answered:
        offered = next((each for each in consents.offered() if each.study == instructions.study), None)
        if offered is None:
            raise BadSignatureError("the round is not among the studies that the aggregator signed")
        report, permit = consents.contribute(
            offered,
            lambda _: local_update(instructions.statistic, instructions.weights, lessons(instructions.statistic.model)),
        )
        return Answered(report.report_id, permit.check)

    return answer
