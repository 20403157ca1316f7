"""Whatever a person gives for their WebID is resolved, or it is said what is missing; made-up servers and real ones."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from pod_agent.errors import ChoiceNeededError, PodAccessError, PodError, PodUnreachableError, UsageError
from pod_agent.pods.hosting.server import Account
from pod_agent.pods.links import AccessKind, access_kind
from pod_agent.pods.opening import open_solid
from pod_agent.pods.webid.discovery import Profile, Provider, choose_storage, discover, resolve
from pod_agent.pods.webid.public import is_public
from tests.support.solid_server import PASSWORD, Access, fresh_owner, running_server
from tests.support.strict_server import Fault, StrictServer

ISSUER = "http://www.w3.org/ns/solid/terms#oidcIssuer"
STORAGE = "http://www.w3.org/ns/pim/space#storage"
ANN = f"<#me> <{ISSUER}> <https://idp.example/> ; <{STORAGE}> </ann/> ."
STORAGE_CLASS = "http://www.w3.org/ns/pim/space#Storage"
STORAGE_TYPE = ("link", f'<{STORAGE_CLASS}>; rel="type"')


@pytest.fixture
def server() -> Iterator[StrictServer]:
    with StrictServer() as running:
        yield running


def publish(server: StrictServer, path: str, content: str, media_type: str = "text/turtle") -> str:
    server.stored[path] = (content.encode(), media_type)
    return server.address.rstrip("/") + path


@pytest.mark.parametrize(
    "typed",
    [
        "{}ann/profile/card#me",
        "{}ann/profile/card",
        " <{}ann/profile/card#me>. ",
        "{}ann/",
        "{}ann",
        "http://HOST/ann",
        "HOST/ann/profile/card#me",
        "HOST/ann/",
    ],
)
def test_a_profile_is_found_by_any_of_its_names(server: StrictServer, typed: str) -> None:
    webid = publish(server, "/ann/profile/card", ANN) + "#me"
    host = server.address.removeprefix("http://").rstrip("/")
    found = resolve(typed.replace("HOST", host).format(server.address))
    assert found == Profile(webid, ("https://idp.example/",), (server.address + "ann/",))


def test_a_bare_domain_leads_to_its_document_or_to_where_servers_keep_profiles(server: StrictServer) -> None:
    publish(server, "/profile/card", ANN)
    assert resolve(server.address) == Profile(
        server.address + "profile/card#me", ("https://idp.example/",), (server.address + "ann/",)
    )
    publish(server, "/", ANN)
    found = resolve(server.address)
    assert isinstance(found, Profile)
    assert found.webid == server.address + "#me"


def test_a_provider_is_told_apart(server: StrictServer) -> None:
    assert resolve(server.address) == Provider(server.address)
    assert resolve(server.address + "login/page") == Provider(server.address)
    publish(server, "/", "<> a <http://www.w3.org/ns/ldp#Container> .")
    server.faults = [None, Fault(status=500)]  # a guess at a profile that the server fails at
    assert resolve(server.address) == Provider(server.address)


def test_a_server_that_fails_at_what_was_typed_is_not_taken_for_a_provider(server: StrictServer) -> None:
    server.faults = [Fault(status=500)]
    with pytest.raises(PodUnreachableError):
        resolve(server.address + "card")


def test_a_provider_that_calls_itself_another_is_none(server: StrictServer) -> None:
    server.configuration["issuer"] = "https://idp.example/"
    with pytest.raises(PodError, match="no profile and no identity provider") as caught:
        resolve(server.address)
    assert "WebID" in caught.value.hint


def test_a_document_about_several_people_asks_back(server: StrictServer) -> None:
    address = publish(server, "/family", ANN + ANN.replace("#me", "#bob"))
    with pytest.raises(ChoiceNeededError, match="several people") as caught:
        resolve(address)
    assert caught.value.choices == (address + "#me", address + "#bob")
    topic = f"<> <http://xmlns.com/foaf/0.1/primaryTopic> <#bob> . {ANN} {ANN.replace('#me', '#bob')}"
    found = resolve(publish(server, "/bobs", topic))
    assert isinstance(found, Profile)
    assert found.webid.endswith("bobs#bob")


def test_a_wrong_name_in_a_right_document_asks_back(server: StrictServer) -> None:
    address = publish(server, "/card", ANN)
    with pytest.raises(ChoiceNeededError) as caught:
        resolve(address + "#i")
    assert caught.value.choices == (address + "#me",)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f"<#me> <{STORAGE}> </ann/> ; a <http://xmlns.com/foaf/0.1/Person> .", f"<{{}}card#me> <{ISSUER}> <"),
        (f"<#me> <{ISSUER}> <https://idp.example/> .", f"<{{}}card#me> <{STORAGE}> <"),
    ],
)
def test_what_is_missing_is_said_with_the_line_to_add(server: StrictServer, content: str, line: str) -> None:
    address = publish(server, "/card", content)
    with pytest.raises(PodError) as caught:
        resolve(address)
    assert line.format(server.address) in caught.value.hint
    assert address in caught.value.hint


@pytest.mark.parametrize(
    "relation",
    [
        "http://www.w3.org/2000/01/rdf-schema#seeAlso",
        "http://xmlns.com/foaf/0.1/isPrimaryTopicOf",
        "http://www.w3.org/ns/pim/space#preferencesFile",
    ],
)
def test_a_storage_is_read_from_further_documents_and_an_issuer_is_not(server: StrictServer, relation: str) -> None:
    further = "<{0}card#me> <{1}> <https://pod.example/a/>, <https://pod.example/b> ; <{2}> <https://evil.example/> ."
    publish(server, "/more", further.format(server.address, STORAGE, ISSUER))
    address = publish(server, "/card", f"<#me> <{ISSUER}> <https://idp.example/> ; <{relation}> </none>, </more> .")
    found = resolve(address)
    assert isinstance(found, Profile)
    assert found.issuers == ("https://idp.example/",)
    assert found.storages == ("https://pod.example/a/", "https://pod.example/b/")


def test_several_storages_are_listed_and_one_is_chosen(server: StrictServer) -> None:
    content = f"<#me> <{ISSUER}> <https://idp.example/> ; <{STORAGE}> </ann/>, <https://pod.example/b> ."
    webid = publish(server, "/card", content) + "#me"
    found = discover(webid)
    with pytest.raises(ChoiceNeededError) as caught:
        choose_storage(found)
    assert caught.value.choices == (server.address + "ann/", "https://pod.example/b/")
    assert choose_storage(found, "https://pod.example/b") == "https://pod.example/b/"
    assert choose_storage(discover(webid, storage="https://pod.example/c")) == "https://pod.example/c/"
    with pytest.raises(UsageError):
        choose_storage(found, "http://pod.example/")


def test_the_storage_that_was_typed_is_the_one(server: StrictServer) -> None:
    card = f"<#me> <{ISSUER}> <https://idp.example/> ; <{STORAGE}> </one/>, </two/> ."
    for folder in ("one", "two"):
        publish(server, f"/{folder}/", "")
        server.headers[f"/{folder}/"] = [STORAGE_TYPE]
    publish(server, "/two/profile/card", card)
    found = resolve(server.address + "two")
    assert isinstance(found, Profile)
    assert found.storages == (server.address + "two/",)


def test_json_ld_is_read_with_its_own_context_and_no_other(server: StrictServer) -> None:
    with StrictServer() as other:
        context: dict[str, object] = {"issuer": {"@id": ISSUER, "@type": "@id"}}
        profile = {"@context": context, "@id": "#me", "issuer": "https://idp.example/", STORAGE: {"@id": "/ann/"}}
        webid = publish(server, "/card", json.dumps(profile), "application/ld+json") + "#me"
        assert discover(webid) == Profile(webid, ("https://idp.example/",), (server.address + "ann/",))
        profile["@context"] = other.address + "context"
        publish(server, "/card", json.dumps(profile), "application/ld+json")
        with pytest.raises(PodError, match="context lies on another server") as caught:
            discover(webid)
        assert "Turtle" in caught.value.hint
        assert not other.requests


def test_a_page_for_people_leads_to_its_linked_data(server: StrictServer) -> None:
    publish(server, "/card.ttl", ANN.replace("#me", "/card#me"))
    page = '<html><head><link rel="stylesheet" href="x"><link rel="alternate" type="text/turtle" href="card.ttl">'
    address = publish(server, "/card", page, "text/html")
    assert discover(address + "#me").webid == address + "#me"
    publish(server, "/card", "<html>", "text/html")
    server.headers["/card"] = [("link", '</card.ttl>; rel="describedby"')]
    assert discover(address + "#me").issuers == ("https://idp.example/",)


@pytest.mark.parametrize(("status", "is_open"), [(200, True), (401, False), (403, False), (404, False)])
def test_whether_a_resource_is_public_is_told(server: StrictServer, status: int, *, is_open: bool) -> None:
    publish(server, "/a", "")
    server.faults = [None if status == 200 else Fault(status=status)]
    assert is_public(server.address + "a") is is_open


@pytest.mark.parametrize("status", [302, 405, 429, 500])
def test_an_answer_that_does_not_tell_is_not_taken_for_private(server: StrictServer, status: int) -> None:
    server.faults = [Fault(status=status)]
    with pytest.raises(PodUnreachableError):
        is_public(server.address + "a")


def test_a_storage_that_is_closed_to_strangers_is_told_by_its_description(server: StrictServer) -> None:
    description = f"</ann/> a <{STORAGE_CLASS}> . </evil/> a <{STORAGE_CLASS}> ."
    publish(server, "/ann/about", description)
    link = '</ann/about>; rel="http://www.w3.org/ns/solid/terms#storageDescription"'
    server.headers["/ann/profile/card"] = [("link", link)]
    webid = publish(server, "/ann/profile/card", f"<#me> <{ISSUER}> <https://idp.example/> .") + "#me"
    assert discover(webid).storages == (server.address + "ann/",)
    publish(server, "/ann/about", description.replace("/ann/", "/other/"))
    with pytest.raises(PodError, match="names no storage"):
        discover(webid)


@pytest.mark.solid
@pytest.mark.parametrize("access", ["wac", "acp"])
def test_a_real_pod_is_found_by_any_of_its_names_and_its_access_rules_are_found_out(access: Access) -> None:
    owner, server = fresh_owner(access), running_server(access)
    profile = Profile(owner.webid, (server.address,), (owner.storage,))
    for typed in (owner.webid, owner.webid.removesuffix("#me"), owner.storage, owner.storage.rstrip("/")):
        assert resolve(typed) == profile
    assert resolve(server.address) == Provider(server.address)
    pod = owner.open()
    pod.write("a/b.ttl", b"<#a> <#b> 1 .\n", if_match=None)
    for iri in (owner.storage, pod.root, pod.root + "a/b.ttl"):
        assert access_kind(pod.session, iri) is AccessKind(access)
    stranger = fresh_owner(access).open()
    with pytest.raises(PodAccessError):
        access_kind(stranger.session, pod.root + "a/b.ttl")
    pod.close()
    stranger.close()


@pytest.mark.solid
def test_a_webid_of_one_server_keeps_its_records_on_another() -> None:
    person, home = fresh_owner("acp"), running_server("wac")
    with Account(home.address) as account:
        account.register("guest@example.test", PASSWORD)
        made = account._post("account", "pod", {"name": "guest", "settings": {"webId": person.webid}})
    found = resolve(made["pod"])
    assert isinstance(found, Profile)
    assert (found.webid, found.issuers) == (person.webid, (running_server("acp").address,))
    assert found.storages == (made["pod"], person.storage)
    with pytest.raises(ChoiceNeededError):
        choose_storage(found)
    pod = open_solid(choose_storage(found, made["pod"]) + "pod-agent/", person.credentials)
    pod.write("a.ttl", b"<#a> <#b> 1 .\n", if_match=None)
    assert not is_public(pod.root + "a.ttl")
    assert access_kind(pod.session, pod.root) is AccessKind.WAC
    pod.close()
