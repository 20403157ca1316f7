"""Plan: how a question is to be computed. Every planner, by rules or otherwise, ends in a Plan or a Refusal.

A plan names an operation and the queries it works on; it holds no figures and no text of any record but names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final, Literal, Protocol

from vocab.query import QuerySpec

__all__ = ["ANYBODY", "FUTURE", "Fold", "Operation", "Period", "Plan", "Planner", "Refusal", "Step"]

ANYBODY: Final = "ANYBODY"
"""As the text of a step: any private person, whoever it is."""
Period = tuple[date, date]
"""First and last local day, both included."""

Operation = Literal[
    "value",  # the one figure of the first step, or the sum over all steps
    "difference",  # second step minus first step
    "change",  # (second - first) / first in percent
    "share",  # first step / second step in percent
    "mean",  # the first step divided by ``divisor``
    "ranking",  # the rows of the first step, largest first
    "leader",  # the label of the first row of that ranking
    "peak",  # the label of the largest (or smallest) group, groups without rows included where they are months
    "series",  # one figure per month
    "list",  # the transactions themselves
    "extreme",  # the largest or smallest purchase
    "occasion",  # the day of the first or last row
    "any",  # yes or no: is there a row
    "exceeds",  # yes or no: first step > second step, or > ``limit``
    "ratio",  # the first step divided by the second
    "price",  # what one piece cost on the latest line of an order
    "orders",  # the orders themselves
    "follows",  # the channels that the person follows, by name: ``ask`` says list, count or any
    "subscriptions",  # what is charged again and again: ``ask`` says what of it
    "small_purchases",  # merchants of many small purchases, by what these came to
    "unusual",  # first step by group less the mean of the second over ``divisor`` months: what is more (or less)
    "budgets",  # budgets of spending: ``ask`` says what of them, the period of the step when
    "offers",  # offers of the catalogue: ``ask`` says what of them
]

Fold = Literal["sum", "mean", "last", "change", "largest", "smallest", "days", "run"]
"""What the values of days come to. ``change`` is the last minus the first, ``days`` the number that pass the bound.

``run`` is the length of the longest run of days, one after another, that pass the bound.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One query, named for the wording. ``text`` and ``foreign`` narrow transactions further, row by row.

    ``text`` is a phrase that the bank's text or the other party must hold, ``foreign`` keeps rows that were paid
    in another currency than they were billed in: the ISO 4217 code of one, or ``any``. With ``fold`` the figure is
    worked out from the values of the days: of those that pass ``bound``, a sign and a number, where the fold is
    ``days`` or ``run``.
    """

    spec: QuerySpec
    name: str = ""
    text: str | None = None
    foreign: str = ""
    fold: Fold | None = None
    bound: tuple[str, float] | None = None

    def to_json(self) -> dict[str, Any]:
        """The step as JSON values."""
        out = self.spec.to_json()
        if self.text is not None:
            out["text"] = self.text
        if self.foreign:
            out["foreign"] = self.foreign
        if self.fold is not None:
            out["days"] = self.fold
        if self.bound is not None:
            out["bound"] = list(self.bound)
        return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to compute. ``unit`` is that of the answer; ``show`` picks what an extreme row is asked for.

    ``divisor`` belongs to a mean, ``limit`` (in the unit of the measure) to ``exceeds``; ``smallest`` turns a
    ranking, a peak, an extreme or an occasion around. ``today`` and ``ask`` belong to subscriptions, budgets, offers
    and to what is followed, and ``names`` are those that are asked for. ``read_as`` is the plain question that a reader
    other than the rules took it for; plans that compute the same are equal whatever they were read as.
    """

    operation: Operation
    steps: tuple[Step, ...]
    unit: str | None
    show: Literal["amount", "merchant", "date"] = "amount"
    smallest: bool = False
    divisor: Fraction | None = None
    per: str = ""
    limit: float | None = None
    today: date | None = None
    ask: str = ""
    names: tuple[str, ...] = ()
    read_as: str = field(default="", compare=False)

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values, for "how computed"."""
        out: dict[str, Any] = {"operation": self.operation, "steps": [step.to_json() for step in self.steps]}
        if self.smallest:
            out["smallest"] = True
        if self.divisor is not None:
            out["divisor"] = float(self.divisor)
            out["per"] = self.per
        if self.limit is not None:
            out["limit"] = self.limit
        if self.operation == "extreme":
            out["show"] = self.show
        if self.ask:
            out["ask"] = self.ask
            out["names"] = list(self.names)
        if self.read_as:
            out["read_as"] = self.read_as
        return out


FUTURE: Final = (
    "That lies in the future; I answer from records that exist. What you will probably spend: pod-agent forecast."
)
"""Why nothing is said of days to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no answer: ``clarify`` asks back and offers ``choices``, ``declined`` says what is not possible."""

    status: Literal["clarify", "declined"]
    text: str
    choices: tuple[str, ...] = ()


class Planner(Protocol):
    """Turns a question into a plan. It sees the question and the names in the index, never a record's amount."""

    def plan(self, question: str, today: date) -> Plan | Refusal:
        """The plan for a question asked on this day, or why there is none."""
        ...
