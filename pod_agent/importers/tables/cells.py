"""Cells of tables as values: days and times, numbers, texts, whatever carrier brought them.

A cell of a CSV is a text; JSON, Parquet, workbooks and databases bring numbers, days and times as such.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import Amount, read_amount, read_day
from pod_agent.importers.reading import fold, printable
from vocab.shapes import MAX_LENGTH

__all__ = ["amount_of", "day_of", "is_empty", "moment_of", "number_of", "seconds_of", "text_of"]

NOTHING: Final = frozenset({"", "-", "--", "n/a", "na", "nan", "none", "null", "#n/a", "\u2013", "\u2014"})
CLOCK: Final = re.compile(
    r"^(?P<day>.*?\d)(?:T|t|,? +)(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)? ?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$",
    re.ASCII,
)
EPOCH: Final = re.compile(r"\d{10}(?:\d{3}){0,3}(?:\.\d+)?$", re.ASCII)
DURATION: Final = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{2})(?:[.,]\d+)?$", re.ASCII)
WORDED: Final = re.compile(
    r"(?:(\d+) ?h(?:ours?|rs?)?)? ?(?:(\d+) ?m(?:in(?:utes?|s)?)?)? ?(?:(\d+) ?s(?:ec\w*)?)?$", re.IGNORECASE
)
EXCEL_EPOCH: Final = date(1899, 12, 30)
MAX_EXPONENT: Final = 30
_PLAIN: Final = {mark: re.compile(rf"-?[0-9]{{1,9}}(?:[{mark}][0-9]{{1,2}})?\Z") for mark in ".,"}
"""Amounts as most tables have them, which need none of the care that print does."""


def is_empty(cell: object) -> bool:
    """True for a cell that says nothing."""
    if isinstance(cell, str):
        return not cell or (len(cell) < 6 and cell.strip().casefold() in NOTHING)
    return cell is None or cell != cell  # noqa: PLR0124 - a number that is none differs from itself


def text_of(cell: object) -> str:
    """The cell as one line of text; RowError where it is longer than any field."""
    text = fold(cell) if isinstance(cell, str) else printable(_plain(cell))
    if len(text) > MAX_LENGTH:
        raise RowError("too_long", f"a text is longer than {MAX_LENGTH:,} characters")
    return text


def _plain(cell: object) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def amount_of(cell: object, decimal: str) -> Amount:
    """A sum of money with its sign, mark and currency, as print has it."""
    if isinstance(cell, str):
        if _PLAIN[decimal].match(cell):
            return Amount(Decimal(cell if decimal == "." else cell.replace(",", ".")))
        return _amount_from_text(cell, decimal)
    return Amount(_number(cell))


@lru_cache(maxsize=8192)
def _amount_from_text(text: str, decimal: str) -> Amount:
    return read_amount(text.strip().replace("\u00a0", " ").replace("\u202f", " "), decimal)


def number_of(cell: object, decimal: str) -> Decimal:
    """A number; RowError for what is none."""
    if not isinstance(cell, str):
        return _number(cell)
    text = cell.strip().removesuffix("%").replace("\u2212", "-").replace("\u00a0", "").replace(" ", "")
    if decimal == ",":
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    if not text.isascii() or "_" in text:
        raise RowError("bad_number", "a number is not a number")
    return _number(text)


def _number(cell: object) -> Decimal:
    try:
        if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal | str):
            raise RowError("bad_number", "a cell holds something else than a number")
        number = cell if isinstance(cell, Decimal) else Decimal(repr(cell) if isinstance(cell, float) else cell)
    except InvalidOperation as error:
        raise RowError("bad_number", "a number is not a number") from error
    if not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT:
        raise RowError("bad_number", "a number is out of range")
    return number


def seconds_of(cell: object, decimal: str, unit: str) -> Decimal:
    """A length of time in seconds: ``1:02:03``, ``1h 2m``, or a number of ``unit`` (ms, s, min, h)."""
    if isinstance(cell, timedelta):
        return Decimal(repr(cell.total_seconds()))
    if isinstance(cell, time):
        return Decimal(cell.hour * 3600 + cell.minute * 60 + cell.second)
    if isinstance(cell, str):
        text = cell.strip()
        if parts := DURATION.match(text):
            return Decimal(int(parts[1] or 0) * 3600 + int(parts[2]) * 60 + int(parts[3]))
        if (parts := WORDED.match(text)) and any(parts.groups()):
            hours, minutes, seconds = (int(part or 0) for part in parts.groups())
            return Decimal(hours * 3600 + minutes * 60 + seconds)
    factor = {"ms": Decimal("0.001"), "min": Decimal(60), "h": Decimal(3600)}.get(unit, Decimal(1))
    return number_of(cell, decimal) * factor


def day_of(cell: object, order: str, zone: ZoneInfo) -> date:
    """The local day of a cell."""
    if isinstance(cell, str):
        text = cell.strip()
        if not EPOCH.match(text) and not text.endswith("Z"):
            clock = CLOCK.match(text)
            if clock is None or clock["zone"] is None:
                return read_day(clock["day"].rstrip(",") if clock else text, order)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        return cell
    return moment_of(cell, order, zone)[0].date()


def moment_of(cell: object, order: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The time of a cell in ``zone``, and whether it says a time of day; RowError where it is no time."""
    try:
        if isinstance(cell, datetime):
            return _in_zone(cell, zone), True
        if isinstance(cell, date):
            return datetime(cell.year, cell.month, cell.day, tzinfo=zone), False
        if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
            return _from_number(Decimal(str(cell)), zone)
        if isinstance(cell, str):
            return _from_text(cell.strip(), order, zone)
    except (ValueError, OverflowError, InvalidOperation) as error:
        raise RowError("bad_date", "a date is not a day of the calendar") from error
    raise RowError("bad_date", "a cell holds something else than a date")


