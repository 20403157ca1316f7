"""Attacks on the person's door through the real applications: what was shown is what leaves, and no more than that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from consent.codec import sign_study
from consent.errors import AlreadyAnsweredError, ConsentError, NoGrantError
from consent.purposes import FEDERATED_TRAINING
from pod_agent.errors import NoticeChangedError
from pod_agent.federation.consents import Consents
from pod_agent.federation.stores import clock
from tests.support.consents import START, Key
from tests.support.door import OTHER_DAYS, Door, RecordingTransport, doors
from vocab.errors import ProjectError
from vocab.query import Filter
from vocab.statistics import Histogram, ModelUpdate
from vocab.study import Noise, Study
from vocab.training import WEEKLY_SPENDING

SPENDING = {"groceries": 60.0, "eating-out": 30.0, "transport": 10.0}


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    yield from doors(tmp_path)


def odd_studies(door: Door) -> list[Study]:
    good = door.study()
    assert isinstance(good.statistic, Histogram)
    query, cells = good.statistic.query, good.statistic.cells

    def asking(**changes: Any) -> Histogram:
        return Histogram(query=replace(query, **changes), cells=cells)

    return [
        replace(good, title="No such day", statistic=asking(filters=(Filter("weekday", "eq", "Blursday"),))),
        replace(good, title="No number", statistic=asking(filters=(Filter("amount", "eq", "much"),))),
        replace(good, title="No host", helper_url="https://[/"),
        replace(good, title="No port", helper_url="http://127.0.0.1:99999/"),
        replace(good, title="No key", helper_key="ab"),
        replace(good, title="No WebID", controller="https://shop.example/%zz"),
        replace(good, title="Too many people", min_batch=10**30),
        replace(good, title="Two of one", statistic=asking(dimensions=("category", "category"))),
        replace(good, title="A key of the right length", helper_key="ff" * (len(good.helper_key) // 2)),
    ]


def list_odd_studies(door: Door, wire: RecordingTransport) -> None:
    """The leader lists odd studies, signed, before its sound one."""
    sound = wire.handle_request

    def answer(request: httpx.Request) -> httpx.Response:
        response = sound(request)
        if not request.url.path.endswith("/studies"):
            return response
        listed = json.loads(response.read())
        odd = [
            {"task": study.task_id.hex(), "manifest": study.to_json(), "proof": sign_study(study, Key(2), START)}
            for study in odd_studies(door)
        ]
        return httpx.Response(200, json={**listed, "studies": [*odd, *listed["studies"]]})

    wire.handle_request = answer  # type: ignore[method-assign]


def test_studies_that_break_stop_no_other_study(door: Door) -> None:
    task = door.publish(door.study())
    consents, wire = door.person(SPENDING)
    list_odd_studies(door, wire)
    requests = consents.requests()
    assert len(requests) == 1 + len(odd_studies(door))
    assert {request.status for request in requests[:-2]} == {"invalid_study"}
    consents.give(task)
    for odd in requests[:-1]:
        with pytest.raises(ProjectError):
            consents.contribute(odd.offered, lambda _: 0)
    assert [outcome.outcome for outcome in consents.answer_studies()] == ["sent"]
    assert len(wire.sent()) == 1


def test_a_report_that_cannot_be_read_here_stops_no_other_study(door: Door, tmp_path: Path) -> None:
    first, second = door.publish(door.study()), door.publish(door.study(title="Second"))
    consents, _ = door.person(SPENDING, home=tmp_path / "alice")
    consents.give(first)
    consents.give(second)
    (tmp_path / "alice" / "outbox" / first).write_bytes(b"{")
    assert {request.task_id: request.status for request in consents.requests()} == {
        first: "local_state",
        second: "allowed",
    }
    outcomes = {outcome.task_id: outcome.outcome for outcome in consents.answer_studies()}
    assert outcomes == {first: "local_state", second: "sent"}


def test_no_grant_is_written_for_a_report_that_cannot_be_made(door: Door) -> None:
    consents, wire = door.person(SPENDING)
    list_odd_studies(door, wire)
    for study in odd_studies(door):
        with pytest.raises(ProjectError):
            consents.give(study.task_id.hex())
    assert consents.grants() == []
    assert consents.audit() == []
    assert wire.sent() == []


def test_a_second_study_of_the_same_business_is_not_answered_until_it_is_shown_and_allowed(door: Door) -> None:
    first = door.publish(door.study())
    consents, wire = door.person(SPENDING)
    given = [consents.give(first) for _ in range(8)][-1]  # the earlier grants cover both studies as well
    second = door.publish(door.study(title="Second", statistic=OTHER_DAYS))
    assert [outcome.task_id for outcome in consents.answer_studies()] == [first]
    assert {request.task_id: request.status for request in consents.requests()} == {first: "answered", second: "open"}
    [offered] = [request.offered for request in consents.requests() if request.task_id == second]
    with pytest.raises(NoGrantError):
        consents.contribute(offered, lambda _: 0)
    own = consents.give(second)
    assert own != given
    assert [outcome.task_id for outcome in consents.answer_studies()] == [second]
    released = {row["study"]: row["grant"] for row in consents.audit() if row["outcome"] == "permitted"}
    assert released == {first: given, second: own}
    assert len(wire.sent()) == 2


def test_a_report_that_was_withdrawn_before_it_left_is_not_sent_under_a_later_grant(door: Door) -> None:
    first, second = door.publish(door.study()), door.publish(door.study(title="Second"))
    consents, wire = door.person(SPENDING)
    consents.withdraw(consents.give(first))
    consents.give(second)
    assert [outcome.task_id for outcome in consents.answer_studies()] == [second]
    assert len(wire.sent()) == 1


def test_what_changed_after_it_was_shown_is_refused(door: Door, tmp_path: Path) -> None:
    task = door.publish(door.study())
    consents, _ = door.person({"groceries": 5.0}, home=tmp_path / "alice")
    [shown] = consents.requests()
    imported, wire = door.person({"transport": 9_999.0}, home=tmp_path / "alice")
    with pytest.raises(NoticeChangedError):
        imported.give(task, notice=shown.notice)
    assert imported.grants() == []
    assert list((tmp_path / "alice" / "outbox").iterdir()) == []
    [again] = imported.requests()
    assert again.notice != shown.notice
    imported.give(task, notice=again.notice)
    assert [outcome.outcome for outcome in imported.answer_studies()] == ["sent"]
    assert len(wire.sent()) == 1


def test_a_report_that_was_made_before_an_import_is_what_is_shown_as_long_as_it_would_be_sent(
    door: Door, tmp_path: Path
) -> None:
    task = door.publish(door.study())
    before, _ = door.person({"groceries": 5.0}, home=tmp_path / "alice")
    grant = before.give(task)
    outbox = tmp_path / "alice" / "outbox" / task
    made = outbox.read_bytes().partition(b"\n")[2]
    after, wire = door.person({"transport": 9_999.0}, home=tmp_path / "alice")
    assert _label(after) == ["groceries"]
    after.withdraw(grant)
    assert _label(after) == ["transport"]  # a new report would be made
    [request] = after.requests()
    after.give(task, notice=request.notice)
    assert outbox.read_bytes().partition(b"\n")[2] != made
    assert _label(after) == ["transport"]
    after.answer_studies()
    assert wire.sent() == [outbox.read_bytes().partition(b"\n")[2]]


def _label(consents: Consents) -> Any:
    [request] = consents.requests()
    return request.to_json()["preview"]["label"]


def test_without_a_grant_not_even_a_report_is_made(door: Door, tmp_path: Path) -> None:
    update = ModelUpdate(model=WEEKLY_SPENDING.name, length=WEEKLY_SPENDING.length, clip=256, fraction_bits=8)
    door.publish(door.study(statistic=update, purpose=FEDERATED_TRAINING, noise=Noise(10**7)))
    consents, wire = door.person(SPENDING, home=tmp_path / "alice")
    [offered] = consents.offered()
    measured: list[Study] = []

    def measure(study: Study) -> list[int]:
        measured.append(study)
        return [0] * WEEKLY_SPENDING.length

    with pytest.raises(ConsentError):
        consents.contribute(offered, measure)
    assert measured == []
    assert list((tmp_path / "alice" / "outbox").iterdir()) == []
    assert [row["action"] for row in consents.audit()] == ["deny"]
    assert wire.sent() == []


def at(consents: Consents, later: timedelta) -> None:
    """Move this agent's clock."""
    consents._now = consents.gate._clock = lambda: clock() + later


