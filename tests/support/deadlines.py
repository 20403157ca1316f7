"""A round whose deadline comes when the test says so: a busy machine never misses it, and nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from aggregator import training
from aggregator.grid import RoundGrid
from aggregator.superlink import Control

__all__ = ["DeadlineGrid"]

FAR = 1e6  # seconds, more than any deadline


class DeadlineGrid(RoundGrid):
    """The real one; the deadline is over once ``named`` reports were named and ``decided`` says that all is done."""

    def __init__(
        self, control: Control, monkeypatch: pytest.MonkeyPatch, named: int, decided: Callable[[], bool]
    ) -> None:
        super().__init__(control)
        self._left, self._decided = named, decided
        monkeypatch.setattr(training, "time", self)

    def replies(self) -> list[bytes]:
        """Report ids named since the last call."""
        found = super().replies()
        self._left -= len(found)
        return found

    def monotonic(self) -> float:
        """The clock of the round."""
        return time.monotonic() + (FAR if self._left <= 0 and self._decided() else 0)

    def sleep(self, seconds: float) -> None:
        """The pause between two looks."""
        time.sleep(seconds)
