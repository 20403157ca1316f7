"""What the samples of a day come to: one DailyMeasure for each measure, local day and recorder.

Roll-ups are a function of the series: they are made anew from all of its parts whenever the month changes. Of one day
only the samples of the lowest ``tree`` count, whatever was imported first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from pod_agent.ingest.local_days import LocalDays
from pod_agent.ingest.samples import Series
from vocab.mapping import block
from vocab.measures import MEASURES, Day
from vocab.records import DailyMeasure, Occurrences, record_iri

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Rollup", "best_tree", "keys_of", "roll_up", "strongest"]

_EPOCH: Final = date(1970, 1, 1)
_PLACES: Final = 3
_RECORDER: Final = 0xFFFF


class Rollup(NamedTuple):
    """A roll-up as the pod keeps it, and the day (since 1970) and recorder that it is of."""

    iri: str
    block: str
    day: int
    recorder: int


def keys_of(rows: NDArray[Any]) -> NDArray[np.int64]:
    """What makes a sample this sample: its second, recorder and tree, in one number that sorts by time."""
    keys: NDArray[np.int64] = (rows["at"] << 20) | (rows["recorder"].astype(np.int64) << 4) | rows["tree"]
    return keys


def strongest(rows: NDArray[Any]) -> NDArray[Any]:
    """One sample for each key, in order: that of the greatest value, and of equal ones the first."""
    keys = keys_of(rows)
    order = np.lexsort((-rows["value"], keys))
    ordered = keys[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    kept: NDArray[Any] = rows[order[first]]
    return kept


def best_tree(rows: NDArray[Any], days: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which samples are of the lowest tree of their day."""
    if not len(rows):
        return np.ones(0, np.bool_)
    unique, place = np.unique(days, return_inverse=True)
    lowest = np.full(len(unique), 255, np.uint8)
    np.minimum.at(lowest, place, rows["tree"])
    mask: NDArray[np.bool_] = rows["tree"] == lowest[place]
    return mask


def roll_up(series: Series, rows: NDArray[Any], recorders: Sequence[str], local: LocalDays) -> list[Rollup]:
    """The roll-ups of samples of distinct keys, which are sorted by time."""
    days = local.days(rows["at"])
    chosen = best_tree(rows, days)
    rows, days = rows[chosen], days[chosen]
    if not len(rows):
        return []
    groups = (days << 16) | rows["recorder"]
    order = np.argsort(groups, kind="stable")
    ordered, values = groups[order], rows["value"][order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(np.append(starts, len(ordered)))
    lowest, highest = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    sums = np.add.reduceat(values, starts)
    how = MEASURES[series.measure].day
    figures = {Day.SUM: sums, Day.MEAN: sums / counts, Day.LAST: values[starts + counts - 1]}[how]
    seen = Occurrences()
    found = []
    for place, group in enumerate(ordered[starts].tolist()):
        day, recorder = group >> 16, group & _RECORDER
        at = datetime.combine(_EPOCH + timedelta(days=day), time(), local.zone)
        name = recorders[recorder]
        record = DailyMeasure(
            iri=record_iri(DailyMeasure, series.source, at, ("series", series.measure, name), seen),
            source=series.source,
            at=at,
            measure=series.measure,
            value=_decimal(figures[place]),
            recorder=name,
            lowest=_decimal(lowest[place]) if how is Day.MEAN else None,
            highest=_decimal(highest[place]) if how is Day.MEAN else None,
            samples=int(counts[place]),
        )
        found.append(Rollup(record.iri, block(record), day, recorder))
    return found


def _decimal(value: float) -> Decimal:
    """The figure to a thousandth, without zeros at its end."""
    exact = Decimal(f"{value:.{_PLACES}f}")
    whole = exact.to_integral_value()
    return whole if exact == whole else exact.normalize()
