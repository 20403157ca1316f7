"""What another policy would have earned, from a log of lists with the chances under which they were shown.

A list earns the sum of what is said of the things in its places. What a thing earns in a place is taken to depend on
thing, place and context alone, not on what stands above it (the item-position model of Li et al. 2018, "Offline
evaluation of ranking policies with click models"). Three estimates, each with its interval of 95 %:

- ``ips``: each answer weighted by the chance of its thing in its place under the other policy over that under the one
  that showed it (Horvitz and Thompson 1952); without bias, and wide.
- ``snips``: the weights of each place divided by their own mean (Swaminathan and Joachims 2015); narrower, with a bias
  that falls with the number of lists.
- ``doubly_robust``: a model of the answers, corrected by weighted residuals (Dudik et al. 2011); right where either the
  chances or the model are.

The chances must be those that were used: a log that lacks one, or that never could have shown what the other policy
shows, is refused and nothing is estimated. Intervals take lists of one group (a day) as dependent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pod_agent.errors import UsageError

__all__ = ["FEWEST", "Estimate", "LoggedList", "doubly_robust", "expected_rewards", "ips", "snips"]

FEWEST: Final = 30
"""Groups below which no interval is worth its name."""
Z95: Final = 1.959964
RIDGE: Final = 1.0
ROUNDING: Final = 1e-6

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedList:
    """One list: ``shown`` are things by their numbers, best first; ``rewards`` what was said of each, 0 for nothing.

    ``chances`` (things x places) are those of each thing in each place when it was shown; lists of one ``group`` are
    taken as dependent.
    """

    shown: tuple[int, ...]
    chances: Floats
    rewards: tuple[float, ...]
    group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Expected reward of a list, its interval of 95 %, and how many lists it is worth (Kish's effective size)."""

    value: float
    low: float
    high: float
    lists: int
    effective: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "value": round(self.value, 4),
            "low": round(self.low, 4),
            "high": round(self.high, 4),
            "lists": self.lists,
            "effective": round(self.effective, 1),
        }


def ips(lists: Sequence[LoggedList], targets: Sequence[Floats]) -> Estimate:
    """Inverse propensity scoring of the policy whose chances (things x places) are ``targets``.

    UsageError where the log cannot answer.
    """
    weights = _weights(lists, targets)
    return _estimate(lists, [float(w @ each.rewards) for w, each in zip(weights, lists, strict=True)], weights)


def snips(lists: Sequence[LoggedList], targets: Sequence[Floats]) -> Estimate:
    """The same, with the weights of each place divided by their mean. UsageError where the log cannot answer."""
    weights = _weights(lists, targets)
    places = max(len(each.shown) for each in lists)
    table, rewards, there = (np.zeros((len(lists), places)) for _ in range(3))
    for number, (row, each) in enumerate(zip(weights, lists, strict=True)):
        table[number, : len(row)], rewards[number, : len(row)], there[number, : len(row)] = row, each.rewards, 1.0
    total = table.sum(axis=0)
    if not np.all(total > 0):
        raise UsageError("the log never showed what this policy shows in one of the places", hint=_MORE)
    means = (table * rewards).sum(axis=0) / total
    share = there.mean(axis=0)
    residuals = (table * (rewards - means) / total * len(lists) * share).sum(axis=1)
    return _estimate(lists, [float(share @ means + each) for each in residuals], weights)


def doubly_robust(lists: Sequence[LoggedList], targets: Sequence[Floats], expected: Sequence[Floats]) -> Estimate:
    """The model's ``expected`` rewards (things x places), corrected. UsageError where the log cannot answer."""
    weights, values = _weights(lists, targets), []
    for weight, each, target, model in zip(weights, lists, targets, expected, strict=True):
        told = model[list(each.shown), range(len(each.shown))]
        values.append(float((target * model).sum() + weight @ (np.array(each.rewards) - told)))
    return _estimate(lists, values, weights)


def expected_rewards(lists: Sequence[LoggedList], numbers: Sequence[Floats]) -> list[Floats]:
    """Rewards that a ridge regression on the things' ``numbers`` and the places expects (things x places).

    Each half of the groups is told by the other half's answers, so no list is judged by its own.
    """
    groups = sorted({each.group for each in lists})
    half = {group: place % 2 for place, group in enumerate(groups)}
    places = max(len(each.shown) for each in lists)
    slopes = [
        _fitted([(each, own) for each, own in zip(lists, numbers, strict=True) if half[each.group] != side], places)
        for side in (0, 1)
    ]
    found = []
    for each, own in zip(lists, numbers, strict=True):
        own_slopes, mark_slopes = np.split(slopes[half[each.group]], [own.shape[1]])
        found.append((own @ own_slopes)[:, None] + mark_slopes[None, : len(each.shown)])
    return found


_MORE: Final = "Let the lists be shown for longer, or judge a policy that is closer to the one that showed them."


def _fitted(pairs: Sequence[tuple[LoggedList, Floats]], places: int) -> Floats:
    marks = np.eye(places)
    shown = [np.hstack([own[list(each.shown)], marks[: len(each.shown)]]) for each, own in pairs]
    table, values = np.concatenate(shown), np.concatenate([each.rewards for each, _ in pairs])
    return np.asarray(np.linalg.solve(table.T @ table + RIDGE * np.eye(table.shape[1]), table.T @ values))


def _weights(lists: Sequence[LoggedList], targets: Sequence[Floats]) -> list[Floats]:
    """For each list the weight of each place; UsageError where the log has no chance to divide by."""
    if len({each.group for each in lists}) < FEWEST:
        raise UsageError(f"the log has fewer than {FEWEST} days with lists of this kind", hint=_MORE)
    found = []
    for each, target in zip(lists, targets, strict=True):
        shape = (len(each.chances), len(each.shown))
        if each.chances.shape != shape or target.shape != shape or len(each.rewards) != len(each.shown):
            raise UsageError("a list of the log lacks chances", hint="Only lists with their chances can be judged.")
        for chances in (each.chances, target):
            if not abs(chances.sum(axis=0) - 1).max() < ROUNDING or chances.min() < 0:  # also what is no number
                raise UsageError("the chances of a list do not add up to 1", hint="Leave such lists out of the log.")
        used = each.chances[list(each.shown), range(len(each.shown))]
        if np.any(used <= 0):
            raise UsageError("a thing was shown whose chance is said to be 0", hint="Leave such lists out of the log.")
        if np.any((target > 0) & (each.chances <= 0)):
            raise UsageError("the policy shows what the log never could have shown", hint=_MORE)
        found.append(np.asarray(target[list(each.shown), range(len(each.shown))] / used))
    return found


def _estimate(lists: Sequence[LoggedList], values: Sequence[float], weights: Sequence[Floats]) -> Estimate:
    """The mean with an interval from the sums of groups."""
    mean = math.fsum(values) / len(values)
    sums: dict[int, float] = {}
    for each, value in zip(lists, values, strict=True):
        sums[each.group] = sums.get(each.group, 0.0) + value - mean
    number = len(sums)
    error = math.sqrt(math.fsum(value**2 for value in sums.values()) * number / (number - 1)) / len(values)
    flat = np.concatenate(weights)
    effective = float(flat.sum() ** 2 / (flat**2).sum() / len(flat) * len(values)) if flat.any() else 0.0
    return Estimate(value=mean, low=mean - Z95 * error, high=mean + Z95 * error, lists=len(values), effective=effective)
