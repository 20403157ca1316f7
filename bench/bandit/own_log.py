"""The log of a home as lists that can be judged, and the chances that other policies would have given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from pod_agent.ingest.feedback import Feedback
from pod_agent.models.bandit import Arm, Bandit, Orders, Priors, Reward
from pod_agent.models.replay import LoggedList
from pod_agent.suggesting.feedback_policy import REWARDS, FeedbackPolicy
from pod_agent.suggesting.shown import ShownList, ShownLog

__all__ = ["POLICIES", "logged_lists", "targets"]

WINDOW = timedelta(days=7)
"""A word within so many days is an answer to the last list that showed the thing."""
POLICIES = ("scores", "means", "shipped")
"""The order of the scores; the means of the bandit, where nothing is tried out; what is shipped now."""

Floats = NDArray[np.float64]


def logged_lists(lists: Sequence[ShownList], said: Sequence[Feedback], log: ShownLog) -> list[LoggedList]:
    """Lists of one name with what was said of the things in them, hiding as a word against."""
    answers: dict[tuple[int, str], float] = {}
    for word in said:
        name = log.identifier(word.kind, word.item)
        before = [n for n, each in enumerate(lists) if each.at <= word.at < each.at + WINDOW and _shows(each, name)]
        if before:
            answers[before[-1], name] = REWARDS.get(word.opinion, (-1.0, 1.0))[0]
    return [
        LoggedList(
            shown=each.shown,
            chances=np.array([thing.chances for thing in each.things]).reshape(len(each.things), -1),
            rewards=tuple(answers.get((number, each.things[place].id), 0.0) for place in each.shown),
            group=each.at.date().toordinal(),
        )
        for number, each in enumerate(lists)
    ]


def targets(policy: str, lists: Sequence[ShownList], said: Sequence[Feedback], log: ShownLog) -> list[Floats]:
    """The chances that a policy would have given the things of each list, by what was said before it."""
    found = []
    for each in lists:
        arms = [Arm(thing.id, thing.score, thing.numbers, thing.traits) for thing in each.things]
        found.append(_orders(policy, each, arms, said, log).propensities[:, : len(each.shown)])
    return found


def _orders(policy: str, each: ShownList, arms: list[Arm], said: Sequence[Feedback], log: ShownLog) -> Orders:
    if policy == "scores":
        return Bandit([]).orders(arms)
    kind = each.list.partition("/")[0]
    earlier = [word for word in said if word.at < each.at]
    rewards = [_hashed(one, kind, log) for one in FeedbackPolicy.taught(kind, earlier, each.at.date())]
    return Bandit(rewards, replace(Priors(), explore=0.0) if policy == "means" else Priors()).orders(arms)


def _hashed(reward: Reward, kind: str, log: ShownLog) -> Reward:
    """The reward with names as the log has them."""
    traits = tuple(log.identifier("trait", trait) for trait in reward.arm.traits)
    return replace(reward, arm=replace(reward.arm, name=log.identifier(kind, reward.arm.name), traits=traits))


def _shows(each: ShownList, name: str) -> bool:
    return any(each.things[place].id == name for place in each.shown)
