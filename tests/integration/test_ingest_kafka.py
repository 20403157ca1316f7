"""A Kafka topic into the pod: librdkafka's own mock cluster, at least once in, exactly once in effect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.importers.tables.mapping import ColumnMapping, header_of
from vocab.query import QuerySpec

kafka = pytest.importorskip("confluent_kafka")

MAPPING = ColumnMapping(
    name="payments",
    target="transaction",
    columns={"date": "at", "amount": "amount", "description": "text"},
    constants={"currency": "EUR"},
    header=header_of(["at", "amount", "text"]),
)


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    producer = kafka.Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused:1", "log_level": 0})
    found = producer.list_topics(timeout=10).brokers
    yield ",".join(f"{each.host}:{each.port}" for each in found.values())
    del producer


def produce(brokers: str, topic: str, values: list[Any]) -> None:
    producer = kafka.Producer({"bootstrap.servers": brokers})
    for value in values:
        producer.produce(topic, value if isinstance(value, bytes) else json.dumps(value).encode())
    assert producer.flush(20) == 0


def payments(count: int) -> list[Any]:
    return [{"at": "2024-01-02", "amount": -2.5, "text": "the same coffee"} for _ in range(count)]


def held(agent: Agent) -> int:
    return len(list(agent.index.records(QuerySpec(measures=("transactions",)))))


def test_messages_come_in_once_and_bad_ones_block_nothing(brokers: str, tmp_path: Path) -> None:
    produce(brokers, "first", [*payments(3), b"{broken", *payments(2), b"[]"])
    with Agent.create(tmp_path) as agent:
        agent.tables.keep(MAPPING)
        reports = list(agent.follow(brokers, "first", "payments", group="a", seconds=8))
        assert sum(report.counts.written for report in reports) == 5
        assert sum(report.counts.rejected for report in reports) == 2
        assert held(agent) == 5
        assert list(agent.follow(brokers, "first", "payments", group="a", seconds=4)) == []


def test_a_stop_between_writing_and_committing_doubles_nothing(brokers: str, tmp_path: Path) -> None:
    produce(brokers, "second", payments(4))
    with Agent.create(tmp_path) as agent:
        agent.tables.keep(MAPPING)
        # Another group begins anew, as this one would had it been killed before its commit.
        for group in ("killed", "again"):
            list(agent.follow(brokers, "second", "payments", group=group, seconds=6))
            assert held(agent) == 4
