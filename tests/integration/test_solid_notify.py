"""Hints that a pod changed: from a real Community Solid Server, and from servers that fail or lie."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pod_agent.errors import PodAccessError, PodError
from pod_agent.pods.hosting.server import Account, SolidServer
from pod_agent.pods.links import ACL, link_targets
from pod_agent.pods.notify import WakeUps, listen
from pod_agent.pods.opening import open_solid
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from pod_agent.pods.subscribing import find_service, subscribe
from tests.support.socket_server import SocketServer
from tests.support.solid_server import PASSWORD, PodOwner, fresh_owner, node_modules

SOON = 20.0  # seconds; a hint takes a fraction of one


@pytest.fixture(scope="module")
def owner() -> PodOwner:
    return fresh_owner()


@pytest.fixture
def pod(owner: PodOwner) -> Iterator[SolidPod]:
    opened = owner.open()
    yield opened
    opened.close()


@pytest.fixture
def server() -> Iterator[SocketServer]:
    with SocketServer() as running:
        yield running


@pytest.fixture
def session(server: SocketServer) -> Iterator[Session]:
    opened = Session(open_client(server.http.address))
    yield opened
    opened.close()


def opened(found: WakeUps | None) -> WakeUps:
    assert found is not None
    return found


def started(found: WakeUps | None) -> WakeUps:
    """The listener after its first hint, which says that listening began."""
    assert opened(found).wait(SOON)
    return opened(found)


def wait_on(wake_ups: WakeUps) -> None:
    while wake_ups.wait(SOON):
        pass


def message(kind: str = "Update") -> str:
    return json.dumps({"type": kind, "object": "https://elsewhere.example/", "state": "x"})


@pytest.mark.solid
def test_a_write_of_another_device_wakes(owner: PodOwner, pod: SolidPod) -> None:
    other = owner.open()
    topics = [pod.root + "manifest.ttl", pod.root + "second.ttl"]
    with started(listen(pod.session, topics)) as wake_ups:
        while wake_ups.wait(1.0):
            pass  # both have said that listening began
        etag = other.write("manifest.ttl", b"<#a> <#b> 1 .\n", if_match=None)
        assert wake_ups.wait(SOON) == {topics[0]}
        other.write("second.ttl", b"<#a> <#b> 1 .\n", if_match=None)
        assert topics[1] in wake_ups.wait(SOON)
        other.remove("manifest.ttl", if_match=etag)
        while topics[0] not in (woken := wake_ups.wait(SOON)):
            assert woken
    other.remove("second.ttl")
    other.close()


@pytest.mark.solid
def test_a_known_state_wakes_only_where_it_is_stale(pod: SolidPod) -> None:
    topic = pod.root + "state.ttl"
    first = pod.write("state.ttl", b"<#a> <#b> 1 .\n", if_match=None)
    with opened(listen(pod.session, [topic], states={topic: first})) as wake_ups:
        assert not wake_ups.wait(1.0)
        second = pod.write("state.ttl", b"<#a> <#b> 2 .\n", if_match=first)
        assert wake_ups.wait(SOON) == {topic}
    with opened(listen(pod.session, [topic], states={topic: first})) as wake_ups:
        assert wake_ups.wait(SOON) == {topic}
    pod.remove("state.ttl", if_match=second)


@pytest.mark.solid
def test_listening_goes_on_when_a_channel_ends(pod: SolidPod) -> None:
    topic = pod.root + "expiry.ttl"
    with started(listen(pod.session, [topic], seconds=2.0)) as wake_ups:
        assert wake_ups.wait(SOON) == {topic}  # the channel was renewed
        etag = pod.write("expiry.ttl", b"<#a> <#b> 1 .\n", if_match=None)
        assert wake_ups.wait(SOON) == {topic}
    pod.remove("expiry.ttl", if_match=etag)


@pytest.mark.solid
def test_the_server_is_asked_for_a_channel_that_ends(pod: SolidPod) -> None:
    service = find_service(pod.session, pod.root)
    assert service is not None
    assert service.knows_states
    channel = subscribe(pod.session, service, pod.root + "manifest.ttl", seconds=100.0)
    assert channel.seconds is not None
    assert 90.0 < channel.seconds < 110.0


@pytest.mark.solid
def test_a_stranger_cannot_listen(owner: PodOwner) -> None:
    stranger = fresh_owner().open()
    with pytest.raises(PodAccessError, match="403"):
        listen(stranger.session, [owner.storage + "pod-agent/manifest.ttl"])
    nobody = Session(open_client(owner.storage))
    with pytest.raises(PodAccessError, match="401"):
        listen(nobody, [owner.storage + "pod-agent/manifest.ttl"])
    stranger.close()
    nobody.close()


@pytest.mark.solid
def test_who_lost_access_is_told_when_the_channel_ends(owner: PodOwner, pod: SolidPod) -> None:
    reader = fresh_owner()
    guest = reader.open()
    etag = pod.write("lent.ttl", b"<#a> <#b> 1 .\n", if_match=None)
    topic = pod.root + "lent.ttl"
    [rules] = link_targets(pod.session.send("HEAD", topic).headers.get_list("link"), ACL, topic)
    text = f"""@prefix acl: <http://www.w3.org/ns/auth/acl#>.
        <#owner> a acl:Authorization; acl:agent <{owner.webid}>; acl:accessTo <lent.ttl>;
            acl:mode acl:Read, acl:Write, acl:Control.
        <#guest> a acl:Authorization; acl:agent <{reader.webid}>; acl:accessTo <lent.ttl>; acl:mode acl:Read."""
    pod.session.send("PUT", rules, {"content-type": "text/turtle"}, text.encode())
    with started(listen(guest.session, [topic], seconds=3.0)) as wake_ups:
        pod.session.send("DELETE", rules)
        with pytest.raises(PodAccessError, match="403"):
            wait_on(wake_ups)
    guest.close()
    pod.remove("lent.ttl", if_match=etag)


