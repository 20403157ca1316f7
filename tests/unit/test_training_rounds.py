"""The round loop over a channel in memory: who is waited for, for how long, and what is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aggregator import training
from aggregator.errors import BatchTooSmallError, ConfigurationError, RoundAbortedError
from aggregator.rounds import Models
from aggregator.training import BatchSum, Model, RoundTerms, run_round
from tests.support.rounds import training_study
from vocab.regression import GRAM_SHARE
from vocab.study import Study
from vocab.training import WEEKLY_SPENDING, Scalar

START = Model.start(WEEKLY_SPENDING.name)
DIAGONAL = round(3 * GRAM_SHARE * (1 << 14))
SUM = (DIAGONAL, 0, 0, 0, DIAGONAL, 0, 0, DIAGONAL, 0, DIAGONAL, 1 << 14, 0, 0, -(1 << 13))
"""Equations of three people whose features have nothing to do with each other: each weight moves by its moment."""
FAST = RoundTerms(deadline=0.3, cohort=2, poll=0.01)


class Clock:
    """Time passes in pauses alone, and at once."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(training, "time", made)
    return made


@dataclass
class Memory:
    """Nodes that reply in the given batches, one batch a poll; ``silent`` never reply."""

    batches: list[list[bytes]]
    there: int = 3
    silent: int = 0
    sent: list[Mapping[str, Scalar]] = field(default_factory=list)
    closed: list[bool] = field(default_factory=list)
    waiting: int = 0

    def nodes(self) -> Sequence[int]:
        return list(range(1, self.there + 1))

    def broadcast(self, nodes: Iterable[int], fields: Mapping[str, Scalar], seconds: float) -> None:
        assert seconds > 0
        self.sent.extend([fields] * len(list(nodes)))
        self.waiting = sum(map(len, self.batches)) + self.silent

    def replies(self) -> Sequence[bytes]:
        batch = self.batches.pop(0) if self.batches else []
        self.waiting -= len(batch)
        return batch

    def close(self, *, completed: bool) -> None:
        self.closed.append(completed)


def name(number: int) -> bytes:
    return bytes([number]) * 16


def play(
    channel: Memory, *, terms: RoundTerms = FAST, min_batch: int = 2, short: bool = False
) -> tuple[list[Model], list[Sequence[bytes]], list[str]]:
    published: list[Model] = []
    collected: list[Sequence[bytes]] = []
    steps: list[str] = []

    def collect(_study: Study, named: Sequence[bytes]) -> BatchSum:
        collected.append(named)
        if short:
            raise BatchTooSmallError("too few were valid")
        return BatchSum(values=SUM, reports=len(named), people=len(named))

    run_round(
        channel,
        training_study(min_batch=min_batch),
        START,
        terms=terms,
        collect=collect,
        publish=published.append,
        progress=lambda step, _seconds: steps.append(step),
    )
    return published, collected, steps


def test_a_round_ends_at_once_when_all_have_replied(clock: Clock) -> None:
    channel = Memory([[name(1)], [name(2), name(3)]])
    published, collected, steps = play(channel, terms=RoundTerms(deadline=60, cohort=2, poll=0.01))
    assert clock.now == pytest.approx(0.01)
    assert collected == [[name(1), name(2), name(3)]]
    [model] = published
    assert (model.name, model.rounds) == (WEEKLY_SPENDING.name, 1)
    first, second, third, fourth = WEEKLY_SPENDING.start
    assert model.weights == pytest.approx((first + 1 / 3, second, third, fourth - 1 / 6), abs=1e-3)
    assert steps == ["cohort", "broadcast", "replies", "collect", "publish"]
    assert channel.closed == [True]


def test_the_deadline_ends_the_wait_for_nodes_that_say_nothing(clock: Clock) -> None:
    published, collected, _ = play(Memory([[name(1)], [name(2)]], silent=1))
    assert clock.now == pytest.approx(FAST.deadline, abs=2 * FAST.poll)
    assert collected == [[name(1), name(2)]]
    assert len(published) == 1


def test_who_replies_within_the_deadline_counts_though_the_minimum_batch_is_there() -> None:
    _, collected, _ = play(Memory([[name(1), name(2)], [], [name(3)]], silent=1), min_batch=2)
    assert collected == [[name(1), name(2), name(3)]]


def test_a_report_named_twice_is_collected_once() -> None:
    _, collected, _ = play(Memory([[name(2), name(1)], [name(2)]]))
    assert collected == [[name(1), name(2)]]


def test_too_few_names_abort_before_anything_is_collected() -> None:
    channel = Memory([[name(1)]], silent=2)
    with pytest.raises(RoundAbortedError, match="1 of 3"):
        play(channel)


def test_the_minimum_batch_decides_how_many_of_the_cohort_may_drop_out() -> None:
    terms = RoundTerms(deadline=0.3, cohort=3, poll=0.01)
    published, _, _ = play(Memory([[name(1), name(2)]], silent=1), terms=terms, min_batch=2)
    assert len(published) == 1
    with pytest.raises(RoundAbortedError, match="2 of 3"):
        play(Memory([[name(1), name(2)]], silent=1), terms=terms, min_batch=3)


def test_nothing_is_sent_without_a_cohort() -> None:
    channel = Memory([], there=1)
    with pytest.raises(RoundAbortedError, match="1 nodes"):
        play(channel)
    assert channel.sent == []
    assert channel.closed == [False]


def test_a_batch_with_too_few_valid_reports_leaves_the_model_alone() -> None:
    with pytest.raises(RoundAbortedError, match="valid"):
        play(Memory([[name(1), name(2)]]), short=True)


def test_every_node_receives_the_same_fields_and_nothing_but_them() -> None:
    channel = Memory([[name(1), name(2), name(3)]])
    play(channel)
    assert channel.sent == [channel.sent[0]] * 3
    assert set(channel.sent[0]) == {"study", "round", "weights"}


def test_models_are_kept_with_their_rounds(tmp_path: Path) -> None:
    models = Models(tmp_path / "models")
    assert models.latest(START.name) == START
    better = Model(name=START.name, rounds=4, weights=(0.25, 0.5, -1.0, 1e-9))
    models.publish(better)
    assert Models(tmp_path / "models").latest(START.name) == better


@pytest.mark.parametrize("content", ["", "{}", '{"name": "x", "rounds": 1, "weights": [1, 2, 3, 4]}'])
def test_a_damaged_model_is_told_and_not_trained_on(tmp_path: Path, content: str) -> None:
    (tmp_path / f"{START.name}.json").write_text(content)
    with pytest.raises(ConfigurationError):
        Models(tmp_path).latest(START.name)
