"""What both servers' HTTP interfaces share: errors as JSON, hexadecimal paths, serving by waitress, ending."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import msgspec
from flask import Flask, Response
from waitress.server import create_server
from werkzeug.exceptions import HTTPException

from aggregator.errors import ServerStartError
from vocab.errors import ProjectError, VocabularyError

__all__ = ["follow_input", "json_response", "make_app", "no_content", "serve", "stop_in_order", "url_bytes"]

MAX_BODY = 32_000_000
"""Bytes; more than any report or job."""
THREADS = 16
"""More than cores: uploads that wait for the disk wait together."""
RECEIVED = 2**18
IN_MEMORY = 2**20
"""Bytes read from a connection at a time, and kept of a request before it goes to a file: a report has up to 0.8 MB."""
STOPPING = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger(__name__)


def make_app(name: str) -> Flask:
    """A Flask application whose every error is ``{"code", "message", "hint"}``."""
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @app.errorhandler(ProjectError)
    def refused(error: ProjectError) -> Response:
        return _error(error.http_status, error.code, str(error), error.hint)

    @app.errorhandler(HTTPException)
    def not_served(error: HTTPException) -> Response:
        code = error.name.lower().replace(" ", "_")
        return _error(error.code or 500, code, error.description or error.name, "")

    @app.get("/health")
    def health() -> Response:
        return json_response(msgspec.json.encode({"server": name}))

    return app


def json_response(body: bytes, status: int = 200) -> Response:
    """A JSON response."""
    return Response(body, status, content_type="application/json")


def no_content(status: int) -> Response:
    """A response without a body."""
    return Response(b"", status)


def url_bytes(text: str, length: int) -> bytes:
    """The bytes that a path names in lower-case hexadecimal; VocabularyError."""
    if len(text) != 2 * length or not set(text) <= set("0123456789abcdef"):
        raise VocabularyError(f"an address names {length} bytes in lower-case hexadecimal here")
    return bytes.fromhex(text)


def serve(app: Flask, host: str, port: int, *, with_parent: bool = False) -> None:
    """Serve until the process is told to stop; says where on standard output once the socket listens.

    With ``with_parent`` the process also ends when its standard input does, so that it never outlives its parent.
    ServerStartError if the port is taken or the address is not this machine's.
    """
    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise ServerStartError(
            f"the {app.name} cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}",
            hint="Stop what listens there, or write another port into the settings in its folder.",
        ) from error
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        max_request_body_size=MAX_BODY,
        recv_bytes=RECEIVED,
        inbuf_overflow=IN_MEMORY,
    )
    stop_in_order()
    if with_parent:
        follow_input(stop=True)
    sys.stdout.write(f"{app.name} listens on http://{host}:{listening.getsockname()[1]}/\n")
    sys.stdout.flush()
    try:
        server.run()
    finally:
        server.close()


def stop_in_order() -> None:
    """Let the first SIGTERM or SIGINT end the process with status 0; those that come while it ends change nothing."""
    for number in STOPPING:
        signal.signal(number, _stop)


def follow_input(*, line: Callable[[], object] = lambda: None, stop: bool) -> None:
    """Call ``line`` for every line on standard input, in a thread; with ``stop`` its end stops the process."""
    threading.Thread(target=_follow_input, args=(line, stop), daemon=True).start()


def _follow_input(line: Callable[[], object], stop: bool) -> None:  # noqa: FBT001 - a thread's target
    # Not sys.stdin: a thread that waits in it holds a lock that the interpreter wants at its end.
    while read := os.read(0, 1024):
        for _ in range(read.count(b"\n")):
            line()
    if stop:
        log.info("standard input has ended")
        os.kill(os.getpid(), signal.SIGTERM)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    for again in STOPPING:
        signal.signal(again, _stopping)  # not SIG_IGN: Python prints a traceback for a signal that waits already
    atexit.register(_ignore)
    raise SystemExit(0)


def _ignore() -> None:
    """Keep signals away from the last moments, in which Python gives every other handler's place back."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


def _stopping(number: int, frame: FrameType | None) -> None:
    """The process ends already."""


def _error(status: int, code: str, message: str, hint: str) -> Response:
    return json_response(msgspec.json.encode({"code": code, "message": message, "hint": hint}), status)
