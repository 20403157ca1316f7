"""What every page needs: the agent, and the period in the address."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import current_app, request

from client_web.periods import Period, read_period

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["AGENT", "chosen_period", "held_span", "the_agent"]

AGENT = "pod_agent"
"""Key of the agent among the app's extensions."""


def the_agent() -> Agent:
    """The agent whose pages these are."""
    agent: Agent = current_app.extensions[AGENT]
    return agent


def held_span(agent: Agent, type_name: str | None = None) -> tuple[date, date] | None:
    """First and last day with records, of one kind or of all; None where there are none."""
    found = [item for item in agent.coverage() if type_name in {None, item.type_name}]
    days = [day for item in found for day in (item.first, item.last) if day is not None]
    return (min(days), max(days)) if days else None


def chosen_period(agent: Agent) -> Period:
    """The period that this request's address names."""
    arguments = request.args
    return read_period(
        arguments.get("period", ""),
        arguments.get("from", ""),
        arguments.get("to", ""),
        today=agent.today(),
        held=held_span(agent),
    )
