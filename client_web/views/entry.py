"""Signing in with the link that works once, and signing out."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from client_web.errors import PageError
from client_web.security import Entry
from client_web.views.common import pages, the_session

__all__ = ["ENTRY", "page"]

page = Blueprint("entry", __name__)
ENTRY = "entry"
"""Key of the entry among the app's extensions."""


class UsedLinkError(PageError):
    """The sign-in link was used before, or is too old."""

    code = "used_link"
    hint = "Press Enter where pod-agent serve runs: it prints a new link."
    http_status = 403


@page.get("/login")
def sign_in() -> Response:
    """Trade the code of the link for a session; only a GET does, so that a preview by HEAD uses nothing up."""
    if request.method == "HEAD":
        return Response(status=204)
    entry = _entry()
    secret = entry.redeem(request.args.get("code", ""))
    if secret is None:
        raise UsedLinkError("this link was used before, or is too old")
    response = redirect(url_for("dashboard.show"), 303)
    response.set_cookie(entry.cookie, secret, httponly=True, samesite="Strict", path="/")
    return response


@page.post("/sign-out")
def sign_out() -> Response:
    """End this browser's session."""
    entry = _entry()
    pages().talks.end(the_session().csrf)
    entry.end(request.cookies.get(entry.cookie, ""))
    response = redirect(url_for("dashboard.show"), 303)
    response.delete_cookie(entry.cookie, path="/", httponly=True, samesite="Strict")
    return response


def _entry() -> Entry:
    entry: Entry = current_app.extensions[ENTRY]
    return entry
