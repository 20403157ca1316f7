"""Canonical questions about subscriptions, channels that are followed, budgets and offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pod_agent.assistant.canonical.slots import joined, when
from pod_agent.assistant.parts import Parts

__all__ = ["OTHERS"]


def _subscriptions(sketch: Parts) -> str | None:
    name = " ".join(sketch.names)
    rhythm = next((f"{each} " for each in sketch.conditions if each in {"monthly", "yearly"}), "")
    dearest = "cheapest" if sketch.low else "most expensive"
    several = f"What are my {sketch.top} {dearest} subscriptions"
    asked = {
        "list": f"List my {rhythm}subscriptions" if rhythm else "Which subscriptions do I have?",
        "count": f"How many {rhythm}subscriptions do I have?",
        "monthly": "What do my subscriptions cost per month?",
        "rises": "Which subscriptions became more expensive, and by how much?",
        "dearer": "Did any of my subscriptions become more expensive?",
        "changes": "Which subscriptions changed their price?",
        "active": f"Is my {name} subscription still active?" if name else None,
        "cost": f"How much does my {name} subscription cost?" if name else None,
        "top": f"{several}?" if (sketch.top or 1) > 1 else f"Which subscription is the {dearest}?",
    }
    return asked.get(sketch.measure)


def _follows(sketch: Parts) -> str | None:
    if sketch.names:
        return f"Am I subscribed to the channel {' '.join(sketch.names)}?"
    return (
        "How many channels am I subscribed to?"
        if sketch.measure == "channels"
        else "Which channels am I subscribed to?"
    )


def _budget(sketch: Parts) -> str | None:
    on = joined(sketch.categories, "for")
    asked = {
        "left": f"How much is left of my budget{on}{when(sketch.periods)}?",
        "spent": f"How much of my budget{on} did I spend{when(sketch.periods)}?",
        "kept": f"Did I keep to my budget{on}{when(sketch.periods)}?",
        "list": "What budgets do I have?",
    }
    return asked.get(sketch.measure)


def _offers(sketch: Parts) -> str | None:
    at = joined(sketch.names, "at")
    if sketch.measure == "list":
        return f"Which offers do I have{at}?"
    return f"Why did I get the offer{at}?" if at else "Why did I get this offer?"


OTHERS: Final[Mapping[str, Callable[[Parts], str | None]]] = {
    "subscriptions": _subscriptions, "follows": _follows, "budget": _budget, "offers": _offers,
}  # fmt: skip
"""By topic; ``follows`` is an operation on videos."""
