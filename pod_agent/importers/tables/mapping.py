"""What the columns of a table mean: which kind of record a row is, and which column holds which of its fields.

A mapping is proposed by ``columns``, confirmed by the person, kept in the pod and used again for every table with the
same columns. It names columns and fields only: no path, no address of a database and no value of the person's.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from pod_agent.errors import UsageError
from vocab.measures import MEASURES
from vocab.records import Medium

__all__ = ["TARGETS", "ColumnMapping", "Target", "fold_name", "from_toml", "header_of", "to_toml"]

SIMILAR: Final = 0.8
"""Share of all names that a table must have in common with its mapping: exports gain a column now and then."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of record that rows can become: the fields it must have, one of each group, and those it may have.

    ``constants`` are fields that the person may give once for all rows instead of a column.
    """

    required: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """Every field that a column can hold."""
        return frozenset((*(name for group in self.required for name in group), *self.optional, "id"))


_ORDERED: Final = ("status", "currency", "shop")

TARGETS: Final[dict[str, Target]] = {
    "transaction": Target(
        required=(("date",), ("amount", "debit", "credit")),
        optional=(
            *("description", "currency", "account", "value_date", "direction"),
            *("counterparty", "category", "mcc", "reference"),
        ),
        constants=("currency", "account", "description"),
    ),
    "order": Target(
        required=(("date",), ("number",), ("total",)),
        optional=(*_ORDERED, "shipping", "discount", "paid_with"),
        constants=("currency", "shop"),
    ),
    "order-line": Target(
        required=(("date",), ("product",), ("total", "unit_price")),
        optional=("number", *_ORDERED, "quantity", "unit_price", "order_total", "brand", "gtin", "sku", "section"),
        constants=("currency", "shop"),
    ),
    "listen": Target(
        required=(("date",), ("title",)), optional=("artist", "album", "played", "url"), constants=("medium",)
    ),
    "view": Target(required=(("date",), ("title", "url")), optional=("title", "url", "channel")),
    "search": Target(required=(("date",), ("text",))),
    "daily-measure": Target(
        required=(("date",), ("value", *MEASURES)),
        optional=("measure", "recorder"),
        constants=("measure", "recorder"),
    ),
    "measurement": Target(
        required=(("date",), ("value", *MEASURES)),
        optional=("measure", "recorder"),
        constants=("measure", "recorder"),
    ),
    "sleep": Target(
        required=(("date",), ("end", "asleep")),
        optional=("asleep", "awake", "deep", "light", "rem", "score", "recorder"),
        constants=("recorder",),
    ),
    "workout": Target(
        required=(("date",), ("activity",), ("duration", "end")),
        optional=("distance", "energy_burned", "steps", "heart_rate", "recorder"),
        constants=("activity", "recorder"),
    ),
}
"""The kinds of records that tables can become."""

_NAME: Final = re.compile("[a-z0-9][a-z0-9-]{0,39}")
_CONSTANT_CHECKS: Final[dict[str, re.Pattern[str]]] = {
    "currency": re.compile("[A-Z]{3}"),
    "medium": re.compile("|".join(Medium)),
    "measure": re.compile("|".join(MEASURES)),
}


class ColumnMapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the rows of one table become records.

    ``columns`` names the column of each field, ``constants`` the value of fields that no column holds, ``units`` the
    unit of a column's numbers where it is not the vocabulary's own. ``header`` are the folded names of all columns:
    by them a later table is recognised. ``order`` is the order of day, month and year in dates of numbers, ``decimal``
    the decimal mark, ``spend`` the sign of money that goes out, ``zone`` that of times without one, ``""`` the
    person's. A column for ``id`` tells rows apart instead of their values.
    """

    name: str
    target: str
    columns: dict[str, str]
    constants: dict[str, str] = {}
    units: dict[str, str] = {}
    header: tuple[str, ...] = ()
    order: Literal["dmy", "mdy", "ymd"] = "ymd"
    decimal: Literal[".", ","] = "."
    spend: Literal["negative", "positive"] = "negative"
    zone: str = ""

    def likeness(self, names: Sequence[str]) -> float:
        """How like a table with these columns is to the one this mapping was made for, from 0 to 1.

        0 where a column that the mapping needs is missing or there twice.
        """
        folded = [fold_name(name) for name in names]
        needed = {fold_name(name) for name in self.columns.values()}
        if any(folded.count(name) != 1 for name in needed):
            return 0.0
        there, known = set(folded), set(self.header)
        likeness = len(there & known) / max(len(there | known), 1)
        return likeness if likeness >= SIMILAR else 0.0

    def check(self) -> ColumnMapping:
        """The mapping itself; UsageError, which says what to add, where rows cannot become records by it."""
        if not _NAME.fullmatch(self.name):
            raise UsageError("a mapping's name is made of small letters, digits and dashes, at most 40")
        if self.target not in TARGETS:
            raise UsageError(f"there is no type {self.target!r}; there are {', '.join(TARGETS)}")
        target = TARGETS[self.target]
        self._check_fields(target)
        for name, value in self.constants.items():
            check = _CONSTANT_CHECKS.get(name)
            if not value.strip() or (check and not check.fullmatch(value)):
                raise UsageError(f"{value!r} cannot be a {name}")
        if self.zone:
            try:
                ZoneInfo(self.zone)
            except (ZoneInfoNotFoundError, ValueError) as error:
                raise UsageError(f"there is no time zone {self.zone!r}") from error
        return self

    def _check_fields(self, target: Target) -> None:
        unknown = {*self.columns, *self.constants} - target.fields - set(target.constants)
        if unknown:
            raise UsageError(
                f"a {self.target} has no field {min(unknown)!r}; it has {', '.join(sorted(target.fields))}"
            )
        given = {*self.columns, *self.constants}
        for group in target.required:
            if not given & set(group):
                raise UsageError(
                    f"no column is known to hold the {' or '.join(group[:3])} of a {self.target}",
                    hint=f"Name it: --set {group[0]}=COLUMN",
                )
        money = self.target in {"transaction", "order", "order-line"}
        if money and "currency" not in given:
            raise UsageError("no column says the currency", hint="Say it: --constant currency=SGD")
        if "value" in self.columns and "measure" not in given:
            raise UsageError("no column says what the value measures", hint="Say it: --constant measure=weight")


def fold_name(name: str) -> str:
    """A column's name as names are compared: without case, accents of writing width, and runs of white space."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split()).strip("\ufeff ")


def header_of(names: Iterable[str]) -> tuple[str, ...]:
    """The folded names of all columns, in order, each once: the fingerprint of a table."""
    return tuple(sorted({fold_name(name) for name in names}))


def to_toml(mapping: ColumnMapping) -> str:
    """The mapping as a TOML file; ``from_toml`` reads it back."""
    values: dict[str, Any] = msgspec.to_builtins(mapping)
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    lines = [f"{name} = {_toml(value)}" for name, value in values.items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_toml(key)} = {_toml(value)}" for key, value in sorted(table.items()))]
    return "\n".join(lines) + "\n"


def from_toml(text: str) -> ColumnMapping:
    """The mapping that a TOML file holds; UsageError where it holds none."""
    try:
        return msgspec.convert(tomllib.loads(text), ColumnMapping).check()
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"the file holds no mapping: {error}") from error


def _toml(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
