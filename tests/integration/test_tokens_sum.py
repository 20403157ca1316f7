"""What tokens are for: the helper counts people of independent operators, and nothing that anyone made up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from aggregator.errors import BatchTooSmallError, IssuerUnreachableError, StudyAbandonedError, StudyRefusedError
from aggregator.issuing.asking import complete, with_issuers
from aggregator.issuing.bulk import make_issuers
from aggregator.issuing.config import accept_invitation, read_trusted, trust_issuer
from aggregator.issuing.operator import INVITATION
from tests.support.pair import Pair, send, upload
from tests.support.studies import histogram_study
from tests.support.tokens import Operator, Router, issuers_for, made_issuers, token_for
from vocab import wire
from vocab.study import Study
from vocab.vdaf.encoding import report_id


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    try:
        yield made
    finally:
        made.close()


def published(pair: Pair, *, min_batch: int = 4) -> Study:
    """An exact study that counts tokens."""
    study = issuers_for(pair.fitted(histogram_study(3, min_batch=min_batch)))
    pair.leader.publish(study, pair.channel)
    return study


def put(pair: Pair, study: Study, tokens: Sequence[bytes | int], cell: int = 1) -> list[wire.Report]:
    """Reports with these tokens; a number is an honest token of that issuer."""
    reports = []
    for token in tokens:
        secret = os.urandom(32)
        made = token_for(study, secret, token) if isinstance(token, int) else token
        reports.append(send(study, cell, secret=secret, token=made))
        assert upload(pair.agents, reports[-1]) == 201
    return reports


def outcomes(pair: Pair, study: Study) -> dict[bytes, wire.Outcome]:
    found = pair.found("helper", "SELECT report, outcome FROM reports WHERE task = ?", study.task_id)
    return {bytes(name): wire.Outcome(outcome) for name, outcome in found}


def test_reports_with_tokens_of_three_operators_are_summed(pair: Pair) -> None:
    study = published(pair)
    put(pair, study, [0, 0, 1, 1, 2, 2])
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id) == ([0, 6, 0, 0], 6, 0)
    counted = pair.found("helper", "SELECT issuer, accepted FROM vouched WHERE task = ? ORDER BY issuer", study.task_id)
    assert [tuple(row) for row in counted] == [(0, 2), (1, 2), (2, 2)]


def test_reports_without_a_token_of_their_own_do_not_count(pair: Pair) -> None:
    study, other = published(pair), published(pair)
    good = put(pair, study, [0, 1, 2, 0, 1])
    stranger = make_issuers(9)
    secret = os.urandom(32)
    bad = put(
        pair,
        study,
        [
            bytes(289),
            token_for(other, secret, 0),  # of another study
            token_for(study, secret, 1),  # of another report
            stranger.token(study, secret, 0),  # by another key
            b"\x07" + token_for(study, secret, 1)[1:],  # of no issuer
        ],
        cell=2,
    )
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id) == ([0, 5, 0, 0], 5, 5)
    told = outcomes(pair, study)
    assert {told[report.report_id] for report in good} == {wire.Outcome.ACCEPTED}
    assert {told[report.report_id] for report in bad} == {wire.Outcome.INVALID}


def test_nobody_uses_a_token_that_they_saw_for_another_report(pair: Pair) -> None:
    """An agent that copies its own token into a second report has one report that counts."""
    study = published(pair)
    secret = os.urandom(32)
    token = token_for(study, secret, 0)
    assert upload(pair.agents, send(study, 1, secret=secret, token=token)) == 201
    for _ in range(3):
        assert upload(pair.agents, send(study, 2, token=token)) == 201
    assert upload(pair.agents, send(study, 2, secret=secret, token=token)) == 409
    put(pair, study, [0, 1, 2, 1, 2])
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id) == ([0, 6, 0, 0], 6, 3)


def test_the_leader_has_no_token_to_make_a_report_with(pair: Pair) -> None:
    """What it holds of a report is sealed for the helper and for that report's id; it opens in no other place."""
    study = published(pair)
    real = put(pair, study, [0, 1, 2, 0])
    forged = send(study, 2, token=bytes(289))
    values = {name: getattr(forged, name) for name in forged.__struct_fields__}
    for report in real:
        made_up = wire.Report(**{**values, "report_id": os.urandom(16), "sealed_share": report.sealed_share})
        assert upload(pair.agents, made_up) == 201
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id) == ([0, 4, 0, 0], 4, 4)


def test_a_batch_padded_with_reports_of_nobody_stays_below_its_minimum(pair: Pair) -> None:
    """A leader that wants to see one person alone makes up all the others."""
    study = published(pair, min_batch=5)
    victim = put(pair, study, [0, 1, 2])
    put(pair, study, [bytes(289)] * 10)
    with pytest.raises(StudyAbandonedError, match="too few reports were valid"):
        pair.collect(study)
    for server in ("leader", "helper"):
        assert pair.found(server, "SELECT report FROM reports WHERE task = ?", study.task_id) == []
    assert upload(pair.agents, victim[0]) == 410


def test_a_helper_asked_by_a_lying_leader_releases_no_padded_batch(pair: Pair) -> None:
    """The minimum is the helper's own to keep: it counts what it found valid, whatever the leader says."""
    study = published(pair, min_batch=5)
    honest = put(pair, study, [0, 1, 2])
    put(pair, study, [bytes(289)] * 10)
    pair.leader.abandon = lambda _task: None  # type: ignore[method-assign, assignment]
    pair.channel.put = _without_abandonment(pair.channel.put)  # type: ignore[method-assign, assignment]
    with pytest.raises(StudyAbandonedError):
        pair.collect(study)
    names = [report.report_id for report in honest]
    asked = wire.Collection(task_id=study.task_id, accepted=3, checksum=wire.checksum(names))
    with pytest.raises(BatchTooSmallError):
        pair.helper.collect(asked)


