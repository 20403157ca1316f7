"""Studies of item vectors at both real servers: exact sums, claimed noise, withdrawals, and the model made of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregator.collection import collect
from aggregator.errors import NothingLearnedError
from aggregator.learning import learn, second_round
from aggregator.samples import plain_sum, sample_measurement, sample_statistic
from aggregator.shared_models import published_models
from aggregator.simulate import Simulation, run_simulation
from consent.errors import PodOfflineError
from pod_agent.errors import ModelMissingError, ServerUnreachableError
from pod_agent.federation.consents import Consents
from pod_agent.federation.priors import kept_prior
from pod_agent.federation.stores import clock
from tests.support.door import LEADER, Door
from tests.support.pair import Pair, send, upload
from tests.support.priors import CENTRED_PAIRS
from tests.support.questions import ITEM_VECTORS, ITEMS, Purchase, index_of
from tests.support.studies import histogram_study
from vocab.privacy import epsilon
from vocab.statistics import statistic_from_json, statistic_to_json
from vocab.study import Noise, Study
from vocab.vdaf.circuits import Measurement
from vocab.vdaf.encoding import SECRET_BYTES, report_bytes

PEOPLE = 7


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    try:
        yield made
    finally:
        made.close()


def published(pair: Pair, items: int, variance: int = 0) -> Study:
    plain = replace(histogram_study(), statistic=sample_statistic("item_vectors", items), noise=Noise(variance))
    study = pair.fitted(replace(plain, min_batch=5))
    pair.leader.publish(study, pair.channel)
    return study


def answers_to(study: Study, seed: int = 1) -> list[Measurement]:
    draws = np.random.default_rng(seed)
    return [sample_measurement(study.statistic, draws) for _ in range(PEOPLE)]


def test_a_report_withdrawn_before_collection_takes_exactly_its_part_out_of_the_sum(pair: Pair) -> None:
    study = published(pair, 12)
    answers = answers_to(study)
    secrets = [bytes([number]) * SECRET_BYTES for number in range(PEOPLE)]
    reports = [send(study, answer, secret) for answer, secret in zip(answers, secrets, strict=True)]
    assert {upload(pair.agents, report) for report in reports} == {201}
    for server in (pair.agents, pair.direct):
        assert server.request("DELETE", reports[3].path, content=secrets[3]).status_code == 204
    release = pair.collect(study)
    stayed = [answer for number, answer in enumerate(answers) if number != 3]
    assert list(release.values) == plain_sum(study.statistic, stayed)
    assert release.values[-1] == (PEOPLE - 1) * 1_024
    assert (release.reports, release.items) == (PEOPLE - 1, study.statistic.items)  # type: ignore[union-attr]


def test_the_noise_of_both_servers_has_the_variance_that_the_release_claims(pair: Pair) -> None:
    study = published(pair, 300, variance=25 * 4**14)
    answers = answers_to(study)
    for answer in answers:
        assert upload(pair.agents, send(study, answer)) == 201
    release = pair.collect(study)
    errors = np.array(release.values) - np.array(plain_sum(study.statistic, answers), dtype=float)
    ratio = float(np.mean(errors**2)) / release.noise_variance
    assert release.noise_variance == 50 * 4**14
    assert abs(ratio - 1) < 6 * np.sqrt(2 / len(errors))
    assert release.micro_rho == -(-257 * 1_000_000 // (256 * 50))


def test_two_server_processes_sum_vectors_and_refuse_the_malicious() -> None:
    told = run_simulation(
        Simulation(
            pods=24, statistic="item_vectors", size=300, epsilon=None, transport="http", malicious=4, seed=5, drop=0.1
        )
    )
    assert (told["exact"], told["rejected"], told["dropped"]) == (True, 4, 2)
    assert told["bytes_per_pod"] < 34_000


LIVES: list[list[Purchase]] = [
    [("2026-01-10", 60.0, "FairPrice", "groceries"), ("2026-03-25", 50.0, "FairPrice", "groceries")],
    [("2026-02-02", 900.0, "FairPrice", "groceries"), ("2026-03-30", 5.0, "Scoot", "travel")],
    [],
]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


HAD = ([1, 0, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0])
"""Which of the items each of them has."""


class Time:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = clock()

    def __call__(self) -> datetime:
        return self.now


def asked(door: Door, **changes: Any) -> Study:
    terms = {"statistic": ITEM_VECTORS, "demo": True, "min_batch": len(LIVES), "noise": Noise(0), **changes}
    return door.study(**terms)


def run_study(door: Door, study: Study, people: list[Consents]) -> str:
    """Publish it, let these people allow and answer it, collect it; the task."""
    task = door.publish(study)
    for consents in people:
        consents.give(task, notice=consents.request(task).notice)
        assert [each.outcome for each in consents.answer_studies()] == ["sent"]
    collect(door.leader, study.task_id, door.channel)
    return task


def test_what_many_answered_becomes_a_model_that_every_agent_keeps(tmp_path: Path, stack: ExitStack) -> None:
    time = Time()
    door = Door(tmp_path / "door", time)
    stack.callback(door.close)
    indexes = [stack.enter_context(index_of(tmp_path / f"{n}.sqlite", life)) for n, life in enumerate(LIVES)]
    people = [door.person({}, simulated=True, index=index)[0] for index in indexes]
    assert people[0].models() == []
    study = asked(door)
    with pytest.raises(NothingLearnedError):
        learn(door.leader, bytes.fromhex(door.publish(study)))
    task = run_study(door, study, people)
    model = learn(door.leader, study.task_id)
    assert learn(door.leader, study.task_id) == model
    assert (model.prior.people, model.prior.epsilon, model.demo) == (3, None, True)
    assert (model.prior.items, model.prior.tasks, model.noise_variances) == (ITEMS, (task,), (0,))
    ever = dict(zip(ITEMS, model.prior.ever, strict=True))
    assert ever["groceries"] > ever["travel"] > ever["transport"]
    [told] = people[2].models(refresh=True)  # also who had nothing to tell
    assert (told.dimension, told.items, told.people) == ("category", 4, 3)
    assert kept_prior(tmp_path / "door" / "person-2", "category") == model.prior
    stranger, wire = door.person({})
    assert stranger.models() == []  # a real person uses nothing that was learned from made-up people
    assert [address for _, address, _ in wire.requests] == [f"{LEADER}models"]


def test_a_later_release_takes_the_place_of_an_earlier_one_and_never_the_other_way(
    tmp_path: Path, stack: ExitStack
) -> None:
    time = Time()
    door = Door(tmp_path / "door", time)
    stack.callback(door.close)
    indexes = [stack.enter_context(index_of(tmp_path / f"{n}.sqlite", life)) for n, life in enumerate(LIVES)]
    people = [door.person({}, simulated=True, index=index)[0] for index in indexes]
    first, second = (asked(door, title=title) for title in ("First", "Second"))
    run_study(door, first, people)
    time.now += timedelta(days=29)
    second = asked(door, title="Second", opens=time.now, closes=time.now + timedelta(days=7))
    run_study(door, second, people[:3])
    learn(door.leader, second.task_id)
    with pytest.raises(NothingLearnedError, match="later release"):
        learn(door.leader, first.task_id)
    [model] = published_models(door.leader.home)
    assert model.prior.tasks == (second.task_id.hex(),)


@pytest.mark.parametrize("seconds", [0, -3600], ids=["in the same second", "after the clock was set back"])
def test_the_later_of_two_releases_counts_whatever_the_clock_says(
    seconds: int, tmp_path: Path, stack: ExitStack
) -> None:
    time = Time()
    door = Door(tmp_path / "door", time)
    stack.callback(door.close)
    people = []
    for number in range(2 * len(LIVES)):
        index = stack.enter_context(index_of(tmp_path / f"{number}.sqlite", LIVES[number % len(LIVES)]))
        people.append(door.person({}, simulated=True, index=index)[0])
    opens = time.now - timedelta(hours=2)
    first, second = (asked(door, title=title, opens=opens) for title in ("First", "Second"))
    run_study(door, first, people[: len(LIVES)])
    time.now += timedelta(seconds=seconds)
    run_study(door, second, people[len(LIVES) :])
    before = learn(door.leader, first.task_id)
    people[0].models(refresh=True)
    model = learn(door.leader, second.task_id)
    assert model.prior.released_at == before.prior.released_at + timedelta(seconds=1)
    assert published_models(door.leader.home) == [model]
    people[0].models(refresh=True)
    assert kept_prior(tmp_path / "door" / "person-0", "category") == model.prior
    with pytest.raises(NothingLearnedError, match="later release"):
        learn(door.leader, first.task_id)


def test_an_answer_costs_what_its_norm_says(tmp_path: Path, stack: ExitStack) -> None:
    door = Door(tmp_path / "door")
    stack.callback(door.close)
    index = stack.enter_context(index_of(tmp_path / "one.sqlite", LIVES[0]))
    consents, wire = door.person({}, index=index)
    study = asked(door, demo=False, min_batch=100, noise=Noise(25 * 4**14))
    task = door.publish(study)
    shown = consents.request(task).shown
    assert shown is not None
    assert shown.micro_rho == -(-257 * 1_000_000 // (256 * 50))
    consents.give(task)
    assert [each.outcome for each in consents.answer_studies()] == ["sent"]
    assert [charge.micro_rho for charge in consents.gate.charges()] == [shown.micro_rho]
    assert [len(body) for body in wire.sent()] == [report_bytes(study)]


def test_a_second_round_adds_what_goes_together_to_the_model(tmp_path: Path, stack: ExitStack) -> None:
    time = Time()
    door = Door(tmp_path / "door", time)
    stack.callback(door.close)
    indexes = [stack.enter_context(index_of(tmp_path / f"{n}.sqlite", life)) for n, life in enumerate(LIVES)]
    people = [door.person({}, simulated=True, index=index)[0] for index in indexes]
    with pytest.raises(NothingLearnedError):
        second_round(door.leader, "category")
    first = asked(door)
    run_study(door, first, people)
    before = learn(door.leader, first.task_id).prior
    time.now += timedelta(days=29)  # without noise an answer takes the whole budget of 28 days
    statistic = second_round(door.leader, "category")
    assert statistic.fits(before)
    assert statistic_from_json(statistic_to_json(statistic)) == statistic
    days = {"opens": time.now, "closes": time.now + timedelta(days=7)}
    second = asked(door, title="Second", statistic=statistic, **days)
    task = run_study(door, second, people)  # the agents fetch the model when they look at the study
    truth = np.sum([statistic.vectors.products(statistic.vectors.encode(before, had)) for had in HAD], axis=0)
    assert list(door.leader.releases()[-1].values) == truth.tolist()
    model = learn(door.leader, second.task_id)
    assert learn(door.leader, second.task_id) == model
    assert model.prior.tasks == (*before.tasks, task)
    assert (model.prior.ever, model.noise_variances) == (before.ever, (0, 0))
    assert model.prior.pairs is not None
    [told] = people[0].models(refresh=True)
    assert told.released_at == model.prior.released_at
    assert kept_prior(tmp_path / "door" / "person-0", "category") == model.prior
    with pytest.raises(NothingLearnedError, match="later release"):
        learn(door.leader, first.task_id)
    with pytest.raises(NothingLearnedError, match="second round"):
        second_round(door.leader, "category")


def test_a_study_about_a_model_that_is_not_kept_cannot_be_answered(tmp_path: Path, stack: ExitStack) -> None:
    door = Door(tmp_path / "door")
    stack.callback(door.close)
    index = stack.enter_context(index_of(tmp_path / "one.sqlite", LIVES[0]))
    consents, wire = door.person({}, simulated=True, index=index)
    task = door.publish(asked(door, statistic=CENTRED_PAIRS))
    assert consents.request(task).status == "model_missing"
    with pytest.raises(ModelMissingError):
        consents.give(task)
    assert wire.sent() == []


def test_models_that_cannot_be_fetched_now_stand_in_nobody_s_way(tmp_path: Path, stack: ExitStack) -> None:
    door = Door(tmp_path / "door")
    stack.callback(door.close)
    consents, wire = door.person({})
    wire.away = True
    consents.freshen_models()
    with pytest.raises(ServerUnreachableError):
        consents.models()
    wire.away = False
    consents.gate.states = offline  # type: ignore[method-assign]
    consents.freshen_models()
    with pytest.raises(PodOfflineError):
        consents.models()


def test_after_a_failure_nobody_is_asked_at_every_look(tmp_path: Path, stack: ExitStack) -> None:
    passed = [timedelta(0)]
    door = Door(tmp_path / "door", now=lambda: clock() + passed[0])
    stack.callback(door.close)
    consents, wire = door.person({})
    consents.gate.states = offline  # type: ignore[method-assign]
    for _ in range(3):
        consents.freshen_models()
    assert [address for _, address, _ in wire.requests] == [f"{LEADER}models"]
    passed[0] = timedelta(minutes=61)
    for _ in range(3):
        consents.freshen_models()
    assert len(wire.requests) == 2


def offline(*_: object) -> Any:
    raise PodOfflineError("away")


def test_what_both_rounds_cost_is_told_together(tmp_path: Path, stack: ExitStack) -> None:
    """Made-up reports straight to the servers, with noise, both released in the same second."""
    pair = Pair(tmp_path)
    stack.callback(pair.close)
    vectors = sample_statistic("item_vectors", 12)
    first = pair.fitted(replace(histogram_study(), statistic=vectors, noise=Noise(60 * 4**14)))
    pair.leader.publish(first, pair.channel)
    pair.upload(first, answers_to(first))  # type: ignore[arg-type]
    pair.collect(first)
    before = learn(pair.leader, first.task_id).prior
    statistic = second_round(pair.leader, before.dimension)
    second = pair.fitted(replace(histogram_study(), statistic=statistic, noise=Noise(30 * 29**2 * 16**10)))
    pair.leader.publish(second, pair.channel)
    pair.upload(second, answers_to(second))  # type: ignore[arg-type]
    release = pair.collect(second)
    model = learn(pair.leader, second.task_id)
    rho = -(-257 * 1_000_000 // (256 * 120)) + -(-1_000_000 // 60)
    assert model.prior.epsilon == pytest.approx(epsilon(rho), abs=1e-8)
    assert model.noise_variances == (120 * 4**14, release.noise_variance)
    assert model.prior.people >= first.min_batch
    assert model.prior.released_at > before.released_at  # agents keep the later one
