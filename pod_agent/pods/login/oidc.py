"""Logging in by WebID in the person's own browser: Solid-OIDC, authorization code with PKCE, tokens bound to a key.

``begin_login`` gives the address to open, ``finish_login`` takes what the browser was sent back with. In between
lies a ``PendingLogin``, in memory only. RFC 6749 (codes), 7591 (registration), 7636 (PKCE), 9207 (``iss``) and
9449 (DPoP).
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from pod_agent.errors import LoginFailedError, PodError, UsageError
from pod_agent.pods.addresses import is_loopback, require_safe
from pod_agent.pods.login.logins import BrowserLogin
from pod_agent.pods.login.tokens import Flow, Prover, Provider, answer_of, ask_tokens, drive, read_provider, token_times
from pod_agent.pods.session import open_client

__all__ = ["PendingLogin", "begin_login", "finish_login", "redirect_of", "revoke_login"]

_NAME = "pod-agent"
_SCOPES = ("openid", "webid", "offline_access")
_SIGNATURES = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"]
_LEEWAY_SECONDS = 120
_LIMITS = {"timeout": httpx.Timeout(30.0, connect=10.0).as_dict()}


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingLogin:
    """A login that waits for the person: open ``authorization_url`` in a browser.

    ``webid`` is whom it must be, empty where the identity provider shall say. ``state`` marks the answer that belongs
    to it. ``prover`` knows the provider's clock by now, so that the code is not spent on a proof that looks old.
    """

    webid: str
    provider: Provider
    client_id: str
    redirect_uri: str
    authorization_url: str = field(repr=False)
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    key: ECKey = field(repr=False)
    prover: Prover = field(repr=False)


def begin_login(issuer: str, redirect_uri: str, *, webid: str = "", client: str = "") -> PendingLogin:
    """Begin a login at this identity provider, which will send the browser to ``redirect_uri``.

    ``client`` is the address of a client-ID document that lists the redirect; without one the agent registers itself.
    LoginFailedError where the provider offers no such login, PodUnreachableError where it does not answer.
    """
    require_safe(issuer, "the identity provider")
    prover, key, verifier = Prover(), ECKey.generate_key("P-256"), secrets.token_urlsafe(48)
    with open_client(issuer) as http:
        provider = drive(http, read_provider(issuer, prover, _LIMITS))
        _require_browser_login(provider)
        scope = " ".join(word for word in _SCOPES if word in {*(provider.scopes or _SCOPES), "openid"})
        client_id = client or drive(http, _register(provider, redirect_uri, scope))
    state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    address = prepare_grant_uri(
        provider.authorization_endpoint,
        client_id,
        "code",
        redirect_uri,
        scope,
        state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
        prompt="consent",  # without it Community Solid Server gives no refresh token
    )
    return PendingLogin(
        webid=webid,
        provider=provider,
        client_id=client_id,
        redirect_uri=redirect_uri,
        authorization_url=address,
        state=state,
        nonce=nonce,
        verifier=verifier,
        key=key,
        prover=prover,
    )


def finish_login(pending: PendingLogin, answer: str) -> BrowserLogin:
    """The login, from the query (or the whole address) that the browser was sent back with.

    LoginFailedError where the person said no, where the answer is not the one to this login, and where provider or
    WebID are not the expected ones. Whether the WebID trusts the provider is for the caller to check.
    """
    code = _code_of(pending, answer)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": pending.redirect_uri,
        "client_id": pending.client_id,
        "code_verifier": pending.verifier,
    }
    with open_client(pending.provider.issuer) as http:
        started = time.time()
        tokens = drive(http, ask_tokens(pending.provider, pending.prover, pending.key, form, limits=_LIMITS))
        keys = drive(http, _signing_keys(pending.provider))
    webid = _webid_of(_claims(tokens.id_token, keys, pending))
    if pending.webid and webid != pending.webid:
        raise LoginFailedError(
            f"you logged in as {webid}, not as {pending.webid}",
            hint=f"Log out at {pending.provider.issuer} and try again, or run: pod-agent pod link {webid}",
        )
    renew_at, expires_at = token_times(tokens, started)
    return BrowserLogin(
        issuer=pending.provider.issuer,
        client_id=pending.client_id,
        webid=webid,
        key=json.dumps(pending.key.as_dict(private=True)),
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        ends_at=None if tokens.refresh_seconds is None else started + tokens.refresh_seconds,
        renew_at=renew_at,
        expires_at=expires_at,
    )


def redirect_of(client: str) -> str:
    """The redirect to this machine that a client-ID document lists; LoginFailedError where it lists none."""
    require_safe(client, "the client-ID document")
    with open_client(client) as http:
        request = httpx.Request("GET", client, headers={"accept": "application/ld+json"}, extensions=_LIMITS)
        found = drive(http, _document(request))
    redirects = found.get("redirect_uris")
    local = [uri for uri in redirects if isinstance(uri, str)] if isinstance(redirects, list) else []
    local = [uri for uri in local if uri.startswith("http://") and "[" not in uri and is_loopback(uri)]
    if found.get("client_id") != client or not local:
        raise LoginFailedError(
            f"{client} is no client-ID document for a program on this machine",
            hint="It names itself as client_id, and http://127.0.0.1/callback among its redirect_uris.",
        )
    return local[0]


def revoke_login(login: BrowserLogin) -> bool:
    """End the login at the identity provider (RFC 7009); False where it cannot be told to."""
    try:
        with open_client(login.issuer) as http:
            provider = drive(http, read_provider(login.issuer, Prover(), _LIMITS))
            return bool(provider.revocation_endpoint) and drive(http, _revoke(provider, login))
    except PodError:
        return False


def _require_browser_login(provider: Provider) -> None:
    if not (provider.authorization_endpoint and provider.jwks_uri):
        raise LoginFailedError(
            f"{provider.issuer} offers no login in a browser", hint="Use client credentials: see pod-agent pod link -h"
        )
    if provider.challenges and "S256" not in provider.challenges:
        raise LoginFailedError(
            f"{provider.issuer} does not protect the codes of a login (PKCE with S256)",
            hint="Use client credentials, or another identity provider.",
        )


def _register(provider: Provider, redirect_uri: str, scope: str) -> Flow[str]:
    if not provider.registration_endpoint:
        raise LoginFailedError(
            f"{provider.issuer} lets no program register itself",
            hint="Give the address of a client-ID document: pod-agent pod link WEBID --client-id https://...",
        )
    client = {
        "client_name": _NAME,
        "application_type": "native",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": scope,
    }
    headers = {"accept": "application/json"}
    response = yield httpx.Request(
        "POST", provider.registration_endpoint, json=client, headers=headers, extensions=_LIMITS
    )
    client_id = answer_of(response, provider.issuer).get("client_id")
    if not isinstance(client_id, str) or not client_id:
        raise LoginFailedError(f"{provider.issuer} gives no client id to a program that registers")
    return client_id


def _code_of(pending: PendingLogin, answer: str) -> str:
    """The code of the answer to this very login."""
    before, _, after = answer.partition("?")
    query = answer if "=" in before else after  # the whole address has no "=" before its query
    found = {name: values[-1] for name, values in parse_qs(query).items()}
    if not hmac.compare_digest(found.get("state", "").encode(), pending.state.encode()):
        raise LoginFailedError("the browser came back with an answer to another login")
    issuer = found.get("iss", "")
    if issuer != pending.provider.issuer and (issuer or pending.provider.names_itself):
        raise LoginFailedError("the answer to the login comes from another identity provider")
    if found.get("error") == "access_denied":
        raise LoginFailedError("you did not allow the agent to use your pod, so nothing was linked")
    if "error" in found or not found.get("code"):
        reason = re.sub(r"[^a-z_]", "", found.get("error", ""))[:40]
        raise LoginFailedError(f"{pending.provider.issuer} ended the login ({reason or 'no code'})")
    return found["code"]


def _document(request: httpx.Request) -> Flow[dict[str, Any]]:
    response = yield request
    return answer_of(response, str(request.url))


def _signing_keys(provider: Provider) -> Flow[KeySet]:
    response = yield httpx.Request("GET", provider.jwks_uri, headers={"accept": "application/json"}, extensions=_LIMITS)
    found: Any = answer_of(response, provider.issuer)
    try:
        return KeySet.import_key_set(found)
    except (JoseError, ValueError, KeyError, TypeError):
        raise LoginFailedError(f"{provider.issuer} gives no keys to check its logins with") from None


def _claims(id_token: str, keys: KeySet, pending: PendingLogin) -> dict[str, Any]:
    """The claims of an ID token that this provider signed for this login (OpenID Connect Core, 3.1.3.7)."""
    rules = jwt.JWTClaimsRegistry(
        now=pending.prover.now(),
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": pending.provider.issuer},
        aud={"essential": True, "value": pending.client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": pending.nonce},
    )
    try:
        claims: dict[str, Any] = jwt.decode(id_token, keys, algorithms=_SIGNATURES).claims
        rules.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        why = getattr(error, "claim", "") or getattr(error, "error", "") or type(error).__name__
        raise LoginFailedError(f"{pending.provider.issuer} does not prove who logged in ({why})") from None
    if claims.get("azp", pending.client_id) != pending.client_id:
        raise LoginFailedError(f"{pending.provider.issuer} does not prove who logged in (azp)")
    return claims


def _webid_of(claims: dict[str, Any]) -> str:
    """Who logged in: the claim ``webid``, else ``sub`` where it is an address (Solid-OIDC, section 6)."""
    webid = claims.get("webid", claims.get("sub"))
    try:
        return require_safe(webid if isinstance(webid, str) else "", "the WebID that the provider tells")
    except UsageError as error:
        raise LoginFailedError(str(error)) from error


def _revoke(provider: Provider, login: BrowserLogin) -> Flow[bool]:
    token, kind = login.refresh_token, "refresh_token"
    if not token:
        token, kind = login.access_token, "access_token"
    form = {"token": token, "token_type_hint": kind, "client_id": login.client_id}
    response = yield httpx.Request("POST", provider.revocation_endpoint, data=form, extensions=_LIMITS)
    return response.is_success
