"""The times of health exports: ISO with or without a zone, ``MM/DD/YY``, and a clock for dense series."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError

__all__ = ["AmericanClock", "IsoClock", "day_of", "iso_time", "local_time", "offset_of"]

MAX_DAYS: Final = 4_096
"""Days that a clock remembers; a file of a real series holds a month."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_MINUTES: Final = {f"{mark}{n // 60:02}:{n % 60:02}": n * 60 for mark in "T " for n in range(1440)}
_SECONDS: Final = {f":{n:02}Z": n for n in range(60)}
_AMERICAN: Final = re.compile(r"(\d\d)/(\d\d)/(\d\d)(?: (\d\d):(\d\d):(\d\d))?")
_OFFSET: Final = re.compile(r"([+-]?)(\d\d?):?(\d\d)|(-?\d{1,5})s")
_LONGEST: Final = timedelta(hours=15)


def iso_time(value: object, zone: ZoneInfo, column: str) -> datetime:
    """An aware time; one that is written without a zone is meant in ``zone``."""
    if not isinstance(value, str):
        raise RowError("bad_time", f"{column} is not a text", column)
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise RowError("bad_time", f"{column} is not a time such as 2026-01-31T12:00:00Z", column) from error
    if not 1900 < found.year < 2200:
        raise RowError("bad_time", f"{column} is outside the calendar", column)
    return found.replace(tzinfo=zone) if found.tzinfo is None else found


def local_time(value: object, zone: ZoneInfo, column: str) -> datetime:
    """``MM/DD/YY HH:MM:SS`` (Fitbit's JSON) or ISO, in ``zone`` where the text names none."""
    found = _AMERICAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return iso_time(value, zone, column)
    month, day, year, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise RowError("bad_time", f"{column} is no day of the calendar", column) from error


def day_of(value: object, column: str) -> date:
    """The day that a daily value names.

    Daily files write midnight or noon UTC and mean the local day of that date: the time is a label and not an instant.
    """
    return local_time(value, _UTC, column).date()


def offset_of(value: object) -> timezone | None:
    """``+08:00`` or ``28800s`` as a zone, None where it is neither."""
    found = _OFFSET.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    sign, hours, minutes, seconds = found.groups()
    length = timedelta(seconds=int(seconds)) if seconds else timedelta(hours=int(hours), minutes=int(minutes))
    length = -length if sign == "-" else length
    return None if abs(length) > _LONGEST or length.seconds % 60 else timezone(length)


class IsoClock:
    """Seconds since 1970 of ``2026-01-31T12:00:00Z``, the whole second where there are fractions."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self.days: dict[str, int] = {}

    minutes: Final = _MINUTES
    seconds: Final = _SECONDS

    def read(self, stamp: str, column: str) -> int:
        """Seconds since 1970 of any ISO time; its day is remembered in ``days`` for those who add up the parts."""
        at = iso_time(stamp, self._zone, column)
        if len(self.days) >= MAX_DAYS:
            self.days.clear()
        text = stamp[:10]
        if len(text) == 10 and text[4] == text[7] == "-":
            self.days[text] = (date.fromisoformat(text).toordinal() - _EPOCH) * 86_400
        return int(at.timestamp() // 1)


class AmericanClock:
    """Seconds since 1970 of ``MM/DD/YY HH:MM:SS`` on the clocks of ``zone``."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._hours: dict[str, int] = {}

    def read(self, stamp: object, column: str) -> int:
        """The time; the hour it lies in is worked out once."""
        if not isinstance(stamp, str):
            raise RowError("bad_time", f"{column} is not a text", column)
        hour = self._hours.get(stamp[:11])
        if hour is None or len(stamp) != 17:
            at = local_time(stamp, self._zone, column)
            if len(self._hours) >= MAX_DAYS:
                self._hours.clear()
            if len(stamp) == 17:
                self._hours[stamp[:11]] = int(at.replace(minute=0, second=0).timestamp())
            return int(at.timestamp() // 1)
        try:
            return hour + _MINUTES["T00" + stamp[11:14]] + _SECONDS[stamp[14:] + "Z"]
        except KeyError as error:
            raise RowError("bad_time", f"{column} is no time of a day", column) from error


_UTC: Final = ZoneInfo("UTC")
