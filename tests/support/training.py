"""People with logins, pods and nodes, for tests of training at a server that lets in whom it knows."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aggregator.leader import Leader
from aggregator.rounds import Models, train
from aggregator.running import Servers
from aggregator.training import RoundOutcome, RoundTerms
from aggregator.training_server import TrainingServer
from consent.purposes import FEDERATED_TRAINING, SPENDING
from pod_agent.federation.consents import Consents
from pod_agent.federation.joining import Joined, join_business
from pod_agent.federation.membership import enter
from pod_agent.federation.node_file import NodeFile
from pod_agent.federation.send import open_client
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.people import PersonServer
from vocab.query import QuerySpec, Table
from vocab.training import WEEKLY_SPENDING

__all__ = ["HISTORIES", "Someone", "publish", "run_round", "wait_until"]

HISTORIES = [
    [100.0 + 30 * ((week * (person + 3)) % 5) + 4 * week * person for week in range(40)] for person in range(3)
]


class NoRecords:
    """An index that holds nothing; a training round does not ask it."""

    def run(self, _spec: QuerySpec, *, evidence: bool = True) -> Table:  # noqa: ARG002
        raise AssertionError("a training round asked the index")


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
            lambda _: self.history,
            client=self.client,
            seconds=seconds,
            pause=0.1,
        )

    def close(self) -> None:
        self.client.close()
        self.consents.close()


def publish(servers: Servers, title: str, min_batch: int = 1, *, epsilon: float | None = None) -> str:
    """Publish a round for made-up people, exact unless it has a cost; its task id."""
    now = datetime.now(UTC).replace(microsecond=0)
    terms = {
        "title": title,
        "purpose": FEDERATED_TRAINING,
        "data": [SPENDING],
        "statistic": {
            "type": "ModelUpdate",
            "model": WEEKLY_SPENDING.name,
            "length": WEEKLY_SPENDING.length,
            "clip": 1 << 13,
            "fraction_bits": 14,
            "norm": 1 << 13,
        },
        "noise": {"variance": 0} if epsilon is None else {"epsilon": epsilon},
        "min_batch": min_batch,
        "opens": now - timedelta(minutes=1),
        "closes": now + timedelta(hours=1),
        "demo": True,
    }
    return servers.publish(terms).hex()


def wait_until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.02)


def run_round(
    servers: Servers, training: TrainingServer, task: str, cohort: int, *, deadline: float = 90
) -> RoundOutcome:
    with closing(Leader(servers.home, servers.leader_config)) as leader, servers.channel() as channel:
        return train(
            leader,
            channel,
            bytes.fromhex(task),
            models=Models(servers.home / "models"),
            terms=RoundTerms(deadline=deadline, cohort=cohort, poll=0.05),
            control=training.link.control,
        )
