"""Where the person's browser brings the answer of a login: one request to this machine, then nothing listens there.

The way of native programs (RFC 8252, section 7.3): plain http on 127.0.0.1, a port that is free.
"""

from __future__ import annotations

import hmac
import html
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from pod_agent.errors import LoginFailedError
from pod_agent.pods.addresses import is_loopback

__all__ = ["RedirectListener"]

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>pod-agent</title>
<meta name="viewport" content="width=device-width"><style>:root{{color-scheme:light dark}}
body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}}</style>
<main><h1>{title}</h1><p>{text}</p></main></html>"""
_ARRIVED = ("You can close this page", "Your answer has reached pod-agent. It goes on in the window you came from.")
_OVER = ("This login is over", "Begin again in pod-agent if you still want to log in.")
_STRANGE = ("Nothing to see here", "pod-agent waits here for the answer to a login, and this is not it.")
_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",  # the address holds the code
    "x-content-type-options": "nosniff",
    "connection": "close",
}
_IDLE_SECONDS = 10.0


class RedirectListener:
    """Listens on 127.0.0.1 inside a ``with`` block; ``redirect_uri`` is what to tell the identity provider.

    ``redirect_uri`` as an argument is one that was agreed on before: its port is used if it names one.
    """

    def __init__(self, redirect_uri: str = "http://127.0.0.1/callback") -> None:
        parts = urlsplit(redirect_uri)
        if parts.scheme != "http" or not is_loopback(redirect_uri):
            raise LoginFailedError(f"{redirect_uri} does not lead to this machine")
        self._path = parts.path or "/"
        self._state = ""
        self._answers: queue.Queue[str] = queue.Queue()
        self._taken = threading.Lock()
        handler = type("Handler", (_Handler,), {"listener": self})
        try:
            self._http = ThreadingHTTPServer(("127.0.0.1", parts.port or 0), handler)
        except OSError as error:
            raise LoginFailedError(
                f"another program uses port {parts.port}, to which the login would come back",
                hint="End that program, or try again later.",
            ) from error
        self._http.daemon_threads = True
        self._thread: threading.Thread | None = None
        host = f"{parts.hostname}:{self._http.server_address[1]}"
        self.redirect_uri = parts._replace(netloc=host).geturl()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def wait(self, state: str, seconds: float = 600.0) -> str:
        """The query of the one request that carries this state; LoginFailedError where none comes in time."""
        self._state = state
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            raise LoginFailedError(
                f"nobody logged in within {seconds / 60:.0f} minutes", hint="Run the command again when you are ready."
            ) from None
        finally:
            self.close()

    def close(self) -> None:
        """Listen no longer."""
        if self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._thread = None
        self._http.server_close()

    def take(self, path: str) -> tuple[int, tuple[str, str], str | None]:
        """Look at one request; status and words of the page that answers it, and the query if it is the one."""
        parts = urlsplit(path)
        state = parse_qs(parts.query).get("state", [""])[-1]
        if parts.path != self._path or not hmac.compare_digest(state.encode(), self._state.encode()):
            return 404, _STRANGE, None
        if not self._taken.acquire(blocking=False):
            return 410, _OVER, None
        return 200, _ARRIVED, parts.query

    def deliver(self, query: str) -> None:
        """Hand the answer to whoever waits."""
        self._answers.put(query)


class _Handler(BaseHTTPRequestHandler):
    listener: RedirectListener
    timeout = _IDLE_SECONDS
    server_version = "pod-agent"
    sys_version = ""

    def do_GET(self) -> None:
        """Take the answer of a login, turn everything else away."""
        status, words, query = self.listener.take(self.path)
        try:
            self._show(status, *words)
        finally:  # the page comes first: with the answer the listener closes
            if query is not None:
                self.listener.deliver(query)

    def _show(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(title=html.escape(title), text=html.escape(text)).encode()
        self.send_response(status)
        for name, value in {**_HEADERS, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Log nothing: the request's line holds the code."""
