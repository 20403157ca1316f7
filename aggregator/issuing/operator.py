"""A made-up pod operator for demonstrations and tests: an identity provider with made-up people beside an issuer.

Its people log in by client credentials as people of a Solid server do, and the issuer checks their tokens in no other
way: it reads the person's document and the provider's keys over HTTP. Anyone who reaches it can log in as any of its
people, so it serves loopback only and its issuer trusts nobody else's people.
"""

from __future__ import annotations

import base64
import json
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, Response, request
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry
from waitress.server import create_server

from aggregator.errors import NotAuthorisedError
from aggregator.issuing.config import (
    MEMBERS,
    accept_invitation,
    init_issuer,
    invite,
    load_issuer,
    trust_issuer,
    write_invitation,
)
from aggregator.issuing.issuer import Issuer, create_issuer_app
from aggregator.ports import free_port
from aggregator.solid_oidc import TokenCheck
from aggregator.web import follow_input, json_response, stop_in_order
from vocab.study import MIN_ISSUERS

__all__ = ["INVITATION", "MadeUpOperator", "create_operator_app", "init_operator", "serve_operators"]

INVITATION = "issuer-invitation.toml"
THREADS = 16
"""An issuer asks its own provider while it answers."""
SECONDS = 600
PROFILE = "<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <{url}> .\n"


@dataclass(frozen=True, slots=True)
class MadeUpOperator:
    """An operator at ``url`` (loopback) with so many people, called by their numbers from 0."""

    url: str
    people: int
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "made-up"}), repr=False)

    def webid(self, number: int) -> str:
        """The WebID of one of its people; its document is served by the operator."""
        return f"{self.url}people/{number}#me"

    def token(self, number: int, thumbprint: str, **claims: Any) -> str:
        """An access token for one of its people, bound to a key; ``claims`` are written over the honest ones."""
        now = int(time.time())
        said = {
            "iss": self.url,
            "sub": self.webid(number),
            "webid": self.webid(number),
            "aud": "solid",
            "iat": now,
            "exp": now + SECONDS,
            "client_id": self.webid(number),
            "cnf": {"jkt": thumbprint},
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": "made-up"}, said, self.key)


def init_operator(home: Path, *, port: int, people: int) -> MadeUpOperator:
    """Set up a made-up operator's issuer on this port of loopback, with an invitation for one leader beside it."""
    operator = MadeUpOperator(f"http://127.0.0.1:{port}/", people)
    init_issuer(home, url=operator.url, providers=(operator.url,), port=port)
    (home / MEMBERS).write_text("".join(operator.webid(number) + "\n" for number in range(people)), encoding="utf-8")
    write_invitation(home / INVITATION, invite(home, "demonstration"))
    return operator


def create_operator_app(issuer: Issuer, operator: MadeUpOperator, logins: TokenCheck | None = None) -> Flask:
    """The issuer's interface and beside it the provider's and the people's documents."""
    app = create_issuer_app(issuer, logins)

    @app.get("/.well-known/openid-configuration")
    def about() -> Response:
        said = {
            "issuer": operator.url,
            "token_endpoint": f"{operator.url}token",
            "jwks_uri": f"{operator.url}jwks",
        }
        return json_response(json.dumps(said).encode())

    @app.get("/jwks")
    def keys() -> Response:
        return json_response(json.dumps({"keys": [operator.key.as_dict(private=False)]}).encode())

    @app.get("/people/<int:number>")
    def person(number: int) -> Response:  # noqa: ARG001 - everyone's document says the same
        return Response(PROFILE.format(url=operator.url), content_type="text/turtle")

    @app.post("/token")
    def login() -> Response:
        number = _person(request.headers.get("Authorization"), operator)
        answer = {
            "access_token": operator.token(number, _thumbprint(request.headers.get("DPoP", ""))),
            "token_type": "DPoP",
            "expires_in": SECONDS,
        }
        return json_response(json.dumps(answer).encode())

    return app


def serve_operators(home: Path, people: int, *, with_parent: bool = False) -> None:
    """Serve fresh operators on free ports of loopback until told to stop; the leader of ``home`` is invited by each.

    Says where they are on standard output once all of them listen.
    """
    operators = []
    for number in range(MIN_ISSUERS):
        folder = home / "operators" / str(number)
        operator = init_operator(folder, port=free_port(), people=people)
        accept_invitation(home, folder / INVITATION)
        trust_issuer(home, operator.url)
        operators.append((operator, create_operator_app(Issuer(folder, load_issuer(folder)), operator)))
    servers = [
        create_server(app, host="127.0.0.1", port=urlsplit(operator.url).port, threads=THREADS)
        for operator, app in operators
    ]
    for server in servers[1:]:
        threading.Thread(target=server.run, daemon=True).start()
    stop_in_order()
    if with_parent:
        follow_input(stop=True)
    sys.stdout.write(f"issuers listen on {' '.join(operator.url for operator, _ in operators)}\n")
    sys.stdout.flush()
    servers[0].run()


def _person(header: str | None, operator: MadeUpOperator) -> int:
    """The number of the person whose client credentials these are: their WebID, and any secret."""
    try:
        webid = unquote(
            base64.b64decode((header or "").removeprefix("Basic "), validate=True).decode().partition(":")[0]
        )
        number = int(webid.rpartition("/")[2].removesuffix("#me"))
    except ValueError as error:
        raise NotAuthorisedError("a login names a person by WebID") from error
    if webid != operator.webid(number) or not 0 <= number < operator.people:
        raise NotAuthorisedError("the operator has no such person")
    return number


def _thumbprint(proof: str) -> str:
    """Whose key a proof shows."""
    try:
        header = json.loads(base64.urlsafe_b64decode(proof.partition(".")[0] + "=="))
        key = JWKRegistry.import_key(header["jwk"])
        jwt.decode(proof, key, algorithms=["ES256"])
    except (ValueError, LookupError, TypeError) as error:
        raise NotAuthorisedError("the proof of a key cannot be read") from error
    return str(key.thumbprint())
