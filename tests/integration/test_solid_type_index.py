"""The private type index, on real Community Solid Servers, and changing documents in every way that servers take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

import pytest

from pod_agent.errors import PodAccessError, PodConflictError, PodDamagedError, PodError
from pod_agent.pods.links import ACL, link_targets
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from pod_agent.pods.webid.patches import patch, read_statements
from pod_agent.pods.webid.public import is_public
from pod_agent.pods.webid.type_index import TypeIndex
from tests.support.solid_server import Access, PodOwner, fresh_owner
from tests.support.strict_server import StrictServer
from vocab import terms

SOLID = "http://www.w3.org/ns/solid/terms#"
OTHERS = """@prefix solid: <http://www.w3.org/ns/solid/terms#> .
<> a solid:TypeIndex, solid:UnlistedDocument .
<#notes> a solid:TypeRegistration ; solid:forClass <http://schema.org/NoteDigitalDocument> ;
  solid:instance <../notes.ttl> .
<#pod-agent-of-another> a solid:TypeRegistration ; solid:forClass <http://schema.org/Order> ;
  solid:instanceContainer <../orders/> .
"""
KINDS = [terms.TRANSACTION, terms.MONEY_TRANSFER]


@pytest.fixture
def owner() -> PodOwner:
    return fresh_owner()


@pytest.fixture
def pod(owner: PodOwner) -> Iterator[SolidPod]:
    opened = owner.open()
    yield opened
    opened.close()


def statements(session: Session, address: str) -> set[str]:
    return {str(triple) for triple in read_statements(session, address) or []}


def profile_of(owner: PodOwner) -> str:
    return owner.webid.removesuffix("#me")


def put(pod: SolidPod, address: str, content: str) -> None:
    pod.session.send("PUT", address, {"content-type": "text/turtle"}, content.encode())


@pytest.mark.solid
@pytest.mark.parametrize("access", ["wac", "acp"])
def test_kinds_are_registered_in_a_new_private_index_once(access: Access) -> None:
    owner = fresh_owner(access)
    pod = owner.open()
    before = statements(pod.session, profile_of(owner))
    index = TypeIndex(pod.session, owner.webid, pod.root)
    assert index.register(KINDS) == tuple(KINDS)
    [added] = statements(pod.session, profile_of(owner)) - before
    address = owner.storage + "settings/privateTypeIndex.ttl"
    assert added == f"<{owner.webid}> <{SOLID}privateTypeIndex> <{address}>"
    assert before < statements(pod.session, profile_of(owner))
    assert not is_public(address)
    written = statements(pod.session, address)
    assert len(written) == 2 + 3 * len(KINDS)
    assert {text.rpartition(" ")[2] for text in written if "instanceContainer" in text} == {f"<{pod.root}>"}
    assert index.register([*KINDS, terms.LISTEN]) == (terms.LISTEN,)
    assert index.register(KINDS) == ()
    assert index.registered() == {*KINDS, terms.LISTEN}
    assert index.unregister() == 3
    assert index.unregister() == 0
    assert len(statements(pod.session, address)) == 2
    pod.close()


@pytest.mark.solid
def test_registrations_of_others_stay_as_they_are(owner: PodOwner, pod: SolidPod) -> None:
    address = owner.storage + "apps/index.ttl"
    put(pod, address, OTHERS)
    patch(pod.session, profile_of(owner), insert=[(owner.webid, SOLID + "privateTypeIndex", address)])
    before = statements(pod.session, address)
    index = TypeIndex(pod.session, owner.webid, pod.root)
    other_pod = TypeIndex(pod.session, owner.webid, owner.storage + "elsewhere/")
    index.register(KINDS)
    other_pod.register(KINDS)
    assert before < statements(pod.session, address)
    assert index.unregister() == len(KINDS)
    assert other_pod.registered() == set(KINDS)
    other_pod.unregister()
    assert statements(pod.session, address) == before


@pytest.mark.solid
def test_an_index_named_in_the_preferences_is_used_and_a_new_one_is_named_there(owner: PodOwner, pod: SolidPod) -> None:
    preferences = owner.storage + "settings/prefs.ttl"
    put(pod, preferences, "<> <http://purl.org/dc/terms/title> 'Preferences' .")
    pim = "http://www.w3.org/ns/pim/space#preferencesFile"
    patch(pod.session, profile_of(owner), insert=[(owner.webid, pim, preferences)])
    before = statements(pod.session, profile_of(owner))
    index = TypeIndex(pod.session, owner.webid, pod.root)
    index.register(KINDS)
    assert statements(pod.session, profile_of(owner)) == before
    assert len(statements(pod.session, preferences)) == 2
    assert index.registered() == set(KINDS)


@pytest.mark.solid
def test_an_index_that_anyone_may_read_is_not_written(owner: PodOwner, pod: SolidPod) -> None:
    address = owner.storage + "settings/privateTypeIndex.ttl"
    put(pod, address, OTHERS)
    patch(pod.session, profile_of(owner), insert=[(owner.webid, SOLID + "privateTypeIndex", address)])
    open_to_all(owner, pod, address)
    before = statements(pod.session, address)
    with pytest.raises(PodAccessError, match="anyone may read"):
        TypeIndex(pod.session, owner.webid, pod.root).register(KINDS)
    assert statements(pod.session, address) == before


@pytest.mark.solid
def test_a_new_index_is_closed_where_the_storage_is_open(owner: PodOwner, pod: SolidPod) -> None:
    put(pod, owner.storage + "settings/any.ttl", "<> <#b> 1 .")
    open_to_all(owner, pod, owner.storage + "settings/")
    assert is_public(owner.storage + "settings/any.ttl")
    TypeIndex(pod.session, owner.webid, pod.root).register(KINDS)
    assert not is_public(owner.storage + "settings/privateTypeIndex.ttl")


@pytest.mark.solid
def test_an_attempt_that_was_cut_off_is_finished(owner: PodOwner, pod: SolidPod) -> None:
    address = owner.storage + "settings/privateTypeIndex.ttl"
    put(pod, address, OTHERS)
    index = TypeIndex(pod.session, owner.webid, pod.root)
    index.register(KINDS)
    assert f"<{owner.webid}> <{SOLID}privateTypeIndex> <{address}>" in statements(pod.session, profile_of(owner))
    assert index.registered() == set(KINDS)


@pytest.mark.solid
def test_what_is_no_index_is_not_taken_for_one(owner: PodOwner, pod: SolidPod) -> None:
    put(pod, owner.storage + "settings/privateTypeIndex.ttl", "<> <#b> 1 .")
    before = statements(pod.session, profile_of(owner))
    with pytest.raises(PodError, match="no type index"):
        TypeIndex(pod.session, owner.webid, pod.root).register(KINDS)
    assert statements(pod.session, profile_of(owner)) == before


@pytest.mark.solid
def test_a_profile_that_cannot_be_written_is_said_with_the_line_to_add(owner: PodOwner, pod: SolidPod) -> None:
    stranger = fresh_owner()
    with pytest.raises(PodError, match="may not write") as caught:
        TypeIndex(pod.session, stranger.webid, pod.root).register(KINDS)
    index = owner.storage + "settings/privateTypeIndex.ttl"
    assert f"<{stranger.webid}> <{SOLID}privateTypeIndex> <{index}> ." in caught.value.hint


@pytest.mark.solid
def test_an_index_on_another_server_is_not_shown_the_login(owner: PodOwner, pod: SolidPod) -> None:
    with StrictServer() as other:
        patch(pod.session, profile_of(owner), insert=[(owner.webid, SOLID + "privateTypeIndex", other.address + "i")])
        with pytest.raises(PodAccessError, match="another server"):
            TypeIndex(pod.session, owner.webid, pod.root).register(KINDS)
        assert not other.requests


@pytest.mark.solid
def test_a_patch_adds_and_takes_away_on_a_real_server(pod: SolidPod) -> None:
    pod.write("a.ttl", b"<#a> <#b> <#c>, <#d> . # a remark\n", if_match=None)
    address = pod.root + "a.ttl"
    a, b, c, d = (f"{address}#{letter}" for letter in "abcd")
    patch(pod.session, address, insert=[(a, b, a)], delete=[(a, b, c)])
    assert statements(pod.session, address) == {f"<{a}> <{b}> <{a}>", f"<{a}> <{b}> <{d}>"}
    with pytest.raises(PodConflictError):
        patch(pod.session, address, delete=[(a, b, c)])


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        ("text/n3, application/sparql-update", ["text/n3"]),
        ("application/sparql-update", ["application/sparql-update"]),
        ("application/json", ["PUT"]),
        ("", ["PUT"]),
    ],
)
def test_the_way_that_a_server_names_is_taken(offered: str, taken: list[str]) -> None:
    with Patched(offered) as server:
        patch(server.session, server.address, insert=[("http://e/a", "http://e/b", "http://e/new")])
        assert server.taken == taken
        if taken == ["PUT"]:
            assert server.content.strip() == b"<http://e/a> <http://e/b> <http://e/old> , <http://e/new> ."


def test_the_next_way_is_taken_where_a_server_fails_at_one() -> None:
    with Patched("text/n3, application/sparql-update", refuses=True) as server:
        patch(
            server.session,
            server.address,
            insert=[("http://e/a", "http://e/b", "http://e/new")],
            delete=[("http://e/a", "http://e/b", "http://e/old")],
        )
        assert server.taken == ["text/n3", "application/sparql-update", "PUT"]
        assert server.content.strip() == b"<http://e/a> <http://e/b> <http://e/new> ."


def test_a_document_that_is_no_turtle_is_left_alone() -> None:
    with Patched("") as server:
        server.content = b"<a> <b"
        with pytest.raises(PodDamagedError):
            patch(server.session, server.address, insert=[("http://e/a", "http://e/b", "http://e/new")])
        assert server.taken == []


def open_to_all(owner: PodOwner, pod: SolidPod, target: str) -> None:
    [rules] = link_targets(pod.session.send("HEAD", target).headers.get_list("link"), ACL, target)
    put(
        pod,
        rules,
        f"""@prefix acl: <http://www.w3.org/ns/auth/acl#>.
        <#owner> a acl:Authorization; acl:agent <{owner.webid}>; acl:accessTo <{target}>; acl:default <{target}>;
            acl:mode acl:Read, acl:Write, acl:Control.
        <#all> a acl:Authorization; acl:agentClass <http://xmlns.com/foaf/0.1/Agent>; acl:accessTo <{target}>;
            acl:default <{target}>; acl:mode acl:Read.""",
    )


class Patched:
    """A server with one document that takes patches of the media types in ``offered``, or refuses them all."""

    def __init__(self, offered: str, *, refuses: bool = False) -> None:
        self.content = b"<http://e/a> <http://e/b> <http://e/old> ."
        self.taken: list[str] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self, status: int, body: bytes = b"") -> None:
                self.send_response(status)
                self.send_header("accept-patch", offered)
                self.send_header("etag", '"1"')
                self.send_header("content-type", "text/turtle")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_HEAD(self) -> None:
                self._answer(200)

            def do_GET(self) -> None:
                self._answer(200, owner.content)

            def do_PATCH(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                owner.taken.append(self.headers["content-type"])
                self._answer((501 if len(owner.taken) == 1 else 415) if refuses else 205)

            def do_PUT(self) -> None:
                owner.taken.append("PUT")
                owner.content = self.rfile.read(int(self.headers["content-length"]))
                self._answer(205 if self.headers["if-match"] == '"1"' else 412)

            def log_message(self, *_: object) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}/a.ttl"
        self.session = Session(open_client(self.address))

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
