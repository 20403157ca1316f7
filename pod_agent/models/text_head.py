"""TextHead: which kind a text is of, by logistic regression over its sentence vector.

What is learned is small, 385 numbers for two kinds: a head is trained once, where labelled texts are, and shipped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from pod_agent.errors import UsageError
from pod_agent.models.protocol import Array, TextClassifier

__all__ = ["HEADS", "TextHead", "shipped_head"]

HEADS: Final = "heads"
"""The folder of the heads that are shipped; each file says what it was trained on, and under which licence."""
DIGITS: Final = 4
"""Decimal places of a weight in a file."""


class TextHead(TextClassifier):
    """Multinomial logistic regression with an L2 penalty; ``strength`` is the inverse of the penalty (C).

    Learned: ``classes_`` (the kinds, in order), ``coef_`` (kinds x numbers of a vector), ``intercept_`` (kinds). Of two
    kinds only the second has weights: 385 numbers of MiniLM.
    """

    def __init__(self, *, strength: float = 3.0) -> None:
        self.strength = strength

    def fit(self, vectors: NDArray[np.float32], labels: Sequence[str]) -> Self:
        """Learn from vectors and the kind of each; UsageError unless there are at least two kinds."""
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to load, for training only

        kinds = sorted(set(labels))
        if len(vectors) != len(labels) or len(kinds) < 2:
            raise UsageError("a head learns from one vector for each label, of at least two kinds")
        learnt = LogisticRegression(C=self.strength, max_iter=2000).fit(vectors.astype(np.float64), list(labels))
        self.classes_ = tuple(str(kind) for kind in learnt.classes_)
        self.coef_: Array = np.asarray(learnt.coef_, dtype=np.float64)
        self.intercept_: Array = np.asarray(learnt.intercept_, dtype=np.float64)
        return self

    def chances(self, vectors: NDArray[np.float32]) -> Array:
        """How likely each vector is of each kind, in the order of ``classes_``; UsageError before ``fit``."""
        if not hasattr(self, "coef_"):
            raise UsageError("the head has not been fitted")
        if vectors.ndim != 2 or vectors.shape[1] != self.coef_.shape[1]:
            raise UsageError("the vectors are of another model than the head")
        sums = vectors.astype(np.float64) @ self.coef_.T + self.intercept_
        if len(self.classes_) == 2:
            sums = np.concatenate([np.zeros_like(sums), sums], axis=1)
        powers = np.exp(sums - sums.max(axis=1, keepdims=True)) if len(sums) else sums
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """What was learned, rounded to ``DIGITS`` places."""
        return {
            "classes": list(self.classes_),
            "coef": [[round(float(value), DIGITS) for value in row] for row in self.coef_],
            "intercept": [round(float(value), DIGITS) for value in self.intercept_],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """A fitted head of what ``to_json`` gave; ValueError where its parts do not fit together."""
        head = cls()
        head.classes_ = tuple(map(str, value["classes"]))
        head.coef_ = np.array(value["coef"], dtype=np.float64)
        head.intercept_ = np.array(value["intercept"], dtype=np.float64)
        rows = 1 if len(head.classes_) == 2 else len(head.classes_)
        fits = head.coef_.ndim == 2 and len(head.coef_) == rows and head.intercept_.shape == (rows,)
        if not fits or not all(map(math.isfinite, (*head.coef_.flat, *head.intercept_))):
            raise ValueError("the parts of a head do not fit together")
        return head


def shipped_head(name: str, model: str) -> TextHead | None:
    """The head of this name that is shipped, where it was trained on the vectors of this model."""
    told = msgspec.json.decode(files("pod_agent.models").joinpath(HEADS, f"{name}.json").read_bytes())
    return TextHead.from_json(told["head"]) if told["vectors"] == model else None
