"""Leader, helper and agents in one process, joined by the real HTTP applications without a socket."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from aggregator.channel import HelperChannel
from aggregator.config import init_helper, init_leader, load_helper
from aggregator.helper import Helper, create_helper_app
from aggregator.issuing.asking import with_issuers
from aggregator.issuing.config import trust_issuer
from aggregator.leader import Leader, create_leader_app
from consent.budget import Limits
from consent.purposes import AGGREGATE_REPORTING, SPENDING
from consent.stores import Clock
from pod_agent.federation.consents import Consents
from pod_agent.federation.measuring.computing import QueryIndex
from pod_agent.federation.measuring.draws import Moment
from pod_agent.federation.send import open_client
from pod_agent.federation.stores import clock
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.pod import Pod
from tests.support.tokens import Operator, Router, made_issuers
from vocab.query import QuerySpec, Table
from vocab.statistics import Histogram
from vocab.study import MIN_ISSUERS, Noise, Study

__all__ = ["HELPER", "LEADER", "OTHER_DAYS", "Door", "FixedIndex", "RecordingTransport", "category_study", "doors"]

LEADER = "http://127.0.0.1:7001/"
HELPER = "http://127.0.0.1:7002/"
OTHER_DAYS = Histogram(
    query=QuerySpec(measures=("spend",), dimensions=("category",), period=(date(2026, 1, 1), date(2026, 9, 30))),
    cells=(("groceries",), ("eating-out",), ("transport",)),
)
"""Another question than that of ``category_study``: the same one is answered once in 28 days."""
CATEGORIES = ("groceries", "eating-out", "transport")


class FixedIndex:
    """An index that holds one table of spending by category."""

    def __init__(self, spending: Mapping[str, float]) -> None:
        self.spending = dict(spending)

    def run(self, spec: QuerySpec, *, evidence: bool = True) -> Table:  # noqa: ARG002
        rows = tuple((category, amount) for category, amount in sorted(self.spending.items()))
        return Table((*spec.dimensions, *spec.measures), rows, tuple(() for _ in rows))


class RecordingTransport(httpx.BaseTransport):
    """Passes requests on and keeps what left, but for what goes to the person's own operator (``unrecorded``).

    ``breaks`` loses so many answers to a PUT, ``deaf`` those to a DELETE; ``cookie`` is what the servers would like to
    be sent back. ``away`` is True, or the addresses of the servers that no connection reaches.
    """

    def __init__(self, inner: httpx.BaseTransport, *, unrecorded: Collection[str] = ()) -> None:
        self._inner = inner
        self._unrecorded = unrecorded
        self.to_operators: list[tuple[str, str, bytes]] = []
        self.requests: list[tuple[str, str, bytes]] = []
        self.headers: list[dict[str, str]] = []
        self.breaks = 0
        self.deaf = False
        self.cookie = ""
        self.away: bool | set[str] = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.away is True or (self.away and f"{request.url.copy_with(path='/')}" in self.away):
            raise httpx.ConnectError("away")
        body = request.read()
        if f"{request.url.copy_with(path='/')}" in self._unrecorded:
            self.to_operators.append((request.method, str(request.url), body))
            return self._inner.handle_request(request)
        self.requests.append((request.method, str(request.url), body))
        self.headers.append(dict(request.headers))
        response = self._inner.handle_request(request)
        if self.cookie:
            response.headers["set-cookie"] = self.cookie
        if self.breaks and request.method == "PUT":
            self.breaks -= 1
            raise httpx.ReadError("the answer was lost")
        if self.deaf and request.method == "DELETE":
            raise httpx.ReadTimeout("the answer was lost")
        return response

    def sent(self, method: str = "PUT") -> list[bytes]:
        """Bodies of this method's requests."""
        return [body for done, _, body in self.requests if done == method]


