"""A world for one server case: a server, a person with a pod on it, a friend, and a stranger who has not logged in."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import pyoxigraph as ox
from joserfc import jwt
from joserfc.jwk import ECKey

from pod_agent.pods.links import ACL, link_targets
from pod_agent.pods.login.auth import DPoPAuth
from pod_agent.pods.session import open_client
from tests.contract.naming import ACP, JSS, WAC
from tests.support.jss_server import any_address, fresh_jss_owner
from tests.support.solid_server import Access, fresh_owner

__all__ = ["AUTHENTICATED", "PUBLIC", "TURTLE", "Grant", "Person", "World", "objects", "open_world", "payload"]

TURTLE = '<#a> <http://schema.org/name> "kopi" .\n'
PUBLIC = "anyone"
AUTHENTICATED = "anyone who has logged in"

_PREFIXES = "@prefix acl: <http://www.w3.org/ns/auth/acl#>. @prefix foaf: <http://xmlns.com/foaf/0.1/>.\n"
_ACP_PREFIXES = "@prefix acl: <http://www.w3.org/ns/auth/acl#>. @prefix acp: <http://www.w3.org/ns/solid/acp#>.\n"
_AGENT_CLASSES = {PUBLIC: "foaf:Agent", AUTHENTICATED: "acl:AuthenticatedAgent"}
_ACP_AGENTS = {PUBLIC: "acp:PublicAgent", AUTHENTICATED: "acp:AuthenticatedAgent"}

Grant = tuple[str, tuple[str, ...]]
"""A WebID, ``PUBLIC`` or ``AUTHENTICATED``, and the modes they get."""


@dataclass
class Person:
    """Somebody who sends requests; ``ask_token`` gives the answer to a request for a token with this proof."""

    webid: str
    storage: str
    private: str
    client: httpx.Client
    ask_token: Callable[[str], httpx.Response]
    token_address: str
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"), repr=False)
    _token: str = field(default="", repr=False)

    def send(
        self, method: str, address: str, content: str | bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request with this person's login."""
        given = dict(headers or {})
        if content is not None and "content-type" not in given:
            given["content-type"] = "text/turtle"
        return self.client.request(method, address, headers=given, content=content)

    def token(self) -> str:
        """An access token that is bound to ``key``."""
        if not self._token:
            self._token = self.ask_token(self.proof("POST", self.token_address)).json()["access_token"]
        return self._token

    def proof(self, method: str, address: str, *, skew: int = 0, bound: bool = True) -> str:
        """A proof for one request, its clock off by ``skew`` seconds; ``bound`` names the token's hash."""
        claims = {
            "htm": method,
            "htu": urlunsplit((*urlsplit(address)[:3], "", "")),
            "jti": secrets.token_urlsafe(16),
            "iat": int(time.time()) + skew,
        }
        if bound and self._token:
            digest = hashlib.sha256(self._token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return jwt.encode({"alg": "ES256", "typ": "dpop+jwt", "jwk": self.key.as_dict(private=False)}, claims, self.key)


@dataclass
class World:
    """What a case works with. Every case has ``folder()`` of its own, so cases can run in any order."""

    server: str
    address: str
    owner: Person
    friend: Person
    stranger: httpx.Client

    def folder(self) -> str:
        """Address of a new container that only its owner may use; it holds ``a.ttl``."""
        made = f"{self.owner.private}contract-{secrets.token_hex(6)}/"
        assert self.owner.send("PUT", f"{made}a.ttl", TURTLE).status_code == httpx.codes.CREATED
        return made

    def anonymous(self, method: str, address: str, **options: object) -> httpx.Response:
        """One request without a login."""
        return self.stranger.request(method, address, **options)  # type: ignore[arg-type]

    def rules_address(self, address: str) -> str:
        """Where the access rules of a resource are."""
        response = self.owner.send("HEAD", address)
        return link_targets(response.headers.get_list("link"), ACL, address)[0]

    def share(self, container: str, *grants: Grant, owner: bool = True) -> httpx.Response:
        """Write the container's access rules: what the owner has, where ``owner``, and these grants."""
        own: tuple[Grant, ...] = ((self.owner.webid, ("Read", "Write", "Control")),) if owner else ()
        text = _acp((*own, *grants)) if self.server == ACP else _wac((*own, *grants))
        response = self.owner.send("PUT", self.rules_address(container), text)
        assert response.is_success, (response.status_code, response.text)
        return response

    def close(self) -> None:
        """Release connections."""
        for client in (self.owner.client, self.friend.client, self.stranger):
            client.close()


def open_world(server: str) -> World:
    """A world on one of the servers, which is started where it is not yet."""
    owner, friend = (_jss_person() if server == JSS else _css_person(server) for _ in range(2))
    parts = urlsplit(owner.storage)
    return World(server, f"{parts.scheme}://{parts.netloc}/", owner, friend, open_client(owner.storage))


def _css_person(server: str) -> Person:
    access: dict[str, Access] = {WAC: "wac", ACP: "acp"}
    owner = fresh_owner(access[server])
    login = owner.credentials
    endpoint = f"{login.issuer}.oidc/token"
    pair = ":".join(quote(part, safe="") for part in (login.client_id, login.client_secret))
    basic = "Basic " + base64.b64encode(pair.encode()).decode()

    def ask_token(proof: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", "scope": "webid"}
        with open_client(endpoint) as client:
            return client.post(endpoint, data=form, headers={"authorization": basic, "dpop": proof})

    client = open_client(owner.storage, DPoPAuth(login))
    return Person(owner.webid, owner.storage, owner.storage, client, ask_token, endpoint)


def _jss_person() -> Person:
    owner = fresh_jss_owner()
    endpoint = f"{owner.server}idp/credentials"

    def ask_token(proof: str) -> httpx.Response:
        login = {"email": owner.email, "password": owner.password}
        with open_client(endpoint) as client:
            return client.post(endpoint, json=login, headers={"dpop": proof, "x-forwarded-for": any_address()})

    client = open_client(owner.storage, owner.auth())
    return Person(owner.webid, owner.storage, f"{owner.storage}private/", client, ask_token, endpoint)


def _wac(grants: tuple[Grant, ...]) -> str:
    text = _PREFIXES
    for number, (who, modes) in enumerate(grants):
        agent = f"acl:agentClass {_AGENT_CLASSES[who]}" if who in _AGENT_CLASSES else f"acl:agent <{who}>"
        granted = ", ".join(f"acl:{mode}" for mode in modes)
        text += f"<#g{number}> a acl:Authorization; {agent}; acl:accessTo <./>; acl:default <./>; acl:mode {granted}.\n"
    return text


def _acp(grants: tuple[Grant, ...]) -> str:
    names = ", ".join(f"<#g{number}>" for number in range(len(grants)))
    text = _ACP_PREFIXES + (
        f"<> a acp:AccessControlResource; acp:resource <./>; acp:accessControl {names}; "
        f"acp:memberAccessControl {names}.\n"
    )
    for number, (who, modes) in enumerate(grants):
        agent = _ACP_AGENTS.get(who, f"<{who}>")
        granted = ", ".join(f"acl:{mode}" for mode in modes)
        text += (
            f"<#g{number}> a acp:AccessControl; acp:apply <#p{number}>. "
            f"<#p{number}> a acp:Policy; acp:allow {granted}; "
            f"acp:anyOf <#m{number}>. <#m{number}> a acp:Matcher; acp:agent {agent}.\n"
        )
    return text


def objects(body: bytes, address: str, predicate: str) -> list[str]:
    """Objects of a predicate in a Turtle document, sorted."""
    found = ox.parse(body, format=ox.RdfFormat.TURTLE, base_iri=address)
    return sorted(
        quad.object.value
        for quad in found
        if quad.predicate.value == predicate and isinstance(quad.object, ox.NamedNode | ox.Literal)
    )


def payload(token: str) -> dict[str, object]:
    """The claims of a token, unchecked."""
    part = token.split(".")[1]
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
