"""Data and sharing: who may use what, what the budget still allows, and the papers of every yes and no.

Withdrawing must work whatever else fails, so every part of the page that needs a server or a whole log may fail alone.
"""

from __future__ import annotations

import threading
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from client_web.charts import parts_bar
from client_web.packing import as_zip
from client_web.views.common import attempt, is_served, required, the_agent
from client_web.views.shares import is_due, listed
from vocab.errors import ProjectError

__all__ = ["CHANGES", "page"]

page = Blueprint("sharing", __name__, url_prefix="/sharing")
LIVE = "given"
DONE = {
    "withdrawn": "Withdrawn. From this moment nothing more leaves under this grant.",
    "withdrawn-here": "Withdrawn on this machine: nothing more leaves. Your pod learns of it when it can be reached.",
    "given": "Allowed. You can take it back here at any time, also without a network.",
    "renewed": "Renewed, as you saw it. You can withdraw it at any time.",
    "asked": "Written down. The letter is below: whether you send it is up to you.",
    "limits": "Kept. The new limits count at once, also for what you allowed before.",
    "shared": "Shared. Pass the address below on: it opens with the recipient's own login.",
    "unshared": "Withdrawn. Nobody else can read it any more, and the copy is gone from your pod.",
    "closed": "Closed: what is over can be read by nobody else any more.",
    "not-closed": "Your server could not be told all of it yet. Try again later.",
    "hidden": "Closed: strangers can no longer list your storage. Your profile stays public.",
    "was-hidden": "Strangers cannot list your storage.",
}
LIMITS = ("business", "total", "year")
CHANGES = threading.Lock()
"""One change of grants at a time: the server has several threads."""


@page.get("/")
def show() -> str:
    """Everything about who may use the records."""
    agent = the_agent()
    if is_due(agent):
        with CHANGES:
            attempt(agent.shares.catch_up)
    held, grants_problem = attempt(agent.grants)
    grants = [grant for grant in held or () if "address" not in grant]
    models = [grant for grant in held or () if "address" in grant]
    audit, audit_problem = attempt(agent.audit)
    named = {grant["recipient"] for grant in grants if grant["status"] == LIVE}
    budget, _ = attempt(lambda: agent.consents.allowances(named))
    receipts, receipts_problem = attempt(agent.desk.receipts)
    rights, rights_problem = attempt(agent.desk.rights)
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
        held=sum(item.records for item in agent.coverage()),
        live=[grant for grant in grants if grant["status"] == LIVE],
        ended=[grant for grant in grants if grant["status"] != LIVE],
        models=[grant for grant in models if grant["status"] == LIVE],
        ended_models=[grant for grant in models if grant["status"] != LIVE],
        left=_bytes_left(audit or []),
        unread=(attempt(agent.desk.names)[0] or []) if grants_problem else [],
        budget=budget,
        limits=agent.desk.limits(),
        receipts=receipts or [],
        rights=rights or [],
        businesses=sorted({grant["recipient"] for grant in grants}),
        parts_bar=parts_bar,
        problems=_distinct(grants_problem, shares_problem, audit_problem, receipts_problem, rights_problem),
        done=DONE.get(request.args.get("done", ""), ""),
    )


@page.post("/withdraw")
def withdraw() -> AnyResponse:
    """Take one grant back, at once."""
    with CHANGES:
        told = the_agent().withdraw(required("grant"))
    return redirect(url_for("sharing.show", done="withdrawn" if told else "withdrawn-here"), 303)


@page.get("/renew/<grant>")
def renewal(grant: str) -> str:
    """What a renewal would mean; nothing is renewed yet."""
    return render_template("renew.html", shown=the_agent().consents.renewal(grant))


@page.post("/renew")
def renew() -> AnyResponse:
    """Let a grant last longer, as the page showed it."""
    with CHANGES:
        the_agent().consents.renew(required("grant"), notice=required("notice"))
    return redirect(url_for("sharing.show", done="renewed"), 303)


@page.post("/limits")
def limits() -> AnyResponse:
    """Lower the limits of the budget, or go back to the most there is."""
    with CHANGES:
        the_agent().desk.keep_limits(**{name: request.form.get(name, "").strip() for name in LIMITS})
    return redirect(url_for("sharing.show", done="limits") + "#budget", 303)


@page.post("/rights")
def ask() -> AnyResponse:
    """Write down that a right is asked for; nothing is sent."""
    with CHANGES:
        the_agent().desk.ask(required("right"), required("business"))
    return redirect(url_for("sharing.show", done="asked") + "#rights", 303)


@page.get("/papers/<grant>.zip")
def papers(grant: str) -> Response:
    """The signed documents of one grant, as they lie in the pod."""
    return as_zip(the_agent().consents.papers(grant), f"grant-{grant}.zip")


def _distinct(*problems: ProjectError | None) -> list[ProjectError]:
    """Every problem once, though several parts of the page met it."""
    return list({str(problem): problem for problem in problems if problem is not None}.values())


def _bytes_left(audit: list[dict[str, Any]]) -> int:
    """Bytes of every distinct report that was permitted to leave; one that was sent twice is the same report."""
    return sum({entry["sha256"]: int(entry["bytes"] or 0) for entry in audit if entry["sha256"]}.values())
