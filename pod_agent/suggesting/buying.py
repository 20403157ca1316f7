"""Candidates of what to buy: categories, shops, product groups and products."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pod_agent.features.baskets import COLUMNS, History, Records, counted
from pod_agent.features.inputs import SHARED, SHOP
from pod_agent.models.likeness import likeness, sittings
from pod_agent.suggesting import fitting
from pod_agent.suggesting.candidate import Candidate
from pod_agent.suggesting.returns import Company, chances, returns
from pod_agent.suggesting.trying import Similar, Stock, new_groups, new_products, new_stores
from vocab.item_vectors import LATELY_WEEKS
from vocab.prior import ItemPrior

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["NEVER", "buying", "company", "left_out"]

NEVER: Final = frozenset("cash fees income insurance other subscriptions telecom transfers utilities".split())
"""Categories that are paid by themselves, or say nothing: nobody needs them suggested."""
DAY: Final = 24 * 60 * 60


def buying(
    kind: str,
    records: Records,
    off: frozenset[str],
    *,
    priors: Callable[[], Mapping[str, ItemPrior]],
    stock: Callable[[], Iterable[Stock]],
    embedder: Callable[[], Embedder | None] | None,
    seasons: bool,
    new: bool,
) -> list[Candidate]:
    """Candidates of a kind, known or ``new`` ones."""
    history = records.history(kind)
    if history is None:
        return []
    prior = None if SHARED in off or kind not in fitting.DIMENSIONS else priors().get(fitting.DIMENSIONS[kind])
    shared = {} if prior is None else weekly(prior)
    if not new:
        together = company(kind, history, records) if kind == "store" else None
        return returns(history, off, company=together, shared=shared, leave_out=left_out(kind, records))
    found = _public(history, prior, embedder, off, seasons=seasons)
    if not found and kind == "group" and SHOP not in off:
        return new_groups(records)
    if SHOP in off or kind not in {"store", "product"}:
        return found
    if kind == "store":
        return found + new_stores(records, stock())
    return found + new_products(records, stock(), None if embedder is None else _similar(embedder))


def _public(
    history: History,
    prior: ItemPrior | None,
    embedder: Callable[[], Embedder | None] | None,
    off: frozenset[str],
    *,
    seasons: bool,
) -> list[Candidate]:
    """What is new to the person of the public lists; of shops and categories only where a shared model is known.

    Without one, texts and departments alone say too little about those.
    """
    if history.kind not in fitting.DIMENSIONS or (prior is None and history.kind != "group"):
        return []
    model = None if embedder is None else embedder()
    if prior is None and model is None:
        return []
    return fitting.fitting(history, prior, model, off, NEVER, seasons=seasons)


def weekly(prior: ItemPrior) -> dict[str, float]:
    """The chance that anyone has an item in a week, from the share who had it in the prior's last weeks."""
    return {
        item: 1 - (1 - min(share, 0.999)) ** (1 / LATELY_WEEKS)
        for item, share in zip(prior.items, prior.lately, strict=True)
    }


def company(kind: str, history: History, records: Records) -> Company:
    """What the things say of each item that come on one day with it, or for music in one sitting."""
    family, column = COLUMNS[kind]
    events = records.events(family)
    if family == "plays":
        stamped = ((row[2] or 0, row[column]) for row in events.rows if row[6])
    else:
        stamped = ((day * DAY, item) for _, day, item in counted(events, column))
    named = ((second, events.texts[item]) for second, item in stamped if item is not None)
    return likeness(sittings(named)).to(chances(history))


def left_out(kind: str, records: Records) -> frozenset[str]:
    """Names that are never suggested: those categories, and shops all of whose purchases are of them."""
    if kind == "category":
        return NEVER
    if kind != "store":
        return frozenset()
    events = records.events("purchases")
    pairs = {(row[2], row[3]) for row in events.rows if row[2] is not None}
    wanted = {shop for shop, category in pairs if events.texts.get(category, "other") not in NEVER}
    return frozenset(events.texts[shop] for shop, _ in pairs if shop not in wanted)


def _similar(embedder: Callable[[], Embedder | None]) -> Similar | None:
    model = embedder()
    if model is None:
        return None

    def find(names: Sequence[str], known: Sequence[str]) -> dict[str, tuple[str, float]]:
        cosines = model.embed(names) @ model.embed(known).T
        nearest = cosines.argmax(axis=1)
        return {
            name: (known[int(place)], float(cosines[row, place]))
            for row, (name, place) in enumerate(zip(names, nearest, strict=True))
        }

    return find
