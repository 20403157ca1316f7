"""The person's own limits of privacy loss: lowered by text of a setting, never raised."""

from __future__ import annotations

import pytest

from consent.budget import Limits
from consent.errors import InvalidGrantError
from tests.support.door import category_study
from vocab.errors import VocabularyError
from vocab.statistics import Histogram, ModelUpdate
from vocab.study import Noise


def test_limits_are_read_from_epsilons_and_what_is_left_out_is_the_default() -> None:
    assert Limits.from_epsilons() == Limits() == Limits.from_epsilons(business="1", total=" 3.0 ")
    assert Limits.from_epsilons(business="0.5") == Limits(business_period=6_642)
    assert Limits.from_epsilons(total="2") == Limits(period=88_153)
    assert Limits.from_epsilons(business="0", total="0") == Limits(business_period=0, period=0)


@pytest.mark.parametrize("text", ["much", "-1", "nan", "inf", "1e9", "0,5", "½"])
def test_what_is_no_epsilon_is_told_with_an_example(text: str) -> None:
    for setting in ("business", "total"):
        with pytest.raises(VocabularyError, match="is an epsilon") as caught:
            Limits.from_epsilons(**{setting: text})
        assert "0.5" in caught.value.hint


def test_limits_cannot_be_raised() -> None:
    for epsilons in ({"business": "1.1"}, {"total": "3.1"}):
        with pytest.raises(InvalidGrantError, match="lowered, not raised"):
            Limits.from_epsilons(**epsilons)
    for limits in ({"year": 1_000_001}, {"period": -1}):
        with pytest.raises(InvalidGrantError, match="lowered, not raised"):
            Limits(**limits)


def test_what_an_answer_moves_the_sum_is_stated_once_for_both_sides() -> None:
    statistic = category_study().statistic
    update = ModelUpdate(model="weekly-spending-1", length=4, clip=100, fraction_bits=8)
    assert (Histogram.name, statistic.norm_squared) == ("histogram", 1)
    assert (ModelUpdate.name, update.norm_squared) == ("update", 4 * 100**2)
    assert Noise(20_000).micro_rho(update.norm_squared) == 1_000_000


def test_an_epsilon_is_a_number_up_to_100_and_a_limit_far_less() -> None:
    for text in ("100", "99.9"):
        with pytest.raises(InvalidGrantError):
            Limits.from_epsilons(year=text)
    for text in ("100.5", "101"):
        with pytest.raises(VocabularyError, match="is an epsilon"):
            Limits.from_epsilons(year=text)
