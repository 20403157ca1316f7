"""Talking to an identity provider: what it offers, proofs of a key (DPoP, RFC 9449), and tokens bound to that key.

Every exchange is a generator of requests, so that it runs the same inside a client's login and on its own (``drive``).
"""

from __future__ import annotations

import base64
import email.utils
import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from pod_agent.errors import LoginFailedError, PodAccessError, PodUnreachableError, UsageError
from pod_agent.pods.addresses import is_inside, origin, require_safe

__all__ = [
    "ATTEMPTS",
    "Flow",
    "Prover",
    "Provider",
    "Tokens",
    "answer_of",
    "ask_tokens",
    "drive",
    "read_provider",
    "token_times",
]

ATTEMPTS = 3  # the first, one with the nonce that was asked for, one with a fresh token or a corrected clock
_CLOCK_TOLERANCE_SECONDS = 5
_MARGIN_SECONDS = 30.0
_JSON = {"accept": "application/json"}

T = TypeVar("T")
Flow = Generator[httpx.Request, httpx.Response, T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What an identity provider says of itself (OpenID Connect Discovery); an endpoint it lacks is empty."""

    issuer: str
    token_endpoint: str
    authorization_endpoint: str = ""
    registration_endpoint: str = ""
    revocation_endpoint: str = ""
    jwks_uri: str = ""
    names_itself: bool = False
    scopes: tuple[str, ...] = ()
    challenges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """An answer of the token endpoint; ``seconds`` is how long the access token lives."""

    access_token: str = field(repr=False)
    seconds: float
    refresh_token: str = field(repr=False)
    refresh_seconds: float | None
    id_token: str = field(repr=False)


class Prover:
    """Makes proofs, none of them twice: servers take a repeated one for theft.

    Learns each server's nonces, and the servers' clock from ``Date``. ``token_endpoint`` has nonces of its own.
    ``clock`` gives seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.token_endpoint = ""
        self._clock = clock
        self._skew = 0
        self._nonces: dict[str, str] = {}

    def now(self) -> int:
        """The time by the clock of the server that answered last; seconds since 1970."""
        return int(self._clock()) + self._skew

    def proof(self, key: ECKey, method: str, url: str, token: str | None = None) -> str:
        """A proof for one request; ``token`` is the access token that goes with it."""
        claims: dict[str, Any] = {
            "htm": method,
            "htu": urlunsplit((*urlsplit(url)[:3], "", "")),
            "jti": secrets.token_urlsafe(16),
            "iat": self.now(),
        }
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        nonce = self._nonces.get(self._giver(url))
        if nonce is not None:
            claims["nonce"] = nonce
        return jwt.encode({"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}, claims, key)

    def learn(self, response: httpx.Response) -> bool:
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
        return url if url == self.token_endpoint else origin(url)

    def _learn_clock(self, date: str) -> bool:
        try:
            skew = round(email.utils.parsedate_to_datetime(date).timestamp() - self._clock())
        except (TypeError, ValueError):
            return False
        if abs(skew - self._skew) <= _CLOCK_TOLERANCE_SECONDS:
            return False
        self._skew = skew
        return True


def drive(client: httpx.Client, flow: Flow[T]) -> T:
    """Send the requests of a flow one after the other; its result."""
    request = next(flow)
    while True:
        try:
            response = client.send(request)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            flow.close()
            name = origin(str(request.url))
            raise PodUnreachableError(f"{name} cannot be reached ({type(error).__name__})") from error
        try:
            request = flow.send(response)
        except StopIteration as stop:
            result: T = stop.value
            return result


def read_provider(issuer: str, prover: Prover, limits: dict[str, Any]) -> Flow[Provider]:
    """What the provider offers; PodAccessError where it is not what it is called or not safe to talk to."""
    name = issuer.rstrip("/")
    address = f"{name}/.well-known/openid-configuration"
    response = yield httpx.Request("GET", address, headers=_JSON, extensions=limits)
    prover.learn(response)
    answer = answer_of(response, issuer)
    if str(answer.get("issuer", "")).rstrip("/") != name:
        raise PodAccessError(f"{name} does not call itself the identity provider")
    endpoints = {"token_endpoint": _endpoint(answer, "token_endpoint", issuer)}
    for what in ("authorization_endpoint", "registration_endpoint", "revocation_endpoint", "jwks_uri"):
        endpoints[what] = _endpoint(answer, what, issuer) if answer.get(what) else ""
    prover.token_endpoint = endpoints["token_endpoint"]
    return Provider(
        issuer=str(answer["issuer"]),
        names_itself=answer.get("authorization_response_iss_parameter_supported") is True,
        scopes=_words(answer.get("scopes_supported")),
        challenges=_words(answer.get("code_challenge_methods_supported")),
        **endpoints,
    )


def ask_tokens(
    provider: Provider,
    prover: Prover,
    key: ECKey,
    form: dict[str, str],
    *,
    limits: dict[str, Any],
    headers: dict[str, str] | None = None,
) -> Flow[Tokens]:
    """Tokens bound to the key. LoginFailedError where the provider refuses, PodUnreachableError where it fails."""
    for _ in range(ATTEMPTS):
        signed = {"dpop": prover.proof(key, "POST", provider.token_endpoint), **_JSON, **(headers or {})}
        response = yield httpx.Request("POST", provider.token_endpoint, headers=signed, data=form, extensions=limits)
        if not (prover.learn(response) and response.status_code in {400, 401}):
            break
    answer = answer_of(response, provider.issuer)
    if str(answer.get("token_type", "")).lower() != "dpop" or not isinstance(answer.get("access_token"), str):
        raise PodAccessError(f"{provider.issuer} gives no tokens that are bound to a key")
    return Tokens(
        access_token=answer["access_token"],
        seconds=_seconds(answer.get("expires_in")) or 300.0,
        refresh_token=_text(answer.get("refresh_token")),
        refresh_seconds=_seconds(answer.get("refresh_expires_in") or answer.get("refresh_token_expires_in")),
        id_token=_text(answer.get("id_token")),
    )


def token_times(tokens: Tokens, started: float) -> tuple[float, float]:
    """When to replace an access token asked for at ``started``, a short one after half its life, and when it ends."""
    margin = min(_MARGIN_SECONDS, tokens.seconds / 2)
    return started + tokens.seconds - margin, started + tokens.seconds


def answer_of(response: httpx.Response, issuer: str) -> dict[str, Any]:
    """The JSON object of a successful answer; LoginFailedError for a refusal, PodUnreachableError for a failure."""
    status = response.status_code
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.TOO_MANY_REQUESTS:
        raise PodUnreachableError(f"the identity provider {issuer} answers with {status}")
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    found = answer if isinstance(answer, dict) else {}
    if status not in {httpx.codes.OK, httpx.codes.CREATED}:
        reason = re.sub(r"[^a-z_]", "", str(found.get("error", "")))[:40]
        raise LoginFailedError(f"the identity provider {issuer} refuses the login ({reason or status})")
    if not found:
        raise PodUnreachableError(f"the identity provider {issuer} answers with something that is no JSON object")
    return found


def _endpoint(answer: dict[str, Any], name: str, issuer: str) -> str:
    """An address that the provider names; one on the open web leads to none on this machine or in a private network."""
    what = f"the identity provider's {name.replace('_', ' ')}"
    try:
        address = require_safe(str(answer.get(name, "")), what)
    except UsageError as error:
        raise PodAccessError(str(error), hint="Tell your identity provider, or use another.") from error
    if is_inside(address) and not is_inside(issuer):
        raise PodAccessError(
            f"{what} lies on this machine or in a private network: {origin(address)}",
            hint="Tell your identity provider, or use another.",
        )
    return address


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _words(value: object) -> tuple[str, ...]:
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list) else ()
