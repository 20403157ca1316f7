"""Telling: a question that is told with a story around it is tried without the story."""

from __future__ import annotations

from datetime import date

from pod_agent.assistant.doubts import times_by_story
from pod_agent.assistant.plan import Plan, Planner, Refusal
from pod_agent.assistant.rules.clauses import core
from pod_agent.assistant.rules.lexicon import Lexicon

__all__ = ["Telling"]


class Telling:
    """Plans what another planner plans, and the asking part alone where there is no plan of the whole."""

    def __init__(self, planner: Planner, lexicon: Lexicon) -> None:
        self._planner = planner
        self._lexicon = lexicon

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan of the question, else of what is left of it without clauses that only tell."""
        found = self._planner.plan(question, today)
        asking = None if isinstance(found, Plan) else core(question, self._lexicon, today)
        if asking is None or asking == question:
            return found
        again = self._planner.plan(asking, today)
        return again if isinstance(again, Plan) and times_by_story(question, again) is None else found
