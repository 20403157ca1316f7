"""Budgets asked about: how they stand now, or stood in a period that is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from pod_agent.assistant.figures import Outcome, rounded
from pod_agent.assistant.plan import Period, Plan, Step
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.budgets import Budget, Scope
from pod_agent.models.budgets import Progress, period_of, progress_of
from vocab.records import IRI
from vocab.wording import folded

__all__ = ["budgets", "told"]

MOST = 6
"""Budgets that are told one by one."""
SET = "Set one with: pod-agent budgets set CATEGORY AMOUNT"


def budgets(index: LocalIndex, plan: Plan, held: Sequence[Budget]) -> Outcome:
    """What a plan asks of the budgets; declined with the command where none is set for it."""
    if not held:
        return _declined(f"You have set no budget of spending yet. {SET}")
    today, asked = plan.today or date.max, plan.steps[0].spec.period
    chosen = [each for each in held if not plan.names or folded(each.name) in map(folded, plan.names)]
    if len({folded(each.name) for each in chosen}) < len(set(map(folded, plan.names))):
        return _declined(f"You have set no budget for {_missing(plan, held)}. {SET}")
    if not plan.names and plan.ask in {"left", "spent", "share"}:
        chosen = [each for each in held if each.scope is Scope.ALL] or list(held if len(held) == 1 else ())
        if not chosen:
            names = tuple(f"how much of my {each.name} budget is left" for each in held[:3])
            return Outcome(None, (), None, "Which of your budgets do you mean?", choices=names)
    if plan.ask == "list":
        return _listed(chosen)
    alike = [each for each in chosen if not plan.per or each.per == plan.per]
    fitting = [each for each in alike if asked is None or _is_period_of(each, asked, today)]
    if not fitting:
        rhythms = " or ".join(sorted({each.per.value for each in chosen}))
        return _declined(f"That budget is for each {rhythms}: ask about one {rhythms}, please.")
    found = [progress_of(index, each, today, within=None if asked is None else asked[0]) for each in fitting]
    steps = tuple(Step(spec=each.spec, name=each.budget.name) for each in found)
    return replace(_ANSWERS[plan.ask](found, plan), steps=steps)


def _declined(text: str) -> Outcome:
    return Outcome(None, (), None, text)


def _missing(plan: Plan, held: Sequence[Budget]) -> str:
    known = {folded(each.name) for each in held}
    return ", ".join(name for name in plan.names if folded(name) not in known)


def _is_period_of(budget: Budget, asked: Period, today: date) -> bool:
    """Whether these days are one whole period of the budget, or what has passed of it."""
    first, last = period_of(budget.per, asked[0])
    return asked[0] == first and asked[1] in {last, min(last, today)}


def _listed(chosen: Sequence[Budget]) -> Outcome:
    value = tuple((each.name, rounded(Fraction(each.amount.amount), "SGD")) for each in chosen)
    lines = "; ".join(f"{each.name}: {_sgd(Fraction(each.amount.amount))} a {each.per}" for each in chosen)
    return Outcome(value, (), "SGD", told=f"Your budgets: {lines}.")


def _evidence(found: Sequence[Progress]) -> tuple[IRI, ...]:
    return tuple(iri for each in found for iri in each.evidence)


def _kept(found: Sequence[Progress], plan: Plan) -> Outcome:
    """Whether all of these were kept to; turned around whether one was exceeded."""
    over = any(each.exceeded for each in found)
    value = "yes" if over == plan.smallest else "no"
    return Outcome(value, _evidence(found), None, told=_lines(found))


def _lines(found: Sequence[Progress]) -> str:
    """How budgets stand, those that were exceeded first, ``MOST`` of them."""
    ordered = sorted(found, key=lambda each: not each.exceeded)
    more = f" And {len(found) - MOST} more: pod-agent budgets list." if len(found) > MOST else ""
    return " ".join(map(told, ordered[:MOST])) + more


def _exceeded(found: Sequence[Progress], _: Plan) -> Outcome:
    over = sorted((each for each in found if each.exceeded), key=lambda each: (each.left, folded(each.budget.name)))
    value = tuple((each.budget.name, rounded(-each.left, "SGD")) for each in over)
    lines = _lines(over) or f"None of your {len(found)} budgets was exceeded."
    return Outcome(value, _evidence(found), "SGD", told=lines)


def _figure(of: Callable[[Progress], Fraction], unit: str) -> Callable[[Sequence[Progress], Plan], Outcome]:
    def figure(found: Sequence[Progress], _: Plan) -> Outcome:
        total = sum((of(each) for each in found), Fraction(0))
        value = rounded(total if unit == "SGD" else total / len(found), unit)
        return Outcome(value, _evidence(found), unit, told=_lines(found))

    return figure


_ANSWERS: dict[str, Callable[[Sequence[Progress], Plan], Outcome]] = {
    "kept": _kept,
    "exceeded": _exceeded,
    "left": _figure(lambda each: each.left, "SGD"),
    "spent": _figure(lambda each: each.spent, "SGD"),
    "share": _figure(lambda each: each.spent / Fraction(each.budget.amount.amount) * 100, "percent"),
}


def told(progress: Progress) -> str:
    """One or two sentences: what was spent of the budget, what is left, and what is left for a day."""
    name = "everything" if progress.budget.scope is Scope.ALL else progress.budget.name
    amount = Fraction(progress.budget.amount.amount)
    days = f"from {_day(progress.first)} to {_day(progress.until)}"
    spent = f"You spent {_sgd(progress.spent)} of your budget of {_sgd(amount)} for {name} {days}"
    if progress.exceeded:
        return f"{spent}: {_sgd(-progress.left)} more than it."
    if progress.per_day is None:
        return f"{spent}: {_sgd(progress.left)} {'is' if progress.days_left else 'was'} left."
    until = f"for each of the {progress.days_left} days until {_day(progress.last)}"
    if progress.days_left == 1:
        return f"{spent}: {_sgd(progress.left)} is left for today."
    return f"{spent}: {_sgd(progress.left)} is left, {_sgd(progress.per_day)} {until}."


def _sgd(amount: Fraction) -> str:
    return f"SGD {rounded(amount, 'SGD'):,.2f}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
