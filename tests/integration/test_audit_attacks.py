"""Attacks on people through answers that were given in good order, each with the defence and without it.

A victim answers with 2,000 secret signs, -1 or 1, so one collection is 2,000 trials of an attack at once: how often is
a sign guessed right? Without noise always; with noise no more often than its law allows, whatever else is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from aggregator.collection import collect
from aggregator.errors import BatchTooSmallError, CollectedBeforeError
from consent.budget import Limits
from consent.errors import BudgetExhaustedError
from tests.support.attackers import Numbers, bits, listen, signed_study, watch
from tests.support.audits import gaussian_law, right_guesses, summed_law
from tests.support.consents import Key, Machine, grant_for, question
from tests.support.door import Door, doors
from tests.support.pair import Pair, send, upload
from vocab import wire
from vocab.privacy import epsilon
from vocab.statistics import Histogram
from vocab.study import Noise
from vocab.vdaf.encoding import prio3_for

LENGTH = 2_000
VARIANCE = 4
"""Little noise, for the attacks to have a chance: one sign is guessed right in 64 of 100 cases, behind one in 69."""
ERRORS = 5.4
"""Standard errors whose chance is below one in ten million."""


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    yield from doors(tmp_path)


def guessed(secret: Numbers, view: Numbers) -> float:
    """The share of signs that a view tells; a view of 0 tells half."""
    return float((np.sign(view) == secret).mean() + (view == 0).mean() / 2)


def error(chance: float, trials: int = LENGTH) -> float:
    return ERRORS * float(np.sqrt(chance * (1 - chance) / trials))


def as_by_law(found: float, noises: int) -> bool:
    """Whether guesses are as right as so many servers' noise allows."""
    chance = right_guesses(summed_law(VARIANCE, noises))
    return abs(found - chance) < error(chance)


def test_a_leader_that_pads_the_batch_isolates_a_victim_only_where_there_is_no_noise(pair: Pair) -> None:
    victim, padding = bits(LENGTH), [bits(LENGTH) for _ in range(4)]
    bare = watch(pair, signed_study(pair, LENGTH, variance=0, min_batch=5), [victim, *padding])
    assert guessed(victim, bare.published - sum(padding)) == 1.0
    noisy = watch(pair, signed_study(pair, LENGTH, variance=VARIANCE, min_batch=5), [victim, *padding])
    assert as_by_law(guessed(victim, noisy.published - sum(padding)), 2)
    assert as_by_law(guessed(victim, noisy.of_leader - sum(padding)), 1)  # the leader adds none: the helper's holds
    assert as_by_law(guessed(victim, noisy.of_helper - sum(padding)), 1)  # the helper adds none: the leader's holds
    assert not as_by_law(guessed(victim, bare.published - sum(padding)), 1)


def test_the_advantage_over_an_isolated_victim_keeps_to_what_the_victim_was_charged(pair: Pair) -> None:
    """One sign apart is a norm of 2: the loss of one value by the ledger's own formula bounds every guess."""
    victim = bits(LENGTH)
    seen = watch(pair, signed_study(pair, LENGTH, variance=VARIANCE), [victim])
    right = guessed(victim, seen.of_leader)
    loss = epsilon(Noise(VARIANCE).micro_rho(4), 1e-3)
    bound = (np.exp(loss) + 1e-3) / (1 + np.exp(loss))
    assert right - error(right) < bound
    assert seen.study.noise.micro_rho(seen.study.statistic.norm_squared) >= LENGTH / 4 * Noise(VARIANCE).micro_rho(4)


def test_two_studies_that_differ_by_one_person_tell_that_person_only_without_noise(pair: Pair) -> None:
    victim, others = bits(LENGTH), [bits(LENGTH) for _ in range(3)]

    def difference(variance: int) -> Numbers:
        whole, rest = (
            watch(pair, signed_study(pair, LENGTH, variance=variance), people).published
            for people in ([victim, *others], others)
        )
        return whole - rest

    assert guessed(victim, difference(0)) == 1.0
    assert as_by_law(guessed(victim, difference(VARIANCE)), 4)


