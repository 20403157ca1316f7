"""Messages of a Kafka topic as rows: at least once in, exactly once in effect.

This module opens a connection: to the brokers that the person names. What leaves is the subscription and how far it
has been read. Offsets are committed only after the pod has taken a batch; a batch that comes again gives the same
records, because a record is named by its id column, or by topic, partition and offset where there is none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from pod_agent.errors import MissingExtraError, ServerUnreachableError, UsageError
from pod_agent.importers.protocol import MAX_RAW
from pod_agent.importers.tables.json_tables import json_columns, line_of
from pod_agent.importers.tables.rows import Line, Table

__all__ = ["Batch", "batches", "commit"]

LARGEST: Final = 2_000
PATIENCE: Final = 1.0
"""Seconds after which a batch is written though more may come."""

MAX_VALUE: Final = 1 << 20
ATTEMPTS: Final = 4

_PASSING: Final = ("_PARTITION_EOF", "_MAX_POLL_EXCEEDED", "_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE", "_TIMED_OUT")
"""What the client gets over by itself, and the end of a partition."""

_LOST: Final = ("ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS", "_NO_OFFSET", "_ASSIGNMENT_LOST")
_DAMAGED: Final = ("_BAD_MSG", "_BAD_COMPRESSION", "_UNDERFLOW", "INVALID_MSG", "_KEY_DESERIALIZATION")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Messages as a table; ``keys`` names each by its place, ``span`` says which they are; ``commit`` after writing.

    ``commit`` is False where the messages went to another reader of the group meanwhile, which reads them again.
    """

    table: Table
    keys: dict[int, tuple[str, ...]]
    span: str
    commit: Callable[[], bool]


def batches(
    brokers: str,
    topic: str,
    *,
    group: str = "pod-agent",
    seconds: float | None = None,
    options: Mapping[str, Any] | None = None,
) -> Iterator[Batch]:
    """Batches of a topic from where the group stopped, for so many seconds or until nobody asks for more.

    ServerUnreachableError where no broker answers, or the brokers refuse to give more; UsageError where there is no
    such topic.
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
        _check_topic(kafka, consumer, topic)
        consumer.subscribe([topic])
        until = None if seconds is None else time.monotonic() + seconds
        while until is None or time.monotonic() < until:
            wait = PATIENCE if until is None else max(min(PATIENCE, until - time.monotonic()), 0.0)
            messages, refusal = _sorted(kafka, consumer.consume(LARGEST, wait))
            if messages:
                yield _batch(kafka, consumer, topic, messages)
            if refusal is not None:
                raise ServerUnreachableError(f"the brokers give no more of the topic ({refusal})")
    finally:
        consumer.close()


def _check_topic(kafka: Any, consumer: Any, topic: str) -> None:
    try:
        found = consumer.list_topics(topic, timeout=10).topics[topic].error
    except kafka.KafkaException:
        raise ServerUnreachableError("no broker answers at the address you named") from None
    if found is not None and found.code() == kafka.KafkaError.UNKNOWN_TOPIC_OR_PART:
        raise UsageError(f"the brokers have no topic {topic!r}")


def _sorted(kafka: Any, messages: list[Any]) -> tuple[list[Any], str | None]:
    """The messages that are rows, damaged ones among them, and the name of an error that ends the reading."""
    rows, refusal = list[Any](), None
    for message in messages:
        error = message.error()
        if error is None or _is_damaged(kafka, message, error):
            rows.append(message)
        elif not error.retriable() and error.code() not in _codes(kafka, _PASSING):
            refusal = str(error.name())
    return rows, refusal


def _is_damaged(kafka: Any, message: Any, error: Any) -> bool:
    """A message that cannot be unpacked: it has a place in the topic, and those behind it can be read."""
    return message.offset() is not None and message.offset() >= 0 and error.code() in _codes(kafka, _DAMAGED)


def _codes(kafka: Any, names: tuple[str, ...]) -> frozenset[int]:
    return frozenset(getattr(kafka.KafkaError, name) for name in names if hasattr(kafka.KafkaError, name))


def _batch(kafka: Any, consumer: Any, topic: str, messages: list[Any]) -> Batch:
    values = [_value(message) for message in messages]
    columns = json_columns(values)
    keys: dict[int, tuple[str, ...]] = {
        number: ("kafka", topic, str(message.partition()), str(message.offset()))
        for number, message in enumerate(messages, 1)
    }

    def rows() -> Iterator[Line]:
        for number, (value, message) in enumerate(zip(values, messages, strict=True), 1):
            yield line_of(number, value, columns, _raw(message))

    ends: dict[int, int] = {}
    for message in messages:
        ends[message.partition()] = max(message.offset() + 1, ends.get(message.partition(), 0))
    places = [kafka.TopicPartition(topic, partition, end) for partition, end in sorted(ends.items())]
    span = ", ".join(f"{partition} to {end - 1}" for partition, end in sorted(ends.items()))
    return Batch(
        table=Table(columns=columns, rows=rows), keys=keys, span=span, commit=lambda: commit(kafka, consumer, places)
    )


def commit(kafka: Any, consumer: Any, places: list[Any], *, pause: float = 1.0) -> bool:
    """Note how far the topic was read; False where its partitions went to another reader of the group meanwhile.

    The pod holds the batch already: whoever reads it again gets the same records. ServerUnreachableError where the
    brokers do not take it after several attempts, so that nobody goes on reading what is never noted.
    """
    failed = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(pause)
        error = _commit_error(kafka, consumer, places)
        if error is None:
            return True
        if error.code() in _codes(kafka, _LOST):
            return False
        failed = str(error.name())
        if not error.retriable() and error.code() not in _codes(kafka, _PASSING):
            break
    raise ServerUnreachableError(
        f"the brokers do not note how far the topic was read ({failed})",
        hint="The rows are in the pod. The next run reads them again, which doubles nothing.",
    )


def _commit_error(kafka: Any, consumer: Any, places: list[Any]) -> Any:
    """What went wrong, of the request or of one of its partitions; None where nothing did."""
    try:
        told = consumer.commit(offsets=places, asynchronous=False)
    except kafka.KafkaException as error:
        return error.args[0]
    return next((place.error for place in told or () if place.error is not None), None)


def _value(message: Any) -> object:
    content = message.value()
    if message.error() is not None or content is None or len(content) > MAX_VALUE:
        return None
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _raw(message: Any) -> str:
    if message.error() is not None:
        return f"a damaged message ({message.error().name()})"
    return str((message.value() or b"")[:MAX_RAW].decode("utf-8", "replace"))


def _kafka() -> Any:
    try:
        import confluent_kafka  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError("topics need confluent-kafka", hint="pip install 'pod-agent[stream]'") from error
    return confluent_kafka
