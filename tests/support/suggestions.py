"""A few records and what is suggested from them, public offers, a shared model and a text model for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pod_agent.index.local import LocalIndex
from pod_agent.suggesting.recommending import Suggested, Suggestions
from pod_agent.suggesting.suggestion import KINDS
from tests.support.daily_life import LifeMaker
from tests.support.households import SINGAPORE
from vocab.prior import ItemPrior
from vocab.records import UNDATED, Follow, Occurrences, PlaylistItem, Record, Subject, record_iri

__all__ = ["MILK", "TODAY", "Alphabet", "OnOffer", "days", "followed", "kept", "prior", "suggested", "weekly_milk"]

TODAY = date(2026, 10, 31)
MILK = ("Dairy, Chilled & Eggs", "Milk", "Fresh Milk")


def held(tmp_path: Path, records: Iterable[Record]) -> LocalIndex:
    index = LocalIndex(tmp_path / "index.sqlite", SINGAPORE)
    index.upsert(records)
    return index


def suggested(tmp_path: Path, records: Iterable[Record], *kinds: str, today: date = TODAY, **asked: Any) -> Suggested:
    parts = {name: asked.pop(name) for name in ("zone", "priors", "stock", "embedder", "policy") if name in asked}
    with held(tmp_path, records) as index:
        return Suggestions(index, today, **parts).recommend(kinds or KINDS, **asked)


def days(first: str, number: int, step: int = 1) -> list[str]:
    start = date.fromisoformat(first)
    return [(start + timedelta(days=step * place)).isoformat() for place in range(number)]


def weekly_milk(status: str = "delivered") -> list[Record]:
    life, found = LifeMaker(), list[Record]()
    for day in days("2026-08-01", 13, 7):
        order = life.ordered(f"{day}T10:00:00", 5)
        found += [order, life.bought(order, "Fresh Milk 2L", "1", 5, MILK)]
    order = life.ordered("2026-10-20T10:00:00", 5, status=status)
    return [*found, order, life.bought(order, "Low Fat Milk 1L", "1", 3, MILK)]


def kept(title: str, creator: str, subject: Subject, day: str | None = None) -> PlaylistItem:
    at = UNDATED if day is None else datetime.fromisoformat(f"{day}T08:00:00").replace(tzinfo=UTC)
    iri = record_iri(PlaylistItem, "spotify", at, (title, creator), Occurrences())
    return PlaylistItem(
        iri=iri, source="spotify", at=at, playlist="Mine", subject=subject, title=title, creator=creator
    )


def followed(name: str, subject: Subject) -> Follow:
    iri = record_iri(Follow, "youtube", UNDATED, (name,), Occurrences())
    return Follow(iri=iri, source="youtube", at=UNDATED, subject=subject, name=name)


def prior(**shares: float) -> dict[str, ItemPrior]:
    lately = tuple(shares.values())
    model = ItemPrior(
        dimension="category",
        items=tuple(name.replace("_", "-") for name in shares),
        ever=lately,
        lately=lately,
        people=2469,
        epsilon=1.0,
        delta=1e-5,
        released_at=datetime(2026, 10, 1, tzinfo=UTC),
        tasks=(),
    )
    return {"category": model}


@dataclass(frozen=True)
class OnOffer:
    seller: str
    category: str | None = None
    product: str | None = None


class Alphabet:
    """Vectors of how often each letter comes: texts of like letters are alike."""

    name, size = "alphabet", 26

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.array([[text.casefold().count(chr(97 + place)) for place in range(26)] for text in texts], float)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)
