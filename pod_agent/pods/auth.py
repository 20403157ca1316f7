"""Logging in to a Solid server with client credentials; every request carries a proof of the token's key.

Solid-OIDC with DPoP (RFC 9449). A proof is never sent twice: servers take a repeated one for theft.
"""

from __future__ import annotations

import base64
import email.utils
import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from pod_agent.errors import PodAccessError, PodUnreachableError, UsageError
from pod_agent.pods.addresses import origin, require_safe

__all__ = ["ClientCredentials", "DPoPAuth"]

_ATTEMPTS = 3  # the first, one with the nonce that was asked for, one with a fresh token or a corrected clock
_MARGIN_SECONDS = 30.0
_CLOCK_TOLERANCE_SECONDS = 5
_JSON = {"accept": "application/json"}

Flow = Generator[httpx.Request, httpx.Response, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCredentials:
    """What the identity provider gave the agent instead of the person's password; ``client_secret`` is never shown."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


class DPoPAuth(httpx.Auth):
    """Signs requests for one person; gets tokens and renews them before they expire.

    Learns the server's clock from ``Date`` and the nonces that servers ask for. Safe to share between threads.
    Raises PodAccessError where the identity provider refuses, PodUnreachableError where it does not answer sensibly.
    """

    requires_response_body = True

    def __init__(self, credentials: ClientCredentials, clock: Callable[[], float] = time.monotonic) -> None:
        require_safe(credentials.issuer, "the identity provider")
        self._credentials = credentials
        self._clock = clock
        self._key = ECKey.generate_key("P-256")
        self._public = self._key.as_dict(private=False)
        self._lock = threading.Lock()
        self._endpoint = ""
        self._token = ""
        self._renew_at = 0.0
        self._skew = 0
        self._nonces: dict[str, str] = {}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with token and proof; once more, newly signed, where the server asks for that."""
        limits = {"timeout": request.extensions.get("timeout")}  # a bare httpx.Request would wait for ever
        for attempt in range(_ATTEMPTS):
            token = yield from self._current_token(limits)
            request.headers["authorization"] = f"DPoP {token}"
            request.headers["dpop"] = self._proof(request.method, str(request.url), token)
            response = yield request
            learnt = self._learn(response)
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            if attempt > 0 or not learnt:  # it is not the proof: the token itself is no longer taken
                self._forget(token)

    def _current_token(self, limits: dict[str, Any]) -> Flow:
        with self._lock:
            if not self._token or self._clock() >= self._renew_at:
                if not self._endpoint:
                    self._endpoint = yield from self._discover(limits)
                yield from self._renew(limits)
            return self._token

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._token == token:
                self._token = ""

    def _discover(self, limits: dict[str, Any]) -> Flow:
        issuer = self._credentials.issuer.rstrip("/")
        address = f"{issuer}/.well-known/openid-configuration"
        response = yield httpx.Request("GET", address, headers=_JSON, extensions=limits)
        self._learn(response)
        answer = self._decode(response)
        if str(answer.get("issuer", "")).rstrip("/") != issuer:
            raise PodAccessError(f"{issuer} does not call itself the identity provider")
        try:
            return require_safe(str(answer.get("token_endpoint", "")), "the identity provider's token endpoint")
        except UsageError as error:
            raise PodAccessError(str(error)) from error

    def _renew(self, limits: dict[str, Any]) -> Flow:
        started = self._clock()
        for _ in range(_ATTEMPTS):
            response = yield self._token_request(limits)
            if not (self._learn(response) and response.status_code in {400, 401}):
                break
        answer = self._decode(response)
        if str(answer.get("token_type", "")).lower() != "dpop" or not isinstance(answer.get("access_token"), str):
            raise PodAccessError(f"{self._credentials.issuer} gives no tokens that are bound to a key")
        lifetime = answer.get("expires_in")
        seconds = float(lifetime) if isinstance(lifetime, int | float) else 300.0
        self._renew_at = started + seconds - min(_MARGIN_SECONDS, seconds / 2)
        self._token = answer["access_token"]
        return self._token

    def _token_request(self, limits: dict[str, Any]) -> httpx.Request:
        pair = ":".join(quote(part, safe="") for part in (self._credentials.client_id, self._credentials.client_secret))
        headers = {
            "authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
            "dpop": self._proof("POST", self._endpoint, None),
            **_JSON,
        }
        form = {"grant_type": "client_credentials", "scope": "webid"}
        return httpx.Request("POST", self._endpoint, headers=headers, data=form, extensions=limits)

    def _decode(self, response: httpx.Response) -> dict[str, Any]:
        """The JSON object of an answer of the identity provider."""
        issuer = self._credentials.issuer
        status = response.status_code
        if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.TOO_MANY_REQUESTS:
            raise PodUnreachableError(f"the identity provider {issuer} answers with {status}")
        try:
            answer = json.loads(response.content)
        except ValueError:
            answer = None
        found = answer if isinstance(answer, dict) else {}
        if status != httpx.codes.OK:
            reason = re.sub(r"[^a-z_]", "", str(found.get("error", "")))[:40]
            raise PodAccessError(f"the identity provider {issuer} refuses the login ({reason or status})")
        if not found:
            raise PodUnreachableError(f"the identity provider {issuer} answers with something that is no JSON object")
        return found

    def _proof(self, method: str, url: str, token: str | None) -> str:
        claims: dict[str, Any] = {
            "htm": method,
            "htu": urlunsplit((*urlsplit(url)[:3], "", "")),
            "jti": secrets.token_urlsafe(16),
            "iat": int(time.time()) + self._skew,
        }
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        nonce = self._nonces.get(self._giver(url))
        if nonce is not None:
            claims["nonce"] = nonce
        return jwt.encode({"alg": "ES256", "typ": "dpop+jwt", "jwk": self._public}, claims, self._key)

    def _learn(self, response: httpx.Response) -> bool:
        """Take nonce and clock from an answer; True where the same request, newly signed, may now be taken."""
        learnt = self._learn_clock(response.headers.get("date", ""))
        nonce = response.headers.get("dpop-nonce")
        giver = self._giver(str(response.request.url))
        if nonce and self._nonces.get(giver) != nonce:
            self._nonces[giver] = nonce
            learnt = True
        return learnt

    def _giver(self, url: str) -> str:
        """Who gives the nonces for this address: the token endpoint its own, a server one for all its resources."""
        return url if url == self._endpoint else origin(url)

    def _learn_clock(self, date: str) -> bool:
        try:
            skew = round(email.utils.parsedate_to_datetime(date).timestamp() - time.time())
        except (TypeError, ValueError):
            return False
        if abs(skew - self._skew) <= _CLOCK_TOLERANCE_SECONDS:
            return False
        self._skew = skew
        return True
