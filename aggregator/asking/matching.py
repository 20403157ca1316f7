"""Which releases a reading fits, and the cell of each that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from aggregator.asking.holdings import Held, Holdings
from aggregator.asking.names import Mention
from aggregator.asking.periods import Period, month_of
from aggregator.asking.reading import Reading
from aggregator.asking.words import ACTIVITIES
from vocab.query import Filter

__all__ = ["Match", "matches"]


@dataclass(frozen=True, slots=True)
class Match:
    """A release that fits: the labels that the question names in it, each name one entry, in order."""

    held: Held
    labels: tuple[tuple[str, str], ...]

    def by_dimension(self, dimension: str) -> list[str]:
        """The labels named of one dimension."""
        return [label for name, label in self.labels if name == dimension]

    def one(self) -> tuple[tuple[str, str], ...] | None:
        """The labels as those of one cell; None where two are of the same dimension."""
        return None if len(dict(self.labels)) < len(self.labels) else self.labels


def matches(holdings: Holdings, reading: Reading, statistics: Iterable[str]) -> list[Match]:
    """Every release of these statistics that all of the reading is true of, newest last."""
    allowed = set(statistics)
    found = (_match(held, reading) for held in holdings.held if held.release.statistic in allowed)
    fitting = [match for match in found if match is not None]
    if reading.latest:  # the newest of those that ask the same
        return list({match.held.family or match.held.release.id: match for match in fitting}.values())
    return fitting


def _match(held: Held, reading: Reading) -> Match | None:
    named = {release for ids in reading.releases for release in ids}
    if not (_is_meant(held, named) and _measured(held, reading) and _limited(held, reading, named=bool(named))):
        return None
    months, labels = _months(held, reading.periods), _resolved(held, reading.names)
    used = {pair for mention in reading.names for pair in mention}
    narrower = not named and not all(_named(condition, used) for condition in held.filters)
    if months is None or labels is None or narrower or not set(reading.dimensions) <= set(held.release.dimensions):
        return None
    return Match(held, (*months, *labels))


def _is_meant(held: Held, named: set[str]) -> bool:
    return not named or held.release.id in named


def _measured(held: Held, reading: Reading) -> bool:
    """Whether what people do in the question is what the release counts."""
    if not reading.activities:
        return True
    measures = {query.measures[0] for query in held.queries} or {held.release.measure}
    allowed = frozenset().union(*(ACTIVITIES[name] for name in reading.activities))
    return bool(measures & allowed)


def _months(held: Held, periods: tuple[Period, ...]) -> tuple[tuple[str, str], ...] | None:
    """The month cells that the periods name; none where they are the release's days; None where they do not fit."""
    held_months = {label for line in held.lines for name, label in line.labels if name == "month"}
    found = []
    for period in periods:
        label = f"{period[0]:%Y-%m}"
        if label in held_months and period == _days(label):
            found.append(("month", label))
        elif held.period != period:
            return None
    return tuple(found)


def _days(label: str) -> Period:
    first = date.fromisoformat(f"{label}-01")
    return month_of(first.year, first.month)


def _resolved(held: Held, names: tuple[Mention, ...]) -> tuple[tuple[str, str], ...] | None:
    """The cells that the names mean here, without those that are filters of the release; None where one means none."""
    pairs = {pair for line in held.lines for pair in line.labels}
    found: list[tuple[str, str]] = []
    for mention in names:
        cells = sorted(mention & pairs)
        if len(cells) == 1:
            found += [cells[0]] if cells[0] not in found else []
        elif cells or not any(_means(condition, mention) for condition in held.filters):
            return None
    return tuple(found)


def _means(condition: Filter, mention: Mention) -> bool:
    return condition.op in {"eq", "in"} and bool(_pairs(condition) & mention)


def _named(condition: Filter, used: set[tuple[str, str]]) -> bool:
    """Whether all that a condition keeps is named, so that nobody takes a part for the whole."""
    return condition.op in {"eq", "in"} and _pairs(condition) <= used


def _pairs(condition: Filter) -> frozenset[tuple[str, str]]:
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return frozenset((condition.field, str(value)) for value in values)


def _limited(held: Held, reading: Reading, *, named: bool) -> bool:
    """Whether the bounds of the question are just those of the segment; a segment that is named needs none said."""
    own = tuple(sorted((leaf.comparison, leaf.threshold) for leaf in held.leaves))
    said = tuple(sorted(reading.limits))
    return said == own or (named and not said)


def without_periods(reading: Reading) -> Reading:
    """The same reading of any days."""
    return replace(reading, periods=())
