"""What both servers still hold after a study ends badly, late, or under withdrawals of nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import httpx
import pytest

from aggregator import helper as helper_rules
from aggregator.channel import HelperChannel, sign_request
from aggregator.collection import collect
from aggregator.errors import CollectedBeforeError, HelperUnreachableError, StudyAbandonedError
from aggregator.helper import Helper
from aggregator.leader import Leader
from tests.support.pair import Pair, send, upload
from tests.support.studies import histogram_study
from vocab import wire
from vocab.study import Study
from vocab.vdaf.encoding import report_id

AWAY = httpx.MockTransport(lambda _request: httpx.Response(503))


@pytest.fixture
def pair(tmp_path: Path, store: str) -> Iterator[Pair]:
    pair = Pair(tmp_path, store)
    yield pair
    pair.close()


def rows_of(pair: Pair, server: Literal["leader", "helper"]) -> dict[str, int]:
    """How many rows each table about reports has."""
    tables = ("reports", "jobs", "totals")
    return {table: pair.found(server, f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # noqa: S608


NOTHING = {"reports": 0, "jobs": 0, "totals": 0}


def half_spoiled(pair: Pair) -> Study:
    """A study that needs five reports and has four good ones and four whose leader share is zeroed."""
    study = pair.study()
    pair.upload(study, [1] * 4)
    for _ in range(4):
        report = send(study, 1)
        spoiled = {name: getattr(report, name) for name in report.__struct_fields__}
        assert upload(pair.agents, wire.Report(**{**spoiled, "leader_share": bytes(len(report.leader_share))})) == 201
    return study


def short_study(pair: Pair) -> Study:
    study = pair.fitted(replace(histogram_study(min_batch=2), closes=pair.now + timedelta(days=1)))
    pair.leader.publish(study, pair.channel)
    return study


def test_a_study_spoiled_by_garbage_is_given_up_and_erased_at_both_servers(pair: Pair) -> None:
    study = half_spoiled(pair)
    with pytest.raises(StudyAbandonedError):
        pair.collect(study)
    assert pair.leader.study(study.task_id).state == "abandoned"
    assert rows_of(pair, "leader") == rows_of(pair, "helper") == NOTHING
    assert pair.leader.open_studies() == []
    with pytest.raises(StudyAbandonedError):
        pair.collect(study)
    assert upload(pair.agents, send(study, 1)) == 410


def test_the_helper_answers_for_a_study_that_was_given_up_no_more(pair: Pair) -> None:
    study = half_spoiled(pair)
    with pytest.raises(StudyAbandonedError):
        pair.collect(study)
    pair.leader.publish(study, pair.channel)
    report = send(study, 1)
    entry = wire.JobEntry(
        report_id=report.report_id, public_share=b"", sealed_share=report.sealed_share, verifier_share=b""
    )
    for number in (0, 7):
        job = wire.Job(task_id=study.task_id, number=number, entries=(entry,))
        with pytest.raises(CollectedBeforeError):
            pair.channel.put(wire.job_path(study.task_id, number), wire.encode(job))
    asked = wire.Collection(task_id=study.task_id, accepted=0, checksum=wire.checksum([]))
    with pytest.raises(CollectedBeforeError):
        pair.channel.put(wire.collection_path(study.task_id), wire.encode(asked))


def test_a_helper_that_was_away_is_told_when_the_study_is_collected_again(pair: Pair) -> None:
    study = pair.study()
    pair.upload(study, [1] * 5)
    pair.leader.close_batch(study.task_id)
    pair.leader.abandon(study.task_id)
    with HelperChannel("http://helper.test/", bytes(32), transport=AWAY) as away, pytest.raises(HelperUnreachableError):
        collect(pair.leader, study.task_id, away)
    assert rows_of(pair, "leader") == NOTHING
    with pytest.raises(StudyAbandonedError):
        pair.collect(study)
    assert pair.found("helper", "SELECT answer FROM tasks") == [(b"",)]


def test_a_study_that_was_released_cannot_be_given_up(pair: Pair) -> None:
    study = pair.study()
    pair.upload(study, [1] * 5)
    release = pair.collect(study)
    pair.leader.abandon(study.task_id)
    pair.channel.put(wire.abandonment_path(study.task_id), b"")
    assert pair.collect(study) == release
    asked = wire.Collection(task_id=study.task_id, accepted=0, checksum=wire.checksum([]))
    with pytest.raises(CollectedBeforeError):
        pair.channel.put(wire.collection_path(study.task_id), wire.encode(asked))


def test_only_the_leader_can_have_a_study_given_up(pair: Pair) -> None:
    study = pair.study()
    path = wire.abandonment_path(study.task_id)
    wrong = {"Authorization": sign_request(bytes(32), "PUT", path, b"")}
    assert [pair.direct.put(path, headers=headers).status_code for headers in ({}, wrong)] == [401, 401]


@pytest.mark.parametrize(("days", "left"), [(7.9, 3), (8.1, 0)])
def test_reports_are_erased_a_week_after_the_studys_end_when_a_server_starts(
    pair: Pair, days: float, left: int
) -> None:
    study = short_study(pair)
    secret = os.urandom(32)
    pair.upload(study, [1, 1, 2])
    withdrawn = wire.report_path(study.task_id, report_id(secret))
    assert pair.direct.request("DELETE", withdrawn, content=secret).status_code == 204
    pair.now += timedelta(days=days)
    Leader(pair.home, pair.leader.config, clock=lambda: pair.now).close()
    Helper(pair.home, pair.helper.config, clock=lambda: pair.now).close()
    assert rows_of(pair, "leader")["reports"] == left
    assert rows_of(pair, "helper")["reports"] == (1 if left else 0)
    assert pair.leader.study(study.task_id).state == ("open" if left else "abandoned")


def test_collecting_too_late_erases_and_says_so(pair: Pair) -> None:
    study = short_study(pair)
    pair.upload(study, [1, 1, 2])
    pair.now += timedelta(days=9)
    with pytest.raises(StudyAbandonedError):
        pair.collect(study)
    assert rows_of(pair, "leader") == NOTHING


def test_an_old_release_keeps_its_answer_and_loses_the_ids(pair: Pair) -> None:
    study, secret = short_study(pair), os.urandom(32)
    upload(pair.agents, send(study, 1, secret))
    pair.upload(study, [1, 2])
    release = pair.collect(study)
    pair.now += timedelta(days=9)
    pair.helper.erase_expired()
    assert rows_of(pair, "helper") == NOTHING
    assert pair.collect(study) == release
    path = wire.report_path(study.task_id, report_id(secret))
    assert pair.direct.request("DELETE", path, content=secret).status_code == 410


def forget_nothing(client: httpx.Client, study: Study) -> int:
    """Withdraw a report that never was; the status."""
    secret = os.urandom(32)
    path = wire.report_path(study.task_id, report_id(secret))
    return client.request("DELETE", path, content=secret).status_code


def test_withdrawing_what_never_came_writes_nothing_at_the_leader(pair: Pair) -> None:
    study = pair.study()
    assert {forget_nothing(pair.agents, study) for _ in range(20)} == {204}
    assert rows_of(pair, "leader") == NOTHING


def test_the_helper_keeps_a_bounded_number_of_withdrawals(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    study, secret = pair.study(), os.urandom(32)
    monkeypatch.setattr(helper_rules, "WITHDRAWALS", 3)
    path = wire.report_path(study.task_id, report_id(secret))
    assert pair.direct.request("DELETE", path, content=secret).status_code == 204
    assert [forget_nothing(pair.direct, study) for _ in range(4)] == [204, 204, 429, 429]
    assert rows_of(pair, "helper")["reports"] == 3
    assert pair.direct.request("DELETE", path, content=secret).status_code == 204
    assert forget_nothing(pair.direct, pair.study()) == 204


@pytest.mark.parametrize("given_up", [False, True])
def test_after_a_study_no_withdrawal_is_written_at_the_helper(pair: Pair, given_up: bool) -> None:
    study = pair.study()
    pair.upload(study, [1] * 5)
    if given_up:
        pair.channel.put(wire.abandonment_path(study.task_id), b"")
    else:
        pair.collect(study)
    before = rows_of(pair, "helper")
    assert forget_nothing(pair.direct, study) == 204
    assert rows_of(pair, "helper") == before


def test_a_withdrawal_that_comes_before_the_report_keeps_it_out_of_the_sum(pair: Pair) -> None:
    study, secret = pair.study(), os.urandom(32)
    mine = send(study, 3, secret)
    for client in (pair.direct, pair.agents):
        assert client.request("DELETE", mine.path, content=secret).status_code == 204
    upload(pair.agents, mine)
    pair.upload(study, [0] * 5)
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id)[0][:4] == [5, 0, 0, 0]
