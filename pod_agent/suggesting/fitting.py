"""Public items that someone never had, by what many people have, by texts that describe them, and by departments."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from pod_agent.features.baskets import Habit, History
from pod_agent.features.inputs import SHARED, SHOP, TEXT
from pod_agent.models.basket_history import BasketHistory
from pod_agent.models.recommend import ItemRecommender
from pod_agent.suggesting.candidate import Candidate
from pod_agent.suggesting.public_items import PublicItems, alike, public_items
from pod_agent.suggesting.seasons import season
from pod_agent.suggesting.words import day_words, kind_title, quoted, times
from vocab.prior import ItemPrior

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["DIMENSIONS", "fitting"]

DIMENSIONS: Final = {"category": "category", "group": "group", "store": "merchant"}
"""The public list that each kind is named by."""
MOST: Final = 30
"""Most candidates."""
BEST: Final = 0.5
"""The score of the new item that fits best: new things count less than known ones."""
SETTLED: Final = 3
"""Purchases that make a habit, to which something new may be held."""
LEAST: Final = 1e-6
"""What each input adds at least, so that a score can always be shared out."""

Floats = NDArray[np.float64]


def fitting(
    history: History,
    prior: ItemPrior | None,
    model: Embedder | None,
    off: frozenset[str],
    leave_out: Collection[str] = (),
    *,
    seasons: bool = False,
) -> list[Candidate]:
    """Public items that the person never had, best first; at most ``MOST``. ``prior`` or ``model`` is needed.

    With ``seasons`` the day counts, too: what the public feasts and seasons of the coming weeks ask for.
    None without a prior where the person had nothing of the list: there is nothing that these could be like.

    The score compares the chances of the items with that of the best, which gets ``BEST``; it is shared out among the
    inputs by how far each raises the item above the least of all.
    """
    items = _items(history.kind, prior)
    if not items.names or (prior is None and history.habits.keys().isdisjoint(items.names)):
        return []
    titles, departments = _titles(items), None if SHOP in off else items.departments
    texts, names = (None, None) if model is None else (alike(items.texts, model), alike(titles, model))
    ahead = season(titles, model, date.fromordinal(history.today)) if model is not None and seasons else None
    recommender = ItemRecommender(
        items.names, departments=departments, texts=texts, names=names, season=ahead, without=off
    )
    recommender.fit(prior)
    parts = recommender.parts(_purchases(history, items))
    hidden = {*history.habits, *leave_out}
    new = [
        place
        for place, (name, part) in enumerate(zip(items.names, items.departments, strict=True))
        if name not in hidden and part not in leave_out
    ]
    if not new:
        return []
    known = {SHARED: prior is not None, SHOP: departments is not None, TEXT: texts is not None}
    added = {name: parts[name][new] - parts[name][new].min() + LEAST for name in known if known[name]}
    total = np.asarray(sum(added.values()))
    scores = BEST * np.exp(total - total.max())
    reasons = _Reasons(history, prior, items, texts)
    found = (
        reasons.candidate(new[row], {name: float(scores[row] * added[name][row] / total[row]) for name in added})
        for row in np.argsort(-scores, kind="stable").tolist()
    )
    return list(islice((each for each in found if each is not None), MOST))


def _items(kind: str, prior: ItemPrior | None) -> PublicItems:
    """The public list of a kind, as far as the shared model names it where there is one."""
    items = public_items(DIMENSIONS[kind])
    if prior is None:
        return items
    named = set(prior.items)
    return public_items(DIMENSIONS[kind], [name for name in items.names if name in named])


def _titles(items: PublicItems) -> tuple[str, ...]:
    """What an item is called, as its text begins; names may be numbers and codes."""
    return tuple(re.split(r"[.:]", text, maxsplit=1)[0] for text in items.texts)


def _purchases(history: History, items: PublicItems) -> BasketHistory:
    """The person's history as places in the list; what the list does not name is left out."""
    places = {name: place for place, name in enumerate(items.names)}
    found = [(places[name], day) for name, habit in history.habits.items() if name in places for day in habit.days]
    if not found:
        return BasketHistory.nothing()
    item, day = np.array(found, dtype=np.int64).T
    baskets = np.unique(day)
    rank = len(baskets) - 1 - np.searchsorted(baskets, day)
    return BasketHistory(item=item, rank=rank, ago=(history.today - day) / 7.0)


class _Reasons:
    """Candidates with the reason that weighs most, and the records that it rests on."""

    def __init__(self, history: History, prior: ItemPrior | None, items: PublicItems, texts: Floats | None) -> None:
        self._history = history
        self._people = 0 if prior is None else prior.people
        self._lately = {} if prior is None else dict(zip(prior.items, prior.lately, strict=True))
        self._items = items
        self._texts = texts
        self._had = [place for place, name in enumerate(items.names) if name in history.habits]

    def candidate(self, place: int, parts: Mapping[str, float]) -> Candidate | None:
        """The candidate of the item at this place of the list; None where too little speaks for it.

        Without a shared model that is what is like something bought once or twice: water does not call for wine.
        """
        name = self._items.names[place]
        said = []
        if SHARED in parts and name in self._lately:
            share = max(1, round(100 * self._lately[name]))
            said.append(
                f"about {share} of 100 people in a public model of {self._people} people had it in its last eight weeks"
            )
        near = self._nearest(place, parts)
        if not said and (near is None or near.times < SETTLED):
            return None
        if near is not None:
            title = quoted(kind_title(self._history.kind, near.item))
            said.append(f"it is close to {title}, which you bought {times(near.times)}, last on {day_words(near.last)}")
        return Candidate(
            kind=self._history.kind,
            item=name,
            parts={name: value for name, value in parts.items() if value},
            reason=f"New to you: {', and '.join(said) or 'it fits what you buy'}.",
            novel=True,
            family=self._history.family if near is not None else "",
            rows=near.rows if near is not None else (),
        )

    def _nearest(self, place: int, parts: Mapping[str, float]) -> Habit | None:
        """What the person had that is most alike by text, or else most often of the same department."""
        habits = self._history.habits
        if TEXT in parts and self._texts is not None and self._had:
            return habits[self._items.names[max(self._had, key=lambda other: self._alike(place, other))]]
        same = [other for other in self._had if self._items.departments[other] == self._items.departments[place]]
        if SHOP not in parts or not same:
            return None
        return max((habits[self._items.names[other]] for other in same), key=lambda habit: (habit.times, habit.item))

    def _alike(self, place: int, other: int) -> float:
        return 0.0 if self._texts is None else float(self._texts[place, other])
