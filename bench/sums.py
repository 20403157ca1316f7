"""The two-server sum: what proofs cost over plain shares, and a whole collection against its goals.

    python -m bench.sums [--pods 2469] [--size 1000] [--epsilon 1] [--json]

First part, one process, no network: CPU for one report by each party, proved (Prio3Histogram) and plain (shares modulo
2**32 from an AES key stream, which one malicious pod can fill with anything), and their ratio. Second part: ``pods``
reports over HTTP on loopback to two server processes, with noise, against the goals; the reports are made on the same
cores, by a process for each. Seconds depend on the machine; ratios and CPU do so less.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from aggregator.simulate import Simulation, run_simulation
from vocab.query import QuerySpec
from vocab.statistics import Histogram
from vocab.study import Noise, Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import make_report, prio3_for, randomness_bytes, report_bytes, share_info

__all__ = ["main"]

KEY = os.urandom(sealing.PRIVATE_KEY_BYTES)
ROUNDS = 64

GOALS = {"seconds": 20.0, "bytes_per_pod": 20_500, "cpu_ms_agent": 10.0, "cpu_ms_leader": 3.0, "cpu_ms_helper": 3.0}
"""For 2,469 pods and 1,000 cells with noise."""


def cpu_ms(step: Callable[[int], object]) -> float:
    """CPU milliseconds of one call, after one call to warm up."""
    step(0)
    since = time.process_time()
    for number in range(ROUNDS):
        step(number)
    return 1000 * (time.process_time() - since) / ROUNDS


def proved(size: int) -> dict[str, float]:
    """CPU milliseconds of agent, leader and helper for one proved report of ``size`` cells, and its upload in bytes."""
    study = Study(
        title="A benchmark",
        controller="https://shop.example/#us",
        leader_url="http://127.0.0.1/",
        helper="https://pods.example/#us",
        helper_url="http://127.0.0.1/",
        helper_key=sealing.public_key(KEY).hex(),
        purpose="https://w3id.org/pod-agent#AggregateReporting",
        data=("https://w3id.org/dpv/pd#PurchasesAndSpendingHabit",),
        statistic=Histogram(
            query=QuerySpec(measures=("spend",), dimensions=("category",)),
            cells=tuple((str(number),) for number in range(size - 1)),
        ),
        noise=Noise(0),
        min_batch=1,
        opens=datetime(2020, 1, 1, tzinfo=UTC),
        closes=datetime(2100, 1, 1, tzinfo=UTC),
        demo=True,
    )
    vdaf, key = prio3_for(study), os.urandom(32)
    reports = [
        make_report(study, n % size, secret=os.urandom(32), randomness=os.urandom(randomness_bytes(study)))
        for n in range(ROUNDS)
    ]

    def agent(number: int) -> object:
        return make_report(study, number % size, secret=os.urandom(32), randomness=os.urandom(randomness_bytes(study)))

    def leader(number: int) -> bytes:
        report = reports[number]
        return vdaf.verify_init(key, 0, report.report_id, report.public_share, report.leader_share)[1]

    verifiers = [leader(number) for number in range(ROUNDS)]

    def helper(number: int) -> object:
        report = reports[number]
        info = share_info(vdaf.context, report.report_id, report.public_share)
        share = sealing.open_sealed(report.sealed_share, KEY, info)
        state, verifier = vdaf.verify_init(key, 1, report.report_id, report.public_share, share)
        return vdaf.finish(state, vdaf.decide([verifiers[number], verifier]))

    steps = {"agent": cpu_ms(agent), "leader": cpu_ms(leader), "helper": cpu_ms(helper)}
    return {**steps, "bytes": report_bytes(study)}


def plain(size: int) -> dict[str, float]:
    """The same for shares without a proof, the peer: what a sum costs if every pod is honest."""
    public = sealing.public_key(KEY)

    def stream(seed: bytes) -> Any:
        raw = Cipher(algorithms.AES(seed), modes.CTR(bytes(16))).encryptor().update(bytes(4 * size))
        return np.frombuffer(raw, dtype="<u4")

    def agent(number: int) -> tuple[bytes, bytes]:
        vector = np.zeros(size, dtype=np.uint32)
        vector[number % size] = 1
        seed = os.urandom(32)
        return (vector - stream(seed)).tobytes(), sealing.seal(seed, public, b"plain")

    sent = [agent(number) for number in range(ROUNDS)]
    totals = np.zeros((2, size), dtype=np.uint32)

    def leader(number: int) -> None:
        totals[0] += np.frombuffer(sent[number][0], dtype="<u4")

    def helper(number: int) -> None:
        totals[1] += stream(sealing.open_sealed(sent[number][1], KEY, b"plain"))

    steps = {"agent": cpu_ms(agent), "leader": cpu_ms(leader), "helper": cpu_ms(helper)}
    return {**steps, "bytes": sum(map(len, sent[0]))}


def main() -> None:
    """Run both parts and print them, as one JSON document with ``--json``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pods", type=int, default=2469)
    parser.add_argument("--size", type=int, default=1000)
    parser.add_argument("--epsilon", type=float, default=1.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with_proof, without = proved(options.size), plain(options.size)
    ratios = {name: with_proof[name] / without[name] for name in with_proof}
    whole = run_simulation(
        Simulation(
            pods=options.pods,
            statistic="histogram",
            size=options.size,
            epsilon=options.epsilon,
            transport="http",
            malicious=min(6, options.pods - 1),
            seed=1,
        )
    )
    if options.json:
        print(
            json.dumps({"proved": with_proof, "plain": without, "ratio": ratios, "collection": whole, "goals": GOALS})
        )
        return
    print(f"One report of {options.size} cells, CPU ms (bytes: upload)")
    print(f"{'':10}{'proved':>10}{'plain':>10}{'ratio':>8}")
    for name, ratio in ratios.items():
        print(f"{name:10}{with_proof[name]:10.3f}{without[name]:10.3f}{ratio:8.1f}")
    print(f"\n{options.pods} pods over HTTP, {whole['rejected']} of 6 malicious refused, {whole['accepted']} summed")
    for name, value in whole.items():
        goal = f"   goal {GOALS[name]:g}" if name in GOALS else ""
        print(f"{name:20}{value!s:>12}{goal}")


if __name__ == "__main__":
    main()
