"""Servers that are killed in the midst of a round of nodes with keys: the round ends, and the next one goes through."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest

from aggregator.errors import RoundAbortedError, SuperLinkError
from aggregator.grid import admitted
from aggregator.running import Servers
from aggregator.superlink import Tls
from aggregator.training_server import TrainingServer
from pod_agent.federation.flower_node import FlowerNode
from pod_agent.federation.joining import member_node
from tests.support.certificates import make_certificates
from tests.support.people import PersonServer
from tests.support.training import Someone, publish, run_round, wait_until

pytestmark = pytest.mark.flower


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with Servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="module")
def training(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainingServer]:
    made = make_certificates(tmp_path_factory.mktemp("certificates"))
    tls = Tls(certificate=made.certificate, key=made.key, authority=made.authority)
    with TrainingServer(servers.home, tls=tls) as running:
        yield running


@pytest.fixture(scope="module")
def provider() -> Iterator[PersonServer]:
    with PersonServer() as running:
        yield running


class Weeks(list[float]):
    """Weeks that do something else when they are first read: then a round is under way and no report has left."""

    def __init__(self, weeks: Sequence[float], first: Callable[[], object]) -> None:
        super().__init__(weeks)
        self._first = [first]

    def __iter__(self) -> Iterator[float]:
        while self._first:
            self._first.pop()()
        return super().__iter__()


def weeks_of(person: Someone, _model: str) -> list[float]:
    """What the model learns from, read when it is asked for."""
    return list(person.history)


@contextmanager
def taking_part(people: Sequence[Someone]) -> Iterator[list[FlowerNode]]:
    """Their nodes until the end of the block."""
    nodes = []
    for person in people:
        person.enter()
        member = person.kept.read()
        assert member is not None
        nodes.append(member_node(person.consents, member, partial(weeks_of, person), 0.1))
    for node in nodes:
        node.start()
    try:
        yield nodes
    finally:
        for node in nodes:
            node.finish()
        for node in nodes:
            node.stop()
    assert [node.failure for node in nodes] == [None] * len(nodes)


def serves(training: TrainingServer, count: int) -> bool:
    """Whether the SuperLink answers and knows so many nodes."""
    try:
        return len(admitted(training.link.control)) >= count
    except SuperLinkError:
        return False


def test_a_superlink_that_dies_in_a_round_comes_back_with_its_nodes_and_the_next_round_goes_through(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    titles = [f"Round {number} of a training server that dies" for number in (1, 2)]
    task, following = (publish(servers, title, 2, epsilon=0.3) for title in titles)
    died = training.link.pid
    with ExitStack() as stack:
        people = [stack.enter_context(closing(Someone(tmp_path, servers, provider, number))) for number in range(2)]
        people[0].history = Weeks(people[0].history, psutil.Process(died).kill)
        for person in people:
            person.consents.give(task)
        stack.enter_context(taking_part(people))
        with pytest.raises(SuperLinkError):
            run_round(servers, training, task, 2)
        wait_until(lambda: training.link.pid != died and serves(training, 2), 60)
        outcome = run_round(servers, training, following, 2)
        assert (outcome.asked, outcome.named, outcome.summed) == (2, 2, 2)
        for person in people:
            sent = [entry["study"] for entry in person.consents.audit() if entry["outcome"] == "sent"]
            assert len(sent) == len(set(sent))


def test_a_leader_that_dies_in_a_round_loses_no_report_and_counts_none_twice(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round in which the leader dies", 2)
    with ExitStack() as stack:
        people = [stack.enter_context(closing(Someone(tmp_path, servers, provider, number))) for number in range(2)]
        people[0].history = Weeks(people[0].history, lambda: servers.kill("leader"))
        for person in people:
            person.consents.give(task)
        nodes = stack.enter_context(taking_part(people))
        assert all(node.wait_ready(60) for node in nodes)  # the deadline is for the report alone
        with pytest.raises(RoundAbortedError):
            run_round(servers, training, task, 2, deadline=8)
        wait_until(lambda: all(node.answered + node.refused for node in nodes), 60)  # an answer may still be under way
        servers.start("leader")
        before = [node.answered for node in nodes]
        outcome = run_round(servers, training, task, 2)
        assert (outcome.named, outcome.summed) == (2, 2)
        assert [node.answered - seen for node, seen in zip(nodes, before, strict=True)] == [1, 1]
