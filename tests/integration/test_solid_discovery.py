"""From a WebID to identity provider and storage, on made-up profiles and on a real Community Solid Server."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from pod_agent.errors import PodAccessError, PodError, PodUnreachableError, UsageError
from pod_agent.pods.hosting.server import Account
from pod_agent.pods.webid.discovery import discover, is_public
from tests.support.solid_server import PASSWORD, fresh_owner, running_server
from tests.support.strict_server import Fault, StrictServer

ISSUER = "<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <https://idp.example/> ."
STORAGE = "<#me> <http://www.w3.org/ns/pim/space#storage> </ann/files> ."
STORAGE_TYPE = '<http://www.w3.org/ns/pim/space#Storage>; rel="type"'


@pytest.fixture
def server() -> Iterator[StrictServer]:
    with StrictServer() as running:
        for path in ("/ann/profile/", "/ann/", "/"):
            running.stored[path] = (b"", "text/turtle")
        yield running


def publish(server: StrictServer, *statements: str, media_type: str = "text/turtle") -> str:
    """Store a profile with these statements; its WebID."""
    server.stored["/ann/profile/card"] = ("\n".join(statements).encode(), media_type)
    return f"{server.address}ann/profile/card#me"


def test_a_profile_names_issuer_and_storage(server: StrictServer) -> None:
    webid = publish(server, ISSUER, STORAGE)
    found = discover(webid)
    assert (found.webid, found.issuers) == (webid, ("https://idp.example/",))
    assert found.storages == (f"{server.address}ann/files/",)
    assert server.requests == [("GET", "/ann/profile/card")]


def test_a_profile_that_comes_compressed_unasked_is_read(server: StrictServer) -> None:
    webid = publish(server)
    server.stored["/ann/profile/card"] = (gzip.compress(f"{ISSUER}\n{STORAGE}".encode()), "text/turtle")
    server.headers["/ann/profile/card"] = [("content-encoding", "gzip")]
    assert discover(webid).issuers == ("https://idp.example/",)


def test_what_a_profile_says_of_others_is_not_taken(server: StrictServer) -> None:
    other = ISSUER.replace("#me", "#friend").replace("idp", "evil")
    webid = publish(server, ISSUER, STORAGE, other, STORAGE.replace("#me", "#friend").replace("ann", "evil"))
    found = discover(webid)
    assert found.issuers == ("https://idp.example/",)
    assert len(found.storages) == 1


@pytest.mark.parametrize("path", ["/ann/profile/", "/ann/", "/"])
@pytest.mark.parametrize(
    "header",
    [
        STORAGE_TYPE,
        f'<x>; rel="acl", {STORAGE_TYPE}, <y,z>; title="a, b; rel=type"; rel=describedby',
        "<http://www.w3.org/ns/pim/space#Storage>; title=s; rel=type",
        '<http://www.w3.org/ns/pim/space#Storage>; rel="first type"',
    ],
)
def test_the_nearest_storage_above_is_found(server: StrictServer, path: str, header: str) -> None:
    server.headers[path] = [("link", header)]
    server.headers["/"] = [("link", STORAGE_TYPE)]
    assert discover(publish(server, ISSUER)).storages == (server.address.rstrip("/") + path,)


@pytest.mark.parametrize(
    "header", ["<http://www.w3.org/ns/pim/space#Storage>; rel=describedby", '<http://e/>; title="rel=type"; rel=acl']
)
def test_other_links_are_no_storage(server: StrictServer, header: str) -> None:
    server.headers["/ann/"] = [("link", header)]
    with pytest.raises(PodError, match="names no storage") as caught:
        discover(publish(server, ISSUER))
    assert "pim:storage" in caught.value.hint


def test_a_missing_issuer_is_said_with_what_to_do(server: StrictServer) -> None:
    with pytest.raises(PodError, match="names no identity provider") as caught:
        discover(publish(server, STORAGE))
    assert "solid:oidcIssuer" in caught.value.hint


@pytest.mark.parametrize(
    ("body", "media_type", "message"),
    [
        ("<html>", "text/html", "text/html and not text/turtle"),
        ("<#me> <#knows", "text/turtle", "not readable Turtle"),
        ("# long\n" * 400_000, "text/turtle", "too long"),
    ],
)
def test_what_is_no_profile_is_refused(server: StrictServer, body: str, media_type: str, message: str) -> None:
    with pytest.raises(PodError, match=message) as caught:
        discover(publish(server, body, media_type=media_type))
    assert caught.value.hint == "Check the WebID."


def test_a_webid_without_a_document_is_refused(server: StrictServer) -> None:
    with pytest.raises(PodError, match=r"no public profile .*\(404\)"):
        discover(f"{server.address}nobody#me")


@pytest.mark.parametrize("webid", ["http://pod.example/card#me", "mailto:ann@pod.example", "ann", "https://", ""])
def test_a_webid_that_is_no_safe_address_is_refused_unasked(webid: str) -> None:
    with pytest.raises(UsageError):
        discover(webid)


@pytest.mark.parametrize("statement", [ISSUER, STORAGE])
def test_a_profile_that_points_to_an_unsafe_address_is_refused(server: StrictServer, statement: str) -> None:
    unsafe = statement.rpartition("<")[0] + "<http://unsafe.example/> ."
    with pytest.raises(PodAccessError, match="without encryption"):
        discover(publish(server, unsafe, ISSUER, STORAGE))


@pytest.mark.parametrize("target", ["http://[x", "https://a..example/", "http://x:99999/", "file:///etc/passwd"])
def test_a_redirect_to_what_is_no_address_is_refused(server: StrictServer, target: str) -> None:
    server.redirects["/ann/profile/card"] = target
    with pytest.raises(PodAccessError, match=r"no web address|not a web address|without encryption"):
        discover(f"{server.address}ann/profile/card#me")


def test_a_redirect_is_followed_where_it_is_safe(server: StrictServer) -> None:
    target = f"{server.address}ann/profile/card"
    with StrictServer(redirects={"/ann": target, "/loop": "/loop", "/out": "http://unsafe.example/card"}) as other:
        webid = f"{other.address}ann#me"
        publish(server, ISSUER.replace("#me", webid), STORAGE.replace("#me", webid))
        assert discover(webid).storages == (f"{server.address}ann/files/",)
        with pytest.raises(PodUnreachableError, match="without end"):
            discover(f"{other.address}loop")
        with pytest.raises(PodAccessError, match="without encryption"):
            discover(f"{other.address}out")


@pytest.mark.parametrize("fault", [Fault(), Fault(kind="closed"), Fault(kind="truncated")])
def test_a_server_that_fails_is_unreachable(server: StrictServer, fault: Fault) -> None:
    webid = publish(server, ISSUER, STORAGE)
    server.faults = [fault]
    with pytest.raises(PodUnreachableError):
        discover(webid)


@pytest.mark.solid
def test_a_real_profile_with_its_storage() -> None:
    owner = fresh_owner()
    found = discover(owner.webid)
    assert (found.issuers, found.storages) == ((running_server().address,), (owner.storage,))
    assert is_public(owner.webid)
    assert not is_public(owner.storage + "pod-agent/")


@pytest.mark.solid
def test_a_real_profile_that_names_no_storage_lies_below_it() -> None:
    with Account(running_server().address) as account:
        account.register("no-storage@example.test", PASSWORD)
        made = account._post("account", "pod", {"name": "no-storage"})
    assert discover(made["webId"]).storages == (made["pod"],)
