"""What every model of one task offers; one abstract base per task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from pod_agent.errors import UsageError

__all__ = ["Array", "Detector", "Forecaster", "TextClassifier"]

Array = NDArray[np.float64]


class Forecaster(ABC):
    """Forecasts a regular series from its own past.

    The constructor only stores parameters; what ``fit`` learns is kept in attributes whose names end in ``_``.
    """

    @abstractmethod
    def fit(self, history: Sequence[float]) -> Self:
        """Learn from one value a step, oldest first, and return self; a short history teaches what it can."""

    @abstractmethod
    def forecast(self, history: Sequence[float], steps: int = 1) -> Array:
        """The next ``steps`` values after ``history``, in its units; UsageError before ``fit``."""


class Detector(ABC):
    """Finds what is strange among rows of features, and says which features made it so.

    The constructor only stores parameters; what ``fit`` learns is kept in attributes whose names end in ``_``.

    Learned: ``typical_`` (the middle of each feature over the ordinary rows).
    """

    def fit(self, rows: Array, strange: Array | None = None) -> Self:
        """Learn from rows of what is ordinary and return self; UsageError for none, or one that is not a number.

        ``strange`` has rows of made-up strange things: what is learned from them is the model's own matter.
        """
        rows = _checked(rows)
        if not len(rows):
            raise UsageError("a detector learns from at least one row")
        strange = np.empty((0, rows.shape[1])) if strange is None else _checked(strange, rows.shape[1])
        self.typical_: Array = np.median(rows, axis=0)
        self._learn(rows, strange)
        return self

    def score(self, rows: Array) -> Array:
        """How strange each row is, higher for stranger; UsageError before ``fit`` or for rows of another width."""
        if not hasattr(self, "typical_"):
            raise UsageError("the detector has not been fitted")
        rows = _checked(rows, len(self.typical_))
        return np.asarray(self._score(rows), dtype=np.float64) if len(rows) else np.empty(0)

    def explain(self, rows: Array, groups: Sequence[Sequence[int]]) -> Array:
        """What each group of features gives to the score of each row: one column for each group.

        It is how far the score falls where the features of the group are put to what is typical, the others as they
        are; so the columns need not add up to the score.
        """
        scores = self.score(rows)
        columns = []
        for group in groups:
            plain = np.array(rows, dtype=np.float64)
            plain[:, list(group)] = self.typical_[list(group)]
            columns.append(scores - self.score(plain))
        return np.stack(columns, axis=1) if columns else np.empty((len(scores), 0))

    @abstractmethod
    def _learn(self, rows: Array, strange: Array) -> None:
        """Learn from checked rows."""

    @abstractmethod
    def _score(self, rows: Array) -> Array:
        """The scores of checked rows, at least one."""


class TextClassifier(ABC):
    """Says of which kind a text is, by its sentence vector.

    The constructor only stores parameters; what ``fit`` learns is kept in attributes whose names end in ``_``.

    Learned: ``classes_`` (the kinds, in order).
    """

    classes_: tuple[str, ...]

    @abstractmethod
    def fit(self, vectors: NDArray[np.float32], labels: Sequence[str]) -> Self:
        """Learn from vectors, one row for each text, and the kind of each, and return self."""

    @abstractmethod
    def chances(self, vectors: NDArray[np.float32]) -> Array:
        """How likely each text is of each kind: rows sum to 1; UsageError before ``fit``."""


def _checked(rows: Array, width: int | None = None) -> Array:
    """Rows as a matrix of finite numbers; UsageError for anything else."""
    matrix = np.asarray(rows, dtype=np.float64)
    if matrix.ndim != 2 or (width is not None and matrix.shape[1] != width):
        raise UsageError("rows of features have one row for each thing and one column for each feature")
    if not np.isfinite(matrix).all():
        raise UsageError("a feature is not a finite number")
    return matrix
