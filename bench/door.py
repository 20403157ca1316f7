"""The door end to end: proved sums with noise and tokens over HTTP, against their goals and against plain shares.

    python -m bench.door [--pods 2469] [--statistic NAME] [--size N] [--epsilon 1] [--json]

Whole: ``pods`` reports, six of them malicious, to two server processes on loopback; tokens are issued before the clock
starts, and the reports are made on the same cores by a process for each. Parts: CPU of each party for one report,
proved and as plain shares (modulo 2**32 from an AES key stream, which one malicious pod can fill with anything), and
their ratio. Seconds depend on the machine and on what else runs there; ratios and CPU do so less.
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

from aggregator.issuing.bulk import make_issuers
from aggregator.samples import sample_measurement, sample_statistic
from aggregator.simulate import Simulation, run_simulation
from aggregator.verifying import (
    HelperLot,
    LeaderLot,
    LeaderReport,
    check_helper_lot,
    check_leader_lot,
)
from vocab.decoding import canonical_json
from vocab.study import Noise, Study
from vocab.vdaf import sealing
from vocab.vdaf.encoding import make_report, randomness_bytes, report_bytes
from vocab.wire import JobEntry

__all__ = ["main"]

KEY = os.urandom(sealing.PRIVATE_KEY_BYTES)
ROUNDS = 32
SIZES = {"histogram": 1000, "item_vectors": 300, "centred_pairs": 128, "co_purchase": 288}
"""1,000 cells; 300 items ever and lately; pairs of 128 items beyond a model; 288 items in pairs: 41,904 values."""
GOALS = {
    "histogram": {
        "seconds": 20.0,
        "bytes_per_pod": 20_500,
        "cpu_ms_agent": 10.0,
        "cpu_ms_leader": 3.0,
        "cpu_ms_helper": 3.0,
    },
    "item_vectors": {
        "seconds": 60.0,
        "bytes_per_pod": 40_000,
        "cpu_ms_agent": 15.0,
        "cpu_ms_leader": 10.0,
        "cpu_ms_helper": 10.0,
    },
    "centred_pairs": {
        "seconds": 90.0,
        "bytes_per_pod": 165_000,
        "cpu_ms_agent": 20.0,
        "cpu_ms_leader": 12.0,
        "cpu_ms_helper": 12.0,
    },
    "co_purchase": {
        "seconds": 180.0,
        "bytes_per_pod": 700_000,
        "cpu_ms_agent": 40.0,
        "cpu_ms_leader": 20.0,
        "cpu_ms_helper": 20.0,
    },
}
"""For 2,469 pods with noise and tokens on two shared cores."""


def cpu_ms(step: Callable[[int], object]) -> float:
    """CPU milliseconds of one call, after one call to warm up."""
    step(0)
    since = time.process_time()
    for number in range(ROUNDS):
        step(number)
    return 1000 * (time.process_time() - since) / ROUNDS


def proved(name: str, size: int) -> dict[str, float]:
    """CPU milliseconds of agent, leader and helper for one proved report with a token, and its upload in bytes."""
    made = make_issuers(ROUNDS)
    study = Study(
        title="A benchmark",
        controller="https://shop.example/#us",
        leader_url="http://127.0.0.1/",
        helper="https://pods.example/#us",
        helper_url="http://127.0.0.1/",
        helper_key=sealing.public_key(KEY).hex(),
        purpose="https://w3id.org/pod-agent#AggregateReporting",
        data=("https://w3id.org/dpv/pd#PurchasesAndSpendingHabit",),
        statistic=sample_statistic(name, size),
        noise=Noise(0),
        min_batch=1,
        issuers=made.issuers,
        opens=datetime(2020, 1, 1, tzinfo=UTC),
        closes=datetime(2100, 1, 1, tzinfo=UTC),
        demo=True,
    )
    draws, manifest, key = np.random.default_rng(1), canonical_json(study.to_json()), os.urandom(32)
    answers = [sample_measurement(study.statistic, draws) for _ in range(ROUNDS)]
    secrets = [os.urandom(32) for _ in range(ROUNDS)]
    tokens = made.tokens(study, secrets)

    def agent(number: int) -> Any:
        randomness = os.urandom(randomness_bytes(study))
        secret, token = secrets[number], tokens[number]
        return make_report(study, answers[number], secret=secret, randomness=randomness, token=token)

    reports = [agent(number) for number in range(ROUNDS)]

    def leader(number: int) -> Any:
        one = reports[number]
        asked = LeaderReport(report_id=one.report_id, public_share=one.public_share, leader_share=one.leader_share)
        return check_leader_lot(LeaderLot(manifest=manifest, verify_key=key, reports=(asked,)))

    shares = [leader(number).verifier_shares[0] for number in range(ROUNDS)]

    def helper(number: int) -> None:
        one = reports[number]
        entry = JobEntry(
            report_id=one.report_id,
            public_share=one.public_share,
            sealed_share=one.sealed_share,
            verifier_share=shares[number],
        )
        lot = HelperLot(manifest=manifest, verify_key=key, private_key=KEY, entries=(entry,))
        if check_helper_lot(lot).messages[0] is None:
            raise AssertionError("an honest report was refused")

    steps = {"agent": cpu_ms(agent), "leader": cpu_ms(leader), "helper": cpu_ms(helper)}
    return {**steps, "bytes": report_bytes(study)}


def plain(size: int) -> dict[str, float]:
    """The same for ``size`` values in shares without a proof, the peer: what a sum costs if every pod is honest."""
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


def run(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Both parts for one statistic."""
    size = options.size or SIZES[name]
    with_proof, without = proved(name, size), plain(sample_statistic(name, size).length)
    whole = run_simulation(
        Simulation(
            pods=options.pods,
            statistic=name,
            size=size,
            epsilon=options.epsilon,
            transport="http",
            malicious=min(6, options.pods - 1),
            seed=1,
            tokens=True,
            store=options.store,
        )
    )
    ratios = {part: with_proof[part] / without[part] for part in with_proof}
    return {"size": size, "whole": whole, "goals": GOALS[name], "proved": with_proof, "plain": without, "ratio": ratios}


def show(name: str, found: dict[str, Any]) -> None:
    """Print one statistic's figures."""
    whole, goals = found["whole"], found["goals"]
    print(f"{name}, size {found['size']}: {whole['pods']} pods over HTTP, {whole['rejected']} refused")
    for key, value in whole.items():
        goal = f"   goal {goals[key]:g}" if key in goals else ""
        print(f"  {key:20}{value!s:>12}{goal}")
    print(f"  {'CPU ms a report':20}{'proved':>12}{'plain':>12}{'ratio':>9}")
    for key, ratio in found["ratio"].items():
        print(f"  {key:20}{found['proved'][key]:12.3f}{found['plain'][key]:12.3f}{ratio:9.1f}")
    print()


def main() -> None:
    """Run what was asked for and print it, as one JSON document with ``--json``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pods", type=int, default=2469)
    parser.add_argument("--statistic", choices=[*SIZES, "all"], default="all")
    parser.add_argument("--size", type=int, help="cells of the histogram, items of the vectors")
    parser.add_argument("--epsilon", type=float, default=1.0)
    parser.add_argument("--store", default="", help="URL of an empty PostgreSQL database for both servers")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    names = list(SIZES) if options.statistic == "all" else [options.statistic]
    found = {name: run(name, options) for name in names}
    if options.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        show(name, figures)


if __name__ == "__main__":
    main()
