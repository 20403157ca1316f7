"""A made-up pod operator for demonstrations and tests: an identity provider with made-up people beside an issuer.

Its people log in by client credentials as people of a Solid server do, and the issuer checks their tokens in no other
way: it reads the person's document and the provider's keys over HTTP. Anyone who reaches it can log in as any of its
people, so it serves loopback only and its issuer trusts nobody else's people.
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry

from aggregator.errors import NotAuthorisedError
from aggregator.issuing.config import MEMBERS, init_issuer, invite, load_issuer, write_invitation
from aggregator.issuing.issuer import Issuer, create_issuer_app
from aggregator.solid_oidc import TokenCheck
from aggregator.web import json_response

__all__ = ["MadeUpOperator", "create_operator_app", "init_operator", "open_operator"]

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
            "client_id": str(number),
            "cnf": {"jkt": thumbprint},
            **claims,
        }
        return jwt.encode({"alg": "ES256", "kid": "made-up"}, said, self.key)


def init_operator(home: Path, *, port: int, people: int, invitation: Path | None = None) -> MadeUpOperator:
    """Set up a made-up operator's issuer on this port of loopback, and write an invitation for one leader."""
    operator = MadeUpOperator(f"http://127.0.0.1:{port}/", people)
    init_issuer(home, url=operator.url, providers=(operator.url,), port=port)
    (home / MEMBERS).write_text("".join(operator.webid(number) + "\n" for number in range(people)), encoding="utf-8")
    write_invitation(invitation or home / "issuer-invitation.toml", invite(home, "demonstration"))
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
        number = _client(request.headers.get("Authorization"))
        if not 0 <= number < operator.people:
            raise NotAuthorisedError("the operator has no such person")
        answer = {
            "access_token": operator.token(number, _thumbprint(request.headers.get("DPoP", ""))),
            "token_type": "DPoP",
            "expires_in": SECONDS,
        }
        return json_response(json.dumps(answer).encode())

    return app


def open_operator(home: Path, people: int) -> Flask:
    """The whole operator of a home that ``init_operator`` made."""
    config = load_issuer(home)
    return create_operator_app(Issuer(home, config), MadeUpOperator(config.url, people))


def _client(header: str | None) -> int:
    """The number of the person whose client credentials these are; there is no secret about a made-up person."""
    try:
        pair = base64.b64decode((header or "").removeprefix("Basic "), validate=True).decode()
        return int(pair.partition(":")[0])
    except ValueError as error:
        raise NotAuthorisedError("a login names a person by number") from error


def _thumbprint(proof: str) -> str:
    """Whose key a proof shows."""
    try:
        header = json.loads(base64.urlsafe_b64decode(proof.partition(".")[0] + "=="))
        key = JWKRegistry.import_key(header["jwk"])
        jwt.decode(proof, key, algorithms=["ES256"])
    except (ValueError, LookupError, TypeError) as error:
        raise NotAuthorisedError("the proof of a key cannot be read") from error
    return str(key.thumbprint())
