"""Data and sharing: what is held and where, who may use it, who asks, and what has left.

Withdrawing must work whatever else fails, so every part of the page that needs a server or a whole log may fail alone.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.charts import bar
from client_web.views.common import attempt, is_served, required, the_agent
from client_web.views.shares import is_due, listed

__all__ = ["Meter", "meters", "page"]

page = Blueprint("sharing", __name__, url_prefix="/sharing")
GRANT_DAYS = 90
LIVE = "given"
DONE = {
    "withdrawn": "Withdrawn. From this moment nothing more leaves under this grant.",
    "withdrawn-here": "Withdrawn on this machine: nothing more leaves. Your pod learns of it when it can be reached.",
    "given": "Allowed. You can take it back here at any time, also without a network.",
    "shared": "Shared. Pass the address below on: it opens with the recipient's own login.",
    "unshared": "Withdrawn. Nobody else can read it any more, and the copy is gone from your pod.",
    "closed": "Closed: what is over can be read by nobody else any more.",
    "not-closed": "Your server could not be told all of it yet. Try again later.",
    "hidden": "Closed: strangers can no longer list your storage. Your profile stays public.",
    "was-hidden": "Strangers cannot list your storage.",
}
CHANGES = threading.Lock()
"""One change of grants at a time: the server has several threads."""


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of one limit of the privacy budget is used up, in millionths of rho."""

    name: str
    spent: int
    limit: int

    @property
    def share(self) -> float:
        """Used part, from 0 to 1."""
        return self.spent / self.limit if self.limit else 1.0


@page.get("/")
def show() -> str:
    """Everything about where the records are and who may use them."""
    agent = the_agent()
    if is_due(agent):
        with CHANGES:
            attempt(agent.shares.catch_up)
    grants, grants_problem = attempt(agent.grants)
    asked, requests_problem = attempt(agent.requests)
    audit, audit_problem = attempt(agent.audit)
    budget, _ = attempt(agent.budget)
    shares, shares_problem = attempt(lambda: listed(agent))
    listing, _ = attempt(agent.shares.public_listing) if is_served(agent) else (None, None)
    return render_template(
        "sharing.html",
        public_listing=listing,
        settings=agent.settings,
        served=is_served(agent),
        shares=shares[0] if shares else [],
        ended_shares=shares[1] if shares else [],
        due=is_due(agent),
        coverage=agent.coverage(),
        live=[grant for grant in grants or () if grant["status"] == LIVE],
        ended=[grant for grant in grants or () if grant["status"] != LIVE],
        requests=[item for item in asked or () if item.status == "open"],
        other_requests=[item for item in asked or () if item.status != "open"],
        audit=list(reversed(audit or [])),
        left=_bytes_left(audit or []),
        meters=meters(budget or {}),
        bar=bar,
        problems=[problem for problem in (grants_problem, shares_problem, audit_problem) if problem],
        requests_problem=requests_problem,
        until=agent.today() + timedelta(days=GRANT_DAYS),
        done=DONE.get(request.args.get("done", ""), ""),
    )


@page.post("/withdraw")
def withdraw() -> Response:
    """Take one grant back, at once."""
    with CHANGES:
        told = the_agent().withdraw(required("grant"))
    return redirect(url_for("sharing.show", done="withdrawn" if told else "withdrawn-here"), 303)


@page.post("/give")
def give() -> Response:
    """Allow one study for ninety days, as the page showed it."""
    agent = the_agent()
    with CHANGES:
        agent.give(required("request"), agent.today() + timedelta(days=GRANT_DAYS), notice=required("notice"))
    return redirect(url_for("sharing.show", done="given"), 303)


def meters(budget: Mapping[str, int]) -> list[Meter]:
    """The budget as pairs of ``spent_NAME`` and ``limit_NAME``."""
    names = [key.removeprefix("spent_") for key in budget if key.startswith("spent_")]
    return [Meter(name, budget[f"spent_{name}"], budget.get(f"limit_{name}", 0)) for name in names]


def _bytes_left(audit: list[dict[str, Any]]) -> int:
    """Bytes of every distinct report that was permitted to leave; one that was sent twice is the same report."""
    return sum({entry["sha256"]: int(entry["bytes"] or 0) for entry in audit if entry["sha256"]}.values())
