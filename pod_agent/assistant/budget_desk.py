"""BudgetDesk: the person's budgets of spending, set, shown with how they stand, and removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Final, Protocol

from pod_agent.assistant.budgeting import told
from pod_agent.errors import UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.ingest.budgets import Budget, Rhythm, Scope, keep_budget, read_budgets, remove_budget
from pod_agent.models.budgets import Progress, progress_of
from pod_agent.pods.pod import Pod
from vocab.records import IRI, Money
from vocab.taxonomy import CATEGORIES
from vocab.wording import folded

__all__ = ["BudgetDesk"]

EVERYTHING: Final = "all"
NOT_SPENT: Final = frozenset({"cash", "income", "transfers"})
"""Categories that hold no spending."""


Absolute = Callable[[Iterable[IRI]], tuple[IRI, ...]]


class KeptPod(Protocol):
    """The pod of a home: as it takes changes, and as this machine knows it."""

    @property
    def pod(self) -> Pod:
        """Takes changes."""

    @property
    def known(self) -> Pod:
        """Is read without a request."""


class BudgetDesk:
    """Budgets as they lie in the pod: what ``kept`` knows is read without a request; ``absolute`` makes IRIs so."""

    def __init__(self, *, kept: KeptPod, index: LocalIndex, today: date, absolute: Absolute) -> None:
        self._kept = kept
        self._index = index
        self._today = today
        self._absolute = absolute

    def held(self) -> tuple[Budget, ...]:
        """Every budget, that for everything first."""
        return read_budgets(self._kept.known)

    def set(self, name: str, amount: str | Decimal, per: Rhythm | str = Rhythm.MONTH) -> Budget:
        """Set the budget of a category, of a merchant of the records, or of everything (``all``).

        UsageError for a name that is neither, and for an amount that is none.
        """
        scope, known = self._named(name)
        try:
            money = Money.of(Decimal(str(amount).replace(",", "").removeprefix("$")), "SGD")
            rhythm = Rhythm(per)
        except (InvalidOperation, ValueError, OverflowError) as error:
            raise UsageError("a budget is an amount such as 400 or 399.90, for each week, month or year") from error
        budget = Budget(scope=scope, name=known, amount=money, per=rhythm)
        keep_budget(self._kept.pod, budget)
        return budget

    def remove(self, name: str) -> tuple[Budget, ...]:
        """Remove the budget of this name; UsageError where there is none."""
        return remove_budget(self._kept.pod, name)

    def progress(self, *, today: date | None = None, within: date | None = None) -> list[Progress]:
        """How every budget stands, or stood in its week, month or year that holds the day ``within``; absolute IRIs."""
        day = today or self._today
        found = (progress_of(self._index, each, day, within=within) for each in self.held())
        return [replace(each, evidence=self._absolute(each.evidence)) for each in found]

    def told(self, progress: Progress) -> str:
        """How a budget stands, in a sentence."""
        return told(progress)

    def _named(self, name: str) -> tuple[Scope, str]:
        """What a name stands for: a category before a merchant that is called the same."""
        wanted = folded(name)
        if wanted == EVERYTHING:
            return Scope.ALL, EVERYTHING
        entities = self._index.entities()
        categories = sorted({*CATEGORIES, *entities.categories} - NOT_SPENT)
        for scope, names in ((Scope.CATEGORY, categories), (Scope.MERCHANT, entities.merchants)):
            found = next((each for each in names if folded(each.replace("-", " ")) == wanted.replace("-", " ")), None)
            if found is not None:
                return scope, found
        raise UsageError("that is neither a category nor a merchant of your records", hint=_near(wanted, categories))


def _near(wanted: str, categories: Iterable[str]) -> str:
    names = list(categories)
    near = get_close_matches(wanted, names, n=3, cutoff=0.6) or names
    return f"For example: {', '.join(near[:8])}; or all, or a merchant as your records name it."
