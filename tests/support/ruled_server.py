"""A Solid server in memory with Web Access Control of its own making, faults on demand, and a look at every rule.

Who asks is named by the header ``x-agent``. It answers through ``httpx.MockTransport``, so thousands of requests take
a second; what it allows is computed here, by other code than the agent's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import pyoxigraph as ox

from pod_agent.pods.session import Session
from pod_agent.pods.solid import SolidPod

__all__ = ["Died", "RuledServer"]

BASE = "https://pod.example"
ACL = "http://www.w3.org/ns/auth/acl#"
EVERYBODY = "http://xmlns.com/foaf/0.1/Agent"
NEEDED = {"GET": "Read", "HEAD": "Read", "PUT": "Write", "DELETE": "Write"}


class Died(BaseException):
    """The agent's process ends here, as by kill -9: nothing in it may catch this."""


@dataclass
class RuledServer:
    """The storage ``/alice/`` of ``owner``.

    ``on_rules`` is called with each document of rules before it is stored, ``on_delete`` with each path before it is
    removed.
    """

    owner: str
    away: bool = False
    die_at: int | None = None
    dies_after: bool = False
    stored: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    on_rules: Callable[[str, set[tuple[str, str]]], None] = lambda _path, _allowed: None
    on_delete: Callable[[str], None] = lambda _path: None
    count: int = 0

    def __post_init__(self) -> None:
        rules = _rules(self.owner, "./", default=True)
        self.stored = {"/alice/": (b"", 0), "/alice/.acl": (rules, 0)}

    def session(self, agent: str) -> Session:
        """Requests of one agent."""
        client = httpx.Client(transport=httpx.MockTransport(self._answer), headers={"x-agent": agent})
        return Session(client, pause=lambda _: None)

    def pod(self) -> SolidPod:
        """The agent's container in the owner's storage."""
        return SolidPod(f"{BASE}/alice/pod-agent/", self.session(self.owner))

    def is_public(self, address: str) -> bool:
        """Whether somebody without a login may read this."""
        return self.allows("", urlsplit(address).path, "Read")

    def readable(self, agent: str) -> set[str]:
        """Every document and container that an agent may read."""
        return {path for path in self.stored if not path.endswith(".acl") and self.allows(agent, path, "Read")}

    def rules(self) -> Iterator[tuple[str, set[tuple[str, str]]]]:
        """Path of every document of rules, with agents and modes in it."""
        for path, (content, _) in sorted(self.stored.items()):
            if path.endswith(".acl"):
                yield path, {(agent, mode) for agent, mode, _, _ in _authorisations(content, path)}

    def allows(self, agent: str, path: str, mode: str) -> bool:
        """By the rules of the resource, or else of the nearest container that has any for its members."""
        target, own = path, True
        while f"{target}.acl" not in self.stored:
            target, own = target.rstrip("/").rpartition("/")[0] + "/", False
            if target == "/":
                return False
        content = self.stored[f"{target}.acl"][0]
        wanted = BASE + target
        return any(
            who in {agent, EVERYBODY} and what == mode and (wanted in here if own else wanted in below)
            for who, what, here, below in _authorisations(content, f"{target}.acl")
        )

    @contextmanager
    def step(self) -> Iterator[None]:
        """Something that the agent does to its pod; the agent may die before it or right after it."""
        self.count += 1
        if self.away:
            raise httpx.ConnectError("away")
        dying = self.die_at is not None and self.count >= self.die_at
        if dying and not self.dies_after:
            raise Died
        yield
        if dying:
            raise Died

    def _answer(self, request: httpx.Request) -> httpx.Response:
        with self.step():
            return self._do(request)

    def _do(self, request: httpx.Request) -> httpx.Response:
        method, path = request.method, request.url.path
        agent = request.headers["x-agent"]
        about = path.removesuffix(".acl")
        if not self.allows(agent, about, "Control" if about != path else NEEDED[method]):
            return httpx.Response(403)
        known = self.stored.get(path)
        if method in {"PUT", "DELETE"} and not _holds(request.headers, known):
            return httpx.Response(412)
        links = {"link": f'<{path}.acl>; rel="acl"', "wac-allow": 'user="read"'}
        if method == "PUT":
            return self._put(path, request.content)
        if known is None:
            return httpx.Response(404, headers=links)
        if method == "DELETE":
            return self._delete(path)
        body = known[0] if not path.endswith("/") else self._listing(path)
        return httpx.Response(
            200, content=body, headers={"etag": f'"{known[1]}"', "content-type": "text/turtle", **links}
        )

    def _put(self, path: str, content: bytes) -> httpx.Response:
        if path.endswith(".acl"):
            self.on_rules(path, {(agent, mode) for agent, mode, _, _ in _authorisations(content, path)})
        place = path
        while place != "/":
            self.stored.setdefault(place, (b"", self.count))
            place = place.rstrip("/").rpartition("/")[0] + "/"
        self.stored[path] = (content, self.count)
        return httpx.Response(201)

    def _delete(self, path: str) -> httpx.Response:
        self.on_delete(path)
        if path.endswith("/") and any(
            name.startswith(path) and name not in {path, f"{path}.acl"} for name in self.stored
        ):
            return httpx.Response(409)
        del self.stored[path]
        self.stored.pop(f"{path}.acl", None)
        return httpx.Response(205)

    def _listing(self, path: str) -> bytes:
        rests = {name.removeprefix(path) for name in self.stored if name.startswith(path) and name != path}
        names = {rest.partition("/")[0] + ("/" if "/" in rest else "") for rest in rests if not rest.endswith(".acl")}
        return "".join(f"<> <http://www.w3.org/ns/ldp#contains> <{name}> .\n" for name in sorted(names)).encode()


def _holds(headers: httpx.Headers, known: tuple[bytes, int] | None) -> bool:
    if headers.get("if-none-match") == "*":
        return known is None
    match = headers.get("if-match")
    return match is None or (known is not None and match == f'"{known[1]}"')


def _authorisations(content: bytes, path: str) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """Agent, mode, resources and containers whose members are meant, of every authorisation."""
    found: dict[str, dict[str, set[str]]] = {}
    for quad in ox.parse(content, format=ox.RdfFormat.TURTLE, base_iri=BASE + path):
        values = found.setdefault(str(quad.subject), {})
        values.setdefault(quad.predicate.value.removeprefix(ACL), set()).add(getattr(quad.object, "value", ""))
    for values in found.values():
        for agent in values.get("agent", set()) | values.get("agentClass", set()):
            for mode in values.get("mode", set()):
                yield agent, mode.removeprefix(ACL), values.get("accessTo", set()), values.get("default", set())


def _rules(owner: str, target: str, *, default: bool) -> bytes:
    below = f"; acl:default <{target}>" if default else ""
    return (
        f"@prefix acl: <{ACL}> . <#owner> a acl:Authorization; acl:agent <{owner}>; acl:accessTo <{target}>{below};"
        " acl:mode acl:Read, acl:Write, acl:Control ."
    ).encode()
