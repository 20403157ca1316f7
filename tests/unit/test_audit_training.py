"""What a released training round tells of one person: canaries and membership, with noise and without.

People are made up here, so the noise alone decides; it is the servers' own, at the cost of epsilon 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aggregator.studies import variance_for
from bench.recommend.seeded_noise import discrete_gaussian
from pod_agent.federation.training import local_update
from tests.support.attackers import Numbers, bits, signed_study, watch
from tests.support.audits import area_under_curve, one_run_epsilon
from tests.support.pair import Pair
from vocab.privacy import DELTA
from vocab.statistics import ModelUpdate
from vocab.training import WEEKLY_SPENDING, mean_update

CANARIES, LENGTH = 50, 128
ALPHA = 1e-3
"""How often a bound may be wrong at the very claim; guesses at epsilon 1 stay far below that."""
UPDATE = ModelUpdate(model=WEEKLY_SPENDING.name, length=WEEKLY_SPENDING.length, clip=1 << 13, fraction_bits=14)
NOISE = variance_for(1.0, UPDATE.norm_squared)
PEOPLE, PUBLISHED, CANDIDATES = 200, 15, 6_000


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


def right_canaries(pair: Pair, variance: int) -> int:
    """How many of the canaries one release gives away: each is in or out by a coin, and has the greatest norm."""
    canaries = np.stack([bits(LENGTH) for _ in range(CANARIES)])
    inside = bits(CANARIES) > 0
    seen = watch(pair, signed_study(pair, LENGTH, variance=variance), list(canaries[inside]))
    square = canaries @ canaries.T + max(8 * variance, 1e-9) * np.eye(CANARIES)  # the best linear guess of the coins
    scores = np.linalg.solve(square, canaries @ (seen.published - canaries.sum(axis=0) / 2))
    return int(((scores > 0) == inside).sum())


def test_canaries_in_one_run_do_not_refute_epsilon_1_and_without_noise_they_do(pair: Pair) -> None:
    noisy = right_canaries(pair, variance_for(1.0, LENGTH))
    assert one_run_epsilon(noisy, CANARIES, CANARIES, delta=DELTA, alpha=ALPHA) < 1.0
    bare = right_canaries(pair, 0)
    assert bare == CANARIES
    assert one_run_epsilon(bare, CANARIES, CANARIES, delta=DELTA, alpha=ALPHA) > 1.0


def test_the_bound_of_one_run_is_the_published_one() -> None:
    """With every guess right the chance is the guesses' power of e^epsilon / (1 + e^epsilon)."""
    share = 0.05 ** (1 / 100)
    assert one_run_epsilon(100, 100, 100, delta=0) == pytest.approx(np.log(share / (1 - share)), abs=1e-4)
    assert one_run_epsilon(50, 100, 100, delta=0) == 0
    assert one_run_epsilon(100, 100, 100, delta=1e-3) < one_run_epsilon(100, 100, 100, delta=0)


def training_updates() -> Numbers:
    """The updates of made-up people: 21 to 60 weeks each, some steady, some wild."""
    dice = np.random.default_rng(3)
    histories = [
        dice.lognormal(5, 0.5) * dice.lognormal(0, dice.uniform(0.1, 0.9), int(dice.integers(21, 60)))
        for _ in range(PEOPLE)
    ]
    return np.array([local_update(UPDATE, WEEKLY_SPENDING.start, list(history)) for history in histories])


@pytest.fixture(scope="module")
def updates() -> Numbers:
    return training_updates()


def membership(updates: Numbers, noise: int, *, people: int, others_known: bool) -> float:
    """How well a released mean tells members from others (AUC, 0.5 is chance), over many rounds.

    The attacker knows the candidate's update and the law of all people's; with ``others_known`` also all members but
    one, which is the most that anyone could know.
    """
    dice, trials = np.random.default_rng(4), CANDIDATES if others_known else CANDIDATES // people
    middle, spread, servers = updates.mean(axis=0), np.cov(updates.T), (2 * noise + 1) * np.eye(UPDATE.length)
    unknown = 0 if others_known else people - 1
    inside, outside = (np.linalg.inv((unknown + more) * spread + servers) for more in (0, 1))
    drawn = np.sum([discrete_gaussian(noise, UPDATE.length * trials, dice) for _ in range(2)], axis=0).reshape(
        trials, UPDATE.length
    )
    scores: tuple[list[float], list[float]] = ([], [])
    for trial in range(trials):
        order = dice.permutation(len(updates))
        members, strangers = updates[order[:people]], updates[order[people : 2 * people]]
        released = mean_update(UPDATE, (members.sum(axis=0) + drawn[trial]).tolist(), people)
        rest = members[1:].sum(axis=0) if others_known else unknown * middle
        left = np.array(released) * people * 2.0**UPDATE.fraction_bits - rest  # the candidate, or another person
        for group, found in zip((members, strangers), scores, strict=True):
            for candidate in group[:1] if others_known else group:
                near, far = left - candidate, left - middle
                found.append(float(far @ outside @ far - near @ inside @ near))
    return area_under_curve(*scores)


def test_membership_in_a_released_model_is_a_guess_with_noise_and_is_told_without(updates: Numbers) -> None:
    """Fifteen people without noise, fewer than any study may have: over a hundred nobody stands out in four numbers."""
    assert membership(updates, 0, people=PUBLISHED, others_known=False) > 0.6
    assert membership(updates, NOISE, people=PUBLISHED, others_known=False) <= 0.55


def test_even_who_knows_everybody_else_can_only_guess_with_noise(updates: Numbers) -> None:
    assert membership(updates, 0, people=100, others_known=True) > 0.999
    assert membership(updates, NOISE, people=100, others_known=True) <= 0.55