@pytest.mark.solid
def test_listening_goes_on_after_a_restart_of_the_server(tmp_path: Path) -> None:
    with SolidServer(node_modules(), tmp_path) as server:
        with Account(server.address) as account:
            account.register("ann@example.test", PASSWORD)
            webid, storage = account.create_pod("ann")
            credentials = account.create_credentials("tests", webid)
        pod = open_solid(storage + "pod-agent/", credentials)
        with started(listen(pod.session, [pod.root + "manifest.ttl"])) as wake_ups:
            server.stop()
            server.start()
            assert wake_ups.wait(4 * SOON)  # listening again
            pod.write("manifest.ttl", b"<#a> <#b> 1 .\n", if_match=None)
            assert wake_ups.wait(SOON)
        pod.close()


@pytest.mark.parametrize("cut", [True, False], ids=["all sockets", "one socket"])
def test_a_lost_connection_is_made_again_and_wakes(server: SocketServer, session: Session, *, cut: bool) -> None:
    with started(listen(session, [server.topic])) as wake_ups:
        if cut:
            server.stop_sockets()
            server.start_sockets()
        else:
            server.connection(0).close()
        assert wake_ups.wait(SOON)
        server.connection(1).send(message())
        assert wake_ups.wait(SOON)


def test_what_is_no_hint_is_passed_over_and_its_content_kept_out_of_the_log(
    server: SocketServer, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with started(listen(session, [server.topic])) as wake_ups:
        socket = server.connection(0)
        for text in ("geheim", "[]", '"geheim"', '{"type":"geheim"}', '{"type":[["geheim"]]}', "[" * 9000, b"\xff\xfe"):
            socket.send(text)
        assert not wake_ups.wait(0.5)
        socket.send(message("Delete"))
        assert wake_ups.wait(SOON) == {server.topic}
    logged = [record for record in caplog.records if record.name.startswith("pod_agent")]
    assert any("could not be read" in record.getMessage() for record in logged)
    assert not any("geheim" in record.getMessage() or "secret" in record.getMessage() for record in logged)


def test_a_message_that_is_too_long_ends_the_connection_and_no_more(server: SocketServer, session: Session) -> None:
    with started(listen(session, [server.topic])) as wake_ups:
        server.connection(0).send("x" * 100_000)
        server.connection(1).send(message())
        assert wake_ups.wait(SOON)


def test_a_socket_that_redirects_is_not_followed(server: SocketServer, session: Session) -> None:
    server.http.redirects["/moved"] = server.answer["receiveFrom"]
    server.publish({**server.answer, "receiveFrom": server.http.address.replace("http", "ws") + "moved"})
    with opened(listen(session, [server.topic])) as wake_ups:
        assert not wake_ups.wait(2.5)
    assert ("GET", "/moved") in server.http.requests
    assert not server.opened


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"receiveFrom": "ws://pod.example/x"}, "without encryption"),
        ({"receiveFrom": "https://127.0.0.1/x"}, "without encryption"),
        ({"receiveFrom": "wss://evil.example/x"}, "another server: evil.example"),
        ({"receiveFrom": ""}, "no address"),
        ({"receiveFrom": ["ws://127.0.0.1/x"]}, "no address"),
        ([], "no address"),
        ({"receiveFrom": "wss://[127.0.0.1/x"}, "no web address"),
        ({"receiveFrom": "ws://127.0.0.1:9/", "endAt": "2020-01-01T00:00:00Z"}, "ended already"),
    ],
)
def test_a_channel_that_is_not_safe_is_refused(
    server: SocketServer, session: Session, answer: object, error: str
) -> None:
    server.publish(answer)
    with pytest.raises(PodError, match=error):
        listen(session, [server.topic])


