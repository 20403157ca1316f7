"""Records whose every field that a person's life can fill holds a word that is found again wherever it leaks to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec.structs import fields, replace
from pyoxigraph import Literal, RdfFormat, parse

from pod_agent.pods.pod import Pod
from tests.support.full_records import FULL
from vocab.records import IRI, Money, Occurrences, Order, OrderLine, OrderStatus, Record, Transaction, record_iri

__all__ = ["CANARY", "canary_records", "literals", "telling"]

CANARY = "Kanarienvogel"
KEPT = frozenset(
    {
        "iri",
        "source",
        "order",
        "category",
        "measure",
        "currency",
        "video",
        "channel_url",
        "target",
        "about",
        "mcc",
        "gtin",
    }
)
"""Fields with names of their own rules: addresses, and words of the public vocabulary."""
AMOUNT = 918_273_645_546


def canary_records() -> list[Record]:
    """One record of every kind with a canary in every text, and amounts of money of twelve telling digits."""
    return [_with_canaries(record, number) for number, record in enumerate(FULL, 1)]


def _with_canaries(record: Record, number: int) -> Record:
    changes: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        name = f"{CANARY} {type(record).__name__} {field.name}"
        if type(value) is str and field.name not in KEPT:
            changes[field.name] = name
        elif isinstance(value, tuple) and value and all(isinstance(part, str) for part in value):
            changes[field.name] = tuple(f"{name} {place}" for place in range(len(value)))
        elif isinstance(value, Money):
            spent = isinstance(record, Transaction)
            changes[field.name] = Money(-(AMOUNT + number) if spent else AMOUNT + number, value.currency)
    changes["iri"] = _named(type(record), record, number)
    if isinstance(record, OrderLine):
        changes |= {"order": _named(Order, record, number - 1), "status": OrderStatus.DELIVERED, "edition": 1}
    return replace(record, **changes)


def _named(kind: type[Record], record: Record, number: int) -> IRI:
    return record_iri(kind, record.source, record.at, (str(number),), Occurrences())


def literals(pod: Pod, folder: str = "data/") -> Iterator[str]:
    """Every literal of every document of the pod below this folder."""
    for entry in pod.list(folder):
        if entry.path.endswith("/"):
            yield from literals(pod, entry.path)
        elif entry.path.endswith(".ttl"):
            found = pod.read(entry.path)
            content = b"" if found is None else found.content
            for statement in parse(content, format=RdfFormat.TURTLE, base_iri="https://pod.example/"):
                if isinstance(statement.object, Literal):
                    yield statement.object.value


def telling(values: Iterable[str], public: bytes) -> set[str]:
    """Those that a search in random bytes, hexadecimal and base64 does not find by chance, and nobody else sends.

    ``public`` is what goes over the wire where there is no person's data at all.
    """
    known = public.decode("latin-1").casefold()
    return {
        value
        for value in values
        if (len(value) >= 10 or (len(value) >= 6 and set(value.casefold()) - set("0123456789abcdef.-:+ ")))
        and value.casefold() not in known
    }
