"""Requests: the studies on offer, what each would take and cost, and the person's yes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from client_web.charts import bar, parts_bar
from client_web.views.common import attempt, required, the_agent
from client_web.views.sharing import CHANGES

if TYPE_CHECKING:
    from pod_agent.federation.allowances import Allowance, Allowances
    from pod_agent.federation.studies import Request

__all__ = ["Card", "cards", "page"]

page = Blueprint("requests", __name__, url_prefix="/sharing/requests")
GRANT_DAYS = 90
OPEN = "open"
BEFORE = 10
"""Chances in 100, as the example of what epsilon means."""
STANDING = {
    "allowed": "You allowed it. Your agent answers when it next runs.",
    "answered": "Answered. It is not asked again.",
    "withdrawn": "You withdrew your yes. It is not answered again.",
}
"""What becomes of a study that is not open any more, by its status; any other status is why it cannot be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One request with what its cost means; ``allowance`` is the tightest limit that it has to fit."""

    request: Request
    allowance: Allowance
    cost: int
    after: float | None

    @property
    def fits(self) -> bool:
        """Whether the budget has room for it."""
        return self.cost <= self.allowance.left


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
        cards=cards([item for item in asked or () if item.status == OPEN], budget),
        others=[item for item in asked or () if item.status != OPEN],
        standing=STANDING,
        before=BEFORE,
        bar=bar,
        parts_bar=parts_bar,
        problem=problem or budget_problem,
        until=agent.today() + timedelta(days=GRANT_DAYS),
    )


@page.post("/give")
def give() -> Response:
    """Allow one study for ninety days, as the page showed it."""
    agent = the_agent()
    with CHANGES:
        agent.give(required("request"), agent.today() + timedelta(days=GRANT_DAYS), notice=required("notice"))
    return redirect(url_for("sharing.show", done="given"), 303)


def cards(asked: Sequence[Request], budget: Allowances | None) -> list[Card]:
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