def _from_number(number: Decimal, zone: ZoneInfo) -> tuple[datetime, bool]:
    """Seconds, or thousandths and millionths of them, since 1970; days since 1900 as spreadsheets count them."""
    if 20_000 <= number < 80_000:
        day = EXCEL_EPOCH + timedelta(days=int(number))
        fraction = number % 1
        at = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=round(fraction * 86_400))
        return at, bool(fraction)
    if 19_000_101 <= number <= 21_991_231:
        return _from_text(str(int(number)), "ymd", zone)
    if not number.is_finite() or not 10**8 <= number < 10**20:
        raise RowError("bad_date", "a number is no time")
    while number >= 10**11:
        number /= 1000
    return datetime.fromtimestamp(float(number), UTC).astimezone(zone), True


@lru_cache(maxsize=8192)
def _from_text(text: str, order: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    if len(text) > 80:
        raise RowError("bad_date", "a date is not a day")
    if text[4:5] == "-" and len(text) >= 19:
        try:
            return _in_zone(datetime.fromisoformat(text.replace(" UTC", "Z").replace(",", ".")), zone), True
        except ValueError:
            pass
    if EPOCH.match(text):
        return _from_number(Decimal(text), zone)
    clock = CLOCK.match(text)
    if clock is None:
        day = read_day(text, "ymd" if text.isdigit() and len(text) == 8 else order)
        return datetime(day.year, day.month, day.day, tzinfo=zone), False
    day = read_day(clock["day"].rstrip(","), order)
    at = datetime.combine(day, time(_hour(clock), int(clock["minute"]), int(clock["second"] or 0)))
    told = clock["zone"]
    if told is None:
        return at.replace(tzinfo=zone), True
    return datetime.fromisoformat(f"{at.isoformat()}{'Z' if told[0] not in '+-' else told}").astimezone(zone), True


def _hour(clock: re.Match[str]) -> int:
    hour, half = int(clock["hour"]), (clock["half"] or "")[:1].casefold()
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise RowError("bad_date", "an hour is none of the twelve of half a day")
    return hour % 12 + (12 if half == "p" else 0)


def _in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)
