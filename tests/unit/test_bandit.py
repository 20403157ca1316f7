"""The bandit on the device: identity without words, one word reorders, exact propensities, better than no learning."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.bandit.playing import POLICIES, Game, played
from bench.bandit.stage import made_people
from pod_agent.models.bandit import DRAWS, Arm, Bandit, Priors, Reward

numbers = st.floats(0, 1, allow_nan=False)
arms = st.lists(
    st.builds(
        Arm,
        st.sampled_from("abcdefgh"),
        numbers,
        st.tuples(numbers, numbers, numbers),
        st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True).map(tuple),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda arm: arm.name,
).map(lambda found: sorted(found, key=lambda arm: (-arm.score, arm.name)))
words = st.lists(st.tuples(st.integers(0, 7), st.sampled_from([1.0, -1.0]), st.floats(0, 400)), max_size=12)


def rewards_of(found: list[Arm], said: list[tuple[int, float, float]]) -> list[Reward]:
    return [Reward(found[place % len(found)], value, age) for place, value, age in said]


@given(arms)
def test_without_a_word_the_order_is_that_of_the_scores(found: list[Arm]) -> None:
    orders = Bandit([]).orders(found)
    assert orders.drawn(12345) == list(range(len(found)))
    assert np.array_equal(orders.propensities, np.eye(len(found)))


@given(arms, words)
@settings(max_examples=30, deadline=None)
def test_propensities_add_up_to_one_and_are_the_shares_of_the_draws(
    found: list[Arm], said: list[tuple[int, float, float]]
) -> None:
    orders = Bandit(rewards_of(found, said)).orders(found)
    chances = orders.propensities
    assert np.array_equal(chances.sum(axis=0), np.ones(len(found)))
    assert np.array_equal(chances.sum(axis=1), np.ones(len(found)))
    draws = [orders.drawn(number) for number in range(len(orders.orders))]
    assert all(sorted(order) == list(range(len(found))) for order in draws)
    assert chances[0, 0] == sum(order[0] == 0 for order in draws) / len(draws)


@given(arms, words, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_in_which_words_are_read_changes_no_bit(
    found: list[Arm], said: list[tuple[int, float, float]], shuffle: random.Random
) -> None:
    rewards = rewards_of(found, said)
    other = list(rewards)
    shuffle.shuffle(other)
    one, two = Bandit(rewards), Bandit(other)
    assert one.means(found).tobytes() == two.means(found).tobytes()
    assert np.array_equal(one.orders(found).orders, two.orders(found).orders)


@given(arms, words, st.integers(0, 7), st.sampled_from([1.0, -1.0]))
@settings(max_examples=40, deadline=None)
def test_a_word_of_a_thing_moves_it_its_way_past_every_other(
    found: list[Arm], said: list[tuple[int, float, float]], place: int, value: float
) -> None:
    """From no word at all; with earlier words the new one moves the thing itself at least."""
    own = place % len(found)
    first = Bandit([Reward(found[own], value)]).means(found) * value
    assert all(first[own] > other for number, other in enumerate(first) if number != own)
    before, rewards = rewards_of(found, said), [Reward(found[own], value)]
    moved = (Bandit([*before, *rewards]).means(found) - Bandit(before).means(found)) * value
    unheard = abs(Bandit(before).means(found)[own]) > 1  # the model expected more than a word can say
    assert unheard or moved[own] >= -1e-9


def test_contradictions_of_one_thing_cancel_and_old_words_fade() -> None:
    thing, other = Arm("a", 0.5, (1.0,)), Arm("b", 0.4, (1.0,))
    both = [Reward(thing, 1.0), Reward(thing, -1.0)]
    assert Bandit(both).means([thing, other]) == pytest.approx([0, 0])
    shifts = [float(Bandit([Reward(thing, -1.0, age=age)]).means([thing])[0]) for age in (0, 90, 360, 900)]
    assert shifts == sorted(shifts)
    assert shifts[0] < -0.4
    assert shifts[-1] == 0.0
    assert Bandit([Reward(thing, -1.0, age=900)]).orders([thing, other]).drawn(7) == [0, 1]


def test_the_more_was_said_the_more_is_tried_out() -> None:
    found = [Arm(f"thing {n}", 0.5 - 0.02 * n, (1.0, n / 8)) for n in range(8)]
    said = [Reward(found[n % 8], 1.0 if n % 3 else -1.0) for n in range(16)]
    kinds = [len(np.unique(Bandit(said[:number]).orders(found).orders, axis=0)) for number in (0, 1, 16)]
    assert kinds[0] == 1
    assert kinds[0] < kinds[1] < kinds[2]
    slow = Bandit(said, Priors(warm=1e9)).orders(found)
    assert len(np.unique(slow.orders, axis=0)) == 1
    assert slow.drawn(0) == [int(n) for n in np.argsort(-Bandit(said).values(found), kind="stable")]


def test_a_trait_passes_a_word_on_to_what_shares_it() -> None:
    rock, opera, more = (
        Arm("r", 0.5, (1.0,), ("rock",)),
        Arm("o", 0.5, (1.0,), ("opera",)),
        Arm("m", 0.4, (1.0,), ("rock",)),
    )
    means = Bandit([Reward(rock, -1.0)]).means([opera, more])
    assert means[1] < means[0] - 0.1


def test_an_order_that_does_not_fall_by_score_stands_without_a_word() -> None:
    found = [Arm("a", 0.1), Arm("b", 0.9)]
    assert Bandit([]).orders(found).drawn(3) == [0, 1]
    assert list(Bandit([Reward(Arm("z", 0.5), 1.0)]).values(found)) == [0.1, 0.1]


def test_draws_follow_the_posterior() -> None:
    """Against a computation of another kind: two things of one score, and the chance that a normal is above 0."""
    first, second = Arm("a", 0.5), Arm("b", 0.5)
    priors = Priors(warm=0.0, explore=1.0)
    bandit = Bandit([Reward(first, -1.0)], priors)
    gap = bandit.means([first, second])
    table = bandit.covariance([first, second])
    spread = float(np.sqrt(table[0, 0] + table[1, 1] - 2 * table[0, 1]))
    chance = 0.5 * (1 + math.erf((gap[1] - gap[0]) / spread / math.sqrt(2)))
    drawn = bandit.orders([first, second], draws=20_000).propensities[1, 0]
    assert drawn == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / 20_000))
    assert len(bandit.orders([first, second]).orders) == DRAWS


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_regrets_less_than_the_order_of_the_scores_and_than_things_without_context(seed: int) -> None:
    people, game = made_people(5, seed), Game(rounds=30)
    regret = {
        name: played(people, POLICIES[name], Priors(), seed, game).sum()
        for name in ("static", "thompson", "no-context")
    }
    assert regret["thompson"] < 0.95 * regret["static"]
    assert regret["thompson"] < regret["no-context"]


def test_it_follows_a_taste_that_changes() -> None:
    people, game = made_people(6, 4), Game(rounds=60, change=30)
    fading = played(people, POLICIES["greedy"], replace(Priors(), half_life=20.0), 4, game)
    never = played(people, POLICIES["greedy"], replace(Priors(), half_life=1e9), 4, game)
    assert fading[45:].sum() < never[45:].sum()
