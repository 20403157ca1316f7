"""A node and a training server that misbehaves: nothing here may end the agent's process or fall silent for good."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from flwr.app import ConfigRecord, Metadata, RecordDict
from flwr.app.message import make_message, remove_content_from_message
from flwr.common.serde import message_to_proto
from flwr.proto.fleet_pb2 import ActivateNodeResponse, PullMessagesResponse
from flwr.proto.message_pb2 import Message as ProtoMessage
from flwr.proto.message_pb2 import Metadata as ProtoMetadata
from flwr.proto.message_pb2 import ObjectTree, PullObjectRequest, PullObjectResponse
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree

from pod_agent.errors import NodeNotYetAdmittedError, ServerRefusedError, ServerUnreachableError
from pod_agent.federation.answer import Answered
from pod_agent.federation.fleet import FleetConnection
from pod_agent.federation.flower_node import FlowerNode, nodes_online
from pod_agent.federation.send import open_client
from tests.support.rounds import training_study
from vocab.errors import VocabularyError
from vocab.training import WEEKLY_SPENDING, RoundInstructions, Scalar

pytestmark = pytest.mark.flower

Reply = Callable[[str, bytes], tuple[int, bytes]]


@contextmanager
def server(reply: Reply) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that answers every path as ``reply`` says; its address and the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            status, body = reply(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stay quiet."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{listening.server_port}", asked
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def active(path: str, _body: bytes) -> tuple[int, bytes]:
    """A server that accepts the node and has nothing for it."""
    return 200, ActivateNodeResponse(node_id=7).SerializeToString() if path.endswith("activate-node") else b""


def never(_instructions: RoundInstructions) -> Answered:
    raise AssertionError("a broken message reached the person's answer")


def wait_until(what: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.01)


@pytest.mark.parametrize("when", ["activate-node", "pull-messages"])
def test_a_401_ends_the_node_and_not_the_process(when: str) -> None:
    interrupts: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: interrupts.append(number))
    try:
        with server(lambda path, body: (401, b"") if path.endswith(when) else active(path, body)) as (address, _):
            node = FlowerNode(lambda: FleetConnection(address), never, pause=0.01)
            node.start()
            node.join(10)
        assert not node.is_alive()
        assert isinstance(node.failure, ServerRefusedError)
        assert interrupts == []
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_server_that_fails_is_tried_again() -> None:
    failures = [500, 503, 502]

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        return (failures.pop(), b"") if failures else active(path, body)

    with server(reply) as (address, asked):
        node = FlowerNode(lambda: FleetConnection(address), never, pause=0.01)
        node.start()
        assert node.wait_ready(10)
        wait_until(lambda: any(path.endswith("pull-messages") for path in asked))
        assert node.stop()
        assert node.failure is None
        assert asked[-2:] == ["/v1/fleet/deactivate-node", "/v1/fleet/unregister-node"]


def test_a_node_waits_for_a_server_that_is_not_there_and_stops_when_told() -> None:
    with server(active) as (address, _):
        pass  # its port is free again
    node = FlowerNode(lambda: FleetConnection(address), never, pause=0.05)
    node.start()
    assert not node.wait_ready(0.3)
    assert node.is_alive()
    begun = time.monotonic()
    assert node.stop()
    assert time.monotonic() - begun < 5


def test_nodes_that_cannot_join_are_told_and_stopped() -> None:
    with server(lambda _path, _body: (503, b"")) as (address, _):
        with pytest.raises(ServerUnreachableError), nodes_online(address, [never, never], pause=0.01, seconds=0.3):
            raise AssertionError("no node is online")
        assert [thread.name for thread in threading.enumerate() if thread.name == "flower-node"] == []


def message_of(tree: ObjectTree) -> PullMessagesResponse:
    metadata = ProtoMetadata(
        run_id=1, src_node_id=1, dst_node_id=7, ttl=60, message_type="train", message_id=tree.object_id
    )
    return PullMessagesResponse(messages_list=[ProtoMessage(metadata=metadata)], message_object_trees=[tree])


def deep_tree(levels: int) -> ObjectTree:
    tree = ObjectTree(object_id="0" * 64)
    for _ in range(levels):
        tree = ObjectTree(object_id="0" * 64, children=[tree])
    return tree


def instructions(fields: Mapping[str, Scalar]) -> tuple[ProtoMessage, ObjectTree, dict[str, bytes]]:
    """A message as a SuperLink serves it: its envelope, the tree of its parts and the parts."""
    metadata = Metadata(1, "", 1, 7, "", "", time.time(), 60.0, "train")
    message = make_message(metadata=metadata, content=RecordDict({"instructions": ConfigRecord(dict(fields))}))
    message.metadata.__dict__["_message_id"] = message.object_id
    parts = {name: part.deflate() for name, part in get_all_nested_objects(message).items()}
    return message_to_proto(remove_content_from_message(message)), get_object_tree(message), parts


@pytest.mark.parametrize(("late", "read"), [(3, True), (10**6, False)])
def test_a_part_that_comes_late_is_waited_for_but_not_for_ever(late: int, read: bool) -> None:
    envelope, tree, parts = instructions({"round": 1})
    waits = iter(range(late))

    def pull(body: bytes) -> bytes:
        name = PullObjectRequest.FromString(body).object_id
        if next(waits, None) is not None:
            return bytes(PullObjectResponse(object_found=True).SerializeToString())
        answer = PullObjectResponse(object_found=True, object_available=True, object_content=parts[name])
        return bytes(answer.SerializeToString())

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        if path.endswith("pull-messages"):
            listed = PullMessagesResponse(messages_list=[envelope], message_object_trees=[tree])
            return 200, listed.SerializeToString()
        return (200, pull(body)) if path.endswith("pull-object") else active(path, body)

    with server(reply) as (address, _):
        connection = FleetConnection(address, pull_seconds=30 if read else 1)
        connection.open()
        if read:
            received = connection.receive()
            assert received is not None
            assert received.fields == {"round": 1}
        else:
            with pytest.raises(VocabularyError, match="missing"):
                connection.receive()
        connection.close()


def test_a_reply_that_comes_too_late_does_not_end_the_node() -> None:
    round_one = RoundInstructions(study=training_study(), number=1, weights=WEEKLY_SPENDING.start)
    envelope, tree, parts = instructions(round_one.to_fields())
    served = iter([PullMessagesResponse(messages_list=[envelope], message_object_trees=[tree]).SerializeToString()])

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        if path.endswith("pull-messages"):
            return 200, next(served, b"")
        if path.endswith("pull-object"):
            content = parts[PullObjectRequest.FromString(body).object_id]
            found = PullObjectResponse(object_found=True, object_available=True, object_content=content)
            return 200, found.SerializeToString()
        return (409, b"") if path.endswith("push-messages") else active(path, body)

    with server(reply) as (address, asked):
        node = FlowerNode(lambda: FleetConnection(address), lambda _: Answered(b"r" * 16, lambda: None), pause=0.01)
        node.start()
        wait_until(lambda: node.refused == 1)
        wait_until(lambda: asked[-1].endswith("pull-messages"))
        assert node.stop()
    assert (node.failure, node.answered) == (None, 0)


@pytest.mark.parametrize("patience", [10.0, 0.0])
def test_a_server_that_does_not_know_the_node_yet_is_asked_again_for_as_long_as_patience_lasts(patience: float) -> None:
    refusals = [412, 412]

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        return (refusals.pop(), b"") if path.endswith("activate-node") and refusals else active(path, body)

    with server(reply) as (address, _):
        node = FlowerNode(lambda: FleetConnection(address), never, pause=0.01, patience=patience)
        node.start()
        assert node.wait_ready(10) is bool(patience)
        assert node.stop()
    assert isinstance(node.failure, NodeNotYetAdmittedError) is not bool(patience)


def test_an_outage_keeps_the_node_and_its_number() -> None:
    polls = iter([200, 503, 503, 200])

    def reply(path: str, body: bytes) -> tuple[int, bytes]:
        return (next(polls, 200), b"") if path.endswith("pull-messages") else active(path, body)

    with server(reply) as (address, asked):
        node = FlowerNode(lambda: FleetConnection(address), never, pause=0.01)
        node.start()
        wait_until(lambda: len([path for path in asked if path.endswith("pull-messages")]) > 5)
        assert node.stop()
        assert len([path for path in asked if path.endswith("/activate-node")]) == 1


@pytest.mark.parametrize(
    ("options", "headers", "error"),
    [
        ({"most": 999}, {}, httpx.RemoteProtocolError),
        ({"seconds": -1.0}, {}, httpx.ReadTimeout),
        ({}, {"Content-Encoding": "gzip"}, httpx.RemoteProtocolError),
    ],
    ids=["long", "slow", "compressed"],
)
def test_an_answer_without_end_is_cut_off_whoever_reads_it(
    options: dict[str, Any], headers: dict[str, str], error: type[httpx.TransportError]
) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, content=iter([b"x" * 500] * 2))

    with open_client(httpx.MockTransport(answer), **options) as client, pytest.raises(error):
        client.get("http://127.0.0.1:1/")
    with open_client(httpx.MockTransport(answer), most=1_000) as client:
        assert headers or len(client.get("http://127.0.0.1:1/").content) == 1_000


def test_instructions_with_too_many_parts_are_refused_before_any_is_fetched() -> None:
    answer = message_of(deep_tree(40)).SerializeToString()
    with server(lambda path, body: (200, answer) if path.endswith("pull-messages") else active(path, body)) as (
        address,
        asked,
    ):
        connection = FleetConnection(address)
        connection.open()
        with pytest.raises(VocabularyError, match="too many parts"):
            connection.receive()
        connection.close()
        assert not any("pull-object" in path for path in asked)


def test_what_is_no_message_of_ours_does_not_reach_the_person() -> None:
    stranger = RecordDict({"code": ConfigRecord({"run": "import os"})})
    answer = message_of(get_object_tree(stranger)).SerializeToString()
    with server(lambda path, body: (200, answer) if path.endswith("pull-messages") else active(path, body)) as (
        address,
        _,
    ):
        node = FlowerNode(lambda: FleetConnection(address), never, pause=0.01)
        node.start()
        wait_until(lambda: node.refused > 1)
        assert node.stop()
        assert node.answered == 0


def test_an_answer_that_is_not_the_protocols_is_a_server_that_does_not_answer() -> None:
    with server(lambda _path, _body: (200, b"<html>")) as (address, _):
        connection = FleetConnection(address)
        with pytest.raises(ServerUnreachableError, match="cannot be read"):
            connection.open()
        connection.close()


def test_a_proxy_of_the_environment_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(lambda *_: (200, b"")) as (proxy, heard), server(lambda *_: (500, b"")) as (address, asked):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy}")
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        connection = FleetConnection(address)
        with pytest.raises(ServerUnreachableError):
            connection.open()
        connection.close()
    assert (heard, len(asked)) == ([], 1)


def test_a_redirect_is_refused_and_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def elsewhere(_: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.host))
        return httpx.Response(307, headers={"Location": "http://127.0.0.2:1/", "Set-Cookie": "seen=alice"})

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", elsewhere)
    connection = FleetConnection("127.0.0.1:9092")
    with pytest.raises(ServerRefusedError):
        connection.open()
    connection.close()
    assert asked == ["127.0.0.1"]
