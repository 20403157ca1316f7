"""Whether both forecasts learn from many people, with noise and without: ``python -m bench.training``.

Made-up people with the spending of ``pod_agent.synthetic``; each fits on 80 weeks, and the last 16 are held out. What
is summed are the integers that agents would send, and the noise is that of both servers, by the same code; shares and
proofs are left out, since they change no number. Errors are mean absolute errors in average weeks of the person.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from aggregator.noise import discrete_gaussian
from aggregator.studies import variance_for
from pod_agent.federation.training import local_update
from pod_agent.models.forecast import WeeklySpending, learned, windows_of
from pod_agent.models.network import WeeklyNetwork, scaled_weeks
from pod_agent.models.network import windows_of as eight_weeks
from pod_agent.models.protocol import Array
from pod_agent.synthetic.household import make_household
from pod_agent.synthetic.money import account_movements, card_movements, second_card_movements
from vocab.privacy import epsilon, micro_rho
from vocab.statistics import ModelUpdate
from vocab.training import MODELS, WEEKLY_NETWORK, WEEKLY_SPENDING, next_weights

__all__ = ["main", "weekly_people"]

WEEKS, HELD_OUT = 96, 16
FIRST = date(2024, 12, 30)
CLIP, FRACTION_BITS = 1 << 13, 14
NAMES = (WEEKLY_SPENDING.name, WEEKLY_NETWORK.name)

Weeks = list[list[float]]


def weekly_people(count: int, cache: Path | None = None) -> Weeks:
    """The weekly spending of made-up people, refunds taken off; a CPU second for each, so ``cache`` keeps them."""
    if cache is not None and cache.exists():
        known: Weeks = json.loads(cache.read_text())
        if len(known) >= count:
            return known[:count]
    people = [_weeks(seed) for seed in range(count)]
    if cache is not None:
        cache.write_text(json.dumps(people))
    return people


def _weeks(seed: int) -> list[float]:
    pace = random.Random(seed).uniform(0.8, 4)
    person = make_household(seed, pace=pace, opened=FIRST - timedelta(days=29))
    last = FIRST + timedelta(days=7 * WEEKS - 1)
    cents = [0] * WEEKS
    for movements in (account_movements, card_movements, second_card_movements):
        for move in movements(person, FIRST, last):
            if move.kind in {"spend", "refund"}:
                cents[(move.day - FIRST).days // 7] -= move.cents
    return [total / 100 for total in cents]


def error(name: str, weights: Sequence[float], people: Weeks) -> float:
    """Mean absolute error of the next week over the held-out weeks, each person in units of their average week."""
    found = []
    for history in people:
        scaled, _ = scaled_weeks(history[:-HELD_OUT])
        scale = float(np.mean(history[:-HELD_OUT])) or 1.0
        whole = [*scaled, *(min(4.0, max(-4.0, week / scale)) for week in history[-HELD_OUT:])]
        kind = WeeklySpending if name == WEEKLY_SPENDING.name else WeeklyNetwork
        model = kind(start=tuple(weights)).fit([])
        ends = range(len(whole) - HELD_OUT, len(whole))
        found += [abs(float(model.forecast(whole[:end])[0]) - whole[end]) for end in ends]
    return float(np.mean(found))


def central(name: str, people: Weeks) -> float:
    """The error of training where one party holds everybody's weeks: what federated training is compared with."""
    linear = name == WEEKLY_SPENDING.name
    examples = [windows_of(history[:-HELD_OUT]) if linear else _examples(history) for history in people]
    windows, targets = (np.concatenate(parts) for parts in zip(*examples, strict=True))
    if linear:
        return error(name, learned(windows, targets, passes=30), people)
    return error(name, WeeklyNetwork(steps=600).fit_windows(windows, targets).coef_.tolist(), people)


def _examples(history: list[float]) -> tuple[Array, Array]:
    """What one person's weeks teach: no window reaches from one person to the next."""
    return eight_weeks(scaled_weeks(history[:-HELD_OUT])[0])


def federated(name: str, people: Weeks, *, rounds: int, loss: float | None) -> list[float]:
    """The error after each round; ``loss`` is the epsilon of all rounds together at delta 1e-6, None for no noise."""
    weights = MODELS[name].start
    statistic = ModelUpdate(model=name, length=MODELS[name].length, clip=CLIP, fraction_bits=FRACTION_BITS, norm=CLIP)
    variance = 0 if loss is None else variance_for(epsilon(micro_rho(loss) // rounds), statistic.norm_squared)
    errors = []
    for _ in range(rounds):
        updates = [local_update(statistic, weights, history[:-HELD_OUT]) for history in people]
        total = np.sum(updates, axis=0)
        for _server in range(2):
            total = total + discrete_gaussian(variance, statistic.length)
        weights = next_weights(statistic, [int(value) for value in total], len(people), weights, variance=variance)
        errors.append(error(name, weights, people))
    return errors


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.training")
    parser.add_argument("--people", type=int, nargs="+", default=[60, 200, 400])
    parser.add_argument("--models", nargs="+", choices=NAMES, default=list(NAMES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epsilon", type=float, default=1.0, help="of all rounds together")
    parser.add_argument("--cache", type=Path, help="keeps the made-up weeks between runs")
    asked = parser.parse_args(arguments)
    everybody = weekly_people(max(asked.people), asked.cache)
    for count in asked.people:
        people = everybody[:count]
        for name in asked.models:
            told = {
                "people": count,
                "model": name,
                "start": round(error(name, MODELS[name].start, people), 4),
                "central": round(central(name, people), 4),
                "no_noise": [round(value, 4) for value in federated(name, people, rounds=asked.rounds, loss=None)],
                "noise": [
                    round(value, 4) for value in federated(name, people, rounds=asked.rounds, loss=asked.epsilon)
                ],
            }
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
