"""The portal's door: exact host and port, a sign-in link that works once, a session, and strict headers.

The door of the person's pages, made smaller (docs/decisions/0003-two-doors.md): there is no script, and signing out is
the one change that a page can ask for.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from flask import Flask, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from aggregator.errors import AggregatorError

__all__ = ["Entry", "Session", "guard"]

CODE_LIFE = 300.0
SESSION_LIFE = 12 * 3600.0
SESSION_IDLE = 3600.0
MAX_SESSIONS = 16
MAX_BODY = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_ENDPOINTS = frozenset({"sign_in", "static"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class MisdirectedError(AggregatorError):
    """The request names a host that is not ours."""

    code = "misdirected"
    hint = "Open the portal by the link that it prints at its start."
    http_status: ClassVar[int] = 421


class SignInError(AggregatorError):
    """There is no live session, or the link was used before."""

    code = "sign_in"
    hint = "Open the portal by the link that it prints; it works once."
    http_status: ClassVar[int] = 401


class ForeignPageError(AggregatorError):
    """Another page tried to load from the portal, or to change something there."""

    code = "foreign_page"
    http_status: ClassVar[int] = 403


@dataclass(slots=True)
class Session:
    """One signed-in browser: the token its forms carry, and when it began and was last used (seconds)."""

    csrf: str
    began: float
    used: float


class Entry:
    """Sign-in codes and sessions of one portal, kept in memory as hashes; safe for several threads."""

    def __init__(self, port: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.port = port
        self.cookie = f"pod-aggregator-{port}"
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[bytes, float] = {}
        self._sessions: dict[bytes, Session] = {}

    @property
    def hosts(self) -> frozenset[str]:
        """The Host headers that are ours, port included."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}", f"[::1]:{self.port}"})

    def link(self) -> str:
        """A new sign-in link: 256 random bits, good once within five minutes."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._codes[_digest(code)] = self._clock() + CODE_LIFE
        return f"http://127.0.0.1:{self.port}/login?code={code}"

    def redeem(self, code: str) -> str | None:
        """The secret of a new session for a live code, which is used up; None for any other."""
        digest, now = _digest(code), self._clock()
        with self._lock:
            until = self._codes.pop(digest, -1.0)
            self._codes = {known: until for known, until in self._codes.items() if until >= now}
            return self._begin(now) if until >= now else None

    def session(self, secret: str) -> Session | None:
        """The live session of this secret, marked as used now."""
        digest, now = _digest(secret), self._clock()
        with self._lock:
            session = self._sessions.get(digest)
            if session is None:
                return None
            if now - session.began > SESSION_LIFE or now - session.used > SESSION_IDLE:
                del self._sessions[digest]
                return None
            session.used = now
            return session

    def end(self, secret: str) -> None:
        """Sign this browser out."""
        with self._lock:
            self._sessions.pop(_digest(secret), None)

    def _begin(self, now: float) -> str:
        secret = secrets.token_urlsafe(32)
        while len(self._sessions) >= MAX_SESSIONS:
            del self._sessions[min(self._sessions, key=lambda key: self._sessions[key].used)]
        self._sessions[_digest(secret)] = Session(csrf=secrets.token_urlsafe(32), began=now, used=now)
        return secret


def guard(app: Flask, entry: Entry) -> None:
    """Put the checks before every page, the headers on every response, signing in and out into the app."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @app.before_request
    def check() -> None:
        if request.environ.get("HTTP_HOST", "") not in entry.hosts:
            raise MisdirectedError("this address does not lead here")
        safe = request.method in SAFE_METHODS
        if _is_foreign() if safe else _is_forged():
            raise ForeignPageError("this did not come from the portal's own pages")
        g.session = entry.session(request.cookies.get(entry.cookie, ""))
        if g.session is None and not (safe and request.endpoint in OPEN_ENDPOINTS):
            raise SignInError("sign in first")
        if not safe and not hmac.compare_digest(request.form.get("csrf", "").encode(), g.session.csrf.encode()):
            raise ForeignPageError("this did not come from the portal's own pages")

    @app.get("/login")
    def sign_in() -> BaseResponse:
        if request.method == "HEAD":
            return Response(status=204)
        secret = entry.redeem(request.args.get("code", ""))
        if secret is None:
            raise SignInError("this link was used before, or is too old")
        response = redirect(url_for("overview"), 303)
        response.set_cookie(entry.cookie, secret, httponly=True, samesite="Strict", path="/")
        return response

    @app.post("/sign-out")
    def sign_out() -> BaseResponse:
        entry.end(request.cookies.get(entry.cookie, ""))
        response = redirect(url_for("overview"), 303)
        response.delete_cookie(entry.cookie, path="/", httponly=True, samesite="Strict")
        return response

    app.context_processor(lambda: {"csrf": g.session.csrf if g.get("session") else ""})
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    kept = request.endpoint == "static" and response.status_code in {200, 304}
    response.headers["Cache-Control"] = "private, max-age=3600" if kept else "no-store"
    return response


def _is_foreign() -> bool:
    """Whether a page of another origin loads from the portal; following a link from there is allowed."""
    if request.headers.get("Sec-Fetch-Site") in {None, "same-origin", "none"}:
        return False
    return (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")) != ("navigate", "document")


def _is_forged() -> bool:
    """Whether a change comes from elsewhere than our own pages.

    Under ``Referrer-Policy: no-referrer`` a browser sends ``Origin: null``; then its own word on the site decides.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    if site not in {None, "same-origin"}:
        return True
    return origin != f"http://{request.environ['HTTP_HOST']}" and (origin, site) != ("null", "same-origin")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
