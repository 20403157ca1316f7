"""What makes vectors of texts, and the one that is installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pod_agent.embedding.minilm import MiniLM

__all__ = ["Embedder", "embedder"]


class Embedder(Protocol):
    """Texts of like meaning get vectors of a small angle: their cosine is their product."""

    @property
    def name(self) -> str:
        """The model and its edition: vectors of different names cannot be compared."""
        ...

    @property
    def size(self) -> int:
        """Numbers in one vector."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row of length 1 for each text, in their order: (number of texts) x ``size``."""
        ...


def embedder() -> Embedder | None:
    """The model that is installed with the extra ``text``; None without it. It is read when first used."""
    return MiniLM() if MiniLM.is_installed() else None
