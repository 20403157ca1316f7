"""Flags: the few purchases that are strange for the person, each with its reasons in words.

A purchase is held against what came before it. It is flagged where its score is above nearly all of the person's
earlier ones: about one in two hundred, whoever the person is, and only where a sentence can say why. A person with few
purchases has no flags.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pod_agent.features.purchases import MINUTES_A_DAY, Purchases, purchases_of, relative_features
from pod_agent.index.local import LocalIndex
from pod_agent.models.anomaly import Surprise
from pod_agent.models.protocol import Array, Detector
from pod_agent.models.strange import LEAST_BEFORE
from vocab.anomaly import ANOMALY_FEATURES, ANOMALY_GROUPS
from vocab.query import QuerySpec
from vocab.records import IRI, Transaction

__all__ = ["DAYS", "NEWEST", "SHARE", "Flag", "find_flags", "flags_of"]

DAYS = 90
"""How far back purchases are looked at."""
SHARE = 1 / 200
"""Of the person's earlier purchases, how many may have been as strange."""
NEWEST = 3000
"""Purchases that one is held against, the newest: each with each, so twice as many would take four times as long."""
LEAST_SCORE = 0.0
"""Log odds below which nothing is flagged, however even the person's purchases are."""
TELLING, SURE = 0.2, 1.5
"""A reason is told where it gives so great a share of the score, or so much of it: more than four times as unlikely."""
NIGHT_ENDS = 5
_GROUPS = tuple(tuple(ANOMALY_FEATURES.index(feature) for feature in features) for features in ANOMALY_GROUPS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One strange purchase: its record, how strange (log odds), and why, in words."""

    iri: IRI
    score: float
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Plain values, as ``pod-agent flags --json`` prints them."""
        return {"record": self.iri, "score": self.score, "reason": self.reason}


def flags_of(
    index: LocalIndex, zone: tzinfo, today: date, absolute: Callable[[Iterable[IRI]], tuple[IRI, ...]]
) -> list[Flag]:
    """The flags among the purchases of the index, whose records are named as ``absolute`` names them."""
    records = index.records(QuerySpec(measures=("purchases",)))
    flags = find_flags((each for each in records if isinstance(each, Transaction)), today, zone=zone)
    iris = absolute(flag.iri for flag in flags)
    return [replace(flag, iri=iri) for flag, iri in zip(flags, iris, strict=True)]


def find_flags(
    transactions: Iterable[Transaction],
    today: date,
    model: Detector | None = None,
    *,
    zone: tzinfo = UTC,
    days: int = DAYS,
) -> list[Flag]:
    """The strange purchases of the last ``days`` up to today, strangest first, on the clock of ``zone``.

    ``model`` is a detector over the features of purchases that gives log odds, fitted; by default the rule that needs
    no training.
    """
    rows, purchases = purchases_of((each for each in transactions if each.at.date() <= today), zone)
    if len(rows) <= LEAST_BEFORE:
        return []
    begin = max(0, len(rows) - NEWEST)
    recent = purchases.take(slice(begin, None))
    features = relative_features(recent, recent)
    model = Surprise().fit(features[LEAST_BEFORE:]) if model is None else model
    scores = model.score(features)
    since = _minutes_of(today - timedelta(days=days - 1))
    asked = [place for place in range(LEAST_BEFORE, len(recent)) if recent.minutes[place] >= since]
    found = [place for place in asked if scores[place] > _limit(scores[LEAST_BEFORE:place])]
    gave = model.explain(features[found], _GROUPS) if found else np.empty((0, len(_GROUPS)))
    flags = [
        Flag(iri=rows[begin + place].iri, score=round(float(scores[place]), 3), reason=reason)
        for place, part in zip(found, gave, strict=True)
        if (reason := _reason(purchases, rows, begin + place, part))
    ]
    return sorted(flags, key=lambda flag: (-flag.score, flag.iri))


def _limit(earlier: Array) -> float:
    """The score to be above: that of the strangest in two hundred of the person's earlier purchases."""
    if not len(earlier):
        return np.inf
    return max(LEAST_SCORE, float(np.quantile(earlier, 1 - SHARE, method="higher")))


def _minutes_of(day: date) -> float:
    return (day - date(1970, 1, 1)).days * MINUTES_A_DAY


def _reason(purchases: Purchases, rows: Sequence[Transaction], place: int, gave: Array) -> str:
    """The reasons that explain most of the score, the strongest first; empty where none can be said in words."""
    told = {"amount": _amount_words, "shop": _shop_words, "hour": _hour_words}
    strength = dict(zip(ANOMALY_GROUPS, gave.tolist(), strict=True))
    order = sorted(told, key=lambda name: -strength[name])
    total = sum(max(0.0, strength[name]) for name in told)
    words = [
        sentence
        for name in order
        if strength[name] > min(SURE, TELLING * total)
        for sentence in [told[name](purchases, rows, place)]
        if sentence
    ]
    text = "; ".join(words)
    return text[:1].upper() + text[1:] + "." if text else ""


def _amount_words(purchases: Purchases, rows: Sequence[Transaction], place: int) -> str:
    """How the amount stands to what was paid before: at the shop if known, else in the category, else anywhere."""
    amount, earlier = purchases.amounts[place], _before(purchases, place)
    merchant, category = rows[place].merchant, rows[place].category.replace("_", " ")
    at_shop = earlier & (purchases.shops == purchases.shops[place]) & (purchases.shops >= 0)
    alike = earlier & (purchases.groups == purchases.groups[place])
    held = ((at_shop, f" at {merchant}", 3), (alike, f" in {category}", 5), (earlier, "", 1))
    chosen, where = next((chosen, where) for chosen, where, least in held if chosen.sum() >= least)
    paid = purchases.amounts[chosen]
    if amount > 1.2 * paid.max():
        return f"{_times(amount / paid.max())} your largest purchase{where}"
    if amount > 1.5 * np.median(paid):
        return f"{_times(amount / float(np.median(paid)))} what you usually pay{where}"
    return ""


def _shop_words(purchases: Purchases, rows: Sequence[Transaction], place: int) -> str:
    here = _before(purchases, place) & (purchases.shops == purchases.shops[place])
    if purchases.shops[place] < 0:
        return ""
    return f"{rows[place].merchant} is new to you" if not here.any() else ""


def _hour_words(purchases: Purchases, rows: Sequence[Transaction], place: int) -> str:  # noqa: ARG001 - one form
    if not purchases.timed[place]:
        return ""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=float(purchases.minutes[place]))
    if at.hour < NIGHT_ENDS:
        return f"at {at:%H:%M} in the night"
    return f"at {at:%H:%M}, an hour at which you seldom buy"


def _before(purchases: Purchases, place: int) -> NDArray[np.bool_]:
    return np.asarray(purchases.minutes < purchases.minutes[place])


def _times(ratio: float) -> str:
    """For example "4 times" or "1.6 times"."""
    return f"{ratio:.0f} times" if ratio >= 3 else f"{ratio:.1f} times"
