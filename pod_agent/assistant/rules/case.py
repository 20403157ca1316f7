"""Case: what the rules of one topic work on: a reading, with its names, filters and periods resolved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from pod_agent.assistant.plan import Operation, Period, Plan, Refusal, Step
from pod_agent.assistant.rules.left_out import spared_days, spared_months
from pod_agent.assistant.rules.lexicon import Kind, Lexicon, Name
from pod_agent.assistant.rules.reading import Reading
from pod_agent.assistant.rules.text import canonical
from vocab.query import Filter, QuerySpec

__all__ = [
    "Account",
    "Case",
    "Facts",
    "Rule",
    "Unclear",
    "apply_rules",
    "clarify",
    "query",
    "rates_of",
    "roles",
    "single",
    "spans_days",
    "spans_months",
]

GENERIC = frozenset("card account bank credit debit current".split())
"""Words that tell a card from an account, but not one card from another."""
EITHER = r"\b([EPD])\d+ OR (?:\w+ )?(?=\1\d)"
"""Two names, times or days of the week: other pairs of words are asked back."""
COMMON = frozenset({"AND", "NOT", "AFTERREFUNDS", "FOREIGN", "ANY", "OR", "PLACES", "TOTAL"})
"""Roles that every rule may meet; what they say is already in the filters."""


def roles(*names: str) -> frozenset[str]:
    """A set of roles."""
    return frozenset(names)


def clarify(text: str, *choices: str) -> Refusal:
    """A question back."""
    return Refusal(status="clarify", text=text, choices=choices)


@dataclass(frozen=True, slots=True)
class Account:
    """An account or a card of the records, the sources that its rows come from, and which of the two it is."""

    name: str
    sources: tuple[str, ...]
    is_card: bool

    def fits(self, words: str) -> bool:
        """Whether these words may name it: each is in its name or in that of a source, or says only what it is."""
        own = re.findall(r"\w+", canonical(" ".join((self.name, *self.sources))))
        return all(word in GENERIC or any(each.startswith(word) for each in own) for word in words.split())


@dataclass(frozen=True, slots=True)
class Facts:
    """What a plan may depend on besides the question: today, the days held, the accounts."""

    today: date
    held: Period | None
    accounts: tuple[Account, ...]


class Unclear(Exception):  # noqa: N818 (carries the question back, is no error)
    """Raised inside the rules where a question has to be asked back."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