def _without_abandonment(send_on: Callable[[str, bytes], bytes]) -> Callable[[str, bytes], bytes]:
    return lambda path, body: b"" if path.endswith("abandonment") else send_on(path, body)


@pytest.mark.parametrize(
    ("issuers", "released"),
    [([0, 0, 0, 1, 1, 2], True), ([0, 0, 0, 1, 2], False), ([0] * 10 + [1, 2] * 4 + [1], False)],
)
def test_one_operator_with_more_than_half_of_the_reports_stops_the_release(
    pair: Pair, issuers: list[int], released: bool
) -> None:
    study = published(pair)
    reports = put(pair, study, issuers)
    if released:
        pair.collect(study)
        assert pair.leader.noisy_sum(study.task_id)[1] == len(issuers)
        return
    with pytest.raises(StudyAbandonedError, match="one pod operator"):
        pair.collect(study)
    assert pair.found("helper", "SELECT * FROM vouched") == []
    assert upload(pair.agents, reports[0]) == 410
    with pytest.raises(StudyAbandonedError):
        pair.collect(study)


def test_an_operator_that_made_up_sixty_in_a_hundred_people_is_stopped(pair: Pair) -> None:
    """The victim's answer stays unknown, although the batch is large enough and every token is real."""
    study = published(pair, min_batch=20)
    put(pair, study, [0] * 18, cell=0)
    put(pair, study, [1] * 6 + [2] * 6)
    with pytest.raises(StudyAbandonedError, match="one pod operator"):
        pair.collect(study)
    assert pair.leader.releases() == []


def test_both_servers_refuse_a_real_study_without_independent_operators(pair: Pair) -> None:
    real = pair.fitted(histogram_study(variance=9, min_batch=100, demo=False))
    one = real.issuers[0]
    risky = [
        replace(real, issuers=()),
        replace(real, issuers=real.issuers[:2]),
        replace(real, issuers=(replace(one, people=401), *real.issuers[1:])),
        replace(real, issuers=(one, replace(one, url="https://again.example/"), real.issuers[2])),
    ]
    for study in risky:
        with pytest.raises(StudyRefusedError):
            pair.leader.publish(study, pair.channel)
    pair.leader.publish(real, pair.channel)


def test_the_helper_stands_for_no_operator_that_it_does_not_know(pair: Pair) -> None:
    """Else a business could be all three of them."""
    real = pair.fitted(histogram_study(variance=9, min_batch=100, demo=False))
    fake = replace(real, issuers=(*real.issuers[:2], replace(real.issuers[2], url="https://fake.example/")))
    with pytest.raises(StudyRefusedError, match=r"https://fake\.example/"):
        pair.leader.publish(fake, pair.channel)
    assert fake.task_id.hex() not in {study.task for study in pair.leader.open_studies()}
    trust_issuer(pair.home, "https://fake.example/")
    pair.leader.publish(fake, pair.channel)
    assert "https://fake.example/" in read_trusted(pair.home)


def test_a_study_is_published_with_fresh_keys_of_all_issuers_and_again_with_the_same(
    pair: Pair, tmp_path: Path
) -> None:
    operators = [Operator(tmp_path / f"operator-{number}", number, people=4) for number in range(3)]
    transport = Router({one.url: one.transport for one in operators})
    terms = replace(pair.fitted(histogram_study()), issuers=())
    assert complete(terms, pair.home) == terms
    for number in range(3):
        accept_invitation(pair.home, tmp_path / f"operator-{number}" / INVITATION)
    invitations = [one.invitation for one in operators]
    study = with_issuers(terms, invitations, transport=transport)
    assert [issuer.url for issuer in study.issuers] == [one.url for one in operators]
    assert with_issuers(terms, invitations, transport=transport).task_id == study.task_id
    other = with_issuers(replace(terms, title="Another"), invitations, transport=transport)
    assert not {issuer.key for issuer in other.issuers} & {issuer.key for issuer in study.issuers}
    for one in operators:
        one.close()


@pytest.mark.parametrize("fault", ["away", "roster", "not an issuer", "not invited"])
def test_nothing_is_published_with_an_issuer_that_is_away_or_lies(pair: Pair, tmp_path: Path, fault: str) -> None:
    operator = Operator(tmp_path / "operator", 0, people=4)
    apps: dict[str, httpx.BaseTransport] = {operator.url: operator.transport}
    invitation = operator.invitation
    if fault == "away":
        apps = {}
    elif fault == "roster":
        operator.issuer.roster = lambda _key: bytes(128)  # type: ignore[method-assign, assignment]
    elif fault == "not an issuer":
        apps[operator.url] = httpx.MockTransport(lambda _request: httpx.Response(200, content=b"{}"))
    else:
        invitation = type(invitation)(url=operator.url, channel_key="00" * 32)
    with pytest.raises(IssuerUnreachableError):
        with_issuers(pair.fitted(histogram_study()), [invitation], transport=Router(apps))
    operator.close()


def test_made_up_issuers_make_tokens_for_every_report(pair: Pair) -> None:
    study = published(pair)
    secrets = [os.urandom(32) for _ in range(9)]
    tokens = made_issuers().tokens(study, secrets)
    for secret, token in zip(secrets, tokens, strict=True):
        assert upload(pair.agents, send(study, 0, secret=secret, token=token)) == 201
    pair.collect(study)
    assert pair.leader.noisy_sum(study.task_id) == ([9, 0, 0, 0], 9, 0)
    assert len({report_id(secret) for secret in secrets}) == 9
