"""A small real proxy between the agent and a Solid server, which breaks a chosen request in a chosen way.

It speaks HTTP/1.1 with one request for each connection, so that every byte has its place: a request can be stopped
before it, in the middle of it, or after the server has done what it says and before the agent learns of it. The server
behind it is started with the proxy's address as its own (``ProxiedServer``), so proofs and record IRIs are right.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, cast

from pod_agent.pods.hosting.server import SolidServer

__all__ = ["Fault", "FaultProxy", "ProxiedServer", "Request", "Script", "nth"]

_BLOCK = 1 << 16
_SECONDS = 60.0


@dataclass(frozen=True)
class Request:
    """What the agent asked for; ``number`` counts its requests from 0, ``of_method`` those of its method."""

    method: str
    path: str
    number: int
    of_method: int


@dataclass(frozen=True)
class Fault:
    """What happens to one request; ``act`` is called at that moment, ``part`` says how much passes (0 to 1).

    ``answer``: the proxy answers by itself. ``request``: that part of it goes to the server, then both connections
    close. ``response``: it is done, and that part of the answer comes back. ``stall``: a pause in the request.
    """

    kind: Literal["answer", "request", "response", "stall"]
    part: float = 0.0
    status: int = 500
    headers: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    act: Callable[[], None] = field(default=lambda: None)


Script = Callable[[Request], Fault | None]


def nth(method: str, number: int, fault: Fault) -> Script:
    """Let this fault happen to the request with this number (from 0) among those of its method, once."""
    return lambda request: fault if (request.method, request.of_method) == (method, number) else None


class FaultProxy:
    """Use it in a ``with`` block; ``target`` is the port behind it. Requests of others than the agent just pass."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.seen: list[Request] = []
        self.script: Script | None = None
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = _Listener(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    def play(self, script: Script | None) -> None:
        """Count from 0 again, and break requests by this script from now on; None lets all pass."""
        with self.lock:
            self.seen = []
            self.script = script

    def fault(self, method: str, path: str) -> Fault | None:
        """Note a request of the agent, and say what happens to it."""
        with self.lock:
            request = Request(method, path, len(self.seen), sum(each.method == method for each in self.seen))
            self.seen.append(request)
            return self.script(request) if self.script else None

    def count(self, method: str) -> int:
        """Number of the agent's requests of this method since ``play``."""
        with self.lock:
            return sum(request.method == method for request in self.seen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class _Handler(socketserver.BaseRequestHandler):
    owner: FaultProxy

    def handle(self) -> None:
        client = cast("socket.socket", self.request)
        client.settimeout(_SECONDS)
        with contextlib.suppress(OSError):  # either side may be gone, which is what this is for
            head, body = _read_request(client)
            if head:
                self._serve(client, head, body)

    def _serve(self, client: socket.socket, head: bytes, body: bytes) -> None:
        line, *fields = head.decode("latin-1").split("\r\n")
        method, path, _ = line.split(" ")
        ours = any(name.lower() == "user-agent: pod-agent" for name in fields)
        fault = self.owner.fault(method, path) if ours else None
        kept = [name for name in fields if not name.lower().startswith("connection:")]
        whole = "\r\n".join([line, *kept, "connection: close", "", ""]).encode("latin-1") + body
        if fault is not None and fault.kind == "answer":
            fault.act()
            client.sendall(_answer(fault))
            return
        with socket.create_connection(("127.0.0.1", self.owner.target), timeout=_SECONDS) as server:
            self._forward(client, server, whole, fault)

    def _forward(self, client: socket.socket, server: socket.socket, whole: bytes, fault: Fault | None) -> None:
        kind = fault.kind if fault is not None else ""
        passing = round(len(whole) * fault.part) if fault is not None else 0
        if fault is not None and kind in {"request", "stall"}:
            server.sendall(whole[:passing])
            fault.act()
            if kind == "request":
                return
            time.sleep(fault.seconds)
            whole = whole[passing:]
        server.sendall(whole)
        answer = _read_all(server)
        if fault is not None and kind == "response":
            fault.act()
            answer = answer[: round(len(answer) * fault.part)]
        client.sendall(answer)


def _read_request(client: socket.socket) -> tuple[bytes, bytes]:
    content = b""
    while b"\r\n\r\n" not in content:
        block = client.recv(_BLOCK)
        if not block:
            return b"", b""
        content += block
    head, _, body = content.partition(b"\r\n\r\n")
    parts = [body]
    lacking = _length(head) - len(body)
    while lacking > 0:
        block = client.recv(_BLOCK)
        if not block:
            return b"", b""
        parts.append(block)
        lacking -= len(block)
    return head, b"".join(parts)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _read_all(server: socket.socket) -> bytes:
    parts = []
    while block := server.recv(_BLOCK):
        parts.append(block)
    return b"".join(parts)


def _answer(fault: Fault) -> bytes:
    fields = "".join(f"{name}: {value}\r\n" for name, value in fault.headers)
    return f"HTTP/1.1 {fault.status} No\r\n{fields}content-length: 0\r\nconnection: close\r\n\r\n".encode()


class ProxiedServer(SolidServer):
    """A real Community Solid Server that lives behind a proxy and believes the proxy's address to be its own.

    ``is_atomic`` False gives it the server's stock file storage, which keeps half of a document when a write breaks.
    """

    def __init__(self, node_modules: Path, folder: Path, *, is_atomic: bool = True) -> None:
        super().__init__(node_modules, folder)
        self.folder = folder
        self.is_atomic = is_atomic
        self.proxy = FaultProxy(self.settings.port)

    @property
    def address(self) -> str:
        """The proxy's address: nobody knows the server by its own."""
        return f"http://localhost:{self.proxy.port}/"

    def start(self) -> Self:
        """Start the server behind the proxy, which answers as long as the ``with`` block lasts."""
        self.proxy.play(None)
        return super().start()

    def __enter__(self) -> Self:
        self.proxy.__enter__()
        return super().__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self.proxy.__exit__(kind, error, trace)

    def left_over(self) -> list[Path]:
        """What writes have left behind in the server's folder of temporary files."""
        return sorted((self.folder / "data" / ".internal" / "tempFiles").glob("*"))

    def _launch(self, node: tuple[str, ...]) -> subprocess.Popen[bytes]:
        # A limit on the size of files stands in for a full disk; of that a server learns by an error, not a signal.
        program = self.folder / "signals.cjs"
        program.write_text("process.on('SIGXFSZ', () => {});\n")
        return super()._launch((*node, "--require", str(program)))

    def _options(self) -> list[str]:
        config = ["server.json", "@css:config/file.json"]
        return [config[1] if word == config[0] and not self.is_atomic else word for word in super()._options()]
