"""Sums at the ends of their ranges: nothing wraps around, above 64 bits and below zero."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aggregator.noise import LARGEST, discrete_gaussian
from pod_agent.federation.checking import MAX_BATCH
from tests.support.attackers import exact_shares
from tests.support.audits import chi_square, summed_law
from tests.support.pair import Pair, send
from tests.support.studies import histogram_study, update_study
from vocab.statistics.totals import MAX_CLIP
from vocab.study import MAX_VARIANCE
from vocab.vdaf.encoding import decode_total, prio3_for
from vocab.vdaf.field import elements
from vocab.wire import encode


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


def test_the_greatest_updates_of_the_most_people_stay_within_the_field() -> None:
    """As many people as a study may ask for, all at the clip, and noise as great as can be drawn on top."""
    study = update_study(length=1, clip=MAX_CLIP)
    prime = prio3_for(study).field.prime
    most = MAX_BATCH * MAX_CLIP
    assert most + 2 * LARGEST < prime // 2
    for value in (most, -most, most + 2 * LARGEST, -most - 2 * LARGEST, 0, 1, -1):
        in_field = (value + MAX_BATCH * MAX_CLIP) % prime
        assert decode_total(study, [in_field], MAX_BATCH) == [value]


@pytest.mark.parametrize("sign", [1, -1])
def test_shares_of_a_sum_beyond_64_bits_add_up(pair: Pair, sign: int) -> None:
    """Two reports at the clip, each standing for 2**40 alike: the sum needs more than 64 bits."""
    study = pair.fitted(update_study(length=3, clip=MAX_CLIP))
    pair.leader.publish(study, pair.channel)
    vdaf, many = prio3_for(study), 1 << 40
    assert 2 * many * MAX_CLIP > 2**64
    reports = [send(study, [sign * MAX_CLIP, 0, -sign]) for _ in range(2)]
    shares = [share * many % vdaf.field.prime for share in exact_shares(pair, study, reports)]
    total = vdaf.unshard(shares)
    assert decode_total(study, total, 2 * many) == [2 * many * sign * MAX_CLIP, 0, -2 * many * sign]


@pytest.mark.parametrize("sign", [1, -1])
def test_real_servers_sum_the_extremes_exactly(pair: Pair, sign: int) -> None:
    study = pair.fitted(update_study(length=2, clip=MAX_CLIP, min_batch=3))
    pair.leader.publish(study, pair.channel)
    for _ in range(3):
        report = send(study, [sign * MAX_CLIP, -sign * MAX_CLIP])
        pair.leader.accept(study.task_id, report.report_id, encode(report))
    assert pair.collect(study).values == (3 * sign * MAX_CLIP, -3 * sign * MAX_CLIP)


def test_noise_takes_empty_cells_below_zero_and_not_to_the_other_end(pair: Pair) -> None:
    study = pair.study(400, variance=400, min_batch=1)
    pair.upload(study, [0])
    pair.collect(study)
    values = np.array(pair.leader.noisy_sum(study.task_id)[0][1:])
    assert values.min() < 0 < values.max() < 1_000
    assert chi_square(values, *summed_law(400, 2)) > 1e-8


def test_the_greatest_noise_that_a_study_may_ask_for_can_be_drawn() -> None:
    draws = discrete_gaussian(MAX_VARIANCE, 200)
    assert max(map(abs, draws.tolist())) < LARGEST
    assert max(map(abs, draws.tolist())) > 2**50
    assert len(set(draws.tolist())) == 200


def test_every_value_of_a_histogram_is_read_back_around_zero() -> None:
    study = histogram_study(2)
    prime = prio3_for(study).field.prime
    for value in (0, 1, -1, LARGEST, -LARGEST, prime // 2, -(prime // 2)):
        assert decode_total(study, [value % prime], 7) == [value]
    packed = prio3_for(study).field.encode(elements([prime - 1, 0, 1, 2**64, 2**64 - 1]))
    assert prio3_for(study).field.decode(packed).tolist() == [prime - 1, 0, 1, 2**64, 2**64 - 1]