@dataclass(slots=True)
class Case:
    """One question within one topic. ``wanted`` and ``unwanted`` are the marks before and after a negation."""

    reading: Reading
    lexicon: Lexicon
    facts: Facts
    yes_no: bool = False
    wanted: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.yes_no = re.match(r"(?:did|have|do|was|is|has|were|does|am|are) ", self.reading.text.strip()) is not None
        if len(self.reading.periods) == 2 and self.reading.periods[0] == self.reading.periods[1]:
            self.reading.periods, self.reading.ends = self.reading.periods[:1], self.reading.ends[:1]
        negated = False
        for word in self.reading.text.split():
            if re.fullmatch(r"[ECN]\d+", word):
                (self.unwanted if negated else self.wanted).append(word)
            elif word == "NOT":
                negated = True
            elif word not in {"AND", "OR"} and re.fullmatch(r"[A-Z]+\d*", word):
                negated = False
        if "NOT" in self.roles and not self.unwanted:
            raise Unclear(clarify("What should I leave out?"))
        if self.reading.topic and re.search(r"\bOR\b", re.sub(EITHER, " ", self.reading.text)):
            raise Unclear(clarify("Which of the two do you mean?"))
        if re.search(r"\bOR A\d|\bA\d OR\b|HOWMUCH A\d", self.reading.text):
            raise Unclear(clarify("Which limit do you mean, and on what?"))

    @property
    def roles(self) -> set[str]:
        """The roles of the reading."""
        return self.reading.roles

    def has(self, *roles: str) -> bool:
        """Whether any of these roles occurs."""
        return bool(self.roles.intersection(roles))

    def names(self, marks: list[str], kind: Kind) -> list[str]:
        """The names of this kind among the marks."""
        return [name.text for mark in marks if mark[0] == "E" for name in self.named(mark) if name.kind == kind]

    def named(self, mark: str) -> tuple[Name, ...]:
        """The names that a mark stands for."""
        return self.reading.names[int(mark[1:])]

    def period(self) -> Period | None:
        """The one period of the question, None for all records; several are asked back."""
        if len(self.reading.periods) > 1:
            raise Unclear(clarify("Which of the periods do you mean?"))
        return self.reading.periods[0] if self.reading.periods else None

    def whole(self) -> Period:
        """The period in days: the one named, or all that is held up to today."""
        named = self.period()
        held = self.facts.held or (self.facts.today, self.facts.today)
        if named is None:
            return (held[0], max(self.facts.today, held[0]))
        return named if named[0] > date.min else (held[0], max(named[1], held[0]))

    def pair(self) -> tuple[Period, Period] | None:
        """Two periods that are set against each other: named both, or the two ends of "from A to B"."""
        if len(self.reading.periods) == 2:
            return (self.reading.periods[0], self.reading.periods[1])
        if len(self.reading.periods) == 1 and self.reading.ends[0] is not None:
            left, right = self.reading.ends[0]
            return (left, (right[0], min(right[1], self.facts.today)))
        return None

    def _days(self, only: frozenset[str] | None) -> list[Filter]:
        """The days of the week as one filter: Mondays and Tuesdays are either."""
        days = [item for number, item in enumerate(self.reading.days) if only is None or f"D{number}" in only]
        days = list(dict.fromkeys(days))
        if len(days) < 2:
            return list(days)
        if any(item.field != "weekday" for item in days):
            raise Unclear(clarify("Which days of the week do you mean?", "weekends", "weekdays"))
        return [Filter("weekday", "in", tuple(str(item.value) for item in days))]

    def row_filters(self, only: frozenset[str] | None = None) -> tuple[Filter, ...]:
        """Limits, days of the week and accounts; of these marks only, where marks are given."""
        limits = [item for number, item in enumerate(self.reading.limits) if only is None or f"A{number}" in only]
        out = [*limits, *self._days(only), *self.reading.hours, *self.reading.left_out]
        if len(self.reading.hours) > 1:
            raise Unclear(clarify("Which hours do you mean?"))
        if len(self.reading.accounts) > 1:
            raise Unclear(clarify("The card or the account?", *(words for _, words in self.reading.accounts)))
        for kind, words in self.reading.accounts if only is None or "K0" in only else ():
            out.append(Filter("account", "in", self._accounts(kind, words)))
        return tuple(out)

    def _accounts(self, kind: str, words: str) -> tuple[str, ...]:
        alike = [account for account in self.facts.accounts if account.is_card == (kind == "card")]
        chosen = tuple(account.name for account in alike if account.fits(words))
        if not chosen:
            held = ", ".join(account.name for account in self.facts.accounts[:3])
            raise Unclear(Refusal(status="declined", text=f'Your records hold no "{words}". They hold: {held}.'))
        return chosen


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule fires where all of ``need``, one of each set in ``some`` and nothing outside ``may`` occurs.

    A role that a rule does not know makes it stand back: no word is ever left unused.
    """

    build: Callable[[Case], Plan | Refusal | None]
    need: frozenset[str] = frozenset()
    some: tuple[frozenset[str], ...] = ()
    may: frozenset[str] = frozenset()

    def fits(self, roles: set[str]) -> bool:
        """Whether the rule covers exactly these roles."""
        known = self.need.union(self.may, COMMON, *self.some)
        return self.need <= roles and roles <= known and all(each & roles for each in self.some)


def apply_rules(rules: tuple[Rule, ...], case: Case) -> Plan | Refusal | None:
    """The plan of the first rule that fits and builds one."""
    for rule in rules:
        if rule.fits(case.roles):
            plan = rule.build(case)
            if plan is not None:
                return plan
    return None


def query(
    measure: str,
    filters: tuple[Filter, ...],
    period: Period | None,
    dimensions: tuple[str, ...] = (),
    *,
    order: str | None = None,
    limit: int | None = None,
) -> QuerySpec:
    """A query of one measure."""
    return QuerySpec(
        measures=(measure,), dimensions=dimensions, filters=filters, period=period, order=order, limit=limit
    )


def single(operation: Operation, step: Step, unit: str | None, **more: object) -> Plan:
    """A plan of one step."""
    return Plan(operation=operation, steps=(step,), unit=unit, **more)  # type: ignore[arg-type]


def spans_months(period: Period, held: Period | None) -> int:
    """Calendar months that a period touches, not counting those before the first record held."""
    first = max(period[0], held[0]) if held else period[0]
    return (period[1].year - first.year) * 12 + period[1].month - first.month + 1


def rates_of(case: Case, period: Period) -> list[tuple[Fraction, str]]:
    """By how many months, weeks or days of a period a sum is divided, for each rate that the question names.

    What is left out of the period does not count.
    """
    out, held = case.reading.left_out, case.facts.held
    days = spans_days(period) - spared_days(out, period)
    covered = (max(period[0], held[0]), period[1]) if held else period
    months = spans_months(period, held) - spared_months(out, covered)
    table = {
        "PERMONTH": (Fraction(months), "month"),
        "PERWEEK": (Fraction(days, 7), "week"),
        "PERDAY": (Fraction(days), "day"),
    }
    return [rate for role, rate in table.items() if case.has(role)]


def spans_days(period: Period) -> int:
    """Days of a period."""
    return (period[1] - period[0]) // timedelta(days=1) + 1
