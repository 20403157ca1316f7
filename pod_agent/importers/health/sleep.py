"""A sleep as Fitbit's JSON tells it: in the JSON tree of an export and in answers of the Web API alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Final

import msgspec

from pod_agent.importers.health.rows import Facts, Stages, whole
from pod_agent.importers.health.times import iso_time
from vocab.records import Sleep

__all__ = ["SHORTEST_MAIN", "SleepLog", "sleep_of"]

SHORTEST_MAIN: Final = 180
"""Minutes from which a sleep counts as the main one where the log does not say."""

MAX_LENGTH: Final = 3 * 24 * 3600 * 1000
"""Milliseconds; no sleep is longer."""


class SleepLog(msgspec.Struct):
    """The fields of a sleep log that are read."""

    startTime: object = None  # noqa: N815 - as in the file
    endTime: object = None  # noqa: N815
    duration: object = None
    minutesAsleep: object = None  # noqa: N815
    minutesAwake: object = None  # noqa: N815
    efficiency: object = None
    levels: object = None
    mainSleep: object = None  # noqa: N815
    isMainSleep: object = None  # noqa: N815


def sleep_of(line: int, log: SleepLog, facts: Facts) -> Sleep:
    """The sleep; its times are on the clocks of the place slept in and carry no zone.

    The length is ``endTime`` less ``startTime`` on the clock, except on a night when the clocks change: there
    ``duration`` (milliseconds) tells the time that really passed.
    """
    start = iso_time(log.startTime, facts.zone, "startTime")
    asleep = whole(log.minutesAsleep, "minutesAsleep")
    length = whole(log.duration, "duration")
    if length and length < MAX_LENGTH:
        end = (start.astimezone(UTC) + timedelta(milliseconds=length)).astimezone(facts.zone)
    else:
        end = iso_time(log.endTime, facts.zone, "endTime")
    main = log.mainSleep if isinstance(log.mainSleep, bool) else log.isMainSleep
    return facts.sleep(
        line,
        start,
        end,
        asleep,
        is_main=main if isinstance(main, bool) else (asleep or 0) >= SHORTEST_MAIN,
        stages=_stages(log),
        efficiency=whole(log.efficiency, "efficiency"),
    )


def _stages(log: SleepLog) -> Stages:
    """Minutes by stage. Classic logs (without a heart rate) know asleep, restless and awake only."""
    summary = log.levels.get("summary") if isinstance(log.levels, Mapping) else None
    minutes = {name: _minutes(summary, name) for name in ("deep", "light", "rem", "wake")}
    awake = minutes["wake"]
    return Stages(
        deep=minutes["deep"],
        light=minutes["light"],
        rem=minutes["rem"],
        awake=whole(log.minutesAwake, "minutesAwake") if awake is None else awake,
    )


def _minutes(summary: object, name: str) -> int | None:
    level = summary.get(name) if isinstance(summary, Mapping) else None
    return whole(level.get("minutes"), f"levels.summary.{name}") if isinstance(level, Mapping) else None
