"""Forecasts of the 8 weeks after an origin, every model on the same households.

``--json`` prints one line: the error of what is shipped, the public start, its interval, and every peer's. ``--table``
prints the comparison of learning alone, together and in one place. AutoETS and AutoTheta take half a minute for
everybody; with ``--few`` they forecast so many random households, and ratios to them are on those.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from bench.forecast import peers
from bench.forecast.learning import averaged, federated, forecasts, local
from bench.forecast.ranges import coverage
from bench.forecast.weeks import Panel, figure, load_weeks, panel, relative, windows
from pod_agent.models.forecast import learned
from pod_agent.models.protocol import Array
from vocab.training import WEEKLY_SPENDING

EPSILONS: tuple[float | None, ...] = (None, 8.0, 4.0, 1.0)
CENTRAL_PASSES = 30
OURS = "untrained: the public start"


def ours(held: Panel, seeds: list[int]) -> dict[str, Array]:
    """The errors of the shipped features: untrained, alone, in one place, together; noise is averaged over seeds."""
    own = windows(held)
    rows, targets = (np.concatenate(parts) for parts in zip(*own, strict=True))
    found = {
        OURS: held.errors(forecasts(held, WEEKLY_SPENDING.start)),
        "alone: everybody's own fit": held.errors(forecasts(held, local(own))),
        "central": held.errors(forecasts(held, learned(rows, targets, passes=CENTRAL_PASSES))),
        "central, squared errors (ridge)": held.errors(forecasts(held, peers.ridge_weights(own))),
    }
    for name, learn, epsilons in (
        ("federated", federated, EPSILONS),
        ("averaged fits (FedProx)", averaged, (None, 1.0)),
    ):
        for epsilon in epsilons:
            drawn = seeds if epsilon is not None else seeds[:1]
            errors = [held.errors(forecasts(held, learn(own, epsilon=epsilon, seed=seed))) for seed in drawn]
            found[f"{name}, {'no noise' if epsilon is None else f'epsilon {epsilon:g}'}"] = np.mean(errors, axis=0)
    return found


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.forecast")
    parser.add_argument("--seed", type=int, default=1, help="Of the noise, the bootstrap and the random households.")
    parser.add_argument("--origin", type=int, default=45, help="The last week that is known, 33 to 45.")
    parser.add_argument(
        "--few", type=int, help="Random households that AutoETS and AutoTheta forecast; by default all."
    )
    parser.add_argument("--noises", type=int, default=3, help="Draws of the noise that are averaged.")
    parser.add_argument("--quick", action="store_true", help="Without the networks.")
    parser.add_argument("--json", action="store_true", help="One line of JSON.")
    parser.add_argument("--table", action="store_true", help="The comparison as a Markdown table.")
    asked = parser.parse_args(arguments)
    if not 33 <= asked.origin <= 45:
        parser.error("the origin lies between week 33 and week 45")
    held = panel(load_weeks(), asked.origin)
    told = measure(held, asked.seed, few=asked.few, noises=asked.noises, quick=asked.quick)
    if asked.json:
        print(json.dumps({"bench": "forecast", "seed": asked.seed, "origin": asked.origin, **told}))
    if asked.table or not asked.json:
        print(table(told))


def measure(held: Panel, seed: int, *, few: int | None, noises: int, quick: bool) -> dict[str, Any]:
    """All models' errors, and what is shipped against each on the same households."""
    errors = ours(held, [seed * 1000 + draw for draw in range(noises)])
    errors.update({name: held.errors(plain(held.history)) for name, plain in peers.PLAIN.items()})
    if not quick:
        errors["central, network of 161 weights"] = held.errors(peers.network(held))
        errors["central, LSTM of 16 cells"] = held.errors(peers.long_short_term(held, seed))
    part, chosen = held.some(few or len(held.unit), seed)
    rare = {name: part.errors(ahead) for name, ahead in peers.classic(part).items()}
    best = errors[OURS]
    told = {
        name: {**asdict(figure(each, seed)), "ratio": asdict(relative(best, each, seed))}
        for name, each in errors.items()
    }
    told.update(
        {
            name: {
                **asdict(figure(each, seed)),
                "ratio": asdict(relative(best[chosen], each, seed)),
                "households": len(part.unit),
            }
            for name, each in rare.items()
        }
    )
    shipped = figure(best, seed)
    return {
        "metric": "MASE",
        "model": OURS,
        "households": len(held.unit),
        "figure": shipped.value,
        "interval": [shipped.low, shipped.high],
        "ratio_to_autoets": told["AutoETS"]["ratio"],
        "coverage_80": coverage(held),
        "peers": {name: each for name, each in told.items() if name != OURS},
    }


def table(told: dict[str, Any]) -> str:
    """Markdown: each model's error with its interval, and how many times it the shipped model's is."""
    lines = ["| model | MASE | 95 % | shipped / it |", "|---|---|---|---|"]
    shipped = {"value": told["figure"], "low": told["interval"][0], "high": told["interval"][1]}
    for name, each in {told["model"]: shipped, **told["peers"]}.items():
        held = f" ({each['households']} households)" if "households" in each else ""
        share = each.get("ratio")
        ratio = "" if share is None else f"{share['value']:.3f} ({share['low']:.3f} to {share['high']:.3f})"
        lines.append(f"| {name}{held} | {each['value']:.4f} | {each['low']:.3f} to {each['high']:.3f} | {ratio} |")
    return "\n".join([*lines, "", f"Weeks within their 80 % range: {told['coverage_80']}"])


if __name__ == "__main__":
    main()
