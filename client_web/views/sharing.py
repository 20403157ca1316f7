"""Data and sharing: what is held and where, who may use it, who asks, and what has left."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.errors import NotHeldError
from client_web.views.common import the_agent

__all__ = ["page"]

page = Blueprint("sharing", __name__, url_prefix="/sharing")
GRANT_DAYS = 90
DONE = {
    "withdrawn": "Withdrawn. From this moment nothing more leaves under this grant.",
    "given": "Allowed. You can take it back here at any time, also without a network.",
}


@page.get("/")
def show() -> str:
    """Everything about where the records are and who may use them."""
    agent = the_agent()
    audit = agent.audit()
    return render_template(
        "sharing.html",
        settings=agent.settings,
        coverage=agent.coverage(),
        grants=sorted(agent.grants(), key=lambda grant: (grant["status"] != "active", str(grant["until"]))),
        requests=[item for item in agent.requests() if item.status not in {"granted", "active"}],
        audit=list(reversed(audit)),
        left=sum(int(entry["bytes"] or 0) for entry in audit),
        budget=agent.budget(),
        until=agent.today() + timedelta(days=GRANT_DAYS),
        done=DONE.get(request.args.get("done", ""), ""),
    )


@page.post("/withdraw")
def withdraw() -> Response:
    """Take one grant back, at once."""
    the_agent().withdraw(_field("grant"))
    return redirect(url_for("sharing.show", done="withdrawn"), 303)


@page.post("/give")
def give() -> Response:
    """Allow one study for ninety days."""
    agent = the_agent()
    agent.give(_field("request"), agent.today() + timedelta(days=GRANT_DAYS), None)
    return redirect(url_for("sharing.show", done="given"), 303)


def _field(name: str) -> str:
    value = request.form.get(name, "")
    if not value:
        raise NotHeldError(f"the form names no {name}")
    return value
