"""Policies in the simulator, round by round, and what each costs against the best order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.bandit.stage import EXAMINED, SHOWN, Person
from pod_agent.models.bandit import Arm, Bandit, Priors, Reward

__all__ = ["POLICIES", "Game", "Policy", "played"]

OFFERED = 15
SAYS = 0.3
"""The chance that a person says something of a thing that they look at."""
TRIED = 0.1
BONUS = 0.5

Policy = Callable[[Sequence[Reward], Sequence[Arm], np.random.Generator, Priors], Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """How long it is played, and after how many rounds tastes change, if ever."""

    rounds: int = 40
    change: int | None = None


def static(rewards: Sequence[Reward], arms: Sequence[Arm], draw: np.random.Generator, priors: Priors) -> Sequence[int]:  # noqa: ARG001 - a policy
    """The order of the scores, whatever is said."""
    return range(len(arms))


def thompson(rewards: Sequence[Reward], arms: Sequence[Arm], draw: np.random.Generator, priors: Priors) -> list[int]:
    """What is shipped: linear Thompson sampling."""
    return Bandit(rewards, priors).orders(arms).drawn(int(draw.integers(1 << 30)))


def ucb(rewards: Sequence[Reward], arms: Sequence[Arm], draw: np.random.Generator, priors: Priors) -> list[int]:  # noqa: ARG001 - a policy
    """LinUCB: the mean and half a standard deviation."""
    bandit = Bandit(rewards, priors)
    bonus = BONUS * priors.sway * np.sqrt(np.diag(bandit.covariance(arms))) if rewards else 0.0
    return _sorted(bandit.values(arms) + bonus)


def greedy(rewards: Sequence[Reward], arms: Sequence[Arm], draw: np.random.Generator, priors: Priors) -> list[int]:  # noqa: ARG001 - a policy
    """The means of the same model; nothing is tried out."""
    return _sorted(Bandit(rewards, priors).values(arms))


def epsilon_greedy(
    rewards: Sequence[Reward], arms: Sequence[Arm], draw: np.random.Generator, priors: Priors
) -> list[int]:
    """The means, and in one list of ten an order by chance."""
    if rewards and draw.random() < TRIED:
        return [int(place) for place in draw.permutation(len(arms))]
    return greedy(rewards, arms, draw, priors)


def no_context(rewards: Sequence[Reward], arms: Sequence[Arm], draw: np.random.Generator, priors: Priors) -> list[int]:
    """Thompson sampling of each thing by itself: neither numbers nor traits."""
    bare = [replace(each, arm=Arm(each.arm.name, each.arm.score)) for each in rewards]
    return thompson(bare, [Arm(arm.name, arm.score) for arm in arms], draw, priors)


POLICIES: dict[str, Policy] = {
    "static": static,
    "thompson": thompson,
    "ucb": ucb,
    "greedy": greedy,
    "epsilon-greedy": epsilon_greedy,
    "no-context": no_context,
}


def played(people: Sequence[Person], policy: Policy, priors: Priors, seed: int, game: Game) -> NDArray[np.float64]:
    """The regret of each round, mean of people: what the best order would have pleased more in the places looked at."""
    regret = np.zeros(game.rounds)
    for number, person in enumerate(people):
        draw = np.random.default_rng([seed, number])
        said: list[tuple[int, Reward]] = []
        for turn in range(game.rounds):
            if turn == game.change:
                person = person.changed(np.random.default_rng([seed, number, 1]))  # noqa: PLW2901 - the same person
            offered = person.offered(draw, OFFERED)
            arms = [person.arms[place] for place in offered]
            appeal = person.appeal[offered]
            rewards = [replace(each, age=float(turn - day)) for day, each in said]
            order = list(policy(rewards, arms, draw, priors))[:SHOWN]
            best = np.sort(appeal)[::-1][:SHOWN]
            regret[turn] += float(EXAMINED @ (best - appeal[order])) / len(people)
            answers = np.random.default_rng([seed, number, turn]).random((len(person.arms), 2))
            for place, arm in enumerate(order):
                speaks, likes = answers[offered[arm]]
                if speaks < SAYS * EXAMINED[place]:
                    said.append((turn, Reward(arms[arm], 1.0 if likes < appeal[arm] else -1.0)))
    return regret


def _sorted(values: NDArray[np.float64]) -> list[int]:
    return [int(place) for place in np.argsort(-np.round(values, 9), kind="stable")]
