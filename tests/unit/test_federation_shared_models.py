"""What an agent computes for the studies that shared models are made of: sets of items, and what lies beyond them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from consent.budget import Limits
from consent.errors import InvalidStudyError
from pod_agent.federation.measuring.computing import measure
from pod_agent.federation.statistics import preview
from pod_agent.index.local import LocalIndex
from tests.support.answers import SECRET, answer, empty_index, life_index, study_of
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.priors import CENTRED_PAIRS, PRIOR
from tests.support.questions import ITEM_VECTORS, query

index = pytest.fixture(life_index)
empty = pytest.fixture(empty_index)


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
