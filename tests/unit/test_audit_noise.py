"""The noise follows its law, and an audit that knows nothing else tells right noise from noise 5 % too small.

On real draws a bound gives a false alarm once in ten million runs or less; every check is shown to fail on a wrong law.
"""

from __future__ import annotations

import numpy as np
import pytest

from aggregator.noise import discrete_gaussian
from aggregator.studies import variance_for
from bench.recommend.seeded_noise import discrete_gaussian as seeded
from tests.support.audits import (
    chi_square,
    clopper_pearson,
    gaussian_law,
    greatest_power,
    right_guesses,
    summed_law,
    two_worlds,
)
from vocab.privacy import DELTA, epsilon, micro_rho

ALPHA = 1e-8
DRAWS = 10_000
AUDIT_DRAWS = 40_000
VARIANCE, SHIFT = 10_000, 300
"""Worlds three standard deviations apart: there the fewest draws tell 5 % apart."""


def drawn(variance: int, size: int) -> np.ndarray:
    return discrete_gaussian(variance, size).astype(np.int64)


@pytest.mark.parametrize("variance", [1, 2, 21, 10_000, 10**8])
def test_draws_follow_the_closed_form(variance: int) -> None:
    assert chi_square(drawn(variance, DRAWS), *gaussian_law(variance)) > ALPHA


def test_the_test_of_the_law_rejects_other_laws() -> None:
    dice = np.random.default_rng(1)
    values, probabilities = gaussian_law(21)
    sound = dice.choice(values, 50_000, p=probabilities)
    assert chi_square(sound, values, probabilities) > 0.001
    thinner = gaussian_law(21 * 0.95**2)
    small = dice.choice(thinner[0], 50_000, p=thinner[1])
    rounded = np.rint(dice.normal(0, 1, 50_000)).astype(np.int64)
    laplace = np.rint(dice.laplace(0, (21 / 2) ** 0.5, 50_000)).astype(np.int64)
    assert chi_square(small, values, probabilities) < ALPHA
    assert chi_square(rounded, *gaussian_law(1)) < ALPHA
    assert chi_square(laplace, values, probabilities) < ALPHA
    assert chi_square(sound + 1, values, probabilities) < ALPHA
    assert chi_square([10**6], values, probabilities) == 0


def test_two_worlds_clear_the_right_noise_and_catch_noise_that_is_5_percent_too_small() -> None:
    right = two_worlds(
        drawn(VARIANCE, AUDIT_DRAWS),
        drawn(VARIANCE, AUDIT_DRAWS) + SHIFT,
        variance=VARIANCE,
        shift=SHIFT,
        alpha=ALPHA,
    )
    assert not right.fires
    dice = np.random.default_rng(1)  # so many real draws would miss it once in 20,000 runs
    worlds = [seeded(9_025, AUDIT_DRAWS, dice) + shift for shift in (0, SHIFT)]
    small = two_worlds(*worlds, variance=VARIANCE, shift=SHIFT, alpha=ALPHA)
    assert small.fires
    assert small.epsilon() > right.epsilon() > 0
    loss = SHIFT**2 * 10**6 // (2 * VARIANCE)
    assert right.epsilon(DELTA) < epsilon(loss)


def test_what_is_charged_for_epsilon_1_is_not_refuted_and_no_noise_is() -> None:
    variance = variance_for(1.0, 1)
    assert micro_rho(1.0) == 24_356
    draws = drawn(variance, 2 * DRAWS)
    half = two_worlds(draws[:DRAWS], draws[DRAWS:] + 1, variance=variance, shift=1, alpha=ALPHA)
    assert not half.fires
    assert half.epsilon(DELTA) < 1.0
    none = np.zeros(DRAWS, dtype=np.int64)
    bare = two_worlds(none, none + 1, variance=variance, shift=1, alpha=ALPHA)
    assert bare.fires
    assert bare.epsilon(DELTA) > 6


def test_the_bounds_of_the_audit_are_the_textbook_ones() -> None:
    assert clopper_pearson(0, 10, 0.05) == pytest.approx((0.0, 1 - 0.05**0.1))
    assert clopper_pearson(10, 10, 0.05) == pytest.approx((0.05**0.1, 1.0))
    values, probabilities = gaussian_law(4)
    assert greatest_power(4, 3, float(probabilities[values >= 2].sum())) == pytest.approx(
        probabilities[values >= -1].sum()
    )
    assert greatest_power(4, 0, 0.3) == pytest.approx(0.3)
    both = summed_law(4, 2)
    assert float((both[0] ** 2 * both[1]).sum()) == pytest.approx(8, rel=1e-9)
    assert right_guesses(gaussian_law(1e-3)) == pytest.approx(1.0)
    assert right_guesses(gaussian_law(1e6)) == pytest.approx(0.5, abs=1e-3)
