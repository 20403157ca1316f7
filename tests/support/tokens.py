"""Issuers for tests: made-up ones whose keys are at hand, and operators in this process with people who log in."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from aggregator.issuing.bulk import MadeUpIssuers, made_up_roster, make_issuers
from aggregator.issuing.config import IssuerInvitation, load_issuer, read_invitation
from aggregator.issuing.issuer import Issuer
from aggregator.issuing.operator import INVITATION, MadeUpOperator, create_operator_app, init_operator
from aggregator.solid_oidc import TokenCheck
from pod_agent.federation.tokens import IssuerLogin
from pod_agent.pods.login.auth import DPoPAuth
from pod_agent.pods.login.logins import ClientCredentials
from vocab.study import Study
from vocab.tokens import KEY_BITS, roster_path

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = [
    "MadeRosters",
    "Operator",
    "Router",
    "issuers_for",
    "login_for",
    "made_issuers",
    "made_rosters",
    "pooled_key",
    "reopened",
    "token_for",
]


@lru_cache(maxsize=1)
def made_issuers() -> MadeUpIssuers:
    """Three issuers with the same keys for the whole run, each with 200 people."""
    return make_issuers(600)


def issuers_for(study: Study) -> Study:
    """The study with made-up issuers; ``token_for`` makes its tokens."""
    return replace(study, issuers=made_issuers().issuers)


def token_for(study: Study, secret: bytes, issuer: int | None = None) -> bytes:
    """A token for the report with this secret, the issuers by turns unless one is named; empty where none is needed."""
    if not study.issuers:
        return b""
    return made_issuers().token(study, secret, secret[0] % len(study.issuers) if issuer is None else issuer)


@lru_cache
def pooled_key(number: int) -> RSAPrivateKey:
    """The private key of this number, made once for the whole run: making one takes longer than most tests."""
    return generate_private_key(public_exponent=65537, key_size=KEY_BITS)


class Router(httpx.BaseTransport):
    """Leads each request to the application at its address; others cannot be reached."""

    def __init__(self, apps: Mapping[str, httpx.BaseTransport]) -> None:
        self.apps = apps

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = f"{request.url.scheme}://{request.url.netloc.decode()}/"
        if address not in self.apps:
            raise httpx.ConnectError(f"{address} is not there")
        return self.apps[address].handle_request(request)


class MadeRosters(httpx.BaseTransport):
    """Where the made-up issuers show the rosters of their keys."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        roster = _made_roster(request.url.path)
        return httpx.Response(404 if roster is None else 200, content=roster)


def made_rosters(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    """The same as a WSGI application."""
    roster = _made_roster(environ["PATH_INFO"])
    start("404 Not Found" if roster is None else "200 OK", [])
    return [roster or b""]


def _made_roster(path: str) -> bytes | None:
    issuers = enumerate(made_issuers().issuers)
    found = (made_up_roster(number, one.people) for number, one in issuers if path == f"/{roster_path(one)}")
    return next(found, None)


class Operator:
    """A made-up pod operator in this process: provider, issuer and people; ``number`` keeps several apart."""

    def __init__(self, home: Path, number: int, *, people: int = 60, clock: Callable[[], float] = time.time) -> None:
        """Set it up in ``home``, or open the one that is there; ``clock`` is the issuer's, in seconds since 1970."""
        self.operator = MadeUpOperator(f"http://127.0.0.1:{7011 + number}/", people)
        if not home.exists():
            init_operator(home, port=7011 + number, people=people)
        self.url = self.operator.url
        self.invitation: IssuerInvitation = read_invitation(home / INVITATION)
        self.issuer = Issuer(home, load_issuer(home), clock=clock, new_key=self._key)
        self._made, self._number = 0, number
        self._apps: dict[str, httpx.BaseTransport] = {}
        self.logins = TokenCheck(self.url, providers=[self.url], client=httpx.Client(transport=Router(self._apps)))
        self.transport = httpx.WSGITransport(create_operator_app(self.issuer, self.operator, self.logins))
        self._apps[self.url] = self.transport

    def login(self, person: int) -> IssuerLogin:
        """How one of its people asks for tokens."""
        return login_for(self.operator, person)

    def close(self) -> None:
        """Close the issuer's database."""
        self.issuer.close()

    def _key(self) -> RSAPrivateKey:
        """Keys from the pool, each once in this operator's life."""
        self._made += 1
        return pooled_key(3 * self._made + self._number)


def reopened(folder: Path) -> list[Operator]:
    """The operators of a ``Door`` in this folder, opened once more."""
    return [Operator(folder / f"operator-{number}", number) for number in range(3)]


def login_for(operator: MadeUpOperator, person: int) -> IssuerLogin:
    """The login of one of an operator's people."""
    login = ClientCredentials(issuer=operator.url, client_id=operator.webid(person), client_secret="made up")
    return IssuerLogin.of(DPoPAuth(login))
