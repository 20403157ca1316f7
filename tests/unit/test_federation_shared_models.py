"""What an agent computes for the studies that shared models are made of: sets of items, and what lies beyond them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from consent.budget import Limits
from consent.errors import InvalidStudyError
from pod_agent.federation.measuring.computing import Answer, measure
from pod_agent.federation.statistics import preview
from pod_agent.index.local import LocalIndex
from tests.support.door import category_study
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.priors import CENTRED_PAIRS, PRIOR
from tests.support.questions import ITEM_VECTORS, Purchase, index_of, query
from vocab.statistics import Statistic
from vocab.study import Noise, Study
from vocab.vdaf import sealing

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
    return category_study(**{"helper_key": KEY, "statistic": statistic, "noise": Noise(21), **changes})


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    with index_of(tmp_path / "index.sqlite", LIFE) as made:
        yield made


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[LocalIndex]:
    with index_of(tmp_path / "empty.sqlite", []) as made:
        yield made


def answer(statistic: Statistic, index: LocalIndex) -> Answer | None:
    return measure(study_of(statistic), index, SECRET)


def test_items_are_told_as_ever_and_lately_had(index: LocalIndex, empty: LocalIndex) -> None:
    assert answer(ITEM_VECTORS, index) == (1, 1, 1, 0, 0, 1, 1, 0)
    assert answer(replace(ITEM_VECTORS, lately_days=3), index) == (1, 1, 1, 0, 0, 0, 1, 0)
    assert answer(replace(ITEM_VECTORS, lately_days=90), index) == (1, 1, 1, 0, 1, 1, 1, 0)
    assert answer(ITEM_VECTORS, empty) == (0,) * 8


def test_what_was_had_lately_was_had_even_if_more_was_given_back(tmp_path: Path) -> None:
    maker = RecordMaker()
    with LocalIndex(tmp_path / "returned.sqlite", SINGAPORE) as index:
        returned = maker.paid("2026-01-05", -80.0, "FairPrice", "groceries", kind="refund")
        index.upsert([returned, maker.paid("2026-03-29", 10.0, "FairPrice", "groceries")])
        spent = replace(ITEM_VECTORS, query=query("category"))
        assert answer(spent, index) == (1, 0, 0, 0, 1, 0, 0, 0)


def test_pairs_are_told_as_what_lies_beyond_a_published_prior(index: LocalIndex, empty: LocalIndex) -> None:
    study = study_of(CENTRED_PAIRS)
    told = measure(study, index, SECRET, PRIOR)
    assert told == tuple(CENTRED_PAIRS.vectors.encode(PRIOR, [1, 1, 0]).tolist())
    assert measure(study, empty, SECRET, PRIOR) == (0, 0, 0)
    for other in (None, replace(PRIOR, people=5)):
        with pytest.raises(InvalidStudyError, match="another model"):
            measure(study, index, SECRET, other)
    text = "\n".join(preview(study, told, Limits()).lines)
    assert "more than was to be expected of: groceries, transport." in text
    assert "one whole number below 1,024 for each" in text
    none = preview(study, (0, 0, 0), Limits())
    assert "nothing above what was to be expected" in "\n".join(none.lines)
    assert (none.numbers, none.micro_rho) == (6, -(-(29**2) * 16**10 * 1_000_000 // 42))
