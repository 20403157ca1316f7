"""Releases of every statistic: what is shown, how sure it is, what is withheld, and how pages and files tell it."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import StudyRefusedError
from aggregator.portal.app import create_app
from aggregator.portal.entry import Entry
from aggregator.portal.exporting import release_csv
from aggregator.releases import Release, decode_release, encode_release, make_release
from aggregator.studies import check_terms
from aggregator.wording import describe
from bench.recommend.seeded_noise import discrete_gaussian
from tests.support.priors import CENTRED_PAIRS
from tests.support.questions import CO_PURCHASE, HISTOGRAM, ITEM_COUNTS, ITEM_VECTORS, ITEMS, PERIOD, RFM, SEGMENT, SUM
from tests.support.releases import ShelfInMemory
from tests.support.studies import histogram_study
from tests.support.tokens import made_issuers
from vocab.query import QuerySpec
from vocab.statistics import Histogram, Rfm, Statistic
from vocab.study import Noise, Study, TokenIssuer

NOW = datetime(2030, 1, 1, tzinfo=UTC)
TRIALS = 1_500
MONTHS = ("2026-01", "2026-02", "2026-03")
TABLE = Histogram(
    query=QuerySpec(measures=("spend",), dimensions=("month", "category"), period=PERIOD),
    cells=tuple((month, category) for month in MONTHS for category in ITEMS[:2]),
)
LARGE = Rfm(query=RFM.query, recency=(7, 14, 28, 56), frequency=(2, 3, 5, 9))


def study_of(statistic: Statistic, variance: int = 0, **changes: Any) -> Study:
    return replace(histogram_study(variance=variance, min_batch=100), statistic=statistic, **changes)


def release(study: Study, values: list[int], reports: int = 123) -> Release:
    made = make_release(study, values, reports=reports, shares=(b"one", b"two"), published=NOW)
    assert decode_release(encode_release(made)) == made
    return made


def noisy(values: list[int], variance: int) -> list[list[int]]:
    """So many releases of these values, with the noise of both servers, drawn from a seed."""
    size, random = (TRIALS, len(values)), np.random.default_rng(7)
    noise = np.sum([discrete_gaussian(variance, TRIALS * len(values), random) for _ in range(2)], axis=0)
    return [[int(value) for value in row] for row in np.array(values) + noise.reshape(size)]


@pytest.mark.parametrize(
    ("statistic", "truth", "variance"),
    [(SUM, [30_000], 500**2 * 20), (SEGMENT, [140], 21), (ITEM_COUNTS, [90, 80, 120, 70], 42), (RFM, [60] * 10, 21)],
    ids=["sum", "segment", "item_counts", "rfm"],
)
def test_intervals_hold_the_true_sum_95_times_in_100(statistic: Statistic, truth: list[int], variance: int) -> None:
    study = study_of(statistic, variance)
    made = [release(study, values).rows[0] for values in noisy(truth, variance)]
    shown = [row for row in made if row.low is not None and row.high is not None]
    assert len(shown) > 0.97 * TRIALS
    held = sum(row.low <= truth[0] <= row.high for row in shown if row.low is not None and row.high is not None)
    assert held / len(shown) == pytest.approx(0.95, abs=0.025)


def test_intervals_of_totals_hold_the_true_total_95_times_in_100() -> None:
    """People alike in the months, so that the draw is as the published numbers say; 600 of them."""
    random, study = np.random.default_rng(9), study_of(TABLE, 21)
    draws = random.multinomial(600, [1 / 6] * 6, size=TRIALS)
    noise = noisy([0] * 7, 21)
    made = [
        release(study, [*map(int, counts + np.array(errors[:6])), errors[6]], 600)
        for counts, errors in zip(draws, noise, strict=True)
    ]
    rows = [one.marginals[0].rows[0] for one in made]
    held = np.mean([row.low <= 200 <= row.high for row in rows if row.low is not None and row.high is not None])
    assert held == pytest.approx(0.95, abs=0.03)


def test_a_total_has_an_interval_and_a_mean_between_public_bounds() -> None:
    issuers = tuple(
        TokenIssuer(url=f"https://pods-{number}.example/", key="ab", roster="0" * 64, people=200) for number in range(3)
    )
    made = release(study_of(SUM, 2 * 10**6, issuers=issuers), [30_000])
    half = 1.959964 * math.sqrt(4 * 10**6)
    [total] = made.rows
    assert total.low == pytest.approx(30_000 - half, abs=0.1)
    assert total.high == pytest.approx(30_000 + half, abs=0.1)
    assert made.mean is not None
    assert total.low is not None
    assert total.high is not None
    assert (made.mean.value, made.mean.fewest, made.mean.most) == (None, 100, 600)
    assert made.mean.low == pytest.approx(total.low / 600, abs=0.001)
    assert made.mean.high == pytest.approx(total.high / 100, abs=0.001)
    assert "between" in describe(made)


@pytest.mark.parametrize("reports", [100, 150, 600])
def test_a_mean_tells_nothing_of_the_exact_number_of_people(reports: int) -> None:
    study = study_of(SUM, 10**6)
    assert encode_release(release(study, [30_000], reports)) == encode_release(release(study, [30_000], 101))


def test_without_noise_the_mean_is_exact() -> None:
    made = release(study_of(SUM), [610], 3)
    assert made.mean is not None
    assert made.mean.value == pytest.approx(610 / 3)


def test_a_total_that_noise_could_have_made_is_withheld_with_its_mean() -> None:
    made = release(study_of(SUM, 10**6), [2_000])
    assert made.rows[0].withheld
    assert made.mean is None
    assert "2000" not in encode_release(made).replace("2000000", "")


def test_a_small_segment_is_withheld() -> None:
    assert release(study_of(SEGMENT, 21), [20]).rows[0].withheld
    assert release(study_of(SEGMENT, 21), [21]).rows[0].value == 21  # 10 + 6.48 x 1.645


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-40, 400), min_size=7, max_size=7), st.integers(0, 40))
def test_totals_agree_with_the_cells_and_with_each_other(values: list[int], variance: int) -> None:
    made = release(study_of(TABLE, variance), values)
    table = np.array(values[:6]).reshape(3, 2)
    expected = [*table.sum(axis=1), *table.sum(axis=0)]
    rows = [row for marginal in made.marginals for row in marginal.rows]
    assert [row.labels[0] for row in rows] == [*MONTHS, *ITEMS[:2]]
    for row, total in zip(rows, expected, strict=True):
        assert row.value in {None, int(total)}


def test_least_squares_over_cells_of_one_variance_gives_the_sums() -> None:
    """Estimates of all cells and totals from the noisy cells alone: the best linear ones are the cells' sums."""
    noisy_cells = np.array([40.0, 31.0, 55.0, 12.0, 18.0, 60.0])
    cells, *_ = np.linalg.lstsq(np.eye(6), noisy_cells, rcond=None)
    made = release(study_of(TABLE, 2), [*map(int, noisy_cells), 90])
    by_month = [row.value for row in made.marginals[0].rows]
    assert by_month == pytest.approx(cells.reshape(3, 2).sum(axis=1))


