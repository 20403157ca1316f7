"""A strict identity provider on the strict server: logins in the browser, refresh tokens, and lies on demand."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.support.strict_server import Answer, StrictServer

__all__ = ["StrictProvider"]


class StrictProvider:
    """Gives the server the endpoints of Solid-OIDC and one person with a profile.

    ``claims`` and ``redirected`` are written over what an honest provider says; ``signing_key`` is what it signs with.
    With ``rotates`` a refresh token works once, and using it again ends the whole login, as RFC 9700 asks for.
    """

    def __init__(self, server: StrictServer, name: str = "ann") -> None:
        self.server = server
        self.webid = f"{server.address}{name}#me"
        self.key = ECKey.generate_key("P-256", {"kid": "one"})
        self.signing_key = self.key
        self.claims: dict[str, Any] = {}
        self.redirected: dict[str, str | None] = {}
        self.denies = False
        self.rotates = True
        self.gives_refresh = True
        self.token_extras: dict[str, Any] = {}
        self.requests: dict[str, dict[str, str]] = {}
        self.clients: dict[str, dict[str, Any]] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.spent: set[str] = set()
        self.revoked: list[str] = []
        self.refreshed = 0
        address = server.address
        server.configuration |= {
            "authorization_endpoint": f"{address}authorize",
            "registration_endpoint": f"{address}register",
            "revocation_endpoint": f"{address}revoke",
            "jwks_uri": f"{address}jwks",
            "authorization_response_iss_parameter_supported": True,
            "scopes_supported": ["openid", "webid", "offline_access"],
            "code_challenge_methods_supported": ["S256"],
        }
        server.routes |= {
            "/authorize": self._authorize,
            "/register": self._register,
            "/revoke": self._revoke,
            "/jwks": lambda _path, _body: (200, {"keys": [self.key.as_dict(private=False)]}),
        }
        server.grants |= {"authorization_code": self._exchange, "refresh_token": self._refresh}
        server.public |= {f"/{name}"}
        profile = (
            f"<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <{address}> ; "
            f"<http://www.w3.org/ns/pim/space#storage> <{address}pod/> .\n"
        )
        server.stored[f"/{name}"] = (profile.encode(), "text/turtle")

    def browse(self, authorization_url: str) -> str:
        """What a browser does with the address, the person saying yes; where it is sent back to."""
        answer = httpx.get(authorization_url, trust_env=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def _register(self, _path: str, body: bytes) -> Answer:
        client = httpx.Response(200, content=body).json()
        assert client["token_endpoint_auth_method"] == "none"
        client_id = secrets.token_hex(4)
        self.clients[client_id] = client
        return 201, {"client_id": client_id}

    def _authorize(self, path: str, _body: bytes) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        client = self.clients[asked["client_id"]]
        assert asked["redirect_uri"] in client["redirect_uris"]
        assert (asked["prompt"], asked["code_challenge_method"], asked["response_type"]) == ("consent", "S256", "code")
        code = secrets.token_hex(8)
        self.requests[code] = asked
        answer: dict[str, str | None] = {"state": asked["state"], "iss": self.server.address, "code": code}
        if self.denies:
            answer |= {"code": None, "error": "access_denied"}
        kept = {name: value for name, value in {**answer, **self.redirected}.items() if value is not None}
        return 303, {"location": f"{asked['redirect_uri']}?{urlencode(kept)}"}

    def _exchange(self, form: dict[str, str], thumbprint: str) -> Answer:
        asked = self.requests.pop(form["code"], None)
        digest = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or digest != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.server.address,
            "sub": self.webid,
            "webid": self.webid,
            "aud": [asked["client_id"], "solid"],
            "azp": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": int(self.server.now()),
            "exp": int(self.server.now()) + 600,
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        id_token = jwt.encode({"alg": "ES256", "kid": "one"}, kept, self.signing_key)
        return 200, {**self._tokens(thumbprint), "id_token": id_token}

    def _refresh(self, form: dict[str, str], thumbprint: str) -> Answer:
        token = form["refresh_token"]
        with self.server.lock:
            if token in self.spent:
                self.refresh_tokens.clear()
            if self.refresh_tokens.get(token) != thumbprint:
                return 400, {"error": "invalid_grant"}
            self.refreshed += 1
            if not self.rotates:
                return 200, {**self.server.issue(thumbprint), **self.token_extras}
            del self.refresh_tokens[token]
            self.spent.add(token)
            return 200, self._tokens(thumbprint)

    def _tokens(self, thumbprint: str) -> dict[str, Any]:
        tokens = {**self.server.issue(thumbprint), **self.token_extras}
        if self.gives_refresh:
            tokens["refresh_token"] = f"refresh-{secrets.token_hex(8)}"
            self.refresh_tokens[tokens["refresh_token"]] = thumbprint
        return tokens

    def _revoke(self, _path: str, body: bytes) -> Answer:
        token = parse_qs(body.decode())["token"][0]
        self.revoked.append(token)
        self.refresh_tokens.pop(token, None)
        return 200, {}
