"""Requests to the server that runs from a folder, sent straight to its port and not by way of its public name.

The name need not be known yet, nor the reverse proxy be up; and what the operator sends is in no proxy's log.
"""

from __future__ import annotations

import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from pod_agent.pods.hosting.settings import HostSettings

__all__ = ["answer_ms", "open_local"]


class _Straight(httpx.BaseTransport):
    """Takes requests for the public address to the server's own port, as a reverse proxy does."""

    def __init__(self, settings: HostSettings) -> None:
        self._settings = settings
        self._name = urlsplit(settings.address)
        self._inner = httpx.HTTPTransport(verify=_trust(settings))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it there with the public name in its headers."""
        url = request.url.copy_with(
            scheme="https" if self._settings.tls_cert else "http",
            host=self._settings.connect_host,
            port=self._settings.port,
        )
        headers = [*request.headers.raw, (b"x-forwarded-proto", self._name.scheme.encode())]
        extensions = {**request.extensions, "sni_hostname": self._name.hostname}
        return self._inner.handle_request(
            httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=extensions)
        )

    def close(self) -> None:
        """Release connections."""
        self._inner.close()


def open_local(settings: HostSettings, seconds: float = 30.0) -> httpx.Client:
    """A client for the server's own address; the caller closes it."""
    return httpx.Client(
        transport=_Straight(settings), timeout=seconds, follow_redirects=False, headers={"user-agent": "pod-agent"}
    )


def answer_ms(settings: HostSettings, seconds: float = 10.0) -> float | None:
    """How long the server takes to say what it offers, in milliseconds; None where it does not answer."""
    began = time.monotonic()
    with open_local(settings, seconds) as client:
        try:
            response = client.get(f"{settings.address}.well-known/openid-configuration")
        except httpx.HTTPError:
            return None
    return round((time.monotonic() - began) * 1000, 1) if response.is_success else None


def _trust(settings: HostSettings) -> ssl.SSLContext | bool:
    """The certificate that the server was given is the one it must show, whoever signed it."""
    if not settings.tls_cert:
        return True
    context = ssl.create_default_context(cafile=str(Path(settings.tls_cert)))
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
