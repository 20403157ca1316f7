"""kill -9 at every write and around every piece that leaves: the ledger is never too low, and one report leaves."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from consent.ledger import SENT
from tests.support.consent_child import BODY, Killer, answer, gate_in
from tests.support.consents import grant_for

ROOT = Path(__file__).resolve().parents[2]
COST = 5_000
MARK = b"no report"
DIGEST = hashlib.sha256(BODY).hexdigest()


class Leader:
    """Takes what comes on a socket of this machine, and remembers it."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.received: list[bytes] = []
        self._done = threading.Condition()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            content = b""
            with connection:
                while part := connection.recv(65_536):
                    content += part
            with self._done:
                self.received.append(content)
                self._done.notify_all()

    def all_received(self) -> bytes:
        """What came since the last time, all connections before now included: they are served in turn."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(MARK)
        with self._done:
            assert self._done.wait_for(lambda: MARK in self.received, timeout=20)
            found = [content for content in self.received if content != MARK]
            self.received.clear()
        return b"".join(found)

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(timeout=10)


@pytest.fixture
def leader() -> Iterator[Leader]:
    server = Leader()
    yield server
    server.close()


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.support.consent_child"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def killed_at(child: subprocess.Popen[str], home: Path, port: int, step: int) -> int:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(f"{home} {port} {step}\n")
    child.stdin.flush()
    return int(child.stdout.readline())


def test_killed_at_any_moment_the_ledger_covers_the_wire_and_going_on_sends_the_same_report(
    tmp_path: Path, leader: Leader, child: subprocess.Popen[str]
) -> None:
    never = Killer()
    gate_in(tmp_path / "first", never).give(grant_for())
    step, whole = 0, False
    while not whole:
        home = tmp_path / f"home-{step}"
        shutil.copytree(tmp_path / "first", home)
        code = killed_at(child, home, leader.port, step)
        whole = code == 0
        assert code in {0, -9}
        gate = gate_in(home, never)
        spent = sum(charge.micro_rho for charge in gate.charges())
        entries = gate.entries()
        left = leader.all_received()
        assert BODY.startswith(left)
        assert spent in {0, COST}
        assert spent == COST or not left  # never a byte without its cost
        assert {entry.sha256 for entry in entries if entry.action == "release"} <= {DIGEST}
        sent = any(entry.outcome == SENT for entry in entries)
        assert not sent or left == BODY
        ended = answer(gate_in(home, never), leader.port, never)
        assert ended == ("already_answered" if sent else "sent")
        assert leader.all_received() == (b"" if sent else BODY)
        after = gate_in(home, never)
        assert [charge.micro_rho for charge in after.charges()] == [COST]
        assert [entry.outcome for entry in after.entries() if entry.action == "release"] == ["permitted", SENT]
        step += 1
    assert step >= 10  # four writes, each before and after, and four moments of the upload: none was left out
