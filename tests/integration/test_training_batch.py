"""A round's batch at the real leader and helper: the named reports are summed, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from aggregator.channel import HelperChannel
from aggregator.errors import BatchTooSmallError, HelperUnreachableError, StudyClosedError
from aggregator.rounds import Models, collect_named, train
from aggregator.training import Model, RoundTerms
from tests.support.door import Door
from tests.support.rounds import report_for, training_study
from vocab.study import Noise, Study
from vocab.training import OFFER_RESPONSE
from vocab.wire import encode

pytestmark = pytest.mark.flower

REST = [0] * (OFFER_RESPONSE.length - 4)
UPDATES = [[*first, *REST] for first in ((5, -3, 0, 100), (1, 1, -1, 7), (-2, 0, 4, 8000))]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    made.leader.close()
    made.helper.close()


def round_study(door: Door, *, min_batch: int = 2, variance: int = 0) -> Study:
    config = door.leader.config
    return replace(
        training_study(min_batch=min_batch, model=OFFER_RESPONSE),
        controller=config.controller,
        leader_url=config.url,
        helper=config.helper,
        helper_url=config.helper_url,
        helper_key=config.helper_key,
        noise=Noise(variance=variance),
    )


def upload(door: Door, study: Study) -> list[bytes]:
    """One report for each update; their names."""
    door.publish(study)
    reports = [report_for(study, update) for update in UPDATES]
    for report in reports:
        door.leader.accept(study.task_id, report.report_id, encode(report))
    return [report.report_id for report in reports]


def test_only_the_named_reports_are_summed(door: Door) -> None:
    study = round_study(door)
    names = upload(door, study)
    batch = collect_named(door.leader, door.channel, 5)(study, names[:2])
    assert batch.values == (6, -2, -1, 107, *REST)
    assert (batch.reports, batch.people) == (2, 2)


def test_names_of_reports_that_never_came_count_for_nothing(door: Door) -> None:
    study = round_study(door)
    names = upload(door, study)
    batch = collect_named(door.leader, door.channel, 5)(study, [*names, b"x" * 16])
    assert (batch.values, batch.reports) == ((4, -2, 3, 8107, *REST), 3)


def test_too_few_of_the_named_leave_the_batch_open(door: Door) -> None:
    study = round_study(door)
    names = upload(door, study)
    with pytest.raises(BatchTooSmallError):
        collect_named(door.leader, door.channel, 5)(study, [names[0], b"x" * 16])
    assert door.leader.study(study.task_id).state == "open"
    assert len(door.leader.batch(study.task_id)) == 3


def test_a_round_is_collected_once(door: Door) -> None:
    study = round_study(door)
    names = upload(door, study)
    collect = collect_named(door.leader, door.channel, 5)
    collect(study, names)
    with pytest.raises(StudyClosedError):
        collect(study, names[:2])


def test_with_noise_the_mean_hides_how_many_took_part(door: Door) -> None:
    study = round_study(door, variance=4)
    names = upload(door, study)
    batch = collect_named(door.leader, door.channel, 5)(study, names)
    assert (batch.reports, batch.people) == (3, 5)
    assert all(abs(value - exact) < 60 for value, exact in zip(batch.values, (4, -2, 3, 8107, *REST), strict=True))


AWAY = httpx.MockTransport(lambda _request: httpx.Response(503))


def test_a_round_whose_helper_was_away_goes_on_with_the_same_reports(door: Door) -> None:
    study = round_study(door)
    names = upload(door, study)
    with HelperChannel("http://helper.test/", bytes(32), transport=AWAY) as away, pytest.raises(HelperUnreachableError):
        collect_named(door.leader, away, 5)(study, names[:2])
    assert sorted(names[:2]) == door.leader.batch(study.task_id)
    with pytest.raises(StudyClosedError):
        collect_named(door.leader, door.channel, 5)(study, names[1:])
    batch = collect_named(door.leader, door.channel, 5)(study, names[:2])
    assert (batch.values, batch.reports) == ((6, -2, -1, 107, *REST), 2)


def test_training_goes_on_with_a_closed_batch_asks_nobody_again_and_counts_it_once(door: Door, tmp_path: Path) -> None:
    study = round_study(door)
    names = upload(door, study)
    door.leader.close_batch(study.task_id, names)
    models, terms = Models(tmp_path / "models"), RoundTerms(deadline=1, cohort=5)
    outcome = train(door.leader, door.channel, study.task_id, models=models, terms=terms)
    assert (outcome.named, outcome.summed, outcome.model.rounds) == (3, 3, 1)
    assert models.latest(outcome.model.name) == outcome.model
    step = outcome.model.weights[3] - Model.start(outcome.model.name).weights[3]
    assert step == pytest.approx(OFFER_RESPONSE.rate * 8107 / 3 / 2**14)
    with pytest.raises(StudyClosedError):
        train(door.leader, door.channel, study.task_id, models=models, terms=terms)
    assert models.latest(outcome.model.name) == outcome.model


def test_a_forgotten_report_does_not_come_back(door: Door) -> None:
    study = round_study(door)
    door.publish(study)
    reports = [report_for(study, update) for update in UPDATES]
    for report in reports:
        door.leader.accept(study.task_id, report.report_id, encode(report))
    names = [report.report_id for report in reports]
    door.leader.close_batch(study.task_id, names[:2])
    with pytest.raises(StudyClosedError):
        door.leader.accept(study.task_id, names[2], encode(reports[2]))
    assert door.leader.batch(study.task_id) == sorted(names[:2])
