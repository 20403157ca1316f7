"""What may be asked: examples with the person's own names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from vocab.query import QuerySpec

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["examples"]

PLAIN: Final = re.compile(r"[^\W_][\w &'.-]{1,38}")
"""A name that can stand in a question: letters, figures and a few signs."""
MOST: Final = 6
FIXED: Final = (
    "How much did I spend on groceries last month?",
    "What are my top 5 shops this year?",
    "Spending per month this year",
    "Which purchases were over 100 dollars last month?",
    "Which artist did I play most this year?",
    "How long did I sleep on average last month?",
    "How many videos did I watch last month?",
)


def examples(agent: Agent) -> tuple[str, ...]:
    """Questions that the person's records answer, the first with names of their own."""
    found = [*_own(agent)]
    for question in FIXED:
        if len(found) < MOST and _is_answered(agent, question):
            found.append(question)
    return tuple(found)


def _own(agent: Agent) -> Iterator[str]:
    """A question with the first of the top names that is understood, for shops and for artists."""
    for field, measure, question in (
        ("merchant", "purchases", "How much did I spend at {} this year?"),
        ("artist", "plays", "How often did I play {} this year?"),
    ):
        asked = (question.format(name) for name in _top(agent, field, measure) if PLAIN.fullmatch(name))
        yield from islice((each for each in asked if _is_answered(agent, each)), 1)


def _is_answered(agent: Agent, question: str) -> bool:
    answer = agent.assistant.ask(question)
    return answer.status == "answered" and answer.count > 0


def _top(agent: Agent, field: str, measure: str) -> list[str]:
    """The names with the most of a measure in the last 90 days."""
    today = agent.today()
    spec = QuerySpec(
        measures=(measure,),
        dimensions=(field,),
        period=(today - timedelta(days=90), today),
        order=f"-{measure}",
        limit=4,
    )
    return [str(row[0] or "") for row in agent.query(spec).rows]
