"""Canonical questions: one plain English wording for each thing that can be asked, as the planner by rules reads it.

``question_of`` is the only place that words sketches. Every question about money, music, video and shops has one of a
few shapes (a sum, a comparison, a ranking ...); what devices measure and the other topics have shapes of their own.
"""

from __future__ import annotations

from pod_agent.assistant.canonical.counted import counted
from pod_agent.assistant.canonical.measured import measured
from pod_agent.assistant.canonical.others import OTHERS
from pod_agent.assistant.parts import Parts

__all__ = ["question_of"]


def question_of(sketch: Parts) -> str | None:
    """The question that says the same as the sketch; None where its parts make none."""
    if sketch.topic == "health":
        text = measured(sketch)
    elif sketch.operation == "follows" or sketch.topic in OTHERS:
        text = OTHERS["follows" if sketch.operation == "follows" else sketch.topic](sketch)
    else:
        text = counted(sketch)
    return None if text is None else " ".join(text.split()).replace(" ?", "?")
