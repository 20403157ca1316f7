"""What both servers' HTTP interfaces share: errors as JSON, hexadecimal paths, serving by waitress."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from types import FrameType

import msgspec
from flask import Flask, Response
from waitress.server import create_server
from werkzeug.exceptions import HTTPException

from vocab.errors import ProjectError, VocabularyError

__all__ = ["json_response", "make_app", "no_content", "serve", "url_bytes"]

MAX_BODY = 32_000_000
"""Bytes; more than any report or job."""
THREADS = 4

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
    """
    listening = socket.create_server((host, port))
    server = create_server(app, sockets=[listening], threads=THREADS, max_request_body_size=MAX_BODY)
    signal.signal(signal.SIGTERM, _stop)
    if with_parent:
        threading.Thread(target=_stop_with_input, daemon=True).start()
    sys.stdout.write(f"{app.name} listens on http://{host}:{listening.getsockname()[1]}/\n")
    sys.stdout.flush()
    try:
        server.run()
    finally:
        server.close()


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise SystemExit(0)


def _stop_with_input() -> None:
    while sys.stdin.buffer.read(1024):
        continue
    log.info("the parent is gone")
    signal.raise_signal(signal.SIGTERM)


def _error(status: int, code: str, message: str, hint: str) -> Response:
    return json_response(msgspec.json.encode({"code": code, "message": message, "hint": hint}), status)
