"""What a business that lies tries against the helper and the agents; each was possible once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from aggregator.errors import StudyRefusedError
from aggregator.issuing.bulk import make_issuers
from consent.errors import InvalidStudyError
from consent.purposes import FEDERATED_TRAINING
from pod_agent.errors import ServerRefusedError
from pod_agent.federation.measuring.draws import RETRY, moment_of
from pod_agent.federation.membership import enter, in_force
from pod_agent.federation.node_file import Membership, NodeFile, fresh_key, leave_withdrawn
from pod_agent.federation.stores import clock
from tests.support.door import Door, doors
from tests.support.pair import Pair
from tests.support.studies import histogram_study
from vocab.statistics import ModelUpdate
from vocab.study import Noise
from vocab.training import WEEKLY_SPENDING

UPDATE = ModelUpdate(
    model=WEEKLY_SPENDING.name, length=WEEKLY_SPENDING.length, clip=1 << 13, fraction_bits=14, norm=1 << 10
)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    yield from doors(tmp_path)


@pytest.mark.parametrize("part", ["key", "roster", "people"])
def test_a_leader_cannot_put_keys_or_rosters_of_its_own_under_the_names_of_known_issuers(pair: Pair, part: str) -> None:
    """With keys of its own it could sign tokens for a whole batch around one person."""
    real = pair.fitted(histogram_study(variance=9, min_batch=100, demo=False))
    own = make_issuers(630).issuers
    forged = [replace(issuer, **{part: getattr(lie, part)}) for issuer, lie in zip(real.issuers, own, strict=True)]
    if part == "roster":
        forged = [replace(issuer, roster="00" * 32) for issuer in real.issuers]
    for issuers in (forged, (real.issuers[0], *forged[1:])):
        with pytest.raises(StudyRefusedError, match=r"issuer[01]"):
            pair.leader.publish(replace(real, issuers=tuple(issuers)), pair.channel)
    assert pair.leader.open_studies() == []
    assert pair.found("helper", "SELECT task FROM tasks") == []
    pair.leader.publish(real, pair.channel)


def test_a_grant_for_one_sum_lets_no_round_of_training_through(door: Door) -> None:
    """A round is answered under a grant that stands, unseen: so it has to be one for training."""
    consents, wire = door.person({"groceries": 5.0})
    consents.give(door.publish(door.study()))
    task = door.publish(door.study(statistic=UPDATE, noise=Noise(10**12)))
    [round_] = [one for one in consents.offered() if one.task_id == task]
    with pytest.raises(InvalidStudyError):
        consents.contribute(round_, lambda _: [0] * UPDATE.length)
    assert wire.sent() == []
    assert consents.gate.charges() == []


def test_a_sum_cannot_be_shown_to_get_a_grant_for_training(door: Door) -> None:
    consents, _ = door.person({"groceries": 5.0})
    task = door.publish(door.study(purpose=FEDERATED_TRAINING))
    with pytest.raises(InvalidStudyError):
        consents.give(task)
    assert consents.grants() == []


def test_the_moment_of_an_upload_does_not_tell_when_a_person_said_yes_late(tmp_path: Path) -> None:
    """Who allows a study after the moment that was drawn for it does not send at once, but at another moment."""
    time = [clock()]
    sent = []
    for door in doors(tmp_path):
        study = door.study(opens=time[0] - timedelta(days=20), closes=time[0] + timedelta(days=8))
        task = door.publish(study)
        for number in range(12):
            consents, wire = door.person({"groceries": 5.0}, home=tmp_path / str(number), moment=moment_of)
            consents.give(task)
            [outcome] = consents.answer_studies()
            assert outcome.outcome == "waiting"
            assert wire.sent() == []
            assert consents.answer_studies() == [outcome]
            assert outcome.due is not None
            sent.append(outcome.due - time[0])
    assert all(timedelta(0) <= after <= timedelta(days=8) - min(RETRY, timedelta(days=0.8)) for after in sent)
    assert len(set(sent)) == len(sent)
    assert max(sent) - min(sent) > timedelta(days=2)


class Business(httpx.BaseTransport):
    """Takes a node's request whole, then does something else before it answers, and never ends its answer."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.meanwhile = meanwhile
        self.asked: list[bytes] = []
        self.given = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.read())
        self.meanwhile()
        return httpx.Response(403, content=self._answer())

    def _answer(self) -> Iterator[bytes]:
        for _ in range(1_000):
            self.given += 1
            yield b" "


def test_a_business_that_does_not_answer_a_node_holds_up_no_withdrawal(door: Door, tmp_path: Path) -> None:
    consents, _ = door.person({"groceries": 5.0}, home=tmp_path / "home")
    grant = consents.give(door.publish(door.study(statistic=UPDATE, purpose=FEDERATED_TRAINING, noise=Noise(10**12))))
    withdrawing = threading.Thread(target=consents.gate.withdraw, args=(grant,), daemon=True)
    done = []

    def meanwhile() -> None:
        withdrawing.start()
        withdrawing.join(20)
        done.append(not withdrawing.is_alive())

    business = Business(meanwhile)
    with httpx.Client(transport=business) as client, pytest.raises(ServerRefusedError):
        enter(consents, NodeFile(tmp_path / "home"), httpx.BasicAuth("any", "login"), client=client)
    assert done == [True]
    assert [len(body) > 100 for body in business.asked] == [True]
    assert not in_force(consents, grant)


def test_a_withdrawal_reads_no_answer_of_a_business_that_is_left(tmp_path: Path) -> None:
    kept, business = NodeFile(tmp_path), Business()
    key, until = fresh_key(), "2099-01-01T00:00:00Z"
    kept.write(
        Membership(
            leader="https://shop.example/", controller="https://shop.example/#us", grant="g", until=until, key=key
        )
    )
    with httpx.Client(transport=business) as client:
        assert leave_withdrawn(kept, {"g"}, client=client)
    assert len(business.asked) == 1
    assert business.given == 0
    assert kept.read() is None
