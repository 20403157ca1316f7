"""The portal's door: exact host and port, a sign-in link that works once, a session, and strict headers.

The portal only reads, so every method but GET and HEAD is refused and no form needs a token.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable
from typing import ClassVar

from flask import Flask, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from aggregator.errors import AggregatorError

__all__ = ["Entry", "guard"]

CODE_LIFE = 300.0
SESSION_LIFE = 12 * 3600.0
OPEN_ENDPOINTS = frozenset({"sign_in", "static"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; frame-ancestors 'none'; "
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
    """Another page tried to load from the portal."""

    code = "foreign_page"
    http_status: ClassVar[int] = 403


class Entry:
    """Sign-in codes and sessions of one portal, kept in memory as hashes; safe for several threads."""

    def __init__(self, port: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.port = port
        self.cookie = f"pod-aggregator-{port}"
        self._clock = clock
        self._lock = threading.Lock()
        self._codes: dict[bytes, float] = {}
        self._sessions: dict[bytes, float] = {}

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
            found = [known for known in self._codes if hmac.compare_digest(known, digest)]
            if not found or self._codes.pop(found[0]) < now:
                return None
            secret = secrets.token_urlsafe(32)
            self._sessions = {known: until for known, until in self._sessions.items() if until >= now}
            self._sessions[_digest(secret)] = now + SESSION_LIFE
            return secret

    def is_open(self, secret: str) -> bool:
        """Whether this secret is that of a live session."""
        with self._lock:
            return self._sessions.get(_digest(secret), -1.0) >= self._clock()


def guard(app: Flask, entry: Entry) -> None:
    """Put the checks before every page, the headers on every response, and the sign-in page into the app."""

    @app.before_request
    def check() -> None:
        if request.environ.get("HTTP_HOST", "") not in entry.hosts:
            raise MisdirectedError("this address does not lead here")
        if _is_foreign():
            raise ForeignPageError("another page tried to load this one")
        if request.endpoint not in OPEN_ENDPOINTS and not entry.is_open(request.cookies.get(entry.cookie, "")):
            raise SignInError("sign in first")

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

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        kept = request.endpoint == "static" and response.status_code in {200, 304}
        response.headers["Cache-Control"] = "private, max-age=3600" if kept else "no-store"
        return response


def _is_foreign() -> bool:
    """Whether a page of another origin loads from the portal; following a link from there is allowed."""
    if request.headers.get("Sec-Fetch-Site") in {None, "same-origin", "none"}:
        return False
    return (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")) != ("navigate", "document")


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
