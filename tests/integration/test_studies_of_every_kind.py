"""Every statistic from its terms to its release, through agents over real indexes and both real servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregator.collection import collect
from aggregator.releases import Release, decode_release, encode_release
from aggregator.samples import plain_sum
from consent.budget import PERIOD as WINDOW
from consent.errors import AlreadyAnsweredError
from pod_agent.federation.consents import Consents
from pod_agent.federation.measuring.draws import moment_of
from pod_agent.federation.stores import clock, secret
from tests.support.door import Door, RecordingTransport
from tests.support.questions import ITEMS, QUESTIONS, SUM, Purchase, index_of
from vocab.statistics import Statistic
from vocab.study import Noise, Study
from vocab.vdaf.encoding import report_bytes

LIVES: list[list[Purchase]] = [
    [("2026-01-10", 60.0, "FairPrice", "groceries"), ("2026-03-25", 50.0, "FairPrice", "groceries")],
    [("2026-02-02", 900.0, "FairPrice", "groceries"), ("2026-03-30", 5.0, "Scoot", "travel")],
    [],
]


class Time:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = clock()

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


@pytest.fixture
def door(tmp_path: Path, time: Time, stack: ExitStack) -> Door:
    door = Door(tmp_path, time)
    stack.callback(door.close)
    return door


@pytest.fixture
def people(door: Door, tmp_path: Path, stack: ExitStack) -> list[tuple[Consents, RecordingTransport]]:
    """Simulated people with these lives."""
    indexes = [stack.enter_context(index_of(tmp_path / f"{n}.sqlite", life)) for n, life in enumerate(LIVES)]
    return [door.person({}, simulated=True, index=index) for index in indexes]


def demo_study(door: Door, statistic: Statistic, **changes: Any) -> Study:
    terms = {"statistic": statistic, "demo": True, "min_batch": len(LIVES), "noise": Noise(0), **changes}
    return door.study(**terms)


def released(door: Door, study: Study) -> Release:
    with door.channel:
        return collect(door.leader, study.task_id, door.channel)


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_study_is_shown_answered_and_released_exactly(
    name: str, door: Door, people: list[tuple[Consents, RecordingTransport]]
) -> None:
    study = demo_study(door, QUESTIONS[name])
    task = door.publish(study)
    answers = []
    for consents, wire in people:
        shown = consents.request(task).shown
        assert shown is not None
        assert shown.answer is not None
        answers.append(shown.answer)
        consents.give(task, notice=shown.digest)
        assert [(each.outcome, each.sent) for each in consents.answer_studies()] == [("sent", report_bytes(study))]
        assert [len(body) for body in wire.sent()] == [report_bytes(study)]
    release = released(door, study)
    truth = plain_sum(study.statistic, answers)
    rows = [*release.rows, *([release.nothing] if release.nothing else [])]
    assert (release.values or tuple(row.value or 0 for row in rows)) == tuple(truth)
    assert (release.statistic, release.lineage.task) == (name, task)
    assert decode_release(encode_release(release)) == release
    assert released(door, study) == release


def test_a_total_is_that_of_the_records(door: Door, people: list[tuple[Consents, RecordingTransport]]) -> None:
    study = demo_study(door, SUM)
    task = door.publish(study)
    for consents, _ in people:
        consents.give(task)
        consents.answer_studies()
    release = released(door, study)
    assert release.rows[0].value == 110 + 500 + 0  # the second is clipped
    assert release.mean is not None
    assert release.mean.value == pytest.approx(610 / 3)


def test_with_noise_a_release_is_close_to_the_truth_and_says_how_close(
    door: Door, people: list[tuple[Consents, RecordingTransport]]
) -> None:
    study = demo_study(door, QUESTIONS["co_purchase"], noise=Noise(21 * 4**14))
    task = door.publish(study)
    answers = []
    for consents, _ in people:
        shown = consents.request(task).shown
        assert shown is not None
        assert shown.answer is not None
        answers.append(shown.answer)
        consents.give(task)
        consents.answer_studies()
    release = released(door, study)
    errors = np.array(release.values) - np.array(plain_sum(study.statistic, answers), dtype=float)
    assert 0 < np.max(np.abs(errors)) < 6 * release.noise_variance**0.5
    assert (release.items, len(release.values)) == (ITEMS, 14)


def test_one_question_of_one_business_is_answered_once_in_28_days(
    door: Door, time: Time, people: list[tuple[Consents, RecordingTransport]]
) -> None:
    consents, wire = people[0]
    noise = {"noise": Noise(10**9), "closes": time.now + timedelta(days=90)}
    first = door.publish(demo_study(door, SUM, title="First", **noise))
    consents.give(first)
    assert [each.outcome for each in consents.answer_studies()] == ["sent"]
    again = demo_study(door, SUM, title="The same in other words", **noise)
    second = door.publish(again)
    assert consents.request(second).status == "already_answered"
    with pytest.raises(AlreadyAnsweredError, match="the same question"):
        consents.give(second)
    other = door.publish(demo_study(door, QUESTIONS["rfm"], **noise))
    assert consents.request(other).status == "open"
    time.now += WINDOW + timedelta(seconds=1)
    assert consents.request(second).status == "open"
    consents.give(second)
    assert [each.outcome for each in consents.answer_studies()] == ["sent"]
    assert len(wire.sent()) == 2


def test_the_gate_itself_refuses_the_question_a_second_time(
    door: Door, time: Time, people: list[tuple[Consents, RecordingTransport]]
) -> None:
    """Two studies allowed before either is answered: the second stays unanswered, and costs nothing."""
    consents, wire = people[0]
    noise = {"noise": Noise(10**9), "closes": time.now + timedelta(days=9)}
    tasks = [door.publish(demo_study(door, SUM, title=title, **noise)) for title in ("First", "Second")]
    for task in tasks:
        consents.give(task)
    outcomes = sorted(each.outcome for each in consents.answer_studies())
    assert outcomes == ["already_answered", "sent"]
    assert len(wire.sent()) == len(consents.gate.charges()) == 1
    assert [row["outcome"] for row in consents.audit() if row["action"] == "deny"] == ["already_answered"]


def test_a_report_waits_for_the_moment_that_the_agent_picked(door: Door, time: Time, tmp_path: Path) -> None:
    study = door.study(opens=time.now - timedelta(minutes=1), closes=time.now + timedelta(days=7))
    task = door.publish(study)
    consents, wire = door.person({"groceries": 5.0}, home=tmp_path / "patient", moment=moment_of)
    due = moment_of(study, secret(tmp_path / "patient"))
    consents.give(task)
    time.now = due - timedelta(seconds=1)
    [waiting] = consents.answer_studies()
    assert (waiting.outcome, waiting.sent, waiting.due) == ("waiting", 0, due)
    assert waiting.to_json()["due"] == f"{due:%Y-%m-%dT%H:%M:%SZ}"
    assert wire.sent() == []
    time.now = due + timedelta(hours=3)  # asleep at the moment itself
    assert [each.outcome for each in consents.answer_studies()] == ["sent"]
    assert len(wire.sent()) == 1


def test_a_withdrawal_while_a_report_waits_leaves_nothing_to_send(door: Door, time: Time) -> None:
    study = door.study(opens=time.now, closes=time.now + timedelta(days=7))
    task = door.publish(study)
    consents, wire = door.person({"groceries": 5.0}, moment=lambda study, _: study.opens + timedelta(days=2))
    grant = consents.give(task)
    assert [each.outcome for each in consents.answer_studies()] == ["waiting"]
    consents.withdraw(grant)
    time.now += timedelta(days=3)
    assert consents.answer_studies() == []
    assert wire.sent() == []
