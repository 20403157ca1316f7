"""Instants to the person's local days and months, many at once; right on days of 23 and 25 hours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LocalDays", "month_name"]

_DAY: Final = 86_400


class LocalDays:
    """Local time of a zone, as seconds that a clock on the wall would show."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._offsets: dict[int, tuple[int, int, int]] = {}

    def days(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Local days (since 1970) of instants in seconds since 1970."""
        days: NDArray[np.int64] = self._wall_clock(at) // _DAY
        return days

    def months(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Local months (since January 1970) of instants in seconds since 1970."""
        return self.days(at).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)

    def _wall_clock(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        unique, place = np.unique(at // _DAY, return_inverse=True)
        known = np.array([self._offset(day) for day in unique.tolist()], np.int64).reshape(-1, 3)
        shift = known[place, 1]
        if (known[:, 0] >= 0).any():
            change = known[place, 0]
            shift = np.where((change >= 0) & (at >= change), known[place, 2], shift)
        shown: NDArray[np.int64] = at + shift
        return shown

    def _offset(self, day: int) -> tuple[int, int, int]:
        """The instant within a UTC day at which the clock changes (-1: it does not), the offsets before and after."""
        known = self._offsets.get(day)
        if known is None:
            low, high = day * _DAY, day * _DAY + _DAY - 1
            before, after = self._at(low), self._at(high)
            change = -1
            if before != after:
                while high - low > 1:
                    middle = (low + high) // 2
                    low, high = (middle, high) if self._at(middle) == before else (low, middle)
                change = high
            known = self._offsets[day] = (change, before, after)
        return known

    def _at(self, second: int) -> int:
        offset = datetime.fromtimestamp(second, UTC).astimezone(self.zone).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0


def month_name(month: int) -> str:
    """A month since January 1970 as ``2026-10``."""
    return f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"
