"""Rules for questions about what devices measured: steps, sleep, resting heart rate, weight and all else."""

from __future__ import annotations

import re
from dataclasses import replace

from pod_agent.assistant.plan import Fold, Period, Plan, Refusal, Step
from pod_agent.assistant.rules.case import Case, Rule, Unclear, clarify, query, roles, single, spans_days
from pod_agent.assistant.rules.shapes import RATES, Shapes
from pod_agent.assistant.rules.topic_words import MEASURED
from pod_agent.index.measures import MEASURES

__all__ = ["HEALTH_RULES"]

SLEEP, STEPS, WEIGHT = "sleep_minutes", "steps", "weight"
ADDED_UP = frozenset({STEPS, SLEEP, "distance", "floors", "energy_burned", "active_zone_minutes"})
"""Measures whose days are added up; of the others every figure is a mean, or the last value."""
LASTING = frozenset({WEIGHT, "body_fat", "body_mass_index", "vo2_max"})
MINUTES_PER_HOUR = 60
MEASURE_ROLES = frozenset(MEASURED)
SUMMED = frozenset({"TOTAL", "HOURS", "MINUTES", "ONEDAY"})
"""Of the sleep of several nights, without one of these it is not said whether the sum or the mean is asked for."""
USUAL = re.compile(
    r"\b(?:do|am) (?:i|we)\b|\b(?:have|has|had) (?:i|we|it) been\b|\b(?:i|we) (?:usually|normally|tend)\b"
)
"""The present tense tells of habits."""


