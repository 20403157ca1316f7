"""From a reading to a plan: the one operation that its words ask for, over the one release that fits.

Where two fit, or a word was not used, the question is asked back with whole questions to choose from. Nothing is
answered from a release of other days, other people or another measure than the question names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from aggregator.asking.holdings import PAIRED, Holdings
from aggregator.asking.matching import Match, matches, without_periods
from aggregator.asking.periods import Period
from aggregator.asking.plan import Operation, Pick, Plan, Refusal
from aggregator.asking.reading import Reading
from aggregator.asking.refusing import Closest
from vocab.statistics import Histogram, ItemCounts, ItemVectors, Rfm, Segment, Sum

__all__ = ["plan_of"]

COUNTING = (ItemCounts.name, Segment.name, Rfm.name)
TABLES = (Histogram.name, Rfm.name, ItemCounts.name)
ONE_NUMBER = (Sum.name, Segment.name)
EVERYTHING = (*TABLES, *ONE_NUMBER)
DEFAULT_TOP = 5
OP = Operation
TOGETHER_WITH: dict[frozenset[Operation], Operation] = {
    frozenset({OP.TOP, OP.SHARE}): OP.TOP,
    frozenset({OP.LIST, OP.SHARE}): OP.LIST,
    frozenset({OP.TOP, OP.TOGETHER}): OP.TOGETHER,
    frozenset({OP.TREND, OP.LIST}): OP.TREND,
    frozenset({OP.STUDIES, OP.ASKED}): OP.ASKED,
    frozenset({OP.COMPARE, OP.TREND}): OP.COMPARE,
    frozenset({OP.LOSS, OP.STUDIES}): OP.LOSS,
}
"""Operations whose words go together, and the one that is meant; others together are asked back."""


def plan_of(reading: Reading, holdings: Holdings) -> Plan | Refusal:
    """The plan of a reading, or why there is none."""
    closest = Closest(holdings, reading)
    if reading.unknown:
        return closest.unknown_name()
    if reading.left:
        return closest.unused_words()
    if len(reading.operations) > 1 and reading.operations not in TOGETHER_WITH:
        return closest.several_operations()
    operation = _operation(reading)
    unused = _unused(reading, operation)
    refusal = closest.cannot_use(unused) if unused else closest.not_released() or closest.other_bounds()
    if refusal is not None:
        return refusal
    return _Planner(holdings, reading, closest).plan(operation)


def _operation(reading: Reading) -> Operation:
    """The one operation that is meant; a figure where no word says which."""
    found = reading.operations
    if found == {OP.COMPARE, OP.TREND}:
        two = max(len(reading.names), len(reading.periods), len(reading.releases)) > 1
        return OP.COMPARE if two else OP.TREND
    if len(found) > 1:
        return TOGETHER_WITH[found]
    if not found and reading.dimensions and not reading.limits:
        return OP.TREND if "month" in reading.dimensions and reading.names else OP.LIST
    return next(iter(found), OP.FIGURE)


def _unused(reading: Reading, operation: Operation) -> tuple[str, ...]:
    """Words that were read, and that this operation has no use for."""
    found = []
    if reading.lately and operation is not OP.SHARE:
        found.append("recently")
    if reading.top and operation not in {OP.TOP, OP.TOGETHER}:
        found.append(str(reading.top))
    if operation is OP.MEAN and reading.counted:
        found.append("average")
    if operation is OP.TOP and reading.how_many:
        found.append("how many")
    return tuple(found)


class _Planner:
    def __init__(self, holdings: Holdings, reading: Reading, closest: Closest) -> None:
        self.holdings = holdings
        self.reading = reading
        self.closest = closest

    def plan(self, operation: Operation) -> Plan | Refusal:
        """The plan for the operation that is meant."""
        if operation in {OP.ASKED, OP.COHORT, OP.LOSS}:
            return self._about(operation)
        if operation in {OP.TOP, OP.LIST}:
            return self._several(operation)
        makers = {
            OP.STUDIES: self._studies,
            OP.SHARE: self._share,
            OP.COMPARE: self._compare,
            OP.TREND: self._trend,
            OP.TOGETHER: self._together,
            OP.MEAN: self._mean,
        }
        return makers.get(operation, self._figure)()

    @property
    def _counting(self) -> bool:
        """Whether people are to be counted, so that no cell of a histogram is meant, which counts drawn units."""
        return self.reading.counted or (self.reading.people and not self._spending)

    @property
    def _spending(self) -> bool:
        return any(pattern.startswith("spend") for pattern in self.reading.activities)

    def _mean(self) -> Plan | Refusal:
        return self._single(OP.MEAN, (Sum.name,))

    def _studies(self) -> Plan | Refusal:
        if self.reading.names or self.reading.periods:
            every = matches(self.holdings, self.reading, (*EVERYTHING, *PAIRED, ItemVectors.name))
            if not every:
                return self.closest.nothing_fits()
            return Plan(operation=OP.STUDIES, releases=tuple(match.held.release.id for match in every))
        return Plan(operation=OP.STUDIES, state=self.reading.state)

    def _about(self, operation: Operation) -> Plan | Refusal:
        """What is asked of a whole release: its question, its people, its privacy loss."""
        reading = self.reading
        every = [held.release.statistic for held in self.holdings.held]
        if not (reading.releases or reading.periods or reading.names or reading.latest):
            if operation is OP.LOSS and self.holdings.held:
                ids = tuple(held.release.id for held in self.holdings.held)
                return Plan(operation=operation, releases=ids, total=reading.total and len(ids) > 1)
            if len(every) != 1:
                return self.closest.which_release(operation)
        found = matches(self.holdings, replace(reading, activities=frozenset()), every)
        if not found:
            return self.closest.nothing_fits()
        plans = [Plan(operation=operation, releases=(match.held.release.id,)) for match in found]
        return plans[0] if len(plans) == 1 else self.closest.choose(plans)

    def _figure(self) -> Plan | Refusal:
        reading = self.reading
        if not (reading.names or reading.releases or reading.limits or reading.activities or reading.people):
            return self.closest.not_understood()
        if self._counting:
            return self._single(OP.FIGURE, COUNTING if reading.people else (*COUNTING, Sum.name))
        amount = reading.amount or (reading.total and reading.activities)
        planned = self._single(OP.FIGURE, (Sum.name,) if amount else EVERYTHING)
        goods = reading.amount and reading.activities and not self._spending and isinstance(planned, Plan)
        return self.closest.choose([planned]) if goods and isinstance(planned, Plan) else planned

    def _single(self, operation: Operation, statistics: Sequence[str]) -> Plan | Refusal:
        """One number of one release."""
        found = matches(self.holdings, self.reading, statistics)
        if self.reading.joined == "or" and len(self.reading.names) > 1:
            either = [match for match in found if match.held.release.statistic == Segment.name]
            if found and not either:
                return self.closest.one_at_a_time(found)
            found = either
        plans, several = [], False
        for match in found:
            labels = match.one()
            several = several or labels is None
            if labels is not None and match.held.line(labels) is not None:
                plans.append(Plan(operation=operation, picks=(Pick(match.held.release.id, _ordered(match, labels)),)))
        if len(plans) == 1:
            return plans[0]
        if plans:
            return self.closest.choose(plans)
        if several:
            return self.closest.one_at_a_time(found)
        return self.closest.nothing_fits()

    def _share(self) -> Plan | Refusal:
        reading = self.reading
        whole = (Rfm.name,) if reading.people_share else (Histogram.name, Rfm.name)
        plans = [] if reading.lately else self._shares(whole)
        if not plans:
            plans = [*self._shares((ItemCounts.name, Segment.name)), *self._models()]
        if len(plans) == 1:
            return plans[0]
        return self.closest.choose(plans) if plans else self.closest.no_share()

    def _shares(self, statistics: Sequence[str]) -> list[Plan]:
        plans = []
        for match in matches(self.holdings, self.reading, statistics):
            labels, made = match.one(), match.held.release
            whole = made.statistic in {Histogram.name, Rfm.name} or made.reports is not None
            of_cell = any(name != "month" or self.reading.releases for name, _ in labels or ())
            named = of_cell or made.statistic == Segment.name
            if labels is not None and named and whole and match.held.line(labels) is not None:
                plans.append(Plan(operation=OP.SHARE, picks=(Pick(made.id, _ordered(match, labels)),)))
        return plans

    def _models(self) -> list[Plan]:
        reading = self.reading
        spending = any(not pattern.startswith("buy") for pattern in reading.activities)
        more = reading.periods or reading.releases or reading.limits or reading.dimensions or spending
        if more or not reading.people or len(reading.names) != 1:
            return []
        return [
            Plan(operation=OP.SHARE, picks=(Pick("", (pair,)),), model=model.dimension, lately=reading.lately)
            for model in self.holdings.models
            for pair in reading.names[0]
            if pair[0] == model.dimension and pair[1] in model.prior.items
        ]

    def _several(self, operation: Operation) -> Plan | Refusal:
        """Cells of one release along a dimension: all, or the largest or smallest."""
        reading = self.reading
        share = OP.SHARE in reading.operations
        plans = []
        for match in matches(self.holdings, reading, self._tables(share=share)):
            dimensions = match.held.release.dimensions
            fixed = match.one()
            if fixed is None:
                continue
            free = [name for name in dimensions if name not in dict(fixed)]
            plain = [name for name in free if name != "month"] or ([] if fixed else free)
            axes = [name for name in free if name in reading.dimensions] or plain
            plans += [self._along(operation, match, axis, fixed, share=share) for axis in axes]
        good = [plan for plan in plans if plan is not None]
        if len(good) == 1 and not reading.amount:
            return good[0]
        return self.closest.choose(good) if good else self.closest.nothing_fits()

    def _tables(self, *, share: bool) -> tuple[str, ...]:
        """What a list or a top is read from: with shares a table of which everyone is in one cell."""
        reading = self.reading
        buying = any(pattern.startswith("buy") for pattern in reading.activities)
        if share:
            return (Histogram.name, Rfm.name)
        if (
            (buying or reading.people)
            and not reading.releases
            and not any(pattern.startswith("spend") for pattern in reading.activities)
        ):
            return (ItemCounts.name, Rfm.name)
        return TABLES

    def _along(
        self, operation: Operation, match: Match, axis: str, fixed: tuple[tuple[str, str], ...], *, share: bool
    ) -> Plan | None:
        made = match.held.release
        if len(made.dimensions) > len(fixed) + 1 and fixed:
            return None
        if not fixed and not match.held.along(axis):
            return None
        top = 0 if operation is OP.LIST else self.reading.top or DEFAULT_TOP
        return Plan(
            operation=operation,
            picks=(Pick(made.id, _ordered(match, fixed)),),
            dimension=axis,
            top=top,
            low=self.reading.low,
            share=share,
        )

    def _compare(self) -> Plan | Refusal:
        reading = self.reading
        if len(reading.periods) == 2 or len(reading.releases) == 2:
            return self._across()
        statistics = COUNTING if self._counting else TABLES
        found = []
        for match in matches(self.holdings, reading, statistics):
            for axis in match.held.release.dimensions:
                pair = match.by_dimension(axis)
                rest = tuple(entry for entry in match.labels if entry[0] != axis)
                if len(pair) == 2 and len(dict(rest)) == len(rest):
                    cells = [_ordered(match, ((axis, label), *rest)) for label in pair]
                    if all(match.held.line(cell) is not None for cell in cells):
                        picks = tuple(Pick(match.held.release.id, cell) for cell in cells)
                        found.append(Plan(operation=OP.COMPARE, picks=picks))
        if len(found) == 1:
            return found[0]
        return self.closest.choose(found) if found else self.closest.nothing_to_compare()

    def _across(self) -> Plan | Refusal:
        """The same cell of two releases that ask the same, or of two months of one."""
        reading = self.reading
        sides = [replace(reading, periods=(period,)) for period in reading.periods] or [
            replace(reading, releases=(ids,)) for ids in reading.releases
        ]
        statistics = COUNTING if self._counting else EVERYTHING
        left, right = (
            [
                (match, labels)
                for match in matches(self.holdings, side, statistics)
                if (labels := match.one()) is not None
            ]
            for side in sides
        )
        plans = [
            Plan(
                operation=OP.COMPARE,
                picks=(Pick(a.held.release.id, _ordered(a, one)), Pick(b.held.release.id, _ordered(b, two))),
            )
            for a, one in left
            for b, two in right
            if _comparable(a, b) and a.held.line(one) is not None and b.held.line(two) is not None
        ]
        plans = [plan for plan in plans if plan.picks[0] != plan.picks[1]]
        if len(plans) == 1:
            return plans[0]
        return self.closest.choose(plans) if plans else self.closest.nothing_to_compare()

    def _trend(self) -> Plan | Refusal:
        reading = replace(self.reading, dimensions=tuple(name for name in self.reading.dimensions if name != "month"))
        otherwise = (Sum.name,) if reading.amount else EVERYTHING
        statistics = COUNTING if self._counting else otherwise
        plans = {
            plan.picks[0]: plan for match in matches(self.holdings, reading, statistics) for plan in _by_month(match)
        }
        if len(reading.periods) < 2:
            for match in matches(self.holdings, without_periods(reading), statistics):
                picks = self._family(match, reading.periods)
                if len(picks) > 1:
                    plans[picks[0]] = Plan(operation=OP.TREND, picks=picks)
        if len(plans) == 1:
            return next(iter(plans.values()))
        return self.closest.choose(list(plans.values())) if plans else self.closest.no_trend()

    def _family(self, match: Match, within: Sequence[Period]) -> tuple[Pick, ...]:
        """The same cell of the releases that ask the same of other days, inside the period where one is named."""
        labels = match.one()
        if labels is None or match.held.period is None:
            return ()
        first, last = within[0] if within else (date.min, date.max)
        cell = _ordered(match, labels)
        return tuple(
            Pick(held.release.id, cell)
            for held in self.holdings.family(match.held)
            if held.period is not None
            and first <= held.period[0]
            and held.period[1] <= last
            and held.line(cell) is not None
        )

    def _together(self) -> Plan | Refusal:
        reading = replace(self.reading, activities=frozenset(), dimensions=())
        plans = []
        for match in matches(self.holdings, reading, PAIRED):
            if len(match.labels) <= 2:
                top = 0 if len(match.labels) == 2 else self.reading.top or DEFAULT_TOP
                pick = Pick(match.held.release.id, match.labels)
                plans.append(Plan(operation=OP.TOGETHER, picks=(pick,), top=top))
        if len(plans) == 1:
            return plans[0]
        return self.closest.choose(plans) if plans else self.closest.nothing_together()


def _ordered(match: Match, labels: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    named = dict(labels)
    return tuple((name, named[name]) for name in match.held.release.dimensions if name in named)


def _by_month(match: Match) -> list[Plan]:
    """The trend over the months of one table, where the release shows them for these labels."""
    labels, held = match.one(), match.held
    if labels is None or "month" not in held.release.dimensions or "month" in dict(labels):
        return []
    names = {"month", *dict(labels)}
    lines = [line for line in held.lines if {name for name, _ in line.labels} == names]
    shown = [line for line in lines if dict(labels).items() <= dict(line.labels).items()]
    return (
        [Plan(operation=OP.TREND, picks=(Pick(held.release.id, _ordered(match, labels)),), dimension="month")]
        if shown
        else []
    )


def _comparable(first: Match, second: Match) -> bool:
    if first.held.release.id == second.held.release.id:
        return True
    one, two = first.held.release, second.held.release
    same = (one.statistic, one.measure, one.dimensions) == (two.statistic, two.measure, two.dimensions)
    return same and (first.held.family == second.held.family or not (first.held.family and second.held.family))
