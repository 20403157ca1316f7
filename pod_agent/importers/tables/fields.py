"""One row seen by a mapping: its fields by name, as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from pod_agent.importers.faults import RowError
from pod_agent.importers.notation import Amount
from pod_agent.importers.tables.cells import (
    amount_of,
    day_of,
    is_empty,
    moment_of,
    number_of,
    seconds_of,
    text_of,
)
from pod_agent.importers.tables.mapping import ColumnMapping, fold_name
from vocab.records import Occurrences, Provenance

__all__ = ["Cells"]

FACTORS = {
    "km": Decimal(1000),
    "mi": Decimal("1609.344"),
    "ft": Decimal("0.3048"),
    "lb": Decimal("0.45359237"),
    "st": Decimal("6.35029318"),
    "kj": 1 / Decimal("4.184"),
    "cm": Decimal("0.01"),
    "in": Decimal("0.0254"),
    "l": Decimal(1000),
    "mg/dl": 1 / Decimal("18.0182"),
    "h": Decimal(60),
    "share": Decimal(100),
}
"""What turns a unit of a column into the vocabulary's own of its measure."""

PLACES = Decimal("0.001")
FURTHER = ("mcc", "category", "reference", "id", "counterparty", "value_date")
"""Fields that only some tables tell of a payment."""


T = TypeVar("T")
MOST = 8_192
LONG = 200


class _Known(dict[str, T]):
    """What the texts of one column mean: days, amounts and names come again, so each is read once while it is kept.

    Only texts are kept: to a dict 1, 1.0 and True are the same, to a table they are not.
    """

    __slots__ = ("_empty", "_field", "_place", "_read")

    def __init__(self, field: str, place: int, read: Callable[[object], T], empty: T) -> None:
        super().__init__()
        self._field, self._place, self._read, self._empty = field, place, read, empty

    def of(self, row: Sequence[object]) -> T:
        """What the column's cell in a row means, ``empty`` where it says nothing; RowError where it means nothing."""
        cell = row[self._place]
        return self[cell] if type(cell) is str else self._meaning(cell)

    def __missing__(self, text: str) -> T:
        meaning = self._meaning(text)
        if len(text) <= LONG:
            if len(self) >= MOST:
                self.clear()
            self[text] = meaning
        return meaning

    def _meaning(self, cell: object) -> T:
        if is_empty(cell):
            return self._empty
        try:
            return self._read(cell)
        except RowError as error:
            raise RowError(error.code, str(error), self._field) from error


class Cells:
    """The row that is being read; where each field stands and how its values are written stay the same for a table."""

    def __init__(self, mapping: ColumnMapping, columns: Sequence[str], zone: ZoneInfo) -> None:
        index = {fold_name(name): place for place, name in reversed(list(enumerate(columns)))}
        self._place = {field: index[fold_name(name)] for field, name in mapping.columns.items()}
        self._names = mapping.columns
        self.places = tuple(sorted(set(self._place.values())))
        self.width = max(self.places, default=-1) + 1
        self.mapping = mapping
        self.constants = mapping.constants
        self.source = mapping.name
        self.zone = zone
        self.row: Sequence[object] = ()
        self.provenance: Provenance = Provenance(file="", member=None, line=0)
        self.seen = Occurrences()
        self.outer_key: tuple[str, ...] | None = None
        self.cut = 0
        self.last_order = ""
        self.is_bare = mapping.columns.keys().isdisjoint(FURTHER)
        order, decimal, constants = mapping.order, mapping.decimal, mapping.constants

        def start(cell: object) -> datetime:
            at = moment_of(cell, order, zone)[0]
            return datetime(at.year, at.month, at.day, tzinfo=zone)

        self._texts = {field: _Known(field, at, text_of, constants.get(field, "")) for field, at in self._place.items()}
        self._moments = self._known(lambda cell: moment_of(cell, order, zone))
        self._starts = self._known(start)
        self._days = self._known(lambda cell: day_of(cell, order, zone))
        self._amounts = self._known(lambda cell: amount_of(cell, decimal))

    def _known(self, read: Callable[[object], T]) -> dict[str, _Known[T | None]]:
        return {field: _Known(field, place, read, None) for field, place in self._place.items()}

    def has(self, field: str) -> bool:
        """Whether a column holds this field."""
        return field in self._place

    def cell(self, field: str) -> object:
        """The cell of a field, None where it says nothing."""
        place = self._place.get(field)
        if place is None:
            return None
        cell = self.row[place]
        return None if is_empty(cell) else cell

    def name_of(self, field: str | None) -> str | None:
        """The column of a field, for people."""
        return None if field is None else self._names.get(field, field)

    def key(self, *values: str) -> tuple[str, ...]:
        """What tells this row apart: its id column, the place it came from, or its values."""
        own = self.cell("id")
        if own is not None:
            return ("id", text_of(own))
        return self.outer_key or values

    def text(self, field: str, *, needed: bool = False) -> str:
        """A text, or the constant given for the field, or ``""``."""
        known = self._texts.get(field)
        text = self.constants.get(field, "") if known is None else known.of(self.row)
        if needed and not text:
            raise RowError(f"no_{field}", f"the row has no {field}", field)
        return text

    def moment(self, field: str) -> tuple[datetime, bool]:
        """A time, and whether it says a time of day."""
        known = self._moments.get(field)
        found = known.of(self.row) if known is not None else None
        if found is None:
            raise RowError("no_date", "the row has no date", field)
        return found

    def start_of_day(self, field: str) -> datetime:
        """The start of the day that a time is of."""
        known = self._starts.get(field)
        found = known.of(self.row) if known is not None else None
        if found is None:
            raise RowError("no_date", "the row has no date", field)
        return found

    def day(self, field: str) -> date | None:
        """A day, None where the cell is empty."""
        known = self._days.get(field)
        return None if known is None else known.of(self.row)

    def amount(self, field: str) -> Amount | None:
        """A sum of money, None where the cell is empty."""
        known = self._amounts.get(field)
        return None if known is None else known.of(self.row)

    def number(self, field: str) -> Decimal | None:
        """A number in the vocabulary's unit, None where the cell is empty."""
        cell = self.cell(field)
        if cell is None:
            return None
        try:
            number = number_of(cell, self.mapping.decimal)
        except RowError as error:
            raise RowError(error.code, str(error), field) from error
        factor = FACTORS.get(self.mapping.units.get(field, ""))
        return number if factor is None else (number * factor).quantize(PLACES)

    def whole(self, field: str) -> int | None:
        """A number rounded to a whole one."""
        number = self.number(field)
        return None if number is None else round(number)

    def seconds(self, field: str, unit: str) -> Decimal | None:
        """A length of time in seconds; ``unit`` is that of plain numbers where the mapping names none."""
        cell = self.cell(field)
        try:
            told = self.mapping.units.get(field, unit)
            return None if cell is None else seconds_of(cell, self.mapping.decimal, told)
        except RowError as error:
            raise RowError(error.code, str(error), field) from error

    def milliseconds(self, field: str) -> int:
        """A length of time in thousandths of a second; 0 where the row says none."""
        return round((self.seconds(field, "ms") or Decimal(0)) * 1000)

    def minutes(self, field: str) -> int | None:
        """A length of time in whole minutes."""
        seconds = self.seconds(field, "min")
        return None if seconds is None else round(seconds / 60)

    def after(self, start: datetime, seconds: int) -> datetime:
        """The time so many seconds after another."""
        try:
            return start + timedelta(seconds=seconds)
        except OverflowError as error:
            raise RowError("bad_duration", "a length of time is out of range") from error
