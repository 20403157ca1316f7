"""Shares on a server that lies or forgets, beside another device, and beside what other programs wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from consent.errors import BadSignatureError
from pod_agent.errors import PodAccessError, PodConflictError, PodError, ShareOutstandingError
from pod_agent.pods.links import parent
from pod_agent.sharing import listing
from pod_agent.sharing.containers import Containers
from pod_agent.sharing.drafts import Draft
from tests.support.consents import MemoryDocuments
from tests.support.ruled_server import BASE, RuledServer
from tests.support.sharing import ALICE, BOB, Home

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    server = RuledServer(ALICE)
    return Home(tmp_path, server.pod(), server=server, documents=MemoryDocuments())


def drafted(home: Home) -> Draft:
    return home.shares().draft(BOB, ["groceries"], "a look at it", months=24)


def server_of(home: Home) -> RuledServer:
    assert home.server is not None
    return home.server


def named_besides_the_owner(home: Home) -> set[str]:
    return {agent for _, allowed in server_of(home).rules() for agent, _ in allowed} - {ALICE}


def intercept(home: Home, answer: Callable[[httpx.Request, Answer], httpx.Response]) -> None:
    server = server_of(home)
    real = server._do
    server._do = lambda request: answer(request, real)  # type: ignore[method-assign]


def keeps_no_rules(request: httpx.Request, real: Answer) -> httpx.Response:
    if request.method == "PUT" and request.url.path.endswith(".acl"):
        return httpx.Response(205)
    return real(request)


def test_a_share_is_not_given_where_the_server_does_not_keep_the_rule(home: Home) -> None:
    draft = drafted(home)
    intercept(home, lambda request, real: (keeps_no_rules if b"bob" in request.content else _as_it_is)(request, real))
    with pytest.raises(PodError, match="did not keep"):
        home.shares().give(draft)
    assert [row["status"] for row in home.shares().listed()] == ["withdrawn"]


def test_a_withdrawal_is_not_done_where_the_server_keeps_the_old_rule(home: Home) -> None:
    draft = drafted(home)
    home.shares().give(draft)
    intercept(home, keeps_no_rules)
    with pytest.raises(ShareOutstandingError, match="can still be read"):
        home.shares().withdraw(draft.grant.identifier)
    assert home.shares().is_due()


def test_a_withdrawal_by_another_device_while_this_one_opens_leaves_no_rule(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Home(tmp_path / "other", home.pod, server=home.server, documents=home.documents)
    draft = drafted(home)
    opens = Containers.open_to

    def raced(self: Containers, *given: object) -> None:
        other.shares().withdraw(draft.grant.identifier)
        opens(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Containers, "open_to", raced)
    with pytest.raises(PodConflictError):
        home.shares().give(draft)
    assert named_besides_the_owner(home) == set()
    assert not any(draft.grant.identifier in path for path in server_of(home).stored)
    assert not home.shares().is_due()


def test_a_server_without_etags_is_refused_and_cleared_up(home: Home) -> None:
    def without_etag(request: httpx.Request, real: Answer) -> httpx.Response:
        answer = real(request)
        answer.headers.pop("etag", None)
        return answer

    draft = drafted(home)
    intercept(home, without_etag)
    with pytest.raises(PodError, match="no ETag"):
        home.shares().give(draft)
    assert named_besides_the_owner(home) == set()
    assert not any(draft.grant.identifier in path for path in server_of(home).stored)
    assert home.shares().who().others() == []
    assert not home.shares().is_due()


def test_what_others_put_beside_the_shares_stays(home: Home) -> None:
    home.shares().give(drafted(home))
    foreign = {f"/alice/pod-agent/shared/{name}": (b"", 0) for name in ("mine/", "mine/a.ttl", "loose.ttl")}
    server_of(home).stored |= foreign
    home.shares().catch_up()
    assert foreign.keys() <= server_of(home).stored.keys()


def test_a_share_whose_grant_was_changed_is_closed_when_withdrawn_and_then_forgotten(home: Home) -> None:
    draft = drafted(home)
    home.shares().give(draft)
    assert isinstance(home.documents, MemoryDocuments)
    path = f"consent/shares/{draft.grant.identifier}.ttl"
    home.documents.files[path] = home.documents.files[path].replace(b"bob", b"eve")
    with pytest.raises(BadSignatureError):
        home.gate.one(draft.grant.identifier)
    with pytest.raises(ShareOutstandingError, match="nobody can read"):
        home.shares().withdraw(draft.grant.identifier)
    assert named_besides_the_owner(home) == set()
    home.shares().catch_up()
    assert not home.shares().is_due()


@pytest.mark.parametrize("fault", ["clock", "log"])
def test_a_noted_withdrawal_is_done_though_clock_or_log_are_not_sound(home: Home, fault: str) -> None:
    draft = drafted(home)
    home.shares().give(draft)
    server_of(home).away = True
    with pytest.raises(ShareOutstandingError):
        home.shares().withdraw(draft.grant.identifier)
    server_of(home).away = False
    if fault == "clock":
        home.now -= timedelta(days=3)
    else:
        assert isinstance(home.documents, MemoryDocuments)
        home.documents.files = {
            path: content for path, content in home.documents.files.items() if "consent/log/" not in path
        }
    home.shares().catch_up()
    assert named_besides_the_owner(home) == set()


@pytest.mark.parametrize("rules", [b"no turtle at all", b"<#a> <http://other.example/lets> <http://eve.example/> ."])
def test_rules_that_are_not_understood_are_told(home: Home, rules: bytes) -> None:
    server = server_of(home)
    server.stored["/alice/pod-agent/"] = (b"", 0)
    server.stored["/alice/pod-agent/x.ttl"] = (b"", 0)
    server.allows = lambda *_: True  # type: ignore[method-assign]
    server.stored["/alice/pod-agent/x.ttl.acl"] = (rules, 0)
    assert home.shares().who().to_json()["unclear"] == [f"{BASE}/alice/pod-agent/x.ttl"]


def test_a_listing_that_stays_open_is_not_called_closed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The public rule stands above the storage, where it is not the person's to take away."""
    storage = f"{BASE}/alice/"
    monkeypatch.setattr(listing, "_found", lambda _webid: None)
    server = server_of(home)
    public = (
        "<#p> <http://www.w3.org/ns/auth/acl#agentClass> <http://xmlns.com/foaf/0.1/Agent>;"
        " <http://www.w3.org/ns/auth/acl#mode> <http://www.w3.org/ns/auth/acl#Read>;"
        " <http://www.w3.org/ns/auth/acl#default> </> ."
    )
    server.stored["/.acl"] = (public.encode(), 0)
    server.stored["/"] = (b"", 0)
    del server.stored["/alice/.acl"]
    server.allows = lambda *_: True  # type: ignore[method-assign]
    assert parent(storage) == f"{BASE}/"
    with pytest.raises(PodAccessError, match="stays open"):
        home.shares().close_listing(storage)


def _as_it_is(request: httpx.Request, real: Answer) -> httpx.Response:
    return real(request)
