"""Grants to one recipient, of either kind: what a crash leaves of their end is finished once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.direct import DirectGrant, Level
from consent.direct_gate import DirectGate
from consent.grant import Status
from consent.ledger import Log
from consent.message_gate import MessageGate
from consent.messages import QUESTION_READING, QUESTIONS, MessageGrant
from consent.purposes import SPENDING
from tests.support.consents import PERSON, START, Key, MemoryDocuments, MemoryMarks

IDENTIFIER = "3f0c8a52-6c1e-4b8e-9d33-0a4f5d0c7b11"
DIGEST = "sha-256:" + "ab" * 32
SHARE = DirectGrant(
    identifier=IDENTIFIER,
    subject=PERSON,
    recipient="https://ben.example/profile/card#me",
    purpose="help with my budget",
    data=frozenset({SPENDING}),
    level=Level.RECORDS,
    selection='{"topics":["spending"]}',
    content=DIGEST,
    size=1_000,
    created=START,
    until=START + timedelta(days=90),
    notice=DIGEST,
)
MESSAGES = MessageGrant(
    identifier=IDENTIFIER,
    subject=PERSON,
    recipient="https://models.example",
    address="https://models.example/v1",
    purpose=QUESTION_READING,
    data=frozenset({QUESTIONS}),
    size=1_000,
    created=START,
    until=START + timedelta(days=90),
    notice=DIGEST,
)


def withdrawn(gate: DirectGate | MessageGate) -> None:
    if isinstance(gate, MessageGate):
        gate.withdraw(IDENTIFIER)
    else:
        gate.mark(IDENTIFIER)
        gate.settle(IDENTIFIER, Status.WITHDRAWN)


@pytest.mark.parametrize("kind", ["share", "messages"])
def test_a_withdrawal_that_was_cut_short_after_its_log_entry_is_told_once(kind: str) -> None:
    """The entry is written first, then receipt and event: the crash is made by taking those two away."""
    documents, marks = MemoryDocuments(), MemoryMarks()
    gate: DirectGate | MessageGate
    if kind == "share":
        gate = DirectGate(documents, marks, Key(), lambda: START)
        gate.give(SHARE)
    else:
        gate = MessageGate(documents, marks, Key(), lambda: START)
        gate.give(MESSAGES)
    before = set(documents.files)
    withdrawn(gate)
    written = {path: documents.files[path] for path in documents.files.keys() - before}
    assert len(written) == 3
    for path in written:
        if not path.startswith("consent/log/"):
            del documents.files[path]
    withdrawn(gate)
    entries = Log(documents, marks, Key()).entries()
    assert [(entry.action, entry.recipient) for entry in entries] == [
        (action, "https://ben.example/profile/card#me" if kind == "share" else "https://models.example/v1")
        for action in ("give", "withdraw")
    ]
    assert {path: documents.files[path] for path in written} == written
