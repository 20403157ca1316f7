"""Releases: what is shown, what is withheld, and what one person lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from statistics import NormalDist

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import StudyRefusedError
from aggregator.releases import Release, decode_release, encode_release, make_release
from aggregator.studies import variance_for
from aggregator.wording import describe
from tests.support.studies import histogram_study, update_study
from vocab.errors import VocabularyError
from vocab.privacy import epsilon
from vocab.study import Noise, Study

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def release(study: Study, values: list[int], reports: int = 123) -> Release:
    return make_release(study, values, reports=reports, shares=(b"one", b"two"), published=NOW)


def test_cells_that_noise_could_have_made_are_withheld() -> None:
    study = histogram_study(3, variance=18, min_batch=100)
    sigma, cells = 6.0, 4
    threshold = 10 + sigma * NormalDist().inv_cdf(1 - 0.05 / cells)
    shown = int(threshold) + 1
    made = release(study, [shown, shown - 1, -5, 100])
    assert [row.value for row in made.rows] == [shown, None, None]
    assert made.nothing is not None
    assert made.nothing.value == 100
    text = encode_release(made)
    assert f'"value":{shown - 1}' not in text
    assert made.rows[1] == msgspec.structs.replace(made.rows[1], low=None, high=None)


def test_an_interval_does_not_reach_below_zero() -> None:
    made = release(histogram_study(1, variance=450, min_batch=100), [100, 57])
    assert made.nothing is not None
    assert made.nothing.low == 0.0 or made.nothing.value is None


def test_without_noise_everything_is_shown_exactly() -> None:
    made = release(histogram_study(2), [0, 3, 120])
    assert [row.value for row in made.rows] == [0, 3]
    assert (made.batch, made.reports, made.micro_rho, made.epsilon) == ("123", 123, None, None)


@pytest.mark.parametrize("reports", [100, 123, 199, 200, 600])
def test_the_exact_size_of_a_batch_is_not_told_where_noise_is_on(reports: int) -> None:
    made = release(histogram_study(1, variance=18, min_batch=100), [90, 90], reports)
    assert (made.batch, made.batch_floor, made.reports) == ("100+", 100, None)
    assert encode_release(made) == encode_release(release(histogram_like(made), [90, 90], 150))


def histogram_like(made: Release) -> Study:
    return replace(histogram_study(1, variance=18, min_batch=100), title=made.title)


def test_the_loss_is_told_as_a_tight_epsilon() -> None:
    made = release(histogram_study(1, variance=21, min_batch=100), [90, 90])
    assert made.micro_rho == -(-1_000_000 // 42)
    assert made.epsilon == pytest.approx(0.989, abs=0.002)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 8), st.integers(1, 10**8))
def test_a_noise_for_an_epsilon_costs_no_more_than_it(limit: float, norm: int) -> None:
    variance = variance_for(limit, norm)
    assert epsilon(Noise(variance).micro_rho(norm)) <= limit
    if variance > 1:
        assert epsilon(Noise(variance - 1).micro_rho(norm)) > limit * 0.995 or variance < 100


def test_noise_for_no_epsilon_is_refused() -> None:
    with pytest.raises(StudyRefusedError):
        variance_for(0, 1)


def test_a_training_round_is_released_as_one_update() -> None:
    study = update_study(length=2, clip=10, variance=8)
    made = release(study, [-4, 7], 2)
    assert (made.values, made.rows, made.nothing, made.fraction_bits) == ((-4, 7), (), None, 8)
    assert made.micro_rho == 200 * 1_000_000 // 16


def test_a_release_is_read_back_and_a_changed_form_is_not() -> None:
    made = release(histogram_study(2, variance=18), [40, 0, 50])
    text = encode_release(made)
    assert decode_release(text) == made
    for bad in ("", "{}", text[:-1], text.replace('"title"', '"person"')):
        with pytest.raises(VocabularyError):
            decode_release(bad)


def test_a_release_in_words_says_what_is_withheld_and_what_it_cost() -> None:
    study = histogram_study(2, variance=18)
    text = describe(release(study, [40, 0, 50]))
    assert "too small to show" in text
    assert "epsilon" in text
    assert "DEMO" in text
    assert "noise and the draw" in text
    assert "exact" in describe(release(histogram_study(2), [40, 0, 50]))
    assert "2 values" in describe(release(update_study(length=2), [1, 2]))


def test_lineage_names_the_study_both_servers_and_their_shares() -> None:
    study = histogram_study(1, variance=18)
    lineage = release(study, [40, 40]).lineage
    assert (lineage.task, lineage.leader, lineage.helper) == (study.task_id.hex(), study.controller, study.helper)
    assert lineage.leader_share_sha256 != lineage.helper_share_sha256
