"""Search: the things in the records that fit a text best, why, and the records behind each."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.answers import founds_of
from client_web.views.common import begin, go, pages, the_agent
from client_web.works import Work

__all__ = ["page"]

page = Blueprint("ask_search", __name__, url_prefix="/ask/search")
LONGEST = 400
FIRST, MORE = 3, 12


@page.get("")
def show() -> str:
    """The form."""
    return _page("")


@page.post("")
def find() -> str | Response:
    """What is found; the text is sent in the body, so it stays out of the browser's history."""
    work = pages().works.current
    if work is not None and work.kind == "search" and not work.is_over:
        return go(url_for("working.show"))
    return _page(" ".join(request.form.get("text", "").split())[:LONGEST], MORE if "more" in request.form else FIRST)


@page.post("/prepare")
def prepare() -> Response:
    """Make what search by meaning needs, once; it takes a minute or so."""
    keeping = pages().keeping

    def run(work: Work) -> None:
        with keeping.used() as agent:
            agent.assistant.searching.prepare(lambda done, whole: work.tell("Reading what you have", done, whole))

    return begin(Work("search", "Preparing search by meaning", url_for("ask_search.show")), run)


def _page(text: str, most: int = FIRST) -> str:
    agent = the_agent()
    desk = agent.assistant.searching
    hits = desk.find(text, agent.today(), limit=most, wait=False) if text else []
    return render_template(
        "ask_search.html",
        text=text,
        found=founds_of(agent, [hit.to_json() for hit in hits]),
        more=most == FIRST and len(hits) == FIRST,
        lacking=desk.lacking(),
    )
