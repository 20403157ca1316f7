"""The SuperLink's own process: Flower's application behind two doors, of which nodes see one.

Flower 1.41 serves its three interfaces (Fleet for nodes, Control and Runtime for operators) on one address, and the
open-source Control interface asks for no login. Here the same application listens twice: on the public address with TLS
it answers the paths in ``FLEET`` alone; on loopback it answers the rest, and only to who knows the secret of this
start. No path that hands out code is among them.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from typing import Any

import uvicorn

from aggregator.superlink import SECRET_HEADER, SECRET_VARIABLE

__all__ = ["FLEET", "fleet_door", "main", "private_door"]

FLEET = frozenset(
    f"/v1/fleet/{name}"
    for name in (
        "activate-node deactivate-node send-node-heartbeat pull-messages push-messages pull-object push-object"
        " confirm-message-received"
    ).split()
)
"""What a node may ask. Not among them: fetching code (``get-fab``), a run's settings, registering oneself."""
SELF_SERVICE = frozenset({"/v1/fleet/register-node", "/v1/fleet/unregister-node"})
"""Asked in addition where there is no node authentication, as in the demonstration."""
HEALTH = "/health"
MAX_BODY = 4_000_000
"""Bytes of a request of a node: a reply names a report."""
KEEP_ALIVE_SECONDS = 30

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def fleet_door(app: Application, *, self_service: bool) -> Application:
    """The application as nodes see it: ``FLEET``, the sign of life, and 404 for everything else."""
    paths = FLEET | {HEALTH} | (SELF_SERVICE if self_service else frozenset())

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in paths:
            await _refuse(scope, send, 404)
        elif _announced(scope) > MAX_BODY:
            await _refuse(scope, send, 413)
        else:
            await app(scope, receive, send)

    return door


def private_door(app: Application, secret: str) -> Application:
    """The application as this machine's operator sees it: everything, to who shows the secret."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        shown = dict(scope.get("headers", ())).get(SECRET_HEADER.encode(), b"")
        open_to_all = scope["type"] == "lifespan" or scope.get("path") == HEALTH
        if open_to_all or (scope["type"] == "http" and hmac.compare_digest(shown, secret.encode())):
            await app(scope, receive, send)
        else:
            await _refuse(scope, send, 403)

    return door


class _Server(uvicorn.Server):
    """A server that leaves signals to the process, which has two servers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close"})


def _announced(scope: Scope) -> int:
    """The length that a request says it has; more than is allowed where it says none or nonsense."""
    length = dict(scope.get("headers", ())).get(b"content-length", b"0")
    chunked = b"transfer-encoding" in dict(scope.get("headers", ()))
    return int(length) if length.isdigit() and not chunked else MAX_BODY + 1


def _servers(private_port: int, secret: str) -> Sequence[uvicorn.Server]:
    from flwr.supercore.http_logging import get_uvicorn_log_config  # noqa: PLC0415 - slow
    from flwr.supercore.logger import console_handler  # noqa: PLC0415
    from flwr.superlink.cli.flower_superlink import (  # noqa: PLC0415
        SuperLinkLifespan,
        _parse_superlink_lifespan_config,
    )
    from flwr.superlink.main import create_app  # noqa: PLC0415

    config = _parse_superlink_lifespan_config()
    app = create_app(config, SuperLinkLifespan)
    shared: dict[str, Any] = {
        "log_config": get_uvicorn_log_config(console_handler.level),
        "timeout_keep_alive": KEEP_ALIVE_SECONDS,
    }
    private = uvicorn.Config(private_door(app, secret), host="127.0.0.1", port=private_port, **shared)
    public = uvicorn.Config(
        fleet_door(app, self_service=not config.enable_supernode_auth),
        host=config.host,
        port=config.port,
        lifespan="off",  # the private door runs it, once
        ssl_keyfile=config.ssl_keyfile,
        ssl_certfile=config.ssl_certfile,
        **shared,
    )
    return _Server(private), _Server(public)


async def _serve(servers: Sequence[uvicorn.Server]) -> None:
    def stop() -> None:
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    await asyncio.gather(*(server.serve() for server in servers))


def main() -> None:
    """Stop when the parent is gone, else serve: the arguments are its process id, the private port, Flower's own."""
    from flwr.supercore.app_utils import start_parent_process_monitor  # noqa: PLC0415

    parent, private_port = int(sys.argv.pop(1)), int(sys.argv.pop(1))
    secret = os.environ.pop(SECRET_VARIABLE)
    start_parent_process_monitor(parent)
    asyncio.run(_serve(_servers(private_port, secret)))


if __name__ == "__main__":
    main()