@pytest.mark.parametrize(
    ("later", "kept"), [(timedelta(days=15, hours=-1), True), (timedelta(days=15, hours=1), False)]
)
def test_eight_days_after_a_study_closed_its_report_is_forgotten_and_no_server_asked(
    door: Door, tmp_path: Path, later: timedelta, *, kept: bool
) -> None:
    task = door.publish(door.study())  # closes after seven days
    consents, wire = door.person(SPENDING, home=tmp_path / "alice")
    grant = consents.give(task)
    consents.answer_studies()
    at(consents, later)
    consents.withdraw(grant)
    assert len(wire.sent("DELETE")) == (2 if kept else 0)
    assert list((tmp_path / "alice" / "outbox").iterdir()) == []
    assert consents.catch_up()


def test_a_resend_after_the_window_of_the_budget_is_refused(door: Door) -> None:
    study = door.study(closes=clock() + timedelta(days=60))
    door.publish(study)
    consents, wire = door.person(SPENDING)
    consents.give(study.task_id.hex())
    [offered] = consents.offered()
    wire.away = True
    with pytest.raises(ProjectError):
        consents.contribute(offered, lambda _: 0)
    wire.away = False
    at(consents, timedelta(days=29))
    with pytest.raises(AlreadyAnsweredError):
        consents.contribute(offered, lambda _: 0)
    assert wire.sent() == []
