"""A Kafka topic into the pod: librdkafka's own mock cluster, at least once in, exactly once in effect."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pod_agent.agent import Agent
from pod_agent.errors import ServerUnreachableError
from pod_agent.importers.tables.mapping import ColumnMapping, header_of
from pod_agent.importers.tables.stream import commit
from pod_agent.ingest.report import ImportReport
from vocab.query import QuerySpec

kafka = pytest.importorskip("confluent_kafka")

MAPPING = ColumnMapping(
    name="payments",
    target="transaction",
    columns={"date": "at", "amount": "amount", "description": "text"},
    constants={"currency": "EUR"},
    header=header_of(["at", "amount", "text"]),
)
BY_ID = ColumnMapping(
    name="by-id",
    target="transaction",
    columns={**MAPPING.columns, "id": "number"},
    constants={"currency": "EUR"},
    header=header_of(["at", "amount", "text", "number"]),
)
QUICK = {"session.timeout.ms": 6000}

KILLED = """
import os, signal, sys
import confluent_kafka
from pathlib import Path
from pod_agent.agent import Agent

class Killed(confluent_kafka.Consumer):
    def commit(self, *arguments, **options):
        os.kill(os.getpid(), signal.SIGKILL)

confluent_kafka.Consumer = Killed
with Agent.open(Path(sys.argv[1])) as agent:
    for _ in agent.follow(sys.argv[2], "killed", "payments", group="killed", options={"session.timeout.ms": 6000}):
        pass
"""


@pytest.fixture(scope="module")
def brokers() -> Iterator[str]:
    producer = kafka.Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "unused:1", "log_level": 0})
    found = producer.list_topics(timeout=10).brokers
    yield ",".join(f"{each.host}:{each.port}" for each in found.values())
    del producer


def produce(brokers: str, topic: str, values: list[Any]) -> None:
    producer = kafka.Producer({"bootstrap.servers": brokers, "log_level": 0})
    for value in values:
        producer.produce(topic, value if isinstance(value, bytes) else json.dumps(value).encode())
    assert producer.flush(20) == 0


def payments(count: int) -> list[Any]:
    return [{"at": "2024-01-02", "amount": -2.5, "text": "the same coffee"} for _ in range(count)]


def held(agent: Agent) -> int:
    return len(list(agent.index.records(QuerySpec(measures=("transactions",)))))


def follow(agent: Agent, brokers: str, topic: str, count: int, mapping: str = "payments") -> list[ImportReport]:
    """The reports of so many messages: it stops as soon as they are there."""
    reports, read = [], 0
    for report in agent.follow(brokers, topic, mapping, group=topic, seconds=30, options=QUICK):
        reports.append(report)
        read += report.counts.read
        if read >= count:
            break
    assert read == count
    return reports


def test_messages_come_in_once_and_bad_ones_block_nothing(brokers: str, tmp_path: Path) -> None:
    produce(brokers, "first", [*payments(3), b"{broken", *payments(2), b"[]"])
    with Agent.create(tmp_path) as agent:
        agent.tables.keep(MAPPING)
        reports = follow(agent, brokers, "first", 7)
        assert sum(report.counts.written for report in reports) == 5
        assert sum(report.counts.rejected for report in reports) == 2
        assert held(agent) == 5
        assert list(agent.follow(brokers, "first", "payments", group="first", seconds=4)) == []


def test_a_batch_of_bad_messages_alone_is_kept_before_its_place_is_noted(brokers: str, tmp_path: Path) -> None:
    produce(brokers, "bad", [b"{broken", {"at": "never", "amount": 1, "text": "x"}])
    with Agent.create(tmp_path) as agent:
        agent.tables.keep(MAPPING)
        [report] = follow(agent, brokers, "bad", 2)
        assert report.import_id is not None
        kept = agent.rejected(report.import_id)
        assert [row["line"] for row in kept] == [1, 2]
        raw = {row["code"]: row["raw"] for row in kept}  # partitions are read in any order
        assert raw.keys() == {"bad_row", "bad_date"}
        assert raw["bad_row"] == "{broken"
        assert agent.import_entry(report.import_id)["totals"]["rejected"] == 2
        assert list(agent.follow(brokers, "bad", "payments", group="bad", seconds=4)) == []


def test_an_id_column_names_a_record_wherever_its_message_stands(brokers: str, tmp_path: Path) -> None:
    messages = [{**each, "number": f"A{number}"} for number, each in enumerate(payments(3))]
    produce(brokers, "ids", [*messages, *messages])
    with Agent.create(tmp_path) as agent:
        agent.tables.keep(BY_ID)
        follow(agent, brokers, "ids", 6, "by-id")
        assert held(agent) == 3


def test_a_process_killed_between_writing_and_noting_its_place_doubles_nothing(brokers: str, tmp_path: Path) -> None:
    produce(brokers, "killed", payments(4))
    with Agent.create(tmp_path) as agent:
        agent.tables.keep(MAPPING)
    command = [sys.executable, "-c", KILLED, str(tmp_path), brokers]
    done = subprocess.run(command, check=False, capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with Agent.open(tmp_path) as agent:
        agent.refresh()
        assert held(agent) == 4
        [report] = follow(agent, brokers, "killed", 4)
        assert (report.counts.written, report.counts.duplicate) == (0, 4)
        assert held(agent) == 4


class Answering:
    """A consumer whose broker answers commits with these errors, one after the other, then takes them."""

    def __init__(self, *errors: int, of_a_partition: bool = False) -> None:
        self.errors = list(errors)
        self.of_a_partition = of_a_partition
        self.asked = 0

    def commit(self, offsets: list[Any], *, asynchronous: bool) -> list[Any]:
        assert (offsets, asynchronous) == ([], False)
        self.asked += 1
        if self.errors:
            error = kafka.KafkaError(self.errors.pop(0))
            if not self.of_a_partition:
                raise kafka.KafkaException(error)
            return [Place(error)]
        return [Place(None)]


class Place:
    def __init__(self, error: Any) -> None:
        self.error = error


@pytest.mark.parametrize("of_a_partition", [False, True])
def test_a_commit_that_fails_for_a_while_is_tried_again(of_a_partition: bool) -> None:
    consumer = Answering(kafka.KafkaError._TIMED_OUT, kafka.KafkaError._TRANSPORT, of_a_partition=of_a_partition)
    assert commit(kafka, consumer, [], pause=0)
    assert consumer.asked == 3


def test_a_partition_that_went_to_another_reader_is_left_to_it() -> None:
    consumer = Answering(kafka.KafkaError.ILLEGAL_GENERATION)
    assert not commit(kafka, consumer, [], pause=0)
    assert consumer.asked == 1


@pytest.mark.parametrize(("error", "asked"), [("GROUP_AUTHORIZATION_FAILED", 1), ("_TIMED_OUT", 4)])
def test_a_commit_that_is_never_taken_ends_the_reading(error: str, asked: int) -> None:
    consumer = Answering(*[getattr(kafka.KafkaError, error)] * 9, of_a_partition=True)
    with pytest.raises(ServerUnreachableError, match=error) as refused:
        commit(kafka, consumer, [], pause=0)
    assert "doubles nothing" in (refused.value.hint or "")
    assert consumer.asked == asked
