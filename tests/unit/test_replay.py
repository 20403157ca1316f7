"""Off-line estimates against a truth that is known, and logs from which nothing may be estimated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.bandit.logging_policy import Situation, drawn_log, situations, truth
from pod_agent.errors import UsageError
from pod_agent.models.replay import FEWEST, Estimate, LoggedList, doubly_robust, expected_rewards, ips, snips

STAGE = situations(6, 3)


def estimates(places: list[Situation], lists: int, seed: int) -> dict[str, Estimate]:
    log, which = drawn_log(places, lists, seed)
    targets = [places[each].target for each in which]
    model = expected_rewards(log, [places[each].numbers for each in which])
    return {"ips": ips(log, targets), "snips": snips(log, targets), "dr": doubly_robust(log, targets, model)}


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    right = truth(STAGE)
    runs = [estimates(STAGE, 120, seed) for seed in range(80)]
    for name in ("ips", "snips", "dr"):
        covered = np.mean([run[name].low <= right <= run[name].high for run in runs])
        assert 0.87 <= covered <= 0.995, (name, covered)  # 0.95 within three standard errors of 80 runs
    means = {name: np.mean([run[name].value for run in runs]) for name in runs[0]}
    errors = {name: np.std([run[name].value for run in runs]) for name in runs[0]}
    assert all(abs(means[name] - right) < 4 * errors[name] / np.sqrt(80) + 0.01 for name in means)


def test_a_naive_mean_of_what_was_shown_misses_the_truth() -> None:
    """The control: without weights the estimate is that of the policy that showed, far from the other's."""
    right, misses = truth(STAGE), 0
    for seed in range(20):
        log, _ = drawn_log(STAGE, 400, seed)
        values = [sum(each.rewards) for each in log]
        misses += abs(np.mean(values) - right) > 2 * np.std(values) / 20
    assert misses >= 18


def test_the_policy_that_showed_earns_what_it_earned() -> None:
    log, _ = drawn_log(STAGE, 200, 1)
    same = [each.chances for each in log]
    assert ips(log, same).value == pytest.approx(np.mean([sum(each.rewards) for each in log]))
    assert snips(log, same).value == pytest.approx(ips(log, same).value)
    assert ips(log, same).effective == pytest.approx(200)


def broken(log: list[LoggedList], what: str) -> list[LoggedList]:
    first = log[0]
    chances = first.chances.copy()
    if what == "missing":
        return [replace(first, chances=np.zeros((0, 0))), *log[1:]]
    if what == "zero":
        chances[first.shown[0], 0] = 0.0
        chances[:, 0] /= chances[:, 0].sum()
    elif what == "not a number":
        chances[0, 0] = np.nan
    else:
        chances *= 0.5
    return [replace(first, chances=chances), *log[1:]]


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("missing", "lacks chances"),
        ("zero", "whose chance is said to be 0"),
        ("not a number", "do not add up to 1"),
        ("halved", "do not add up to 1"),
    ],
)
def test_a_log_without_its_chances_is_refused(what: str, told: str) -> None:
    log, which = drawn_log(STAGE, 60, 2)
    targets = [STAGE[each].target for each in which]
    model = [np.zeros(target.shape) for target in targets]
    for estimate in (ips, snips):
        with pytest.raises(UsageError, match=told):
            estimate(broken(log, what), targets)
    with pytest.raises(UsageError, match=told):
        doubly_robust(broken(log, what), targets, model)


def test_a_policy_beyond_what_could_be_shown_is_refused_and_so_is_a_short_log() -> None:
    log, _ = drawn_log(STAGE, 60, 2)
    never = next(n for n, each in enumerate(log) if (each.chances[:, 0] == 0).any())
    targets = [each.chances for each in log]
    other = np.zeros(log[never].chances.shape)
    other[:, 1:] = log[never].chances[:, 1:]
    other[int(np.argmin(log[never].chances[:, 0])), 0] = 1.0
    targets[never] = other
    with pytest.raises(UsageError, match="never could have shown"):
        ips(log, targets)
    with pytest.raises(UsageError, match=f"fewer than {FEWEST} days"):
        ips(log[: FEWEST - 1], targets[: FEWEST - 1])


def test_lists_of_one_day_count_as_one() -> None:
    log, _ = drawn_log(STAGE, 60, 5)
    doubled = [replace(each, group=number // 2) for number, each in enumerate(each for each in log for _ in range(2))]
    same, twice = ips(log, [each.chances for each in log]), ips(doubled, [each.chances for each in doubled])
    assert twice.high - twice.low == pytest.approx(same.high - same.low)
