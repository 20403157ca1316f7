"""The first page: where the money and the time went."""

from __future__ import annotations

import json
from dataclasses import asdict

from flask import Blueprint, render_template

from client_web import charts, figures
from client_web.periods import CHOICES, Period
from client_web.views.common import chosen_period, held_span, the_agent

__all__ = ["page"]

page = Blueprint("dashboard", __name__)


@page.get("/")
def show() -> str:
    """Figures, charts and rankings of one period; with no records at all, the way to get some."""
    agent = the_agent()
    if not agent.coverage():
        return render_template("welcome.html")
    period = chosen_period(agent)
    money_held, music_held = held_span(agent, "transaction"), held_span(agent, "listen")
    pace = figures.pace(agent, period) if money_held else None
    spend = figures.months(agent, period, "spend", money_held[0]) if money_held else []
    heard = figures.months(agent, period, "listening_minutes", music_held[0]) if music_held else []
    return render_template(
        "dashboard.html",
        period=period,
        choices=CHOICES,
        headline=figures.headline(agent, period),
        spend=spend,
        spend_chart=charts.columns(spend, title=f"Spending by month up to {period.label}"),
        heard=heard,
        heard_chart=charts.columns(heard, title=f"Minutes listened by month up to {period.label}"),
        categories=figures.ranking(agent, period, "spend", "category", limit=12),
        stores=figures.stores(agent, period),
        artists=figures.ranking(agent, period, "plays", "artist", limit=6),
        pace=pace,
        pace_values=json.dumps(asdict(pace)) if pace else "",
        bar=charts.bar,
        newest=_newest_note(period, held_span(agent)),
    )


def _newest_note(period: Period, held: tuple[object, object] | None) -> str:
    return "" if held is None or str(held[1]) >= period.first.isoformat() else f"Your newest records are of {held[1]}."
