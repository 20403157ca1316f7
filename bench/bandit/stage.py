"""People whose taste is known: what they would say of each thing, under contexts that are real or made.

The contexts of ``journey_people`` are real: kinds of goods of households of Complete Journey with how often and how
lately each was bought, the score that is shipped, the department as a trait. What the people say is made: the
chance of a thumb up is a logistic function, one half on average, whose slopes were fitted to what households bought in
the next week, plus a taste of the person for numbers, departments and things that is drawn at random. The data has no
propensities and no record of what was offered to whom, so nothing here is an off-policy estimate on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pod_agent.models.bandit import Arm

__all__ = ["EXAMINED", "SHOWN", "Person", "journey_people", "made_people", "weekly_contexts"]

SHOWN = 5
EXAMINED = np.array([0.95, 0.85, 0.75, 0.65, 0.6])
"""The chance that a thing in each place is looked at."""
TASTE, DEPARTMENT, OWN = 0.8, 0.8, 0.8
"""Standard deviations of a person's taste, in logits."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Person:
    """Things in the order of their scores, and the chance that this person likes each."""

    arms: tuple[Arm, ...]
    appeal: Floats

    def offered(self, draw: np.random.Generator, number: int) -> list[int]:
        """Some of the things, best score first."""
        size = min(number, len(self.arms))
        return sorted(int(place) for place in draw.choice(len(self.arms), size, replace=False))

    def changed(self, draw: np.random.Generator) -> Person:
        """The same person with other tastes."""
        return Person(self.arms, draw.permutation(self.appeal))


def made_people(number: int, seed: int, size: int = 30) -> list[Person]:
    """People whose contexts are made as well: what tests use."""
    draw = np.random.default_rng(seed)
    slopes = np.array([-1.0, 2.0, 0.6, 0.4, 0.0, -0.4])
    return [_person(draw, _made_arms(draw, size), slopes) for _ in range(number)]


def journey_people(number: int, seed: int, contexts: tuple[list[list[Arm]], Floats]) -> list[Person]:
    """People with the contexts of households, drawn from those of ``weekly_contexts``."""
    draw = np.random.default_rng(seed)
    households, slopes = contexts
    chosen = draw.choice(len(households), number, replace=False)
    return [_person(draw, households[int(place)], slopes) for place in chosen]


def weekly_contexts(households: int, week: int = 40) -> tuple[list[list[Arm]], Floats]:
    """Contexts of kinds of goods before a week for some households, and the slopes fitted to what they bought in it."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second to load

    from bench.completejourney import load  # noqa: PLC0415 - a gigabyte

    lines = load().lines
    goods = lines[lines["goods"]][["household_id", "at", "week", "product_category", "department"]]
    before = goods[goods["week"] < week]
    bought = set(map(tuple, goods[goods["week"] == week][["household_id", "product_category"]].to_numpy()))
    counts = before.groupby("household_id")["week"].nunique()
    regular = counts[counts >= week // 2].index[:households]
    found, rows, labels = list[list[Arm]](), list[tuple[float, ...]](), list[bool]()
    for household, table in before[before["household_id"].isin(regular)].groupby("household_id"):
        arms = _arms(table)
        found.append(arms)
        rows += [arm.features for arm in arms]
        labels += [(household, arm.name) in bought for arm in arms]
    model = LogisticRegression(C=1.0, fit_intercept=False).fit(np.array(rows), labels)
    return found, np.asarray(model.coef_[0], dtype=np.float64)


def _arms(table: Any) -> list[Arm]:
    """A household's kinds of goods with the numbers that suggestions have."""
    days = table.assign(day=table["at"].dt.dayofyear).drop_duplicates(["product_category", "day"])
    today, arms = int(days["day"].max()) + 1, list[Arm]()
    for name, each in days.groupby("product_category"):
        ordered = sorted(map(int, each["day"]))
        gaps = np.diff(ordered)
        gap = float(np.median(gaps)) if len(gaps) else 0.0
        since = today - ordered[-1]
        often, recent = 1 - 0.5 ** (len(ordered) / 5), 0.5 ** (since / 30)
        due = min(1.0, since / (2 * gap)) if gap else 0.0
        score = min(1.0, sum(0.5 ** ((today - day) / 45) for day in ordered) / 8)
        same = sum(day % 7 == today % 7 for day in ordered) / len(ordered)
        arms.append(Arm(str(name), score, (1.0, score, often, recent, due, same), (str(each["department"].iloc[0]),)))
    return sorted(arms, key=lambda arm: (-arm.score, arm.name))[:50]


def _made_arms(draw: np.random.Generator, size: int) -> list[Arm]:
    arms = []
    for number in range(size):
        score = float(draw.beta(1.2, 2.5))
        numbers = np.clip(score + draw.normal(0, 0.25, 4), 0, 1)
        features = (1.0, score, *(float(value) for value in numbers))
        arms.append(Arm(f"thing{number}", score, features, (f"maker{number % 6}",)))
    return sorted(arms, key=lambda arm: (-arm.score, arm.name))


def _person(draw: np.random.Generator, arms: Sequence[Arm], slopes: Floats) -> Person:
    taste = draw.normal(0, TASTE, len(slopes))
    makers = {trait: draw.normal(0, DEPARTMENT) for arm in arms for trait in arm.traits}
    rows = np.array([arm.features for arm in arms])
    logits = (rows - rows.mean(axis=0)) @ (slopes + taste)
    logits += [sum(makers[trait] for trait in arm.traits) for arm in arms]
    logits += draw.normal(0, OWN, len(arms))
    return Person(tuple(arms), np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float64))
