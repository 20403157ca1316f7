"""A loopback server that writes down every byte of every connection, and passes the requests on to applications here.

Agents reach it as their forward proxy, so whatever they open a connection for is seen, whoever it is for.
"""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Self

import httpx

__all__ = ["Exchange", "Recorder"]


@dataclass(frozen=True)
class Exchange:
    """One request as it came over the wire; ``target`` is the server that it was for, ending in ``/``."""

    target: str
    head: bytes
    body: bytes

    @property
    def method(self) -> str:
        """PUT, GET and so on."""
        return self.head.split(b" ", 1)[0].decode()

    @property
    def shape(self) -> tuple[bytes, int]:
        """What is the same for everybody: the head without the report's random name, and the size of the body."""
        return re.sub(rb"(?<=/reports/)[0-9a-f]{32}", b"{report}", self.head), len(self.body)


@dataclass
class Recorder:
    """Use it in a ``with`` block; ``inner`` answers. ``connections`` counts those that were opened."""

    inner: httpx.BaseTransport
    exchanges: list[Exchange] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = _Listener(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def transport(self) -> httpx.HTTPTransport:
        """The network of one agent: real sockets, all of them to here."""
        return httpx.HTTPTransport(proxy=httpx.Proxy(f"http://127.0.0.1:{self._server.server_address[1]}"))

    def take(self) -> tuple[list[Exchange], int]:
        """What came since the last call, and over how many connections."""
        taken = self.exchanges, self.connections
        self.exchanges, self.connections = [], 0
        return taken


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


class _Handler(socketserver.StreamRequestHandler):
    owner: Recorder

    def handle(self) -> None:
        self.owner.connections += 1
        while head := self._head():
            length = re.search(rb"(?im)^content-length: *([0-9]+)\r$", head)
            body = self.rfile.read(int(length[1])) if length else b""
            method, url, *_ = head.decode("latin-1").split(" ")
            request = httpx.Request(method, url, headers=_headers(head), content=body)
            target = str(request.url.copy_with(raw_path=b"/"))
            self.owner.exchanges.append(Exchange(target, head, body))
            answer = self.owner.inner.handle_request(request)
            content = answer.read()
            lines = [f"HTTP/1.1 {answer.status_code} ok", f"content-length: {len(content)}"]
            kind = answer.headers.get("content-type")
            lines += [f"content-type: {kind}"] if kind else []
            self.wfile.write("\r\n".join([*lines, "", ""]).encode() + content)

    def _head(self) -> bytes:
        lines: list[bytes] = []
        while True:
            line = self.rfile.readline(65_537)
            if not line:
                return b""
            lines.append(line)
            if line == b"\r\n":
                return b"".join(lines)


def _headers(head: bytes) -> list[tuple[bytes, bytes]]:
    pairs = [line.split(b": ", 1) for line in head.split(b"\r\n")[1:] if line]
    return [(name, value) for name, value in pairs if not name.lower().startswith(b"proxy-")]
