"""A pod and a machine in memory for the gate, and grants, disclosures and keys to ask it about."""

from __future__ import annotations

import hashlib
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.budget import Limits
from consent.errors import ConsentError, PodOfflineError
from consent.gate import Gate, Permit
from consent.grant import Disclosure, Grant
from consent.grants import Grants
from consent.ledger import Ledger, Log
from consent.proof import key_name
from consent.purposes import AGGREGATE_REPORTING, SPENDING
from consent.requests import Requests
from consent.rights import Rights
from consent.stores import Head

__all__ = [
    "PERSON",
    "START",
    "Key",
    "Machine",
    "MemoryDocuments",
    "MemoryMarks",
    "given",
    "grant_for",
    "pieces",
    "question",
    "refused",
]

START = datetime(2026, 11, 21, 8, tzinfo=UTC)
BUSINESS = "https://shop.example/profile#us"
HELPER = "https://operator.example/profile#us"
PERSON = "https://alice.pod.example/profile/card#me"


class Key:
    """An Ed25519 key made from a seed."""

    def __init__(self, seed: int = 1) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"%d" % seed).digest())

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    @property
    def name(self) -> str:
        return key_name(self.public_key)


@dataclass
class MemoryDocuments:
    """The pod's documents; ``offline`` makes every call fail as a server does that is not reachable."""

    files: dict[str, bytes] = field(default_factory=dict)
    offline: bool = False

    def read(self, path: str) -> bytes | None:
        self._reach()
        return self.files.get(path)

    def create(self, path: str, content: bytes) -> bool:
        self._reach()
        return self.files.setdefault(path, content) is content

    def replace(self, path: str, torn: bytes, content: bytes) -> bool:
        self._reach()
        if self.files.get(path) != torn:
            return False
        self.files[path] = content
        return True

    def names(self, container: str) -> list[str]:
        self._reach()
        rests = [path.removeprefix(container) for path in self.files if path.startswith(container)]
        return sorted({rest if "/" not in rest else rest[: rest.index("/") + 1] for rest in rests})

    def _reach(self) -> None:
        if self.offline:
            raise PodOfflineError


class MemoryMarks:
    """This machine's memory, with a lock that many may share."""

    def __init__(self) -> None:
        self._head: Head | None = None
        self._withdrawn: dict[str, datetime] = {}
        self._condition = threading.Condition()
        self._readers = 0
        self._writing = False

    def head(self) -> Head | None:
        return self._head

    def keep_head(self, head: Head) -> None:
        self._head = head

    def withdrawn(self, grant: str) -> bool:
        return grant in self._withdrawn

    def all_withdrawn(self) -> dict[str, datetime]:
        return dict(self._withdrawn)

    def mark_withdrawn(self, grant: str, at: datetime) -> None:
        self._withdrawn.setdefault(grant, at)

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._condition:
            self._condition.wait_for(lambda: not self._writing)
            self._readers += 1
        try:
            yield
        finally:
            with self._condition:
                self._readers -= 1
                self._condition.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        with self._condition:
            self._condition.wait_for(lambda: not self._writing and not self._readers)
            self._writing = True
        try:
            yield
        finally:
            with self._condition:
                self._writing = False
                self._condition.notify_all()


@dataclass
class Machine:
    """One agent: its pod, its own memory, its key and a clock that the test sets."""

    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    marks: MemoryMarks = field(default_factory=MemoryMarks)
    key: Key = field(default_factory=Key)
    now: datetime = START
    limits: Limits = field(default_factory=Limits)
    person: str = PERSON

    @cached_property
    def gate(self) -> Gate:
        return Gate(
            Grants(self.documents, self.marks, self.key),
            Ledger(self.documents, self.key),
            Log(self.documents, self.marks, self.key),
            lambda: self.now,
            self.limits,
        )

    @cached_property
    def requests(self) -> Requests:
        return Requests(self.documents, self.marks, self.key, lambda: self.now, self.person)

    @cached_property
    def rights(self) -> Rights:
        return Rights(self.documents, self.marks, self.key, lambda: self.now, self.person)

    def grant_path(self, identifier: str) -> str:
        return f"consent/grants/{identifier}.ttl"

    def log_paths(self) -> list[str]:
        return sorted(path for path in self.documents.files if path.startswith("consent/log/"))


def grant_for(**changes: Any) -> Grant:
    """A grant to the shop for aggregate reporting on spending, 90 days from the start."""
    values: dict[str, Any] = {
        "identifier": str(uuid.uuid4()),
        "subject": PERSON,
        "controller": BUSINESS,
        "controller_key": Key(2).name,
        "helper": HELPER,
        "helper_key": "sha-256:" + "ab" * 32,
        "purpose": AGGREGATE_REPORTING,
        "data": frozenset({SPENDING}),
        "created": START,
        "until": START + timedelta(days=90),
        "max_micro_rho_release": 10_000,
        "max_micro_rho_period": 20_000,
        "min_batch": 100,
        "notice": "sha-256:" + "cd" * 32,
        "request": "ef" * 32,
    }
    return Grant(**{**values, **changes})


def question(body: bytes = b"report", **changes: Any) -> Disclosure:
    """A disclosure that ``grant_for()`` covers; another body makes another study."""
    study = hashlib.sha256(body).hexdigest()
    values: dict[str, Any] = {
        "study": study,
        "controller": BUSINESS,
        "controller_key": Key(2).name,
        "helper": HELPER,
        "helper_key": "sha-256:" + "ab" * 32,
        "purpose": AGGREGATE_REPORTING,
        "data": frozenset({SPENDING}),
        "statistic": "histogram",
        "micro_rho": 5_000,
        "min_batch": 100,
        "opens": START - timedelta(days=1),
        "closes": START + timedelta(days=3650),
        "recipient": f"https://leader.example/tasks/{study}/reports/1",
        "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    return Disclosure(**{**values, **changes})


def given(**changes: Any) -> Machine:
    """A machine with one grant in force."""
    machine = Machine()
    machine.gate.give(grant_for(**changes))
    return machine


def refused(machine: Machine, **changes: Any) -> str:
    """The code of the refusal, which must be in the log and must have cost nothing."""
    charges = machine.gate.charges()
    with pytest.raises(ConsentError) as caught:
        machine.gate.permit(question(os.urandom(8), **changes))
    last = machine.gate.entries()[-1]
    assert (last.action, last.outcome, last.micro_rho) == ("deny", caught.value.code, 0)
    assert machine.gate.charges() == charges
    assert (caught.value.exit_status, caught.value.http_status) == (4, 403)
    return caught.value.code


def pieces(permit: Permit, body: bytes = b"report") -> Iterator[bytes]:
    """The body as it leaves under the permit."""
    with permit.sending(permit.disclosure.recipient, body) as parts:
        yield from parts
