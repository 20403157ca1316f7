"""Candidates of what to listen to and watch: artists, songs, channels and videos."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from pod_agent.features.baskets import Records
from pod_agent.suggesting.buying import company
from pod_agent.suggesting.candidate import Candidate
from pod_agent.suggesting.returns import returns
from pod_agent.suggesting.saved import Likes, kept_items, subscribed, unfinished
from vocab.records import Follow, PlaylistItem

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["enjoying"]

COMPARED: Final = 20
"""Names of lately that new ones are compared with, and at most twice as many new ones."""
FEWEST_LIKE: Final = 0.35
"""Cosine of two names from which on they are alike; short names are never wholly unlike."""


def enjoying(
    kind: str,
    records: Records,
    off: frozenset[str],
    *,
    kept: Callable[[type[Any]], tuple[Any, ...]],
    embedder: Callable[[], Embedder | None] | None,
    new: bool,
) -> list[Candidate]:
    """Candidates of a kind, known or ``new`` ones."""
    history = records.history(kind)
    follows: tuple[Follow, ...] = kept(Follow)
    if new:
        playlists: tuple[PlaylistItem, ...] = kept(PlaylistItem)
        likes = None if embedder is None or kind not in {"video", "channel"} else _likes(kind, records, embedder)
        found = kept_items(kind, records, follows, playlists, likes)
        return found + (unfinished(records) if kind == "track" else [])
    if history is None:
        return []
    together = company(kind, history, records) if kind == "artist" else None
    found = returns(history, off, company=together, rediscover=kind != "video")
    return found + (subscribed(records, follows) if kind == "channel" else [])


def _likes(kind: str, records: Records, embedder: Callable[[], Embedder | None]) -> Likes | None:
    """How alike names are to the latest ones of this kind."""
    history = records.history(kind)
    model = None if history is None else embedder()
    if history is None or model is None:
        return None
    latest = sorted(history.habits.values(), key=lambda habit: (-habit.last, habit.item))[:COMPARED]
    known = [habit.item for habit in latest]

    def alike(names: list[str]) -> dict[str, float]:
        chosen = names[: 2 * COMPARED]
        cosines = (model.embed(chosen) @ model.embed(known).T).max(axis=1)
        return {
            name: max(0.0, (float(cosine) - FEWEST_LIKE) / (1 - FEWEST_LIKE))
            for name, cosine in zip(chosen, cosines, strict=True)
        }

    return alike
