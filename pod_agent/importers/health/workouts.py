"""A workout as Fitbit's JSON tells it: in the JSON tree of an export and in answers of the Web API alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from pod_agent.importers.health.rows import Facts, number, recorder_name, whole
from vocab.records import Workout

__all__ = ["ExerciseLog", "workout_of"]

METRES: Final = {
    "mile": Decimal("1609.344"),
    "miles": Decimal("1609.344"),
    "meter": Decimal(1),
    "yard": Decimal("0.9144"),
}
MILLISECOND: Final = 1000


class ExerciseLog(msgspec.Struct):
    """The fields of an exercise that are read."""

    activityName: object = None  # noqa: N815 - as in the file
    name: object = None
    startTime: object = None  # noqa: N815
    startDate: object = None  # noqa: N815
    duration: object = None
    activeDuration: object = None  # noqa: N815
    calories: object = None
    distance: object = None
    distanceUnit: object = None  # noqa: N815
    steps: object = None
    averageHeartRate: object = None  # noqa: N815
    source: object = None


def workout_of(line: int, log: ExerciseLog, at: datetime, facts: Facts) -> Workout:
    """The workout, provisional: where the export has ``UserExercises``, its row has the place's own offset."""
    distance = number(log.distance, "distance")
    unit = METRES.get(log.distanceUnit.lower(), Decimal(1000)) if isinstance(log.distanceUnit, str) else Decimal(1000)
    milliseconds = whole(log.duration, "duration") or whole(log.activeDuration, "activeDuration")
    source = log.source.get("name") if isinstance(log.source, Mapping) else None
    return facts.workout(
        line,
        at,
        log.activityName or log.name,
        milliseconds // MILLISECOND if milliseconds else None,
        distance=None if distance is None else distance * unit,
        energy=number(log.calories, "calories"),
        steps=whole(log.steps, "steps"),
        heart_rate=whole(log.averageHeartRate, "averageHeartRate"),
        recorder=recorder_name(source),
        provisional=True,
    )
