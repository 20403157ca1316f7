"""The closed, typed plan that every question ends in, and the refusal that it ends in otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

__all__ = ["Operation", "Pick", "Plan", "Refusal"]


class Operation(StrEnum):
    """All that can be asked of releases."""

    FIGURE = "figure"
    SHARE = "share"
    TOP = "top"
    LIST = "list"
    COMPARE = "compare"
    TREND = "trend"
    TOGETHER = "together"
    MEAN = "mean"
    ASKED = "asked"
    LOSS = "loss"
    COHORT = "cohort"
    STUDIES = "studies"


@dataclass(frozen=True, slots=True)
class Pick:
    """One cell of one release: the labels by dimension, in the release's order; none for its one number."""

    release: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is read off which releases.

    ``picks`` are cells, ``releases`` whole releases by id. ``dimension`` is the axis of a list, a top or a trend;
    ``top`` how many of it, 0 for all; ``low`` turns the order around; ``share`` shows shares instead of numbers.
    ``total`` adds privacy losses up. ``state`` keeps studies of one state. ``model`` names a shared model by its
    dimension, and ``lately`` its second column.
    """

    operation: Operation
    picks: tuple[Pick, ...] = ()
    releases: tuple[str, ...] = ()
    dimension: str = ""
    top: int = 0
    low: bool = False
    share: bool = False
    total: bool = False
    state: str = ""
    model: str = ""
    lately: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without fields that are not set."""
        picks = [{"release": pick.release, "cell": dict(pick.labels)} for pick in self.picks]
        plain = {
            name: getattr(self, name)
            for name in ("dimension", "top", "low", "share", "total", "state", "model", "lately")
        }
        named = {"picks": picks, "releases": list(self.releases), **plain}
        return {"operation": self.operation.value, **{name: value for name, value in named.items() if value}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """No plan: the question is asked back, or nothing that is held can answer it. ``choices`` are whole questions."""

    status: Literal["clarify", "declined"]
    text: str
    choices: tuple[str, ...] = ()
