"""Pod: where the records are kept, the login to it, and what changes either: sync, link, move, unlink.

A login goes like this. The form names the person's WebID; the page that follows names the provider and leads there.
The provider sends the browser back to ``/pod/callback``. That is a navigation from another site, with which the
browser does not send the session's cookie (SameSite=Strict), so the callback needs no session: it keeps the answer
only if its ``state`` is that of a login which waits, shows nothing of it, and lets the browser go on to
``/pod/return``. This is a navigation within our own pages, so now the cookie is there; its form, with the session's
token, finishes the login, and only one which this very session began. So neither an answer that somebody else lures
the browser to nor one that is sent twice links anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from client_web.errors import BadAddressError, StrangeLoginError
from client_web.views.common import attempt, begin, go, is_served, pages, required, the_session
from client_web.works import Work

if TYPE_CHECKING:
    from client_web.waiting import LoginWaiting

__all__ = ["page"]

page = Blueprint("pod", __name__, url_prefix="/pod")
COUNTS = (
    ("sent", "written to the pod"),
    ("taken", "from your other devices"),
    ("merged", "changed by other programs"),
    ("repaired", "mended"),
    ("restored", "put back"),
    ("removed", "removed elsewhere"),
)
"""What a sync does to documents, in the order in which it is told."""


@page.get("/")
def show() -> str:
    """Where the records are, what came from where, and all that can be done with the pod as a whole."""
    keeping, works = pages().keeping, pages().works
    settings, problem = attempt(lambda: keeping.home.settings)
    if keeping.agent is None:
        return render_template("no_pod.html", settings=settings, problem=keeping.problem or problem)
    agent = keeping.agent
    served = is_served(agent)
    ends, _ = attempt(keeping.home.login_ends) if served else (None, None)
    move_to, _ = attempt(keeping.home.move_target)
    left, _ = attempt(keeping.home.left_copies)
    archive = works.last.get("export")
    return render_template(
        "pod.html",
        settings=agent.settings,
        root=agent.pod.root,
        served=served,
        ends=ends,
        move_to=move_to,
        left=left or [],
        sources=_sources(),
        synced=works.last.get("sync"),
        counts=COUNTS,
        told={kind: works.last[kind] for kind in ("link", "move", "remove-old", "erase-source") if _is_told(kind)},
        archive=archive.result if archive and archive.result and archive.result.path.exists() else None,
    )


@page.get("/state")
def state() -> str:
    """Whether the pod answers now: it is asked, so this may take a moment."""
    found, problem = attempt(pages().keeping.home.state)
    return render_template("pod_state.html", state=found, problem=problem)


@page.post("/begin")
def begin_here() -> Response:
    """Make a private folder on this machine the pod."""
    keeping = pages().keeping
    if keeping.agent is None:
        with keeping.changed():
            keeping.home.create()
    return go(url_for("pod.show"))


@page.post("/open")
def try_again() -> Response:
    """Open the pod again, after what was in the way is gone."""
    with pages().keeping.changed():
        """Leaving the block opens it."""
    return go(url_for("pod.show"))


@page.post("/sync")
def sync() -> Response:
    """Bring pod and machine together."""
    keeping = pages().keeping

    def run(work: Work) -> object:
        with keeping.used() as agent:
            return agent.sync(progress=lambda what, done: work.tell(what.capitalize(), done))

    return begin(Work("sync", "Syncing with your pod", url_for("pod.show", done="sync")), run)


@page.post("/link")
def link() -> Response:
    """Begin a login with the server of this WebID, to link it or to move there."""
    keeping, moves = pages().keeping, request.form.get("for") == "move"
    client = keeping.home.settings.client_document
    if client:
        command = "pod-agent pod move --to WEBID" if moves else "pod-agent pod link WEBID"
        raise BadAddressError("your settings name a client-ID document, which these pages cannot use", hint=command)
    # The guard has checked that this host is ours; a session holds for one host, so the login comes back to that one.
    back = f"http://{request.host}{url_for('pod.callback')}"
    linking = keeping.home.begin_link(required("address"), back, move=moves)
    if urlsplit(linking.authorization_url).scheme not in {"http", "https"}:
        raise BadAddressError("the identity provider gives no address to log in at")
    pages().logins.begin(the_session(), linking, moves=moves, withdraws=bool(request.form.get("withdraw")))
    return go(url_for("pod.login"))


@page.get("/login")
def login() -> Response | str:
    """Where the login is, before the browser goes there."""
    waiting = pages().logins.of(the_session())
    if waiting is None:
        return redirect(url_for("pod.show"), 303)
    address = waiting.linking.authorization_url
    return render_template("login.html", address=address, provider=urlsplit(address).netloc, moves=waiting.moves)


@page.get("/callback")
def callback() -> Response:
    """Take the answer of an identity provider, if a login waits for it; see above. HEAD uses nothing up."""
    if request.method == "HEAD":
        return Response(status=204)
    if not pages().logins.answered(request.query_string.decode("ascii", "replace")):
        raise StrangeLoginError("nobody here waits for this login")
    response = Response(render_template("callback.html"), mimetype="text/html")
    response.headers["Refresh"] = f"0; url={url_for('pod.come_back')}"
    return response


@page.get("/return")
def come_back() -> Response | str:
    """The form that finishes a login which was answered; it is sent by itself."""
    waiting = pages().logins.of(the_session())
    if waiting is None or not waiting.answer:
        return redirect(url_for("pod.show"), 303)
    return render_template("return.html", moves=waiting.moves)


@page.post("/finish")
def finish() -> Response:
    """Finish the login that this session began, and link or move."""
    waiting = pages().logins.finish(the_session())
    if waiting is None:
        raise StrangeLoginError("this login is over, or was not begun here")
    return _move(waiting) if waiting.moves else _link(waiting)


@page.post("/move")
def move() -> Response:
    """Move the pod onto this machine, or go on with a move that was begun."""
    embedded = required("to") == "here"
    return _start_move(embedded=embedded, withdraws=bool(request.form.get("withdraw")))


@page.post("/remove-old")
def remove_old() -> Response:
    """Remove the copies that moves have left."""
    keeping = pages().keeping

    def run(work: Work) -> object:
        with keeping.closed():
            return keeping.home.remove_old(progress=work.tell)

    return begin(Work("remove-old", "Removing the older copy", url_for("pod.show", done="remove-old")), run)


@page.post("/unlink")
def unlink() -> Response:
    """End the login and forget it."""
    keeping = pages().keeping

    def run(work: Work) -> object:
        with keeping.closed():
            work.tell("Ending the login")
            return keeping.home.unlink()

    return begin(Work("unlink", "Unlinking", url_for("pod.show", done="unlink")), run)


def _link(waiting: LoginWaiting) -> Response:
    keeping = pages().keeping

    def run(work: Work) -> object:
        with keeping.closed():
            work.tell("Trying out the login")
            settings = keeping.home.finish_link(waiting.linking, waiting.answer)
            work.tell("Reading the pod")
        return settings

    return begin(Work("link", "Linking your pod", url_for("pod.show", done="link")), run)


def _move(waiting: LoginWaiting) -> Response:
    return _start_move(embedded=False, withdraws=waiting.withdraws, waiting=waiting)


def _start_move(*, embedded: bool, withdraws: bool, waiting: LoginWaiting | None = None) -> Response:
    keeping = pages().keeping

    def run(work: Work) -> object:
        with keeping.closed():
            if waiting is not None:
                work.tell("Trying out the login")
                keeping.home.finish_link(waiting.linking, waiting.answer)
            work.tell("Looking at both pods")
            moved = keeping.home.move(embedded=embedded, withdraw_shares=withdraws, progress=work.tell)
            work.tell("Opening the pod in its new place")
        return moved

    return begin(Work("move", "Moving your pod", url_for("pod.show", done="move")), run)


def _is_told(kind: str) -> bool:
    """Whether the address asks to tell of this work, and it is done."""
    work = pages().works.last.get(kind)
    return request.args.get("done") == kind and work is not None and work.is_over and work.result is not None


def _sources() -> list[tuple[str, int, object, object]]:
    """Every source with its number of records and its first and last day."""
    agent = pages().keeping.agent
    if agent is None:
        return []
    found: dict[str, tuple[int, list[object]]] = {}
    for item in agent.coverage():
        records, days = found.setdefault(item.source, (0, []))
        days += [day for day in (item.first, item.last) if day is not None]
        found[item.source] = (records + item.records, days)
    return [
        (name, records, min(days, default=None), max(days, default=None))  # type: ignore[type-var]
        for name, (records, days) in sorted(found.items())
    ]
