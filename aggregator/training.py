"""Training rounds: our own loop over Flower's Grid, with a deadline and a minimum cohort.

Flower's strategies wait for ever when nodes leave. Here every wait has an end: the round goes on with those who
answered in time if they are enough, and is aborted if they are not; the model then stays as it was.

A round is one study. Everybody gets its manifest and the model; who consents uploads an update as a proved two-share
report, like any other report, and names it over Flower. Only then does the leader collect, and exactly the named batch.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from aggregator.errors import BatchTooSmallError, RoundAbortedError
from vocab.statistics import ModelUpdate
from vocab.study import Study
from vocab.training import RoundInstructions, Scalar, model_terms, next_weights

__all__ = [
    "BatchSum",
    "Channel",
    "Collect",
    "Model",
    "Progress",
    "RoundOutcome",
    "RoundTerms",
    "finish_round",
    "run_round",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A published model: its name, the number of rounds behind it, its weights, and those one round before."""

    name: str
    rounds: int
    weights: tuple[float, ...]
    previous: tuple[float, ...] = ()

    @classmethod
    def start(cls, name: str) -> Self:
        """The model of this name before its first round."""
        return cls(name=name, rounds=0, weights=model_terms(name).start)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTerms:
    """When a round ends. ``deadline`` and ``poll`` are seconds; the deadline covers waiting for nodes and for replies.

    ``cohort`` is how many nodes must be there before anything is sent. How many of them must name a report before
    anything is collected is the study's ``min_batch``: those between may drop out.
    """

    deadline: float
    cohort: int
    poll: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSum:
    """What the two servers give out: the sum of the updates, with noise, in units of ``2**-fraction_bits``.

    ``reports`` is how many valid reports it has. ``people`` is the number to average over: the same where the study
    adds no noise, else the cohort that the round was announced for: a public number, since one that follows from the
    count would tell whether one person took part.
    """

    values: tuple[int, ...]
    reports: int
    people: int


Collect = Callable[[Study, Sequence[bytes]], BatchSum]
"""Collects exactly these reports of the study; raises BatchTooSmallError where too few of them are valid."""

Progress = Callable[[str, float], None]
"""Told of each step that is done, with the seconds it took: cohort, broadcast, replies, collect, publish."""


class Channel(Protocol):
    """What a round needs of Flower; ``aggregator.grid.RoundGrid`` is the real one."""

    def nodes(self) -> Sequence[int]:
        """The nodes that are there."""

    def broadcast(self, nodes: Iterable[int], fields: Mapping[str, Scalar], seconds: float) -> None:
        """Send the same fields to each node."""

    def replies(self) -> Sequence[bytes]:
        """Report ids named since the last call."""

    @property
    def waiting(self) -> int:
        """Messages without reply or failure."""

    def close(self, *, completed: bool) -> None:
        """End the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOutcome:
    """A completed round: the new model, how many were asked, named a report and were summed, and seconds by step."""

    model: Model
    study: Study
    asked: int
    named: int
    summed: int
    seconds: dict[str, float] = field(default_factory=dict)


class _Steps:
    """Measures steps and tells of them."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress
        self._since = time.monotonic()

    def done(self, step: str) -> None:
        now = time.monotonic()
        self.seconds[step], self._since = now - self._since, now
        self._progress(step, self.seconds[step])


@contextmanager
def _ending(channel: Channel) -> Iterator[None]:
    """Close the channel whichever way the block ends."""
    try:
        yield
    except BaseException:
        channel.close(completed=False)
        raise
    channel.close(completed=True)


def run_round(
    channel: Channel,
    study: Study,
    model: Model,
    *,
    terms: RoundTerms,
    collect: Collect,
    publish: Callable[[Model], None],
    progress: Progress = lambda _step, _seconds: None,
) -> RoundOutcome:
    """Improve the model once.

    Raises RoundAbortedError where too few answer in time; nothing is published then.
    """
    instructions = RoundInstructions(study=study, number=model.rounds + 1, weights=model.weights)
    end, steps = time.monotonic() + terms.deadline, _Steps(progress)
    with _ending(channel):
        nodes = _cohort(channel, terms, end)
        steps.done("cohort")
        channel.broadcast(nodes, instructions.to_fields(), max(1.0, end - time.monotonic()))
        steps.done("broadcast")
        named = _named(channel, terms, end)
        steps.done("replies")
    if len(named) < study.min_batch:
        raise RoundAbortedError(f"{len(named)} of {len(nodes)} nodes named a report in time; nothing was collected")
    return _improve(study, model, named, asked=len(nodes), collect=collect, publish=publish, steps=steps)


def finish_round(
    study: Study,
    model: Model,
    named: Sequence[bytes],
    *,
    collect: Collect,
    publish: Callable[[Model], None],
    progress: Progress = lambda _step, _seconds: None,
) -> RoundOutcome:
    """The rest of a round whose batch was closed to these reports and never summed: nobody is asked again."""
    return _improve(study, model, named, asked=len(named), collect=collect, publish=publish, steps=_Steps(progress))


def _improve(
    study: Study,
    model: Model,
    named: Sequence[bytes],
    *,
    asked: int,
    collect: Collect,
    publish: Callable[[Model], None],
    steps: _Steps,
) -> RoundOutcome:
    batch = _collected(study, named, collect)
    steps.done("collect")
    assert isinstance(study.statistic, ModelUpdate)  # noqa: S101 - a round's study is one
    weights = next_weights(
        study.statistic,
        batch.values,
        batch.people,
        model.weights,
        variance=study.noise.variance,
        previous=model.previous,
    )
    improved = replace(model, rounds=model.rounds + 1, weights=weights, previous=model.weights)
    publish(improved)
    steps.done("publish")
    log.info("training round %d is done: %d of %d nodes", improved.rounds, batch.reports, asked)
    return RoundOutcome(
        model=improved,
        study=study,
        asked=asked,
        named=len(named),
        summed=batch.reports,
        seconds=steps.seconds,
    )


def _cohort(channel: Channel, terms: RoundTerms, end: float) -> Sequence[int]:
    while True:
        nodes = channel.nodes()
        if len(nodes) >= terms.cohort:
            return nodes
        if time.monotonic() >= end:
            raise RoundAbortedError(f"{len(nodes)} nodes were there in time, {terms.cohort} are needed")
        time.sleep(terms.poll)


def _named(channel: Channel, terms: RoundTerms, end: float) -> list[bytes]:
    """The reports named until all have replied or the deadline, each once, in a fixed order."""
    named: set[bytes] = set()
    while True:
        named.update(channel.replies())
        if not channel.waiting or time.monotonic() >= end:
            return sorted(named)
        time.sleep(terms.poll)


def _collected(study: Study, named: Sequence[bytes], collect: Collect) -> BatchSum:
    try:
        return collect(study, named)
    except BatchTooSmallError as error:
        raise RoundAbortedError("too few of the named reports are valid; the model stays as it was") from error