@pytest.mark.parametrize(
    "end", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "soon"]
)
def test_a_channel_may_end_at_any_time_or_at_none(server: SocketServer, session: Session, end: str) -> None:
    server.publish({**server.answer, "id": "http://[", "endAt": end})
    with started(listen(session, [server.topic])) as wake_ups:
        server.connection(0).send(message())
        assert wake_ups.wait(SOON) == {server.topic}


def test_another_host_is_taken_where_the_person_names_it(server: SocketServer, session: Session) -> None:
    server.publish({"notify:receiveFrom": {"@id": f"ws://localhost:{server.port}/x"}})
    with pytest.raises(PodAccessError, match="another server: localhost"):
        listen(session, [server.topic])
    with started(listen(session, [server.topic], also=["localhost"])):
        pass


@pytest.mark.parametrize("description", [b"", b"<a> <b", b"</> <http://www.w3.org/ns/solid/notifications#x> </s> ."])
def test_a_server_without_notifications_is_told_apart(
    server: SocketServer, session: Session, description: bytes
) -> None:
    server.http.stored["/description"] = (description, "text/turtle")
    assert listen(session, [server.topic]) is None
    server.http.headers.clear()
    assert listen(session, [server.topic]) is None


def test_another_thread_ends_the_wait_at_once_and_the_channel_is_given_back(
    server: SocketServer, session: Session
) -> None:
    with started(listen(session, [server.topic])) as wake_ups:
        threading.Timer(0.2, wake_ups.stop).start()
        assert wake_ups.wait() == frozenset()  # would wait for ever
        assert wake_ups.stopped
    assert ("DELETE", "/channel") in server.http.requests


def test_hints_that_come_together_are_one(server: SocketServer, session: Session) -> None:
    with started(listen(session, [server.topic])) as wake_ups:
        for _ in range(50):
            server.connection(0).send(message())
        time.sleep(0.5)
        hints = 0
        while wake_ups.wait(0.5 if hints else SOON):
            hints += 1
        assert 1 <= hints < 25  # one, unless this machine is busy
