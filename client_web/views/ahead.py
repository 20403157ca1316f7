"""The weeks ahead: what will probably be spent, with its range, and purchases of late that are strange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, render_template

from client_web.bands import band
from client_web.remembering import is_asked_for, is_large
from client_web.rows import Row, held_rows
from client_web.views.common import attempt, held_span, pages, the_agent

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["page"]

page = Blueprint("ahead", __name__, url_prefix="/ahead")
FLAGS_SHOWN: Final = 10
NAME: Final = "ahead"


@page.get("/")
def show() -> str:
    """The forecast and the flags; with many records the page comes first and the flags follow."""
    agent = the_agent()
    stamp, held = (agent.today(), agent.index.edition), held_span(agent, "transaction") is not None
    slow = is_large(agent) and not is_asked_for()
    waits = slow and held and not pages().remembered.has(NAME, stamp)
    outlook, problem = attempt(agent.forecast) if held else (None, None)
    return render_template(
        "ahead.html",
        waits=waits,
        held=held,
        outlook=outlook,
        problem=problem,
        chart=band(outlook) if outlook else "",
        flags=pages().remembered.of(NAME, stamp, lambda: _flags(agent)) if held and not waits else [],
    )


def _flags(agent: Agent) -> list[tuple[Row, str]]:
    """Rows of strange purchases, strangest first, each with its reason."""
    flags = agent.flags()[:FLAGS_SHOWN]
    return [(row, flag.reason) for flag in flags for row in held_rows(agent, [flag.iri])]
