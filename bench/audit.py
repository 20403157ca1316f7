"""The privacy claims, measured at length: ``python -m bench.audit``; prints claim, measurement and verdict.

The tests run short versions of the same; here every claim gets as many repeats as it takes to see how sure they are.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from aggregator.noise import discrete_gaussian
from aggregator.studies import variance_for
from tests.integration.test_audit_attacks import guessed
from tests.integration.test_audit_servers import STAGES, sum_after
from tests.support.attackers import Numbers, bits, signed_study, watch
from tests.support.audits import (
    chi_square,
    clopper_pearson,
    gaussian_law,
    one_run_epsilon,
    right_guesses,
    summed_law,
    two_worlds,
)
from tests.support.pair import Pair
from tests.unit.test_audit_training import NOISE, membership, right_canaries, training_updates
from vocab.privacy import DELTA

__all__ = ["main"]

DRAWS, ALPHA = 200_000, 0.025
VARIANCE = 10_000
LENGTH, CANARIES = 2_000, 50


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    claim: str
    measured: str
    holds: bool


def drawn(variance: int, size: int) -> Numbers:
    """Noise as a server draws it."""
    return np.asarray(discrete_gaussian(variance, size), dtype=np.int64)


def law(repeats: int) -> Iterator[Line]:
    """The chance of every value, by chi-square."""
    for variance in (1, 2, 21, 1_000, 10**8):
        chances = [chi_square(drawn(variance, 20_000), *gaussian_law(variance)) for _ in range(repeats)]
        low = sum(chance < 0.01 for chance in chances)
        yield Line(
            f"noise of variance {variance} follows its law",
            f"{repeats} tests of 20,000 draws: least p {min(chances):.3f}, {low} below 0.01",
            min(chances) > 0.01 / (100 * repeats),
        )


def worlds(repeats: int) -> Iterator[Line]:
    """Two worlds of 200,000 draws each, three standard deviations apart."""
    for smaller, wanted in ((1.0, False), (0.95, True), (0.98, True)):
        variance = round(VARIANCE * smaller**2)
        fired = 0
        for _ in range(repeats):
            none, some = drawn(variance, DRAWS), drawn(variance, DRAWS) + 300
            fired += two_worlds(none, some, variance=VARIANCE, shift=300, alpha=ALPHA).fires
        yield Line(
            f"two worlds: noise at {smaller:.0%} of what is claimed {'is caught' if wanted else 'is cleared'}",
            f"the audit fires in {fired} of {repeats}",
            (fired == repeats) if wanted else fired <= max(1, repeats // 10),
        )


def spent() -> Iterator[Line]:
    """The greatest epsilon that an attacker on one count can show at the noise for a claim."""
    for claim in (0.25, 0.5, 1.0, 2.0):
        variance = variance_for(claim, 1)
        none, some = drawn(variance, DRAWS), drawn(variance, DRAWS) + 1
        best = 0.0
        for threshold in range(math.ceil(3 * math.sqrt(variance)) + 1):
            low = clopper_pearson(int((some >= threshold).sum()), DRAWS, 1e-4)[0]
            high = clopper_pearson(int((none >= threshold).sum()), DRAWS, 1e-4)[1]
            best = max(best, math.log(max(low - DELTA, 1e-12) / high))
        yield Line(
            f"one count at epsilon {claim} (variance {variance}) costs no more",
            f"lower bound {best:.3f} at delta 1e-6",
            best < claim,
        )


def dropouts(pair: Pair) -> Iterator[Line]:
    """Every order of five fates of five people, through both servers."""
    wrong = count = 0
    for stages in itertools.product(STAGES, repeat=5):
        kept = [int(stage == STAGES[0]) for stage in stages]
        wrong += sum_after(pair, stages) != ([*kept, 0] if any(kept) else None)
        count += 1
    yield Line("sums are exact at every drop-out pattern", f"{count} patterns, {wrong} wrong", wrong == 0)


def attacks(pair: Pair, repeats: int) -> Iterator[Line]:
    """How often one secret sign of a victim is guessed."""
    views: dict[str, list[float]] = {}
    for _ in range(repeats):
        victim, others = bits(LENGTH), [bits(LENGTH) for _ in range(2)]
        for variance in (0, 4):
            known = np.sum(others, axis=0)
            whole = watch(pair, signed_study(pair, LENGTH, variance=variance), [victim, *others])
            rest = watch(pair, signed_study(pair, LENGTH, variance=variance), others)
            again = watch(pair, signed_study(pair, LENGTH, variance=variance), [np.repeat(victim[:40], 50)])
            kind = "noise" if variance else "none"
            for name, found in {
                "padding": guessed(victim, whole.published - known),
                "padding, leader without noise": guessed(victim, whole.of_leader - known),
                "padding, helper without noise": guessed(victim, whole.of_helper - known),
                "two studies apart by one person": guessed(victim, whole.published - rest.published),
                "50 answers with fresh noise": guessed(victim[:40], again.published.reshape(-1, 50).mean(axis=1)),
            }.items():
                views.setdefault(f"{name}/{kind}", []).append(found)
    expected = {"padding": 2, "padding, leader without noise": 1, "padding, helper without noise": 1}
    for name, servers in {**expected, "two studies apart by one person": 4}.items():
        noisy, bare = np.mean(views[f"{name}/noise"]), np.mean(views[f"{name}/none"])
        by_law = right_guesses(summed_law(4, servers))
        yield Line(
            f"isolation by {name}: no better than the noise allows ({by_law:.3f})",
            f"{noisy:.3f} right; without noise {bare:.3f}",
            bool(abs(noisy - by_law) < 5 * math.sqrt(0.25 / (LENGTH * repeats)) and bare > 0.999),
        )
    fresh = float(np.mean(views["50 answers with fresh noise/noise"]))
    yield Line("control: fresh noise for each of 50 answers would give a sign away", f"{fresh:.3f} right", fresh > 0.95)


def training(pair: Pair, repeats: int) -> Iterator[Line]:
    """Canaries and membership in a released round."""
    for claim in (1.0, 8.0):
        bounds = [
            one_run_epsilon(right_canaries(pair, variance_for(claim, 128)), CANARIES, CANARIES, delta=DELTA)
            for _ in range(repeats)
        ]
        yield Line(
            f"one-run audit of a round at epsilon {claim:g}, {CANARIES} canaries",
            f"greatest lower bound of {repeats} runs {max(bounds):.3f}",
            max(bounds) < claim,
        )
    bare = one_run_epsilon(right_canaries(pair, 0), CANARIES, CANARIES, delta=DELTA)
    yield Line("control: a round without noise refutes epsilon 1", f"lower bound {bare:.3f}", bare > 1)
    updates = training_updates()
    for known, people in ((False, 15), (True, 100)):
        found = [membership(updates, noise, people=people, others_known=known) for noise in (NOISE, 0)]
        attacker = "who knows everybody else" if known else "who knows how people are"
        yield Line(
            f"membership in a model of {people}, attacker {attacker}",
            f"AUC {found[0]:.3f}; without noise {found[1]:.3f}",
            found[0] <= 0.55 and found[1] > 0.6,
        )


def main() -> None:
    """Run all parts and print them, as one JSON document with ``--json``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=60, help="repeats of the two worlds; other parts follow")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    few = max(2, options.repeats // 10)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(Path(folder))
        parts: tuple[Callable[[], Iterator[Line]], ...] = (
            lambda: law(few),
            spent,
            lambda: attacks(pair, few),
            lambda: training(pair, few),
            lambda: worlds(options.repeats),
            lambda: dropouts(pair),
        )
        for part in parts:
            since = time.process_time()
            for line in part():
                lines.append(line)
                if not options.json:
                    print(f"{'holds' if line.holds else 'FAILS'}  {line.claim}: {line.measured}", flush=True)
            if not options.json:
                print(f"       ({time.process_time() - since:.0f} s of CPU)", flush=True)
        pair.close()
    if options.json:
        print(json.dumps([asdict(line) for line in lines]))
    if not all(line.holds for line in lines):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
