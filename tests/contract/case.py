"""Server cases: each does something to a server and tells in a few words what came of it.

``expects`` is what the Solid Protocol, or the RFC it stands on, asks for; where it leaves a choice, what most servers
do. What a server does otherwise is written down in ``differences.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.contract.world import World

__all__ = ["CASES", "Case", "case"]

Observe = Callable[[World], str]


@dataclass(frozen=True)
class Case:
    """One fact about a server and what is expected of it."""

    fact: str
    expects: str
    observe: Observe


CASES: dict[str, Case] = {}


def case(fact: str, expects: str) -> Callable[[Observe], Observe]:
    """Enter a case under its function's name."""

    def enter(observe: Observe) -> Observe:
        assert observe.__name__ not in CASES
        CASES[observe.__name__] = Case(fact, expects, observe)
        return observe

    return enter
