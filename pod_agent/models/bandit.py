"""A contextual bandit for orders: linear Thompson sampling over what was said of earlier suggestions.

The reward of a thing is linear in its numbers and in effects of its own, of its maker, of its shop (Li et al. 2010, "A
contextual-bandit approach to personalized news article recommendation", hybrid models: one indicator for each thing and
trait beside the shared numbers). The posterior is Bayesian linear regression with Gaussian noise; what was said fades.
An order is drawn by sampling the rewards from it (Agrawal and Goyal 2013, "Thompson sampling for contextual bandits
with linear payoffs"). Beside the prior's mean stands the score that a thing has without feedback: with nothing said the
order is that of the scores, and the more was said, the more is tried out.

The policy is by definition a choice among ``DRAWS`` such orders, each as likely as the others, and the draws are the
same for the same feedback and candidates. So propensities are exact fractions, not estimates, and add up to 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["DRAWS", "Arm", "Bandit", "Orders", "Priors", "Reward"]

DRAWS: Final = 256
SEED: Final = 2010
FADED: Final = 1 / 256
"""Weight from which on a reward counts for nothing."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Priors:
    """Variances of the effects before anything was said, and how strongly they move an order.

    ``features`` is that of all numbers together, ``own`` of a thing itself, ``trait`` of each trait, ``noise`` of a
    word. ``half_life`` in days; ``sway`` is what a reward of 1 adds to a score; ``explore`` scales the standard
    deviation of draws, reached with ``warm`` words or more by n / (n + warm). Chosen by ``python -m bench.bandit``.
    """

    features: float = 0.5
    own: float = 0.5
    trait: float = 0.5
    noise: float = 0.5
    half_life: float = 90.0
    sway: float = 0.4
    explore: float = 0.25
    warm: float = 5.0


@dataclass(frozen=True, slots=True)
class Arm:
    """A thing that can be shown: its name, its score without feedback, its numbers from 0 to 1, its traits."""

    name: str
    score: float
    features: tuple[float, ...] = ()
    traits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reward:
    """What was said of a thing ``age`` days ago: ``value`` from -1 to 1, counted ``weight`` times."""

    arm: Arm
    value: float
    age: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True)
class Orders:
    """What the policy could show: each row of ``orders`` (draws x candidates) is an order, best first, by number.

    Every row is as likely as the others.
    """

    orders: NDArray[np.intp]

    @cached_property
    def propensities(self) -> Floats:
        """The chance of each candidate (row) to stand in each place (column); rows and columns add up to 1."""
        draws, size = self.orders.shape
        counts = np.zeros((size, size))
        for place in range(size):
            counts[:, place] = np.bincount(self.orders[:, place], minlength=size)
        return np.asarray(counts / draws)

    def drawn(self, number: int) -> list[int]:
        """The order of a draw, by any whole number."""
        return [int(place) for place in self.orders[number % len(self.orders)]]


class Bandit:
    """The posterior of one kind of things after what was said of it. The order of the rewards does not matter."""

    def __init__(self, rewards: Iterable[Reward], priors: Priors | None = None) -> None:
        self._priors = priors or Priors()
        held = [(each, each.weight * 0.5 ** (max(0.0, each.age) / self._priors.half_life)) for each in rewards]
        held = [(each, weight) for each, weight in held if weight >= FADED]
        held.sort(key=lambda pair: (pair[0].arm.name, pair[0].value, pair[1], pair[0].arm.features, pair[0].arm.traits))
        self._names = sorted({name for each, _ in held for name in _names(each.arm)})
        self._places = {name: place for place, name in enumerate(self._names)}
        self.words = math.fsum(weight for _, weight in held)
        """How many words count, each by its weight."""
        self._width = max((len(each.arm.features) for each, _ in held), default=0)
        rows = self._rows([each.arm for each, _ in held])
        weights = np.array([weight for _, weight in held]) / self._priors.noise
        values = np.array([each.value for each, _ in held])
        precision = (rows.T * weights) @ rows + np.eye(rows.shape[1])
        self._covariance: Floats = np.asarray(np.linalg.inv(precision), dtype=np.float64)
        self._mean: Floats = np.asarray(self._covariance @ (rows.T @ (weights * values)), dtype=np.float64)

    def means(self, arms: Sequence[Arm]) -> Floats:
        """The expected reward of each thing beyond its score."""
        return np.asarray(self._rows(arms) @ self._mean)

    def covariance(self, arms: Sequence[Arm]) -> Floats:
        """How unsure the expected rewards are, together (things x things)."""
        rows = self._rows(arms)
        unseen = [{name: scale for name, scale in self._scales(arm) if name not in self._places} for arm in arms]
        new = [[sum(one[name] ** 2 for name in one if name in other) for other in unseen] for one in unseen]
        unknown = np.array(new, dtype=np.float64).reshape(len(arms), len(arms))
        return np.asarray(rows @ self._covariance @ rows.T + unknown)

    def orders(self, arms: Sequence[Arm], draws: int = DRAWS) -> Orders:
        """The orders that may be shown of things given best first; that one alone where nothing was said."""
        if not arms:
            return Orders(np.zeros((1, 0), dtype=np.intp))
        if not self.words:
            return Orders(np.arange(len(arms), dtype=np.intp)[None, :])
        values = self.values(arms)[None, :] + self._noise(arms, draws)
        return Orders(np.argsort(-np.round(values, 9), axis=1, kind="stable"))

    def values(self, arms: Sequence[Arm]) -> Floats:
        """Scores with the expected rewards: what is drawn around."""
        scores = np.minimum.accumulate(np.array([arm.score for arm in arms], dtype=float))
        return np.asarray(scores + self._priors.sway * self.means(arms))

    def _noise(self, arms: Sequence[Arm], draws: int) -> Floats:
        """Draws of how far the rewards may be from their means (draws x things)."""
        levels, vectors = np.linalg.eigh(self.covariance(arms))
        root = (vectors * np.sqrt(np.clip(levels, 0.0, None))) @ vectors.T
        scale = self._priors.sway * self._priors.explore * self.words / (self.words + self._priors.warm)
        normal = np.random.default_rng(SEED).standard_normal((draws, len(arms)))
        return np.asarray(scale * normal @ root)

    def _rows(self, arms: Sequence[Arm]) -> Floats:
        """The numbers and known indicators of things, scaled so that each effect has a prior variance of 1."""
        rows = np.zeros((len(arms), self._width + len(self._names)))
        shrink = math.sqrt(self._priors.features / self._width) if self._width else 0.0
        for number, arm in enumerate(arms):
            numbers = arm.features[: self._width]
            rows[number, : len(numbers)] = [shrink * value for value in numbers]
            for name, scale in self._scales(arm):
                place = self._places.get(name)
                if place is not None:
                    rows[number, self._width + place] = scale
        return rows

    def _scales(self, arm: Arm) -> list[tuple[str, float]]:
        own, *shared = _names(arm)
        return [(own, math.sqrt(self._priors.own)), *((name, math.sqrt(self._priors.trait)) for name in shared)]


def _names(arm: Arm) -> list[str]:
    """The indicators of a thing, its own first."""
    return [f"={arm.name}", *dict.fromkeys(f"~{trait}" for trait in arm.traits)]
