"""EndpointModel: a model behind an OpenAI-compatible address.

On this machine anybody's server may be asked. Elsewhere nothing leaves without a ``MessagePermit``, which only the gate
makes from a live grant in the pod. No proxy of the environment, no cookie and no redirect is followed; a reply is
bounded in bytes and time and read strictly.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, Final, final
from urllib.parse import urlsplit

import httpx

from consent.message_gate import MessageGate, MessagePermit
from consent.messages import MOST_BYTES, QUESTION_READING, QUESTIONS
from pod_agent.assistant.language_models.model import MAX_TOKENS, Message, Schema, Stop
from pod_agent.errors import EndpointError, LanguageModelError, UsageError
from pod_agent.pods.addresses import origin, require_safe
from vocab.errors import ProjectError
from vocab.hosts import is_loopback

__all__ = ["DATA", "EndpointModel", "ThisMachine", "checked_address", "is_here"]

DATA: Final = frozenset({QUESTIONS})
"""The kinds of data that a message holds."""
MOST_REPLY: Final = 1 << 20
LONGEST_LINE: Final = 64 << 10
REPLY_SECONDS: Final = 300.0
LOOK_SECONDS: Final = 0.05
STREAM: Final = "text/event-stream"
JSON: Final = "application/json"

_Said = str | ProjectError | None
"""A piece of the answer, why there is none, or that it is whole."""


def checked_address(address: str) -> str:
    """The address without a slash at its end; UsageError unless it is https, or http on this machine, and plain."""
    parts = urlsplit(require_safe(address.strip(), "the model's address"))
    if parts.query or parts.fragment or "?" in address or "#" in address:
        raise UsageError("the model's address has a query", hint="Give what stands before /chat/completions.")
    base = address.strip().rstrip("/").removesuffix("/chat/completions")
    return origin(base) + urlsplit(base).path


def is_here(address: str) -> bool:
    """Whether the address is on this machine."""
    return is_loopback(urlsplit(address).hostname)


@final
class ThisMachine:
    """Shows that an address is on this machine, where no permit is needed."""

    __slots__ = ("_address",)

    def __init__(self, address: str) -> None:
        if not is_here(address):
            raise UsageError("this address is not on this machine")
        self._address = address

    @contextmanager
    def sending(self, address: str, body: bytes) -> Iterator[Iterator[bytes]]:
        """The body, to this address alone."""
        if address != self._address:
            raise UsageError("this address is not the one that was looked at")
        yield iter((body,))

    def look(self) -> None:
        """Nothing is ever withdrawn here."""


class EndpointModel:
    """The model at ``address``; ``offered`` names one of several, ``key`` gives the address's key when it is asked.

    ``gate`` opens the gate of messages, needed for other machines. ``transport`` replaces the network in tests.
    """

    sha256 = ""

    def __init__(
        self,
        name: str,
        address: str,
        *,
        offered: str = "",
        key: Callable[[], str | None] = lambda: None,
        gate: Callable[[], MessageGate] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.name = name
        self._address = checked_address(address)
        self._offered = offered
        self._key = key
        self._gate = gate
        self._transport = transport

    def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: Schema | None = None,
        max_tokens: int = MAX_TOKENS,
        stop: Stop | None = None,
    ) -> Iterator[str]:
        """See ``LanguageModel``."""
        if stop is not None and stop.is_set():
            return
        body = self._body(messages, schema, max_tokens)
        if len(body) > MOST_BYTES:
            raise LanguageModelError("the message is too long to be sent")
        way = self._way(body)
        over = Event()
        said: Queue[_Said] = Queue()
        Thread(target=self._listen, args=(way, body, over, said), daemon=True).start()
        try:
            yield from _until_stopped(said, stop)
        finally:
            over.set()

    def close(self) -> None:
        """Nothing is held open between answers."""

    def _body(self, messages: Sequence[Message], schema: Schema | None, max_tokens: int) -> bytes:
        asked: dict[str, Any] = {
            "model": self._offered or "default",
            "messages": [{"role": each.role, "content": each.content} for each in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
        }
        if schema is not None:
            form = {"name": "answer", "schema": schema, "strict": True}
            asked["response_format"] = {"type": "json_schema", "json_schema": form}
        return json.dumps(asked, separators=(",", ":")).encode()

    def _way(self, body: bytes) -> MessagePermit | ThisMachine:
        """What lets the body go: nothing but the address on this machine, else a permit from the gate."""
        if is_here(self._address):
            return ThisMachine(self._address)
        if self._gate is None:
            raise UsageError(f"{self.name} is on another machine, which is not asked from here")
        return self._gate().permit(self._address, QUESTION_READING, DATA, body)

    def _listen(self, way: MessagePermit | ThisMachine, body: bytes, over: Event, said: Queue[_Said]) -> None:
        """Ask and pass on what comes: in a thread of its own, for a server may keep one waiting for minutes."""
        try:
            with _client(self._transport) as client:
                for text in _texts(self._reply(client, way, body, over)):
                    said.put(text)
        except httpx.HTTPError:
            said.put(EndpointError(f"the model at {origin(self._address)} does not answer"))
        except ProjectError as error:
            said.put(error)
        finally:
            said.put(None)

    def _reply(
        self, client: httpx.Client, way: MessagePermit | ThisMachine, body: bytes, over: Event
    ) -> Iterator[tuple[str, bytes]]:
        """Parts of the reply with its media type, while the permit stands."""
        headers = {"Content-Type": JSON, "Content-Length": str(len(body)), "Accept": f"{STREAM}, {JSON}"}
        key = self._key()
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        with ExitStack() as held:
            pieces = _until_sent(held.enter_context(way.sending(self._address, body)), held)
            sent = client.stream("POST", f"{self._address}/chat/completions", content=pieces, headers=headers)
            with sent as reply:
                kind = _kind(reply)
                left, end = MOST_REPLY, time.monotonic() + REPLY_SECONDS
                for part in reply.iter_raw():
                    way.look()
                    left -= len(part)
                    if left < 0 or time.monotonic() > end:
                        raise EndpointError("the model's server answers without end")
                    if over.is_set():
                        return
                    yield kind, part


HINTS: Final = {
    401: "Its key is missing or wrong: pod-agent model add URL --key-from-keyring",
    403: "Its key is missing or wrong: pod-agent model add URL --key-from-keyring",
    404: "Give the address up to /v1, and one of its models: pod-agent model add URL --model NAME",
}


def _kind(reply: httpx.Response) -> str:
    """The media type of a reply; EndpointError where it is none that was asked for."""
    if reply.status_code != httpx.codes.OK:
        raise EndpointError(f"the model's server answered {reply.status_code}", hint=HINTS.get(reply.status_code))
    kind = str(reply.headers.get("content-type", "")).partition(";")[0].strip().lower()
    if kind not in {STREAM, JSON} or reply.headers.get("content-encoding", "identity") != "identity":
        raise EndpointError("the model's server answers in a form that was not asked for")
    return kind


def _until_stopped(said: Queue[_Said], stop: Stop | None) -> Iterator[str]:
    while stop is None or not stop.is_set():
        try:
            heard = said.get(timeout=LOOK_SECONDS)
        except Empty:
            continue
        if heard is None:
            return
        if isinstance(heard, ProjectError):
            raise heard
        yield heard


def _until_sent(pieces: Iterator[bytes], held: ExitStack) -> Iterator[bytes]:
    yield from pieces
    held.close()


def _client(transport: httpx.BaseTransport | None) -> httpx.Client:
    return httpx.Client(
        transport=transport,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        headers={"User-Agent": "pod-agent", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(REPLY_SECONDS, connect=10.0),
        follow_redirects=False,
        trust_env=False,
    )


def _texts(parts: Iterator[tuple[str, bytes]]) -> Iterator[str]:
    """The texts of a reply, as it comes or, from servers that do not stream, at its end."""
    left, kind = b"", ""
    for kind, part in parts:
        left += part
        if kind == STREAM:
            *lines, left = left.split(b"\n")
            for line in lines:
                text, is_last = _event(line)
                if text:
                    yield text
                if is_last:
                    return
        if len(left) > (LONGEST_LINE if kind == STREAM else MOST_REPLY):
            raise _odd()
    if kind == JSON:
        yield from filter(None, (_content(left, "message"),))


def _event(line: bytes) -> tuple[str, bool]:
    """The text of one line of server-sent events, and whether it says that there are no more."""
    name, _, value = line.strip().partition(b":")
    if name != b"data":
        return "", False
    if value.strip() == b"[DONE]":
        return "", True
    return _content(value, "delta"), False


def _content(value: bytes, part: str) -> str:
    """The text of the first choice of a chunk or an answer; empty where it has none."""
    try:
        said = json.loads(value.decode("utf-8"))
        choices = said["choices"]
        if not choices:
            return ""  # the chunk that tells how much was used
        text = choices[0].get(part, {}).get("content")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _odd() from error
    if text is None:
        return ""
    if not isinstance(text, str):
        raise _odd()
    return text


def _odd() -> EndpointError:
    return EndpointError("the model's server answers in a form that cannot be read")
