"""The ledger's arithmetic against two libraries that were proved or built by others: never less, and no more."""

from __future__ import annotations

import math
import random
from typing import Any

import opendp.prelude as dp
import pytest

from vocab.privacy import DELTA, epsilon, micro_rho
from vocab.study import Noise

AGREEMENT = 1e-9

DP_ACCOUNTING = {
    (2.0, 1): (2.254084657, 2.419102489),
    (2.0, 4): (4.886554124, 5.221539631),
    (2.0, 13): (9.706917447, 10.326943169),
    (2.0, 52): (23.003270017, 24.303890514),
    (5.0, 1): (0.834117565, 0.899938504),
    (5.0, 4): (1.765648185, 1.897504059),
    (5.0, 13): (3.380772180, 3.620243948),
    (5.0, 52): (7.455138781, 7.945790307),
    (10.0, 1): (0.396857430, 0.429951519),
    (10.0, 4): (0.834117565, 0.899938504),
    (10.0, 13): (1.576894144, 1.695619199),
    (10.0, 52): (3.381, 3.620243948),
    (100.0, 1): (0.033674130, 0.038473118),
    (100.0, 52): (0.279816243, 0.303765318),
}
"""Epsilon at delta 1e-6 of so many Gaussian answers by dp-accounting 0.6.0: the PLD and the RDP accountant.

By scale and number of answers. The package pins an ``attrs`` that does not fit beside ours, so its answers are kept.
"""


def opendp_loss(scale: float, norm: float) -> float:
    """Rho by OpenDP's proved map of the vector mechanism that the servers use."""
    dp.enable_features("contrib")
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    mechanism: Any = dp.m.make_gaussian(*space, scale=scale)
    return float(mechanism.map(norm))


@pytest.mark.parametrize("norm_squared", [1, 4, 17, 10_000, 4 * (1 << 26)])
def test_one_answer_costs_what_opendp_says_rounded_up_to_a_whole_micro_rho(norm_squared: int) -> None:
    for spread in (1, 21, 999, 10**6):
        variance = spread * norm_squared
        charged = Noise(variance).micro_rho(norm_squared)
        proved = opendp_loss(math.sqrt(variance), math.sqrt(norm_squared)) * 1e6
        assert charged >= proved * (1 - AGREEMENT)
        assert charged < proved * (1 + AGREEMENT) + 1


def test_many_answers_add_up_as_opendp_composes_them() -> None:
    """Answers of many kinds, charged one by one, against the composed mechanism and its conversion to epsilon."""
    dice, spent, mechanisms = random.Random(5), 0, []
    dp.enable_features("contrib")
    space = dp.atom_domain(T="i64"), dp.absolute_distance(T="i64")
    for _ in range(40):
        variance = dice.choice([5, 8, 20, 50, 80, 125, 10_000, 3, 7, 11, 999])
        spent += Noise(variance).micro_rho(1)
        mechanisms.append(dp.m.make_gaussian(*space, scale=math.sqrt(variance)))
    composed: Any = dp.c.make_composition(mechanisms)
    rho = composed.map(1)
    assert rho * 1e6 * (1 - AGREEMENT) <= spent < rho * 1e6 + len(mechanisms)
    approximate: Any = dp.c.make_zCDP_to_approxDP(composed)
    for delta in (1e-6, 1e-9):
        proved = approximate.map(1).epsilon(delta)
        assert epsilon(spent, delta) >= proved - AGREEMENT
        assert epsilon(spent, delta) < proved * (1 + 1e-3)


@pytest.mark.parametrize("scale", [1.0, 2.0, 5.0, 10.0, 20.0, 100.0, 500.0])
@pytest.mark.parametrize("delta", [1e-5, DELTA, 1e-9])
def test_epsilon_is_opendps_to_nine_digits_and_not_below(scale: float, delta: float) -> None:
    dp.enable_features("contrib")
    space = dp.atom_domain(T="i64"), dp.absolute_distance(T="i64")
    approximate: Any = dp.c.make_zCDP_to_approxDP(dp.m.make_gaussian(*space, scale=scale))
    proved, ours = approximate.map(1).epsilon(delta), epsilon(round(1e6 / (2 * scale**2)), delta)
    assert ours >= proved - AGREEMENT * max(1.0, proved)
    assert ours <= proved + 100 * AGREEMENT * max(1.0, proved)


@pytest.mark.parametrize(("case", "accountants"), DP_ACCOUNTING.items())
def test_epsilon_lies_between_the_accountants_of_dp_accounting(
    case: tuple[float, int], accountants: tuple[float, float]
) -> None:
    """Above the exact loss (PLD), and at most what the Renyi accountant says, whose orders are a coarse grid."""
    scale, answers = case
    exact, renyi = accountants
    ours = epsilon(answers * Noise(round(scale**2)).micro_rho(1))
    assert exact < ours <= renyi * (1 + AGREEMENT) + AGREEMENT
    textbook = answers / (2 * scale**2) + math.sqrt(2 * answers / scale**2 * math.log(1e6))
    assert not exact < textbook <= renyi  # what the looser formula would have shown


def test_the_loss_of_an_epsilon_never_gives_more_than_it() -> None:
    for limit in (0.25, 0.5, 1, 2, 4, 8):
        assert epsilon(micro_rho(limit) - 1) < limit <= epsilon(micro_rho(limit))
