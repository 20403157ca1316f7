"""Log: everything that left, was refused, given or taken back, with the state of its chain."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template, request

from client_web.packing import as_zip
from client_web.views.common import attempt, the_agent

__all__ = ["page"]

page = Blueprint("log", __name__, url_prefix="/sharing/log")
SHOWN = 100
ACTIONS = {
    "give": "You allowed",
    "withdraw": "You withdrew",
    "expire": "A grant ended",
    "release": "Report",
    "deny": "Refused",
    "withdraw-report": "Report taken back",
    "share": "Shared with a person",
    "message": "Question to a language model",
}
"""What each action is called."""
OUTCOMES = {
    "permitted": "May leave",
    "too_late": "Too late: summed already",
    "unanswered": "No answer yet",
}
"""What the outcomes are called that are not their own words."""


@page.get("/")
def show() -> str:
    """The entries that were chosen, newest first."""
    agent = the_agent()
    entries, problem = attempt(agent.audit)
    found = list(reversed(entries or []))
    action, who = request.args.get("action", ""), request.args.get("who", "").strip()
    before = _number(request.args.get("before", ""))
    chosen = [entry for entry in found if action in {"", entry["action"]} and who.lower() in entry["recipient"].lower()]
    below = [entry for entry in chosen if before is None or entry["seq"] < before]
    return render_template(
        "log.html",
        entries=below[:SHOWN],
        older=below[SHOWN - 1]["seq"] if len(below) > SHOWN else None,
        chosen=len(chosen),
        total=len(found),
        last=found[0] if found else None,
        present=list(dict.fromkeys(entry["action"] for entry in found)),
        actions=ACTIONS,
        outcomes=OUTCOMES,
        action=action,
        who=who,
        problem=problem,
    )


@page.get("/log.zip")
def download() -> Response:
    """Every signed entry as it lies in the pod, and the same as one table for programs."""
    agent = the_agent()
    table = json.dumps(agent.audit(), indent=1).encode()
    return as_zip({**agent.consents.papers(), "audit.json": table}, "log.zip")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
