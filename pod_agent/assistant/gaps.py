"""Long stretches without records of a source, where its own rhythm has some: a statement or an export may be missing.

The rule is that of the checks of an import (``enrich.quality_time``), held against all that is in the index, so that a
gap that a later import filled is told no more.
"""

from __future__ import annotations

from datetime import date
from threading import Lock
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from pod_agent.assistant.plan import Period
from pod_agent.enrich.quality_time import quiet_stretches
from pod_agent.index.local import LocalIndex
from vocab.query import QuerySpec

__all__ = ["Gap", "gaps_of"]

LONG: Final = 28
"""Days without records that are worth a word in an answer."""
WEEK: Final = 7
MEASURES: Final = {"transaction": "transactions", "listen": "listening_minutes", "view": "videos"}
"""By kind of record a measure that has rows on every day with records."""


class Gap(NamedTuple):
    """No records of ``source`` from ``first`` to ``last``."""

    source: str
    first: date
    last: date


_KNOWN: WeakKeyDictionary[LocalIndex, tuple[tuple[int, int], dict[str, tuple[Gap, ...]]]] = WeakKeyDictionary()
_LOCK = Lock()


def gaps_of(index: LocalIndex, kind: str, period: Period) -> list[Gap]:
    """The long gaps of a kind of record that matter in a period; looked for anew after a change."""
    if kind not in MEASURES:
        return []
    version = index.version()
    with _LOCK:
        known = _KNOWN.get(index)
        if known is None or known[0] != version:
            known = (version, {})
            _KNOWN[index] = known
        if kind not in known[1]:
            known[1][kind] = _find(index, MEASURES[kind])
        return [gap for gap in known[1][kind] if _matters(gap, period)]


def _matters(gap: Gap, period: Period) -> bool:
    """Whether a week of the period, or all of a shorter one, lies in the gap."""
    shared = min(gap.last, period[1]) - max(gap.first, period[0])
    return shared.days + 1 >= min(WEEK, (period[1] - period[0]).days + 1)


def _find(index: LocalIndex, measure: str) -> tuple[Gap, ...]:
    days: dict[str, list[int]] = {}
    for source, day, _ in index.run(QuerySpec(measures=(measure,), dimensions=("source", "day")), evidence=False).rows:
        days.setdefault(str(source), []).append(date.fromisoformat(str(day)).toordinal())
    found = [
        Gap(source, date.fromordinal(first), date.fromordinal(last))
        for source, held in days.items()
        for first, last in quiet_stretches(np.array(sorted(held), dtype=np.int64))[1]
        if last - first + 1 >= LONG
    ]
    return tuple(sorted(found, key=lambda gap: (gap.first, gap.source)))
