"""Epsilon of a zCDP loss: the tight conversion, against OpenDP and the reference table."""

import math
from typing import Any

import opendp.prelude as dp
import pytest

from vocab.errors import VocabularyError
from vocab.privacy import epsilon, micro_rho


def test_epsilon_is_what_opendp_computes() -> None:
    dp.enable_features("contrib")
    space = dp.atom_domain(T="i64"), dp.absolute_distance(T="i64")
    for scale in (2.0, 5.0, 10.0, 100.0):  # their rho is a whole number of micro-rho
        measurement: Any = dp.c.make_zCDP_to_approxDP(dp.m.make_gaussian(*space, scale=scale))
        for delta in (1e-6, 1e-9):
            assert epsilon(round(1e6 / (2 * scale**2)), delta) == pytest.approx(
                measurement.map(1).epsilon(delta), rel=1e-7
            )


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        (1e-6, [1_802, 6_642, 24_356, 88_153, 311_065, 1_052_359]),
        (1e-5, [2_357, 8_506, 30_557, 108_257, 373_144, 1_229_715]),
    ],
)
def test_micro_rho_of_an_epsilon(delta: float, expected: list[int]) -> None:
    assert [micro_rho(value, delta) for value in (0.25, 0.5, 1, 2, 4, 8)] == expected


def test_the_conversion_is_tighter_than_the_textbook_one() -> None:
    rho = 0.024356
    assert epsilon(24_356) < 0.9 * (rho + 2 * math.sqrt(rho * math.log(1e6)))


def test_no_loss_is_epsilon_zero() -> None:
    assert epsilon(0) == 0
    assert micro_rho(0) == 0


@pytest.mark.parametrize(("loss", "delta"), [(-1, 1e-6), (1, 0.0), (1, 1.0)])
def test_a_loss_that_means_nothing_is_refused(loss: int, delta: float) -> None:
    with pytest.raises(VocabularyError):
        epsilon(loss, delta)