def test_the_same_question_again_gets_the_same_answer_and_fresh_noise_would_not_have_held(pair: Pair) -> None:
    """The control asks 50 times what one value tells: one secret sign in 50 places, each with noise of its own."""
    victim = bits(LENGTH)
    study = signed_study(pair, LENGTH, variance=VARIANCE)
    seen = watch(pair, study, [victim])
    asked = wire.Collection(task_id=study.task_id, accepted=1, checksum=wire.checksum(list(seen.names)))
    again = []
    for _ in range(50):
        assert collect(pair.leader, study.task_id, pair.channel) == seen.release
        again.append(pair.channel.put(wire.collection_path(study.task_id), wire.encode(asked)))
    assert set(again) == {seen.answer}
    mean = np.mean([pair.leader.noisy_sum(study.task_id)[0] for _ in range(50)], axis=0)
    assert as_by_law(guessed(victim, mean), 2)

    secrets = bits(LENGTH // 50)
    repeated = watch(pair, signed_study(pair, LENGTH, variance=VARIANCE), [np.repeat(secrets, 50)])
    averaged = repeated.published.reshape(-1, 50).mean(axis=1)
    assert guessed(secrets, averaged) > 0.9 > right_guesses(summed_law(VARIANCE, 2)) + error(0.64)


def asked_again(door: Door, days: int) -> list[str]:
    """How eight studies of one table end, each of a period that ends so many days before the last one's."""
    consents, wire_of = door.person({"groceries": 60.0, "transport": 40.0})
    for number in range(8):
        study = door.study(title=f"The same question, {number}")
        assert isinstance(study.statistic, Histogram)
        period = (date(2026, 1, 1), date(2026, 10, 31) - timedelta(days=days * number))
        statistic = replace(study.statistic, query=replace(study.statistic.query, period=period))
        consents.give(door.publish(replace(study, statistic=statistic)))
    outcomes = [outcome.outcome for outcome in consents.answer_studies()]
    assert outcomes.count("sent") == len(wire_of.sent())
    return outcomes


def test_one_question_under_many_names_is_answered_once(door: Door) -> None:
    assert asked_again(door, 0).count("sent") == 1


def test_questions_that_differ_by_a_day_are_stopped_by_the_budget(door: Door) -> None:
    """They overlap in all but a day, so their noise could be averaged: together they stay within the limit."""
    outcomes, cost = asked_again(door, 1), Noise(100).micro_rho(1)
    answered = outcomes.count("sent")
    assert answered == Limits().business_period // cost == 4
    assert outcomes.count("budget_exhausted") == 4
    assert epsilon(answered * cost) <= 1.0 < epsilon(8 * cost)


def answers_to(machines: list[Machine], businesses: int, loss: int) -> int:
    """How many answers businesses get that each ask until they are refused; ``machines`` hold the ledgers."""
    answers = 0
    for number in range(businesses):
        machine, name = machines[number % len(machines)], f"https://shop-{number}.example/profile#us"
        key = Key(100 + number).name
        machine.gate.give(
            grant_for(controller=name, controller_key=key, max_micro_rho_release=loss, max_micro_rho_period=24_356)
        )
        for again in range(100):
            body = b"%d, %d" % (number, again)
            try:
                machine.gate.permit(question(body, controller=name, controller_key=key, micro_rho=loss))
            except BudgetExhaustedError:
                break
            answers += 1
    return answers


def test_businesses_that_share_what_they_get_are_stopped_by_the_budget_over_all() -> None:
    """Ten businesses ask the same; pooled, their answers would be as good as one answer of the whole loss."""
    loss, businesses = 6_089, 10
    together = answers_to([Machine()], businesses, loss)
    apart = answers_to([Machine() for _ in range(businesses)], businesses, loss)  # ledgers that know only one business
    assert apart == 4 * businesses
    assert together == Limits().period // loss < apart
    assert epsilon(together * loss) <= 3.0 < epsilon(apart * loss)
    variance = 1_000_000 / (2 * loss)
    pooled = [right_guesses(gaussian_law(variance / 4 / count)) for count in (together, apart)]
    assert pooled[1] > pooled[0] > right_guesses(gaussian_law(variance / 4))


def test_a_leader_that_drops_all_but_one_gets_no_sum(pair: Pair) -> None:
    """It tells the helper of one report alone; without a minimum the same steps give that report away."""

    def one_alone(min_batch: int) -> list[int]:
        study = signed_study(pair, 8, variance=0, min_batch=min_batch)
        reports = [send(study, [1, -1, 1, 1, -1, -1, 1, -1]) for _ in range(5)]
        for report in reports:
            assert upload(pair.agents, report) == 201
        vdaf, held = prio3_for(study), pair.leader.study(study.task_id)
        victim = reports[0]
        state, verifier = vdaf.verify_init(
            held.verify_key, 0, victim.report_id, victim.public_share, victim.leader_share
        )
        entry = wire.JobEntry(
            report_id=victim.report_id,
            public_share=victim.public_share,
            sealed_share=victim.sealed_share,
            verifier_share=verifier,
        )
        job = wire.Job(task_id=study.task_id, number=0, entries=(entry,))
        raw = pair.channel.put(wire.job_path(study.task_id, 0), wire.encode(job))
        [verdict] = wire.decode(raw, wire.JobAnswer).verdicts
        own = vdaf.finish(state, verdict.message).elements
        asked = wire.Collection(task_id=study.task_id, accepted=1, checksum=wire.checksum([victim.report_id]))
        raw = pair.channel.put(wire.collection_path(study.task_id), wire.encode(asked))
        share = vdaf.field.decode(wire.decode(raw, wire.AggregateShare).share)
        return [value - 1 for value in vdaf.unshard([own, share])]

    assert one_alone(1) == [1, -1, 1, 1, -1, -1, 1, -1]
    with pytest.raises(BatchTooSmallError):
        one_alone(5)


def test_dropping_some_reports_leaves_the_noise_on_the_others_whole(pair: Pair) -> None:
    """A leader forgets all but the named reports, as a round does; the victim's guess is no better for it."""
    victim, others = bits(LENGTH), [bits(LENGTH) for _ in range(2)]
    study = signed_study(pair, LENGTH, variance=VARIANCE)
    reports = [send(study, update.tolist()) for update in (victim, *others)]
    assert [upload(pair.agents, report) for report in reports] == [201] * 3
    channel, _ = listen(pair)
    with channel:
        release = collect(pair.leader, study.task_id, channel, [reports[0].report_id])
        with pytest.raises(CollectedBeforeError):
            channel.put(
                wire.collection_path(study.task_id),
                wire.encode(wire.Collection(task_id=study.task_id, accepted=0, checksum=wire.checksum([]))),
            )
    assert as_by_law(guessed(victim, np.array(release.values)), 2)
