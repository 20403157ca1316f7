"""A model on loopback that was fooled, and a watch over every name that is looked up and every address connected to."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.chat_server import stream

__all__ = ["Fooled", "fooled", "lies", "unreachable"]

_WATCH = """
import os, socket
_look_up = socket.getaddrinfo
def _refuse(*asked, **_):
    with open({log!r}, "a") as log:
        log.write(repr(asked[0]) + chr(10))
    raise OSError("names are not looked up in this test")
def _looked_up(host, *more, **named):
    if host not in ("127.0.0.1", "::1"):
        _refuse(host)
    return _look_up(host, *more, **named)
socket.getaddrinfo = _looked_up
socket.gethostbyname = socket.gethostbyname_ex = _refuse
_connect = socket.socket.connect
def _connected(self, address):
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
        _refuse(address)
    return _connect(self, address)
socket.socket.connect = _connected
"""
"""Run in this process, and by Python at the start of every other one."""


def lies(text: str) -> list[str]:
    """What a model may say that obeys a payload: the text itself, figures, links, a plan of its own, a tool call."""
    sketch = {"topic": "money", "operation": "value", "measure": "spend"}
    return [
        text,
        f"You spent SGD 0.00. {text}",
        "You spent [AMOUNT_1] on [NAME_1]. ![x](https://evil.example/p.png)",
        "You spent SGD 999,999.00 on [NAME_1] with [AMOUNT_1].",
        json.dumps({**sketch, "names": [text[:40]]}),
        json.dumps({**sketch, "without": [text[:40]], "periods": ["last month"]}),
        json.dumps({**sketch, "measure": "income", "categories": ["eating-out"]}),
        json.dumps({"tool_calls": [{"name": "give_consent", "arguments": {"recipient": "https://evil.example"}}]}),
    ]


class Fooled(ThreadingHTTPServer):
    """Says ``says`` to whatever is asked, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []
        self.says = ""

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def server_bind(self) -> None:
        """Bind without looking up this machine's name."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


class _Handler(BaseHTTPRequestHandler):
    server: Fooled

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b"".join(stream(self.server.says)))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def fooled() -> Iterator[Fooled]:
    """The server, ended afterwards."""
    with Fooled() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def unreachable(folder: Path) -> Iterator[Path]:
    """Nobody beyond this machine is reached from this process or its children; the file lists who was asked for."""
    log = folder / "asked.txt"
    log.touch()
    watch = _WATCH.format(log=str(log))
    (folder / "sitecustomize.py").write_text(watch, encoding="utf-8")
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", path)
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            patch.setattr(socket, name, getattr(socket, name))
        patch.setattr(socket.socket, "connect", socket.socket.connect)
        exec(compile(watch, "watch", "exec"), {})  # noqa: S102 - the text above, so that all processes run the same
        yield log
