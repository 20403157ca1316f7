"""For every statistic, what is decoded without noise is the plain truth, whoever drops out; no size tells anything."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import UnsupportedStatisticError
from aggregator.samples import SAMPLES, plain_sum, sample_measurement, sample_statistic
from tests.support.studies import HELPER_KEY, histogram_study
from vocab.errors import VocabularyError
from vocab.study import Study
from vocab.vdaf.circuits import Measurement
from vocab.vdaf.encoding import (
    decode_total,
    make_report,
    prio3_for,
    randomness_bytes,
    report_bytes,
    share_info,
    split_sealed,
)
from vocab.vdaf.sealing import open_sealed
from vocab.wire import Report, encode

KEY = bytes(range(32))
SIZES = {
    "histogram": 7,
    "sum": 37,
    "segment": 3,
    "rfm": 9,
    "item_counts": 6,
    "item_vectors": 5,
    "co_purchase": 5,
    "centred_pairs": 5,
    "update": 4,
}
PEOPLE = 4


def study_of(name: str, size: int = 0) -> Study:
    return replace(histogram_study(), statistic=sample_statistic(name, size or SIZES[name]))


def report_of(study: Study, measurement: Measurement) -> Report:
    return make_report(study, measurement, secret=os.urandom(32), randomness=os.urandom(randomness_bytes(study)))


def opened(study: Study, report: Report) -> list[Any]:
    """The output shares that the two servers come to."""
    vdaf = prio3_for(study)
    sealed = open_sealed(
        report.sealed_share, HELPER_KEY, share_info(report.task_id, report.report_id, report.public_share)
    )
    inputs = (report.leader_share, split_sealed(study, sealed)[1])
    pairs = [vdaf.verify_init(KEY, who, report.report_id, report.public_share, one) for who, one in enumerate(inputs)]
    message = vdaf.decide([verifier for _, verifier in pairs])
    return [vdaf.finish(state, message).elements for state, _ in pairs]


def test_the_samples_are_the_whole_catalogue() -> None:
    assert SAMPLES.keys() == SIZES.keys()
    with pytest.raises(UnsupportedStatisticError):
        sample_statistic("median", 3)


@pytest.mark.parametrize("name", SIZES)
def test_the_sum_is_the_plain_sum_for_every_drop_out_pattern(name: str) -> None:
    study, rng = study_of(name), np.random.default_rng(3)
    measurements = [sample_measurement(study.statistic, rng) for _ in range(PEOPLE)]
    outputs = [opened(study, report_of(study, measurement)) for measurement in measurements]
    for stayed in itertools.product([False, True], repeat=PEOPLE):
        left = list(itertools.compress(range(PEOPLE), stayed))
        if left:
            both = [np.sum([outputs[person][who] for person in left], axis=0) for who in (0, 1)]
            total = decode_total(study, prio3_for(study).unshard(both), len(left))
            assert total == plain_sum(study.statistic, [measurements[person] for person in left]), stayed


@pytest.mark.parametrize("name", SIZES)
def test_every_report_has_one_size_whatever_it_says(name: str) -> None:
    study, rng = study_of(name), np.random.default_rng(5)
    reports = [report_of(study, sample_measurement(study.statistic, rng)) for _ in range(6)]
    assert {len(encode(report)) for report in reports} == {report_bytes(study)}
    assert len({(len(one.leader_share), len(one.sealed_share), len(one.public_share)) for one in reports}) == 1


@pytest.mark.parametrize("name", SIZES)
def test_no_answer_moves_the_sum_by_more_than_the_bound(name: str) -> None:
    statistic, rng = study_of(name).statistic, np.random.default_rng(7)
    norms = [sum(value**2 for value in plain_sum(statistic, [sample_measurement(statistic, rng)])) for _ in range(50)]
    assert 0 < max(norms) <= statistic.norm_squared


@settings(max_examples=25, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_a_co_purchase_vector_never_passes_its_norm_and_comes_close_to_it(owned: list[bool]) -> None:
    statistic = sample_statistic("co_purchase", len(owned))
    norm = sum(value**2 for value in plain_sum(statistic, [[int(one) for one in owned]]))
    assert norm <= statistic.norm_squared == 4**14
    assert not any(owned) or norm > 0.99 * statistic.norm_squared


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("histogram", 7),
        ("sum", 38),
        ("sum", -1),
        ("segment", 2),
        ("rfm", 10),
        ("rfm", [0, 1]),
        ("item_counts", [1] * 5),
        ("item_counts", [2, 0, 0, 0, 0, 0]),
        ("item_vectors", [0] * 9),
        ("item_vectors", [0] * 9 + [1]),
        ("item_vectors", [2] + [0] * 9),
        ("centred_pairs", [1024, 0, 0, 0, 0]),
        ("centred_pairs", [800, 800, 0, 0, 0]),
        ("centred_pairs", [0] * 4),
        ("co_purchase", [1, 0, 2, 0, 0]),
        ("co_purchase", 3),
        ("update", [2**12 + 1, 0, 0, 0]),
    ],
)
def test_what_is_outside_the_bounds_is_not_encoded(name: str, wrong: Measurement) -> None:
    study = study_of(name)
    with pytest.raises(VocabularyError):
        report_of(study, wrong)


def test_more_items_than_the_weight_are_not_encoded() -> None:
    study = study_of("item_counts", 12)
    with pytest.raises(VocabularyError, match="at most 10"):
        report_of(study, [1] * 12)
