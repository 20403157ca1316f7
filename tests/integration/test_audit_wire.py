"""What is on the wire, in full: the same requests whatever the records say, and no word or amount out of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bench.fuzz import FIXTURES
from consent.errors import NoGrantError
from pod_agent.agent import Agent
from pod_agent.federation.consents import Consents
from pod_agent.federation.send import open_client
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.pipeline import Ingest
from tests.support.canaries import AMOUNT, CANARY, canary_records, literals, telling
from tests.support.door import HELPER, LEADER, Door, doors
from tests.support.full_home import Told
from tests.support.households import RecordMaker
from tests.support.recorder import Exchange, Recorder
from tests.support.rows import BytesExport
from tests.support.tokens import Router
from vocab.errors import ProjectError
from vocab.query import QuerySpec
from vocab.statistics import CoPurchase, Histogram, ItemCounts, ItemVectors, Rfm, Segment, Statistic, Sum
from vocab.statistics.segments import LADDER, Group, Leaf, normal_predicate
from vocab.study import MIN_ISSUERS, Noise
from vocab.taxonomy import CATEGORIES
from vocab.vdaf.encoding import report_bytes

PERIOD = (date(2026, 1, 1), date(2026, 10, 31))
ZONE = ZoneInfo("Asia/Singapore")
ITEMS = tuple(sorted(CATEGORIES))[:8]


def spend(*dimensions: str, measure: str = "spend") -> QuerySpec:
    return QuerySpec(measures=(measure,), dimensions=dimensions, period=PERIOD)


STATISTICS: tuple[Statistic, ...] = (
    Histogram(query=spend("category"), cells=tuple((name,) for name in ITEMS)),
    Sum(query=spend(), maximum=1_000),
    Segment(
        predicate=normal_predicate(
            Group(kind="or", parts=(Leaf(query=spend(), comparison="at_least", threshold=LADDER[3]),))
        )
    ),
    Rfm(query=spend(measure="purchases"), recency=(14, 56), frequency=(2, 8), money=()),
    ItemCounts(query=spend("category"), items=ITEMS, max_weight=4),
    ItemVectors(query=spend("category"), items=ITEMS, lately_days=28),
    CoPurchase(query=spend("category"), items=ITEMS),
)


def publish_all(door: Door) -> list[str]:
    """A study of every statistic, each for a twentieth of a business's budget."""
    names = []
    for statistic in STATISTICS:
        noise = Noise(statistic.norm_squared * 10**6 // (2 * 1_200) + 1)
        names.append(door.publish(door.study(title=f"A study: {statistic.name}", statistic=statistic, noise=noise)))
    return names


@dataclass
class Street:
    """The door, and people whose every connection is recorded."""

    door: Door
    folder: Path
    recorder: Recorder

    def person(self, spending: dict[str, float], **options: Any) -> Consents:
        """The next person of the first operator, who spent this on each of three days of March."""
        while len(self.door.people) % MIN_ISSUERS:
            self.door.person({})
        with LocalIndex(self.folder / f"{len(self.door.people)}" / "index.sqlite", ZONE) as index:
            make, days = RecordMaker(), ("2026-03-01", "2026-03-05", "2026-03-09")
            index.upsert([make.paid(day, amount, "Shop", name) for day in days for name, amount in spending.items()])
        consents, _ = self.door.person({}, **{"index": LocalIndex(index._path, ZONE), **options})
        consents._client.close()
        consents._client = consents._tokens._client = open_client(self.recorder.transport())
        return consents


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    for door in doors(tmp_path):
        with Recorder(Router(door._apps)) as recorder:
            street = Street(door, tmp_path, recorder)
            try:
                yield street
            finally:
                for consents in door.people:
                    if isinstance(consents._index, LocalIndex):
                        consents._index.close()


def whole_life_of_studies(consents: Consents, names: list[str]) -> None:
    """Look, allow all, answer, look again, withdraw one grant, answer again."""
    consents.requests()
    grants = [consents.give(name) for name in names]
    assert [outcome.outcome for outcome in consents.answer_studies()] == ["sent"] * len(names)
    consents.requests()
    consents.withdraw(grants[0])
    consents.answer_studies()


def to_servers(exchanges: list[Exchange]) -> list[tuple[str, tuple[bytes, int]]]:
    return [(each.target, each.shape) for each in exchanges if each.target in {LEADER, HELPER}]


def test_the_whole_exchange_is_the_same_whatever_the_records_say_even_for_none(street: Street) -> None:
    names = publish_all(street.door)
    seen = []
    rich = {"groceries": 812_345.67, "eating-out": 0.01, "transport": 44.0, "health": 900.0}
    for spending in (rich, {"travel": 3.5, "groceries": -20.0}, {}):
        whole_life_of_studies(street.person(spending), names)
        seen.append(street.recorder.take())
    shapes = [to_servers(exchanges) for exchanges, _ in seen]
    assert shapes[0] == shapes[1] == shapes[2]
    assert len({connections for _, connections in seen}) == 1
    methods = [exchange.method for exchange in seen[0][0] if exchange.target in {LEADER, HELPER}]
    assert (methods.count("PUT"), methods.count("DELETE")) == (len(names), 2)
    everything = [(each.target, each.method, len(each.body)) for each in seen[0][0]]
    assert everything == [(each.target, each.method, len(each.body)) for each in seen[2][0]]
    bodies = [exchange.body for exchanges, _ in seen for exchange in exchanges if exchange.method == "PUT"]
    assert len(set(bodies)) == len(bodies)  # the recording would show a difference


def test_a_difference_of_one_byte_or_one_request_would_show(street: Street) -> None:
    """The comparison itself: a header, a length or a request more makes another shape."""
    plain = Exchange(LEADER, b"PUT /tasks/1/reports/" + b"a" * 32 + b" HTTP/1.1\r\n\r\n", b"1")
    assert plain.shape == replace(plain, head=plain.head.replace(b"a" * 32, b"b" * 32)).shape
    assert plain.shape != replace(plain, body=b"12").shape
    assert plain.shape != replace(plain, head=plain.head + b"X: 1\r\n").shape
    study = street.door.study()
    street.door.publish(study)
    consents = street.person({"groceries": 1.0})
    consents.give(study.task_id.hex())
    consents.answer_studies()
    [report] = [each for each in street.recorder.take()[0] if each.method == "PUT" and each.target == LEADER]
    assert len(report.body) == report_bytes(study)


def test_who_allowed_nothing_asks_only_for_the_public_list_and_a_refusal_opens_no_connection(street: Street) -> None:
    names = publish_all(street.door)
    consents = street.person({"groceries": 5.0})
    offered = consents.offered()
    assert [each.method for each in street.recorder.take()[0]] == ["GET"]
    for each in offered:
        with pytest.raises(NoGrantError):
            consents.contribute(each, lambda _: 0)
    assert street.recorder.take() == ([], 0)
    assert consents.answer_studies() == []
    [listed] = street.recorder.take()[0]
    assert listed.head.startswith(f"GET {LEADER}studies HTTP/1.1\r\n".encode())
    consents.withdraw(consents.give(names[0]))
    street.recorder.take()
    [again] = [each for each in offered if each.task_id == names[0]]
    with pytest.raises(ProjectError):
        consents.contribute(again, lambda _: 0)
    assert street.recorder.take() == ([], 0)
    nobody = street.person({"groceries": 5.0})
    nobody._leader_url = ""
    with pytest.raises(ProjectError):
        nobody.answer_studies()
    assert street.recorder.take() == ([], 0)


def imported(home: Path) -> Agent:
    """A home with every importer's fixtures, and a record of every kind with canaries in all its fields."""
    agent = Agent.create(home)
    for record in canary_records():
        report = Ingest(agent.pod, home).run([(Told([record], record.source), BytesExport(b"x", file="canary.told"))])
        assert (report.counts.read, report.counts.written) == (1, 1)
    agent.import_paths([FIXTURES])
    return agent


def test_no_imported_field_is_on_the_wire_in_a_log_or_readable_in_the_outbox(
    street: Street, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    names = publish_all(street.door)
    home = tmp_path / "alice"
    whole_life_of_studies(street.person({}), names)
    public = b"".join(each.head + each.body for each in street.recorder.take()[0])
    caplog.clear()
    with imported(home) as agent:
        assert len(list(agent.pod.list("data/"))) >= 12  # as many services
        values = telling(literals(agent.pod), public)
        consents = street.person({}, home=home, pod=agent.pod, index=agent.index)
        whole_life_of_studies(consents, names)
    sent = street.recorder.take()[0]
    assert sum(CANARY in value for value in values) >= 30
    assert len(values) > 200
    assert any(str(AMOUNT)[:6] in value for value in values)
    wire = b"".join(each.head + each.body for each in sent)
    logged = "\n".join(
        f"{record.name} {record.getMessage()} {record.exc_text or ''} {record.__dict__}" for record in caplog.records
    )
    outbox = b"".join(path.read_bytes() for path in (home / "outbox").iterdir())
    assert len(outbox) > 1_000
    for place, text in {"wire": wire, "log": logged.encode(), "outbox": outbox}.items():
        found = {value for value in values if _in(value, text)}
        assert not found, (place, sorted(found)[:5])
    assert _in(CANARY, wire + CANARY.encode())  # the search finds what is there


def _in(value: str, text: bytes) -> bool:
    return value.casefold().encode() in text.lower() or value.encode() in text
