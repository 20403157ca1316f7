"""Long work: how far it is, and what became of it."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from client_web.views.common import go, pages

__all__ = ["page"]

page = Blueprint("working", __name__, url_prefix="/progress")


@page.get("/")
def show() -> Response | str:
    """The work that runs; when it is done, the page that tells of it."""
    work = pages().works.current
    if work is None:
        return go(url_for("pod.show"))
    if work.is_over and work.problem is None:
        return go(work.then)
    return render_template("work.html", work=work)
