"""A round of Flower with many embedded nodes on this machine: ``python -m bench.flower``.

Nodes, SuperLink and the round share the cores. The nodes answer with the id of a report and upload none, so what is
measured is Flower's part: the seconds of each step, the CPU of the SuperLink's process, and the bytes that it and the
nodes exchanged. Beside it, how long a withdrawal takes in the midst of uploads: from the call until it returns, after
which nothing leaves.
"""

from __future__ import annotations

import argparse
import json
import secrets
import statistics
import threading
import time
from collections.abc import Sequence

import psutil

from aggregator.grid import RoundGrid
from aggregator.superlink import SuperLink
from aggregator.training import BatchSum, Model, RoundTerms, run_round
from consent.errors import WithdrawnError
from pod_agent.federation.answer import Answered
from pod_agent.federation.flower_node import nodes_online
from tests.support.consents import given, question
from tests.support.rounds import training_study
from vocab.study import Study
from vocab.training import WEEKLY_SPENDING, RoundInstructions

__all__ = ["main"]


def round_of(count: int) -> dict[str, object]:
    def answer(_instructions: RoundInstructions) -> Answered:
        return Answered(secrets.token_bytes(16), lambda: None)

    def collect(_study: Study, named: Sequence[bytes]) -> BatchSum:
        return BatchSum(values=(0,) * WEEKLY_SPENDING.length, reports=len(named), people=len(named))

    with SuperLink() as link, nodes_online(link.address, [answer] * count, pause=1.0, seconds=240):
        child = psutil.Process(link.pid)
        cpu, sent = child.cpu_times(), psutil.net_io_counters(pernic=True)["lo"].bytes_sent
        outcome = run_round(
            RoundGrid(link.control),
            training_study(min_batch=count),
            Model.start(WEEKLY_SPENDING.name),
            terms=RoundTerms(deadline=300, cohort=count, poll=0.2),
            collect=collect,
            publish=lambda _model: None,
        )
        after = child.cpu_times()
        return {
            "nodes": count,
            "named": outcome.named,
            "seconds": {step: round(seconds, 2) for step, seconds in outcome.seconds.items()},
            "superlink_cpu_seconds": round(after.user + after.system - cpu.user - cpu.system, 2),
            "loopback_kb_per_node": round(
                (psutil.net_io_counters(pernic=True)["lo"].bytes_sent - sent) / count / 1000, 1
            ),
        }


def withdrawal(trials: int) -> dict[str, object]:
    """Milliseconds from ``withdraw`` to its return while 1 MB is being sent in pieces of 16 kB, 2 ms for each."""
    took, late = [], 0
    for _ in range(trials):
        machine, body = given(), secrets.token_bytes(1 << 20)
        gate = machine.gate
        permit = gate.permit(question(body))
        times: list[float] = []
        started = threading.Event()

        def send(permit=permit, body=body, times=times, started=started) -> None:  # type: ignore[no-untyped-def]
            try:
                with permit.sending(permit.disclosure.recipient, body) as pieces:
                    for _piece in pieces:
                        times.append(time.perf_counter())
                        started.set()
                        time.sleep(0.002)
            except WithdrawnError:
                return

        thread = threading.Thread(target=send)
        thread.start()
        started.wait(10)
        since = time.perf_counter()
        gate.withdraw(permit.grant.identifier)
        returned = time.perf_counter()
        thread.join()
        took.append(1000 * (returned - since))
        late += sum(when > returned for when in times)
    return {
        "withdrawals": trials,
        "milliseconds_median": round(statistics.median(took), 1),
        "milliseconds_most": round(max(took), 1),
        "pieces_after_return": late,
    }


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.flower")
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--withdrawals", type=int, default=20)
    asked = parser.parse_args(arguments)
    print(json.dumps(withdrawal(asked.withdrawals)), flush=True)
    print(json.dumps(round_of(asked.nodes)), flush=True)


if __name__ == "__main__":
    main()
