"""Answers of another sort than the question's: a name for how much, a day for a song, a name for yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pod_agent.assistant.rules.topics import PAID
from pod_agent.assistant.weighty import Weighed, bare
from vocab.query import Filter

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
MONEY: Final = rf"{PAID}|\$|\b(?:dollars|bucks|fees?|subs|subscription\w*|expenses|prices?|deduct\w*|refund\w*)\b"
SERVICES: Final = re.compile(r"spotify|youtube|netflix|disney|apple music|apple tv|hbo|viu", re.IGNORECASE)
"""What is paid for and played."""


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


def _one_by_one(seen: Weighed) -> str | None:
    """A sum where rows are asked for, and rows, or a count of them, where a sum is."""
    total, spent = seen.found(r"altogether|in total|in all|combined"), seen.found(r"spen[dt]|pay|paid|cost")
    if seen.plan.operation == "value":
        rows = seen.found(r"(?:one by one|one at a time|individually|item by item|line by line|purchase by purchase)")
        counted = {step.spec.measures[0] for step in seen.plan.steps} <= {"purchases", "transactions"}
        numbered = seen.found(r"how (?:many|often)|number|counts?|times|no\.?")
        return rows or (total if counted and spent and not numbered else None)
    if seen.plan.operation == "list" and not seen.found(r"list|show|which|itemi[sz]ed?|display"):
        return total if spent else None
    return None


def _money_or_sound(seen: Weighed) -> str | None:
    """Money for a service that is also played, where nothing tells the two apart: "July and Spotify, how much"."""
    if seen.plan.operation != "value" or {step.spec.measures[0] for step in seen.plan.steps} != {"spend"}:
        return None
    shops = {str(name) for each in seen.filters if each.field == "merchant" for name in _several(each)}
    services = [bare(name) for name in shops if SERVICES.search(name)]
    if not services or re.search(MONEY, seen.question):
        return None
    return seen.found("how much(?: (?:was|is) (?:it|that))?") or services[0]


def _either(seen: Weighed) -> str | None:
    """Two categories or shops added up that only a stroke or brackets put side by side."""
    many = any(len(_several(each)) > 1 for each in seen.filters if each.field in {"merchant", "category"})
    if not many or seen.plan.operation != "value" or seen.found("both|together|combined|total|altogether|and|plus|sum"):
        return None
    hit = re.search(r"\b[a-z]+ ?/ ?[a-z]+|\([^()]*[a-z] ?, ?[a-z][^()]*\)", seen.said.casefold())
    return hit[0].strip() if hit else None


def _changes_compared(seen: Weighed) -> str | None:
    """Two things added up, where the change of one is set against that of the other."""
    if seen.plan.operation != "difference" or not any(len(_several(each)) > 1 for each in seen.filters):
        return None
    moved = r"fall|fell|drop\w*|decrease\w*|rise|rose|grow|grew|increase\w*|change\w*"
    return seen.found(rf"(?:more|less)\b.*?\b(?:{moved})\b.*?\bthan")


def _several(each: Filter) -> tuple[object, ...]:
    """The values that a filter takes in."""
    if each.op != "in":
        return ()
    return each.value if isinstance(each.value, tuple) else (each.value,)


SORTS: Final[tuple[Callable[[Weighed], str | None], ...]] = (
    _names, _figures, _one_by_one, _money_or_sound, _either, _changes_compared,
)  # fmt: skip
"""Each tells the first words that the answer does not fit."""
