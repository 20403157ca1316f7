"""The door: ``send`` is the only function that brings something about the person to a leader, and it takes a permit."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack
from enum import StrEnum
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from consent.gate import Permit
from pod_agent.errors import ServerRefusedError, ServerUnreachableError
from pod_agent.federation.report import SealedReport

__all__ = ["MOST_BYTES", "PAUSE_SECONDS", "Removal", "open_client", "send", "withdraw_report"]

ATTEMPTS = 4
PAUSE_SECONDS = 0.5
WITHDRAW_SECONDS = 3.0
MOST_BYTES = 64 << 20
"""Of one answer, unless less is said; the longest is a roster."""
MOST_SECONDS = 120.0
"""For the body of one answer: a byte now and then would keep a connection for ever."""


class Removal(StrEnum):
    """What a server said to the wish that a report be forgotten."""

    REMOVED = "removed"
    TOO_LATE = "too_late"
    """The batch is closed, and the report may be in its sum."""
    UNANSWERED = "unanswered"
    """The secret may have left, but what came back is no answer."""
    UNREACHED = "unreached"
    """No connection, so nothing left."""


def open_client(
    transport: httpx.BaseTransport | None = None,
    *,
    verify: ssl.SSLContext | bool | str = True,
    most: int = MOST_BYTES,
    seconds: float = MOST_SECONDS,
) -> httpx.Client:
    """A client whose requests are the same for every agent: no proxy from the environment, no redirects, no cookies.

    A server's cookie would tie a report to earlier looks at the list of studies, so none is kept. ``verify`` is what
    servers' certificates are checked against, as httpx takes it. ``transport`` replaces the network in tests.
    An answer of more than ``most`` bytes, one that takes longer than ``seconds`` or one that comes compressed unasked
    is a TransportError, whoever reads it: a login reads answers too.
    """
    return httpx.Client(
        event_hooks={"response": [lambda answer: _cap(answer, most, seconds)]},
        transport=transport,
        verify=verify,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        headers={"User-Agent": "pod-agent", "Accept-Encoding": "identity"},
        timeout=httpx.Timeout(30.0, connect=10.0),
        follow_redirects=False,
        trust_env=False,
    )


def send(report: SealedReport, permit: Permit, *, client: httpx.Client, pause: float = PAUSE_SECONDS) -> None:
    """PUT the report to its leader; when this returns, the leader has it.

    The same PUT may be repeated: the leader keeps one copy. The permit is checked before every attempt and between
    the pieces of the body. A withdrawal waits for bytes that are leaving, not for the leader's answer. Raises a
    ConsentError the moment the permit does not hold, ServerRefusedError where the leader does not take the report,
    ServerUnreachableError where it does not answer after all attempts.
    """
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(pause * 2 ** (attempt - 1))
        try:
            status = _put(report, permit, client)
        except httpx.TransportError:
            continue
        if status in {200, 201, 204}:
            return
        if status < 500 and status != 429:
            raise ServerRefusedError(f"the leader refused the report (HTTP {status})", hint="The study may be over.")
    raise ServerUnreachableError("the leader does not answer", hint="The same report is sent again at the next try.")


def withdraw_report(report: SealedReport, address: str, *, client: httpx.Client) -> Removal:
    """Show the report's secret to the server at ``address``, one of ``report.withdraw_at``; repeating it is harmless.

    No permit is needed: the 32 bytes are random and say only that this report is to be forgotten.
    """
    try:
        with client.stream("DELETE", address, content=report.secret, timeout=WITHDRAW_SECONDS) as answer:
            status = answer.status_code
    except (httpx.ConnectError, httpx.ConnectTimeout):
        return Removal.UNREACHED
    except httpx.TransportError:
        return Removal.UNANSWERED
    if status in {200, 202, 204}:
        return Removal.REMOVED
    return Removal.TOO_LATE if status == httpx.codes.GONE else Removal.UNANSWERED


def _put(report: SealedReport, permit: Permit, client: httpx.Client) -> int:
    """The status of the answer, of which nothing else is read: it could go on for ever."""
    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(report.body))}
    with ExitStack() as held:
        pieces = _until_sent(held.enter_context(permit.sending(report.address, report.body)), held)
        with client.stream("PUT", report.address, content=pieces, headers=headers) as answer:
            return answer.status_code


def _until_sent(pieces: Iterator[bytes], held: ExitStack) -> Iterator[bytes]:
    """The pieces; with the last one gone, withdrawals wait no longer."""
    yield from pieces
    held.close()


def _cap(answer: httpx.Response, most: int, seconds: float) -> None:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise httpx.RemoteProtocolError("the answer is compressed, which nobody asked for")
    assert isinstance(answer.stream, httpx.SyncByteStream)  # noqa: S101 - of a client that waits
    answer.stream = _Capped(answer.stream, most, seconds)


class _Capped(httpx.SyncByteStream):
    """The body of an answer, up to a length and for a time."""

    def __init__(self, stream: httpx.SyncByteStream, most: int, seconds: float) -> None:
        self._stream = stream
        self._left = most
        self._end = time.monotonic() + seconds

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._left -= len(part)
            if self._left < 0:
                raise httpx.RemoteProtocolError("the answer is too long")
            if time.monotonic() > self._end:
                raise httpx.ReadTimeout("the answer takes too long")
            yield part

    def close(self) -> None:
        self._stream.close()
