"""What travels by Flower, read off the wire: the fields of every message, and no number about anybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx
import pytest
from flwr.app import ConfigRecord, Message
from flwr.proto.fleet_pb2 import PushMessagesRequest
from flwr.proto.message_pb2 import PushObjectRequest
from flwr.proto.node_pb2 import Node
from flwr.supercore.inflatable.inflatable_utils import inflate_object_from_contents

from aggregator.grid import RoundGrid
from aggregator.superlink import SuperLink
from aggregator.training import Model, RoundTerms, run_round
from pod_agent.federation.answer import Answered
from pod_agent.federation.flower_node import nodes_online
from pod_agent.federation.training import local_update
from tests.support.rounds import TwoServers, report_for, training_study
from vocab.training import WEEKLY_SPENDING, RoundInstructions

pytestmark = pytest.mark.flower

POOR, RICH = [1.0, 2.0] * 20, [98765.43 + 1000 * (week % 7) for week in range(90)]


class Tap(BaseHTTPRequestHandler):
    """Passes requests on to the SuperLink and keeps their bodies by node key."""

    target: ClassVar[str] = ""
    kept: ClassVar[list[tuple[str, str, bytes]]] = []
    lock: ClassVar[threading.Lock] = threading.Lock()
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers["flwr-public-key"] or next(value for name, value in self.headers.items() if "key" in name)
        with self.lock:
            self.kept.append((key, self.path, body))
        skipped = {"host", "content-length", "connection", "accept-encoding"}
        headers = {name: value for name, value in self.headers.items() if name.lower() not in skipped}
        answer = httpx.post(f"http://{self.target}{self.path}", content=body, headers=headers, trust_env=False)
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers["content-type"])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay quiet."""


@pytest.fixture(scope="module")
def tapped() -> Iterator[SuperLink]:
    with SuperLink() as link:
        Tap.target = link.address
        listening = ThreadingHTTPServer(("127.0.0.1", 0), Tap)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        link.address = f"127.0.0.1:{listening.server_port}"
        try:
            yield link
        finally:
            listening.shutdown()
            listening.server_close()
            thread.join()


def size(body: bytes, node: Node) -> int:
    """The bytes of a request but for the node's number: Flower draws it, and writes a small one in fewer bytes."""
    number = node.SerializeToString()[1:]
    return len(body) - body.count(number) * len(number)


def test_replies_hold_a_reports_name_alone_and_look_alike_for_everyone(tapped: SuperLink) -> None:
    servers = TwoServers()
    study = training_study(min_batch=2)

    def person(history: list[float]) -> object:
        def answer(instructions: RoundInstructions) -> Answered:
            update = local_update(instructions.statistic, instructions.weights, history)
            return Answered(servers.put(report_for(instructions.study, update)), lambda: None)

        return answer

    with nodes_online(tapped.address, [person(POOR), person(RICH)], pause=0.1):  # type: ignore[list-item]
        outcome = run_round(
            RoundGrid(tapped.control),
            study,
            Model.start(WEEKLY_SPENDING.name),
            terms=RoundTerms(deadline=30, cohort=2, poll=0.05),
            collect=servers.collect,
            publish=lambda _model: None,
        )
    assert outcome.summed == 2
    pushed = [(key, PushMessagesRequest.FromString(body)) for key, path, body in Tap.kept if "push-messages" in path]
    objects = [(key, PushObjectRequest.FromString(body)) for key, path, body in Tap.kept if "push-object" in path]
    assert len({key for key, _ in pushed}) == len(pushed) == 2
    named = set()
    for key, request in pushed:
        [tree] = request.message_object_trees
        parts = {one.object_id: bytes(one.object_content) for owner, one in objects if owner == key}
        message = inflate_object_from_contents(tree.object_id, parts)
        assert isinstance(message, Message)
        assert list(message.content) == ["reply"]
        record = message.content["reply"]
        assert isinstance(record, ConfigRecord)
        assert list(record) == ["report"]
        named.add(record["report"])
        assert list(request.clientapp_runtime_list) == [0.0]
        assert not message.content.array_records
        assert not message.content.metric_records
    assert named == set(servers.reports)
    first, second = (
        sorted((path, size(body, request.node)) for owner, path, body in Tap.kept if owner == key and "push" in path)
        for key, request in pushed
    )
    assert first == second
    everything = b"".join(body for _, _, body in Tap.kept)
    for canary in (b"num_examples", b"num-examples", b"loss", b"metric", b"98765"):
        assert canary not in everything


def test_reports_have_the_same_size_whatever_was_learned() -> None:
    study = training_study()
    sizes = {
        len(report_for(study, local_update(study.statistic, WEEKLY_SPENDING.start, history)).leader_share)  # type: ignore[arg-type]
        for history in (POOR, RICH, [])
    }
    assert len(sizes) == 1
