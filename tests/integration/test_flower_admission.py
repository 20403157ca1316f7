"""Nodes with keys at a training server with TLS: who is let in, who is put out, and what each is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from aggregator.grid import admitted
from aggregator.leader import Leader
from aggregator.registry import Registry
from aggregator.rounds import Models, train
from aggregator.running import Servers
from aggregator.superlink import Tls
from aggregator.training import RoundOutcome, RoundTerms
from aggregator.training_server import TrainingServer
from consent.purposes import FEDERATED_TRAINING, SPENDING
from pod_agent.federation.consents import Consents
from pod_agent.federation.joining import Joined, join_business
from pod_agent.federation.membership import NodeFile, enter
from pod_agent.federation.send import open_client
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.certificates import Certificates, make_certificates
from tests.support.people import PersonServer
from vocab.query import QuerySpec, Table
from vocab.training import WEEKLY_SPENDING

pytestmark = pytest.mark.flower

HISTORIES = [
    [100.0 + 30 * ((week * (person + 3)) % 5) + 4 * week * person for week in range(40)] for person in range(3)
]


class NoRecords:
    """An index that holds nothing; a training round does not ask it."""

    def run(self, _spec: QuerySpec, *, evidence: bool = True) -> Table:  # noqa: ARG002
        raise AssertionError("a training round asked the index")


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with Servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def training(servers: Servers, certificates: Certificates) -> Iterator[TrainingServer]:
    tls = Tls(certificate=certificates.certificate, key=certificates.key, authority=certificates.authority)
    with TrainingServer(servers.home, tls=tls) as running:
        yield running


@pytest.fixture(scope="module")
def provider() -> Iterator[PersonServer]:
    with PersonServer() as running:
        yield running


class Someone:
    """A person with a login, a pod and a node."""

    def __init__(self, home: Path, servers: Servers, provider: PersonServer, number: int = 0) -> None:
        self.webid = provider.webid(f"person-{home.name}-{number}")
        self.provider = provider
        self.client = open_client()
        self.kept = NodeFile(home / f"home-{number}")
        self.history = HISTORIES[number]
        self.consents = Consents(
            home=home / f"home-{number}",
            pod=EmbeddedPod(home / f"pod-{number}"),
            index=NoRecords(),
            webid=self.webid,
            leader_url=servers.leader_url,
            zone=ZoneInfo("Asia/Singapore"),
            simulated=True,
            client=open_client(),
        )

    def enter(self) -> bytes:
        return enter(self.consents, self.kept, self.provider.log_in(self.webid), client=self.client).name

    def join(self, seconds: float = 30.0) -> Joined:
        return join_business(
            self.consents,
            self.kept,
            self.provider.log_in(self.webid),
            partial(list, self.history),
            client=self.client,
            seconds=seconds,
            pause=0.1,
        )

    def close(self) -> None:
        self.client.close()
        self.consents.close()


def publish(servers: Servers, title: str, min_batch: int = 1) -> str:
    now = datetime.now(UTC).replace(microsecond=0)
    terms = {
        "title": title,
        "purpose": FEDERATED_TRAINING,
        "data": [SPENDING],
        "statistic": {
            "type": "ModelUpdate",
            "model": WEEKLY_SPENDING.name,
            "length": len(WEEKLY_SPENDING.start),
            "clip": 1 << 13,
            "fraction_bits": 14,
        },
        "noise": {"variance": 0},
        "min_batch": min_batch,
        "opens": now - timedelta(minutes=1),
        "closes": now + timedelta(hours=1),
        "demo": True,
    }
    return servers.publish(terms).hex()


def wait_until(what: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.02)


def run_round(servers: Servers, training: TrainingServer, task: str, cohort: int) -> RoundOutcome:
    with closing(Leader(servers.home, servers.leader_config)) as leader, servers.channel() as channel:
        return train(
            leader,
            channel,
            bytes.fromhex(task),
            models=Models(servers.home / "models"),
            terms=RoundTerms(deadline=30, cohort=cohort, poll=0.05),
            control=training.link.control,
        )


def keys(training: TrainingServer) -> set[bytes]:
    return {one.key for one in admitted(training.link.control)}


def test_people_are_let_in_by_their_logins_and_train_over_tls(
    tmp_path: Path, servers: Servers, training: TrainingServer, provider: PersonServer
) -> None:
    task = publish(servers, "Round of people with logins", 2)
    joined: list[Joined] = []
    with ExitStack() as stack:
        people = [stack.enter_context(closing(Someone(tmp_path, servers, provider, number))) for number in range(2)]
        for person in people:
            person.consents.give(task)
            person.enter()
        threads = [threading.Thread(target=lambda one=person: joined.append(one.join(8))) for person in people]
        for thread in threads:
            thread.start()
        outcome = run_round(servers, training, task, 2)
        for thread in threads:
            thread.join()
        assert (outcome.asked, outcome.named, outcome.summed) == (2, 2, 2)
        assert joined == [Joined(1, 0), Joined(1, 0)]
        with closing(Registry(servers.home)) as registry:
            assert {person.webid for person in people} <= {member.webid for member in registry.members()}
        for person in people:
            shown = [entry for entry in person.consents.audit() if "/nodes/" in entry["recipient"]]
            assert [(entry["outcome"], entry["micro_rho"]) for entry in shown] == [("permitted", 0), ("sent", 0)]
