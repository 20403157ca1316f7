"""A WSGI application on a free loopback port, in a thread that ends with the block."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["served"]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base class)
        """Say nothing."""


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for every connection: browsers open some ahead and leave them idle."""

    daemon_threads = True


@contextmanager
def served(make: Callable[[int], WSGIApplication]) -> Iterator[int]:
    """Serve what ``make`` makes for the port; yields the port."""
    applications: list[WSGIApplication] = []

    def later(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return applications[0](environ, start)

    with make_server("127.0.0.1", 0, later, server_class=_Server, handler_class=_Quiet) as server:
        applications.append(make(server.server_port))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
