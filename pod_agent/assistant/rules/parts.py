"""Reading: the parts of a question, and what of it was not understood."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pod_agent.assistant.plan import Period, Refusal
from pod_agent.assistant.rules.bounds import Bound
from pod_agent.assistant.rules.lexicon import Name
from pod_agent.assistant.rules.topics import Topic
from vocab.query import Filter

__all__ = ["Reading"]


@dataclass(slots=True)
class Reading:
    """The parts of a question.

    ``text`` holds roles and marks: P a period, E a name, C a category, N a part of one, A a limit, D days of the week,
    K an account, B a bound of health, H hours of the day; the number after the letter is the place in the list.
    ``left_out`` are the times that the period goes without, ``currency`` is the code of the one foreign currency.
    ``question`` is what was read, with misspelt words put right.
    """

    text: str
    sound: bool
    topic: Topic = ""
    names: list[tuple[Name, ...]] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    ends: list[tuple[Period, Period] | None] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    limits: list[Filter] = field(default_factory=list)
    days: list[Filter] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    hours: list[Filter] = field(default_factory=list)
    left_out: list[Filter] = field(default_factory=list)
    top: int | None = None
    currency: str = ""
    left: list[str] = field(default_factory=list)
    refusal: Refusal | None = None
    question: str = ""

    @property
    def roles(self) -> set[str]:
        """The roles that occur."""
        return set(re.findall(r"\b[A-Z]{2,}\b", self.text))

    def marks(self, letters: str) -> list[str]:
        """Marks of these letters, in the order of the text."""
        return re.findall(rf"\b[{letters}]\d+\b", self.text)
