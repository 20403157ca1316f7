"""A pod's server that sends notifications: the strict HTTP server with a subscription service and real web sockets."""

from __future__ import annotations

import json
import threading
from types import TracebackType
from typing import Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from pod_agent.pods.hosting.ports import free_port
from tests.support.strict_server import StrictServer

__all__ = ["SocketServer"]

DESCRIPTION = """@prefix notify: <http://www.w3.org/ns/solid/notifications#> .
</> notify:subscription </hooks>, </subscribe> .
</hooks> notify:channelType notify:WebhookChannel2023 .
</subscribe> notify:channelType notify:WebSocketChannel2023 .
"""


class SocketServer:
    """Use it in a ``with`` block. ``topic`` is the resource to watch, ``answer`` what a subscription is answered."""

    def __init__(self) -> None:
        self.http = StrictServer()
        self.opened: list[ServerConnection] = []
        self._arrived = threading.Condition()
        self._sockets: Server | None = None
        self.port = free_port()

    def __enter__(self) -> Self:
        self.http.__enter__()
        self.topic = f"{self.http.address}pod-agent/manifest.ttl"
        self.http.stored["/pod-agent/manifest.ttl"] = (b"", "text/turtle")
        link = '</description>; rel="http://www.w3.org/ns/solid/terms#storageDescription"'
        self.http.headers["/pod-agent/manifest.ttl"] = [("link", link)]
        self.http.stored["/description"] = (DESCRIPTION.encode(), "text/turtle")
        self.start_sockets()
        self.answer = {"id": f"{self.http.address}channel", "receiveFrom": f"ws://127.0.0.1:{self.port}/secret"}
        self.http.stored["/channel"] = (b"", "text/turtle")
        self.publish(self.answer)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_sockets()
        self.http.__exit__(kind, error, trace)

    def publish(self, answer: object) -> None:
        """Answer subscriptions with this JSON from now on."""
        self.http.stored["/subscribe"] = (json.dumps(answer).encode(), "application/ld+json")

    def start_sockets(self) -> None:
        """Take web sockets, at the same port as before."""
        self._sockets = serve(self._hold, "127.0.0.1", self.port)
        self.port = self._sockets.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._sockets.serve_forever)
        self._thread.start()

    def stop_sockets(self) -> None:
        """Cut every web socket and take no more."""
        if self._sockets is not None:
            self._sockets.shutdown()
            for connection in self.opened:
                connection.close()
            self._thread.join()
            self._sockets = None

    def connection(self, number: int) -> ServerConnection:
        """The web socket that was opened as this one, counted from 0, as soon as it is open."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.opened) > number, 60)
            return self.opened[number]

    def _hold(self, connection: ServerConnection) -> None:
        with self._arrived:
            self.opened.append(connection)
            self._arrived.notify_all()
        try:
            for _ in connection:
                pass
        except ConnectionClosed:
            return
