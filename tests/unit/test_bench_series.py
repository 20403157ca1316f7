"""The benchmarks of forecasts and coupons score as they say, and learn from nothing that lies ahead."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from bench.coupons.__main__ import area
from bench.coupons.rows import FAR, Rows, households_of
from bench.forecast.learning import federated, server_noise
from bench.forecast.weeks import panel, windows
from pod_agent.models.forecast import learned
from vocab.privacy import epsilon


def test_errors_are_in_units_of_the_naive_forecast_and_the_inactive_are_left_out() -> None:
    weeks = np.zeros((3, 52))
    weeks[0] = np.tile([10.0, 20.0], 26)
    weeks[1, ::3] = 30.0  # active in a third of the weeks
    weeks[2] = 7.0  # never changes
    held = panel(weeks, 45)
    assert held.history.shape == (1, 44)
    assert held.future.shape == (1, 8)
    assert held.unit.tolist() == [10.0]
    assert held.errors(np.asarray([15.0])).tolist() == [0.5]


def test_changing_the_weeks_ahead_changes_no_forecast() -> None:
    dice = np.random.default_rng(1)
    weeks = dice.lognormal(3, 0.6, (20, 52))
    changed = weeks.copy()
    changed[:, 44:] = 1e6
    one, other = (federated(windows(panel(each, 45)), epsilon=None, seed=1, passes=2) for each in (weeks, changed))
    assert one == other


def test_federated_passes_without_noise_are_near_the_central_ones_and_noise_follows_its_seed() -> None:
    held = windows(panel(np.random.default_rng(2).lognormal(3, 0.3, (40, 52)), 45))
    rows, targets = (np.concatenate(parts) for parts in zip(*held, strict=True))
    central = learned(rows, targets, passes=4)
    found = federated(held, epsilon=None, seed=1)
    assert np.abs(np.subtract(found, central)).max() < 0.2  # long updates are shortened to the norm
    assert federated(held, epsilon=1.0, seed=1) == federated(held, epsilon=1.0, seed=1)
    assert federated(held, epsilon=1.0, seed=1) != federated(held, epsilon=1.0, seed=2)


def test_all_rounds_together_cost_the_epsilon_that_is_asked_for() -> None:
    variance = server_noise(1.0, 1 << 13, 4)
    spent = 4 * (1 << 26) / (2 * variance) * 1e6
    assert epsilon(round(spent), 1e-5) == pytest.approx(1.0, abs=1e-3)


def test_the_area_is_that_of_scikit_learn_with_ties() -> None:
    dice = np.random.default_rng(3)
    used, score = (dice.random(300) < 0.2).astype(float), dice.integers(0, 9, 300).astype(float)
    assert area(score, used) == pytest.approx(roc_auc_score(used, score))


def test_a_use_after_the_test_begins_is_no_label_to_learn_from() -> None:
    days = [date(2017, 8, 8), date(2017, 8, 8), date(2017, 9, 4)]
    uses = [date(2017, 8, 30).toordinal(), date(2017, 9, 2).toordinal(), FAR]
    rows = Rows(
        features=np.zeros((3, 17)),
        used=np.asarray([1.0, 1.0, 0.0]),
        first_use=np.asarray(uses),
        starts=np.asarray([day.toordinal() for day in days]),
        households=np.asarray([5, 4, 5]),
        past_uses=np.zeros(3, dtype=np.int64),
        baskets=np.zeros(3, dtype=np.int64),
    )
    split = rows.split(date(2017, 9, 1), date(2018, 1, 1))
    assert split.known.tolist() == [1.0, 0.0, 0.0]
    assert split.learned.tolist() == [True, True, False]
    assert split.tested.tolist() == [False, False, True]
    assert [places.tolist() for places in households_of(rows, split.learned)] == [[1], [0]]
