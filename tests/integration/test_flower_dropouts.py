"""Nodes and servers that go away at every stage of a round: it ends, counts whom it can, and loses no model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import psutil
import pytest

from aggregator.errors import RoundAbortedError, SuperLinkError
from aggregator.grid import RoundGrid
from aggregator.superlink import SuperLink
from aggregator.training import BatchSum, Model, RoundOutcome, RoundTerms, run_round
from consent.errors import WithdrawnError
from pod_agent.errors import ServerUnreachableError
from pod_agent.federation.answer import Answered
from pod_agent.federation.fleet import FleetConnection, Received
from pod_agent.federation.flower_node import FlowerNode
from tests.support.deadlines import DeadlineGrid
from tests.support.rounds import TwoServers, report_for, training_study
from vocab.study import Study
from vocab.training import OFFER_RESPONSE, RoundInstructions, Scalar

pytestmark = pytest.mark.flower

START = Model.start(OFFER_RESPONSE.name)
MOVED = START.weights[0] + OFFER_RESPONSE.rate * 200 / 2**14
TERMS = RoundTerms(deadline=90, cohort=3, poll=0.05)


@pytest.fixture(scope="module")
def superlink() -> Iterator[SuperLink]:
    with SuperLink() as link:
        yield link


class Overdue(TwoServers):
    """Tells when the round is over and sums."""

    over: threading.Event

    def collect(self, study: Study, named: Sequence[bytes]) -> BatchSum:
        self.over.set()
        return super().collect(study, named)


class Lost(FleetConnection):
    """A connection that breaks before the reply leaves, for good."""

    broke = threading.Event()

    def reply(self, received: Received, fields: Mapping[str, Scalar]) -> None:  # noqa: ARG002
        self.broke.set()
        raise ServerUnreachableError("the line is dead")


def answering(
    servers: TwoServers, value: int, before: Callable[[], None] = lambda: None
) -> Callable[[RoundInstructions], Answered]:
    def answer(instructions: RoundInstructions) -> Answered:
        before()
        return Answered(servers.put(report_for(instructions.study, [value] + [0] * 16)), lambda: None)

    return answer


def play(
    grid: Callable[[], RoundGrid], servers: TwoServers, nodes: list[FlowerNode], published: list[Model]
) -> RoundOutcome:
    for node in nodes:
        node.start()
    try:
        assert all(node.wait_ready(60) for node in nodes)
        return run_round(
            grid(),
            training_study(min_batch=2, model=OFFER_RESPONSE),
            START,
            terms=TERMS,
            collect=servers.collect,
            publish=published.append,
        )
    finally:
        for node in nodes:
            node.finish()
        for node in nodes:
            node.stop()


def node(
    link: SuperLink, answer: Callable[[RoundInstructions], Answered], kind: type[FleetConnection] = FleetConnection
) -> FlowerNode:
    return FlowerNode(lambda: kind(link.address), answer, pause=0.1)


def gone() -> None:
    raise WithdrawnError


def test_a_node_that_goes_before_it_answers_is_left_out(superlink: SuperLink, monkeypatch: pytest.MonkeyPatch) -> None:
    servers, published = TwoServers(), list[Model]()
    nodes = [node(superlink, answering(servers, value)) for value in (100, 300)]
    nodes.append(node(superlink, answering(servers, 8000, gone)))
    grid = partial(DeadlineGrid, superlink.control, monkeypatch, 2, lambda: nodes[2].refused == 1)
    outcome = play(grid, servers, nodes, published)
    assert (outcome.asked, outcome.named, outcome.summed) == (3, 2, 2)
    assert published[0].weights[0] == MOVED


def test_a_report_whose_name_never_came_is_not_counted(superlink: SuperLink, monkeypatch: pytest.MonkeyPatch) -> None:
    servers, published = TwoServers(), list[Model]()
    nodes = [node(superlink, answering(servers, value)) for value in (100, 300)]
    nodes.append(node(superlink, answering(servers, 8000), Lost))
    outcome = play(
        partial(DeadlineGrid, superlink.control, monkeypatch, 2, Lost.broke.is_set), servers, nodes, published
    )
    assert len(servers.reports) == 3
    assert (outcome.asked, outcome.named, outcome.summed) == (3, 2, 2)
    assert published[0].weights[0] == MOVED


def test_a_slow_node_does_not_hold_the_round_past_its_deadline(
    superlink: SuperLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers, published, asked, over = Overdue(), list[Model](), threading.Event(), threading.Event()
    servers.over = over

    def slow() -> None:
        asked.set()
        over.wait(30)  # it answers once the round sums the others, or where the round waits for it

    nodes = [node(superlink, answering(servers, value)) for value in (100, 300)]
    nodes.append(node(superlink, answering(servers, 8000, slow)))
    outcome = play(partial(DeadlineGrid, superlink.control, monkeypatch, 2, asked.is_set), servers, nodes, published)
    assert (outcome.asked, outcome.named, outcome.summed) == (3, 2, 2)
    assert published[0].weights[0] == MOVED


def test_too_few_left_abort_the_round_and_keep_the_model(superlink: SuperLink, monkeypatch: pytest.MonkeyPatch) -> None:
    servers, published = TwoServers(), list[Model]()
    nodes = [
        node(superlink, answering(servers, 100)),
        *(node(superlink, answering(servers, 1, gone)) for _ in range(2)),
    ]
    decided = partial(
        DeadlineGrid, superlink.control, monkeypatch, 1, lambda: nodes[1].refused == nodes[2].refused == 1
    )
    with pytest.raises(RoundAbortedError, match="1 of 3"):
        play(decided, servers, nodes, published)
    assert published == []


def test_a_superlink_that_is_killed_in_a_round_ends_it_and_the_model_stays() -> None:
    servers, published = TwoServers(), list[Model]()
    with SuperLink() as link:
        killed = threading.Event()

        def kill() -> None:
            if not killed.is_set():
                killed.set()
                psutil.Process(link.pid).kill()

        nodes = [node(link, answering(servers, 100, kill)) for _ in range(3)]
        with pytest.raises(SuperLinkError):
            play(partial(RoundGrid, link.control), servers, nodes, published)
        assert published == []
