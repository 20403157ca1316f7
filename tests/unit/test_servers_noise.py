"""The noise has the distribution that the ledger is charged for."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aggregator.noise import discrete_gaussian

DRAWS = 20_000


@pytest.mark.parametrize("variance", [1, 21, 10_000])
def test_the_noise_has_its_declared_variance_and_shape(variance: int) -> None:
    """Bounds of seven standard errors: a wrong variance by a tenth fails, chance does not."""
    draws = discrete_gaussian(variance, DRAWS).astype(np.int64)
    error = math.sqrt(2 / DRAWS)
    assert abs(draws.var() / variance - 1) < 7 * error
    assert abs(draws.mean()) < 7 * math.sqrt(variance / DRAWS)
    values = np.arange(-5 * math.isqrt(variance) - 5, 5 * math.isqrt(variance) + 6)
    weights = np.exp(-(values**2) / (2 * variance))
    for bound in (0, 1, 2):
        inside = weights[np.abs(values) <= bound * math.sqrt(variance)].sum() / weights.sum()
        share = np.mean(np.abs(draws) <= bound * math.sqrt(variance))
        assert abs(share - inside) < 7 * math.sqrt(inside * (1 - inside) / DRAWS)


def test_no_noise_is_no_noise() -> None:
    assert discrete_gaussian(0, 3).tolist() == [0, 0, 0]


def test_two_draws_differ() -> None:
    assert discrete_gaussian(10_000, 20).tolist() != discrete_gaussian(10_000, 20).tolist()
