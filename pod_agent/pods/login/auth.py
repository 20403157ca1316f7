"""Every request to a Solid server carries the person's token and a proof of the key that the token is bound to.

Solid-OIDC with DPoP (RFC 9449), for logins by client credentials and for logins in a browser.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import httpx
from joserfc.jwk import ECKey

from pod_agent.errors import LoginEndedError, LoginFailedError
from pod_agent.pods.addresses import require_safe
from pod_agent.pods.login.logins import BrowserLogin, ClientCredentials, Keeper, Login
from pod_agent.pods.login.tokens import ATTEMPTS, Flow, Prover, Provider, Tokens, ask_tokens, read_provider, token_times

__all__ = ["ClientCredentials", "DPoPAuth"]


@dataclass(frozen=True, slots=True)
class _Held:
    """A token, the key that it is bound to and when to replace it."""

    token: str = field(repr=False)
    key: ECKey = field(repr=False)
    renew_at: float


class DPoPAuth(httpx.Auth):
    """Signs requests for one person; gets tokens and renews them before they expire.

    Learns the server's clock from ``Date`` and the nonces that servers ask for. Safe to share between threads.
    ``keeper`` is where a browser login is kept: programs that share it renew it once, and none uses up the other's.
    ``clock`` gives seconds since 1970.
    Raises LoginEndedError where a browser login is over, LoginFailedError where the identity provider refuses,
    PodUnreachableError where it does not answer sensibly.
    """

    requires_response_body = True

    def __init__(self, login: Login, clock: Callable[[], float] = time.time, *, keeper: Keeper | None = None) -> None:
        require_safe(login.issuer, "the identity provider")
        self._login = login
        self._clock = clock
        self._keeper = keeper or _OwnKeeper(login)
        self._prover = Prover(clock)
        self._lock = threading.Lock()
        self._provider: Provider | None = None
        self._refused: set[str] = set()  # tokens that a server no longer takes
        self._held = _held(login) if isinstance(login, BrowserLogin) else _Held("", ECKey.generate_key("P-256"), 0.0)

    @property
    def login(self) -> Login:
        """The login as it stands now, renewed or not."""
        return self._login

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with token and proof; once more, newly signed, where the server asks for that."""
        limits = {"timeout": request.extensions.get("timeout")}  # a bare httpx.Request would wait for ever
        for attempt in range(ATTEMPTS):
            held = yield from self._current(limits)
            request.headers["authorization"] = f"DPoP {held.token}"
            request.headers["dpop"] = self._prover.proof(held.key, request.method, str(request.url), held.token)
            response = yield request
            learnt = self._prover.learn(response)
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return
            if attempt > 0 or not learnt:  # it is not the proof: the token itself is no longer taken
                self._refused.add(held.token)

    def _current(self, limits: dict[str, Any]) -> Flow[_Held]:
        with self._lock:
            if not self._is_usable(self._held):
                if isinstance(self._login, BrowserLogin):
                    yield from self._renew_shared(limits)
                else:
                    yield from self._ask_again(self._login, limits)
            return self._held

    def _is_usable(self, held: _Held) -> bool:
        return bool(held.token) and held.token not in self._refused and self._clock() < held.renew_at

    def _ask_again(self, credentials: ClientCredentials, limits: dict[str, Any]) -> Flow[None]:
        pair = ":".join(quote(part, safe="") for part in (credentials.client_id, credentials.client_secret))
        headers = {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        form = {"grant_type": "client_credentials", "scope": "webid"}
        started, key = self._clock(), self._held.key
        try:
            tokens = yield from self._ask(credentials.issuer, key, form, limits, headers)
        except LoginFailedError as error:
            raise LoginFailedError(
                str(error),
                hint="Check id and secret, or make new ones in your account at the server: pod-agent pod link WEBID"
                " --client-id NAME",
            ) from error
        self._held = _Held(tokens.access_token, key, token_times(tokens, started)[0])

    def _renew_shared(self, limits: dict[str, Any]) -> Flow[None]:
        """Renew the login that is kept, unless another program did so meanwhile or the provider ended it."""
        with self._keeper.exclusive():
            kept = self._keeper.read()
            if not isinstance(kept, BrowserLogin):
                raise self._ended("this machine keeps it no longer")
            if self._is_usable(_held(kept)):
                self._take(kept)
                return
            if not kept.refresh_token:
                raise self._ended("the identity provider gave it for a short time only")
            if kept.refresh_token in self._refused:
                raise self._ended("the identity provider takes it no longer")
            renewed = yield from self._renewed(kept, limits)
            self._keeper.write(renewed)  # before it is used: the old refresh token may be worth nothing from now on
            self._take(renewed)

    def _renewed(self, kept: BrowserLogin, limits: dict[str, Any]) -> Flow[BrowserLogin]:
        form = {"grant_type": "refresh_token", "refresh_token": kept.refresh_token, "client_id": kept.client_id}
        started = self._clock()
        try:
            tokens = yield from self._ask(kept.issuer, _key(kept), form, limits)
        except LoginFailedError as error:
            self._refused.add(kept.refresh_token)
            raise self._ended("the identity provider takes it no longer") from error
        renew_at, expires_at = token_times(tokens, started)
        ends_at = kept.ends_at if tokens.refresh_seconds is None else started + tokens.refresh_seconds
        return replace(
            kept,
            access_token=tokens.access_token,
            renew_at=renew_at,
            expires_at=expires_at,
            refresh_token=tokens.refresh_token or kept.refresh_token,
            ends_at=ends_at,
        )

    def _ask(
        self,
        issuer: str,
        key: ECKey,
        form: dict[str, str],
        limits: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> Flow[Tokens]:
        if self._provider is None or self._provider.issuer.rstrip("/") != issuer.rstrip("/"):
            self._provider = yield from read_provider(issuer, self._prover, limits)
        return (yield from ask_tokens(self._provider, self._prover, key, form, limits=limits, headers=headers))

    def _take(self, login: BrowserLogin) -> None:
        self._login = login
        self._held = _held(login)

    def _ended(self, why: str) -> LoginEndedError:
        webid = self._login.webid if isinstance(self._login, BrowserLogin) else ""
        return LoginEndedError(
            f"the access to your pod is gone: the login has ended, {why}",
            hint=f"Log in again: pod-agent pod link {webid}",
        )


class _OwnKeeper:
    """Keeps a login in memory, for one program alone."""

    def __init__(self, login: Login) -> None:
        self._login = login

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else knows this login."""
        yield

    def read(self) -> Login:
        """The login."""
        return self._login

    def write(self, login: Login) -> None:
        """Replace it."""
        self._login = login


def _key(login: BrowserLogin) -> ECKey:
    return ECKey.import_key(json.loads(login.key))


def _held(login: BrowserLogin) -> _Held:
    return _Held(login.access_token, _key(login), login.renew_at)
