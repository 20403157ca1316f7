"""Who asks: the WebID of an access token that an identity provider bound to the asker's key (Solid-OIDC with DPoP).

A token counts if the WebID's own document names its issuer, the issuer's key signed it, and the request carries a fresh
proof of the key it is bound to (RFC 9449). So a token that was shown here cannot be used by this server anywhere else.

The documents that are fetched are named by a token that nobody vouched for yet. They are fetched over https from public
addresses alone, without redirects, cookies or proxies, and only so much of them; a server on loopback, as in tests and
demonstrations, may also ask this machine by http.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urldefrag, urlsplit

import httpx
import pyoxigraph as ox
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from aggregator.errors import NotAuthorisedError, ProviderUnreachableError
from vocab.bounded import read_bounded
from vocab.hosts import is_loopback

__all__ = ["TokenCheck"]

ALGORITHMS = ["ES256", "ES384", "RS256", "PS256", "EdDSA"]
OIDC_ISSUER = ox.NamedNode("http://www.w3.org/ns/solid/terms#oidcIssuer")
LEEWAY_SECONDS = 60
PROOF_SECONDS = 120
"""How long a proof is fresh, and how long its id is remembered so that it counts once."""
MAX_PROOFS = 100_000
KEPT_SECONDS = 300.0
"""How long a provider's keys and a WebID's issuers are taken from memory."""
MAX_DOCUMENT = 262_144
MAX_FETCHES = 12
"""At a time, fewer than a server has threads: whoever sends it to slow addresses holds up logins, and no upload."""
FETCH_SECONDS = 15.0
MAX_TOKEN = 16_384
MAX_KEPT = 10_000


class TokenCheck:
    """Checks the tokens of requests to the server at ``url``, which ends in ``/``; for all its threads.

    A token of one of ``providers`` must have its signature before anything else that it names is fetched. ``clock``
    gives seconds since 1970. ``client`` replaces the network in tests.
    """

    def __init__(
        self,
        url: str,
        *,
        providers: Iterable[str] = (),
        client: httpx.Client | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url
        self._providers = {provider.rstrip("/") for provider in providers}
        self._near = is_loopback(urlsplit(url).hostname or "")
        self._clock = clock
        self._client = client or httpx.Client(
            timeout=httpx.Timeout(10.0, connect=5.0),
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            headers={"User-Agent": "pod-aggregator"},
        )
        self._lock = threading.Lock()
        self._fetching = threading.BoundedSemaphore(MAX_FETCHES)
        self._proofs: dict[str, float] = {}
        self._kept: dict[str, tuple[float, bytes]] = {}

    def webid(self, method: str, path: str, authorization: str | None, proof: str | None) -> str:
        """The WebID that the request's token names; ``path`` is relative to ``url``.

        NotAuthorisedError where token or proof do not hold, ProviderUnreachableError where the WebID's document or the
        provider's keys cannot be read now.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "dpop" or not token or not proof or len(token) + len(proof) > MAX_TOKEN:
            raise NotAuthorisedError("the request has no token bound to a key", hint=_HINT)
        thumbprint, shown = self._proven(method, self._url + path, token, proof)
        claims = _unverified(token)
        webid, issuer = _text(claims, "webid"), _text(claims, "iss")
        if issuer.rstrip("/") in self._providers:
            self._signed(token, issuer)
        if issuer.rstrip("/") not in self._issuers(webid):
            raise NotAuthorisedError("the WebID does not name the token's issuer", hint=_HINT)
        claims = self._signed(token, issuer)
        self._check_claims(claims, thumbprint)
        self._once(shown)  # last: strangers must not fill what is remembered
        return _text(claims, "webid")

    def _proven(self, method: str, url: str, token: str, proof: str) -> tuple[str, str]:
        """The thumbprint of the key that the proof shows, and the proof's name."""
        try:
            header = _part(proof, 0)
            key = JWKRegistry.import_key(dict(header["jwk"]))
            claims = jwt.decode(proof, key, algorithms=ALGORITHMS).claims
            fresh = abs(self._clock() - float(claims["iat"])) <= PROOF_SECONDS
            bound = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
            said = (claims["htm"], urldefrag(str(claims["htu"]))[0].partition("?")[0], claims["ath"])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotAuthorisedError("the proof of the token's key cannot be read", hint=_HINT) from error
        if header.get("typ") != "dpop+jwt" or key.is_private or not fresh or said != (method, url, bound):
            raise NotAuthorisedError("the proof of the token's key is not for this request", hint=_HINT)
        return str(key.thumbprint()), f"{key.thumbprint()} {_text(claims, 'jti')}"

    def _once(self, name: str) -> None:
        now = self._clock()
        with self._lock:
            for seen in [one for one, until in self._proofs.items() if until < now]:
                del self._proofs[seen]
            if name in self._proofs or len(self._proofs) >= MAX_PROOFS:
                raise NotAuthorisedError("the proof of the token's key was used before", hint=_HINT)
            self._proofs[name] = now + 2 * PROOF_SECONDS

    def _signed(self, token: str, issuer: str) -> dict[str, Any]:
        """The token's claims, signed by a key of its issuer; keys that were kept are read afresh once."""
        for fresh in (False, True):
            try:
                return dict(jwt.decode(token, self._keys(issuer, fresh=fresh), algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError) as error:
                last = error
        raise NotAuthorisedError("no key of the token's issuer signed it", hint=_HINT) from last

    def _check_claims(self, claims: Mapping[str, Any], thumbprint: str) -> None:
        now, audience = self._clock(), claims.get("aud")
        bound = claims.get("cnf")
        try:
            alive = float(claims["iat"]) - LEEWAY_SECONDS <= now < float(claims["exp"]) + LEEWAY_SECONDS
        except (KeyError, TypeError, ValueError) as error:
            raise NotAuthorisedError("the token has no times", hint=_HINT) from error
        if not alive:
            raise NotAuthorisedError("the token is out of date", hint=_HINT)
        if "solid" not in (audience if isinstance(audience, list) else [audience]):
            raise NotAuthorisedError("the token is not for Solid servers", hint=_HINT)
        if not isinstance(bound, Mapping) or bound.get("jkt") != thumbprint:
            raise NotAuthorisedError("the token is bound to another key", hint=_HINT)

    def _issuers(self, webid: str) -> set[str]:
        """The providers that the WebID's own document names, without ``/`` at their ends."""
        address = urldefrag(webid)[0]
        content = self._document(address, "text/turtle")
        try:
            person, quads = ox.NamedNode(webid), ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=address)
            named = [one.object for one in quads if one.subject == person and one.predicate == OIDC_ISSUER]
        except (SyntaxError, ValueError) as error:
            raise NotAuthorisedError("the WebID's document cannot be read", hint=_HINT) from error
        return {issuer.value.rstrip("/") for issuer in named if isinstance(issuer, ox.NamedNode)}

    def _keys(self, issuer: str, *, fresh: bool) -> KeySet:
        name = issuer.rstrip("/")
        about = _object(self._document(f"{name}/.well-known/openid-configuration", "application/json"))
        if str(about.get("issuer", "")).rstrip("/") != name:
            raise NotAuthorisedError("the token's issuer calls itself something else", hint=_HINT)
        return KeySet.import_key_set(_object(self._document(_text(about, "jwks_uri"), "application/json", fresh=fresh)))  # type: ignore[arg-type]

    def _document(self, address: str, media_type: str, *, fresh: bool = False) -> bytes:
        now = self._clock()
        with self._lock:
            until, content = self._kept.get(address, (0.0, b""))
        if now < until and not fresh:
            return content
        if not self._fetching.acquire(blocking=False):
            raise ProviderUnreachableError("too many documents are being fetched")
        try:
            self._check_address(address)
            content = self._fetch(address, media_type)
        finally:
            self._fetching.release()
        with self._lock:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[address] = (now + KEPT_SECONDS, content)
        return content

    def _fetch(self, address: str, media_type: str) -> bytes:
        try:
            with self._client.stream("GET", address, headers={"Accept": media_type}) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise ProviderUnreachableError(f"a document about the token has status {answer.status_code}")
                return _body(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderUnreachableError("a document about the token cannot be fetched") from error

    def _check_address(self, address: str) -> None:
        """Only https to public addresses; by http only from loopback to loopback."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname or "", parts.port or 443
        except ValueError as error:
            raise NotAuthorisedError("an address in the token cannot be read", hint=_HINT) from error
        if self._near and is_loopback(host) and parts.scheme in {"http", "https"}:
            return
        if parts.scheme != "https" or not host or parts.username is not None:
            raise NotAuthorisedError("an address in the token is not https", hint=_HINT)
        try:
            found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except (OSError, UnicodeError) as error:
            raise ProviderUnreachableError("a server that the token names is not known") from error
        if not all(ipaddress.ip_address(one).is_global for one in found):
            raise NotAuthorisedError("an address in the token lies in a private network", hint=_HINT)


_HINT = "Log in again, with an identity provider that your WebID names, and see that your clock is right."


def _part(token: str, place: int) -> dict[str, Any]:
    """One part of a JWT; ValueError if it is none."""
    part = token.split(".")[place]
    return _json(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _json(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - callers treat it as any bad document
    return value


def _object(content: bytes) -> dict[str, Any]:
    try:
        return _json(content)
    except ValueError as error:
        raise NotAuthorisedError("a document of the token's issuer cannot be read", hint=_HINT) from error


def _unverified(token: str) -> dict[str, Any]:
    """What a token says before anybody vouched for it: where to look for who does."""
    try:
        return _part(token, 1)
    except (ValueError, IndexError) as error:
        raise NotAuthorisedError("the token is not one of Solid-OIDC", hint=_HINT) from error


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise NotAuthorisedError(f"the token or its issuer has no {name}", hint=_HINT)
    return value


def _body(answer: httpx.Response) -> bytes:
    try:
        return read_bounded(answer.iter_bytes(), most=MAX_DOCUMENT, seconds=FETCH_SECONDS)
    except TimeoutError as error:
        raise ProviderUnreachableError("a document about the token takes too long") from error
    except ValueError as error:
        raise NotAuthorisedError("a document about the token is too long", hint=_HINT) from error
