"""The noise as two real servers add it: each in full, apart from the other, once, whoever drops out."""

from __future__ import annotations

import itertools
import math
import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from scipy.stats import nbinom

from aggregator.collection import collect
from aggregator.errors import BatchTooSmallError, StudyAbandonedError
from aggregator.helper import Helper
from aggregator.leader import Leader
from aggregator.simulate import malicious_report
from tests.support.attackers import bits, signed_study, watch
from tests.support.audits import chi_square, gaussian_law, summed_law
from tests.support.pair import Pair, send, upload
from vocab import wire
from vocab.study import Study

ALPHA = 1e-8
LENGTH = 2_000


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


def test_each_server_adds_noise_of_its_own_in_full(pair: Pair) -> None:
    seen = watch(pair, signed_study(pair, LENGTH, variance=25), [bits(LENGTH), bits(LENGTH)])
    for noise in (seen.leader_noise, seen.helper_noise):
        assert chi_square(noise, *gaussian_law(25)) > ALPHA
        assert chi_square(noise, *gaussian_law(25 * 0.8**2)) < ALPHA
    both = seen.published - seen.exact
    assert chi_square(both, *summed_law(25, 2)) > ALPHA
    assert chi_square(both, *gaussian_law(25)) < ALPHA  # as if one server had added none
    assert seen.release.noise_variance == 50
    together = np.corrcoef(seen.leader_noise, seen.helper_noise)[0, 1]
    assert abs(together) < 5.8 / LENGTH**0.5
    assert abs(np.corrcoef(both, seen.leader_noise)[0, 1]) > 0.5  # what noise that is shared would look like
    beside = np.corrcoef(seen.leader_noise[:-1], seen.leader_noise[1:])[0, 1]
    assert abs(beside) < 5.8 / LENGTH**0.5


def test_noise_is_kept_through_a_restart(pair: Pair) -> None:
    study = signed_study(pair, 50, variance=10**6)
    seen = watch(pair, study, [bits(50)])
    leader, helper = Leader(pair.home, pair.leader.config), Helper(pair.home, pair.helper.config)
    asked = wire.Collection(task_id=study.task_id, accepted=1, checksum=wire.checksum(list(seen.names)))
    assert helper.collect(asked) == seen.answer
    assert collect(leader, study.task_id, pair.channel) == seen.release
    leader.close()
    helper.close()
    other = watch(pair, signed_study(pair, 50, variance=10**6), [bits(50)])
    assert other.helper_noise.tolist() != seen.helper_noise.tolist()
    assert other.leader_noise.tolist() != seen.leader_noise.tolist()


def malicious_update(study: Study) -> wire.Report:
    """An honest update whose half for the helper belongs to another report."""
    honest, other = (send(study, [0] * study.statistic.length) for _ in range(2))
    return structs.replace(honest, sealed_share=other.sealed_share)


STAGES = ("counted", "not uploaded", "withdrawn", "unreadable to the leader", "unreadable to the helper")


def lose(pair: Pair, study: Study, cell: int, stage: str) -> None:
    """One person's report, lost at this stage; which of the servers hears of a withdrawal changes."""
    if stage == "not uploaded":
        return
    secret = os.urandom(32)
    report = send(study, cell, secret)
    if stage.startswith("unreadable"):
        report = malicious_report(study, 3 if stage.endswith("leader") else 2)
    assert upload(pair.agents, report) == 201
    if stage == "withdrawn":
        server = pair.direct if cell % 2 else pair.agents
        assert server.request("DELETE", report.path, content=secret).status_code == 204


def sum_after(pair: Pair, stages: tuple[str, ...]) -> list[int] | None:
    """The released sum where person n has cell n and is lost as told; None where nothing was released."""
    study = pair.study(len(stages), min_batch=1)
    for cell, stage in enumerate(stages):
        lose(pair, study, cell, stage)
    try:
        pair.collect(study)
    except (BatchTooSmallError, StudyAbandonedError):
        return None
    return pair.leader.noisy_sum(study.task_id)[0]


def test_sums_are_exact_whoever_drops_out_at_whatever_stage(pair: Pair) -> None:
    """Every multiset of five fates, its order drawn anew each time; ``bench.audit`` tries every order."""
    dice = random.Random()
    for fates in itertools.combinations_with_replacement(STAGES, 5):
        stages = tuple(dice.sample(fates, 5))
        counted = [int(stage == "counted") for stage in stages]
        assert sum_after(pair, stages) == ([*counted, 0] if any(counted) else None), stages


def test_the_noise_does_not_depend_on_who_drops_out(pair: Pair) -> None:
    for present, lost in ((5, 0), (1, 4)):
        study = signed_study(pair, LENGTH, variance=25)
        for _ in range(lost):
            assert upload(pair.agents, malicious_update(study)) == 201
        seen = watch(pair, study, [bits(LENGTH)] * present)
        assert chi_square(seen.helper_noise, *gaussian_law(25)) > ALPHA
        assert chi_square(seen.published - seen.exact, *summed_law(25, 2)) > ALPHA
        shares_of_noise = gaussian_law(25 * present / 5)  # had every person brought a fifth of the noise
        assert (chi_square(seen.helper_noise, *shares_of_noise) > ALPHA) == (present == 5)


def test_noise_in_shares_would_have_failed_those_who_stay() -> None:
    """Why each server adds all of the noise: of noise that people bring in shares, drop-outs take theirs along.

    Shares of the discrete Laplace noise for epsilon 0.5 add up to it (differences of negative binomial draws).
    """
    measured = [round(_epsilon_of_shares(0.5, stay), 2) for stay in (1.0, 0.9, 0.7, 0.5, 0.3)]
    assert measured == [0.5, 0.59, 0.81, 1.14, 1.66]


def _epsilon_of_shares(target: float, stay: float) -> float:
    """The greatest ratio of the probabilities of neighbouring sums where this share of the people stays."""
    one = nbinom.pmf(np.arange(2_000), stay, 1 - math.exp(-target))
    law = np.convolve(one, one[::-1])[1_900:2_100]
    return float(np.abs(np.diff(np.log(law))).max())
