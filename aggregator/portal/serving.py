"""Serving the portal on 127.0.0.1: prints a sign-in link, and a new one for each line on standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from waitress.server import MultiSocketServer, create_server

from aggregator.errors import ServerStartError
from aggregator.leader import Leader
from aggregator.portal.app import create_app
from aggregator.portal.entry import Entry
from aggregator.portal.shelf import LeaderShelf
from aggregator.web import follow_input, stop_in_order

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["serve_portal"]


class _Later:
    """The application, made once the port is known."""

    application: WSGIApplication

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self.application(environ, start)


def serve_portal(leader: Leader, port: int = 0, *, with_parent: bool = False) -> None:
    """Serve until interrupted, and with ``with_parent`` no longer than standard input lasts.

    ServerStartError if the port is taken.
    """
    later = _Later()
    try:
        server = create_server(later, host="127.0.0.1", port=port, threads=4, ident=None)
    except OSError as error:
        raise ServerStartError(f"port {port} is taken", hint="Choose another --port.") from error
    if isinstance(server, MultiSocketServer) or server.socket is None:
        raise ServerStartError("one address makes one socket")
    door = Entry(int(server.socket.getsockname()[1]))
    later.application = create_app(LeaderShelf(leader), door.port, door=door)
    stop_in_order()
    _print_link(door)
    follow_input(line=partial(_print_link, door), stop=with_parent)
    try:
        server.run()
    finally:
        server.close()


def _print_link(door: Entry) -> None:
    sys.stdout.write(door.link() + "\n")
    sys.stdout.flush()
