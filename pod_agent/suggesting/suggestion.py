"""Suggestion: one thing to buy, hear or watch, with why and the records behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from vocab.records import IRI

__all__ = ["CONTEXT", "KINDS", "Suggestion"]

KINDS: Final = ("category", "group", "product", "store", "artist", "track", "channel", "video")

CONTEXT: Final = (
    "one", "score", "often", "recent", "due", "novel", "shared", "shop", "text", "media", "weekday", "forgotten",
)  # fmt: skip
"""What the numbers of ``Suggestion.context`` are, each from 0 to 1 (``docs/how-to/get-suggestions.md``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One suggestion.

    ``kind`` is one of ``KINDS``, ``item`` the name in the records or in a public list, ``title`` that name fit to be
    shown. ``score`` runs from 0 to 1: with kind and ``novel`` alike the higher comes first. ``inputs`` are pairs of
    the name of an input and what it added to the score. ``evidence`` are the newest few records behind it, newest
    first, of ``records`` in all. ``novel`` says that the person has not bought, played or watched it before.
    ``context`` is what a policy learns from: numbers from 0 to 1 in the order of ``CONTEXT``, or none.
    """

    kind: str
    item: str
    title: str
    score: float
    reason: str
    inputs: tuple[tuple[str, float], ...]
    evidence: tuple[IRI, ...]
    novel: bool
    records: int = 0
    context: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The form that outside programs read (``docs/how-to/get-suggestions.md``)."""
        return {
            "kind": self.kind,
            "item": self.item,
            "title": self.title,
            "score": round(self.score, 4),
            "reason": self.reason,
            "inputs": {name: round(value, 4) for name, value in self.inputs},
            "evidence": list(self.evidence),
            "records": self.records,
            "novel": self.novel,
        }
