"""Which targeted households use a coupon of a campaign, by what they did before it.

Learned from the campaigns of March to August 2017, tested on those from September on; every choice was made by learning
from March to June and testing July and August (``--tune`` prints that). ``--json`` prints one line: the area under the
curve of what is shipped at epsilon 1, its interval, and every peer's with the paired difference.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from bench.coupons.learning import STRENGTHS, alone, central, federated, rules, trees
from bench.coupons.rows import Split, campaign_rows, households_of
from bench.recommend.intervals import Estimate
from pod_agent.models.protocol import Array

TUNE = (date(2017, 7, 1), date(2017, 9, 1))
TEST = (date(2017, 9, 1), date(2018, 1, 1))
EPSILONS: tuple[float | None, ...] = (None, 8.0, 4.0, 1.0)
OURS, NO_NOISE, CENTRAL = "federated, epsilon 1", "federated, no noise", "central logistic regression"
DRAWS = 300


def scores(split: Split, strength: float, seeds: list[int]) -> dict[str, list[Array]]:
    """Every model's scores of all rows; several where noise is drawn."""
    features = split.rows.features
    found = {
        CENTRAL: [features @ central(split, strength)],
        "central, boosted trees": [trees(split, seeds[0])],
        "alone: everybody's own offers": [alone(split)],
        **{name: [score] for name, score in rules(split.rows).items()},
    }
    for epsilon in EPSILONS:
        drawn = seeds if epsilon is not None else seeds[:1]
        name = NO_NOISE if epsilon is None else f"federated, epsilon {epsilon:g}"
        found[name] = [features @ federated(split, epsilon=epsilon, seed=seed) for seed in drawn]
    return found


def area(score: Array, used: Array) -> float:
    """Area under the ROC curve: how often a row that was used scores higher than one that was not; ties count half."""
    from scipy.stats import rankdata  # noqa: PLC0415

    positive = used > 0
    wins = float(rankdata(score)[positive].sum()) - positive.sum() * (positive.sum() + 1) / 2
    return float(wins / (positive.sum() * (~positive).sum()))


def chosen_strength(split: Split) -> float:
    """The penalty of the central regression that did best on the campaigns of July and August."""
    tested = split.tested
    areas = [area(split.rows.features[tested] @ central(split, each), split.rows.used[tested]) for each in STRENGTHS]
    return STRENGTHS[int(np.argmax(areas))]


def measure(split: Split, strength: float, seed: int, noises: int) -> dict[str, Any]:
    """Areas, their intervals, and how far each model is from what is shipped; households are drawn, not rows."""
    found = scores(split, strength, [seed * 1000 + draw for draw in range(noises)])
    used, people = split.rows.used, households_of(split.rows, split.tested)
    dice = np.random.default_rng(seed)
    drawn_people = dice.integers(0, len(people), (DRAWS, len(people)))
    draws = [np.concatenate([people[place] for place in chosen]) for chosen in drawn_people]
    whole = np.flatnonzero(split.tested)
    at = {
        name: np.asarray([np.mean([area(each[rows], used[rows]) for each in drawn]) for rows in (whole, *draws)])
        for name, drawn in found.items()
    }
    peers = {
        name: {**asdict(_estimate(values)), "shipped_less_it": asdict(_estimate(at[OURS] - values))}
        for name, values in at.items()
        if name != OURS
    }
    shipped = _estimate(at[OURS])
    return {
        "metric": "AUC",
        "model": OURS,
        "rows": len(whole),
        "households": len(people),
        "used": int(used[whole].sum()),
        "figure": shipped.value,
        "interval": [shipped.low, shipped.high],
        "no_noise_of_central": asdict(_estimate(at[NO_NOISE] / at[CENTRAL])),
        "cost_of_epsilon_1": asdict(_estimate(at[NO_NOISE] - at[OURS])),
        "peers": peers,
    }


def table(told: dict[str, Any]) -> str:
    """Markdown: each model's area with its interval, and how much more the shipped model's is."""
    lines = ["| model | AUC | 95 % | shipped less it |", "|---|---|---|---|"]
    low, high = told["interval"]
    lines.append(f"| {told['model']} | {told['figure']:.4f} | {low:.3f} to {high:.3f} | |")
    for name, each in told["peers"].items():
        less = each["shipped_less_it"]
        lines.append(
            f"| {name} | {each['value']:.4f} | {each['low']:.3f} to {each['high']:.3f} "
            f"| {less['value']:+.4f} ({less['low']:+.4f} to {less['high']:+.4f}) |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.coupons")
    parser.add_argument("--seed", type=int, default=1, help="Of the noise, the trees and the bootstrap.")
    parser.add_argument("--noises", type=int, default=5, help="Draws of the noise that are averaged.")
    parser.add_argument("--tune", action="store_true", help="Test July and August, on which choices are made.")
    parser.add_argument("--json", action="store_true", help="One line of JSON.")
    parser.add_argument("--table", action="store_true", help="The comparison as a Markdown table.")
    asked = parser.parse_args(arguments)
    rows = campaign_rows()
    tuning = rows.split(*TUNE)
    strength = chosen_strength(tuning)
    told = measure(tuning if asked.tune else rows.split(*TEST), strength, asked.seed, asked.noises)
    if asked.json:
        print(json.dumps({"bench": "coupons", "seed": asked.seed, "central_strength": strength, **told}))
    if asked.table or not asked.json:
        print(table(told))


def _estimate(values: Array) -> Estimate:
    """The first value is that of all households, the others those of the draws."""
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Estimate(value=float(values[0]), low=float(low), high=float(high))


if __name__ == "__main__":
    main()