def test_a_total_is_withheld_by_a_threshold_of_its_own_and_cells_stay_withheld() -> None:
    made = release(study_of(TABLE, 18), [8, 17, 100, 5, 30, 20, 50])
    assert [row.withheld for row in made.rows] == [True, True, False, True, False, True]
    assert [row.withheld for row in made.marginals[0].rows] == [True, False, False]
    assert '"value":17' not in encode_release(made)
    assert 10 + 6 * 2.13 < 8 + 17 < 10 + math.sqrt(2) * 6 * 2.13  # a single cell's threshold would show this total
    narrow, wide = made.rows[2], made.marginals[0].rows[1]
    assert narrow.high is not None
    assert wide.high is not None
    assert wide.high - 105 > narrow.high - 100


def test_a_table_of_one_dimension_has_no_totals() -> None:
    assert release(study_of(HISTOGRAM, 2), [50, 60, 70, 80]).marginals == ()


def test_a_large_grid_of_few_people_shows_nothing_but_how_many_it_needs() -> None:
    made = release(study_of(LARGE, 21), [100] * 26, 2_600)
    assert made.not_enough_people
    assert all(row.withheld for row in (*made.rows, made.nothing) if row is not None)
    assert (made.people_needed, made.marginals) == (1_000, ())
    assert '"value":100' not in encode_release(made)
    assert "not enough people: this grid needs 1,000" in describe(made)
    enough = release(study_of(LARGE, 21, min_batch=1_000), [100] * 26, 2_600)
    assert not enough.not_enough_people
    assert enough.rows[0].value == 100
    assert release(study_of(LARGE), [0] * 26, 3).rows[0].value == 0  # exact sums of made-up people


def test_a_study_of_a_grid_that_will_be_withheld_is_not_published() -> None:
    real: dict[str, Any] = {"demo": False, "noise": Noise(21)}
    issuers = made_issuers().issuers
    with pytest.raises(StudyRefusedError, match="needs a minimum batch of 1,000"):
        check_terms(study_of(LARGE, issuers=issuers, **real))
    check_terms(study_of(LARGE, min_batch=1_000, issuers=issuers, **real))
    check_terms(study_of(RFM, issuers=issuers, **real))
    with pytest.raises(StudyRefusedError, match="needs a minimum batch of 10,000"):
        check_terms(study_of(replace(LARGE, money=(10, 100)), min_batch=1_000, issuers=issuers, **real))


def test_co_purchases_are_released_as_one_vector_with_the_items_it_is_of() -> None:
    made = release(study_of(CO_PURCHASE, 100), list(range(14)))
    assert (made.values, made.items, made.fraction_bits, made.rows) == (tuple(range(14)), ITEMS, 14, ())


