"""A process that answers under a grant and is killed on the way: ``python -m tests.support.consent_child``.

Reads a home, then one number a line. For each number it forks; the fork asks the gate, sends the report over a real
socket and logs the end, and kills itself with SIGKILL at that step: before or after every write of a document, and
around every piece that leaves. Prints one line for each fork that ended.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from consent.errors import ConsentError
from consent.gate import Gate
from consent.grants import Grants
from consent.ledger import Ledger, Log
from pod_agent.federation.stores import AgentKey, LocalMarks, PodDocuments
from pod_agent.pods.embedded import EmbeddedPod
from tests.support.consents import START, question

__all__ = ["BODY", "Killer", "answer", "gate_in"]

BODY = bytes(range(256)) * 160  # three pieces


class Killer:
    """Ends this process when it is asked for the ``left``-th time; never for a negative number."""

    def __init__(self, left: int = -1) -> None:
        self.left = left

    def __call__(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


class DyingDocuments(PodDocuments):
    """Asks the killer before and after every write."""

    def __init__(self, home: Path, killer: Killer) -> None:
        super().__init__(EmbeddedPod(home / "pod"))
        self._killer = killer

    def create(self, path: str, content: bytes) -> bool:
        self._killer()
        made = super().create(path, content)
        self._killer()
        return made


def gate_in(home: Path, killer: Killer, now: datetime = START) -> Gate:
    """The gate of this home, with its pod, marks and key on disk."""
    documents, marks, key = DyingDocuments(home, killer), LocalMarks(home / "consent"), AgentKey(home)
    grants = Grants(documents, marks, key)
    return Gate(grants, Ledger(documents, key), Log(documents, marks, key), lambda: now)


def answer(gate: Gate, port: int, killer: Killer) -> str:
    """Permit, send to this port, log; how it ended."""
    asked = question(BODY, closes=datetime(2100, 1, 1, tzinfo=UTC), opens=START - timedelta(days=1))
    try:
        permit = gate.permit(asked)
        with permit.sending(asked.recipient, BODY) as parts, socket.create_connection(("127.0.0.1", port)) as wire:
            for part in parts:
                killer()
                wire.sendall(part)
            killer()
        gate.record(permit)
    except ConsentError as error:
        return error.code
    return "sent"


def main() -> None:
    """Fork once for each line."""
    for line in sys.stdin:
        home, port, left = line.split()
        child = os.fork()
        if child == 0:
            killer = Killer(int(left))
            done = answer(gate_in(Path(home), killer), int(port), killer)
            os._exit(0 if done == "sent" else 3)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
