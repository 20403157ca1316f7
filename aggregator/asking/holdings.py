"""What there is to ask about: releases with the terms of their studies, and shared models.

A release says what it asked in words; the days and filters that a question must meet stand in the study's signed terms.
Where those are not at hand, a question that names days cannot be answered from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from aggregator.releases import Release, Row
from aggregator.releasing.items import item_labels
from aggregator.releasing.rows import TWO_SIDED
from vocab.query import Filter, QuerySpec
from vocab.shared_model import SharedModel
from vocab.statistics import CentredPairs, CoPurchase, ModelUpdate, Segment
from vocab.statistics.segments import Leaf
from vocab.study import Study

__all__ = ["PAIRED", "Held", "Holdings", "Line", "Opened", "Shelf"]

Period = tuple[date, date]
PAIRED = frozenset({CoPurchase.name, CentredPairs.name})
"""Statistics whose releases say what goes together."""


class Opened(Protocol):
    """A study and how far it is."""

    @property
    def study(self) -> Study:
        """The public terms."""
        ...

    @property
    def state(self) -> str:
        """running, waiting, released or abandoned."""
        ...


class Shelf(Protocol):
    """Where studies, releases and models come from; the portal's shelf is one."""

    def studies(self) -> Sequence[Opened]:
        """Every study, newest last."""
        ...

    def releases(self) -> list[Release]:
        """All releases, newest last."""
        ...

    def models(self) -> list[SharedModel]:
        """The shared models that agents fetch."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """One published number: its labels by dimension, the row, and how many noisy cells it sums."""

    labels: tuple[tuple[str, str], ...]
    row: Row
    cells: int = 1


@dataclass(frozen=True)
class Held:
    """One release, and the terms of its study where they are at hand."""

    release: Release
    study: Study | None

    @cached_property
    def queries(self) -> tuple[QuerySpec, ...]:
        """The queries of its statistic, one for each leaf of a segment."""
        if self.study is None or isinstance(self.study.statistic, ModelUpdate):
            return ()
        if isinstance(self.study.statistic, Segment):
            return tuple(leaf.query for leaf in self.leaves)
        return (self.study.statistic.query,)

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """The comparisons of a segment."""
        statistic = None if self.study is None else self.study.statistic
        return tuple(statistic.predicate.leaves) if isinstance(statistic, Segment) else ()

    @property
    def filters(self) -> tuple[Filter, ...]:
        """Every condition on the records that counted."""
        return tuple(condition for query in self.queries for condition in query.filters)

    @property
    def period(self) -> Period | None:
        """The days that counted, None where they are not known or several."""
        found = {query.period for query in self.queries}
        return found.pop() if len(found) == 1 else None

    @cached_property
    def family(self) -> str:
        """What is the same for studies that ask the same of other days; empty where that is not known."""
        form = None if self.study is None else self.study.statistic.normal_form()
        return "" if form is None else json.dumps([self.release.statistic, _without_days(form)], sort_keys=True)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every number of the release that a question can name: cells, totals along a dimension, items and pairs."""
        return tuple(self._lines())

    def line(self, labels: tuple[tuple[str, str], ...]) -> Line | None:
        """The line with just these labels, in whatever order."""
        wanted = dict(labels)
        return next((line for line in self.lines if dict(line.labels) == wanted), None)

    def along(self, dimension: str) -> list[Line]:
        """The lines of one dimension alone: cells where it is the only one, else totals."""
        return [line for line in self.lines if [name for name, _ in line.labels] == [dimension]]

    def _lines(self) -> Iterator[Line]:
        made = self.release
        for row in made.rows:
            labels = row.labels if made.dimensions else ()
            yield Line(tuple(zip(made.dimensions, labels, strict=False)), row)
        for place, marginal in enumerate(made.marginals):
            for row in marginal.rows:
                cells = sum(cell.labels[place] == row.labels[0] for cell in made.rows)
                yield Line(((marginal.dimension, row.labels[0]),), row, cells)
        if made.items:
            half = TWO_SIDED * made.noise_variance**0.5
            dimension = made.dimensions[0]
            for (part, *items), value in zip(item_labels(made), made.values, strict=True):
                named = tuple((dimension, item) for item in items if item)
                row = Row(labels=(part, *items), value=value, low=value - half, high=value + half)
                yield Line((("part", part), *named), row)


@dataclass(frozen=True)
class Holdings:
    """Everything that one business can ask about, newest last."""

    held: tuple[Held, ...]
    studies: tuple[Opened, ...]
    models: tuple[SharedModel, ...]

    @classmethod
    def of(cls, shelf: Shelf) -> Holdings:
        """What a shelf has now."""
        studies = tuple(shelf.studies())
        terms = {one.study.task_id.hex(): one.study for one in studies}
        held = tuple(Held(one, terms.get(one.lineage.task)) for one in shelf.releases())
        return cls(held, studies, tuple(shelf.models()))

    def get(self, release: str) -> Held:
        """The release of this id; StopIteration is a fault of the plan."""
        return next(one for one in self.held if one.release.id == release)

    def family(self, of: Held) -> list[Held]:
        """The releases that ask the same of other days, by their first day; itself alone where nothing is known."""
        if not of.family or of.period is None:
            return [of]
        same = {one.period: one for one in self.held if one.family == of.family and one.period is not None}
        return [same[period] for period in sorted(same)]


def _without_days(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_days(part) for name, part in value.items() if name != "period"}
    return [_without_days(part) for part in value] if isinstance(value, list | tuple) else value
