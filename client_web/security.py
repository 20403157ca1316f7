"""The door of the pages: who may come in, and what a page may do.

Other programs and web sites can reach a server on loopback: through DNS rebinding, forged requests, frames, or text in
the records. So: exact host and port, a link that works once, a session cookie, a token and an origin on every change,
and a policy under which injected markup neither runs nor sends anything. Checks run before any view.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

__all__ = ["Entry", "MisdirectedRequest", "Session", "guard"]

CODE_LIFE = 300.0
SESSION_LIFE = 12 * 3600.0
SESSION_IDLE = 3600.0
MAX_SESSIONS = 16
MAX_BODY = 64 * 1024
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_ENDPOINTS = frozenset({"entry.sign_in", "pod.callback", "static"})
"""Reached without a session: the sign-in link, the style sheets of the page that asks for one, and where an identity
provider sends the browser back to, with which browsers send no cookie."""


class MisdirectedRequest(HTTPException):
    """The request names a host that is not ours."""

    code = 421
    description = "This address does not lead here. Open the pages with the link that pod-agent serve prints."


class SignInRequired(HTTPException):
    """There is no live session."""

    code = 401
    description = "Sign in with the link that pod-agent serve prints; it works once."


class ForgedRequest(HTTPException):
    """A change that did not come from one of our own forms."""

    code = 403
    description = "This change did not come from your own pages, so nothing was changed. Go back and try again."


@dataclass(slots=True)
class Session:
    """One signed-in browser: the token its forms carry, and when it began and was last used (seconds)."""

    csrf: str
    began: float
    used: float


class Entry:
    """Sign-in codes and sessions of one server; safe for several threads. Nothing is kept on disk.

    Only hashes are held, so what is in memory opens no door; lookups by hash also take the same time for every guess.
    """

    def __init__(self, port: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.port = port
        self.cookie = f"pod-agent-{port}"
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
        digest, now, found = _digest(code), self._clock(), None
        with self._lock:
            for known in self._codes:
                if hmac.compare_digest(known, digest):
                    found = known
            live = found is not None and self._codes.pop(found) >= now
            self._codes = {known: until for known, until in self._codes.items() if until >= now}
            return self._begin(now) if live else None

    def session(self, secret: str) -> Session | None:
        """The live session of this secret, marked as used now."""
        now = self._clock()
        with self._lock:
            session = self._sessions.get(_digest(secret))
            if session is None:
                return None
            if now - session.began > SESSION_LIFE or now - session.used > SESSION_IDLE:
                del self._sessions[_digest(secret)]
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
    """Put the checks before every view of the app and the headers on every response."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @app.before_request
    def check() -> None:
        g.nonce = secrets.token_urlsafe(16)
        g.session = None
        if request.environ.get("HTTP_HOST", "") not in entry.hosts:
            raise MisdirectedRequest
        if request.method in SAFE_METHODS:
            _check_reader()
        else:
            _check_origin()
        if request.endpoint in OPEN_ENDPOINTS and request.method in SAFE_METHODS:
            return
        g.session = entry.session(request.cookies.get(entry.cookie, ""))
        if g.session is None:
            raise SignInRequired
        if request.method not in SAFE_METHODS:
            _check_token(g.session)

    app.after_request(_add_headers)
    app.context_processor(lambda: {"nonce": g.get("nonce", ""), "csrf": g.session.csrf if g.get("session") else ""})


def _check_origin() -> None:
    """Let a change in only from our own pages.

    Under ``Referrer-Policy: no-referrer`` browsers send ``Origin: null`` even to the same origin; then the browser's
    own word in Sec-Fetch-Site decides, which no page can forge.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site not in {None, "same-origin"}:
        raise ForgedRequest
    origin = request.headers.get("Origin", "null")
    ours = origin == f"http://{request.environ['HTTP_HOST']}"
    if not (ours or (origin == "null" and site == "same-origin")):
        raise ForgedRequest


def _check_reader() -> None:
    """Another page may link to ours, but not load from it: SameSite counts every port of 127.0.0.1 as one site."""
    if request.headers.get("Sec-Fetch-Site") in {None, "same-origin", "none"}:
        return
    if (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")) != ("navigate", "document"):
        raise ForgedRequest


def _check_token(session: Session) -> None:
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
        raise ForgedRequest


def _add_headers(response: Response) -> Response:
    nonce = g.get("nonce", "")
    headers = response.headers
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types htmx"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    kept = request.endpoint == "static" and response.status_code in {200, 304}
    headers["Cache-Control"] = "private, max-age=31536000, immutable" if kept else "no-store"
    return response


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
