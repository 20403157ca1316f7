"""Requests: the studies on offer, what each would take and cost, and the person's yes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.charts import bar, parts_bar
from client_web.views.common import attempt, required, the_agent
from client_web.views.sharing import CHANGES

__all__ = ["Card", "cards", "page"]

page = Blueprint("requests", __name__, url_prefix="/sharing/requests")
GRANT_DAYS = 90
OPEN = frozenset({"open", "deferred"})
BEFORE = 10
"""Chances in 100, as the example of what epsilon means."""
DONE = {
    "refused": "Refused. It is not asked again, and nothing leaves for it.",
    "deferred": "Put off. It waits below until you say yes or no, or until it closes.",
}
STANDING = {
    "allowed": "You allowed it. Your agent answers when it next runs.",
    "answered": "Answered. It is not asked again.",
    "withdrawn": "You withdrew your yes. It is not answered again.",
    "refused": "You refused it. It is not asked again, and nothing leaves for it.",
}
"""What becomes of a study that is not open any more, by its status; any other status is why it cannot be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One request of the agent's with what its cost means.

    ``allowance`` is the tightest limit that it must fit; ``after`` the chances in 100, None where nothing bounds them.
    """

    request: Any
    allowance: Any
    cost: int
    after: float | None

    @property
    def fits(self) -> bool:
        """Whether the budget has room for it."""
        return bool(self.cost <= self.allowance.left)


@page.get("/")
def show() -> str:
    """Every study on offer; looking at them is the same request for everybody."""
    agent = the_agent()
    asked, problem = attempt(agent.requests)
    named = {item.study.controller for item in asked or ()}
    budget, budget_problem = attempt(lambda: agent.consents.allowances(named)) if asked else (None, None)
    return render_template(
        "requests.html",
        settings=agent.settings,
        cards=cards([item for item in asked or () if item.status == "open"], budget),
        deferred=cards([item for item in asked or () if item.status == "deferred"], budget),
        others=[item for item in asked or () if item.status not in OPEN],
        standing=STANDING,
        before=BEFORE,
        bar=bar,
        parts_bar=parts_bar,
        problem=problem or budget_problem,
        done=DONE.get(request.args.get("done", ""), ""),
        until=agent.today() + timedelta(days=GRANT_DAYS),
    )


@page.post("/give")
def give() -> Response:
    """Allow one study for ninety days, as the page showed it."""
    agent = the_agent()
    with CHANGES:
        agent.give(required("request"), agent.today() + timedelta(days=GRANT_DAYS), notice=required("notice"))
    return redirect(url_for("sharing.show", done="given"), 303)


@page.post("/refuse")
def refuse() -> Response:
    """Say no to one study, for good."""
    with CHANGES:
        the_agent().consents.refuse(required("request"))
    return redirect(url_for("requests.show", done="refused"), 303)


@page.post("/defer")
def defer() -> Response:
    """Put one study off."""
    with CHANGES:
        the_agent().consents.defer(required("request"))
    return redirect(url_for("requests.show", done="deferred"), 303)


def cards(asked: Sequence[Any], budget: Any) -> list[Card]:
    """A card for every request that is shown whole."""
    return [
        Card(
            request=item,
            allowance=budget.of(item.study.controller),
            cost=item.shown.micro_rho,
            after=_chances(item.shown.epsilon),
        )
        for item in asked
        if item.shown is not None and budget is not None
    ]


def _chances(loss: float) -> float | None:
    """At most so many chances in 100, where there were ``BEFORE`` without the answer; None where nothing bounds it."""
    found = BEFORE * math.exp(loss) if loss < math.log(100 / BEFORE) else 100.0
    return None if found >= 100 else found
