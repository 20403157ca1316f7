"""A server that fails: each failure has its own error, and nothing is lost."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from pod_agent.errors import (
    PodAccessError,
    PodConflictError,
    PodDamagedError,
    PodError,
    PodFullError,
    PodUnreachableError,
    UsageError,
)
from pod_agent.pods.hosting.ports import free_port
from pod_agent.pods.pod import ETag, Pod
from pod_agent.pods.session import Session, open_client
from pod_agent.pods.solid import SolidPod
from tests.support.strict_server import Fault, StrictServer

OLD = b"<#a> <#b> 1 .\n"
NEW = b"<#a> <#b> 2 .\n"
PATH = "data/a.ttl"
SHORT = httpx.Timeout(0.3)

CALLS: dict[str, Callable[[Pod, ETag], object]] = {
    "read": lambda pod, _: pod.read(PATH),
    "write": lambda pod, etag: pod.write(PATH, NEW, if_match=etag),
    "remove": lambda pod, etag: pod.remove(PATH, if_match=etag),
    "list": lambda pod, _: list(pod.list("data/")),
}
STATUSES: dict[int, type[PodError]] = {
    500: PodUnreachableError,
    503: PodUnreachableError,
    507: PodFullError,
    413: PodFullError,
    423: PodUnreachableError,
    429: PodUnreachableError,
    301: PodUnreachableError,
    401: PodAccessError,
    403: PodAccessError,
    409: PodConflictError,
    412: PodConflictError,
    415: PodError,
}


@pytest.fixture
def server() -> Iterator[StrictServer]:
    with StrictServer() as running:
        running.stored["/pod/" + PATH] = (OLD, "text/turtle")
        running.stored["/pod/data/"] = (b"<> <http://www.w3.org/ns/ldp#contains> <a.ttl> .", "text/turtle")
        yield running


@pytest.fixture
def pod(server: StrictServer) -> Iterator[SolidPod]:
    opened = SolidPod(
        server.address + "pod/", Session(open_client(server.address, timeout=SHORT), pause=lambda _: None)
    )
    yield opened
    opened.close()


def etag_of(pod: Pod) -> ETag:
    found = pod.read(PATH)
    assert found is not None
    return found.etag


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize(("status", "error"), STATUSES.items())
def test_a_status_has_its_error_and_nothing_is_lost(
    server: StrictServer, pod: SolidPod, call: Callable[[Pod, ETag], object], status: int, error: type[PodError]
) -> None:
    etag = etag_of(pod)
    server.faults = [Fault(status=status)] * 3
    with pytest.raises(PodError) as caught:
        call(pod, etag)
    assert caught.type is error
    assert caught.value.hint
    server.faults = []
    assert server.stored["/pod/" + PATH][0] == OLD
    assert pod.write(PATH, NEW, if_match=etag) == etag_of(pod)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("fault", [Fault(kind="closed"), Fault(kind="stalled"), Fault(kind="truncated")], ids=str)
def test_a_connection_that_breaks_is_unreachable_and_nothing_is_lost(
    server: StrictServer, pod: SolidPod, call: Callable[[Pod, ETag], object], fault: Fault
) -> None:
    etag = etag_of(pod)
    server.faults = [fault] * 3
    with pytest.raises(PodUnreachableError):
        call(pod, etag)
    server.faults = []
    assert pod.write(PATH, NEW, if_match=etag) == etag_of(pod)


def test_a_truncated_document_is_never_returned(server: StrictServer, pod: SolidPod) -> None:
    server.faults = [Fault(kind="truncated"), Fault(kind="truncated")]
    found = pod.read(PATH)
    assert found is not None
    assert found.content == OLD


def test_reads_are_tried_three_times_and_writes_once(server: StrictServer, pod: SolidPod) -> None:
    etag = etag_of(pod)
    server.requests.clear()
    server.faults = [Fault(), Fault(kind="closed")]
    assert pod.read(PATH) is not None
    assert server.requests == [("GET", "/pod/" + PATH)] * 3
    server.requests.clear()
    server.faults = [Fault(kind="closed")]
    with pytest.raises(PodUnreachableError):
        pod.write(PATH, NEW, if_match=etag)
    assert server.requests == [("PUT", "/pod/" + PATH)]


@pytest.mark.parametrize("status", [423, 429, 503])
def test_a_conditional_write_that_is_refused_for_now_is_tried_again(
    server: StrictServer, pod: SolidPod, status: int
) -> None:
    etag = etag_of(pod)
    server.requests.clear()
    server.faults = [Fault(status=status), Fault(status=status)]
    assert pod.write(PATH, NEW, if_match=etag) == etag_of(pod)
    assert [method for method, _ in server.requests][:3] == ["PUT", "PUT", "PUT"]


def test_a_write_without_a_condition_is_sent_once(server: StrictServer, pod: SolidPod) -> None:
    server.requests.clear()
    server.faults = [Fault(status=503)]
    with pytest.raises(PodUnreachableError):
        pod.session.send("POST", server.address + "pod/data/", {"content-type": "text/turtle"}, NEW)
    assert server.requests == [("POST", "/pod/data/")]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_server_that_names_a_time_is_left_alone_until_then(server: StrictServer, method: str) -> None:
    pauses: list[float] = []
    session = Session(open_client(server.address, timeout=SHORT), pause=pauses.append)
    headers = {"if-none-match": "*", "content-type": "text/turtle"} if method == "PUT" else {}
    in_a_moment = email.utils.formatdate(time.time() + 20, usegmt=True)
    server.faults = [Fault(status=429, headers=(("retry-after", "7"),))]
    server.faults.append(Fault(status=503, headers=(("retry-after", in_a_moment),)))
    session.send(method, server.address + "pod/new.ttl", headers, b"" if method == "GET" else NEW)
    assert pauses[0] == 7.0
    assert 10 < pauses[1] <= 20
    session.close()


def test_a_server_that_asks_for_hours_is_not_waited_for(server: StrictServer, pod: SolidPod) -> None:
    server.requests.clear()
    server.faults = [Fault(status=503, headers=(("retry-after", "7200"),))]
    with pytest.raises(PodUnreachableError):
        pod.read(PATH)
    assert len(server.requests) == 1


def test_a_write_whose_answer_is_lost_is_found_by_reading(server: StrictServer, pod: SolidPod) -> None:
    etag = etag_of(pod)
    server.faults = [Fault(kind="lost")]
    with pytest.raises(PodUnreachableError):
        pod.write(PATH, NEW, if_match=etag)
    found = pod.read(PATH)
    assert found is not None
    assert found.content == NEW
    with pytest.raises(PodConflictError):
        pod.write(PATH, b"# again\n", if_match=etag)


def test_a_write_asks_again_for_its_etag_where_that_answer_breaks(server: StrictServer, pod: SolidPod) -> None:
    etag = etag_of(pod)
    server.requests.clear()
    server.faults = [None, Fault(), Fault(kind="closed")]  # the PUT passes, the HEAD after it fails twice
    assert pod.write(PATH, NEW, if_match=etag) == etag_of(pod)
    assert [method for method, _ in server.requests] == ["PUT", "HEAD", "HEAD", "HEAD", "GET"]


def test_removing_what_is_gone_is_no_conflict(server: StrictServer, pod: SolidPod) -> None:
    etag = etag_of(pod)
    del server.stored["/pod/" + PATH]
    assert pod.remove(PATH, if_match=etag) is False
    assert server.requests[-2:] == [("DELETE", "/pod/" + PATH), ("HEAD", "/pod/" + PATH)]


def test_a_resource_is_asked_for_in_the_media_type_it_is_stored_in(server: StrictServer, pod: SolidPod) -> None:
    pod.read(PATH)
    pod.read("series/2026-10.csv.gz")
    list(pod.list("data/"))
    assert server.accepted == ["text/turtle", "application/gzip", "text/turtle"]


def test_nobody_listening_is_unreachable() -> None:
    address = f"http://127.0.0.1:{free_port()}/"
    pod = SolidPod(address, Session(open_client(address), pause=lambda _: None))
    with pytest.raises(PodUnreachableError, match="cannot be reached") as caught:
        pod.read(PATH)
    assert "nothing was lost" in caught.value.hint
    pod.close()


def test_a_listing_that_is_no_turtle_is_damaged(server: StrictServer, pod: SolidPod) -> None:
    server.stored["/pod/data/"] = (b"<> <http://www.w3.org/ns/ldp#contains> <a.tt", "text/turtle")
    with pytest.raises(PodDamagedError):
        list(pod.list("data/"))


def test_a_listing_names_only_direct_members_with_names_that_pods_take(server: StrictServer, pod: SolidPod) -> None:
    members = b'<b/>, <a.ttl>, <My%20File>, <x/y.ttl>, <http://other.example/c.ttl>, "d"'
    listed = b"<> <http://www.w3.org/ns/ldp#contains> " + members + b" ."
    server.stored["/pod/data/"] = (listed, "text/turtle")
    assert [entry.path for entry in pod.list("data/")] == ["data/a.ttl", "data/b/"]


def test_a_server_without_etags_is_refused(server: StrictServer, pod: SolidPod) -> None:
    server.gives_etags = False
    with pytest.raises(PodError, match="no ETags"):
        pod.read(PATH)


@pytest.mark.parametrize(
    "root",
    ["http://pod.example/", "ftp://pod.example/", "https://me:pw@pod.example/", "pod", "http://127.0.0.1.example/"],
)
def test_an_address_that_others_could_listen_to_is_refused(root: str) -> None:
    with open_client(root) as client, pytest.raises(UsageError, match="the pod"):
        SolidPod(root, Session(client))
