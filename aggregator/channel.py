"""The way from leader to helper: requests signed with the key that both hold.

A signature covers method, path and body. A repeated request is harmless, because the helper answers it as it did the
first time; what must stay secret on the way (the key of the proof check) is sealed for the helper.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from types import TracebackType
from typing import Self

import httpx
import msgspec

from aggregator.errors import (
    AggregatorError,
    HelperRefusedError,
    HelperUnreachableError,
    NotAuthorisedError,
    error_for,
)

__all__ = ["HelperChannel", "check_signature", "sign_request"]

SCHEME = "PodAgent-MAC "
ATTEMPTS = 3
PAUSE = 0.3
"""Seconds before the second attempt; twice as long before each one after it."""


def sign_request(key: bytes, method: str, path: str, body: bytes) -> str:
    """The value of the Authorization header; ``path`` is relative to the helper's address."""
    text = b"\n".join([method.encode(), path.encode(), hashlib.sha256(body).digest()])
    return SCHEME + hmac.digest(key, text, "sha256").hex()


def check_signature(header: str | None, key: bytes, method: str, path: str, body: bytes) -> None:
    """NotAuthorisedError unless ``header`` is what ``sign_request`` makes."""
    expected = sign_request(key, method, path, body)
    if not hmac.compare_digest((header or "").encode(), expected.encode()):
        raise NotAuthorisedError("the request is not signed with the channel key")


class HelperChannel:
    """Speaks to one helper. Every request may be sent again: after a lost answer it is.

    No proxy from the environment and no redirect comes between: what is said here is for the helper alone.
    """

    def __init__(self, url: str, key: bytes, *, transport: httpx.BaseTransport | None = None) -> None:
        self._key = key
        self._client = httpx.Client(
            base_url=url, transport=transport, timeout=120, follow_redirects=False, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def put(self, path: str, body: bytes) -> bytes:
        """The helper's answer.

        Raises HelperUnreachableError after three attempts, HelperRefusedError or the helper's own error if it refuses.
        """
        headers = {"Authorization": sign_request(self._key, "PUT", path, body)}
        pause = PAUSE
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = self._client.put(path, content=body, headers=headers)
                if response.status_code < 500:
                    break
                reason = f"status {response.status_code}"
            except httpx.TransportError as error:
                reason = type(error).__name__
            if attempt < ATTEMPTS:
                time.sleep(pause)
                pause *= 2
        else:
            raise HelperUnreachableError(f"the helper does not answer ({reason})")
        if response.status_code >= 300:
            raise _refusal(response)
        return response.content


class _Refusal(msgspec.Struct):
    code: str
    message: str
    hint: str


def _refusal(response: httpx.Response) -> AggregatorError:
    try:
        refusal = msgspec.json.decode(response.content, type=_Refusal)
    except msgspec.MsgspecError:
        return HelperRefusedError(f"the helper refused with status {response.status_code}")
    told = error_for(refusal.code, f"the helper says: {refusal.message}", refusal.hint)
    return told or HelperRefusedError(f"the helper refused ({refusal.code}): {refusal.message}", hint=refusal.hint)
