"""Answers of another sort than the question's: a name for how much, a day for a song, a name for yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pod_agent.assistant.weighty import Weighed

__all__ = ["SORTS"]

YES_NO: Final = r"(?:is|was|are|were) (?!(?:there|it)\b)(?!.*\b(?:or|versus|vs)\b)"
"""A question for yes or no, and none for a name."""
FIRST_THING: Final = (
    r"(?:what|which|who)(?: was| is)?(?: the| my)?(?: very)? (?:first|last|latest|most recent)"
    r" (?:song|track|artist|album|podcast|episode|video|channel|product|item|thing)\b(?!.*\b(?:when|date|day)\b)"
)
"""What came first or last, not when."""
NAMED: Final = r"(?:who|where) (?!(?:am|are|do) (?:i|we)(?: stand)?\b)(?!.*\bhow (?:much|many|often|long)\b)"
"""A question for a person or a place, and none for where somebody stands with something."""


def _names(seen: Weighed) -> str | None:
    """A name, a day or a list where something else is asked for."""
    kind, question = seen.plan.operation, seen.question
    hit = None
    if kind in {"leader", "peak", "ranking"} and not seen.plan.names:
        grouped = {dimension for step in seen.plan.steps for dimension in step.spec.dimensions}
        hit = re.match(YES_NO, question) or (re.match("who", question) if "category" in grouped else None)
    elif kind == "occasion":
        hit = re.match(FIRST_THING, question)
    elif kind == "follows" and seen.plan.ask == "list":
        hit = re.match("how many", question)
    return hit[0] if hit else None


def _figures(seen: Weighed) -> str | None:
    """A name for how much, a figure for who, months for yes or no, a turned yes or no, one thing for how many."""
    kind, question = seen.plan.operation, seen.question
    if kind in {"value", "mean"} and (hit := re.match(NAMED, question)):
        return hit[0].strip()
    if kind in {"leader", "peak"} and re.match(r"how (?:much|many)\b", question):
        told = re.search(r"\b(?:which|where|who|what|most|highest|biggest|least)\b", question)
        return None if told else seen.found("how (?:much|many)")
    if kind == "series" and re.match(r"(?:did|have|was|were) i\b", question):
        return seen.found("(?:every|each) (?:day|week|month)")
    if kind in {"exceeds", "any"}:
        named = any(len(each.value) > 1 for each in seen.filters if each.op == "in" and isinstance(each.value, tuple))
        both = seen.found(r"and|both") if kind == "any" and named else None
        out = seen.found("but not|and not|not|never") if kind == "any" or "not_in" not in seen.operators else None
        return both or out
    if any(step.spec.measures[0] == "distinct" for step in seen.plan.steps) and not seen.found(
        "different|distinct|unique"
    ):
        return seen.found("how many (?:videos|clips|plays|purchases|payments|times|visits|songs)")
    return None


SORTS: Final[tuple[Callable[[Weighed], str | None], ...]] = (_names, _figures)
"""Each tells the first words that the answer does not fit."""
