"""Free ports of loopback, for servers that end with their parent."""

from __future__ import annotations

import socket
import sys

__all__ = ["free_port"]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that the system gives to nobody else while this process lives.

    On Linux a bound socket that does not listen keeps others away, and lets a server in that sets SO_REUSEADDR, as all
    of ours do, again and again. Elsewhere another program may take the port before the server does.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port = int(probe.getsockname()[1])
    if sys.platform == "linux":
        probe.detach()  # stays bound until this process ends
    else:
        probe.close()
    return port
