"""Monthly summaries as documents: what a month held of one thing, in words and names, without any figure.

A sum is never put together from hits: each summary has the query that computes it.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final

from pod_agent.assistant.retrieval.document import Document, folded_text
from pod_agent.assistant.retrieval.things import CATEGORY_WORDS, STATUSES
from pod_agent.index.local import LocalIndex
from vocab.errors import UnknownNameError
from vocab.measures import MEASURES
from vocab.query import Filter, QuerySpec
from vocab.taxonomy import category as category_of

__all__ = ["months_of", "summary_text"]

NAMED: Final = 8
"""Names that a summary has, those with most behind them."""
MEASURED: Final = {
    "steps": "Steps walked",
    "sleep_minutes": "Sleep, nights and hours asleep",
    "resting_heart_rate": "Resting heart rate, pulse",
    "weight": "Body weight",
}

_Cells = dict[tuple[str, str], dict[str, float]]
_Sources = dict[tuple[str, str], set[str]]


def months_of(index: LocalIndex) -> Iterator[Document]:
    """A summary for every month of every category, section, kind of listening, watching and measure."""
    yield from _spending(index)
    yield from _goods(index)
    yield from _media(index)
    yield from _health(index)


def summary_text(about: str, names: Iterable[str]) -> str:
    """The text of a summary: what it is of, and the names in it.

    The month stands in the title alone: in a vector it only makes months alike and categories unlike.
    """
    return folded_text(f"{about}: {', '.join(names)}")


def _summary(
    month: str, names: Iterable[str], *, family: str, title: str, about: str, sources: Iterable[str], query: QuerySpec
) -> Document:
    day = date.fromisoformat(f"{month}-01")
    return Document(
        kind="month",
        key=f"{family}\n{month}",
        title=f"{title}, {day:%B %Y}",
        text=summary_text(about, names),
        sources=tuple(sorted(sources)),
        months=(month,),
        query=query,
        family=family,
    )


def _period(month: str) -> tuple[date, date]:
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def _cells(rows: Iterable[tuple[Any, ...]]) -> tuple[_Cells, _Sources]:
    """Names and how much each has, and the sources, by month and group, of rows (month, group, name, source, value)."""
    cells: _Cells = defaultdict(lambda: defaultdict(float))
    sources: _Sources = defaultdict(set)
    for month, group, name, source, value in rows:
        if month and group is not None:
            cells[str(month), str(group)][str(name or "")] += float(value or 0)
            sources[str(month), str(group)].add(str(source))
    return cells, sources


def _most(names: dict[str, float]) -> list[str]:
    return [name for name in sorted(names, key=lambda name: (-names[name], name)) if name][:NAMED]


def _spending(index: LocalIndex) -> Iterator[Document]:
    spec = QuerySpec(measures=("spend",), dimensions=("month", "category", "merchant", "source"))
    cells, sources = _cells(index.run(spec, evidence=False).rows)
    for (month, category), names in sorted(cells.items()):
        try:
            label = category_of(category).label
        except UnknownNameError:
            label = category
        about = f"{label} spending ({CATEGORY_WORDS.get(category, label)})"
        query = QuerySpec(measures=("spend",), filters=(Filter("category", "eq", category),), period=_period(month))
        yield _summary(
            month,
            _most(names),
            family=f"spending {category}",
            title=label,
            about=about,
            sources=sources[month, category],
            query=query,
        )


def _goods(index: LocalIndex) -> Iterator[Document]:
    spec = QuerySpec(measures=("items",), dimensions=("month", "section", "product", "source"), filters=(STATUSES,))
    cells, sources = _cells(index.run(spec, evidence=False).rows)
    for (month, section), names in sorted(cells.items()):
        chosen = (Filter("section", "eq", section), STATUSES)
        query = QuerySpec(measures=("items",), filters=chosen, period=_period(month))
        about = f"{section} ordered"
        yield _summary(
            month,
            _most(names),
            family=f"goods {section}",
            title=section,
            about=about,
            sources=sources[month, section],
            query=query,
        )


def _media(index: LocalIndex) -> Iterator[Document]:
    for family, title, about, measure, name in (
        ("music", "Music", "Music and songs listened to", "plays", "artist"),
        ("podcasts", "Podcasts", "Podcasts listened to", "podcast_minutes", "podcast"),
        ("videos", "Videos", "Videos watched", "videos", "channel"),
    ):
        spec = QuerySpec(measures=(measure,), dimensions=("month", name, "source"))
        rows = (
            (month, family, each, source, value) for month, each, source, value in index.run(spec, evidence=False).rows
        )
        cells, sources = _cells(rows)
        for (month, _), names in sorted(cells.items()):
            query = QuerySpec(measures=(measure,), period=_period(month))
            yield _summary(
                month,
                _most(names),
                family=family,
                title=title,
                about=about,
                sources=sources[month, family],
                query=query,
            )


def _health(index: LocalIndex) -> Iterator[Document]:
    for measure, about in MEASURED.items():
        if measure != "sleep_minutes" and measure not in MEASURES:
            continue
        spec = QuerySpec(measures=(measure,), dimensions=("month", "source"))
        sources: dict[str, set[str]] = defaultdict(set)
        for month, source, value in index.run(spec, evidence=False).rows:
            if value is not None:
                sources[str(month)].add(str(source))
        for month, names in sorted(sources.items()):
            query = QuerySpec(measures=(measure,), period=_period(month))
            title = about.partition(",")[0]
            yield _summary(month, (), family=f"health {measure}", title=title, about=about, sources=names, query=query)
