"""Purchases as numbers, and each of them relative to what the same person bought before it.

No number tells what anybody spends: amounts are compared with the person's own earlier ones, shops are known by how
often the person was there, hours by when the person shops. How many things were bought is not used: a card does not
know it, and a made-up strange purchase that kept it would be found by it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, tzinfo
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vocab.anomaly import ANOMALY_FEATURES
from vocab.records import Transaction, TransactionKind

__all__ = ["FEATURES", "FEW", "MINUTES_A_DAY", "NO_SHOP", "Purchases", "codes_of", "purchases_of", "relative_features"]

MINUTES_A_DAY = 1440.0
NO_SHOP = -1
"""The code of a shop that is not named."""

FEATURES = ANOMALY_FEATURES
"""The features in their order; each lies within ``LIMIT`` and most within one."""

LIMIT = 4.0
RECENT = 400
"""So many purchases, the latest, say what amounts and hours are usual: prices and habits change."""
FEW = 5
"""Purchases of a category below which all purchases are compared with; also the first ones, when every shop is new."""
HALF_LIFE = 20.0
"""In purchases: how fast a shop is forgotten."""
HOUR_WIDTH = 90.0
"""Minutes: purchases within about so much of each other are at the same time of the day."""
LEAST_SPREAD = 0.25
"""Of the logarithm of amounts; who always pays the same is not surprised by a tenth more."""
NIGHT, NIGHT_SHARE = 300.0, 0.05
"""Minutes from midnight in which hardly anybody buys, and how often they do, in times of an even spread."""
STRANGERS = 16.0
"""Purchases at everybody's hours that are counted with a person's own, so that one in a new hour is not a marvel."""
USUAL_EXCESS, FEW_HIGH = 0.3, 10
"""By how much the logarithms of amounts that are above nine in ten are, and as how many purchases that is counted."""
SURPRISE, SURPRISE_UNIT = 2.0, 3.0
"""Natural logarithms below which a surprise counts for little, and those in a unit of a feature."""
USUAL_HOUR = (0.15, 0.2, -0.5, -0.25)
"""What stands for an hour that is not known: the averages of a year of groceries."""
BLOCK = 64
"""Purchases that are compared at a time, which bounds the memory."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """Purchases of one person, one value of each array per purchase; oldest first where they are a history.

    Attributes:
        minutes: local wall clock, in minutes since 1970; the start of the day where only the day is known.
        timed: whether the time of the day is known.
        amounts: what was paid, above zero, all in one currency.
        shops: a code for each shop, ``NO_SHOP`` where none is named.
        groups: a code for each category.
    """

    minutes: Floats
    timed: NDArray[np.bool_]
    amounts: Floats
    shops: Integers
    groups: Integers

    def __len__(self) -> int:
        """How many purchases."""
        return len(self.minutes)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Self:
        """Some of the purchases."""
        return replace(
            self,
            minutes=self.minutes[places],
            timed=self.timed[places],
            amounts=self.amounts[places],
            shops=self.shops[places],
            groups=self.groups[places],
        )


def codes_of(names: Sequence[str | None]) -> Integers:
    """A number for each name, equal for equal names; ``NO_SHOP`` for None and the empty name."""
    known: dict[str, int] = {}
    codes = [known.setdefault(name, len(known)) if name else NO_SHOP for name in names]
    return np.asarray(codes, dtype=np.int64)


def purchases_of(
    transactions: Iterable[Transaction], zone: tzinfo | None = None
) -> tuple[list[Transaction], Purchases]:
    """The purchases among transactions, oldest first, and their numbers, on the clock of ``zone`` or of their banks.

    Only those in the currency of most of them: what a foreign coin is worth is not known here. A transaction at the
    very start of a day tells no time of the day.
    """
    bought = [each for each in transactions if each.kind is TransactionKind.SPEND and each.amount.minor < 0]
    currencies = [each.amount.currency for each in bought]
    usual = max(sorted(set(currencies)), key=currencies.count, default="")
    kept = [(*_clock(each.at, zone), each) for each in bought if each.amount.currency == usual]
    kept.sort(key=lambda entry: (entry[0], entry[2].iri))
    rows = [each for _, _, each in kept]
    return rows, Purchases(
        minutes=np.asarray([minutes for minutes, _, _ in kept], dtype=np.float64),
        timed=np.asarray([timed for _, timed, _ in kept], dtype=bool),
        amounts=np.asarray([float(-each.amount.amount) for each in rows], dtype=np.float64),
        shops=codes_of([each.merchant.casefold() for each in rows]),
        groups=codes_of([each.category for each in rows]),
    )


def _clock(at: datetime, zone: tzinfo | None) -> tuple[float, bool]:
    """Minutes since 1970 on the wall clock of ``zone``, and whether the time of the day is known."""
    timed = at.time() != time.min
    local = (at.astimezone(zone) if timed and zone else at).replace(tzinfo=None)
    return (local - datetime(1970, 1, 1)).total_seconds() / 60, timed  # noqa: DTZ001 - wall clocks


def relative_features(past: Purchases, asked: Purchases, *, without: Integers | None = None) -> Floats:
    """One row for each purchase asked about: ``FEATURES``, from the purchases of ``past`` that were before it.

    ``without`` names one purchase of ``past`` for each row that is left out as well: the one of which the row is a
    changed copy. What is not known (the hour, the shop) is told as what is usual.
    """
    if not len(past) or not len(asked):
        return np.zeros((len(asked), len(FEATURES)))
    left_out = np.full(len(asked), -1, dtype=np.int64) if without is None else without
    blocks = range(0, len(asked), BLOCK)
    rows = [_Block(past, asked.take(slice(at, at + BLOCK)), left_out[at : at + BLOCK]).rows() for at in blocks]
    return np.concatenate(rows)


class _Block:
    """Some purchases against the whole past; every matrix has a row for each of them, a column for each of the past."""

    def __init__(self, past: Purchases, asked: Purchases, left_out: Integers) -> None:
        self.past, self.asked = past, asked
        before = np.searchsorted(past.minutes, asked.minutes, side="left")
        place = np.arange(len(past))
        self.age = before[:, None] - 1 - place[None, :]  # 0 is the latest
        self.held = (self.age >= 0) & (place[None, :] != left_out[:, None])
        self.count = self.held.sum(axis=1)
        self.lately = self.held & (self.age < RECENT)
        self.same_shop = self.held & (past.shops[None, :] == asked.shops[:, None]) & (asked.shops >= 0)[:, None]

    def rows(self) -> Floats:
        columns = [*self._amounts(), *self._shop(), *self._hour(), *self._rhythm()]
        return np.asarray(np.clip(np.stack(columns, axis=1), -LIMIT, LIMIT) * (self.count > 0)[:, None])

    def _amounts(self) -> list[Floats]:
        asked, past = np.log(self.asked.amounts), np.log(self.past.amounts)[None, :]
        group = self.lately & (self.past.groups[None, :] == self.asked.groups[:, None])
        alike = np.where((group.sum(axis=1) >= FEW)[:, None], group, self.lately)
        low, middle, high, ninth, most = _quantiles(past, alike, (0.25, 0.5, 0.75, 0.9, 1.0))
        spread = np.maximum((high - low) / 1.349, LEAST_SPREAD)
        number = alike.sum(axis=1)
        below = (alike & (past < asked[:, None])).sum(axis=1) + 0.5 * (alike & (past == asked[:, None])).sum(axis=1)
        here = self.same_shop & self.lately
        visits = here.sum(axis=1)
        usual_here = ((here * past).sum(axis=1) + FEW * middle) / (visits + FEW)
        above = np.where(alike, np.maximum(past - ninth[:, None], 0), 0)
        excess = (above.sum(axis=1) + FEW_HIGH * USUAL_EXCESS) / ((above > 0).sum(axis=1) + FEW_HIGH)
        most_here = np.where(visits > 0, np.where(here, past, -np.inf).max(axis=1), most)
        return [
            (asked - middle) / spread / 3,
            2 * (below + 0.5) / (number + 1) - 1,
            asked - ninth,
            asked - most,
            (asked - usual_here) / spread / 3,
            asked - most_here,
            _surprising(np.maximum(asked - ninth, 0) / excess),
            np.maximum(asked - most, 0),
        ]

    def _shop(self) -> list[Floats]:
        named = self.asked.shops >= 0
        first = np.zeros(len(self.past), dtype=bool)
        first[np.unique(self.past.shops, return_index=True)[1]] = True
        first &= self.past.shops >= 0
        settled = self.held & (np.arange(len(self.past)) >= FEW)[None, :]
        fading = 0.5 ** (np.maximum(self.age, 0) / HALF_LIFE)
        rate = ((fading * settled * first).sum(axis=1) + 0.5) / ((fading * settled).sum(axis=1) + FEW)
        last_new = np.where(settled & first, self.past.minutes[None, :], -np.inf).max(axis=1)
        days = np.minimum((self.asked.minutes - last_new) / MINUTES_A_DAY, 400)
        share = (fading * self.same_shop).sum(axis=1) / ((fading * self.held).sum(axis=1) + 1)
        visits = self.same_shop.sum(axis=1)
        shops = (self.held & first).sum(axis=1)
        new = (visits == 0) & named
        return [
            new.astype(np.float64),
            _surprising(-np.log(rate) * new),
            share,
            np.where(named, np.log1p(visits) / 4, 0.5),
            np.log(rate) / 3 + 0.7,
            np.log1p(days) / 3 - 1,
            np.log1p(shops) / 3,
        ]

    def _hour(self) -> list[Floats]:
        minute = self.asked.minutes % MINUTES_A_DAY
        away = np.abs((self.past.minutes % MINUTES_A_DAY)[None, :] - minute[:, None])
        away = np.minimum(away, MINUTES_A_DAY - away)
        timed = self.lately & self.past.timed[None, :]
        number = timed.sum(axis=1)
        known = self.asked.timed & (number >= FEW)
        close = (np.exp(-0.5 * (away / HOUR_WIDTH) ** 2) * timed).sum(axis=1)
        even = HOUR_WIDTH * np.sqrt(2 * np.pi) / MINUTES_A_DAY
        by_day = (MINUTES_A_DAY - NIGHT * NIGHT_SHARE) / (MINUTES_A_DAY - NIGHT)
        others = STRANGERS * even * np.where(minute < NIGHT, NIGHT_SHARE, by_day)
        nearest = np.sort(np.where(timed, away, MINUTES_A_DAY / 2), axis=1)[:, : FEW - 2].max(axis=1)
        angle = 2 * np.pi * minute / MINUTES_A_DAY
        columns = [
            _surprising(-np.log((close + others) / (number + STRANGERS))),
            np.log1p(nearest / 30) / 2,
            np.sin(angle),
            np.cos(angle),
        ]
        return [np.where(known, column, usual) for column, usual in zip(columns, USUAL_HOUR, strict=True)]

    def _rhythm(self) -> list[Floats]:
        last = np.where(self.held, self.past.minutes[None, :], -np.inf).max(axis=1)
        gap = np.minimum((self.asked.minutes - last) / MINUTES_A_DAY, 1000)
        usual = float(np.median(np.diff(self.past.minutes))) / MINUTES_A_DAY if len(self.past) > 1 else 3.0
        return [np.log((gap + 0.1) / (usual + 0.1)) / 3, np.log1p(self.count) / 2 - 2]


def _surprising(logarithm: Floats) -> Floats:
    """A surprise, in natural logarithms, as a feature: what is usual comes to next to nothing, the rest is counted."""
    return np.asarray(np.logaddexp(0, logarithm - SURPRISE) / SURPRISE_UNIT)


def _quantiles(values: Floats, chosen: NDArray[np.bool_], shares: Sequence[float]) -> list[Floats]:
    """Quantiles of the chosen values of each row, the nearest above; minus infinity where none is chosen."""
    ordered = np.sort(np.where(chosen, values, np.inf), axis=1)
    number = chosen.sum(axis=1)
    ordered[number == 0] = 0.0
    rows = np.arange(len(chosen))
    places = [np.ceil(share * np.maximum(number - 1, 0)).astype(np.int64) for share in shares]
    return [ordered[rows, place] for place in places]
