"""Instructions of a round: what fits together, what is refused, what comes back."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from tests.support.rounds import training_study
from vocab.errors import UnknownNameError, VocabularyError
from vocab.query import QuerySpec
from vocab.statistics import Histogram, ModelUpdate
from vocab.training import WEEKLY_SPENDING, RoundInstructions, mean_update

STUDY = training_study()
GOOD = RoundInstructions(study=STUDY, number=3, weights=(0.1, -2.5, 0.0, 1.0))


def test_instructions_come_back_as_they_were() -> None:
    assert RoundInstructions.from_fields(GOOD.to_fields()) == GOOD
    assert RoundInstructions.from_fields(GOOD.to_fields()).study.task_id == STUDY.task_id


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": [0.0, 0.0, 0.0]},
        {"weights": [0.0, 0.0, 0.0, math.nan]},
        {"weights": [0.0, 0.0, 0.0, math.inf]},
        {"weights": [0.0, 0.0, 0.0, 1e9]},
        {"weights": [0, 0, 0, 1]},
        {"weights": "four"},
        {"round": 0},
        {"round": True},
        {"study": "not JSON"},
        {"study": "[" * 100_000},
        {"study": "{}"},
        {"num_examples": 10},
    ],
)
def test_instructions_that_do_not_fit_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(VocabularyError):
        RoundInstructions.from_fields({**GOOD.to_fields(), **changes})


def test_a_study_of_another_kind_is_no_round() -> None:
    histogram = Histogram(query=QuerySpec(measures=("spend",), dimensions=("category",)), cells=(("groceries",),))
    with pytest.raises(VocabularyError, match="not a training round"):
        RoundInstructions(study=replace(STUDY, statistic=histogram), number=1, weights=WEEKLY_SPENDING.start)


def test_a_model_that_does_not_ship_is_refused() -> None:
    foreign = ModelUpdate(model="somebody-elses-1", length=4, clip=10, fraction_bits=14)
    with pytest.raises(UnknownNameError):
        RoundInstructions(study=replace(STUDY, statistic=foreign), number=1, weights=WEEKLY_SPENDING.start)


def test_the_mean_update_is_the_sum_in_weights_over_the_people() -> None:
    statistic = ModelUpdate(model=WEEKLY_SPENDING.name, length=4, clip=100, fraction_bits=2)
    assert mean_update(statistic, [8, -4, 0, 2], 2) == (1.0, -0.5, 0.0, 0.25)
    with pytest.raises(VocabularyError):
        mean_update(statistic, [1, 2, 3], 2)
    with pytest.raises(VocabularyError):
        mean_update(statistic, [1, 2, 3, 4], 0)
