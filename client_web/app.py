"""The pages as a WSGI application for one agent."""

from __future__ import annotations

import hashlib
import logging
import traceback
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from client_web.errors import BusyError
from client_web.formatting import add_filters
from client_web.keeping import Keeping
from client_web.security import OPEN_ENDPOINTS, Entry, guard
from client_web.views import (
    ahead,
    ask,
    ask_search,
    ask_uses,
    budgets,
    dashboard,
    entry,
    for_you,
    imports,
    inputs,
    leaving,
    log,
    offers,
    pod,
    records,
    requests,
    shares,
    sharing,
    working,
)
from client_web.views.common import AGENT, Pages
from pod_agent import Home
from vocab.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from pod_agent import Agent

__all__ = ["create_app"]

LOGGER = logging.getLogger(__name__)


AGENTLESS = OPEN_ENDPOINTS | {"entry.sign_out", "working.show", "leaving.goodbye"}
"""Shown whatever becomes of the agent meanwhile."""


def create_app(
    agent: Agent | Keeping, port: int, *, door: Entry | None = None, end: Callable[[], None] = lambda: None
) -> Flask:
    """The pages of this agent on 127.0.0.1 at ``port``; ``door`` makes the sign-in links.

    Pages that may change the pod as a whole open and close the agent themselves: whoever gives a ``Keeping`` closes
    that in the end. ``end`` stops the server: it is called after everything was erased.
    """
    app = Flask(__name__)
    keeping = agent if isinstance(agent, Keeping) else Keeping(Home(agent.home), agent)
    app.extensions[AGENT] = Pages(keeping, end)
    app.extensions[entry.ENTRY] = door or Entry(port)
    guard(app, app.extensions[entry.ENTRY])
    _lend(app)
    settings = keeping.agent.settings if keeping.agent else keeping.home.settings
    add_filters(app, settings.local_zone)
    app.jinja_env.globals["asset"] = _asset_address
    for view in (
        dashboard,
        ahead,
        records,
        for_you,
        inputs,
        offers,
        ask,
        ask_search,
        ask_uses,
        budgets,
        sharing,
        requests,
        shares,
        log,
        imports,
        pod,
        leaving,
        working,
        entry,
    ):
        app.register_blueprint(view.page)
    app.register_error_handler(ProjectError, _project_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    return app


def _lend(app: Flask) -> None:
    """Lend the agent to every request; while its home is changed as a whole, show how far that is instead."""
    shared: Pages = app.extensions[AGENT]

    @app.before_request
    def take() -> AnyResponse | None:
        if request.endpoint in AGENTLESS:
            return None
        if not shared.keeping.take():
            if request.method == "GET":
                return redirect(url_for("working.show"), 303)
            raise BusyError("your pod is being changed, so nothing else was done")
        g.borrowed = True
        if shared.keeping.agent is None and request.blueprint != "pod":
            return redirect(url_for("pod.show"), 303)
        return None

    @app.teardown_request
    def give_back(_: BaseException | None) -> None:
        if g.pop("borrowed", False):
            shared.keeping.give_back()


@lru_cache
def _asset_address(name: str) -> str:
    """Address of a static file that changes with its content, so that browsers may keep it for good."""
    content = files("client_web").joinpath("static", *name.split("/")).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _project_error(error: ProjectError) -> Response:
    return _error_page(error.http_status, str(error), error.hint)


def _http_error(error: HTTPException) -> Response:
    response = _error_page(error.code or 500, error.description or "", "")
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    """A fault of ours: the log names its kind and place only, for a message may hold what records say."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    LOGGER.error("%s in %s, line %s, while showing %s", type(error).__name__, last.name, last.lineno, request.endpoint)
    return _error_page(500, "Something went wrong here, and nothing was changed.", "Run: pod-agent doctor")


def _error_page(status: int, message: str, hint: str) -> Response:
    """An error as a page; htmx puts it in place of the whole content."""
    response = make_response(render_template("error.html", status=status, message=message, hint=hint), status)
    if request.headers.get("HX-Request"):
        response.headers["HX-Retarget"] = "#content"
        response.headers["HX-Reselect"] = "#content"
    return response