class Door:
    """Two servers, and as many people as a test asks for, each with an embedded pod below ``folder``.

    ``now`` is the clock of them all.
    """

    def __init__(self, folder: Path, now: Clock = clock) -> None:
        self._folder = folder
        self._now = now
        self._numbers = itertools.count()
        invitation = init_helper(folder / "helper", url=HELPER, helper="https://operator.example/profile#us")
        self._apps: dict[str, httpx.BaseTransport] = {}
        own = load_helper(folder / "helper")
        self.helper = Helper(folder / "helper", own, clock=now, network=Router(self._apps))
        config = init_leader(folder / "leader", invitation, url=LEADER, controller="https://shop.example/profile#us")
        self.leader = Leader(folder / "leader", config, clock=now)
        self.operators = [
            Operator(folder / f"operator-{number}", number, clock=lambda: now().timestamp())
            for number in range(MIN_ISSUERS)
        ]
        for operator in self.operators:
            trust_issuer(folder / "helper", operator.url)
        helper_app = httpx.WSGITransport(create_helper_app(self.helper))
        self.channel = HelperChannel(HELPER, bytes.fromhex(config.channel_key), transport=helper_app)
        self._apps |= {
            LEADER: httpx.WSGITransport(create_leader_app(self.leader)),
            HELPER: helper_app,
            **{operator.url: operator.transport for operator in self.operators},
        }
        self.people: list[Consents] = []

    def publish(self, study: Study) -> str:
        """Open a study; its task id in hexadecimal."""
        return self.leader.publish(study, self.channel).hex()

    def held(self, task: bytes) -> int:
        """How many reports the leader holds for a study."""
        return len(self.leader.batch(task))

    def person(
        self,
        spending: Mapping[str, float],
        *,
        simulated: bool = False,
        home: Path | None = None,
        pod: Pod | None = None,
        limits: Limits | None = None,
        index: QueryIndex | None = None,
        moment: Moment | None = None,
    ) -> tuple[Consents, RecordingTransport]:
        """An agent with this spending, or this index, and the wire it uses; with an embedded pod if none is given.

        It answers at once unless ``moment`` says when.
        """
        number = next(self._numbers)
        home = home or self._folder / f"person-{number}"
        wire = RecordingTransport(Router(self._apps), unrecorded={operator.url for operator in self.operators})
        operator, person = self.operators[number % MIN_ISSUERS], number // MIN_ISSUERS
        consents = Consents(
            home=home,
            pod=pod or EmbeddedPod(home / "pod"),
            index=index or FixedIndex(spending),
            webid=operator.operator.webid(person),
            login=lambda: operator.login(person),
            leader_url=LEADER,
            zone=ZoneInfo("Asia/Singapore"),
            simulated=simulated,
            limits=limits,
            client=open_client(wire),
            now=self._now,
            pause=0.01,
            moment=moment or (lambda study, _: study.opens),
        )
        self.people.append(consents)
        return consents, wire

    def study(self, **changes: Any) -> Study:
        """A study of this leader and helper: spending by category, with noise, for at least 100 people."""
        config = self.leader.config
        terms = {"controller": config.controller, "helper": config.helper, "helper_key": config.helper_key}
        study = category_study(**{**terms, "issuers": (), **changes})
        if study.demo or study.issuers:
            return study
        return with_issuers(study, [one.invitation for one in self.operators], transport=Router(self._apps))

    def close(self) -> None:
        """Close databases and clients."""
        for consents in self.people:
            consents.close()
        self.leader.close()
        self.helper.close()
        for operator in self.operators:
            operator.close()
        self.channel.__exit__(None, None, None)


def category_study(**changes: Any) -> Study:
    """Spending by category from January to October 2026, open now, for a week."""
    now: datetime = clock()
    terms: dict[str, Any] = {
        "title": "Spending by category",
        "controller": "https://shop.example/profile#us",
        "leader_url": LEADER,
        "helper": "https://operator.example/profile#us",
        "helper_url": HELPER,
        "helper_key": "ab",
        "purpose": AGGREGATE_REPORTING,
        "data": (SPENDING,),
        "statistic": Histogram(
            query=QuerySpec(
                measures=("spend",), dimensions=("category",), period=(date(2026, 1, 1), date(2026, 10, 31))
            ),
            cells=tuple((name,) for name in CATEGORIES),
        ),
        "issuers": made_issuers().issuers,
        "noise": Noise(100),
        "min_batch": 100,
        "opens": now - timedelta(days=1),
        "closes": now + timedelta(days=7),
    }
    return Study(**{**terms, **changes})


def doors(folder: Path) -> Iterator[Door]:
    """A door for a fixture."""
    door = Door(folder)
    try:
        yield door
    finally:
        door.close()
