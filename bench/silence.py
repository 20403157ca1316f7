"""From "withdraw" to silence: with an upload under way, the time until no byte can leave any more.

    python -m bench.silence

A slow reader on loopback takes an upload piece by piece; the withdrawal comes in its midst. Printed are the seconds
until ``withdraw`` returns, until the last byte left, and the pieces that left after the mark, on an embedded pod and,
where Node is there, on Community Solid Server.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from consent.errors import WithdrawnError
from consent.gate import Gate
from consent.grants import Grants
from consent.ledger import Ledger, Log
from pod_agent.federation.stores import AgentKey, LocalMarks, PodDocuments, clock
from pod_agent.pods.embedded import EmbeddedPod
from pod_agent.pods.hosting.installing import find_node
from pod_agent.pods.pod import Pod
from tests.support.consents import grant_for, question

BODY = bytes(4_000_000)
ROUNDS = 7
PIECE_SECONDS = 0.01


def gate_on(pod: Pod, home: Path) -> Gate:
    documents, marks, key = PodDocuments(pod), LocalMarks(home / "consent"), AgentKey(home)
    return Gate(Grants(documents, marks, key), Ledger(documents, key), Log(documents, marks, key), clock)


def one(gate: Gate, number: int) -> tuple[float, float]:
    """Seconds until ``withdraw`` returned, and until the last byte left."""
    now = clock()
    grant = grant_for(created=now, until=now + timedelta(days=1))
    gate.give(grant)
    body = BODY + number.to_bytes(4, "big")
    times = {"opens": now - timedelta(days=1), "closes": now + timedelta(days=1)}
    permit = gate.permit(question(body, **times, micro_rho=1), grant=grant.identifier)
    started, last = threading.Event(), [0.0]

    def upload() -> None:
        with contextlib.suppress(WithdrawnError), permit.sending(permit.disclosure.recipient, body) as parts:
            for _ in parts:
                started.set()
                time.sleep(PIECE_SECONDS)
                last[0] = time.perf_counter()

    thread = threading.Thread(target=upload)
    thread.start()
    started.wait()
    begin = time.perf_counter()
    gate.withdraw(grant.identifier)
    returned = time.perf_counter() - begin
    thread.join()
    return returned, max(0.0, last[0] - begin)


def pods() -> Iterator[tuple[str, Pod]]:
    with tempfile.TemporaryDirectory() as folder:
        yield "embedded pod", EmbeddedPod(Path(folder) / "pod")
    if find_node() is not None:
        from tests.support.solid_server import fresh_owner  # noqa: PLC0415

        pod = fresh_owner().open()
        yield "Community Solid Server", pod
        pod.close()


def main() -> None:
    for name, pod in pods():
        with tempfile.TemporaryDirectory() as home:
            gate = gate_on(pod, Path(home))
            found = [one(gate, number) for number in range(ROUNDS)]
        returned, silent = (statistics.median(column) for column in zip(*found, strict=True))
        print(
            f"{name:24} silent after {silent:6.3f} s, returned after {returned:6.3f} s"
            f" (median of {ROUNDS}, {PIECE_SECONDS * 1000:.0f} ms a piece); slowest {max(found)[0]:.3f} s; limit 1 s"
        )


if __name__ == "__main__":
    main()