class Health(Shapes):
    """One measure at a time; its days are folded into one figure."""

    things = ("steps", "sleep")

    def measure_of(self, case: Case) -> str | None:
        """The measure that is named; two that are named are asked back."""
        named = {MEASURED[role][0] for role in case.roles & MEASURE_ROLES}
        if len(named) > 1:
            raise Unclear(clarify("I see two measures in one question. Which one do you mean?", *sorted(named)))
        return named.pop() if named else None

    def unit_of(self, case: Case, measure: str) -> str:
        """Sleep in hours unless minutes were asked for; the unit of the measure otherwise."""
        if measure == SLEEP:
            return "minutes" if case.has("MINUTES") else "hours"
        if case.has("HOURS", "MINUTES", "HOWLONG"):
            raise Unclear(clarify(f"Of {_word(measure)} the records hold no times. What do you mean?"))
        unit = MEASURES[measure].unit
        return "percent" if unit == "%" else unit

    def fold_of(self, case: Case, measure: str) -> Fold:
        """What becomes of the days: their sum, their mean, or the last of them."""
        if case.has("AVERAGE") or (measure == SLEEP and _as_a_rule(case)):
            return "mean"
        if measure in LASTING:
            return "last"
        return "sum" if measure in ADDED_UP else "mean"

    def step(
        self,
        case: Case,
        measure: str,
        period: Period | None,
        marks: list[str] | None = None,  # noqa: ARG002 (an override)
        dimensions: tuple[str, ...] = (),
        *,
        order: str | None = None,  # noqa: ARG002 (an override)
    ) -> Step:
        """The step for a measure over the days that the question names."""
        spec = query(measure, case.row_filters(), period, dimensions)
        return Step(spec=spec, name=_word(measure), fold=self.fold_of(case, measure))

    def sides(self, case: Case, measure: str) -> tuple[Step, Step] | None:
        """Periods or days of the week; of sleep the nights have to be averaged, or single ones."""
        found = super().sides(case, measure)
        if found is not None and measure in ADDED_UP and found[0].fold == "sum":
            lengths = {(part.spec.period[1] - part.spec.period[0]).days for part in found if part.spec.period}
            alone = lengths == {0}
            if not alone and (measure == SLEEP or len(case.reading.days) > 1):
                raise Unclear(clarify("In total, or on average?", "on average", "in total"))
        return found

    def change(self, case: Case) -> Plan | Refusal | None:
        """By what percentage did it change from A to B."""
        measure = self.measure_of(case)
        if measure is not None and case.pair() is not None:
            self.sides(case, measure)
        return super().change(case)

    def gained(self, case: Case) -> Plan | Refusal | None:
        """How much did it change within one period: the last value minus the first, turned round for "lost"."""
        measure = self.measure_of(case)
        periods = case.reading.periods
        if measure is None or case.has(*RATES) or (len(periods) > 1 and measure not in LASTING):
            return None
        whole = (min(periods)[0], max(periods)[1]) if len(periods) == 2 else case.period()
        if measure in LASTING and re.search(
            r"\b(?:f[ae]ll(?:en)?|drop|dropped|decreased?|declined?)\b", case.reading.question
        ):
            return clarify("The change, or how much less it is now?", "the change", "how much I lost")
        if measure not in LASTING:
            asked = clarify("A change between which two periods?", "from last year to this year")
            return None if case.pair() or len(case.reading.days) > 1 else asked
        part = replace(self.step(case, measure, whole), fold="change")
        if case.yes_no and case.has("LOST", "GAINED"):
            return single("exceeds", part, None, limit=0.0, smallest=case.has("LOST"))
        if case.has("PERCENT") or case.yes_no:
            return None
        return single("value", part, self.unit_of(case, measure), smallest=case.has("LOST"))

    def per_day(self, case: Case) -> Plan | Refusal | None:
        """Average of a day or a night: over the days that have a record."""
        measure = self.measure_of(case)
        if measure is None or case.has("PERWEEK", "PERMONTH"):
            return clarify("An average per what?", "per day with a record") if measure else None
        part = replace(self.step(case, measure, case.period()), fold="mean")
        return single("value", part, self.unit_of(case, measure))

    def days_beyond(self, case: Case) -> Plan | Refusal | None:
        """On how many days, or on what share of them, was it more than this."""
        measure = self.measure_of(case)
        of_days = re.search(r"HOWMANY (?:\w+ )?(?:STEPS|SLEEP|HOURS|MINUTES)\b", case.reading.text) is None
        if not case.has(*BEYOND) and not (case.reading.bounds and of_days):
            return None
        if measure is None:
            return clarify("Days with what?", "more than 10,000 steps", "less than 6 hours of sleep")
        part = self._beyond(case, measure)
        if case.has("SHAREOFDAYS", "PERCENT", "SHARE"):
            if part.bound is None:
                return None
            return Plan(operation="share", steps=(part, replace(part, bound=None)), unit="percent")
        if case.has("WHICHDAY", "WHEN", "LIST") and not case.has("MANYDAYS", "HOWMANY"):
            period = case.whole()
            days = replace(part, spec=replace(part.spec, dimensions=("day",), period=period), fold="sum")
            return single("ranking", days, self.unit_of(case, measure), limit=float(spans_days(period)))
        return single("value", part, "count")

    def streak(self, case: Case) -> Plan | Refusal | None:
        """The longest run of days, one after another, that pass the limit."""
        measure = self.measure_of(case)
        if measure is None or case.reading.days:
            return clarify("Days in a row with what?", "at least 8,000 steps", "at least 7 hours of sleep")
        part = self._beyond(case, measure)
        if part.bound is None:
            return clarify("Days in a row with how much?", "at least 8,000 steps", "at least 7 hours of sleep")
        return single("value", replace(part, fold="run"), "count")

    def _beyond(self, case: Case, measure: str) -> Step:
        bounds = case.reading.bounds
        part = replace(self.step(case, measure, case.period()), fold="days")
        if not bounds:
            return part
        bound = bounds[0]
        unit = "hours" if measure == SLEEP else MEASURES[measure].unit
        said = bound.unit or ("steps" if unit == "steps" else None)
        if measure == SLEEP and said == "minutes":
            return replace(part, bound=(bound.sign, bound.number))
        if len(bounds) > 1 or (said or unit) != unit or (measure == SLEEP and bound.unit is None):
            raise Unclear(clarify("Which limit do you mean?", "more than 10,000 steps", "less than 6 hours of sleep"))
        return replace(part, bound=(bound.sign, bound.number * (MINUTES_PER_HOUR if measure == SLEEP else 1)))

    def mean_beyond(self, case: Case) -> Plan | Refusal | None:
        """Whether the average of the days was above, or below, a limit."""
        measure = self.measure_of(case)
        averaged = re.search(r"\baverag", case.reading.question)
        if measure is None or averaged is None or not case.yes_no or len(case.reading.bounds) != 1:
            return None
        sign, limit = self._beyond(case, measure).bound or ("", 0.0)
        if sign not in {"gt", "lt"}:
            return clarify("Above that limit, or below it?", "above", "below")
        part = replace(self.step(case, measure, case.period()), fold="mean")
        return single("exceeds", part, None, limit=float(limit), smallest=sign == "lt")

    def any_beyond(self, case: Case) -> Plan | Refusal | None:
        """Did I ever walk more than this in a day, or yesterday."""
        measure, period = self.measure_of(case), case.period()
        if measure is None or not case.yes_no or len(case.reading.bounds) != 1:
            return None
        one_day = period is not None and period[0] == period[1]
        if not one_day and not case.has("ANY", "PERDAY", "ONEDAY"):
            return clarify("On any one day, or all days together?", "on any day")
        return single("any", self._beyond(case, measure), None)

    def extreme(self, case: Case) -> Plan | Refusal | None:
        """The largest or smallest value of a day, or the day itself."""
        measure = self.measure_of(case)
        if measure is None:
            return None
        low = case.has("MIN", "LEAST", "SHORTEST")
        if case.has("SHORTEST", "LONGEST") and measure not in {SLEEP, STEPS}:
            return clarify("Best by what?", "the highest value", "the lowest value")
        if case.has("WHICHDAY", "WHEN") or (case.has("ONEDAY") and not self._asks_value(case)):
            if case.has("ONEDAY") and measure == SLEEP and case.has("WHICH") and not case.has("WHEN"):
                return clarify("The date of that night, or how long it was?", "which night", "how many hours")
            part = replace(self.step(case, measure, case.whole(), dimensions=("day",)), fold="sum")
            return single("peak", part, "date", smallest=low)
        if not case.has("PERDAY", "ONEDAY", "DAYS") and measure == STEPS and case.has("TOTAL"):
            return None
        part = replace(self.step(case, measure, case.period()), fold="smallest" if low else "largest")
        return single("value", part, self.unit_of(case, measure))

    def ranking(self, case: Case) -> Plan | Refusal | None:
        """The few days on which it was most, or least."""
        measure = self.measure_of(case)
        if measure is None or case.reading.top is None or not case.has("DAYS"):
            return None
        low = case.has("MIN", "LEAST", "SHORTEST")
        part = replace(self.step(case, measure, case.whole(), dimensions=("day",)), fold="sum")
        unit, limit = self.unit_of(case, measure), float(case.reading.top)
        return single("ranking", part, unit, smallest=low, limit=limit)

    def either(self, case: Case) -> Plan | Refusal | None:
        """On which of two days of the week, or in which of two months, it was more."""
        measure = self.measure_of(case)
        if measure is not None and self.fold_of(case, measure) == "sum" and (measure == SLEEP or case.reading.days):
            return clarify("In total, or on average?", "on average", "in total")
        return self._either_time(case)

    @staticmethod
    def _asks_value(case: Case) -> bool:
        return case.has("HOWMUCH", "HOWMANY", "HOWLONG", "HOURS", "MINUTES") or bool(
            re.search(r"\b(?:STEPS|SLEEP) (?:\w+ )?(?:in|on|of)? ?(?:a |one |single )*ONEDAY", case.reading.text)
        )

    def peak(self, case: Case) -> Plan | Refusal | None:
        """In which month or on which weekday was it most."""
        measure = self.measure_of(case)
        if measure is None:
            return clarify("Most of what?", *self.things)
        if measure == SLEEP and not case.has("AVERAGE"):
            return clarify("In total, or on average?", "the longest sleep on average")
        group = "month" if case.has("WHICHMONTH") else "weekday"
        low = case.has("LEAST", "MIN", "SHORTEST")
        return single("peak", self.step(case, measure, case.whole(), dimensions=(group,)), None, smallest=low)

    def series(self, case: Case) -> Plan | Refusal | None:
        """A figure per month: sums of steps, of all else the mean of the days, or the last value."""
        measure = self.measure_of(case)
        if measure is None:
            return clarify("What should I show per month?", *self.things)
        part = self.step(case, measure, case.whole(), dimensions=("month",))
        if case.has("PERDAY") or (measure == SLEEP and not case.has("TOTAL")):
            part = replace(part, fold="mean")
        return single("series", part, self.unit_of(case, measure))

    def total(self, case: Case) -> Plan | Refusal | None:
        """How many steps, how long a sleep, which weight."""
        measure = self.measure_of(case)
        if measure is None or case.yes_no:
            return None
        if measure == SLEEP:
            _say_which_sleep(case)
        if case.has("FIRST"):
            return None
        if case.has("LAST", "NOW", "ATEND") and measure not in LASTING:
            return clarify("On which day?", "yesterday", "this week")
        many = any(first < last for first, last in case.reading.periods)
        if case.has("HOW") and many and self.fold_of(case, measure) == "sum":
            return clarify("In total, or on average?", "on average", "in total")
        if len(case.reading.periods) > 1 and self.fold_of(case, measure) != "sum":
            return clarify("Which of the periods do you mean?")
        return super().total(case)


