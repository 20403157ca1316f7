"""All models on the same weeks and households, and what their difference is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.completejourney import CompleteJourney
from bench.recommend.groups import groups
from bench.recommend.intervals import Estimate, Pooled, pool, ratio, value
from bench.recommend.keeping import Kept
from bench.recommend.lists import make_lists
from bench.recommend.metrics import Quality, measure
from bench.recommend.peers import Score
from bench.recommend.protocol import Future, Integers, Past

__all__ = ["BEST", "Comparison", "Model", "Models", "Week", "group_rows", "mean_quality"]

BEST = "LightGBM"
"""The strongest peer on what households buy again, the bar for groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of a suite.

    Attributes:
        name: what the tables call it; another name under other terms.
        seeds: over which its metrics are averaged, household by household.
        fit: makes one score for each of the seeds that it gets.
        code: digest of the sources that its scores come from.
    """

    name: str
    seeds: tuple[int, ...]
    fit: Callable[[Sequence[int]], list[Score]]
    code: str


Models = Callable[[Past], Iterable[Model]]
"""The models of a suite, to be fitted on a past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What was measured at one cut: for each model the mean over its seeds, per household."""

    known: Past
    told: Future
    quality: dict[str, Quality]
    seeds: dict[str, int]


@dataclass(slots=True)
class Comparison:
    """Several weeks, pooled: a household that is drawn in the bootstrap brings all its weeks."""

    weeks: list[Week] = field(default_factory=list)

    def add(
        self, known: Past, told: Future, models: Models, done: Callable[[str], None], kept: Kept | None = None
    ) -> None:
        """Fit and measure all models of a suite at one cut, save what was ``kept``; ``done`` hears of each."""
        quality: dict[str, Quality] = {}
        seeds: dict[str, int] = {}
        for model in models(known):
            quality[model.name] = mean_quality(_measured(model, known, told, kept or Kept()))
            seeds[model.name] = len(model.seeds)
            done(f"{model.name}, week {known.week}")
        self.weeks.append(Week(known=known, told=told, quality=quality, seeds=seeds))

    @property
    def models(self) -> list[str]:
        """Names, in the order of the suite."""
        return list(self.weeks[0].quality)

    def pooled(self, model: str, question: str, metric: str, households: Sequence[Integers] | None = None) -> Pooled:
        """One metric of one model; of some households of each week only, where they are given."""
        names, values = [], []
        for number, week in enumerate(self.weeks):
            one = week.quality[model][question, metric]
            if households is not None:
                one = np.where(np.isin(week.known.households, households[number]), one, np.nan)
            names.append(week.known.households)
            values.append(one)
        return pool(names, values)

    def value(self, model: str, question: str, metric: str) -> Estimate:
        """Mean and interval of one metric of one model."""
        return value(self.pooled(model, question, metric))

    def ratio(self, one: str, other: str, question: str, metric: str) -> Estimate:
        """How many times as good one model is as another, paired."""
        return ratio(self.pooled(one, question, metric), self.pooled(other, question, metric))


def _measured(model: Model, known: Past, told: Future, kept: Kept) -> list[Quality]:
    """The metrics for each seed of a model: from what was kept, or measured now and kept."""
    found = {seed: kept.read(known, model.name, seed, model.code) for seed in model.seeds}
    missing = [seed for seed, quality in found.items() if quality is None]
    for seed, score in zip(missing, model.fit(missing) if missing else [], strict=True):
        measured = measure(make_lists(known, score, told.cohort), known, told)
        kept.write(known, model.name, seed, model.code, measured)
        found[seed] = measured
    return [quality for quality in found.values() if quality is not None]


def mean_quality(qualities: Sequence[Quality]) -> Quality:
    """The mean over seeds, household by household."""
    return {key: np.mean([quality[key] for quality in qualities], axis=0) for key in qualities[0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group: how many households, and the ratios of next-basket Recall@10 and of novel NDCG@10."""

    kind: str
    group: str
    households: int
    recall: Estimate
    central: Estimate
    novel: Estimate


def group_rows(compared: Comparison, journey: CompleteJourney, *, ours: str, exact: str) -> list[GroupRow]:
    """For each group: what ``ours`` recalls, over the best peer's recall and over ``exact``'s novel NDCG."""
    made: dict[tuple[str, str], list[Integers]] = {}
    for number, week in enumerate(compared.weeks):
        for kind, group, households in groups(journey, week.known, week.told.cohort):
            parts = made.setdefault((kind, group), [np.empty(0, dtype=np.int64) for _ in compared.weeks])
            parts[number] = households
    rows = []
    for (kind, group), parts in made.items():
        mine = compared.pooled(ours, "next", "recall", parts)
        new = compared.pooled(ours, "novel", "ndcg", parts)
        rows.append(
            GroupRow(
                kind=kind,
                group=group,
                households=len(np.unique(np.concatenate(parts))),
                recall=value(mine),
                central=ratio(mine, compared.pooled(BEST, "next", "recall", parts)),
                novel=ratio(new, compared.pooled(exact, "novel", "ndcg", parts)),
            )
        )
    return rows
