"""The trained heads: from the vector of a sentence to what it probably means."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pod_agent.assistant.classifier.bank import Label

__all__ = ["FILE", "PARTS", "Guess", "Heads", "bank_digest", "shipped"]

FILE: Final = Path(__file__).with_name("heads.npz")
PARTS: Final = ("shape", "about", "group")
"""What each head tells of a label."""

Learnt = Mapping[str, tuple[NDArray[np.float32], Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Guess:
    """One meaning and how sure the classifier is of it: shares of all meanings add up to 1."""

    label: Label
    share: float


class Heads:
    """The heads of one bank and one sentence model.

    ``labels`` are all meanings that there are, ``words`` those of the bank and the common ones of the wordings.
    """

    def __init__(self, model: str, digest: str, words: frozenset[str], learnt: Learnt, labels: Sequence[Label]) -> None:
        self.model = model
        self.digest = digest
        self.words = words
        self._labels = tuple(labels)
        self._weights = {part: learnt[part][0] for part in PARTS}
        self._places = {
            part: np.array([list(learnt[part][1]).index(str(getattr(label, part))) for label in labels])
            for part in PARTS
        }

    def guesses(self, vector: NDArray[np.float32], most: int = 3) -> list[Guess]:
        """The likeliest meanings of a sentence, most likely first; what no question of the bank means is none."""
        score = np.zeros(len(self._labels))
        for part, weights in self._weights.items():
            logits = weights[:, :-1] @ vector + weights[:, -1]
            logits = logits - logits.max()
            score += (logits - np.log(np.exp(logits).sum()))[self._places[part]]
        shares = np.exp(score - score.max())
        shares /= shares.sum()
        return [Guess(self._labels[place], float(shares[place])) for place in np.argsort(-shares)[:most]]

    @staticmethod
    def write(
        path: Path, model: str, sentences: Sequence[tuple[str, Label]], learnt: Learnt, words: frozenset[str]
    ) -> None:
        """Write the file that is shipped: the heads learnt from these sentences, and the words that count as known."""
        out = io.BytesIO()
        arrays = {f"{part}_weights": learnt[part][0].astype(np.float16) for part in PARTS}
        told = {
            "model": model,
            "bank": bank_digest(sentences),
            "words": sorted(words),
            "classes": {part: list(learnt[part][1]) for part in PARTS},
            "labels": [label.to_list() for label in sorted({label for _, label in sentences})],
        }
        np.savez_compressed(out, told=np.array(json.dumps(told)), **arrays)  # type: ignore[arg-type]
        path.write_bytes(out.getvalue())

    @classmethod
    def read(cls, path: Path) -> Heads:
        """What ``write`` wrote."""
        with np.load(path, allow_pickle=False) as kept:
            told = json.loads(str(kept["told"]))
            learnt = {part: (kept[f"{part}_weights"].astype(np.float32), told["classes"][part]) for part in PARTS}
        labels = [Label.from_list(each) for each in told["labels"]]
        return cls(told["model"], told["bank"], frozenset(told["words"]), learnt, labels)


@cache
def shipped() -> Heads:
    """The heads that come with the agent."""
    return Heads.read(FILE)


def bank_digest(sentences: Sequence[tuple[str, Label]]) -> str:
    """The SHA-256 of a bank: heads of another one are out of date."""
    lines = "\n".join(f"{text}\t{'|'.join(label.to_list())}" for text, label in sentences)
    return hashlib.sha256(lines.encode()).hexdigest()
