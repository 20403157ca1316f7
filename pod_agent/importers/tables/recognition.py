"""What the columns of a table most likely mean: a mapping to look at, with how sure each field is.

A regression learns from made-up columns (``corpus``) when it is first asked, in about a second; it
knows names in eleven languages by their letters, and values by their shapes. Nothing is sent and nothing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from pod_agent.errors import UsageError
from pod_agent.importers.notation import day_order
from pod_agent.importers.tables.cells import is_empty
from pod_agent.importers.tables.corpus import examples
from pod_agent.importers.tables.features import features
from pod_agent.importers.tables.mapping import TARGETS, ColumnMapping, header_of
from pod_agent.importers.tables.words import WORDS

__all__ = ["Model", "Proposal", "propose"]

ALSO: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "transaction": {"description": ("product", "title"), "amount": ("total", "value"), "reference": ("id",)},
    "order": {"total": ("amount",), "number": ("id",)},
    "order-line": {"total": ("amount",), "product": ("description", "title")},
    "view": {"channel": ("artist",)},
    "listen": {"played": ("duration",), "artist": ("channel",)},
    "workout": {"energy_burned": (), "duration": ("played",)},
    "sleep": {"asleep": ("duration",)},
}
"""Meanings that a field of a type may go by beside its own."""

RIDGE: Final = 1.0
SHARPNESS: Final = 8.0

LEAST: Final = 0.15
"""A field less sure than this is left to the person."""

UNIT: Final = re.compile(r"[\[(]?\b(km|mi|miles|lbs?|kj|cm|ms|min|minutes|hours?|h|sec|s)\b[\])]?\s*$", re.IGNORECASE)
UNITS: Final = {"miles": "mi", "lbs": "lb", "minutes": "min", "hour": "h", "hours": "h", "sec": "s"}
CURRENCY: Final = re.compile(r"\b(EUR|USD|SGD|GBP|CHF|MYR|IDR|JPY|CNY|AUD|HKD|INR|BRL|TWD|CAD|KRW)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A mapping, how sure each of its fields is (0 to 1), and what is missing before it can be used, if anything."""

    mapping: ColumnMapping
    confidence: Mapping[str, float]
    missing: str | None = None


class Model:
    """Tells the meaning of columns; ``words`` are the names it learns from.

    One ridge regression a meaning, solved at once; the regressions' values are turned into chances that add up to one.
    """

    def __init__(self, words: Mapping[str, Mapping[str, Sequence[str]]] = WORDS) -> None:
        made = list(examples(words))
        self.meanings: tuple[str, ...] = tuple(sorted(words))
        index = {meaning: place for place, meaning in enumerate(self.meanings)}
        seen = _matrix([(each.name, each.cells) for each in made])
        wanted = np.zeros((len(made), len(self.meanings)))
        wanted[range(len(made)), [index[each.meaning] for each in made]] = 1.0
        square = seen.T @ seen + RIDGE * np.eye(seen.shape[1])
        self._weights = np.linalg.solve(square, seen.T @ wanted)

    def meaning(self, columns: Sequence[tuple[str, Sequence[object]]]) -> NDArray[np.float64]:
        """The chance of each meaning, a row for each column."""
        sums = SHARPNESS * (_matrix(columns) @ self._weights)
        powers = np.exp(sums - sums.max(axis=1, keepdims=True))
        chances: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
        return chances


def _matrix(columns: Sequence[tuple[str, Sequence[object]]]) -> NDArray[np.float64]:
    seen = np.array([features(*each) for each in columns])
    return np.hstack([seen, np.ones((len(seen), 1))])


@lru_cache(maxsize=1)
def _model() -> Model:
    return Model()


