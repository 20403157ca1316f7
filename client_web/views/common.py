"""What every page needs: the agent, its home, the work that runs, and the period in the address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from flask import current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from client_web.errors import BadAddressError, BusyError
from client_web.keeping import Keeping
from client_web.periods import Period, read_period
from client_web.remembering import Remembered
from client_web.security import Session
from client_web.talks import Talks
from client_web.waiting import Logins, Shown
from client_web.works import Work, Works
from vocab.errors import ProjectError

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = [
    "AGENT",
    "Pages",
    "attempt",
    "begin",
    "chosen_period",
    "go",
    "held_span",
    "is_served",
    "pages",
    "required",
    "the_agent",
    "the_session",
]

T = TypeVar("T")

AGENT = "pod_agent"
"""Key of what the pages share among the app's extensions."""


@dataclass(slots=True)
class Pages:
    """What all pages of one server share; ``end`` stops the server, once there is nothing left to show."""

    keeping: Keeping
    end: Callable[[], None]
    works: Works = field(default_factory=Works)
    logins: Logins = field(default_factory=Logins)
    shown: Shown = field(default_factory=Shown)
    remembered: Remembered = field(default_factory=Remembered)
    talks: Talks = field(default_factory=Talks)


def pages() -> Pages:
    """What these pages share."""
    found: Pages = current_app.extensions[AGENT]
    return found


def the_agent() -> Agent:
    """The agent whose pages these are; BusyError where there is none now."""
    agent = pages().keeping.agent
    if agent is None:
        raise BusyError("there is no pod now", hint="Open the page Pod.")
    return agent


def the_session() -> Session:
    """The session of this request, which the door has checked."""
    session: Session = g.session
    return session


def is_served(agent: Agent) -> bool:
    """Whether the pod is on a server."""
    return agent.settings.pod not in {"", "embedded"}


def begin(work: Work, run: Callable[[Work], Any]) -> Response:
    """Start work and show how far it is; what runs already is shown instead, so a second click starts nothing."""
    pages().works.start(work, run)
    return go(url_for("working.show"))


def go(address: str) -> Response:
    """Go on at another page of ours, also where htmx asked."""
    if request.headers.get("HX-Request"):
        return Response(status=200, headers={"HX-Redirect": address})
    return redirect(address, 303)


def attempt(read: Callable[[], T]) -> tuple[T | None, ProjectError | None]:
    """What is read, or why it cannot be: parts of a page may fail alone."""
    try:
        return read(), None
    except ProjectError as error:
        return None, error


def required(name: str) -> str:
    """A field of the form that was sent; BadAddressError where it is empty."""
    value = request.form.get(name, "").strip()
    if not value:
        raise BadAddressError(f"the form names no {name}")
    return value


def held_span(agent: Agent, type_name: str | None = None) -> tuple[date, date] | None:
    """First and last day with records, of one kind or of all; None where there are none."""
    found = [item for item in agent.coverage() if type_name in {None, item.type_name}]
    days = [day for item in found for day in (item.first, item.last) if day is not None]
    return (min(days), max(days)) if days else None


def chosen_period(agent: Agent) -> Period:
    """The period that this request's address names."""
    arguments = request.args
    return read_period(
        arguments.get("period", ""),
        arguments.get("from", ""),
        arguments.get("to", ""),
        today=agent.today(),
        held=held_span(agent),
    )
