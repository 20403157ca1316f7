"""Requests to a Solid server with the person's login, and the error that belongs to each answer."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from pod_agent.errors import PodAccessError, PodConflictError, PodError, PodFullError, PodUnreachableError
from pod_agent.pods.addresses import is_loopback

__all__ = ["Session", "open_client"]

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_PAUSES = (0.2, 0.8)  # seconds before the second and the third try
_LONGEST_PAUSE = 30.0  # a server that asks for more patience is told of to the person
_NOT_NOW = {httpx.codes.LOCKED, httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}
_FULL = {httpx.codes.REQUEST_ENTITY_TOO_LARGE, httpx.codes.INSUFFICIENT_STORAGE}  # 413: a quota, says Community Solid
_READS = {"GET", "HEAD"}
_CONDITIONS = {"if-match", "if-none-match"}


def open_client(address: str, auth: httpx.Auth | None = None, timeout: httpx.Timeout = _TIMEOUT) -> httpx.Client:
    """An HTTP client for the server at this address; it follows no redirect and takes every body as it is stored.

    A proxy of the environment is passed over for this machine's own addresses.
    """
    return httpx.Client(
        auth=auth,
        timeout=timeout,
        follow_redirects=False,
        trust_env=not is_loopback(address),
        headers={"accept-encoding": "identity", "user-agent": "pod-agent"},
    )


class Session:
    """Sends requests to one server; ``client`` comes from ``open_client`` and is closed with the session.

    Reads are tried again after a moment where the server fails or does not answer. A write is tried again only where
    the server says that it did nothing for now (423, 429, 503) and the write is conditional: should it have been done
    after all, its condition fails. Whether an unanswered write arrived is for the caller to find out by reading. A
    server that names a time (``Retry-After``, RFC 9110 section 10.2.3) is left alone until then, for half a minute at
    most.
    """

    def __init__(self, client: httpx.Client, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._pause = pause

    def send(
        self, method: str, address: str, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> httpx.Response:
        """The answer where it is a success, 304 or 404; the error that belongs to its status otherwise.

        PodAccessError for 401 and 403, PodConflictError for 409 and 412, PodFullError for 413 and 507,
        PodUnreachableError where there is no answer or the server fails, PodError for any other refusal.
        """
        is_read = method in _READS
        is_conditional = any(name.lower() in _CONDITIONS for name in headers or ())
        pauses = iter(_PAUSES)
        while True:
            response: httpx.Response | None = None
            try:
                response = self._client.request(method, address, headers=headers, content=content)
                return _accepted(response)
            except (httpx.HTTPError, PodUnreachableError) as error:
                is_refused = response is not None and response.status_code in _NOT_NOW
                seconds = next(pauses, None) if is_read or (is_refused and is_conditional) else None
                wanted = _wanted_pause(response) if is_refused else 0.0
                if seconds is None or wanted > _LONGEST_PAUSE:
                    raise _unreachable(error, address) from error
            self._pause(max(seconds, wanted))

    def request(self, method: str, address: str, **options: Any) -> httpx.Response:
        """The answer whatever its status, asked for once; PodUnreachableError where there is none.

        ``options`` are those of ``httpx.Client.request``.
        """
        try:
            return self._client.request(method, address, **options)
        except httpx.HTTPError as error:
            raise _unreachable(error, address) from error

    def close(self) -> None:
        """Release connections."""
        self._client.close()


def _unreachable(error: Exception, address: str) -> PodUnreachableError:
    if isinstance(error, PodUnreachableError):
        return error
    why = "does not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    return PodUnreachableError(f"{address} {why} ({type(error).__name__})")


def _wanted_pause(response: httpx.Response | None) -> float:
    """Seconds that the server asks to be left alone; 0 where it names none."""
    text = "" if response is None else response.headers.get("retry-after", "")
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0


def _accepted(response: httpx.Response) -> httpx.Response:
    status, address = response.status_code, response.request.url
    if response.is_success or status in {httpx.codes.NOT_FOUND, httpx.codes.NOT_MODIFIED}:
        return response
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise PodAccessError(f"the pod refuses access to {address} ({status})")
    if status in {httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED}:
        raise PodConflictError(f"{address} is not what was read before ({status})")
    if status in _FULL:
        raise PodFullError(f"the pod has no room for {address} ({status})")
    if response.is_server_error or response.is_redirect or status in _NOT_NOW:
        raise PodUnreachableError(f"the pod's server answers with {status}")
    raise PodError(f"the pod's server does not take the request ({status})", hint="Run: pod-agent doctor")
