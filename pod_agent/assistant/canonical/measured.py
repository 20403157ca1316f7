"""Canonical questions about what devices measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from pod_agent.assistant.canonical.phrases import MEASURED, Measured
from pod_agent.assistant.canonical.slots import changed, days, led, two_of, when
from pod_agent.assistant.parts import Parts

__all__ = ["measured"]

DAILY = frozenset({"day", "night"})


def measured(sketch: Parts) -> str | None:
    """The question that says the same as the sketch; None where its parts make none."""
    shape, phrase = SHAPES.get(sketch.operation), MEASURED.get(sketch.measure)
    return None if shape is None or phrase is None else shape(sketch, phrase)


def _tail(sketch: Parts) -> str:
    return f"{days(sketch)}{when(sketch.periods)}"


def _unit(sketch: Parts) -> str:
    return "night" if sketch.measure == "sleep" else "day"


def _value(sketch: Parts, phrase: Measured) -> str | None:
    if sketch.limits:
        return f"On how many {_unit(sketch)}s {_beyond(sketch, phrase)}{_tail(sketch)}?"
    return f"{phrase.mean if sketch.per in DAILY else phrase.total}{_tail(sketch)}?"


def _beyond(sketch: Parts, phrase: Measured) -> str:
    limit = sketch.limits[0].lstrip("$")
    if phrase.unit and phrase.unit not in limit and not any(unit in limit for unit in ("minutes", "hour")):
        limit = f"{limit} {phrase.unit}"
    verb = {"steps": "did I walk", "sleep": "did I sleep"}.get(sketch.measure, f"was {phrase.noun}")
    return f"{verb} {limit}"


def _mean(sketch: Parts, phrase: Measured) -> str | None:
    return f"{phrase.mean}{_tail(sketch)}?"


def _share(sketch: Parts, phrase: Measured) -> str | None:
    if not sketch.limits:
        return None
    return f"On what share of {_unit(sketch)}s {_beyond(sketch, phrase)}{_tail(sketch)}?"


def _any(sketch: Parts, phrase: Measured) -> str | None:
    if not sketch.limits:
        return None
    asked = _beyond(sketch, phrase)
    on = "" if _one_day(sketch) else f" on any {_unit(sketch)}"
    return f"{asked[0].upper()}{asked[1:]}{on}{_tail(sketch)}?"


def _one_day(sketch: Parts) -> bool:
    return any(period.lower() in {"yesterday", "today", "last night"} for period in sketch.periods)


def _noun(sketch: Parts, phrase: Measured) -> str:
    return phrase.mean_noun if sketch.per in DAILY else phrase.noun


def _sides(sketch: Parts) -> tuple[str, str, str] | None:
    found = two_of(sketch)
    if found is None or found[0] not in {"periods", "days"}:
        return None
    slot, first, second = found
    if slot == "periods":
        return led(first), led(second), days(sketch)
    alone = (days(changed(sketch, days=(each,))).strip() for each in (first, second))
    return next(alone), next(alone), when(sketch.periods)


def _difference(sketch: Parts, phrase: Measured) -> str | None:
    sides = _sides(sketch)
    if sides is None:
        return f"By how much did {phrase.noun} change{_tail(sketch)}?"
    first, second, rest = sides
    if not sketch.sign:
        return f"Compare {_noun(sketch, phrase)} {first} and {second}{rest}"
    if sketch.measure == "steps":
        mean = " on average per day" if sketch.per in DAILY else ""
        return f"How many {sketch.sign} steps did I walk{mean} {first} than {second}{rest}?"
    if sketch.measure == "sleep":
        mean = " on average" if sketch.per in DAILY else ""
        return f"How many {sketch.sign} hours did I sleep{mean} {first} than {second}{rest}?"
    more = "higher" if sketch.sign == "more" else "lower"
    return f"How much {more} was {_noun(sketch, phrase)} {first} than {second}{rest}?"


def _exceeds(sketch: Parts, phrase: Measured) -> str | None:
    sides = _sides(sketch)
    if sides is None:
        return None
    first, second, rest = sides
    more = sketch.sign or "more"
    mean = " on average" if sketch.per in DAILY else ""
    if sketch.measure == "steps":
        return f"Did I walk {more} steps{mean} {first} than {second}{rest}?"
    if sketch.measure == "sleep":
        return f"Did I sleep {more}{mean} {first} than {second}{rest}?"
    return f"Was {_noun(sketch, phrase)} {'higher' if more == 'more' else 'lower'} {first} than {second}{rest}?"


def _change(sketch: Parts, phrase: Measured) -> str | None:
    periods = sketch.periods
    pair = f"from {periods[0]} to {periods[1]}" if len(periods) > 1 else " ".join(periods)
    return f"By what percentage did {_noun(sketch, phrase)}{days(sketch)} change {pair}?" if pair else None


def _peak(sketch: Parts, phrase: Measured) -> str | None:
    opening = {"month": "In which month", "weekday": "On which weekday", "day": "On which day", "night": "When"}
    asked = opening.get(sketch.group or "day")
    if asked is None:
        return None
    if sketch.measure == "sleep" and sketch.group in {"day", "night", ""}:
        asked = "When"
    mean = " on average" if sketch.per in DAILY or (sketch.measure == "sleep" and asked != "When") else ""
    return f"{asked} {phrase.least if sketch.low else phrase.most}{mean}{_tail(sketch)}?"


def _extreme(sketch: Parts, phrase: Measured) -> str | None:
    if sketch.show == "date":
        return _peak(changed(sketch, group="day"), phrase)
    if sketch.measure == "steps":
        return f"What was my {'lowest' if sketch.low else 'highest'} number of steps in a day{_tail(sketch)}?"
    if sketch.measure == "sleep":
        return f"What was my {'shortest' if sketch.low else 'longest'} sleep{_tail(sketch)}?"
    size = "lowest" if sketch.low else "highest"
    return f"What was my {size} {phrase.noun.removeprefix('my ')}{_tail(sketch)}?"


def _series(sketch: Parts, phrase: Measured) -> str | None:
    mean = sketch.per in DAILY
    asked = {
        "steps": "What were my average steps per day per month" if mean else "How many steps did I walk per month",
        "sleep": "How many hours did I sleep on average per month",
    }.get(sketch.measure, f"What was {_noun(sketch, phrase)} per month")
    return f"{asked}{_tail(sketch)}?"


SHAPES: Final[Mapping[str, Callable[[Parts, Measured], str | None]]] = {
    "value": _value, "mean": _mean, "share": _share, "any": _any, "difference": _difference, "exceeds": _exceeds,
    "change": _change, "peak": _peak, "extreme": _extreme, "series": _series,
}  # fmt: skip
"""By operation."""
