"""One real round: a SuperLink as a child process, three embedded nodes, proved reports that two servers sum."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import numpy as np
import psutil
import pytest

from aggregator.errors import RoundAbortedError
from aggregator.grid import RoundGrid
from aggregator.superlink import Control, SuperLink
from aggregator.training import Model, RoundOutcome, RoundTerms, run_round
from consent.errors import WithdrawnError
from pod_agent.features.purchases import Purchases
from pod_agent.federation.answer import Answered
from pod_agent.federation.fleet import FleetConnection, Received
from pod_agent.federation.flower_node import FlowerNode, nodes_online
from pod_agent.federation.training import local_update
from pod_agent.models.forecast import TIP, windows_of
from pod_agent.models.protocol import Array
from pod_agent.models.response import OfferResponse
from pod_agent.models.strange import PurchaseLearner
from tests.support.deadlines import DeadlineGrid
from tests.support.rounds import CLIP, FRACTION_BITS, TwoServers, report_for, training_study
from vocab.regression import absolute_moments, newton_step
from vocab.study import Study
from vocab.training import OFFER_RESPONSE, PURCHASE_ANOMALY, WEEKLY_SPENDING, RoundInstructions, Scalar

pytestmark = pytest.mark.flower

HISTORIES = [
    [100.0 + 30 * ((week * (person + 3)) % 5) + 4 * week * person for week in range(40)] for person in range(3)
]


START = Model.start(WEEKLY_SPENDING.name)
TERMS = RoundTerms(deadline=90, cohort=3, poll=0.05)
TRUNCATED = 1e-3
"""How far the model is from the plain one when every number lost its end, after the equations are solved."""


@dataclass
class Person:
    """Answers rounds for one household; the two hooks run right before and right after the upload."""

    history: Any
    servers: TwoServers
    before_upload: Callable[[], None] = lambda: None
    after_upload: Callable[[], None] = lambda: None
    withdrawn: bool = False
    rounds: list[int] = field(default_factory=list)
    asked: bool = False

    def check(self) -> None:
        if self.withdrawn:
            raise WithdrawnError

    def __call__(self, instructions: RoundInstructions) -> Answered:
        self.asked = True
        self.check()
        update = local_update(instructions.statistic, instructions.weights, self.history)
        report = report_for(instructions.study, update)
        self.before_upload()
        self.check()
        name = self.servers.put(report)
        self.rounds.append(instructions.number)
        self.after_upload()
        return Answered(name, self.check)


@pytest.fixture(scope="module")
def superlink() -> Iterator[SuperLink]:
    with SuperLink() as link:
        yield link


def train(
    link: SuperLink,
    people: list[Person],
    study: Study,
    terms: RoundTerms,
    *,
    model: Model = START,
    published: list[Model] | None = None,
    grid: Callable[[Control], RoundGrid] = RoundGrid,
) -> RoundOutcome:
    published = [] if published is None else published
    servers = people[0].servers
    with nodes_online(link.address, people, pause=0.1, seconds=60):
        return run_round(
            grid(link.control), study, model, terms=terms, collect=servers.collect, publish=published.append
        )


def plain_average(histories: list[list[float]], weights: tuple[float, ...] = START.weights) -> Array:
    """One pass over all these weeks at once, in floating point, each person clipped as they would clip themselves."""
    clip = CLIP / 2**FRACTION_BITS
    parts = [
        np.clip(absolute_moments(*windows_of(history), np.asarray(weights), tip=TIP), -clip, clip)
        for history in histories
    ]
    noise = (2 * training_study().noise.variance) ** 0.5 / 2**FRACTION_BITS / len(histories)
    return np.asarray(newton_step(np.mean(parts, axis=0), weights, START.weights, noise=noise))


def test_a_round_moves_the_model_as_the_plain_average_would(superlink: SuperLink) -> None:
    servers = TwoServers()
    people = [Person(history, servers) for history in HISTORIES]
    published: list[Model] = []
    outcome = train(superlink, people, training_study(), TERMS, published=published)
    expected = plain_average(HISTORIES)
    assert np.abs(expected - START.weights).max() > 0.01
    assert np.abs(np.asarray(outcome.model.weights) - expected).max() < TRUNCATED
    assert (outcome.asked, outcome.named, outcome.summed) == (3, 3, 3)
    assert published == [outcome.model]
    assert outcome.model.rounds == 1


def test_withdrawing_during_a_round_stops_the_upload_and_the_round_ends_by_its_deadline(
    superlink: SuperLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = TwoServers()
    people = [Person(history, servers) for history in HISTORIES]
    reached = threading.Event()

    def withdraw() -> None:
        reached.set()
        people[2].withdrawn = True

    people[2].before_upload = withdraw
    grid = partial(DeadlineGrid, monkeypatch=monkeypatch, named=2, decided=reached.is_set)
    outcome = train(superlink, people, training_study(min_batch=2), TERMS, grid=grid)
    assert people[2].rounds == []
    assert len(servers.reports) == 2
    assert (outcome.named, outcome.summed) == (2, 2)
    assert np.abs(np.asarray(outcome.model.weights) - plain_average(HISTORIES[:2])).max() < TRUNCATED


def test_withdrawing_after_the_upload_keeps_the_report_from_being_named(
    superlink: SuperLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = TwoServers()
    people = [Person(history, servers) for history in HISTORIES]
    people[0].after_upload = lambda: setattr(people[0], "withdrawn", True)
    grid = partial(DeadlineGrid, monkeypatch=monkeypatch, named=2, decided=lambda: people[0].withdrawn)
    outcome = train(superlink, people, training_study(min_batch=2), TERMS, grid=grid)
    assert len(servers.reports) == 3
    assert (outcome.named, outcome.summed) == (2, 2)


def test_a_round_with_too_few_reports_is_aborted_and_the_model_stays(
    superlink: SuperLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = TwoServers()
    people = [Person(history, servers, withdrawn=number > 0) for number, history in enumerate(HISTORIES)]
    published: list[Model] = []
    grid = partial(
        DeadlineGrid, monkeypatch=monkeypatch, named=1, decided=lambda: all(person.asked for person in people)
    )
    with pytest.raises(RoundAbortedError, match="1 of 3 nodes"):
        train(superlink, people, training_study(), TERMS, published=published, grid=grid)
    assert published == []


def test_a_round_without_its_cohort_is_aborted_before_anything_is_sent(superlink: SuperLink) -> None:
    servers = TwoServers()
    people = [Person(HISTORIES[0], servers)]
    with pytest.raises(RoundAbortedError, match="1 nodes were there"):
        train(superlink, people, training_study(), RoundTerms(deadline=1, cohort=3))
    assert people[0].rounds == []
    assert servers.reports == {}


def test_two_rounds_in_a_row_go_on_from_each_other(superlink: SuperLink) -> None:
    servers = TwoServers()
    people = [Person(history, servers) for history in HISTORIES]
    first = train(superlink, people, training_study(), TERMS)
    second = train(superlink, people, training_study(title="Round 2"), TERMS, model=first.model)
    assert [person.rounds for person in people] == [[1, 2]] * 3
    expected = plain_average(HISTORIES, first.model.weights)
    assert np.abs(np.asarray(second.model.weights) - expected).max() < TRUNCATED


def test_a_round_learns_who_uses_offers_from_the_offers_that_each_saw(superlink: SuperLink) -> None:
    dice = np.random.default_rng(1)
    lessons = [
        (np.column_stack([np.ones(count), dice.uniform(-1, 1, (count, 16))]), (dice.random(count) < 0.4).astype(float))
        for count in (3, 1, 0)
    ]
    servers, start = TwoServers(), Model.start(OFFER_RESPONSE.name)
    study = training_study(model=OFFER_RESPONSE, clip=1 << 14, norm=1 << 14)
    people = [Person(lesson, servers) for lesson in lessons]
    outcome = train(superlink, people, study, TERMS, model=start)
    slopes = [OfferResponse().fit(lesson).coef_ - np.asarray(start.weights) for lesson in lessons]
    mean = np.mean([slope / max(1.0, float(np.linalg.norm(slope))) for slope in slopes], axis=0)
    moved = np.subtract(outcome.model.weights, start.weights)
    assert outcome.summed == 3  # who saw none as well
    assert np.abs(moved - OFFER_RESPONSE.rate * mean).max() < 2 * OFFER_RESPONSE.rate * 2**-FRACTION_BITS
    assert np.abs(moved).max() > 0.1


def test_a_round_learns_what_is_strange_from_purchases_that_stay_where_they_are(superlink: SuperLink) -> None:
    dice = np.random.default_rng(2)

    def bought(count: int) -> Purchases:
        return Purchases(
            minutes=np.arange(count) * 1440.0 + dice.uniform(1000, 1200, count),
            timed=np.ones(count, dtype=bool),
            amounts=dice.lognormal(3, 0.5, count),
            shops=dice.integers(0, 3, count),
            groups=np.zeros(count, dtype=np.int64),
        )

    histories, start = [bought(count) for count in (80, 60, 5)], Model.start(PURCHASE_ANOMALY.name)
    study = training_study(model=PURCHASE_ANOMALY, norm=CLIP)
    servers = TwoServers()
    people = [Person(history, servers) for history in histories]
    outcome = train(superlink, people, study, TERMS, model=start)
    changes = [PurchaseLearner().fit(history).coef_ - np.asarray(start.weights) for history in histories]
    bound = CLIP / 2**FRACTION_BITS
    mean = np.mean([each * min(1.0, bound / max(1e-9, float(np.linalg.norm(each)))) for each in changes], axis=0)
    moved = np.subtract(outcome.model.weights, start.weights)
    assert outcome.summed == 3  # who bought too little as well
    assert np.abs(moved - PURCHASE_ANOMALY.rate * mean).max() < 2 * PURCHASE_ANOMALY.rate * 2**-FRACTION_BITS
    assert np.abs(moved).max() > 0.1
    assert outcome.model.previous == start.weights


def test_no_code_is_fetched_and_no_value_travels_by_flower(superlink: SuperLink) -> None:
    servers = TwoServers()
    sent: list[Mapping[str, object]] = []

    class Watched(FleetConnection):
        """Notes what a node replies."""

        def reply(self, received: Received, fields: Mapping[str, Scalar]) -> None:
            sent.append(dict(fields))
            super().reply(received, fields)

    nodes = [
        FlowerNode(lambda: Watched(superlink.address), Person(history, servers), pause=0.1) for history in HISTORIES
    ]
    for node in nodes:
        node.start()
    try:
        assert all(node.wait_ready(20) for node in nodes)
        outcome = run_round(
            RoundGrid(superlink.control),
            training_study(),
            START,
            terms=TERMS,
            collect=servers.collect,
            publish=lambda _model: None,
        )
    finally:
        stopped = [node.stop() for node in nodes]
    assert stopped == [True] * 3
    assert outcome.summed == 3
    assert sorted(str(fields) for fields in sent) == sorted(str({"report": name}) for name in servers.reports)
    paths = set(re.findall(r"POST (/v1/\S+)", superlink.log()))
    assert "/v1/fleet/activate-node" in paths
    assert not {path for path in paths if "fab" in path}
    httpx.post(f"http://{superlink.address}/v1/fleet/get-fab", content=b"", trust_env=False)
    assert "/v1/fleet/get-fab" in superlink.log()  # so it would have been seen


def test_nothing_runs_once_the_superlink_is_closed() -> None:
    with SuperLink() as link:
        child = psutil.Process(link.pid)
        family = [child, *child.children(recursive=True)]
        assert child.is_running()
    assert [process for process in family if process.is_running()] == []
    link.close()


def test_the_superlink_ends_when_its_parent_is_killed() -> None:
    code = "from aggregator.superlink import SuperLink as S; import time; print(S().pid, flush=True); time.sleep(99)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(20)
    assert not child.is_running()
