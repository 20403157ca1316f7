"""Budgets: how much the person wants to spend at most, and how that stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.charts import bar
from client_web.formatting import day_text, money, name_text
from client_web.links import link
from client_web.views.common import go, required, the_agent
from client_web.views.for_you import SAYING
from vocab.errors import ProjectError
from vocab.taxonomy import CATEGORIES

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["page"]

page = Blueprint("budgets", __name__, url_prefix="/budgets")
PER = ("week", "month", "year")
DONE = {"set": "Kept in your pod.", "removed": "Removed."}
NOT_SPENT = frozenset({"cash", "income", "transfers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One budget as the page shows it."""

    name: str
    title: str
    per: str
    spent: str
    limit: str
    told: str
    share: float
    exceeded: bool
    href: str


@page.get("/")
def show() -> str:
    """Every budget with a bar, and the form for another."""
    return _page()


@page.post("/set")
def keep() -> Response | tuple[str, int]:
    """Set a budget, in place of an older one of the same thing."""
    agent = the_agent()
    name, amount, per = (" ".join(request.form.get(field, "").split())[:100] for field in ("name", "amount", "per"))
    try:
        with SAYING:
            agent.assistant.budgets.set(_known(name), amount, per)
    except ProjectError as error:
        return _page(error, {"name": name, "amount": amount, "per": per}), error.http_status
    return go(url_for("budgets.show", done="set"))


@page.post("/remove")
def remove() -> Response:
    """Remove one budget."""
    with SAYING:
        the_agent().assistant.budgets.remove(required("name"))
    return go(url_for("budgets.show", done="removed"))


def _page(problem: ProjectError | None = None, filled: dict[str, str] | None = None) -> str:
    agent = the_agent()
    return render_template(
        "budgets.html",
        lines=_lines(agent),
        names=[name_text(name) for name in sorted(CATEGORIES) if name not in NOT_SPENT],
        per=PER,
        bar=bar,
        problem=problem,
        filled=filled or {},
        done=DONE.get(request.args.get("done", ""), "") if problem is None else "",
    )


def _lines(agent: Agent) -> list[Line]:
    desk, out = agent.assistant.budgets, []
    for each in desk.progress():
        told = each.to_json()
        narrowed = {} if each.budget.scope == "all" else {str(each.budget.scope): each.budget.name}
        days = {"from_": each.first.isoformat(), "to": each.until.isoformat()}
        out.append(
            Line(
                name=each.budget.name,
                title="Everything" if each.budget.scope == "all" else name_text(each.budget.name),
                per=str(each.budget.per),
                spent=money(float(told["spent"])),
                limit=money(float(each.budget.amount.amount)),
                told=_told(told, day_text(each.last)),
                share=float(told["spent"]) / float(each.budget.amount.amount or 1),
                exceeded=each.exceeded,
                href=link("/records", measure="spend", **days, **narrowed),
            )
        )
    return out


def _told(told: dict[str, object], last: str) -> str:
    left, per_day = float(str(told["left"])), told["per_day"]
    if told["exceeded"]:
        return f"{money(-left)} more than you wanted, until {last}"
    a_day = f", {money(float(str(per_day)))} a day" if per_day is not None else ""
    return f"{money(left)} left until {last}{a_day}"


def _known(name: str) -> str:
    """The name as budgets know it, where it is one that this page offers."""
    if name.casefold() in {"everything", "all"}:
        return "all"
    return next((key for key in CATEGORIES if name_text(key).casefold() == name.casefold()), name)
