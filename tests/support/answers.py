"""A person with a few purchases, one with none, and what their agents answer to a study of any statistic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pod_agent.federation.measuring.computing import Answer, measure
from pod_agent.index.local import LocalIndex
from tests.support.door import category_study
from tests.support.questions import Purchase, index_of
from vocab.statistics import Statistic
from vocab.study import Noise, Study
from vocab.vdaf import sealing

__all__ = ["LIFE", "SECRET", "answer", "empty_index", "life_index", "study_of"]

KEY = sealing.public_key(bytes(range(96))).hex()
SECRET = b"s" * 32
LIFE: list[Purchase] = [
    ("2026-01-10", 60.25, "FairPrice", "groceries"),
    ("2026-02-20", 45.25, "FairPrice", "groceries"),
    ("2026-03-25", 12.00, "Grab Rides", "transport"),
    ("2026-03-29", 30.00, "Starbucks", "eating-out"),
    ("2026-04-02", 900.00, "Scoot", "travel"),
]
"""Three purchases in three categories inside the period; the last one is too late."""


def study_of(statistic: Statistic, **changes: Any) -> Study:
    """A study of the statistic, sealed to a helper's key."""
    return category_study(**{"helper_key": KEY, "statistic": statistic, "noise": Noise(21), **changes})


def life_index(tmp_path: Path) -> Iterator[LocalIndex]:
    """The body of a fixture: the index over ``LIFE``."""
    with index_of(tmp_path / "index.sqlite", LIFE) as made:
        yield made


def empty_index(tmp_path: Path) -> Iterator[LocalIndex]:
    """The body of a fixture: the index of somebody without purchases."""
    with index_of(tmp_path / "empty.sqlite", []) as made:
        yield made


def answer(statistic: Statistic, index: LocalIndex) -> Answer | None:
    """What the agent computes for a study of the statistic."""
    return measure(study_of(statistic), index, SECRET)
