"""Financial intent: whether a text of a person is about borrowing, saving, investing, a card, insurance or a journey.

A head over sentence vectors that was trained on a bank of templates (``bench/intent``). What it is not sure of is none
of these: a wrong interest is worse than one that is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from pod_agent.models.text_head import TextHead, shipped_head

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["INTENTS", "NONE", "SURE", "Intent", "IntentReader", "trained"]

NONE: Final = "none"
INTENTS: Final = {
    "loan": "borrowing",
    "saving": "saving",
    "investing": "investing",
    "card": "credit cards",
    "insurance": "insurance",
    "travel": "travel plans",
}
"""Every intent in plain words."""
SURE: Final = 0.6
"""The chance from which on an intent is told (``python -m bench.intent``)."""
STRENGTH: Final = 10.0


@dataclass(frozen=True, slots=True)
class Intent:
    """What a text is about, and how likely, from ``SURE`` to 1."""

    name: str
    chance: float


class IntentReader:
    """Reads intents of texts; ``maker`` makes the vectors for which the shipped head was trained."""

    def __init__(self, maker: Embedder | None) -> None:
        self._maker = maker
        self._head = None if maker is None else shipped_head("intent", maker.name)

    @property
    def is_able(self) -> bool:
        """Whether there is a model to read with: the extra ``text``."""
        return self._head is not None

    def read(self, texts: Sequence[str]) -> list[Intent | None]:
        """The intent of each text, None where there is none or it is not sure; all None without a model."""
        if self._head is None or self._maker is None or not texts:
            return [None] * len(texts)
        found: list[Intent | None] = []
        for row in self._head.chances(self._maker.embed(texts)):
            place = int(row.argmax())
            name, chance = self._head.classes_[place], round(float(row[place]), 3)
            found.append(Intent(name, chance) if name != NONE and chance >= SURE else None)
        return found


def trained(vectors: NDArray[np.float32], kinds: Sequence[str]) -> TextHead:
    """A head of the bank, as the one that is shipped was trained."""
    return TextHead(strength=STRENGTH).fit(vectors, kinds)
