"""The questions that are told by their own words, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pod_agent.assistant.plan import Period, Plan, Refusal
from pod_agent.assistant.rules.asking import Asked
from pod_agent.assistant.rules.asking_budgets import ask_budgets
from pod_agent.assistant.rules.asking_habits import ask_habits
from pod_agent.assistant.rules.asking_offers import ask_offers
from pod_agent.assistant.rules.lexicon import Lexicon

__all__ = ["asked_apart"]


def asked_apart(text: str, lexicon: Lexicon, held: Mapping[str, Period], today: date) -> Plan | Refusal | None:
    """The plan of a question about budgets, offers or habits, or why there is none; None for every other question."""
    asked = Asked(text, lexicon, held, today)
    for rule in (ask_budgets, ask_habits, ask_offers):
        found = rule(asked)
        if found is not None:
            return found
    return None
