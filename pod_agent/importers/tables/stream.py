"""Messages of a Kafka topic as rows: at least once in, exactly once in effect.

This module opens a connection: to the brokers that the person names. What leaves is the subscription and how far it
has been read. Offsets are committed only after the pod has taken a batch; a batch that comes again gives the same
records, because a record is named by its id column, or by topic, partition and offset where there is none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from pod_agent.errors import MissingExtraError, ServerUnreachableError
from pod_agent.importers.tables.json_tables import json_columns, line_of
from pod_agent.importers.tables.rows import Line, Table

__all__ = ["Batch", "batches"]

LARGEST: Final = 2_000
PATIENCE: Final = 1.0
"""Seconds after which a batch is written though more may come."""

MAX_VALUE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Messages as a table; ``keys`` names each by its place, ``span`` says which they are; ``commit`` after writing."""

    table: Table
    keys: dict[int, tuple[str, ...]]
    span: str
    commit: Callable[[], None]


def batches(
    brokers: str,
    topic: str,
    *,
    group: str = "pod-agent",
    seconds: float | None = None,
    options: dict[str, Any] | None = None,
) -> Iterator[Batch]:
    """Batches of a topic from where the group stopped, for so many seconds or until nobody asks for more.

    ServerUnreachableError where no broker answers.
    """
    kafka = _kafka()
    consumer = kafka.Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "allow.auto.create.topics": False,
            "log_level": 2,
            **(options or {}),
        }
    )
    try:
        try:
            consumer.list_topics(topic, timeout=10)
        except kafka.KafkaException:
            raise ServerUnreachableError("no broker answers at the address you named") from None
        consumer.subscribe([topic])
        until = None if seconds is None else time.monotonic() + seconds
        while until is None or time.monotonic() < until:
            wait = PATIENCE if until is None else max(min(PATIENCE, until - time.monotonic()), 0.0)
            messages = [each for each in consumer.consume(LARGEST, wait) if not each.error()]
            if messages:
                yield _batch(kafka, consumer, topic, messages)
    finally:
        consumer.close()


def _batch(kafka: Any, consumer: Any, topic: str, messages: list[Any]) -> Batch:
    values = [_value(message.value()) for message in messages]
    columns = json_columns(values)
    keys: dict[int, tuple[str, ...]] = {
        number: ("kafka", topic, str(message.partition()), str(message.offset()))
        for number, message in enumerate(messages, 1)
    }

    def rows() -> Iterator[Line]:
        for number, (value, message) in enumerate(zip(values, messages, strict=True), 1):
            yield line_of(number, value, columns, (message.value() or b"")[:200].decode("utf-8", "replace"))

    ends: dict[int, int] = {}
    for message in messages:
        ends[message.partition()] = max(message.offset() + 1, ends.get(message.partition(), 0))

    def commit() -> None:
        places = [kafka.TopicPartition(topic, partition, end) for partition, end in sorted(ends.items())]
        try:
            consumer.commit(offsets=places, asynchronous=False)
        except kafka.KafkaException:
            # The partition went to another reader meanwhile, which reads the batch again: the same records.
            return

    span = ", ".join(f"{partition} to {end - 1}" for partition, end in sorted(ends.items()))
    return Batch(table=Table(columns=columns, rows=rows), keys=keys, span=span, commit=commit)


def _value(content: bytes | None) -> object:
    if content is None or len(content) > MAX_VALUE:
        return None
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _kafka() -> Any:
    try:
        import confluent_kafka  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("topics need confluent-kafka", hint="pip install 'pod-agent[stream]'") from error
    return confluent_kafka
