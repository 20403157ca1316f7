"""Records as rows of tables that a spreadsheet opens, and texts that stay texts there.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end is run as a formula by spreadsheets, and texts
of statements and shops come from strangers. Such a text gets a ``'`` before it, as OWASP advises (CSV Injection); so
does one that begins with ``'`` before such a sign, so that taking one ``'`` away always gives the text back. Numbers,
days and times are ours and stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from msgspec.structs import fields

from vocab.records import IRI, UNDATED, Money, Record
from vocab.turtle import decimal

__all__ = ["RecordTable", "defused", "undefused"]

_FORMULA: Final = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_FIRST: Final = ("date", "time")
_LAST: Final = ("source", "provisional", "iri", "file", "member", "file_line")
_APART: Final = frozenset({"iri", "source", "at", "provenance", "provisional", "edition"})


def defused(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def undefused(cell: str) -> str:
    """The text that a cell stands for."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell[1:]) else cell


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    annotation: Any

    @property
    def is_money(self) -> bool:
        return self.annotation is Money or Money in get_args(self.annotation)

    @property
    def is_record(self) -> bool:
        return self.annotation is IRI or IRI in get_args(self.annotation)

    @property
    def headers(self) -> tuple[str, ...]:
        if not self.is_money:
            return (self.name,)
        return (self.name, "currency" if self.name == "amount" else f"{self.name}_currency")


class RecordTable:
    """Columns and rows for one kind of record.

    Money is in units with as many decimals as the currency has, its currency beside it; times are local with their
    offset: those in UTC in ``zone``, others as their source says. What is not known is an empty cell.
    """

    def __init__(self, kind: type[Record], zone: ZoneInfo) -> None:
        self._zone = zone
        self._columns = [_Column(item.name, item.type) for item in fields(kind) if item.name not in _APART]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [*_FIRST, *(name for column in self._columns for name in column.headers), *_LAST]

    def row(self, record: Record, root: str) -> list[str]:
        """The cells of a record; ``root`` is put before its IRI."""
        dated = record.at != UNDATED
        local = self._local(record.at)
        cells = [local.date().isoformat(), local.isoformat()] if dated else ["", ""]
        for column in self._columns:
            value = getattr(record, column.name)
            if column.is_money:
                cells += _money(value)
            else:
                cells.append(root + value if column.is_record and value else self._cell(value))
        place = record.provenance
        told = (place.file, place.member or "", str(place.line)) if place else ("", "", "")
        return [*cells, record.source, _said(record.provisional), root + record.iri, *map(defused, told)]

    def _cell(self, value: object) -> str:
        for kind, said in _SAID.items():
            if isinstance(value, kind):
                return said(value)
        if isinstance(value, datetime):
            return self._local(value).isoformat()
        return value.isoformat() if isinstance(value, date) else defused(str(value))

    def _local(self, at: datetime) -> datetime:
        return at if at.utcoffset() else at.astimezone(self._zone)


def _said(value: bool) -> str:  # noqa: FBT001 - a cell
    return "true" if value else "false"


_SAID: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "",
    bool: _said,
    Enum: lambda value: str(value.value),
    Decimal: lambda value: f"{value:f}",
    int: str,
    float: str,
    tuple: lambda value: defused(" > ".join(value)),
}
"""By kind of value, the first that fits."""


def _money(value: Money | None) -> list[str]:
    return ["", ""] if value is None else [decimal(value), value.currency]
