"""Filters and periods as SQL conditions with bound parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pod_agent.index.kinds import path_of, words
from pod_agent.index.measures import CALENDAR, TERMS, column_of
from vocab.errors import VocabularyError
from vocab.query import Filter

__all__ = ["WEEKDAYS", "Condition", "condition", "period_condition"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COMPARISONS = {"eq": "=", "ne": "<>", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
TEXTS = frozenset[str]().union(*TERMS.values())
ORDERED = frozenset({"day", "week", "month", "quarter", "year", "hour", "amount"})
NEGATED = frozenset({"ne", "not_in"})
YES = {"1": 1, "true": 1, "yes": 1, "weekend": 1, "0": 0, "false": 0, "no": 0, "weekday": 0}


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of a WHERE clause."""

    text: str
    parameters: tuple[str | int | float, ...]


def period_condition(period: tuple[date, date] | None, *, rollup: bool) -> Condition | None:
    """Rows whose local day lies in the period, both ends included."""
    if period is None:
        return None
    first, last = period
    if rollup:
        return Condition("t.month BETWEEN ? AND ?", (first.replace(day=1).toordinal(), last.toordinal()))
    return Condition("t.day BETWEEN ? AND ?", (first.toordinal(), last.toordinal()))


def condition(item: Filter, table: str) -> Condition:
    """One filter; VocabularyError where the operator or the value does not fit the field."""
    if item.op == "contains" and item.field not in TEXTS:
        raise VocabularyError(f"contains looks into texts: {item.field} is none")
    if item.op in {"gt", "ge", "lt", "le", "between"} and item.field not in ORDERED:
        raise VocabularyError(f"{item.field} has no order: {item.op} cannot compare it")
    values = item.value if isinstance(item.value, tuple) else (item.value,)
    if item.field in TERMS[table]:
        return _term(item, tuple(_text(item.field, value).casefold() for value in values))
    column, bound = _plain(item.field, values)
    return _comparison(column, item.op, bound)


def _term(item: Filter, values: tuple[str, ...]) -> Condition:
    """Texts compare without regard to case; a song is named by its title or by ``Title - Artist``."""
    if item.field == "product" and item.op == "contains":
        return _words(values[0])
    if item.field == "section":
        return _section(item, values)
    if item.op == "contains":
        chosen, parameters = "instr(folded, ?) > 0", values
    else:
        chosen, parameters = f"folded IN ({', '.join('?' * len(values))})", values
    fields = ("t.track", "t.title") if item.field == "track" else (column_of(item.field),)
    return _chosen(fields, chosen, parameters, negated=item.op in NEGATED)


def _words(value: str) -> Condition:
    """Every word of the value is the beginning of a word of the product's name."""
    found = [words(part) for part in value.split()]
    if not any(found):
        raise VocabularyError("contains looks for words in a product's name: name one")
    return Condition(" AND ".join(["instr(t.words, ?) > 0"] * len(found)), tuple(found))


def _section(item: Filter, values: tuple[str, ...]) -> Condition:
    """A section is named by any level of the shop's own category."""
    levels = [path_of((value,)) for value in values]
    if item.op == "contains":
        return _chosen(("t.path",), "instr(folded, ?) > 0", tuple(levels), negated=False)
    held = " OR ".join(["instr(char(10) || folded || char(10), ?) > 0"] * len(levels)) or "0"
    return _chosen(("t.path",), held, tuple(f"\n{level}\n" for level in levels), negated=item.op in NEGATED)


def _chosen(fields: tuple[str, ...], chosen: str, parameters: tuple[str, ...], *, negated: bool) -> Condition:
    found = " OR ".join(f"{name} IN (SELECT id FROM term WHERE {chosen})" for name in fields)  # noqa: S608 (closed)
    bound = parameters * len(fields)
    return Condition(f"coalesce(NOT ({found}), 1)" if negated else f"({found})", bound)


def _plain(field: str, values: tuple[Any, ...]) -> tuple[str, tuple[str | int | float, ...]]:
    if field == "amount":
        return "-t.minor", tuple(_minor(value) for value in values)
    if field == "hour":
        return "t.hour", tuple(_hour(value) for value in values)
    if field == "kind":
        return "t.kind", tuple(_text(field, value).casefold() for value in values)
    if field == "weekday":
        return CALENDAR[field], tuple(_weekday(value) for value in values)
    if field == "weekend":
        return CALENDAR[field], tuple(_weekend(value) for value in values)
    return CALENDAR[field], tuple(_label(field, value) for value in values)


def _comparison(column: str, operator: str, values: tuple[str | int | float, ...]) -> Condition:
    if operator == "between":
        return Condition(f"{column} BETWEEN ? AND ?", values)
    if operator in {"in", "not_in"}:
        negated = "NOT " if operator == "not_in" else ""
        return Condition(f"{column} {negated}IN ({', '.join('?' * len(values))})", values)
    return Condition(f"{column} {COMPARISONS[operator]} ?", values)


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise VocabularyError(f"{field} is compared with a text, not with {value!r}")
    return value


def _label(field: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise VocabularyError(f"{field} is compared with a text such as 2026-01, not with {value!r}")
    return str(value).upper()


def _minor(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise VocabularyError(f"amount is compared with a number, not with {value!r}")
    scaled = Decimal(str(value)) * 100
    return int(scaled) if scaled == scaled.to_integral_value() and abs(scaled) < 2**62 else float(scaled)


def _hour(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise VocabularyError(f"hour is compared with a whole number from 0 to 23, not with {value!r}")
    return value


def _weekday(value: object) -> int:
    names = [name.casefold() for name in WEEKDAYS]
    if not isinstance(value, str) or value.casefold() not in names:
        raise VocabularyError(f"{value!r} is not a weekday", hint=f"One of: {', '.join(WEEKDAYS)}.")
    return names.index(value.casefold())


def _weekend(value: object) -> int:
    name = str(value).casefold()
    if name not in YES:
        raise VocabularyError("weekend is compared with weekend or weekday")
    return YES[name]
