"""Habits computed: small purchases that add up, and where more or less was spent than usual."""

from __future__ import annotations

from fractions import Fraction

from pod_agent.assistant.figures import Outcome, rounded
from pod_agent.assistant.plan import Plan, Step
from pod_agent.index.local import LocalIndex
from vocab.records import IRI

__all__ = ["LEAST_PURCHASES", "SMALL", "small_purchases", "unusual"]

SMALL = 20
"""A purchase of at most so many SGD is small."""
LEAST_PURCHASES = 12
"""Small purchases at one merchant that add up: once a month of a year, on average."""


def small_purchases(index: LocalIndex, plan: Plan) -> Outcome:
    """What small purchases came to, by merchant, of those with ``LEAST_PURCHASES`` or more; largest first."""
    table = index.compute(plan.steps[0].spec)
    found: list[tuple[str, Fraction, tuple[IRI, ...]]] = []
    for (merchant, spent, times), iris in zip(table.rows, table.evidence, strict=True):
        if isinstance(spent, Fraction) and isinstance(times, int) and times >= LEAST_PURCHASES and merchant:
            found.append((str(merchant), spent, iris))
    found.sort(key=lambda each: (-each[1], each[0].casefold()))
    found = found[: int(plan.limit or 5)]
    value = tuple((name, rounded(spent, plan.unit)) for name, spent, _ in found)
    return Outcome(value, tuple(iri for *_, iris in found for iri in iris), plan.unit)


def unusual(index: LocalIndex, plan: Plan) -> Outcome:
    """By how much each group of the first step exceeds its mean in the months of the second; only what is more.

    ``smallest`` asks for what is less. The rows of both steps count, for each group is held against both.
    """
    (now, used), (before, compared) = (_groups(index, step) for step in plan.steps)
    if not compared:
        return Outcome(None, (), None, "Your records hold no months before that to compare with.")
    sign = -1 if plan.smallest else 1
    usual = {name: spent / (plan.divisor or 1) for name, spent in before.items()}
    moved = {name: sign * (now.get(name, Fraction(0)) - usual.get(name, Fraction(0))) for name in now.keys() | usual}
    ordered = sorted(moved.items(), key=lambda pair: (-pair[1], pair[0].casefold()))
    figures = [(name, rounded(more, plan.unit)) for name, more in ordered]
    value = tuple(pair for pair in figures if pair[1] > 0)[: int(plan.limit or 5)]
    return Outcome(value, (*used, *compared), plan.unit)


def _groups(index: LocalIndex, step: Step) -> tuple[dict[str, Fraction], tuple[IRI, ...]]:
    table = index.compute(step.spec)
    found = {str(name): Fraction(spent) for name, spent in table.rows if name and isinstance(spent, Fraction | int)}
    return found, tuple(iri for iris in table.evidence for iri in iris)
