"""What is said where a question has no plan: why, and the closest questions that there is an answer to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from aggregator.asking.holdings import PAIRED, Held, Holdings
from aggregator.asking.matching import Match, matches, without_periods
from aggregator.asking.names import label_text
from aggregator.asking.periods import period_text
from aggregator.asking.plan import Operation, Pick, Plan, Refusal
from aggregator.asking.reading import Reading
from aggregator.asking.referring import question_of, reference
from aggregator.releasing.asked import asked
from vocab.statistics import Histogram, ItemCounts, Rfm, Segment, Sum

__all__ = ["Closest", "closest_plans"]

MOST = 4
SIMPLE = (ItemCounts.name, Histogram.name, Segment.name, Sum.name, Rfm.name)


class Closest:
    """Refusals for one reading, each with choices that can be answered."""

    def __init__(self, holdings: Holdings, reading: Reading) -> None:
        self.holdings = holdings
        self.reading = reading

    def choose(self, plans: Sequence[Plan]) -> Refusal:
        """Several releases fit."""
        text = "More than one release fits. Which one do you mean?" if len(plans) > 1 else "Is this what you mean?"
        return self._clarify(text, plans)

    def unknown_name(self) -> Refusal:
        """A name in quotes that nothing has."""
        return self._declined(f"Nothing that is held is called {_names(self.reading.unknown)}.")

    def unused_words(self) -> Refusal:
        """Words that may change what is asked, and were not understood."""
        return self.cannot_use(tuple(dict.fromkeys(self.reading.left)))

    def cannot_use(self, left: tuple[str, ...]) -> Refusal:
        """These words are known, and have no meaning for what is asked."""
        them = "the word" if len(left) == 1 else "the words"
        return self._clarify(
            f"I cannot use {them} {_names(left)} here, and without {'it' if len(left) == 1 else 'them'} the answer may"
            " be to another question.",
            self._relaxed(),
        )

    def several_operations(self) -> Refusal:
        """Words that ask for two things at once."""
        asked = _names(sorted(operation.value for operation in self.reading.operations))
        return self._clarify(f"This asks for several things at once ({asked}). Ask for one of them.", self._relaxed())

    def other_bounds(self) -> Refusal | None:
        """A bound that no segment can have; None where there is none."""
        if all(kind != "other" for kind, _ in self.reading.limits):
            return None
        return self._clarify(
            "A segment counts people at least at, or below, a threshold; no other bound is held.", self._relaxed()
        )

    def not_understood(self) -> Refusal:
        """Nothing in the question names anything."""
        return self._clarify("I do not know which figure you mean.", ())

    def not_released(self) -> Refusal | None:
        """What is said of a study that has no release; None where every name leads to one."""
        released = {held.release.id for held in self.holdings.held}
        for ids in self.reading.releases:
            if not ids & released:
                one = next(one for one in self.holdings.studies if one.study.task_id.hex() in ids)
                text = f"Nothing is released of {_names([one.study.title])}. It asks {asked(one.study.statistic)}."
                return self._declined(text)
        return None

    def which_release(self, operation: Operation) -> Refusal:
        """A question about one whole release that names none."""
        newest = [held.release.id for held in reversed(self.holdings.held)]
        plans = [Plan(operation=operation, releases=(release,)) for release in newest]
        return self._clarify("Of which release?", plans) if plans else self._declined("Nothing is released yet.")

    def one_at_a_time(self, found: Sequence[Match]) -> Refusal:
        """Two names of one kind: they may be meant together or one by one, and no release holds both together."""
        plans = [
            Plan(operation=Operation.FIGURE, picks=(Pick(match.held.release.id, (pair,)),))
            for match in found
            for pair in match.labels
            if match.held.line((pair,)) is not None
        ]
        both = "People in both cells count in both" if found[0].held.release.statistic == ItemCounts.name else "Each is"
        return self._clarify(f"{both} a figure of its own." if both == "Each is" else f"{both}. Ask for one.", plans)

    def no_share(self) -> Refusal:
        """A share whose whole is not known."""
        counts = matches(self.holdings, self.reading, (ItemCounts.name, Segment.name))
        plans = [
            Plan(operation=Operation.FIGURE, picks=(Pick(match.held.release.id, labels),))
            for match in counts
            if (labels := match.one()) is not None and match.held.line(labels) is not None
        ]
        if plans:
            return self._declined(
                "How many people answered is told as a minimum alone, so no share of them is told. Their number is.",
                plans,
            )
        return self.nothing_fits()

    def nothing_to_compare(self) -> Refusal:
        """Fewer than two figures of one kind."""
        return self._declined("No release holds two figures of one kind that this names.", self._relaxed())

    def no_trend(self) -> Refusal:
        """One release alone says nothing of change."""
        return self._declined(
            "A trend needs a release by month, or several releases that ask the same of other days.", self._relaxed()
        )

    def nothing_together(self) -> Refusal:
        """No co-purchases for these names."""
        paired = [held for held in self.holdings.held if held.release.statistic in PAIRED]
        plans = [Plan(operation=Operation.TOGETHER, picks=(Pick(held.release.id),), top=5) for held in reversed(paired)]
        return self._declined("No release says what goes together here.", plans)

    def nothing_fits(self) -> Refusal:
        """No release is true of all that was said."""
        reading = self.reading
        names = self._not_held()
        if names:
            return self._declined(f"No release tells of {_names(names)}.")
        if reading.periods:
            others = closest_plans(self.holdings, without_periods(reading))
            told = _names(period_text(period) for period in reading.periods)
            held = sorted({period for plan in others if (period := self._held(plan).period) is not None})
            if not others or any(period in held for period in reading.periods):
                return self._declined("No release holds this figure.", others)
            days = f" There is {_names(map(period_text, held))}." if held else ""
            return self._declined(f"No release tells of this for {told}.{days}", others)
        return self._declined("No release holds this figure.", self._relaxed())

    def _held(self, plan: Plan) -> Held:
        return self.holdings.get(plan.picks[0].release)

    def _not_held(self) -> list[str]:
        """Names that stand in no release at all."""
        held = {pair for one in self.holdings.held for line in one.lines for pair in line.labels}
        held |= {
            (condition.field, str(value))
            for one in self.holdings.held
            for condition in one.filters
            for value in (condition.value if isinstance(condition.value, tuple) else (condition.value,))
        }
        held |= {(model.dimension, item) for model in self.holdings.models for item in model.prior.items}
        return [label_text(min(mention)[1]) for mention in self.reading.names if not mention & held]

    def _relaxed(self) -> list[Plan]:
        """What can be told of the names alone."""
        return closest_plans(self.holdings, self.reading) or closest_plans(self.holdings, without_periods(self.reading))

    def _clarify(self, text: str, plans: Iterable[Plan]) -> Refusal:
        return Refusal(status="clarify", text=text, choices=self._choices(plans))

    def _declined(self, text: str, plans: Iterable[Plan] = ()) -> Refusal:
        return Refusal(status="declined", text=text, choices=self._choices(plans))

    def _choices(self, plans: Iterable[Plan]) -> tuple[str, ...]:
        """At most ``MOST`` questions, newest release first; what is there in general where nothing is close."""
        questions = dict.fromkeys(question_of(self.holdings, plan) for plan in reversed(list(plans)))
        if not questions:
            newest = [held.release.id for held in reversed(self.holdings.held)][: MOST - 1]
            questions = dict.fromkeys(f"What did {reference(self.holdings, release)} ask?" for release in newest)
            questions["Which studies are there?"] = None
        return tuple(questions)[:MOST]


def closest_plans(holdings: Holdings, reading: Reading) -> list[Plan]:
    """Plain figures, or whole tables, of the releases that hold the names of a reading; bounds and verbs left out."""
    loose = replace(reading, activities=frozenset(), dimensions=(), limits=(), latest=False)
    if not (loose.names or loose.releases or loose.periods):
        return []
    kinds = (ItemCounts.name, Segment.name, Rfm.name) if reading.counted else (Sum.name,) if reading.amount else SIMPLE
    return _plain(holdings, loose, kinds) or _plain(holdings, loose, SIMPLE)


def _plain(holdings: Holdings, loose: Reading, statistics: Iterable[str]) -> list[Plan]:
    plans = []
    for match in matches(holdings, loose, statistics):
        labels, made = match.one(), match.held.release
        if labels is None:
            continue
        if match.held.line(labels) is not None:
            ordered = tuple(sorted(labels, key=lambda pair: _place(made.dimensions, pair[0])))
            plans.append(Plan(operation=Operation.FIGURE, picks=(Pick(made.id, ordered),)))
        elif len(made.dimensions) == 1 and not labels:
            plans.append(Plan(operation=Operation.LIST, picks=(Pick(made.id),), dimension=made.dimensions[0]))
    return plans


def _place(dimensions: tuple[str, ...], name: str) -> int:
    return dimensions.index(name) if name in dimensions else len(dimensions)


def _names(texts: Iterable[str]) -> str:
    quoted = [f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}" for text in texts]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]])) if quoted else ""
