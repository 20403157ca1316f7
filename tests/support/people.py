"""Identity providers whose access tokens are those of Solid-OIDC: signed, about a WebID, bound to the asker's key."""

from __future__ import annotations

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from pod_agent.pods.login.auth import DPoPAuth
from pod_agent.pods.login.logins import ClientCredentials
from tests.support.strict_server import StrictServer

__all__ = ["PersonServer"]


class PersonServer(StrictServer):
    """A strict server that vouches for people; ``claims`` are written over what an honest token says."""

    def __init__(self) -> None:
        super().__init__()
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.claims: dict[str, Any] = {}
        self.person = ""
        self.configuration["jwks_uri"] = f"{self.address}jwks"
        self.routes["/jwks"] = lambda _path, _body: (200, {"keys": [self.key.as_dict(private=False)]})

    def issue(self, thumbprint: str) -> dict[str, Any]:
        """A token about the person who logs in, for ten minutes."""
        now = int(time.time())
        claims = {
            "iss": self.address,
            "webid": self.person,
            "sub": self.person,
            "aud": ["solid"],
            "client_id": "agent",
            "iat": now,
            "exp": now + 600,
            "cnf": {"jkt": thumbprint},
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode({"alg": "ES256", "kid": "one", "typ": "at+jwt"}, kept, self.key)
        return {"access_token": token, "token_type": "DPoP", "expires_in": 600}

    def webid(self, name: str, issuer: str | None = None) -> str:
        """A person whose WebID document names this provider, or another one."""
        says = f"<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <{issuer or self.address}> .\n"
        self.stored[f"/{name}"] = (says.encode(), "text/turtle")
        return f"{self.address}{name}#me"

    def log_in(self, webid: str) -> DPoPAuth:
        """The agent's own login as this person; the next token is about them."""
        self.person = webid
        return DPoPAuth(ClientCredentials(issuer=self.address, client_id=self.client[0], client_secret=self.client[1]))
