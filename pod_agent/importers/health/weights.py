"""A weighing as Fitbit's JSON tells it: in the JSON tree of an export and in answers of the Web API alike."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec

from pod_agent.importers.health.rows import Facts, NoMeasurementError, checked, number, recorder_name
from pod_agent.importers.health.times import local_time
from vocab.measures import MEASURES
from vocab.records import Measurement

__all__ = ["KG_OF_LB", "WeightLog", "weighing_of"]

KG_OF_LB: Final = Decimal("0.45359237")
SHORT, TALL = 1.35, 2.3
"""Heights in metres between which a person's may lie."""


class WeightLog(msgspec.Struct):
    """The fields of a weighing that are read."""

    date: object = None
    time: object = None
    weight: object = None
    bmi: object = None
    fat: object = None
    source: object = None


def weighing_of(line: int, log: WeightLog, facts: Facts, unit: Decimal) -> Iterator[Measurement]:
    """The weight, and the body mass index and body fat where they are told; ``unit`` is the usual one in kilograms."""
    at = local_time(f"{log.date} {log.time or '00:00:00'}", facts.zone, "date")
    recorder = recorder_name(log.source)
    weight, index, fat = number(log.weight, "weight"), number(log.bmi, "bmi"), number(log.fat, "fat")
    if weight is None and fat is None:
        raise NoMeasurementError
    if weight is not None:
        kilograms = weight * _unit(weight, index, unit)
        yield facts.instant(line, at, "weight", checked("weight", kilograms, "weight"), recorder=recorder)
    for measure, value in (("body_mass_index", index), ("body_fat", fat)):
        if value and MEASURES[measure].lowest <= value <= MEASURES[measure].highest:
            yield facts.instant(line, at, measure, checked(measure, value, measure), recorder=recorder)


def _unit(weight: Decimal, index: Decimal | None, usual: Decimal) -> Decimal:
    """The unit in kilograms: the usual one, unless only the other gives a person's height.

    Exports write pounds and answers of the Web API kilograms, but not for every account, and no file says so. The body
    mass index is weight by height squared, so weight and index together say how tall the person would be.
    """
    if not index or index < 1 or weight <= 0:
        return usual
    fits = [unit for unit in (KG_OF_LB, Decimal(1)) if SHORT <= float(weight * unit / index) ** 0.5 <= TALL]
    return fits[0] if len(fits) == 1 else usual
