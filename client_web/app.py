"""The pages as a WSGI application for one agent."""

from __future__ import annotations

import hashlib
import logging
import traceback
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from client_web.formatting import add_filters
from client_web.security import Entry, guard
from client_web.views import ask, dashboard, entry, imports, offers, records, sharing
from client_web.views.common import AGENT
from vocab.errors import ProjectError

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["create_app"]

LOGGER = logging.getLogger(__name__)


def create_app(agent: Agent, port: int, *, door: Entry | None = None) -> Flask:
    """The pages of this agent on 127.0.0.1 at ``port``; ``door`` makes the sign-in links."""
    app = Flask(__name__)
    app.extensions[AGENT] = agent
    app.extensions[entry.ENTRY] = door or Entry(port)
    guard(app, app.extensions[entry.ENTRY])
    add_filters(app, agent.settings.local_zone)
    app.jinja_env.globals["asset"] = _asset_address
    for view in (dashboard, records, offers, ask, sharing, imports, entry):
        app.register_blueprint(view.page)
    app.register_error_handler(ProjectError, _project_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    return app


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
