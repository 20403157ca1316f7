"""Sharing with one person by their WebID: chosen, shown exactly, given, listed and taken back."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.errors import BadAddressError, NotHeldError
from client_web.views.common import begin, go, is_served, pages, required, the_agent, the_session
from client_web.works import Work
from vocab.errors import ProjectError
from vocab.taxonomy import CATEGORIES

if TYPE_CHECKING:
    from pod_agent import Agent

__all__ = ["is_due", "listed", "page"]

page = Blueprint("shares", __name__, url_prefix="/sharing/with")
SHARE_DAYS = 90
MONTHS = (1, 3, 6, 12, 24, 60)
TOPICS = {
    "transaction": ("spending", "income"),
    "listen": ("listening", "podcasts"),
    "view": ("watching",),
    "order": ("orders",),
    "order-line": ("products",),
    "sleep": ("sleep",),
}
"""What can be shared of each kind of record that is held."""
LEVELS = frozenset({"records", "monthly"})
MONTHLY_ONLY = frozenset({"orders", "products"})
CHANGES = threading.Lock()
OVER = frozenset({"withdrawn", "expired"})


def listed(agent: Agent) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The shares that somebody may still read, or that are not all closed yet, and those that are over."""
    found = agent.shares.listed() if is_served(agent) else []
    live = [share for share in found if share["status"] not in OVER or share.get("outstanding")]
    return live, [share for share in found if share not in live]


@page.get("/")
def new() -> str:
    """The form: who, what, for how long and what for."""
    agent = the_agent()
    return render_template(
        "share.html",
        served=is_served(agent),
        topics=_topics(agent),
        categories=[name for name in CATEGORIES if name != "health"],
        monthly_only=MONTHLY_ONLY,
        months=MONTHS,
        until=agent.today() + timedelta(days=SHARE_DAYS),
        last=agent.today() + timedelta(days=365),
    )


@page.post("/preview")
def preview() -> str:
    """Exactly what the person named could read; nothing is shared yet."""
    agent, recipient = the_agent(), required("to")
    what = request.form.getlist("what") + request.form.getlist("category")
    if not what:
        raise BadAddressError("you chose nothing to share")
    level = required("level")
    if level not in LEVELS:
        raise BadAddressError("the form does not say how finely")
    draft = agent.shares.draft(
        recipient,
        what,
        required("purpose"),
        months=_number(required("months")),
        until=_day(required("until")),
        level=level,
        today=agent.today(),
    )
    token = pages().shown.keep(the_session(), draft)
    return render_template("share_preview.html", draft=draft, to=recipient, token=token)


@page.post("/give")
def give() -> Response:
    """Share what was shown, once."""
    draft = pages().shown.take(the_session(), required("token"))
    if draft is None:
        if pages().works.is_running:
            return go(url_for("working.show"))
        raise NotHeldError("this was shared already, or shown too long ago", hint="Look at the list, or choose again.")
    keeping = pages().keeping

    def run(work: Work) -> object:
        work.tell(f"Writing {len(draft.documents):,} documents, closed to everybody else")
        with keeping.used() as agent, CHANGES:
            return agent.shares.give(draft)

    return begin(Work("share", "Sharing", url_for("sharing.show", done="shared")), run)


@page.post("/withdraw")
def withdraw() -> Response:
    """Take one share back, at once."""
    with CHANGES:
        the_agent().shares.withdraw(required("share"))
    return go(url_for("sharing.show", done="unshared"))


@page.post("/close")
def close_over() -> Response:
    """End the shares whose day has come, and what could not be closed before."""
    with CHANGES:
        left = the_agent().shares.catch_up().outstanding
    return go(url_for("sharing.show", done="not-closed" if left else "closed"))


@page.post("/look")
def look() -> Response:
    """Read the access rules of everything in the pod."""
    keeping = pages().keeping

    def run(work: Work) -> object:
        def seen() -> None:
            work.tell("Reading access rules", work.done + 1)

        with keeping.used() as agent:
            return agent.shares.who(seen)

    return begin(Work("who", "Looking at who can read what", url_for("shares.who")), run)


@page.get("/who")
def who() -> str:
    """Who can read what, as the server's own rules said when they were read."""
    work = pages().works.last.get("who")
    done = work if work is not None and work.is_over and work.result is not None else None
    found = done.result.to_json() if done else None
    return render_template("who.html", found=found, at=done.ended if done else None, served=is_served(the_agent()))


@page.post("/hide")
def hide() -> Response:
    """Let strangers list the top of the storage no longer."""
    with CHANGES:
        shares = the_agent().shares
        storage = shares.public_listing()
        if storage is not None:
            shares.close_listing(storage)
    pages().works.last.pop("who", None)
    return go(url_for("sharing.show", done="hidden" if storage else "was-hidden"))


def _topics(agent: Agent) -> list[str]:
    """What is held and can be shared, by its name."""
    found: dict[str, None] = {}
    for item in agent.coverage():
        for name in (item.measure,) if item.measure else TOPICS.get(item.type_name, ()):
            found[name] = None
    return list(found)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadAddressError("the form names no number of months") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadAddressError("the form names no last day", hint="Write it like 2027-03-31.") from None


def is_due(agent: Agent) -> bool:
    """Whether shares are over that are not closed, as far as this machine knows."""
    try:
        return is_served(agent) and agent.shares.is_due()
    except ProjectError:
        return False
