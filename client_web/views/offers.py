"""Offers: public offers that fit what the person buys, each with its reason and records."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from client_web.errors import NotHeldError
from client_web.rows import record_row
from client_web.views.common import the_agent

__all__ = ["page"]

page = Blueprint("offers", __name__, url_prefix="/offers")
RECORDS_SHOWN = 200


@page.get("/")
def show() -> str:
    """Every offer that fits, best first."""
    agent = the_agent()
    return render_template(
        "offers.html",
        matches=agent.offers() if agent.settings.catalogue else [],
        catalogue=agent.settings.catalogue,
        held=bool(agent.coverage()),
    )


@page.get("/records")
def records() -> str:
    """The records because of which one offer is shown."""
    agent, wanted = the_agent(), request.args.get("offer", "")
    for match in agent.offers():
        if match.offer.iri == wanted:
            newest = sorted(match.evidence, reverse=True)[:RECORDS_SHOWN]
            rows = [record_row(record) for record in agent.show(newest)]
            return render_template("offer_records.html", match=match, rows=rows, count=len(match.evidence))
    raise NotHeldError("this offer does not fit any more")
