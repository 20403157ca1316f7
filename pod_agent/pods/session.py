"""Requests to a Solid server with the person's login, and the error that belongs to each answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import httpx

from pod_agent.errors import PodAccessError, PodConflictError, PodError, PodUnreachableError
from pod_agent.pods.addresses import is_loopback

__all__ = ["Session", "open_client"]

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_PAUSES = (0.2, 0.8)  # seconds before the second and the third try
_OVERLOADED = httpx.codes.TOO_MANY_REQUESTS


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

    Reads are tried again after a moment where the server fails, writes never: whether an unanswered write arrived is
    for the caller to find out by reading.
    """

    def __init__(self, client: httpx.Client, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._pause = pause

    def send(
        self, method: str, address: str, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> httpx.Response:
        """The answer where it is a success, 304 or 404; the error that belongs to its status otherwise.

        PodAccessError for 401 and 403, PodConflictError for 409 and 412, PodUnreachableError where there is no answer
        or the server fails, PodError for any other refusal.
        """
        pauses = iter(_PAUSES if method in {"GET", "HEAD"} else ())
        while True:
            try:
                return _accepted(self._client.request(method, address, headers=headers, content=content))
            except (httpx.HTTPError, PodUnreachableError) as error:
                seconds = next(pauses, None)
                if seconds is None:
                    raise _unreachable(error, address) from error
            self._pause(seconds)

    def close(self) -> None:
        """Release connections."""
        self._client.close()


def _unreachable(error: Exception, address: str) -> PodUnreachableError:
    if isinstance(error, PodUnreachableError):
        return error
    why = "does not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    return PodUnreachableError(f"{address} {why} ({type(error).__name__})")


def _accepted(response: httpx.Response) -> httpx.Response:
    status, address = response.status_code, response.request.url
    if response.is_success or status in {httpx.codes.NOT_FOUND, httpx.codes.NOT_MODIFIED}:
        return response
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise PodAccessError(f"the pod refuses access to {address} ({status})")
    if status in {httpx.codes.CONFLICT, httpx.codes.PRECONDITION_FAILED}:
        raise PodConflictError(f"{address} is not what was read before ({status})")
    if response.is_server_error or response.is_redirect or status == _OVERLOADED:
        raise PodUnreachableError(f"the pod's server answers with {status}")
    raise PodError(f"the pod's server does not take the request ({status})", hint="Run: pod-agent doctor")
