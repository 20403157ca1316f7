"""with_model: the planner that all readers make, and beyond them a language model where the person chose one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol

from pod_agent.assistant.agreement import is_open, same
from pod_agent.assistant.classifier.reader import Candidate
from pod_agent.assistant.classifier.slots import READ_AS
from pod_agent.assistant.guard import unused
from pod_agent.assistant.language_models.llm_planner import LanguageModelReader, ModelPlanner
from pod_agent.assistant.language_models.model import LanguageModel
from pod_agent.assistant.plan import Plan, Planner
from pod_agent.assistant.rules.lexicon import Lexicon
from pod_agent.assistant.rules.reading import plain, read
from pod_agent.assistant.sketch import Sketch, SketchError

__all__ = ["AGREE_AT", "Second", "with_model"]

AGREE_AT: Final = 0.30
"""Share from which on the second reader's likeliest meaning counts."""


class Second(Protocol):
    """A reader of another kind, such as the classifier."""

    def candidates(self, question: str, today: date) -> Sequence[Candidate]:
        """What the question may mean, the likeliest first."""


def with_model(
    planner: Planner, rules: Planner, lexicon: Lexicon, second: Second | None, model: LanguageModel | None
) -> Planner:
    """``planner``, and where it has no reading ``model``; without a model ``planner`` itself.

    ``rules`` plans canonical questions. What the model reads is answered only where the guard lets it pass and the
    likeliest meaning of ``second`` comes to the same plan.
    """
    if model is None:
        return planner

    def agrees(question: str, sketch: Sketch, plan: Plan, today: date) -> bool:
        found = second.candidates(question, today) if second is not None else ()
        if not found or found[0].share < AGREE_AT or found[0].sketch is None:
            return False
        reading = read(plain(question), lexicon, today, READ_AS[sketch.topic])
        if reading.refusal is not None or unused(question, sketch, reading) is not None:
            return False
        try:
            other = rules.plan(found[0].sketch.question(), today)
        except SketchError:
            return False
        return isinstance(other, Plan) and same(other, plan)

    return ModelPlanner(planner, rules, LanguageModelReader(model, lexicon), agrees=agrees, is_open=is_open)
