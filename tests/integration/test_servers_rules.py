"""What leader and helper take, refuse and remember; both in this process, over HTTP's own semantics."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from aggregator.channel import HelperChannel, sign_request
from aggregator.collection import collect
from aggregator.errors import (
    BatchTooSmallError,
    CollectedBeforeError,
    HelperUnreachableError,
    NotAuthorisedError,
    StudyRefusedError,
)
from aggregator.simulate import malicious_report
from consent.codec import sign_study
from tests.support.attacks import report_that_only_the_leader_refuses
from tests.support.pair import Pair, send, upload
from tests.support.studies import HELPER_KEY, histogram_study, update_study
from vocab import wire
from vocab.decoding import canonical_json
from vocab.study import Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import key_info, prio3_for, report_bytes


@pytest.fixture
def pair(tmp_path: Path, store: str) -> Iterator[Pair]:
    pair = Pair(tmp_path, store)
    yield pair
    pair.close()


def values(pair: Pair, study: Study) -> list[int]:
    return pair.leader.noisy_sum(study.task_id)[0]


def test_a_report_is_taken_once_and_never_changed(pair: Pair) -> None:
    study = pair.study()
    first, second = send(study, 1, bytes(32)), send(study, 2, bytes(32))
    assert first.report_id == second.report_id
    assert [upload(pair.agents, report) for report in (first, first, second, first)] == [201, 200, 409, 200]
    assert len(pair.leader.batch(study.task_id)) == 1


def test_malformed_uploads_are_refused_and_leave_nothing(pair: Pair) -> None:
    study, other = pair.study(), pair.study()
    report = send(study, 1)
    body, foreign = wire.encode(report), wire.encode(send(other, 1))
    assert len(body) == len(foreign) == report_bytes(study)
    path = report.path
    tries = {
        body[:-1]: 400,
        body + b"\0": 413,
        bytes(len(body)): 400,
        os.urandom(len(body)): 400,
        b"\x02" + body[1:]: 400,
        foreign: 400,
        b"": 400,
    }
    assert {raw: pair.agents.put(path, content=raw).status_code for raw in tries} == tries
    moved = wire.report_path(study.task_id, bytes(16))
    assert pair.agents.put(moved, content=body).status_code == 400
    assert pair.agents.put(path.upper().replace("TASKS", "tasks").replace("REPORTS", "reports")).status_code == 400
    assert pair.agents.put(wire.report_path(bytes(32), report.report_id), content=body).status_code == 404
    refusal = pair.agents.put(path, content=body[:-1]).json()
    assert set(refusal) == {"code", "message", "hint"}
    assert len(pair.leader.batch(study.task_id)) == 0


def test_the_window_is_kept(pair: Pair) -> None:
    study = pair.fitted(
        replace(histogram_study(), opens=datetime(2030, 2, 1, tzinfo=UTC), closes=datetime(2030, 3, 1, tzinfo=UTC))
    )
    pair.leader.publish(study, pair.channel)
    statuses = []
    for day in (datetime(2030, 1, 31, tzinfo=UTC), datetime(2030, 2, 1, tzinfo=UTC), datetime(2030, 3, 1, tzinfo=UTC)):
        pair.now = day
        statuses.append(upload(pair.agents, send(study, 1)))
    assert statuses == [409, 201, 410]
    assert pair.leader.open_studies() == []


def test_studies_are_listed_signed_until_they_close(pair: Pair) -> None:
    study = pair.study()
    listed = wire.decode_studies(pair.agents.get("studies").content).studies
    assert [(one.task, Study.from_json(one.manifest)) for one in listed] == [(study.task_id.hex(), study)]
    pair.upload(study, [0] * 5)
    pair.collect(study)
    assert wire.decode_studies(pair.agents.get("studies").content).studies == ()


def test_withdrawing_takes_out_exactly_that_contribution(pair: Pair) -> None:
    study, secret = pair.study(), os.urandom(32)
    pair.upload(study, [0, 1, 2, 3, 3, 8])
    mine = send(study, 3, secret)
    assert upload(pair.agents, mine) == 201
    assert pair.agents.request("DELETE", mine.path, content=os.urandom(32)).status_code == 403
    assert pair.agents.request("DELETE", mine.path, content=secret[:-1]).status_code == 403
    assert [pair.agents.request("DELETE", mine.path, content=secret).status_code for _ in range(2)] == [204, 204]
    assert upload(pair.agents, mine) == 410
    pair.collect(study)
    assert values(pair, study) == [1, 1, 1, 2, 0, 0, 0, 0, 1]
    assert pair.agents.request("DELETE", mine.path, content=secret).status_code == 410


def test_withdrawing_at_the_helper_alone_is_enough(pair: Pair) -> None:
    study, secret = pair.study(), os.urandom(32)
    pair.upload(study, [0, 1, 2, 3, 3])
    mine = send(study, 3, secret)
    upload(pair.agents, mine)
    assert pair.direct.request("DELETE", mine.path, content=os.urandom(32)).status_code == 403
    assert [pair.direct.request("DELETE", mine.path, content=secret).status_code for _ in range(2)] == [204, 204]
    pair.collect(study)
    assert values(pair, study) == [1, 1, 1, 2, 0, 0, 0, 0, 0]


def test_what_was_counted_cannot_be_withdrawn_at_the_helper(pair: Pair) -> None:
    study, secret = pair.study(), os.urandom(32)
    pair.upload(study, [0] * 4)
    mine = send(study, 3, secret)
    upload(pair.agents, mine)
    pair.collect(study)
    assert pair.direct.request("DELETE", mine.path, content=secret).status_code == 410


def test_a_batch_below_the_minimum_stays_open_and_unread(pair: Pair) -> None:
    study = pair.study(min_batch=5)
    pair.upload(study, [1, 1, 1, 1])
    with pytest.raises(BatchTooSmallError):
        pair.collect(study)
    pair.upload(study, [2])
    pair.collect(study)
    assert values(pair, study)[:3] == [0, 4, 1]


def test_bad_reports_cannot_fill_a_batch(pair: Pair) -> None:
    study = pair.study(min_batch=5)
    pair.upload(study, [1, 1, 1, 1])
    for kind in range(4):
        assert upload(pair.agents, malicious_report(study, kind)) == 201
    with pytest.raises(BatchTooSmallError):
        pair.collect(study)
    assert pair.leader.releases() == []


def test_the_helper_too_refuses_a_batch_below_the_minimum(pair: Pair) -> None:
    study = pair.study(min_batch=5)
    accepted = job(pair, study, 0, pair.upload(study, [1, 1, 1]))
    with pytest.raises(BatchTooSmallError):
        ask(pair, study, accepted)


def test_each_kind_of_bad_report_is_left_out(pair: Pair) -> None:
    study = pair.study()
    pair.upload(study, [0, 1, 2, 3, 4])
    for kind in range(4):
        upload(pair.agents, malicious_report(study, kind))
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id) == ([1, 1, 1, 1, 1, 0, 0, 0, 0], 5, 4)


def test_a_batch_of_unreadable_reports_is_never_sent(pair: Pair) -> None:
    """Jobs in which the leader can read nothing are settled without the helper."""
    study = pair.study(min_batch=1)
    reports = [malicious_report(study, 3) for _ in range(wire.JOB_REPORTS)]
    for report in reports:
        upload(pair.agents, report)
    with pytest.raises(BatchTooSmallError):
        pair.collect(study)
    assert pair.found("helper", "SELECT * FROM jobs") == []


def test_a_release_is_made_once(pair: Pair) -> None:
    study = pair.study(variance=400)
    reports = pair.upload(study, [0] * 80)
    release = pair.collect(study)
    assert pair.collect(study) == release
    assert pair.leader.releases() == [release]
    assert upload(pair.agents, reports[0]) == 410


def test_reports_and_partial_sums_are_erased_after_the_release(pair: Pair) -> None:
    study = pair.study()
    pair.upload(study, [0] * 5)
    pair.collect(study)
    assert pair.found("leader", "SELECT task FROM reports UNION SELECT task FROM totals") == []
    assert pair.found("helper", "SELECT task FROM totals") == []


def test_the_helper_never_stores_a_share_of_one_report(pair: Pair) -> None:
    study = pair.study()
    reports = pair.upload(study, [0] * 5)
    job(pair, study, 0, reports)
    tables = ("tasks", "jobs", "reports", "totals")
    stored = repr([pair.found("helper", f"SELECT * FROM {table}") for table in tables])  # noqa: S608
    assert repr(reports[0].report_id) in stored
    for report in reports:
        assert repr(report.sealed_share) not in stored
        assert repr(report.public_share) not in stored


def entry(pair: Pair, study: Study, report: wire.Report) -> wire.JobEntry:
    held = pair.leader.study(study.task_id)
    _, verifier = prio3_for(study).verify_init(
        held.verify_key, 0, report.report_id, report.public_share, report.leader_share
    )
    return wire.JobEntry(
        report_id=report.report_id,
        public_share=report.public_share,
        sealed_share=report.sealed_share,
        verifier_share=verifier,
    )


def outcomes(pair: Pair, study: Study, number: int, reports: list[wire.Report]) -> list[wire.Outcome]:
    message = wire.Job(
        task_id=study.task_id, number=number, entries=tuple(entry(pair, study, report) for report in reports)
    )
    raw = pair.channel.put(wire.job_path(study.task_id, number), wire.encode(message))
    return [verdict.outcome for verdict in wire.decode(raw, wire.JobAnswer).verdicts]


def job(pair: Pair, study: Study, number: int, reports: list[wire.Report]) -> list[bytes]:
    found = outcomes(pair, study, number, reports)
    pairs = zip(reports, found, strict=True)
    return [report.report_id for report, outcome in pairs if outcome is wire.Outcome.ACCEPTED]


def ask(pair: Pair, study: Study, accepted: list[bytes]) -> bytes:
    message = wire.Collection(task_id=study.task_id, accepted=len(accepted), checksum=wire.checksum(accepted))
    return pair.channel.put(wire.collection_path(study.task_id), wire.encode(message))


def test_a_report_counts_once_in_a_job_and_in_all_jobs(pair: Pair) -> None:
    study = pair.study()
    first, second = pair.upload(study, [0, 1])
    accepted, replayed = wire.Outcome.ACCEPTED, wire.Outcome.REPLAYED
    assert outcomes(pair, study, 0, [first, first, second]) == [accepted, replayed, accepted]
    assert outcomes(pair, study, 1, [second]) == [replayed]


def test_a_refused_report_cannot_be_tried_again(pair: Pair) -> None:
    study, secret = pair.study(), os.urandom(32)
    good, bad = send(study, 1, secret), send(study, 2, secret)
    mixed = wire.Report(**{**{n: getattr(good, n) for n in good.__struct_fields__}, "sealed_share": bad.sealed_share})
    assert outcomes(pair, study, 0, [mixed]) == [wire.Outcome.INVALID]
    assert outcomes(pair, study, 1, [good]) == [wire.Outcome.REPLAYED]


def test_a_job_is_answered_the_same_again_and_not_with_other_bytes(pair: Pair) -> None:
    study = pair.study()
    first, second = pair.upload(study, [0, 1])
    assert outcomes(pair, study, 0, [first]) == outcomes(pair, study, 0, [first]) == [wire.Outcome.ACCEPTED]
    with pytest.raises(CollectedBeforeError):
        outcomes(pair, study, 0, [second])


def test_noise_is_drawn_once_so_that_asking_again_averages_nothing(pair: Pair) -> None:
    study = pair.study(variance=10_000)
    accepted = job(pair, study, 0, pair.upload(study, [0] * 6))
    first = ask(pair, study, accepted)
    assert ask(pair, study, accepted) == first


def test_a_second_collection_with_one_report_less_is_refused(pair: Pair) -> None:
    study = pair.study()
    accepted = job(pair, study, 0, pair.upload(study, [0] * 7))
    with pytest.raises(CollectedBeforeError):
        ask(pair, study, accepted[1:])
    ask(pair, study, accepted)
    with pytest.raises(CollectedBeforeError):
        ask(pair, study, accepted[1:])
    with pytest.raises(CollectedBeforeError):
        outcomes(pair, study, 1, [send(study, 0)])


@pytest.mark.parametrize("path", ["tasks/{task}", "tasks/{task}/jobs/0", "tasks/{task}/collection"])
def test_only_the_leader_may_ask_the_helper(pair: Pair, path: str) -> None:
    study = pair.study()
    address = path.format(task=study.task_id.hex())
    key = bytes.fromhex(pair.leader.config.channel_key)
    for header in ({}, {"Authorization": sign_request(os.urandom(32), "PUT", address, b"x")}):
        assert pair.direct.put(address, content=b"x", headers=header).status_code == 401
    moved = {"Authorization": sign_request(key, "PUT", "tasks/other", b"x")}
    assert pair.direct.put(address, content=b"x", headers=moved).status_code == 401
    changed = {"Authorization": sign_request(key, "PUT", address, b"y")}
    assert pair.direct.put(address, content=b"x", headers=changed).status_code == 401
    good = {"Authorization": sign_request(key, "PUT", address, b"x")}
    assert pair.direct.put(address, content=b"x", headers=good).status_code == 400


def test_another_channel_key_is_told_to_the_leader(pair: Pair) -> None:
    transport = pair.channel._client._transport
    study = pair.fitted(histogram_study())
    stranger = HelperChannel("http://helper.test/", os.urandom(32), transport=transport)
    with stranger, pytest.raises(NotAuthorisedError):
        pair.leader.publish(study, stranger)
    assert pair.leader.open_studies() == []


def test_a_study_opens_only_once_the_helper_knows_it(pair: Pair) -> None:
    study = pair.fitted(histogram_study())
    away = HelperChannel(
        "http://helper.test/", bytes(32), transport=httpx.MockTransport(lambda _request: httpx.Response(503))
    )
    with away, pytest.raises(HelperUnreachableError):
        pair.leader.publish(study, away)
    assert pair.leader.open_studies() == []
    assert upload(pair.agents, send(study, 1)) == 409
    pair.leader.publish(study, pair.channel)
    pair.leader.publish(study, pair.channel)
    assert upload(pair.agents, send(study, 1)) == 201


def test_both_servers_refuse_terms_that_endanger_people(pair: Pair) -> None:
    risky = [histogram_study(variance=9, min_batch=99, demo=False), histogram_study(min_batch=100, demo=False)]
    for study in map(pair.fitted, risky):
        with pytest.raises(StudyRefusedError):
            pair.leader.publish(study, pair.channel)
        with pytest.raises(StudyRefusedError):
            pair.channel.put(wire.task_path(study.task_id), registration(pair, study))
    safe = pair.fitted(histogram_study(variance=9, min_batch=100, demo=False))
    assert pair.leader.publish(safe, pair.channel) == safe.task_id


def registration(pair: Pair, study: Study, key: bytes = bytes(32)) -> bytes:
    proof = sign_study(study, pair.leader.config.signer, datetime(2030, 1, 1, tzinfo=UTC))
    sealed = sealing.seal(key, bytes.fromhex(study.helper_key), key_info(study.task_id))
    manifest = canonical_json(study.to_json())
    return wire.encode(wire.Registration(manifest=manifest, proof=proof, sealed_key=sealed))


def test_the_key_of_the_proof_check_is_fixed_at_registration(pair: Pair) -> None:
    study = pair.study()
    with pytest.raises(CollectedBeforeError):
        pair.channel.put(wire.task_path(study.task_id), registration(pair, study))


def test_a_study_with_another_helpers_key_is_refused(pair: Pair) -> None:
    study = replace(pair.fitted(histogram_study()), helper_key=sealing.public_key(HELPER_KEY).hex())
    with pytest.raises(StudyRefusedError):
        pair.channel.put(wire.task_path(study.task_id), registration(pair, study))


def test_model_updates_sum_to_the_sum_of_the_updates(pair: Pair) -> None:
    study = pair.fitted(update_study(length=4, clip=50, min_batch=2))
    pair.leader.publish(study, pair.channel)
    for update in ([1, -2, 50, -50], [3, 3, 3, 3], [-7, 0, 0, 9]):
        assert upload(pair.agents, send(study, update)) == 201
    release = collect(pair.leader, study.task_id, pair.channel)
    assert release.values == (-3, 1, 53, -38)
    assert (release.rows, release.reports) == ((), 3)


def test_a_report_that_only_one_server_can_refuse_does_not_stop_the_others(pair: Pair) -> None:
    study = pair.fitted(update_study(length=4, clip=50, min_batch=2))
    pair.leader.publish(study, pair.channel)
    for report in (send(study, [1, 2, 3, 4]), report_that_only_the_leader_refuses(study), send(study, [5, 5, 5, 5])):
        assert upload(pair.agents, report) == 201
    collect(pair.leader, study.task_id, pair.channel)
    assert pair.leader.noisy_sum(study.task_id) == ([6, 7, 8, 9], 2, 1)
