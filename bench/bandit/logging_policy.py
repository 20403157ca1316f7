"""A log whose truth is known: lists drawn by known chances, answers by a known taste, and what another policy earns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.bandit.stage import EXAMINED, Person, made_people
from pod_agent.models.bandit import Orders
from pod_agent.models.replay import LoggedList

__all__ = ["Situation", "drawn_log", "situations", "truth"]

PLACES = 3
THINGS = 8
DRAWS = 64
SAYS = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Situation:
    """Some things of a person: how they were ordered by chance, how another policy orders them, what each would earn.

    ``logged`` are the orders of the policy that shows; ``target`` and ``earns`` are (things x places).
    """

    numbers: Floats
    logged: Orders
    target: Floats
    earns: Floats


def situations(number: int, seed: int) -> list[Situation]:
    """Situations of made people; the policy that shows is a noisy order of scores, the other orders by appeal."""
    draw = np.random.default_rng(seed)
    return [_situation(person, draw) for person in made_people(number, seed, THINGS)]


def _situation(person: Person, draw: np.random.Generator) -> Situation:
    scores = np.array([arm.score for arm in person.arms])
    logged = _noisy(scores, 0.6, draw)
    chances = logged.propensities[:, :PLACES]
    target = _noisy(person.appeal, 0.15, draw).propensities[:, :PLACES] * (chances > 0)
    target = np.where(target.sum(axis=0) > 0, target / np.maximum(target.sum(axis=0), 1e-12), chances)
    earns = SAYS * EXAMINED[:PLACES][None, :] * (2 * person.appeal - 1)[:, None]
    return Situation(np.array([arm.features for arm in person.arms]), logged, target, earns)


def _noisy(values: Floats, noise: float, draw: np.random.Generator) -> Orders:
    drawn = values[None, :] + noise * draw.standard_normal((DRAWS, len(values)))
    return Orders(np.argsort(-drawn, axis=1, kind="stable"))


def truth(places: Sequence[Situation]) -> float:
    """What the other policy earns with a list, mean of all situations."""
    return float(np.mean([(each.target * each.earns).sum() for each in places]))


def drawn_log(places: Sequence[Situation], lists: int, seed: int) -> tuple[list[LoggedList], list[int]]:
    """Lists as the first policy shows them in situations by chance, and the number of the situation of each."""
    draw = np.random.default_rng(seed)
    found, which = [], []
    for number in range(lists):
        choice = int(draw.integers(len(places)))
        each = places[choice]
        shown = tuple(each.logged.drawn(int(draw.integers(DRAWS)))[:PLACES])
        means = each.earns[list(shown), range(PLACES)]
        speaks = SAYS * EXAMINED[:PLACES]
        likes = (means / speaks + 1) / 2
        rolls = draw.random((2, PLACES))
        rewards = np.where(rolls[0] < speaks, np.where(rolls[1] < likes, 1.0, -1.0), 0.0)
        chances = each.logged.propensities[:, :PLACES]
        found.append(LoggedList(shown=shown, chances=chances, rewards=tuple(map(float, rewards)), group=number))
        which.append(choice)
    return found, which