def _as_a_rule(case: Case) -> bool:
    """Whether the sleep of a usual night is meant: "how did I sleep", "how long do I sleep"; never where a sum is."""
    one_night = len(case.reading.periods) == 1 and case.reading.periods[0][0] == case.reading.periods[0][1]
    return not (one_night or case.has("TOTAL")) and (
        USUAL.search(case.reading.question) is not None or (case.has("HOW") and not case.has("HOURS", "MINUTES"))
    )


def _say_which_sleep(case: Case) -> None:
    """Ask back where it is not said whether the nights are added up."""
    if _as_a_rule(case) or case.has("AVERAGE", "TOTAL"):
        return
    nights = case.period()
    if nights is None:
        raise Unclear(clarify("Over which days, or on average?", "last night", "on average this month"))
    if nights[0] < nights[1] and not case.has(*SUMMED):
        raise Unclear(clarify("In total, or on average?", "hours on average", "hours in total"))


def _word(measure: str) -> str:
    return {SLEEP: "sleep"}.get(measure, measure.replace("_", " "))


_SHAPES = Health()
ASKED = MEASURE_ROLES | {
    "HOWMANY",
    "HOWMUCH",
    "HOWLONG",
    "HOURS",
    "MINUTES",
    "WHICH",
    "TOTAL",
    "HOW",
    "BUY",
    "RECEIVED",
}
MOST = roles("MOST", "MAX", "TOP", "LONGEST", "LEAST", "MIN", "SHORTEST")
BEYOND = roles("MANYDAYS", "SHAREOFDAYS", "DAYS")
HEALTH_RULES = (
    Rule(_SHAPES.streak, need=roles("STREAK"), may=ASKED | BEYOND | {"MAX", "LONGEST", "ONEDAY", "PERDAY"}),
    Rule(_SHAPES.change, need=roles("PERCENT"), some=(roles("CHANGE", "COMPARE"),), may=ASKED | {"AVERAGE", "PERDAY"}),
    Rule(
        _SHAPES.days_beyond,
        some=(BEYOND | {"HOWMANY", "WHICHDAY", "WHEN"},),
        may=ASKED | {"PERCENT", "SHARE", "LIST"},
    ),
    Rule(
        _SHAPES.either,
        need=roles("OR"),
        some=(roles("MORE", "LESS") | MOST,),
        may=ASKED | {"AVERAGE", "PERDAY", "WHEN", "WHICHDAY", "WHICHWEEKDAY", "WHICHMONTH"},
    ),
    Rule(_SHAPES.ranking, some=(MOST | {"TOP"}, roles("DAYS")), may=ASKED),
    Rule(_SHAPES.mean_beyond, may=ASKED | {"AVERAGE", "PERDAY"}),
    Rule(_SHAPES.any_beyond, may=MEASURE_ROLES | {"PERDAY", "ONEDAY", "RECEIVED", "BUY"}),
    Rule(_SHAPES.gained, some=(roles("CHANGE", "LOST", "GAINED"),), may=ASKED),
    Rule(
        _SHAPES.compare,
        some=(roles("COMPARE", "MORE", "LESS", "CHANGE"),),
        may=ASKED | {"THAN", "BETWEEN", "AVERAGE", "PERDAY"},
    ),
    Rule(_SHAPES.peak, some=(roles("WHICHMONTH", "WHICHWEEKDAY"), MOST), may=ASKED | {"AVERAGE", "PERDAY"}),
    Rule(_SHAPES.extreme, some=(MOST,), may=ASKED | {"WHEN", "WHICHDAY", "PERDAY", "ONEDAY", "DAYS"}),
    Rule(
        _SHAPES.series,
        some=(roles("PERMONTH", "TREND"),),
        may=ASKED | {"LIST", "CHANGE", "AVERAGE", "PERDAY"},
    ),
    Rule(_SHAPES.per_day, some=(roles("AVERAGE", "PERDAY"),), may=ASKED | RATES | {"LAST"}),
    Rule(_SHAPES.total, may=ASKED | {"LAST", "NOW", "LIST", "ATEND"}),
)
"""In order: the first that fits and builds a plan wins."""
