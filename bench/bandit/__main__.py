"""The bandit against its peers where the truth is known, and off-line estimates: ``python -m bench.bandit``.

- ``--contexts journey|made``: whose contexts people have in the simulator (``stage.py``): households of Complete
  Journey (educational data, extra ``bench``), or made ones. ``--seeds N`` people and tastes are drawn anew N times.
- ``--change ROUND``: tastes change after so many rounds.
- ``--home HOME``: judge policies by the log of a home instead, with intervals; refused where the log cannot tell.

The regret of a round is what the best order would have pleased more in the places that people look at. Complete Journey
has no propensities, so no off-policy claim is made on it: its households lend contexts, the answers are simulated.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy.stats import t as student

from bench.bandit.logging_policy import drawn_log, situations, truth
from bench.bandit.own_log import POLICIES as JUDGED
from bench.bandit.own_log import logged_lists, targets
from bench.bandit.playing import POLICIES, Game, played
from bench.bandit.stage import journey_people, made_people, weekly_contexts
from pod_agent.errors import UsageError
from pod_agent.models.bandit import Priors
from pod_agent.models.replay import doubly_robust, expected_rewards, ips, snips


def simulated(contexts: str, seeds: list[int], people: int, game: Game) -> dict[str, dict[str, float]]:
    """For each policy the regret of all rounds, its share of the static order's with an interval, and the last ten."""
    held = weekly_contexts(200) if contexts == "journey" else None
    regrets: dict[str, list[np.ndarray]] = {name: [] for name in POLICIES}
    for seed in seeds:
        crowd = made_people(people, seed) if held is None else journey_people(people, seed, held)
        for name, policy in POLICIES.items():
            regrets[name].append(played(crowd, policy, Priors(), seed, game))
    static = np.array([each.sum() for each in regrets["static"]])
    told = {}
    for name, runs in regrets.items():
        shares = np.array([each.sum() for each in runs]) / static
        error = student.ppf(0.975, len(seeds) - 1) * shares.std(ddof=1) / np.sqrt(len(seeds))
        told[name] = {
            "regret": round(float(np.mean([each.sum() for each in runs])), 3),
            "last_ten_rounds": round(float(np.mean([each[-10:].mean() for each in runs])), 4),
            "of_static": round(float(shares.mean()), 4),
            "low": round(float(shares.mean() - error), 4),
            "high": round(float(shares.mean() + error), 4),
            "wins": int((shares < 1).sum()),
        }
    return told


def covered(seed: int, runs: int = 200, lists: int = 150) -> dict[str, float]:
    """How often the interval of 95 % of each estimate holds the truth, on logs that are drawn anew."""
    places = situations(6, seed)
    right, hits = truth(places), {"ips": 0, "snips": 0, "doubly robust": 0}
    for run in range(runs):
        log, which = drawn_log(places, lists, 1000 * seed + run)
        wanted = [places[each].target for each in which]
        model = expected_rewards(log, [places[each].numbers for each in which])
        found = {
            "ips": ips(log, wanted),
            "snips": snips(log, wanted),
            "doubly robust": doubly_robust(log, wanted, model),
        }
        for name, each in found.items():
            hits[name] += each.low <= right <= each.high
    return {name: count / runs for name, count in hits.items()}


def judged(home: Path) -> dict[str, dict[str, object]]:
    """What each policy would have earned with the lists that a home showed, or why that cannot be told."""
    from pod_agent.agent import Agent  # noqa: PLC0415 - only where a home is judged

    told: dict[str, dict[str, object]] = {}
    with Agent.open(home) as agent:
        desk = agent.suggestions
        said, log = desk.feedback.said(), desk.log
    lists = log.lists()
    for name in sorted({each.list for each in lists}):
        chosen = [each for each in lists if each.list == name]
        rows = logged_lists(chosen, said, log)
        told[name] = {"lists": len(rows), "answers": sum(any(row.rewards) for row in rows)}
        for policy in JUDGED:
            wanted = targets(policy, chosen, said, log)
            try:
                told[name][policy] = {"ips": ips(rows, wanted).to_json(), "snips": snips(rows, wanted).to_json()}
            except UsageError as error:
                told[name][policy] = {"refused": str(error)}
    return told


def main() -> None:
    """Print the tables, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contexts", choices=["journey", "made"], default="journey")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, choices=range(2, 101), metavar="N", default=10)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--change", type=int)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.home is not None:
        print(json.dumps(judged(asked.home), indent=None if asked.json else 2))
        return
    began = time.process_time()
    seeds = list(range(asked.seed, asked.seed + asked.seeds))
    table = simulated(asked.contexts, seeds, asked.people, Game(rounds=asked.rounds, change=asked.change))
    coverage = covered(asked.seed)
    seconds = round(time.process_time() - began, 1)
    if asked.json:
        print(json.dumps({"contexts": asked.contexts, "policies": table, "coverage": coverage, "cpu_seconds": seconds}))
        return
    print(f"{'policy':16}{'regret':>9}{'last ten':>10}{'of static':>11}   interval")
    for name, row in table.items():
        interval = f"[{row['low']:.3f}, {row['high']:.3f}]"
        print(f"{name:16}{row['regret']:>9.2f}{row['last_ten_rounds']:>10.3f}{row['of_static']:>11.3f}   {interval}")
    print(
        "\nintervals of 95 % that hold the truth: "
        + ", ".join(f"{name} {share:.3f}" for name, share in coverage.items())
    )
    print(f"{seconds} s of one processor", file=sys.stderr)


if __name__ == "__main__":
    main()
