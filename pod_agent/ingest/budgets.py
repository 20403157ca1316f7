"""Budgets that the person set themselves: ``settings/budgets.ttl`` in the pod.

A budget says how much may be spent in a week, a month or a year, on everything, on a category or at a merchant. Of one
thing one budget holds, the latest. The same budgets give the same bytes; a document that was ever written stays, empty
if need be. What businesses may learn is limited elsewhere: that is the privacy budget.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from pod_agent.errors import PodDamagedError, UsageError
from pod_agent.ingest.switched import REMEDY, nodes_of
from pod_agent.pods.changing import change_resource
from pod_agent.pods.pod import Pod, Resource
from vocab import terms
from vocab.records import Money
from vocab.terms import curie
from vocab.turtle import HEADER, literal
from vocab.wording import folded

__all__ = [
    "BUDGETS",
    "MOST",
    "Budget",
    "Rhythm",
    "Scope",
    "check_budgets",
    "keep_budget",
    "read_budgets",
    "remove_budget",
]

BUDGETS: Final = "settings/budgets.ttl"
MOST: Final = 200
"""Budgets that can be kept."""
LONGEST: Final = 200
LARGEST: Final = 10**12
"""Minor units; a larger amount is a slip of the keyboard."""
CURRENCY: Final = "SGD"


class Scope(StrEnum):
    """What a budget is for."""

    ALL = "all"
    CATEGORY = "category"
    MERCHANT = "merchant"


class Rhythm(StrEnum):
    """After what a budget begins anew: calendar weeks (from Monday), months and years."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much may be spent; ``name`` is the category or the merchant, ``all`` for everything."""

    scope: Scope
    name: str
    amount: Money
    per: Rhythm = Rhythm.MONTH

    @property
    def target(self) -> tuple[Scope, str]:
        """What it is for, whatever the case of its letters."""
        return self.scope, folded(self.name)

    @property
    def identifier(self) -> str:
        """The name in its IRI: 26 characters that depend on what it is for."""
        told = "\0".join(self.target)
        return base64.b32encode(hashlib.sha256(told.encode()).digest())[:26].decode().lower()

    def to_json(self) -> dict[str, Any]:
        """The form that outside programs read; the amount in major units."""
        return {"of": self.scope.value, "name": self.name, "amount": float(self.amount.amount), "per": self.per.value}


def read_budgets(pod: Pod) -> tuple[Budget, ...]:
    """Every budget, that for everything first, then by name; PodDamagedError where the document cannot be read."""
    resource = pod.read(BUDGETS)
    return _parsed(resource.content if resource else b"")


def keep_budget(pod: Pod, budget: Budget) -> None:
    """Keep a budget, in place of an older one for the same; UsageError for one that cannot be kept."""
    _checked(budget)

    def changed(held: tuple[Budget, ...]) -> list[Budget]:
        others = [each for each in held if each.target != budget.target]
        if len(others) >= MOST:
            raise UsageError(f"there are {MOST} budgets already", hint="Remove some: pod-agent budgets remove NAME")
        return [*others, budget]

    _change(pod, changed)


def remove_budget(pod: Pod, name: str) -> tuple[Budget, ...]:
    """Remove what is kept under this name, whatever the case of its letters; UsageError where nothing is."""
    gone: list[Budget] = []

    def changed(held: tuple[Budget, ...]) -> list[Budget]:
        gone[:] = [each for each in held if folded(each.name) == folded(name)]
        return [each for each in held if each not in gone]

    _change(pod, changed)
    if not gone:
        raise UsageError("there is no budget of that name", hint="pod-agent budgets list names them.")
    return tuple(gone)


def check_budgets(content: bytes, _path: str) -> None:
    """PodDamagedError where the document of budgets cannot be read."""
    _parsed(content)


def _checked(budget: Budget) -> None:
    name = budget.name
    if not name.strip() or len(name) > LONGEST or any(ord(letter) < 32 for letter in name):
        raise UsageError("the name of a budget is empty, too long or no text")
    if not 0 < budget.amount.minor <= LARGEST or budget.amount.currency != CURRENCY:
        raise UsageError("a budget is more than nothing", hint="Write for example: pod-agent budgets set groceries 400")


def _change(pod: Pod, change: Callable[[tuple[Budget, ...]], list[Budget]]) -> None:
    def changed(resource: Resource | None) -> bytes | None:
        held = _parsed(resource.content if resource else b"")
        after = change(held)
        return None if set(after) == set(held) else _render(after)

    change_resource(pod, BUDGETS, changed)


def _render(budgets: Iterable[Budget]) -> bytes:
    ordered = sorted(budgets, key=lambda each: each.identifier)
    parts = [HEADER, f"\n<> {curie(terms.RECORD_COUNT)} {len(ordered)} .\n"]
    for each in ordered:
        told = (
            f"{curie(terms.BUDGET_OF)} {literal(each.scope.value)}",
            f"{curie(terms.NAME)} {literal(each.name)}",
            f"{curie(terms.BUDGET_AMOUNT)} {each.amount.amount:.2f}",
            f"{curie(terms.BUDGET_PER)} {literal(each.per.value)}",
        )
        parts.append(f"\n<#{each.identifier}> a {curie(terms.BUDGET)} ;\n  " + " ;\n  ".join(told) + " .\n")
    return "".join(parts).encode()


@lru_cache(maxsize=4)
def _parsed(content: bytes) -> tuple[Budget, ...]:
    """The budgets in a document; kept, for every question about one asks for them."""
    try:
        found = [_budget(node) for node in nodes_of(content, BUDGETS, terms.BUDGET).values()]
        for each in found:
            _checked(each)
    except (KeyError, ValueError, InvalidOperation, UsageError) as error:
        raise PodDamagedError(f"{BUDGETS} holds a budget that cannot be read", hint=REMEDY) from error
    if len({each.target for each in found}) != len(found):
        raise PodDamagedError(f"{BUDGETS} holds two budgets for the same", hint=REMEDY)
    return tuple(sorted(found, key=lambda each: (each.scope is not Scope.ALL, folded(each.name), each.scope)))


def _budget(node: Mapping[str, list[str]]) -> Budget:
    [scope], [name], [amount], [per] = (
        node[term] for term in (terms.BUDGET_OF, terms.NAME, terms.BUDGET_AMOUNT, terms.BUDGET_PER)
    )
    return Budget(scope=Scope(scope), name=name, amount=Money.of(Decimal(amount), CURRENCY), per=Rhythm(per))
