"""Ports of this machine: a free one, and whether one is taken."""

from __future__ import annotations

import socket
import sys

from pod_agent.errors import PodUnreachableError

__all__ = ["LOOPBACK", "free_port", "is_listening", "require_free"]

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that the system gives to nobody else while this process lives.

    On Linux a bound socket that does not listen keeps others away, and lets a server in that sets SO_REUSEADDR, as all
    of ours do, again and again. Elsewhere another program may take the port before the server does.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind((LOOPBACK, 0))
    port = int(probe.getsockname()[1])
    if sys.platform == "linux":
        probe.detach()  # stays bound until this process ends
    else:
        probe.close()
    return port


def is_listening(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def require_free(listen: str, port: int) -> None:
    """PodUnreachableError where another program listens there: it would be taken for our server, and told passwords."""
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen, port))
        except PermissionError as error:
            raise PodUnreachableError(
                f"this user may not listen on port {port}",
                hint="Take a port above 1023 behind a reverse proxy, or the systemd unit, which allows it.",
            ) from error
        except OSError as error:
            raise PodUnreachableError(
                f"another program uses port {port}, which the Solid server needs, or {listen} is not of this machine",
                hint="End that program: the pod's address cannot change.",
            ) from error
