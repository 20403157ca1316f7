"""Which baskets are judged, what is injected among them, and how well scores find it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pod_agent.features.purchases import MINUTES_A_DAY, Purchases, relative_features
from pod_agent.models.protocol import Array
from pod_agent.models.strange import LEAST_BEFORE

__all__ = [
    "KINDS",
    "Household",
    "Judged",
    "figures",
    "households",
    "judged_baskets",
    "learned_baskets",
    "precision",
    "resampled",
    "samples",
]

Integers = NDArray[np.int64]

KINDS = ("amount", "merchant", "time", "mix")
SHARE = 0.02
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clocks
LEARN_WEEKS, JUDGE_WEEKS = 8, 12
AMOUNT, MIX, NIGHT = (3.0, 8.0), (1.5, 3.0), (120.0, 300.0)
"""What is injected: factors of the own ninth decile, and minutes of the local day. None is that of ``make_strange``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """All baskets of one household, and the week of each."""

    name: int
    baskets: Purchases
    weeks: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is to be ranked, one row for each basket.

    Attributes:
        rows: the features relative to the household.
        raw: amount and hour.
        strange: whether it was injected; ``kinds`` says as what, empty for ordinary ones.
        owners: the place of the household.
    """

    rows: Array
    raw: Array
    strange: NDArray[np.bool_]
    kinds: NDArray[np.str_]
    owners: Integers


def households(baskets: Any, start: int = 42) -> list[Household]:
    """Households with at least 20 baskets up to eight weeks before ``start``; ``at`` must be on the stores' clocks.

    Baskets of which nothing was paid are left out: no card sees them.
    """
    paid = baskets[baskets["paid"] > 0]
    clock = paid["at"].dt.tz_localize(None)
    minutes = (clock - clock.dt.normalize().min()).dt.total_seconds() / 60
    first = (clock.dt.normalize().min().to_pydatetime() - EPOCH).total_seconds() / 60
    paid = paid.assign(minutes=minutes + first).sort_values(["household_id", "minutes", "basket_id"], kind="stable")
    found = []
    for name, table in paid.groupby("household_id", sort=True):
        weeks = table["week"].to_numpy()
        if (weeks < start - LEARN_WEEKS).sum() >= LEAST_BEFORE:
            found.append(Household(name=int(name), baskets=_purchases(table), weeks=weeks))
    return found


def _purchases(table: Any) -> Purchases:
    return Purchases(
        minutes=table["minutes"].to_numpy(dtype=np.float64),
        timed=np.ones(len(table), dtype=bool),
        amounts=table["paid"].to_numpy(dtype=np.float64).round(2),
        shops=table["store_id"].to_numpy(dtype=np.int64),
        groups=np.zeros(len(table), dtype=np.int64),
    )


def learned_baskets(household: Household, start: int = 42) -> tuple[Purchases, Integers]:
    """All baskets before the judged ones, and the places of those of the last eight weeks."""
    return household.baskets.take(household.weeks < start), np.flatnonzero(
        (household.weeks >= start - LEARN_WEEKS) & (household.weeks < start)
    )


def judged_baskets(people: list[Household], seed: int, start: int = 42) -> Judged:
    """The baskets of twelve weeks from ``start`` on, and strange copies of one in fifty, as many of each kind.

    A copy is described by the household's past without the basket it was copied from, and is no part of that past.
    """
    injector = _Injector(people, seed)
    places = [np.flatnonzero((one.weeks >= start) & (one.weeks < start + JUDGE_WEEKS)) for one in people]
    copies = injector.choose(places)
    parts = [_described(one, places[owner], copies[owner], injector, start) for owner, one in enumerate(people)]
    kinds = np.concatenate([part[2] for part in parts])
    return Judged(
        rows=np.concatenate([part[0] for part in parts]),
        raw=np.concatenate([part[1] for part in parts]),
        strange=kinds != "",
        kinds=kinds,
        owners=np.concatenate([np.full(len(part[2]), owner) for owner, part in enumerate(parts)]),
    )


class _Injector:
    """Chooses baskets and changes their copies."""

    def __init__(self, people: list[Household], seed: int) -> None:
        self.stores = np.unique(np.concatenate([one.baskets.shops for one in people]))
        self.draws = np.random.default_rng(seed)

    def choose(self, places: list[Integers]) -> list[list[tuple[int, str]]]:
        """For each household the places of what is copied, and as what."""
        everything = [(owner, int(place)) for owner, found in enumerate(places) for place in found]
        chosen = self.draws.choice(len(everything), round(SHARE * len(everything)), replace=False)
        copies: list[list[tuple[int, str]]] = [[] for _ in places]
        for number, which in enumerate(chosen):
            owner, place = everything[which]
            copies[owner].append((place, KINDS[number % len(KINDS)]))
        return copies

    def change(self, baskets: Purchases, place: int, kind: str, ninth: float) -> tuple[float, float, int]:
        """Minutes, amount and shop of a strange copy; a new shop is one that the household had not been to."""
        minutes, amount, shop = baskets.minutes[place], baskets.amounts[place], int(baskets.shops[place])
        if kind in {"amount", "mix"}:
            amount = round(ninth * self.draws.uniform(*(AMOUNT if kind == "amount" else MIX)), 2)
        if kind in {"merchant", "mix"}:
            shop = int(self.draws.choice(np.setdiff1d(self.stores, baskets.shops[:place])))
        if kind in {"time", "mix"}:
            minutes = minutes // MINUTES_A_DAY * MINUTES_A_DAY + self.draws.uniform(*NIGHT)
        return float(minutes), float(amount), shop


def _described(
    one: Household, places: Integers, copies: list[tuple[int, str]], injector: _Injector, start: int
) -> tuple[Array, Array, NDArray[np.str_]]:
    ninth = float(np.quantile(one.baskets.amounts[one.weeks < start - LEARN_WEEKS], 0.9))
    copied = np.asarray([place for place, _ in copies], dtype=np.int64)
    changed = [injector.change(one.baskets, place, kind, ninth) for place, kind in copies]
    ordinary, source = one.baskets.take(places), one.baskets.take(copied)
    strange = replace(
        source,
        minutes=np.asarray([minutes for minutes, _, _ in changed], dtype=np.float64),
        amounts=np.asarray([amount for _, amount, _ in changed], dtype=np.float64),
        shops=np.asarray([shop for _, _, shop in changed], dtype=np.int64),
    )
    rows = [relative_features(one.baskets, ordinary), relative_features(one.baskets, strange, without=copied)]
    kinds = np.asarray([""] * len(places) + [kind for _, kind in copies], dtype="<U8")
    return np.concatenate(rows), np.concatenate([samples(ordinary), samples(strange)]), kinds


def samples(baskets: Purchases) -> Array:
    """What is not relative to anybody: amount and hour."""
    return np.stack([baskets.amounts, baskets.minutes % MINUTES_A_DAY / 60], axis=1)


def figures(scores: Array, judged: Judged, weights: Integers | None = None) -> dict[str, Any]:
    """PR-AUC with its 95 % interval over households, recall at 1 % false positives, and PR-AUC of each kind.

    ``weights`` has a row for each resampling, a column for each household: how often it was drawn.
    """
    limit = np.quantile(scores[~judged.strange], 0.99)
    found = {
        "pr_auc": round(precision(scores, judged.strange), 4),
        "recall_at_1_percent": round(float((scores[judged.strange] > limit).mean()), 4),
        "kinds": {
            kind: round(precision(scores[chosen], judged.strange[chosen]), 4)
            for kind in KINDS
            for chosen in [(judged.kinds == kind) | ~judged.strange]
        },
    }
    if weights is not None:
        drawn = resampled(scores, judged, weights)
        found["interval"] = [round(float(edge), 4) for edge in np.quantile(drawn, (0.025, 0.975))]
    return found


def resampled(scores: Array, judged: Judged, weights: Integers) -> Array:
    """The PR-AUC of each resampling of the households."""
    order = np.argsort(-scores, kind="stable")  # once: the order is that of every resampling
    scores, strange, owners = scores[order], judged.strange[order], judged.owners[order]
    return np.asarray([_precision_of_sorted(scores, strange, counts[owners]) for counts in weights])


def precision(scores: Array, strange: NDArray[np.bool_], counts: Integers | None = None) -> float:
    """Average precision: the mean over strange rows of the precision at their score; equal scores count as one."""
    order = np.argsort(-scores, kind="stable")
    each = np.ones(len(order), dtype=np.int64) if counts is None else counts[order]
    return _precision_of_sorted(scores[order], strange[order], each)


def _precision_of_sorted(scores: Array, strange: NDArray[np.bool_], counts: Integers) -> float:
    last = np.append(scores[1:] != scores[:-1], True)
    right, seen = np.cumsum(strange * counts)[last], np.cumsum(counts)[last]
    steps = np.diff(right, prepend=0)
    return float((steps * right / np.maximum(seen, 1)).sum() / max(right[-1], 1))
