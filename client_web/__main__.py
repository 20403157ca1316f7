"""``python -m client_web``: serve one agent's pages on 127.0.0.1 until it is stopped.

Prints a sign-in link; each line on standard input makes a new one. With ``--with-parent`` the end of standard input
ends the server, so that it never outlives the command that started it.
"""

from __future__ import annotations

import argparse
import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from waitress.server import MultiSocketServer, create_server

from client_web.app import create_app
from client_web.keeping import Keeping
from client_web.security import Entry
from pod_agent import Home
from vocab.errors import ProjectError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["main"]

HOST = "127.0.0.1"
STOPPING = (signal.SIGTERM, signal.SIGINT)


class _Later:
    """The application, made once the port is known."""

    application: WSGIApplication

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self.application(environ, start)


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; returns the exit status."""
    options = _options(arguments)
    home = Home(options.home)
    try:
        has_pod = bool(home.settings.pod)
    except ProjectError as error:
        sys.stderr.write(f"{error}\n{error.hint}\n")
        return error.exit_status
    keeping = Keeping(home, None)
    if has_pod:
        keeping.reopen()  # what is in the way, the page Pod tells and helps with
    later = _Later()
    try:
        server = create_server(later, host=HOST, port=options.port, threads=8, ident=None)
    except OSError:
        sys.stderr.write(f"Port {options.port} is taken. Choose another one with --port.\n")
        keeping.close()
        return 1
    if isinstance(server, MultiSocketServer) or server.socket is None:
        raise TypeError("one address makes one socket")
    port = int(server.socket.getsockname()[1])
    door = Entry(port)
    later.application = create_app(keeping, port, door=door, end=_end)
    _stop_in_order()
    _print_link(door)
    follow = partial(_follow_input, partial(_print_link, door), stop=options.with_parent)
    threading.Thread(target=follow, daemon=True).start()
    try:
        server.run()
    finally:
        server.close()
        keeping.close()
        home.forget_exports()
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m client_web", description="Your pages, on this machine only.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the agent")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; a free one if not given")
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    return parser.parse_args(arguments)


def _print_link(door: Entry) -> None:
    sys.stdout.write(door.link() + "\n")
    sys.stdout.flush()


def _end() -> None:
    """End this server from one of its own threads."""
    os.kill(os.getpid(), signal.SIGTERM)


def _stop_in_order() -> None:
    """Let the first SIGTERM or SIGINT end the process with status 0; those that come while it ends change nothing."""
    for number in STOPPING:
        signal.signal(number, _stop)


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


def _follow_input(line: Callable[[], object], *, stop: bool) -> None:
    """Call ``line`` for every line on standard input; with ``stop`` its end stops the process."""
    # Not sys.stdin: a thread that waits in it holds a lock that the interpreter wants at its end.
    while read := os.read(0, 1024):
        for _ in range(read.count(b"\n")):
            line()
    if stop:
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
