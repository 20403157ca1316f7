"""What answers use: sources of records, what the person taught, and the language model."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.errors import BadAddressError
from client_web.views.common import attempt, go, required, the_agent
from client_web.views.for_you import SAYING
from vocab.hosts import is_loopback

__all__ = ["page"]

page = Blueprint("ask_uses", __name__, url_prefix="/ask/uses")
DONE = {
    "off": "Switched off: answers and search no longer use it, on all your devices.",
    "on": "Switched on again, on all your devices.",
    "forgot": "Taken back: it is no longer kept.",
}


@page.get("")
def show() -> str:
    """Every source, example and model."""
    assistant = the_agent().assistant
    models, problem = attempt(assistant.models.entries)
    chosen = assistant.models.chosen if models else None
    grants, _ = attempt(the_agent().grants) if chosen is not None and chosen.address else (None, None)
    return render_template(
        "ask_uses.html",
        sources=assistant.sources.listed(),
        examples=assistant.teaching.list(),
        models=models or (),
        problem=problem,
        elsewhere=chosen is not None and bool(chosen.address) and not is_loopback(urlsplit(chosen.address).hostname),
        allowed=[each for each in grants or () if chosen and each.get("address") == chosen.address],
        chosen=chosen,
        wording=chosen is not None and assistant.models.words_answers,
        done=DONE.get(request.args.get("done", ""), ""),
    )


@page.post("/sources")
def switch() -> Response:
    """Switch one source off or on for answers and search."""
    name, state = required("source"), required("state")
    if state not in {"off", "on"}:
        raise BadAddressError("that form is none of this page")
    with SAYING:
        the_agent().assistant.switch_sources(**{state: [name]})
    return go(url_for("ask_uses.show", done=state))


@page.post("/forget")
def forget() -> Response:
    """Take one example back."""
    with SAYING:
        the_agent().assistant.teaching.forget(required("example"))
    return go(url_for("ask_uses.show", done="forgot") + "#taught")