def propose(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], target: str | None = None) -> Proposal:
    """The likeliest mapping of a table with these first rows; ``target`` where the person says the type."""
    cells = [[row[place] if place < len(row) else None for row in rows] for place in range(len(columns))]
    model = _model()
    chances = model.meaning(list(zip(columns, cells, strict=True)))
    found = {each: _assigned(each, chances, model.meanings) for each in ([target] if target else TARGETS)}
    best = max(found, key=lambda each: _score(each, found[each]))
    fields = {field: columns[place] for field, (place, _) in found[best].items()}
    told = {columns[place]: cells[place] for _, (place, _) in found[best].items()}
    mapping = ColumnMapping(
        name=name,
        target=best,
        columns=fields,
        constants=_constants(fields, columns, cells),
        units=_units(fields),
        header=header_of(columns),
        order=_order([told[fields[field]] for field in ("date", "value_date", "end") if field in fields]),
        decimal=_decimal([told[column] for field, column in fields.items() if field not in {"date", "end"}]),
        spend=_spend(told.get(fields.get("amount", ""), [])),
    )
    missing = None
    try:
        mapping.check()
    except UsageError as error:
        missing = str(error)
    return Proposal(mapping=mapping, confidence={f: round(p, 3) for f, (_, p) in found[best].items()}, missing=missing)


def _assigned(target: str, chances: NDArray[np.float64], meanings: Sequence[str]) -> dict[str, tuple[int, float]]:
    """The column and chance of each field: the surest pairs first, each column and field once."""
    index = {meaning: place for place, meaning in enumerate(meanings)}
    also = ALSO.get(target, {})
    pairs = []
    for field in TARGETS[target].fields:
        known = [index[each] for each in (field, *also.get(field, ())) if each in index]
        if known:
            sums = chances[:, known].sum(axis=1)
            pairs += [(float(chance), field, place) for place, chance in enumerate(sums) if chance >= LEAST]
    assigned: dict[str, tuple[int, float]] = {}
    taken: set[int] = set()
    for chance, field, place in sorted(pairs, reverse=True):
        if field not in assigned and place not in taken:
            assigned[field] = (place, chance)
            taken.add(place)
    if "amount" in assigned and {"debit", "credit"} <= set(assigned):
        del assigned["amount"]
    return assigned


def _score(target: str, assigned: Mapping[str, tuple[int, float]]) -> float:
    """How well a type fits: what it must have counts most, then how many columns it explains."""
    required = [
        max((assigned[f][1] for f in group if f in assigned), default=-1.0) for group in TARGETS[target].required
    ]
    return 2 * sum(required) / len(required) + 0.25 * sum(chance for _, chance in assigned.values())


def _order(columns: Sequence[Sequence[object]]) -> Literal["dmy", "mdy", "ymd"]:
    """The order of day and month that the dates prove; day first where they prove none."""
    texts = [cell.strip() for cells in columns for cell in cells if isinstance(cell, str)]
    proofs = [proof for text in texts if (proof := day_order(text))]
    if not proofs:
        return "ymd"
    return "mdy" if proofs.count("mdy") > proofs.count("dmy") else "dmy"


def _decimal(columns: Sequence[Sequence[object]]) -> Literal[".", ","]:
    texts = [cell for cells in columns for cell in cells if isinstance(cell, str)]
    commas = sum(re.search(r"\d,\d{1,2}$", text.strip()) is not None for text in texts)
    dots = sum(re.search(r"\d\.\d{1,2}$", text.strip()) is not None for text in texts)
    return "," if commas > dots else "."


def _spend(cells: Sequence[object]) -> Literal["negative", "positive"]:
    """Which sign money out has: where most amounts have none, the table lists what was spent."""
    told = [str(cell).strip() for cell in cells if not is_empty(cell)]
    signed = sum(text.startswith(("-", "(", "\u2212")) or text.endswith("-") for text in told)
    return "positive" if told and signed * 3 < len(told) and len(told) > 3 else "negative"


def _constants(fields: Mapping[str, str], columns: Sequence[str], cells: Sequence[Sequence[object]]) -> dict[str, str]:
    """The currency, where a column's name or an amount tells it."""
    if "currency" in fields:
        return {}
    amounts = [str(cell) for column in cells for cell in column[:5] if isinstance(cell, str) and len(cell) < 20]
    found = {code for text in [*columns, *amounts] for code in CURRENCY.findall(text)}
    money = {"amount", "debit", "credit", "total", "unit_price"} & set(fields)
    return {"currency": found.pop()} if money and len(found) == 1 else {}


def _units(fields: Mapping[str, str]) -> dict[str, str]:
    found = {field: match[1].casefold() for field, column in fields.items() if (match := UNIT.search(column))}
    return {field: UNITS.get(unit, unit) for field, unit in found.items() if field != "date"}
