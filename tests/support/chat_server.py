"""A network with an OpenAI-compatible server on it, in memory; it keeps what reached it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx

__all__ = ["Network", "chunk", "stream"]


def chunk(text: str | None) -> bytes:
    """One event of a streamed answer."""
    delta = {"content": text} if text is not None else {"role": "assistant", "content": None}
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() + b"\n\n"


def stream(*texts: str) -> list[bytes]:
    """A streamed answer."""
    return [
        chunk(None),
        *map(chunk, texts),
        b": a comment\n",
        b'data: {"choices":[],"usage":{}}\n\n',
        b"data: [DONE]\n\n",
    ]


@dataclass
class _Body(httpx.SyncByteStream):
    parts: list[bytes]
    before: Callable[[int], None]

    def __iter__(self) -> Iterator[bytes]:
        for number, part in enumerate(self.parts):
            self.before(number)
            yield part


@dataclass
class Network(httpx.BaseTransport):
    """Takes every request. ``parts`` is the reply's body, ``before`` is called with each part's number."""

    parts: list[bytes] = field(default_factory=lambda: stream("Hel", "lo"))
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream; charset=utf-8"})
    before: Callable[[int], None] = lambda _: None
    got: list[tuple[str, bytes, httpx.Headers]] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        self.got.append((str(request.url), body, request.headers))
        return httpx.Response(self.status, headers=self.headers, stream=_Body(self.parts, self.before))

    def digests(self) -> list[str]:
        """SHA-256 of each body that arrived."""
        return [hashlib.sha256(body).hexdigest() for _, body, _ in self.got]
