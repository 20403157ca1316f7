"""What every model of one task offers; one abstract base per task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Forecaster"]

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