def test_item_vectors_are_released_whole_with_the_items_they_are_of() -> None:
    made = release(study_of(ITEM_VECTORS, 100), list(range(9)))
    assert (made.values, made.items, made.fraction_bits, made.rows) == (tuple(range(9)), ITEMS, 14, ())
    lines = list(csv.DictReader(io.StringIO(release_csv(made))))
    parts = [*(("ever", item) for item in ITEMS), *(("lately", item) for item in ITEMS), ("people", "")]
    assert [(line["part"], line["item"]) for line in lines] == parts


ALL: list[tuple[Statistic, list[int]]] = [
    (TABLE, [140, 31, 55, 62, 98, 70, 77]),
    (SUM, [30_000]),
    (SEGMENT, [140]),
    (RFM, [60, 2, 90, 70, 60, 50, 44, 60, 71, 80]),
    (LARGE, [100] * 26),
    (ITEM_COUNTS, [90, 3, 120, 70]),
    (ITEM_VECTORS, [81_000, 8, 90_000, 7, 70_000, 0, 1, 2, 102_400]),
    (CO_PURCHASE, [90_000, 80_000, 120_000, 1, 9, 9, 9, 9, 70_000, 5, 5, 5, 5, 5]),
]


def releases() -> list[Release]:
    return [
        release(study_of(one, 10**6 if one is SUM else 21, title=f"Study <{number}>"), values)
        for number, (one, values) in enumerate(ALL)
    ]


@pytest.mark.parametrize("made", releases(), ids=[f"{one.name} {len(values)}" for one, values in ALL])
def test_a_file_has_every_published_number_with_its_noise_and_none_that_is_withheld(made: Release) -> None:
    rows = list(csv.DictReader(io.StringIO(release_csv(made))))
    totals = [row for marginal in made.marginals for row in marginal.rows]
    published = [row for row in (*made.rows, made.nothing, *totals) if row is not None]
    assert len(rows) == len(published) + len(made.values)
    for line, row in zip(rows, published, strict=False):
        assert line["value"] == ("" if row.value is None else str(row.value))
        assert line["withheld"] == str(row.withheld).lower()
        assert (line["draw_sigma"] != "") == (made.statistic == "histogram" and not row.withheld)
        if row.low is not None and row.high is not None and row.low > 0 and not line["draw_sigma"]:
            assert float(line["noise_sigma"]) == pytest.approx((row.high - row.low) / 2 / 1.959964, rel=0.02)
    assert {line["release_id"] for line in rows} == {made.id}


def page_of(made: Release) -> str:
    door = Entry(51237)
    client = create_app(ShelfInMemory([], [made]), 51237, door=door).test_client()
    base = "http://127.0.0.1:51237"
    assert client.get(door.link().removeprefix(base), base_url=base).status_code == 303
    assert client.get(f"/releases/{made.id}.csv", base_url=base).text == release_csv(made)
    response = client.get(f"/releases/{made.id}", base_url=base)
    assert response.status_code == 200
    assert "Study <" not in response.text
    return unescape(response.text)


@pytest.mark.parametrize("made", releases(), ids=[f"{one.name} {len(values)}" for one, values in ALL])
def test_a_page_shows_value_interval_and_what_is_withheld(made: Release) -> None:
    text = page_of(made)
    assert made.asked in text
    if made.not_enough_people:
        assert "Not enough people" in text
        assert "needs 1,000 people" in text
        assert 'class="fill"' not in text
        return
    for row in made.rows:
        if row.value is not None and row.low is not None and row.high is not None:
            assert f">{row.value:,}</td>" in text
            assert f"{row.low:,.0f} to {row.high:,.0f}" in text
    assert text.count('colspan="2">withheld') == sum(row.withheld for row in made.rows)
    if made.marginals:
        assert "By category" in text or "By recency" in text


def test_a_page_of_co_purchases_shows_what_stands_out_from_the_noise() -> None:
    text = page_of(release(study_of(CO_PURCHASE, 100), ALL[-1][1]))
    assert "Groceries + transport" in text
    assert "Travel" not in text
    assert "all 14" in text


def test_a_page_of_item_vectors_shows_what_stands_out_from_the_noise() -> None:
    text = page_of(release(study_of(ITEM_VECTORS, 100), ALL[-2][1]))
    assert "In the whole period" in text
    assert "Lately" in text
    assert text.count(">Groceries<") == 2
    assert ">Transport<" not in text
    assert "all 9" in text


def test_a_page_of_centred_pairs_shows_what_stands_out_from_the_noise() -> None:
    text = page_of(release(study_of(CENTRED_PAIRS, 100), [90_000, 9, 9, 70_000, 3, 5]))
    assert ">Groceries + transport<" in text
    assert "Groceries + travel" not in text
    assert "all 6" in text


def test_a_page_of_a_sum_tells_the_mean_between_its_bounds() -> None:
    text = page_of(release(study_of(SUM, 10**6), [30_000]))
    assert "Mean of one person: between" in text
    assert "how many exactly is not told" in text
