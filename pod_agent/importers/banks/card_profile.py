"""What one issuer's table looks like, told by a TOML file in ``profiles/``: docs/how-to/add-a-card-issuer.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

from pod_agent.importers.reading import fold

__all__ = ["Header", "Profile", "load", "profiles"]

CURRENCY = re.compile(r"(?<![\s(\[])[\s(\[]*+\b(?P<code>[A-Z]{3})\b[)\]]?$")
CODES = frozenset("AUD CAD CHF CNY DKK EUR GBP HKD IDR INR JPY KRW MYR NOK NZD PHP SEK SGD THB TWD USD VND".split())

Name = str | int
"""The name of a column as the header writes it, in any case; a number (from 1) where there is no header."""


class Recognise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a table is known: all of ``header``, or rows that look like ``shape``; never with one of ``never``."""

    header: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()
    preamble: str = ""
    never: tuple[str, ...] = ()
    confidence: float = 0.9


class AccountCells(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the account's name and number stand: beside these cells of the preamble, or in a column."""

    beside: tuple[str, ...] = ()
    product_beside: tuple[str, ...] = ()
    balance_beside: tuple[str, ...] = ()
    column: Name | None = None
    product: str = ""


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The names each field may have; all columns of a description that are there are joined."""

    date: tuple[Name, ...]
    description: tuple[Name, ...]
    otherwise: tuple[Name, ...] = ()
    value_date: tuple[Name, ...] = ()
    amount: tuple[Name, ...] = ()
    debit: tuple[Name, ...] = ()
    credit: tuple[Name, ...] = ()
    currency: tuple[Name, ...] = ()
    original_amount: tuple[Name, ...] = ()
    original_currency: tuple[Name, ...] = ()
    status: tuple[Name, ...] = ()
    direction: tuple[Name, ...] = ()
    mcc: tuple[Name, ...] = ()
    hint: tuple[Name, ...] = ()
    reference: tuple[Name, ...] = ()
    account: tuple[Name, ...] = ()


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How values read.

    ``spend`` says how money out is written in ``amount``: ``negative``, ``positive``, or ``signed``: negative, and a
    file without any sign is refused. ``text`` splits the description into named groups of other fields.
    """

    order: Literal["dmy", "mdy", "ymd", "told"] = "dmy"
    decimal: Literal[".", ",", "auto"] = "."
    spend: Literal["negative", "positive", "signed"] = "negative"
    text: str = ""
    pending: tuple[str, ...] = ("pending",)
    left_out: tuple[str, ...] = ()
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One issuer's table."""

    name: str
    title: str
    source: str
    columns: Columns
    card: bool = True
    format: Literal["csv", "xls"] = "csv"
    zone: str = ""
    currency: str = ""
    recognise: Recognise = Recognise()
    account: AccountCells = AccountCells()
    rules: Rules = Rules()

    def may_fit(self, text: str) -> bool:
        """False where a text (casefolded) surely holds no table of this profile: cheaper than to look at its cells."""
        if self.recognise.shape:
            return text[:4].strip("\ufeff\"' ")[:1].isdigit()
        has_words = all(word in text for word in self._words)
        return has_words and all(any(name in text for name in names) for names in self._needed)

    def header(self, cells: Sequence[str]) -> Header | None:
        """The columns of this row of cells, if it is the header that the profile expects."""
        keys = {key for cell in cells for key in _keys(cell)}
        wanted = self.recognise
        if not self._words <= keys or wanted.shape or any(name.casefold() in keys for name in wanted.never):
            return None
        header = Header(places=self._places(cells), currency=_currency(cells), names=tuple(map(fold, cells)))
        return header if header.is_whole else None

    @cached_property
    def without_header(self) -> Header:
        """The columns of a table that has no header, by their numbers."""
        return Header(places=self._places([]), currency="", names=())

    def fits_shape(self, cells: Sequence[str]) -> bool:
        """True where the cells of a row look as the profile says, for tables without a header."""
        shape = self._shape
        return len(shape) == len(cells) and all(each.fullmatch(cell) for each, cell in zip(shape, cells, strict=True))

    @cached_property
    def text(self) -> re.Pattern[str] | None:
        """What splits a description, if anything does."""
        return re.compile(self.rules.text, re.DOTALL) if self.rules.text else None

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word.casefold() for word in self.recognise.header)

    @cached_property
    def _needed(self) -> tuple[tuple[str, ...], ...]:
        """The names of the columns that a table must have, casefolded."""
        columns = self.columns
        wanted = (columns.date, columns.description, (*columns.amount, *columns.debit))
        return tuple(tuple(str(name).casefold() for name in names) for names in wanted)

    @cached_property
    def _shape(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(each, re.DOTALL) for each in self.recognise.shape)

    def _places(self, cells: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
        by_key: dict[str, int] = {}
        for index, cell in enumerate(cells):
            for key in _keys(cell):
                by_key.setdefault(key, index)
        return {
            field: tuple(dict.fromkeys(place for name in names if (place := _place(name, by_key)) is not None))
            for field, names in msgspec.structs.asdict(self.columns).items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Where each field stands in a row, and the currency that the header names, if any."""

    places: Mapping[str, tuple[int, ...]]
    currency: str
    names: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """True where there is a day, a text and an amount."""
        places = self.places
        has_amount = places["amount"] or (places["debit"] and places["credit"])
        return bool(places["date"] and places["description"] and has_amount)

    def value(self, field: str, cells: Sequence[str]) -> str:
        """What the row says of a field: its columns joined by a space."""
        places = self.places[field]
        if len(places) == 1:
            return cells[places[0]]
        return " ".join(dict.fromkeys(cells[place] for place in places if cells[place]))

    def first(self, field: str, cells: Sequence[str]) -> str:
        """The first of a field's columns that says something; ``cells`` has at least ``width`` of them."""
        for place in self.places[field]:
            if cells[place]:
                return cells[place]
        return ""

    @property
    def width(self) -> int:
        """How many cells a row needs to have; those missing at its end are empty."""
        return max((place for places in self.places.values() for place in places), default=-1) + 1

    def name(self, field: str) -> str:
        """The column's own name, for people."""
        places = self.places.get(field, ())
        if places and places[0] < len(self.names):
            return self.names[places[0]]
        return f"column {places[0] + 1}" if places else field


@lru_cache(maxsize=1)
def profiles() -> tuple[Profile, ...]:
    """Every profile that comes with the agent, in the order of their names."""
    folder = files("pod_agent.importers.banks") / "profiles"
    entries = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(load(entry.read_text(encoding="utf-8")) for entry in entries)


def load(text: str) -> Profile:
    """The profile that a TOML file holds; ValueError where it is none."""
    return msgspec.convert(tomllib.loads(text), Profile)


def _keys(cell: str) -> tuple[str, ...]:
    """What a header cell may be called: as it is, and without the currency at its end."""
    name = fold(cell).strip(" \ufeff:*")
    bare = CURRENCY.sub("", name)
    return (name.casefold(),) if bare in {name, ""} else (name.casefold(), bare.casefold())


def _currency(cells: Sequence[str]) -> str:
    found = {match["code"] for cell in cells if (match := CURRENCY.search(fold(cell)))} & CODES
    return found.pop() if len(found) == 1 else ""


def _place(name: Name, by_key: Mapping[str, int]) -> int | None:
    return name - 1 if isinstance(name, int) else by_key.get(name.casefold())
