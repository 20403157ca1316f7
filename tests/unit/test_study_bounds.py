"""Terms of a study that would make its noise vanish or its sum wrap are refused before anyone answers."""

from __future__ import annotations

import pytest

from aggregator.errors import AggregatorError
from aggregator.noise import discrete_gaussian
from tests.support.studies import histogram_study
from vocab.errors import VocabularyError
from vocab.statistics import ModelUpdate
from vocab.study import MAX_VARIANCE, Noise, Study


@pytest.mark.parametrize("variance", [-1, MAX_VARIANCE + 1, 10**60, 10**400])
def test_noise_that_cannot_be_drawn_is_refused(variance: int) -> None:
    """Beyond 64 bits the sampler returns one constant, which anyone can subtract."""
    with pytest.raises(VocabularyError):
        Noise(variance)
    manifest = histogram_study().to_json()
    with pytest.raises(VocabularyError):
        Study.from_json({**manifest, "noise": {"variance": variance}})


def test_the_largest_noise_allowed_is_drawn_in_full() -> None:
    drawn = discrete_gaussian(MAX_VARIANCE, 200)
    assert len(set(drawn)) == 200
    assert max(abs(int(value)) for value in drawn) < 2**53


def test_the_sampler_refuses_to_saturate() -> None:
    with pytest.raises(AggregatorError, match="end of its integers"):
        discrete_gaussian(10**60, 10)


@pytest.mark.parametrize(
    ("length", "clip", "fraction_bits"), [(0, 1, 1), (4, 0, 1), (4, 2**31 + 1, 1), (10_001, 1, 1), (4, 1, 32)]
)
def test_an_update_without_bounds_is_refused(length: int, clip: int, fraction_bits: int) -> None:
    with pytest.raises(VocabularyError):
        ModelUpdate(model="weekly-spending-1", length=length, clip=clip, fraction_bits=fraction_bits)
