"""What may be asked: examples with the person's own names, and choices made whole questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from vocab.query import QuerySpec

if TYPE_CHECKING:
    from pod_agent import Agent
    from vocab.answer import Answer

__all__ = ["examples", "whole_choices"]

PLAIN: Final = re.compile(r"[^\W_][\w &'.-]{1,38}")
"""A name that can stand in a question: letters, figures and a few signs."""
QUOTED: Final = re.compile(r'"([^"]+)"')
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


def whole_choices(agent: Agent, question: str, answer: Answer) -> tuple[str, ...]:
    """The choices of a question back, each as a question that is answered: some name only the part that is unclear."""
    if answer.status != "clarify":
        return ()
    unclear = QUOTED.search(str(answer.query.get("refusal", "")))
    found = [
        _whole(agent, question, choice, unclear[1] if unclear else "") for choice in answer.query.get("choices", ())
    ]
    return tuple(dict.fromkeys(each for each in found if each))


def _whole(agent: Agent, question: str, choice: str, unclear: str) -> str:
    """The choice itself, or the question with it in the place of what is unclear; empty where it leads nowhere."""
    if _leads_on(agent, choice, choice):
        return choice
    tried = [f"{question.rstrip(' ?!.')} {choice}"]
    if unclear and re.search(re.escape(unclear), question, re.IGNORECASE):
        tried.insert(0, re.sub(re.escape(unclear), lambda _: choice, question, count=1, flags=re.IGNORECASE))
    return next((each for each in tried if _leads_on(agent, each, choice)), "")


def _leads_on(agent: Agent, question: str, choice: str) -> bool:
    """Whether a question is answered, or asked back with whole readings of it to pick from."""
    answer = agent.assistant.ask(question)
    if answer.status == "answered" or question == choice:
        return answer.status == "answered"
    return answer.status == "clarify" and str(answer.query.get("refusal", "")).startswith("I read this as")
